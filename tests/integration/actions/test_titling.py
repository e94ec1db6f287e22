"""Titles from a list: the whole list or none of it; the same list again changes nothing."""

from pathlib import Path

import pytest
from action_world import SHENGZHOU, XINCHANG, World, firm, key_of, officer

from jiqun.actions import titling
from jiqun.core.errors import NotAllowed, RowErrors
from jiqun.ledger import audit, titles

pytestmark = pytest.mark.django_db
HEADER = ("企业名称", "统一社会信用代码", "称号", "认定日期", "有效期止", "文号")
COUNTY = officer("county_officer", "region", XINCHANG)
GOOD = (firm(1)[0], firm(1)[1], "专精特新中小企业", "2024-05-01", "2027-04-30", "浙经信〔2024〕1号")


def handed_in(world: World, *rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> Path:
    return world.file(header, rows)


def test_a_list_is_entered_once(world: World) -> None:
    world.enterprises(firm(1), firm(2))
    rows = (GOOD, (firm(2)[0], "", "title_high_tech_until", "2025年1月1日", "2027-12-31", ""))
    for entered, unchanged in ((2, 0), (0, 2)):
        done = titling.register(world.desk, handed_in(world, *rows), by=COUNTY, at=world.now())
        assert (done.entered, done.unchanged) == (entered, unchanged)
    (one,) = titles.of_subject(key_of(1))
    assert (one.field, one.label_zh, one.how, one.origin) == (
        "title_zjtx_until", "专精特新中小企业", "registered", "浙经信〔2024〕1号",
    )  # fmt: skip
    assert [line.action for line in audit.of_target(f"title:{one.id}")] == ["title.enter"]


def test_a_list_with_errors_is_refused_whole(world: World) -> None:
    world.enterprises(firm(1), firm(2))
    rows = (
        GOOD,
        (firm(2)[0], "", "最佳企业", "2024-05-01", "2027-04-30", ""),
        (firm(2)[0], "", "专精特新中小企业", "2024-05-01", "2024-04-30", ""),
        (firm(2)[0], "", "专精特新中小企业", "2099-05-01", "2999-04-30", ""),
        (firm(2)[0], "", "专精特新中小企业", "", "明年", ""),
        ("没有的公司", "", "专精特新中小企业", "2024-05-01", "2027-04-30", ""),
        ("", "123", "专精特新中小企业", "2024-05-01", "2027-04-30", ""),
        (firm(1)[0], "", "专精特新中小企业", "2026-05-01", "2029-04-30", ""),
    )
    with pytest.raises(RowErrors) as refused:
        titling.register(world.desk, handed_in(world, *rows[:-1]), by=COUNTY, at=world.now())
    assert [(one.row, one.code) for one in refused.value.errors] == [
        (3, "title.no_kind"), (4, "title.days"), (5, "gate.date_in_future"), (6, "firm.bad_date"), (6, "firm.bad_date"),
        (7, "title.no_enterprise"), (8, "firm.bad_code"),
    ]  # fmt: skip
    with pytest.raises(RowErrors) as twice:
        titling.register(world.desk, handed_in(world, GOOD, rows[-1]), by=COUNTY, at=world.now())
    assert [(one.row, one.code) for one in twice.value.errors] == [(3, "title.held_already")]
    with pytest.raises(RowErrors) as headless:
        told = handed_in(world, GOOD, header=("单位", "代码", "荣誉", "认定日期", "有效期止", "文号"))
        titling.register(world.desk, told, by=COUNTY, at=world.now())
    lacking = [(one.column, one.code) for one in headless.value.errors]
    assert lacking == [("统一社会信用代码", "title.no_column"), ("称号", "title.no_column")]
    assert titles.titles_held([key_of(1), key_of(2)]) == {}


def test_only_who_decides_there_enters_titles(world: World) -> None:
    world.enterprises(firm(1), firm(2, SHENGZHOU))
    elsewhere = (firm(2, SHENGZHOU)[0], "", *GOOD[2:])
    with pytest.raises(NotAllowed) as scope:
        titling.register(world.desk, handed_in(world, GOOD, elsewhere), by=COUNTY, at=world.now())
    with pytest.raises(NotAllowed) as role:
        titling.register(world.desk, handed_in(world, GOOD), by=officer("analyst"), at=world.now())
    assert (scope.value.code, role.value.code) == ("auth.scope", "auth.role")
    assert titles.of_subject(key_of(1)) == ()
