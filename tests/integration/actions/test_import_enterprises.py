"""Lists of enterprises: what is new, changed, the same; what is kept, held, refused; and who may write what."""

from datetime import date, timedelta

import pytest
from action_world import (
    LIST_HEADER,
    MORNING,
    SHENGZHOU,
    SYSTEM,
    XINCHANG,
    CrashError,
    World,
    batch_of,
    counts,
    crashing,
    firm,
    key_of,
    officer,
)
from gate_rows import uscc

from jiqun.core.errors import InputError, NotAllowed
from jiqun.lake.registrations import RegistrationReader
from jiqun.ledger import audit, batches, outbox, quarantine, search, subjects

BAD = ("", "12345", "某地", "不详")
WITH_REVENUE = (*LIST_HEADER, "营业收入（万元）")
REVENUE = {"facts": [{"column": WITH_REVENUE[4], "indicator": "revenue", "unit": "万元", "period": "2024"}]}


def test_a_first_list_is_the_register(world: World) -> None:
    report = world.enterprises(firm(1), firm(2), firm(3, SHENGZHOU), BAD)
    assert counts(report) == (4, 3, 0, 0, 1)
    assert report.accepted == 3
    assert report.placed == {"code_and_address": 3}
    found = world.subject(key_of(1))
    assert found is not None
    assert (found.label_zh, found.code, found.region, found.city) == (firm(1)[0], uscc(1), XINCHANG, "330600")
    assert found.attributes["established_on"] == "2001-03-04"
    assert (found.provisional, found.uscc_grade, found.batch) == (False, "valid", report.batch_id)
    assert world.state(report) == "visible"
    assert [hit.key for hit in search.search("试样轴承1号")] == [key_of(1)]
    assert world.registrations() == 3


def test_the_same_list_again_changes_nothing(world: World) -> None:
    world.enterprises(firm(1), firm(2))
    before = subjects.get_many([key_of(1), key_of(2)])
    assert counts(world.enterprises(firm(1), firm(2))) == (2, 0, 0, 2, 0)
    assert subjects.get_many([key_of(1), key_of(2)]) == before
    assert world.registrations() == 2


def test_a_changed_row_updates_and_keeps_who_created_it(world: World) -> None:
    first = world.enterprises(firm(1), firm(2))
    second = world.enterprises(firm(1, address="浙江省绍兴市新昌县新路9号"), firm(2), firm(3))
    assert counts(second) == (3, 1, 1, 1, 0)
    found = world.subject(key_of(1))
    assert found is not None
    assert found.attributes["address"] == "浙江省绍兴市新昌县新路9号"
    assert (found.batch, found.first_batch) == (second.batch_id, first.batch_id)


def test_an_enterprise_known_only_by_name_is_provisional(world: World) -> None:
    report = world.enterprises(("无码轴承厂", "", "浙江省绍兴市新昌县", ""))
    found = world.subject("enterprise:无码轴承厂")
    assert found is not None
    assert (found.provisional, found.code, found.region, report.created) == (True, "", XINCHANG, 1)


def test_rows_told_twice_count_as_the_same_and_contradictions_wait(world: World) -> None:
    report = world.enterprises(firm(1), firm(1), firm(1, since="1999-01-01"))
    assert counts(report) == (3, 1, 0, 1, 1)
    assert (report.accepted, report.flagged) == (2, 1)
    assert [item.codes for item in world.held(report)] == [("gate.conflicting_row",)]


def test_a_trial_writes_nothing(world: World) -> None:
    report = world.enterprises(firm(1), BAD, dry_run=True)
    assert counts(report) == (2, 1, 0, 0, 1)
    assert (report.dry_run, report.batch_id) == (True, None)
    assert world.subject(key_of(1)) is None
    assert world.registrations() == 0
    assert list(batches.list_page().rows) == []


