"""Roll-ups and formulas over a small world worked out by hand."""

from decimal import Decimal
from pathlib import Path

import pytest
from lake_rows import fact, write

from jiqun.core.errors import InputError, NotFound, PackError
from jiqun.core.indicators import Adds, Indicator, IndicatorTable, Nature
from jiqun.core.units import Kind, UnitTable
from jiqun.lake.derived import factor_of, formula
from jiqun.lake.reference import Edge
from jiqun.lake.store import Lake
from jiqun.lake.totals import derived, rolled_up

PACKS = Path(__file__).resolve().parents[3] / "packs"
UNITS = UnitTable.load(PACKS / "units.toml")


def indicator(key: str, unit: str, *, adds: Adds = Adds.SUM, expression: str | None = None) -> Indicator:
    return Indicator(key, {}, unit, Kind.LEVEL, {}, Nature.FLOW, adds, expression)


def table(*extra: Indicator) -> IndicatorTable:
    known = [("revenue", "亿元"), ("rd_expense", "万元"), ("tax", "亿元"), ("land_area_mu", "亩")]
    return IndicatorTable([*(indicator(key, unit) for key, unit in known), *extra])


def yearly(number: int, subject: str, key: str, value: object, **changed: object) -> dict[str, object]:
    return fact(number, subject=subject, indicator=key, base_value=value, value=value, **changed)


TREE = [
    Edge("enterprise:a", "region:330603", "county"),
    Edge("enterprise:b", "region:330603", "county"),
    Edge("enterprise:c", "region:330624", "county"),
    Edge("enterprise:d", "region:330624", "county"),
    Edge("region:330603", "region:330600", "city"),
    Edge("region:330624", "region:330600", "city"),
    Edge("region:330600", "region:330000", "province"),
]
LEVELS = ("county", "city", "province")


@pytest.fixture
def world(lake: Lake) -> Lake:
    rows = [
        yearly(1, "enterprise:a", "tax", Decimal("1.5")),
        yearly(2, "enterprise:b", "tax", Decimal("0.000001"), bound=">"),
        yearly(3, "enterprise:c", "tax", Decimal("4")),
        yearly(4, "enterprise:c", "tax", Decimal("100"), synthetic=True),
        yearly(5, "enterprise:a", "tax", Decimal("7"), scope="规上"),
        yearly(6, "enterprise:a", "tax", Decimal("8"), status="target"),
        yearly(7, "enterprise:z", "tax", Decimal("9")),
        yearly(8, "enterprise:d", "tax", None, value_text="若干"),
        yearly(9, "region:330603", "tax", Decimal("50")),
    ]
    write(lake, "facts", rows)
    return lake


def test_parts_add_up_level_by_level_and_say_how_many_were_known(world: Lake) -> None:
    rows = rolled_up(world, indicator("tax", "亿元"), TREE, levels=LEVELS)
    plain = [
        (row["subject"], row["value"], row["known"], row["parts"], row["inexact"])
        for row in rows
        if (row["status"], row["scope"], row["synthetic"]) == ("actual", "", False)
    ]
    assert plain == [
        ("region:330000", Decimal("5.500001"), 3, 4, 1),
        ("region:330600", Decimal("5.500001"), 3, 4, 1),
        ("region:330603", Decimal("1.500001"), 2, 2, 1),
        ("region:330624", Decimal("4.000000"), 1, 2, 0),
    ]


def test_synthetic_scopes_and_statuses_never_meet(world: Lake) -> None:
    rows = rolled_up(world, indicator("tax", "亿元"), TREE, levels=LEVELS)
    other = {
        (row["status"], row["scope"], row["synthetic"]): row["value"]
        for row in rows
        if row["subject"] == "region:330000"
    }
    assert other == {
        ("actual", "", False): Decimal("5.500001"),
        ("actual", "", True): Decimal("100"),
        ("actual", "规上", False): Decimal("7"),
        ("target", "", False): Decimal("8"),
    }


def test_a_weighted_mean_needs_and_uses_its_weights(lake: Lake) -> None:
    rows = [
        yearly(1, "enterprise:a", "rate", Decimal("80")),
        yearly(2, "enterprise:b", "rate", Decimal("50")),
        yearly(3, "enterprise:a", "staff", Decimal("10")),
        yearly(4, "enterprise:b", "staff", Decimal("30")),
        yearly(5, "enterprise:c", "rate", Decimal("90")),
        yearly(6, "enterprise:d", "rate", Decimal("1")),
        yearly(7, "enterprise:d", "staff", Decimal("0")),
    ]
    write(lake, "facts", rows)
    rate = indicator("rate", "%", adds=Adds.WEIGHTED_MEAN)
    found = {row["subject"]: row for row in rolled_up(lake, rate, TREE, levels=LEVELS, weights="staff")}
    assert found["region:330603"]["value"] == 57.5
    assert (found["region:330624"]["value"], found["region:330624"]["known"]) == (None, 1)
    assert found["region:330600"]["value"] == 57.5
    with pytest.raises(InputError, match="weights_missing"):
        rolled_up(lake, rate, TREE, levels=LEVELS)


def test_an_indicator_that_does_not_add_up_is_refused(lake: Lake) -> None:
    with pytest.raises(InputError, match="does_not_add_up"):
        rolled_up(lake, indicator("rank", "位", adds=Adds.NONE), TREE, levels=LEVELS)


