"""The order of trust: the pack, the choice and its reason, and what holds whatever is told."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from gate_rows import PACKS
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.errors import PackError
from jiqun.core.indicators import IndicatorTable
from jiqun.core.trust import LAST, REASONS, Told, TrustOrder
from jiqun.core.units import UnitTable

ORDER = TrustOrder.load(PACKS / "trust.toml")
AT = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = ("register", "document", "office_sheet", "user", "synthetic", "unknown")


def told(id: str = "f1", kind: str = "register", on: str = "", **more: object) -> Told:
    values = {"source": kind, "exact": True, "recorded_at": AT} | more
    return Told(id=id, kind=kind, told_on=on, **values)  # type: ignore[arg-type]


def chosen(*statements: Told, indicator: str = "revenue") -> tuple[str, str]:
    choice = ORDER.choose(statements, indicator)
    assert choice is not None
    return choice.shown.id, choice.because


def test_every_step_of_the_order() -> None:
    register, sheet = told("a"), told("b", "office_sheet")
    assert chosen(sheet, register) == ("a", "place")
    assert chosen(sheet, register, indicator="tax") == ("b", "place")
    rough = told("c", exact=False, on="2026-01-01")
    assert chosen(rough, register) == ("a", "exact")
    assert chosen(told("d", on="2024-05-01"), told("e", on="2025-05-01"), register) == ("e", "newer")
    late = told("f", recorded_at=AT + timedelta(days=1))
    assert chosen(register, late) == ("f", "later")
    assert chosen(told("h"), told("g")) == ("g", "number")
    assert chosen(register) == ("a", "only")
    assert ORDER.choose((), "revenue") is None


def test_the_reason_is_said_in_both_languages() -> None:
    choice = ORDER.choose([told("a"), told("b", "office_sheet")], "revenue")
    assert choice is not None
    assert choice.why_zh == "采信顺序中，登记名册先于部门报表"
    assert choice.why_en == "in the order of trust a register comes before a sheet of an office"
    assert [other.id for other in choice.others] == ["b"]
    newer = ORDER.choose([told("a", on="2024-01-01"), told("b", on="2025-01-01")], "revenue")
    assert newer is not None and "2025-01-01" in newer.why_zh and "2024-01-01" in newer.why_en


def test_a_source_can_be_named() -> None:
    order = TrustOrder(("source:tax", "register"), {}, ORDER.kinds, ORDER.because)
    assert order.place("revenue", "tax", "office_sheet") == 0
    assert order.place("revenue", "power", "office_sheet") == LAST
    choice = order.choose([told("a"), told("b", "register", source="tax")], "revenue")
    assert choice is not None and (choice.shown.id, choice.because) == ("b", "source")


def test_the_pack_names_indicators_that_exist() -> None:
    table = IndicatorTable.load(PACKS / "indicators", UnitTable.load(PACKS / "units.toml"))
    assert set(ORDER.own) <= {one.key for one in table}
    assert set(REASONS) == set(ORDER.because)


statements = st.builds(
    Told,
    id=st.integers(0, 99).map(lambda n: f"f{n:02d}"),
    source=st.sampled_from(["a", "b", "c"]),
    kind=st.sampled_from(KINDS),
    told_on=st.sampled_from(["", "2024-01-01", "2025-06-30"]),
    exact=st.booleans(),
    recorded_at=st.integers(0, 3).map(lambda days: AT + timedelta(days=days)),
)
several = st.lists(statements, min_size=1, max_size=5, unique_by=lambda one: one.id)


@given(several, st.sampled_from(["revenue", "tax"]))
def test_one_is_shown_all_stay_and_the_order_they_come_in_does_not_matter(
    given_: list[Told], indicator: str
) -> None:
    choice = ORDER.choose(given_, indicator)
    assert choice is not None
    assert {choice.shown, *choice.others} == set(given_)
    assert 1 + len(choice.others) == len(given_)
    assert choice.because in REASONS and choice.why_zh and choice.why_en and "{" not in choice.why_zh
    for turned in list(permutations(given_))[:12]:
        again = ORDER.choose(turned, indicator)
        assert again is not None and again.shown == choice.shown and again.others == choice.others


@given(several, statements)
def test_one_more_that_is_not_trusted_more_changes_nothing(given_: list[Told], extra: Told) -> None:
    before = ORDER.choose(given_, "revenue")
    assert before is not None
    after = ORDER.choose([*given_, extra], "revenue")
    assert after is not None
    assert after.shown in (before.shown, extra)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[default]\norder = ["rumour"]\n', "pack.missing_text"),
        ("[default\n", "pack.not_toml"),
        ("default = 1\n", "pack.not_a_table"),
    ],
)
def test_a_wrong_pack_is_told(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "trust.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as wrong:
        TrustOrder.load(path)
    assert wrong.value.code == code


@pytest.mark.parametrize("order", ['["rumour"]', '["register", "register"]', "[]"])
def test_an_order_nobody_can_follow(tmp_path: Path, order: str) -> None:
    whole = (PACKS / "trust.toml").read_text(encoding="utf-8")
    first = '["register", "document", "office_sheet", "readings", "user", "synthetic"]'
    path = tmp_path / "trust.toml"
    path.write_text(whole.replace(first, order, 1), encoding="utf-8")
    with pytest.raises(PackError):
        TrustOrder.load(path)