def test_a_later_list_without_a_column_keeps_what_is_known(world: World) -> None:
    """An office's yearly list has names and codes only; it must not wipe out addresses and places."""
    header = (*LIST_HEADER, "企业类型", "注册资本", "行业代码", "经营范围", "登记状态")
    rich = (*firm(1), "有限责任公司", "500", "3451", "轴承制造", "存续")
    world.enterprises(rich, header=header)
    before = world.subject(key_of(1))
    assert before is not None
    poor = world.enterprises(firm(1)[:2], header=LIST_HEADER[:2])
    assert counts(poor) == (1, 0, 0, 1, 0)
    assert world.subject(key_of(1)) == before
    renamed = world.enterprises(("新昌县新名轴承有限公司", uscc(1)), header=LIST_HEADER[:2])
    after = world.subject(key_of(1))
    assert after is not None
    assert (renamed.updated, after.label_zh) == (1, "新昌县新名轴承有限公司")
    assert (after.attributes, after.region, after.city) == (before.attributes, before.region, before.city)
    assert after.industry_code == "3451"


def test_a_list_that_has_the_column_but_leaves_the_cell_empty_says_so(world: World) -> None:
    world.enterprises(firm(1))
    world.enterprises((*firm(1)[:2], "", ""))
    found = world.subject(key_of(1))
    assert found is not None
    assert "established_on" not in found.attributes
    assert found.region == XINCHANG  # the code still says where it is


def test_undoing_a_list_that_was_completed_from_the_ledger_restores_the_whole(world: World) -> None:
    world.enterprises(firm(1))
    before = world.subject(key_of(1))
    renamed = world.enterprises(("新昌县新名轴承有限公司", uscc(1)), header=LIST_HEADER[:2])
    again = world.enterprises(("新昌县第三名轴承有限公司", uscc(1)), header=LIST_HEADER[:2])
    world.undo(again)
    middle = world.subject(key_of(1))
    assert middle is not None
    assert before is not None
    assert (middle.label_zh, middle.attributes) == ("新昌县新名轴承有限公司", before.attributes)
    world.undo(renamed)
    last = world.subject(key_of(1))
    assert last is not None
    assert (last.label_zh, last.attributes, last.batch) == (before.label_zh, before.attributes, before.batch)


# quantities in a list


def test_quantities_of_a_list_are_facts_of_the_same_batch(world: World) -> None:
    report = world.enterprises((*firm(1), "3,000"), (*firm(2), "—"), header=WITH_REVENUE, mapping=REVENUE)
    assert world.told(batch=batch_of(report)) == {(key_of(1), "revenue", "2024"): "0.3"}
    again = world.enterprises((*firm(1), "3,000"), (*firm(2), "—"), header=WITH_REVENUE, mapping=REVENUE)
    assert world.told(batch=batch_of(again)) == {}
    assert again.unchanged == 2
    world.enterprises((*firm(1), "3500"), header=WITH_REVENUE, mapping=REVENUE)
    assert world.told() == {(key_of(1), "revenue", "2024"): "0.35"}


def test_a_row_with_a_faulty_quantity_waits_whole_and_can_be_handed_in_again(world: World) -> None:
    report = world.enterprises((*firm(1), "三千"), (*firm(2), "1"), header=WITH_REVENUE, mapping=REVENUE)
    assert counts(report) == (2, 1, 0, 0, 1)
    (item,) = world.held(report)
    assert (item.codes, item.columns, item.row_no) == (("gate.bad_number",), ("营业收入（万元）",), 2)
    assert world.subject(key_of(1)) is None
    held = world.desk.lake.run(f"SELECT raw FROM {world.desk.lake.table_sql('quarantine')}")
    assert firm(1)[0] in str(held[0][0])
    assert "三千" in str(held[0][0])


def test_a_quantity_nobody_can_read_is_refused_before_any_row(world: World) -> None:
    for wrong in (
        {"indicator": "happiness"},
        {"unit": "亿圆"},
        {"unit": "家"},
        {"period": "去年"},
        {"status": "wish"},
    ):
        mapping = {"facts": [REVENUE["facts"][0] | wrong]}
        with pytest.raises(InputError):
            world.enterprises((*firm(1), "1"), header=WITH_REVENUE, mapping=mapping)
    assert world.subject(key_of(1)) is None


# who may write what