def test_a_segment_counts_once_in_a_cluster_that_holds_it_twice(lake: Lake) -> None:
    tree = [
        Edge("segment:s", "chain:one", "chain"),
        Edge("segment:s", "chain:two", "chain"),
        Edge("chain:one", "cluster:x", "cluster"),
        Edge("chain:two", "cluster:x", "cluster"),
    ]
    write(lake, "facts", [yearly(1, "segment:s", "revenue", Decimal(3))])
    found = rolled_up(lake, indicator("revenue", "亿元"), tree, levels=("chain", "cluster"))
    assert [(row["subject"], row["value"], row["parts"]) for row in found] == [
        ("chain:one", Decimal(3), 1),
        ("chain:two", Decimal(3), 1),
        ("cluster:x", Decimal(3), 1),
    ]


def test_no_edges_no_sums(world: Lake) -> None:
    assert rolled_up(world, indicator("tax", "亿元"), [], levels=LEVELS) == []


def test_formulas_take_inputs_in_their_own_units(lake: Lake) -> None:
    rows = [
        yearly(1, "enterprise:a", "rd_expense", Decimal("30000")),
        yearly(2, "enterprise:a", "revenue", Decimal("100")),
        yearly(3, "enterprise:a", "tax", Decimal("0.5"), bound="≈"),
        yearly(4, "enterprise:a", "land_area_mu", Decimal("250")),
        yearly(5, "enterprise:b", "rd_expense", Decimal("30000")),
        yearly(6, "enterprise:c", "rd_expense", Decimal("30000")),
        yearly(7, "enterprise:c", "revenue", Decimal("0")),
        yearly(8, "enterprise:d", "rd_expense", Decimal("30000"), scope="规上"),
        yearly(9, "enterprise:d", "revenue", Decimal("100")),
    ]
    write(lake, "facts", rows)
    intensity = indicator("rd_intensity", "%", expression="rd_intensity")
    found = derived(lake, intensity, table(), UNITS)
    assert [(row["subject"], row["indicator"], row["value"]) for row in found] == [
        ("enterprise:a", "rd_intensity", 3.0),
        ("enterprise:c", "rd_intensity", None),
    ]
    per_mu = derived(lake, indicator("tax_per_mu", "万元/亩", expression="tax_per_mu"), table(), UNITS)
    assert [(row["value"], row["inexact"]) for row in per_mu] == [(20.0, 1)]


def test_a_growth_needs_the_very_year_before(lake: Lake) -> None:
    from datetime import date

    rows = [
        yearly(
            year,
            "enterprise:a",
            "revenue",
            value,
            bound=">" if year == 2021 else "=",
            period_start=date(year, 1, 1),
            period_end=date(year + 1, 1, 1),
        )
        for year, value in (
            (2018, Decimal(80)),
            (2020, Decimal(100)),
            (2021, Decimal(110)),
            (2022, Decimal(55)),
        )
    ]
    write(lake, "facts", rows)
    found = derived(lake, indicator("g", "%", expression="growth:revenue"), table(), UNITS)
    assert [(row["year"], row["value"], row["inexact"]) for row in found] == [
        (2021, 10.0, 1),
        (2022, -50.0, 1),
    ]


def test_a_growth_from_nothing_or_a_loss_has_no_number(lake: Lake) -> None:
    from datetime import date

    rows = [
        yearly(
            n,
            f"enterprise:{n % 2}",
            "revenue",
            value,
            period_start=date(y, 1, 1),
            period_end=date(y + 1, 1, 1),
        )
        for n, y, value in (
            (0, 2020, Decimal(0)),
            (2, 2021, Decimal(5)),
            (1, 2020, Decimal(-4)),
            (3, 2021, Decimal(4)),
        )
    ]
    write(lake, "facts", rows)
    found = derived(lake, indicator("g", "%", expression="growth:revenue"), table(), UNITS)
    assert [row["value"] for row in found] == [None, None]


@pytest.mark.parametrize("text", ["", "nothing", "share_of:a", "growth:a,b", "per:", "__import__('os'):a"])
def test_an_unknown_formula_is_the_packs_fault(text: str) -> None:
    with pytest.raises(PackError):
        formula(text)


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("rd_intensity", Decimal("0.01")),
        ("tax_per_mu", Decimal(10000)),
        ("share_of:tax,revenue", Decimal(100)),
        ("share_of:rd_expense,revenue", Decimal("0.01")),
        ("per:tax,land_area_mu", Decimal(1)),
        ("growth:tax", Decimal(100)),
    ],
)
def test_the_factor_brings_stored_units_to_the_formulas(text: str, factor: Decimal) -> None:
    assert factor_of(formula(text), table(), UNITS) == factor


def test_asking_a_stated_indicator_for_its_formula(lake: Lake) -> None:
    with pytest.raises(NotFound):
        derived(lake, indicator("tax", "亿元"), table(), UNITS)


def test_every_formula_a_pack_names_exists_and_its_units_fit() -> None:
    indicators = IndicatorTable.load(PACKS / "indicators", UNITS)
    for one in indicators:
        if one.expression is not None:
            assert factor_of(formula(one.expression), indicators, UNITS) > 0, one.key
