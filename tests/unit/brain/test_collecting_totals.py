"""Answers added up: what is unknown stays unknown, and every level counts the same answers."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jiqun.brain.collecting.totals import Asked, chain_of, places

COUNTIES = ("330624", "330683", "330784")


def asked(key: str, region: str, value: str = "", state: str = "sent", *, late: bool = False) -> Asked:
    values = {"revenue": Decimal(value)} if value else {}
    return Asked(key, region, state, state in ("sent", "accepted"), late, values)


def test_county_city_province() -> None:
    rows = [
        asked("a", "330624", "100"), asked("b", "330624", "50", "accepted"),
        asked("c", "330624", state="waiting", late=True), asked("d", "330683", "7"), asked("e", "330784", "9", "returned"),
    ]  # fmt: skip
    told = {place.region: place for place in places(rows, adds=["revenue"])}
    assert list(told) == ["330000", "330600", "330624", "330683", "330700", "330784"]
    province, xinchang, jinhua = told["330000"], told["330624"], told["330700"]
    assert (province.asked, province.answered, province.late) == (5, 3, 1)
    assert (province.sums["revenue"].value, province.sums["revenue"].known) == (Decimal(157), 3)
    assert (xinchang.sums["revenue"].value, xinchang.asked) == (Decimal(150), 3)
    assert jinhua.sums["revenue"].value is None  # returned: asked again, so unknown and not nine
    assert xinchang.states == {"sent": 1, "accepted": 1, "waiting": 1}


def test_what_does_not_add_up_has_no_sum() -> None:
    (province, *_) = places([asked("a", "330624", "100")], adds=[])
    assert province.sums == {}


def test_a_citys_own_answer_stops_at_the_city() -> None:
    assert chain_of("330600") == [("330000", "province"), ("330600", "city")]
    assert chain_of("330000") == [("330000", "province")]
    assert chain_of("") == [("", "unplaced")]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(COUNTIES), st.integers(0, 10**6), st.sampled_from(["sent", "waiting", "returned"])
        ),
        max_size=40,
    )
)
def test_every_level_adds_the_same(rows: list[tuple[str, int, str]]) -> None:
    told = places(
        [asked(str(n), *row[:1], str(row[1]), row[2]) for n, row in enumerate(rows)], adds=["revenue"]
    )
    for level in ("city", "county"):
        parts = [place for place in told if place.level == level]
        wholes = [place for place in told if place.level == "province"]
        assert sum(place.asked for place in parts) == sum(place.asked for place in wholes) == len(rows)
        total = sum((place.sums["revenue"].value or Decimal(0) for place in parts), Decimal(0))
        assert total == sum((place.sums["revenue"].value or Decimal(0) for place in wholes), Decimal(0))
        assert total == sum(value for _, value, state in rows if state == "sent")
