"""Facts of firms as the rules read them 企业数据: one per year or day, by hand, in one small lake asked once per test."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from lake_rows import RECORDED, fact, undone, write

from jiqun.lake.firm_facts import Asked, FirmFact, Newest, firm_facts
from jiqun.lake.listing import Wanted
from jiqun.lake.store import Lake
from jiqun.lake.trust import TrustRow

LATER = datetime(2026, 2, 1, tzinfo=UTC)
TOLD: list[dict[str, object]] = []


def number(subject: str, indicator: str, start: date, end: date, value: str, **more: object) -> None:
    """A fact from `start` until the day before `end`."""
    n = len(TOLD) + 1
    span = {
        "period": f"{start}..{end}",
        "period_start": start,
        "period_end": end,
        "subject": f"enterprise:{subject}",
    }
    worth = {"value": Decimal(value), "base_value": Decimal(value), "unit": "万元", "indicator": indicator}
    TOLD.append(fact(n, **{**span, **worth, "batch": "b1", **more}))


def year(subject: str, indicator: str, of: int, value: str, **more: object) -> None:
    number(subject, indicator, date(of, 1, 1), date(of + 1, 1, 1), value, **more)


def moment(subject: str, indicator: str, on: date, value: str, **more: object) -> None:
    number(subject, indicator, on, date.fromordinal(on.toordinal() + 1), value, is_instant=True, **more)


def furnish() -> None:
    """What each firm is about stands beside it."""
    TOLD.clear()
    for of in (2021, 2022, 2023, 2024, 2025, 2026):  # years: 2026 is not over, 2021 too long ago
        year("years", "revenue", of, str(of))
    number("halves", "revenue", date(2025, 1, 1), date(2025, 7, 1), "1")  # first half
    number("halves", "revenue", date(2025, 7, 1), date(2026, 1, 1), "2")  # second half
    number("halves", "revenue", date(2024, 1, 1), date(2026, 1, 1), "3")  # two years
    moment("halves", "revenue", date(2025, 6, 30), "4")
    moment("stock", "revenue", date(2025, 12, 31), "75")  # as of the end of the year
    moment("stock", "revenue", date(2024, 12, 30), "70")  # the day before the end
    year("parts", "revenue", 2025, "9", scope="境外")
    year("parts", "revenue", 2024, "9", breakdown="industry=轴承")
    year("parts", "revenue", 2023, "9", status="target")
    year("parts", "revenue", 2022, "9", status="claim")
    year("trust", "revenue", 2025, "10", source="sheet", recorded_at=LATER)
    year("trust", "revenue", 2025, "11", source="yearbook")
    year("trust", "revenue", 2024, "20", source="yearbook", bound=">")
    year("trust", "revenue", 2024, "21", source="sheet")
    year("equal", "revenue", 2025, "30", source="sheet")
    year("equal", "revenue", 2025, "31", source="sheet2", recorded_at=LATER)
    year("equal", "revenue", 2024, "32", source="sheet", bound=">", recorded_at=LATER)
    year("equal", "revenue", 2024, "33", source="sheet2")
    year("mixed", "revenue", 2025, "40")
    year("mixed", "revenue", 2025, "41", synthetic=True)
    moment("day", "score", date(2025, 3, 1), "48")
    moment("day", "score", date(2026, 3, 1), "61")
    moment("day", "score", date(2026, 5, 31), "62")
    moment("day", "score", date(2026, 6, 1), "63")
    moment("day", "score", date(2026, 6, 2), "64")
    number("month", "score", date(2026, 5, 1), date(2026, 6, 1), "70")  # of the whole of May
    moment("month", "score", date(2026, 5, 31), "71")  # of its last day: the longer span decides
    year("private", "revenue", 2025, "50", source="private")
    year("private", "revenue", 2024, "51", source="yearbook")
    year("undone", "revenue", 2025, "60", batch="b2")
    year("undone", "revenue", 2024, "61")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    furnish()
    opened = Lake(Path(tmp_path_factory.mktemp("lake")), memory_limit="256MB", threads=1)
    places = {"yearbook": 1, "sheet": 5, "sheet2": 5, "private": 5, "000": 9}
    opened.trusted = lambda: tuple(TrustRow(key, "", place) for key, place in places.items())
    write(opened, "facts", TOLD)
    write(opened, "batches", [undone("b2", LATER)])
    yield opened
    opened.close()


ASKED = Asked(
    ("revenue",), 2025, 4, (Newest("score", date(2026, 6, 1)), Newest("score", date(2025, 6, 1), 1))
)


def read(lake: Lake, *subjects: str, wanted: Wanted | None = None) -> list[FirmFact]:
    keys = [f"enterprise:{one}" for one in subjects]
    return list(firm_facts(lake, wanted or Wanted(), ASKED, keys))


def by_year(found: list[FirmFact], subject: str) -> dict[int, str]:
    of_firm = [one for one in found if one.subject == f"enterprise:{subject}"]
    told = {one.back: f"{one.value:.0f}" for one in of_firm}
    assert len(told) == len(of_firm), "one fact for each year"
    return told


NAMES = ("years", "halves", "stock", "parts", "trust", "equal", "day", "month", "undone")
BY_HAND = {
    "years": {0: "2025", 1: "2024", 2: "2023", 3: "2022"},
    "halves": {},  # no half, no two years, no moment in June is the year
    "stock": {0: "75"},
    "parts": {},
    "trust": {0: "11", 1: "20"},  # the yearbook, whenever it was recorded; its "more than 20" too
    "equal": {0: "31", 1: "33"},  # of two sources alike: the later record, but an exact number before all
    "day": {
        0: "63",
        1: "48",
    },  # on the day and on that day a year before; what is told for tomorrow is not yet told
    "month": {0: "70"},
    "undone": {1: "61"},
}


def test_one_fact_of_each_year_and_day(lake: Lake) -> None:
    found = read(lake, *NAMES)
    assert {name: by_year(found, name) for name in NAMES} == BY_HAND


def test_made_up_and_real_do_not_mix(lake: Lake) -> None:
    """Both come back, each marked, and neither takes the place of the other."""
    found = {one.synthetic: one.value for one in read(lake, "mixed")}
    assert found == {False: Decimal(40), True: Decimal(41)}
    assert [one.value for one in read(lake, "mixed", wanted=Wanted(real=True))] == [Decimal(40)]


def test_a_private_sheet_is_withheld_save_from_those_it_speaks_of(lake: Lake) -> None:
    kept = Wanted(withheld=("private",))
    assert by_year(read(lake, "private", wanted=kept), "private") == {1: "51"}
    seen = Wanted(withheld=("private",), seen=("enterprise:private",))
    assert by_year(read(lake, "private", wanted=seen), "private") == {0: "50", 1: "51"}


def test_a_fact_comes_with_what_tells_it_apart(lake: Lake) -> None:
    (first, *_) = sorted(read(lake, "trust"), key=lambda one: one.back)
    row = next(each for each in TOLD if each["id"] == first.id)
    assert (first.indicator, first.unit, first.bound, row["source"]) == ("revenue", "万元", "=", "yearbook")
    assert row["recorded_at"] == RECORDED


def test_nobody_and_nothing_asked_is_no_question(lake: Lake) -> None:
    assert read(lake) == []
    assert list(firm_facts(lake, Wanted(), Asked((), 2025, 4, ()), ["enterprise:years"])) == []
    assert read(lake, "nobody") == []
