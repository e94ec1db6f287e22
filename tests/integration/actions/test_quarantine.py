"""Rows that wait: repaired and handed in again, alone or in a file; dismissed with a reason; by who may."""

import csv
from pathlib import Path

import pytest
from action_world import (
    FACT_HEADER,
    LIST_HEADER,
    SHENGZHOU,
    SYSTEM,
    XINCHANG,
    World,
    batch_of,
    counts,
    firm,
    key_of,
    officer,
)

from jiqun.actions import quarantine as acts
from jiqun.actions import retries
from jiqun.core.errors import InputError, NotAllowed, RowErrors, WrongState
from jiqun.lake.held_rows import held_row
from jiqun.ledger import audit, quarantine

TOWN = f"region:{XINCHANG}"
SHEET = (*LIST_HEADER, "营业收入（万元）", "联系人")
REVENUE = {"facts": [{"column": SHEET[4], "indicator": "revenue", "unit": "万元", "period": "2024"}]}
BAD = (firm(1)[0], "12345", "新昌县", "不详", "一千", "王某")


def test_a_held_row_is_kept_as_it_came(world: World) -> None:
    report = world.enterprises(BAD, header=SHEET, mapping=REVENUE)
    (item,) = world.held(report)
    held = held_row(world.desk.lake, batch_of(report), item.file, item.row_no)
    assert held is not None
    assert held.cells == dict(zip(SHEET, BAD, strict=True))
    assert {(fault.column, fault.code) for fault in held.faults} == {
        ("统一社会信用代码", "gate.malformed_uscc"), ("成立日期", "gate.bad_date"), (SHEET[4], "gate.bad_number"),
    }  # fmt: skip
    assert acts.columns_of(held) == SHEET


def test_a_repaired_row_comes_in_with_its_quantities_and_leaves_quarantine(world: World) -> None:
    report = world.enterprises(BAD, header=SHEET, mapping=REVENUE)
    (item,) = world.held(report)
    repaired = {"统一社会信用代码": firm(1)[1], "成立日期": "2001-03-04", "营业收入（万元）": "1000"}
    done = acts.resubmit(world.desk, item.id, repaired, by=SYSTEM, at=world.now())
    assert counts(done) == (1, 1, 0, 0, 0)
    assert world.told() == {(key_of(1), "revenue", "2024"): "0.1"}
    assert world.held(report) == ()
    closed = quarantine.get(item.id)
    assert (closed.state, closed.resolved_batch, closed.resolved_by) == ("resubmitted", done.batch_id, "test")
    (line,) = audit.list_page(action="quarantine.resubmit").rows
    assert line.detail["changed"]["成立日期"] == ["不详", "2001-03-04"]


def test_a_row_that_is_still_wrong_keeps_waiting_and_writes_nothing(world: World) -> None:
    report = world.enterprises(BAD, header=SHEET, mapping=REVENUE)
    (item,) = world.held(report)
    with pytest.raises(RowErrors) as caught:
        acts.resubmit(world.desk, item.id, {"统一社会信用代码": firm(1)[1]}, by=SYSTEM, at=world.now())
    assert [error.code for error in caught.value.errors] == ["gate.bad_date", "gate.bad_number"]
    with pytest.raises(RowErrors) as caught:
        acts.resubmit(
            world.desk, item.id, {"统一社会信用代码": firm(1)[1], "成立日期": ""}, by=SYSTEM, at=world.now()
        )
    assert [error.column for error in caught.value.errors] == ["营业收入（万元）"]
    assert len(world.held(report)) == 1
    assert world.subject(key_of(1)) is None


@pytest.mark.parametrize(
    "cells", [{"企业名称": "\x00", "地址": ""}, {"企业名称": "\ud800"}, dict.fromkeys(SHEET, "")]
)
def test_cells_nobody_can_keep_are_refused(world: World, cells: dict[str, str]) -> None:
    report = world.enterprises(BAD, header=SHEET, mapping=REVENUE)
    (item,) = world.held(report)
    with pytest.raises(InputError):
        acts.resubmit(world.desk, item.id, cells, by=SYSTEM, at=world.now())
    assert len(world.held(report)) == 1
    assert list(world.desk.uploads.iterdir()) == []


def test_a_row_with_cells_beyond_the_header_waits_until_they_are_put_right(world: World) -> None:
    report = world.facts((TOWN, "revenue", "2024", "1,200", "亿元", "余"), (TOWN, "gdp", "2024", "1", "亿元"))
    (item,) = world.held(report)
    with pytest.raises(RowErrors):
        acts.resubmit(world.desk, item.id, {}, by=SYSTEM, at=world.now())
    done = acts.resubmit(world.desk, item.id, {"+1": ""}, by=SYSTEM, at=world.now())
    assert done.created == 1
    assert world.told()[TOWN, "revenue", "2024"] == "1200"


def test_facts_subjects_and_relations_are_repaired_alike(world: World) -> None:
    facts = world.facts((TOWN, "revenue", "去年", "1", "亿元"))
    parks = world.subjects(("park:a", "甲园区", "火星", ""))
    ties = world.relations(("park:a", "part_of", TOWN, "", "", ""))
    for report, repaired in ((facts, {"period": "2024"}), (parks, {"region": XINCHANG}), (ties, {})):
        (item,) = world.held(report)
        assert acts.resubmit(world.desk, item.id, repaired, by=SYSTEM, at=world.now()).created == 1
    assert world.told() == {(TOWN, "revenue", "2024"): "1"}


