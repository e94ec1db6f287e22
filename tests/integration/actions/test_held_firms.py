"""Firms out of the ledger: the fact that counts for a field, in its unit; what settles nothing stays unknown."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from action_world import SHENGZHOU, World, firm, key_of, officer

from jiqun.actions.held_firms import HeldFirm, held_firm, held_firms
from jiqun.actions.reading.conflicts import ConflictAsk, conflicts_page
from jiqun.core.errors import NotFound
from jiqun.core.states import NEVER
from jiqun.ledger import sources
from jiqun.ledger.sources import Source

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 1)
ONE, TWO = key_of(1), key_of(2, SHENGZHOU)
HEADER = ("subject", "indicator", "period", "value", "unit", "bound", "status", "scope", "breakdown")
OFFICER = officer("provincial_officer")


@pytest.fixture
def told(world: World) -> Callable[..., HeldFirm]:
    """Two enterprises, and what is known of the first after rows of facts are told."""
    world.enterprises(firm(1), firm(2, SHENGZHOU))

    def known(*rows: tuple[str, ...], on: date = ON, **more: object) -> HeldFirm:
        if rows:
            padded = [(ONE, *row, *[""] * (len(HEADER) - 1 - len(row))) for row in rows]
            assert not world.facts(*padded, header=HEADER, **more).quarantined
        return held_firm(world.desk, ONE, by=OFFICER, on=on)

    return known


def test_years_and_units(told: Callable[..., HeldFirm]) -> None:
    """The last full year on the day judged is the column without a mark; 0.52 亿元 are 5200 万元, exactly."""
    found = told(
        ("revenue", "2025", "0.52", "亿元"), ("revenue", "2024", "4700.5", "万元"), ("revenue", "2021", "1", "万元"),
        ("employee_count", "@2025", "75", "人"), ("rd_expense", "2022", "7", "万元"),
    )  # fmt: skip
    values = found.firm.values
    assert values["operating_revenue_wan"] == Decimal(5200)
    assert values["operating_revenue_wan@-1"] == Decimal("4700.5")
    assert values["employees"] == Decimal(75)
    assert "operating_revenue_wan@-4" not in values, "older than the field looks back"
    assert "rd_expense_wan@-3" not in values
    assert values["established_on"] == date(2001, 3, 4)
    assert set(found.facts) == set(values) - {"established_on"}
    assert (found.firm.uscc, found.firm.region, found.synthetic) == (
        ONE[len("enterprise:") :],
        "330624",
        False,
    )
    earlier = told(on=date(2025, 12, 31)).firm.values
    assert earlier["operating_revenue_wan"] == Decimal("4700.5")


def test_what_settles_nothing(told: Callable[..., HeldFirm]) -> None:
    """Half a year, two years, more than 5,000, a target, a claim, a part, a scope: none is the number of the year."""
    found = told(
        ("revenue", "2025H1", "5200", "万元"),
        ("tax", "2024..2025", "5200", "万元"),
        ("sales", "2025", "5000", "万元", ">"),
        ("rd_expense", "2025", "5000", "万元", "", "target"),
        ("value_added", "2025", "5000", "万元", "", "claim"),
        ("export_value", "2025", "5000", "万元", "", "", "境外"),
        ("electricity_use", "2025", "50", "万千瓦时", "", "", "", "industry=轴承"),
    )
    assert set(found.firm.values) == {"established_on"}


def test_of_a_day_the_newest_counts(told: Callable[..., HeldFirm]) -> None:
    """The newest whose period is over on the day judged; later ones are not yet told then."""
    rows = [
        ("valid_invention_patent_count", f"@{day}", n, "件")
        for day, n in (("2024", "3"), ("2026-03", "5"), ("2026-07-01", "9"))
    ]
    assert told(*rows).firm.values["invention_patents"] == Decimal(5)
    assert told(on=date(2026, 7, 1)).firm.values["invention_patents"] == Decimal(9)
    assert told(on=date(2026, 3, 30)).firm.values["invention_patents"] == Decimal(3)


def test_a_day_of_the_year_before(told: Callable[..., HeldFirm]) -> None:
    """The platform's score on the day, and what it was on that day a year before."""
    found = told(("zjtx_dev_score", "@2025-03-01", "48", "分"), ("zjtx_dev_score", "@2026-03-01", "61", "分"))
    scores = found.firm.values["zjtx_dev_score"], found.firm.values["zjtx_dev_score@-1"]
    assert scores == (Decimal(61), Decimal(48))
    assert "zjtx_dev_score@-1" not in told(on=date(2026, 2, 1)).firm.values


