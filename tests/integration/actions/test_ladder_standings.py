"""Where firms stand: the column judge and the row judge say the same of the next rung; unknown titles stay unknown."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules_house import PACKS, firm, shipped, values_for

from jiqun.actions import ladder as ladders
from jiqun.actions.desk import Desk
from jiqun.core.states import NEVER
from jiqun.rules.cases import run_cases
from jiqun.rules.firm import Firm
from jiqun.rules.truth import State

ON = date(2026, 6, 1)
SOON = date(2028, 1, 1)
NONE = dict.fromkeys(
    ("title_innovative_sme_until", "title_zjtx_until", "title_little_giant_until", "title_single_champion_until"), NEVER
)  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield Desk(tmp_path_factory.mktemp("ladder-home"), PACKS, memory_mb=256)


def giant(**changed: object) -> Firm:
    """A specialised SME that meets all a little giant needs, but for what is changed."""
    case = next(
        one for one in run_cases(shipped()["national/little_giant"]) if one.case.key == "meets_2026"
    ).case
    return firm(**{**case.firm.values, **NONE, "title_zjtx_until": SOON, **changed})  # type: ignore[arg-type]


def test_who_is_ready_one_step_away_or_lacks_papers(here: Desk) -> None:
    one = ladders.ladder(here, "quality_sme")
    firms = [
        giant(),
        giant(class1_ip_self_filed_top3=3),
        giant(class1_ip_self_filed_top3=3, segment_share_pct=None),
        giant(segment_share_pct=None, domestic_rank=None),
        giant(segment_years=2),
        giant(class1_ip_self_filed_top3=1, operating_revenue_wan=4000),
        giant(title_zjtx_until=NEVER),
        firm(**{**NONE, "title_single_champion_until": SOON}),
        firm(),
    ]  # fmt: skip
    found = ladders.standings(here, one, firms, on=ON)
    assert [(has.held.rung, has.above.key if has.above else "", has.step) for has in found] == [
        ("specialised", "little_giant", "ready"), ("specialised", "little_giant", "one_step"),
        ("specialised", "little_giant", "further"), ("specialised", "little_giant", "papers"),
        ("specialised", "little_giant", "closed"), ("specialised", "little_giant", "further"),
        ("", "innovative", found[6].step), ("champion", "", "top"), ("", "innovative", "papers"),
    ]  # fmt: skip
    assert found[1].away is not None and found[1].away.unmet == ("ip",)
    assert len(found[8].held.unknown) == 4 and not found[6].held.unknown


def test_the_way_of_one_firm_is_in_its_own_units(here: Desk) -> None:
    one = ladders.ladder(here, "quality_sme")
    lacking = giant(
        rd_expense_wan=620,
        class1_ip_self_filed_top3=3,
        **{"rd_expense_wan@-1": 460, "operating_revenue_wan@-1": 15000},
    )
    way = ladders.climb(here, one, one.rungs[2], lacking, on=ON)
    assert way is not None and way.state is State.UNMET and way.version.key == "2026"
    assert {(gap.clause, gap.short, gap.unit) for gap in way.way.unmet} == {
        ("rd_sum", Decimal(120), "万元"), ("ip.condition", Decimal(1), "件"),
    }  # fmt: skip
    assert {gap.clause: gap.effort for gap in way.way.unmet} == {"rd_sum": 4, "ip.condition": 6}
    before = ladders.climb(here, one, one.rungs[2], lacking, on=date(2022, 1, 1))
    assert before is None  # no rule yet: nothing is said


def digital_firms() -> tuple[Firm, Firm, Firm]:
    """A firm that answered all to the full, one with all scenes at level 2, one nobody knows anything of."""
    cases = run_cases(shipped()["national/sme_digital"])
    full = next(case.case.firm for case in cases if case.case.key == "all_max")
    scenes = {name: Decimal(2) for name in full.values if name.startswith("scene_")}
    return (
        full,
        Firm(full.uscc, full.name, full.region, {**full.values, **scenes}),
        Firm("", "", "331003", {}),
    )


def test_levels_of_a_questionnaire_are_rungs_held_by_judging(here: Desk) -> None:
    one = ladders.ladder(here, "digital")
    full, lower, empty = digital_firms()
    top, second, nothing = ladders.standings(here, one, [full, lower, empty], on=date(2025, 6, 1))
    assert (top.held.rung, top.step) == ("level4", "top")
    assert (second.held.rung, second.above and second.above.key, second.step) == (
        "level2",
        "level3",
        "further",
    )
    assert nothing.held.rung == "" and len(nothing.held.unknown) == 4 and nothing.step == "papers"
    way = ladders.climb(here, one, one.rungs[2], lower, on=date(2025, 6, 1))
    assert way is not None
    assert {gap.clause.partition(".")[0] for gap in way.way.unmet} == {
        "level3_scenes_reached",
        "level3_constrained_reached",
    }
    assert {(gap.value, gap.needed, gap.short) for gap in way.way.unmet} == {
        (Decimal(2), Decimal(3), Decimal(1))
    }


@pytest.mark.fuzz
def test_columns_give_the_levels_rows_give(here: Desk) -> None:
    one, day = ladders.ladder(here, "digital"), date(2025, 6, 1)
    firms = [*digital_firms()] * 5
    assert ladders.standings(here, one, firms, on=day) == [
        ladders.standing(here, one, each, on=day) for each in firms
    ]


@pytest.mark.parametrize("key", ["quality_sme", "smart_factory"])
def test_columns_and_rows_agree_about_the_next_rung(here: Desk, key: str) -> None:
    one = ladders.ladder(here, key)
    columns = {
        name: values for rung in one.rungs for name, values in values_for(shipped()[rung.pack]).items()
    }
    drawn = st.fixed_dictionaries({}, optional={name: st.none() | values for name, values in columns.items()})

    @settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(drawn, min_size=30, max_size=30))
    def agree(values: list[dict[str, object]]) -> None:
        firms = [firm(**one) for one in values]  # type: ignore[arg-type]
        for has, each in zip(ladders.standings(here, one, firms, on=ON), firms, strict=True):
            assert has == ladders.standing(here, one, each, on=ON)
            if has.above is None or has.away is None:
                continue
            way = ladders.climb(here, one, has.above, each, on=ON)
            assert way is not None and way.state is has.away.state
            if has.step == "ready":
                assert not way.way.unmet and not way.way.unknown
            if has.step == "one_step":
                assert way.way.unmet and len({gap.top for gap in way.way.unmet}) == 1

    agree()


def test_counts_of_past_years_come_from_the_dates_of_titles(here: Desk) -> None:
    one = ladders.ladder(here, "quality_sme")
    firms = [
        firm(title_zjtx_until=date(2027, 12, 31)),
        firm(title_zjtx_until=date(2024, 6, 30)),
        firm(title_zjtx_until=NEVER),
        firm(),
    ]
    rung = one.rungs[1]
    counted = {
        year: sum(ladders.was_in_force(rung, each, shipped(), date(year, 12, 31)) for each in firms)
        for year in range(2020, 2029)
    }
    assert counted == {2020: 0, 2021: 1, 2022: 1, 2023: 1, 2024: 1, 2025: 1, 2026: 1, 2027: 1, 2028: 0}


def test_an_office_puts_its_own_weights_in_its_home(tmp_path: Path) -> None:
    mine = Desk(tmp_path, PACKS)
    one = ladders.ladder(mine, "quality_sme")
    lacking = giant(class1_ip_self_filed_top3=3)

    def weight() -> Decimal:
        way = ladders.climb(mine, one, one.rungs[2], lacking, on=ON)
        assert way is not None
        return way.way.effort

    assert weight() == 6
    (tmp_path / "efforts.toml").write_text(
        '[[effort]]\nweight = 2\nlabel = { zh = "快", en = "quick" }\nfields = ["class1_ip_self_filed_top3"]\n'
    )  # fmt: skip
    assert weight() == 2