def test_a_foreign_row_is_handed_in_by_who_may(world: World) -> None:
    here = officer("county_officer", "region", XINCHANG)
    report = world.enterprises(firm(1, SHENGZHOU), by=here)
    (item,) = world.held(report)
    with pytest.raises(RowErrors) as caught:
        acts.resubmit(world.desk, item.id, {}, by=here, at=world.now())
    assert [error.code for error in caught.value.errors] == ["auth.outside_scope"]
    assert acts.resubmit(world.desk, item.id, {}, by=SYSTEM, at=world.now()).created == 1
    found = world.subject(key_of(1, SHENGZHOU))
    assert found is not None
    assert (found.region, found.attributes["established_on"]) == (SHENGZHOU, "2001-03-04")


def test_a_row_is_settled_once(world: World) -> None:
    report = world.enterprises(firm(1), BAD[:4])
    (item,) = world.held(report)
    for reason in ("", " ", "由" * 301):
        with pytest.raises(InputError):
            acts.dismiss(world.desk, item.id, reason, by=SYSTEM, at=world.now())
    assert acts.dismiss(world.desk, item.id, "查无此企业", by=SYSTEM, at=world.now()).state == "dismissed"
    for again in (
        lambda: acts.dismiss(world.desk, item.id, "再一次", by=SYSTEM, at=world.now()),
        lambda: acts.resubmit(world.desk, item.id, {}, by=SYSTEM, at=world.now()),
    ):
        with pytest.raises(WrongState):
            again()
    (line,) = audit.list_page(action="quarantine.dismiss").rows
    assert line.detail["reason"] == "查无此企业"


@pytest.mark.parametrize(
    "by", [officer("analyst"), officer("county_officer", "region", SHENGZHOU)], ids=lambda by: by.label
)
def test_who_may_not_repair_is_refused(world: World, by: object) -> None:
    report = world.enterprises(BAD[:4], by=officer("county_officer", "region", XINCHANG))
    (item,) = world.held(report)
    for act in (
        lambda: acts.resubmit(world.desk, item.id, {}, by=by, at=world.now()),  # type: ignore[arg-type]
        lambda: acts.dismiss(world.desk, item.id, "不要", by=by, at=world.now()),  # type: ignore[arg-type]
        lambda: retries.waiting_rows(world.desk, batch_of(report), by=by),  # type: ignore[arg-type]
        lambda: retries.retry(world.desk, batch_of(report), None, by=by, at=world.now()),  # type: ignore[arg-type]
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_repaired_row_waits_again_when_its_repair_is_undone(world: World) -> None:
    report = world.facts((TOWN, "revenue", "去年", "1", "亿元"))
    (item,) = world.held(report)
    done = acts.resubmit(world.desk, item.id, {"period": "2024"}, by=SYSTEM, at=world.now())
    world.undo(done)
    assert world.told() == {}
    assert [waiting.id for waiting in world.held(report)] == [item.id]
    acts.resubmit(world.desk, item.id, {"period": "2024"}, by=SYSTEM, at=world.now())
    assert world.told() == {(TOWN, "revenue", "2024"): "1"}


# several rows at once


def test_waiting_rows_are_written_out_repaired_and_handed_in_again(world: World, tmp_path: Path) -> None:
    report = world.enterprises(firm(1), BAD, ("", firm(3)[1], "", "", "", ""), header=SHEET, mapping=REVENUE)
    assert {row["code"] for row in retries.waiting_rows(world.desk, batch_of(report), by=SYSTEM)} == {
        "gate.malformed_uscc", "gate.bad_date", "gate.bad_number", "gate.name_missing",
    }  # fmt: skip
    path = tmp_path / "待修.csv"
    assert retries.write_waiting(world.desk, batch_of(report), path, by=SYSTEM) == 2
    rows = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    rows[1][rows[0].index("统一社会信用代码")], rows[1][rows[0].index("成立日期")] = firm(2)[1], "2002-02-02"
    rows[1][rows[0].index("营业收入（万元）")] = "1000"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    done = retries.retry(world.desk, batch_of(report), path, by=SYSTEM, at=world.now())
    assert counts(done) == (2, 1, 0, 0, 1)
    assert world.told() == {(key_of(2), "revenue", "2024"): "0.1"}
    assert [item.row_no for item in world.held(report)] == [4]
    world.undo(done)
    assert [item.row_no for item in world.held(report)] == [3, 4]


def test_rows_are_handed_in_again_as_they_are_once_the_world_has_changed(world: World) -> None:
    report = world.facts(("park:a", "investment", "2024", "1", "亿元"), header=FACT_HEADER)
    world.subjects(("park:a", "甲园区", XINCHANG, ""))
    done = retries.retry(world.desk, batch_of(report), None, by=SYSTEM, at=world.now())
    assert (done.created, world.held(report)) == (1, ())
    with pytest.raises(InputError) as caught:
        retries.retry(world.desk, batch_of(report), None, by=SYSTEM, at=world.now())
    assert caught.value.code == "batch.nothing_waits"