def test_of_two_sources_the_trusted_one_counts(told: Callable[..., HeldFirm], world: World) -> None:
    """A yearbook goes before a firm's own sheet, whichever came last; and when it says "over", nobody says how much."""
    sources.save(Source("yearbook", "register", "年鉴"))
    told(("revenue", "2025", "4900", "万元"), source="yearbook")
    both = told(("revenue", "2025", "5100", "万元"), ("rd_expense", "2025", "80", "万元"))
    assert both.firm.values["operating_revenue_wan"] == Decimal(4900)
    assert (
        "rd_expense_wan" not in told(("rd_expense", "2025", "70", "万元", ">"), source="yearbook").firm.values
    )


def test_whose_firms(told: Callable[..., HeldFirm], world: World) -> None:
    """All in order of key, those of a place, those asked for; a private sheet speaks to those who may read it."""
    told(("revenue", "2025", "5200", "万元"))
    every = held_firms(world.desk, by=OFFICER, on=ON)
    assert [one.key for one in every] == sorted([ONE, TWO])
    assert [one.key for one in held_firms(world.desk, by=OFFICER, on=ON, region=SHENGZHOU)] == [TWO]
    assert len(held_firms(world.desk, by=OFFICER, on=ON, region="330600")) == 2
    assert [one.key for one in held_firms(world.desk, by=OFFICER, on=ON, keys=[TWO, "enterprise:none"])] == [
        TWO
    ]
    assert held_firms(world.desk, by=OFFICER, on=date(2001, 3, 3)) == (), "founded the day after"
    neighbour = officer("county_officer", "region", SHENGZHOU)
    seen = {one.key: one.firm.values for one in held_firms(world.desk, by=neighbour, on=ON)}
    assert "operating_revenue_wan" not in seen.get(ONE, {})
    with pytest.raises(NotFound):
        held_firm(world.desk, "enterprise:none", by=OFFICER, on=ON)


def test_states_are_facts(told: Callable[..., HeldFirm]) -> None:
    """Yes or no, a day, one of some words: told in the cell of the number or of the words, as people write them."""
    found = told(
        ("little_giant_control", "@2026-05-31", "否", ""), ("title_zjtx_until", "@2026-05-31", "2027年12月31日", "状态"),
        ("title_little_giant_until", "@2026-05-31", "从未", ""), ("rd_institution", "@2026-05-31", "省级", ""),
        ("listed", "@2026-06-02", "是", ""),
    )  # fmt: skip
    values = found.firm.values
    assert values["little_giant_control"] is False
    assert values["title_zjtx_until"] == date(2027, 12, 31)
    assert values["title_little_giant_until"] == NEVER
    assert values["rd_institution"] == "省级"
    assert "listed" not in values, "told after the day judged"


def test_states_through_every_door(told: Callable[..., HeldFirm], world: World) -> None:
    """A list with columns of states; "none" is an answer there. What is undone is unknown again; a wrong word is held."""
    mapping = {
        "columns": {"name": "企业名称", "uscc": "代码"},
        "facts": [
            {
                "column": "专精特新有效期",
                "indicator": "title_zjtx_until",
                "unit": "状态",
                "period": "@2026-05",
            },
            {"column": "用地（亩）", "indicator": "land_own", "unit": "亩", "period": "2025"},
            {"column": "控制关系", "indicator": "little_giant_control", "unit": "状态", "period": "@2026-05"},
        ],
    }
    name, code = firm(1)[:2]
    header = ("企业名称", "代码", "专精特新有效期", "用地（亩）", "控制关系")
    report = world.enterprises((name, code, "无", "无", "√"), header=header, mapping=mapping)
    values = told().firm.values
    assert (values["title_zjtx_until"], values["little_giant_control"]) == (NEVER, True)
    assert "land_own_mu" not in values, "none says that nobody knows how much land"
    world.undo(report)
    assert "title_zjtx_until" not in told().firm.values
    assert world.facts((ONE, "rd_institution", "@2026-05", "某级", "")).quarantined == 1


def test_states_that_differ_are_a_conflict(told: Callable[..., HeldFirm], world: World) -> None:
    """Two offices, two answers: both stay, the order of trust shows one, and the list of conflicts has the cell."""
    sources.save(Source("yearbook", "register", "年鉴"))
    told(("above_scale", "@2025", "否", ""), source="yearbook")
    assert told(("above_scale", "@2025", "是", "")).firm.values["above_scale"] is False
    (found,) = conflicts_page(world.desk, OFFICER, ConflictAsk()).rows
    assert (found.indicator.key, found.percent) == ("above_scale", "≠")
    assert sorted(one.value_text for one in found.statements) == ["否", "是"]