def test_a_county_officers_foreign_rows_are_held_whole(world: World) -> None:
    officer_here = officer("county_officer", "region", XINCHANG)
    foreign, homeless = firm(2, SHENGZHOU), ("无处轴承厂", "", "", "")
    report = world.enterprises(firm(1), foreign, homeless, by=officer_here)
    assert counts(report) == (3, 1, 0, 0, 2)
    assert [item.codes for item in world.held(report)] == [("auth.outside_scope",)] * 2
    assert world.subject(key_of(2, SHENGZHOU)) is None
    assert batches.get(batch_of(report)).scope == officer_here.grants[0].scope
    held = world.desk.lake.run(f"SELECT raw FROM {world.desk.lake.table_sql('quarantine')} WHERE row_no = 3")
    assert all(cell in str(held[0][0]) for cell in foreign)


def test_a_county_officer_cannot_pull_an_enterprise_over_by_its_address(world: World) -> None:
    world.enterprises(firm(1, SHENGZHOU))
    pulled = (*firm(1, SHENGZHOU)[:2], "浙江省绍兴市新昌县人民路1号", "2001-03-04")
    report = world.enterprises(pulled, by=officer("county_officer", "region", XINCHANG))
    assert counts(report) == (1, 0, 0, 0, 1)
    found = world.subject(key_of(1, SHENGZHOU))
    assert found is not None
    assert found.region == SHENGZHOU


def test_an_enterprise_writes_itself_only(world: World) -> None:
    world.enterprises(firm(1), firm(2))
    own = officer("enterprise", "enterprise", key_of(1))
    report = world.enterprises(firm(1, address="新昌县新路1号"), firm(2, address="新昌县新路2号"), by=own)
    assert counts(report) == (2, 0, 1, 0, 1)


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_who_only_reads_is_refused_and_nothing_is_left_behind(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        world.enterprises(firm(1), by=officer(role))
    assert world.subject(key_of(1)) is None
    assert list(batches.list_page().rows) == []


# all or nothing


def test_the_audit_line_is_of_the_same_transaction(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.enterprises(firm(1), BAD)
    (line,) = audit.list_page(batch=batch_of(report)).rows
    assert (line.action, line.target, line.by) == (
        "import.enterprises",
        f"batch:{report.batch_id}",
        SYSTEM.label,
    )
    assert (line.detail["created"], line.detail["quarantined"]) == (1, 1)
    seen = audit.list_page().total
    monkeypatch.setattr(audit, "record", crashing)
    with pytest.raises(CrashError):
        world.enterprises(firm(2), BAD)
    assert world.subject(key_of(2)) is None
    assert audit.list_page().total == seen
    assert [batch.id for batch in batches.list_page().rows] == [report.batch_id]
    assert quarantine.list_page(state="waiting").total == 1
    assert outbox.unfinished() == ()
    assert world.registrations() == 1


def test_earlier_rows_of_a_subject_are_told_newest_first(world: World) -> None:
    world.enterprises(firm(1))
    changed = world.enterprises(firm(1, since="2002-02-02"))
    world.undo(changed)
    rows = RegistrationReader(world.desk.lake).of_subject(key_of(1))
    assert [(row["established_on"], row["undone"]) for row in rows] == [
        (date(2002, 2, 2), True), (date(2001, 3, 4), False),
    ]  # fmt: skip


def test_tomorrow_begins_at_midnight_in_zhejiang(world: World) -> None:
    late = MORNING.replace(hour=23)
    day_after = (late + timedelta(days=1)).date().isoformat()
    assert world.enterprises(firm(1, since=day_after), at=late).created == 1
    from datetime import UTC

    assert world.enterprises(firm(2, since=day_after), at=late.astimezone(UTC)).created == 1


def test_long_and_odd_texts_get_in_or_are_told_on_both_databases(world: World) -> None:
    header = (*LIST_HEADER, "行业代码", "经营范围")
    rows = [
        (*firm(1), "轴承、齿轮和传动部件制造业", "x" * 3000),
        ("厂" * 180, "", "新昌县", "", "", ""),
        ("厂" * 181, "", "新昌县", "", "", ""),
        ("一\x1f厂", "", "新昌县", "", "", "\x7f"),
    ]
    report = world.enterprises(*rows, header=header)
    assert counts(report) == (4, 2, 0, 0, 2)


@pytest.mark.parametrize("source", ["s" * 81, "a\x00b"])
def test_a_source_key_that_cannot_be_kept_is_refused(world: World, source: str) -> None:
    with pytest.raises(InputError):
        world.enterprises(firm(1), source=source)
