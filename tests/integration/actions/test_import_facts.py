"""Tables of facts: new, the same, corrected; provisional enterprises; what was known when; who may say what."""

from datetime import date, timedelta

import pytest
from action_world import (
    FACT_HEADER,
    MORNING,
    SHENGZHOU,
    XINCHANG,
    World,
    batch_of,
    counts,
    firm,
    key_of,
    officer,
)
from django.db import connection

from jiqun.core.errors import InputError, NotAllowed
from jiqun.lake.facts import FactReader
from jiqun.ledger import audit, batches, subjects
from jiqun.ledger.sources import Source, save

TOWN = f"region:{XINCHANG}"
REVENUE = (TOWN, "revenue", "2024")
ROW = (*REVENUE, "12.5", "亿元")
MORE = (*FACT_HEADER, "source", "locator", "scope", "quote")


def test_new_facts_are_created_with_all_they_say(world: World) -> None:
    header = (
        *FACT_HEADER,
        "bound",
        "value_text",
        "kind",
        "scope",
        "status",
        "attributed_to",
        "source",
        "locator",
        "quote",
        "note",
    )
    report = world.facts(
        (
            *REVENUE,
            "200",
            "亿元",
            "≈",
            "近200亿",
            "level",
            "规上工业",
            "claim",
            "詹敏",
            "doc",
            "L12",
            "营收近200亿元",
            "含合作区",
        ),
        header=header,
    )
    assert counts(report) == (1, 1, 0, 0, 0)
    (row,) = FactReader(world.desk.lake).facts(batch=batch_of(report))
    shown = {
        name: row[name]
        for name in (
            "bound",
            "value_text",
            "scope",
            "status",
            "attributed_to",
            "source",
            "locator",
            "quote",
            "note",
        )
    }
    assert shown == {
        "bound": "≈", "value_text": "近200亿", "scope": "规上工业", "status": "claim", "attributed_to": "詹敏",
        "source": "doc", "locator": "L12", "quote": "营收近200亿元", "note": "含合作区",
    }  # fmt: skip
    assert (row["row_no"], row["file"], row["supersedes"], row["synthetic"]) == (2, "来件1.csv", None, False)
    assert (row["period_start"], row["period_end"]) == (date(2024, 1, 1), date(2025, 1, 1))


def test_the_same_table_again_changes_nothing(world: World) -> None:
    rows = [ROW, (TOWN, "gdp", "2024", "600", "亿元"), ROW]
    assert counts(world.facts(*rows)) == (3, 2, 0, 1, 0)
    again = world.facts(*rows)
    assert counts(again) == (3, 0, 0, 3, 0)
    assert FactReader(world.desk.lake).count() == 2
    assert FactReader(world.desk.lake).count(batch=batch_of(again)) == 0


def test_another_value_for_the_same_statement_is_a_correction(world: World) -> None:
    first = world.facts(ROW)
    second = world.facts((*REVENUE, "13", "亿元"))
    assert counts(second) == (1, 0, 1, 0, 0)
    assert world.told() == {REVENUE: "13"}
    reader = FactReader(world.desk.lake)
    old, new = reader.history(str(reader.facts()[0]["id"]))
    assert (old["batch"], new["batch"]) == (first.batch_id, second.batch_id)
    assert new["supersedes"] == old["id"]
    assert counts(world.facts((*REVENUE, "13", "亿元"))) == (1, 0, 0, 1, 0)
    assert counts(world.facts(ROW)) == (1, 0, 1, 0, 0)  # said as at first: a correction of the correction
    assert world.told() == {REVENUE: "12.5"}


def test_two_values_in_one_table_leave_the_second_waiting_and_the_table_stays_repeatable(
    world: World,
) -> None:
    rows = [ROW, (*REVENUE, "13", "亿元")]
    for expected in ((2, 1, 0, 0, 1), (2, 0, 0, 1, 1)):
        report = world.facts(*rows)
        assert counts(report) == expected
        assert [item.codes for item in world.held(report)] == [("gate.conflicting_row",)]
    assert world.told() == {REVENUE: "12.5"}


def test_scope_status_speaker_and_source_tell_statements_apart(world: World) -> None:
    header = (*FACT_HEADER, "scope", "status", "attributed_to", "source")
    world.facts(
        (*ROW, "", "", "", ""), (*ROW, "规上", "", "", ""), (*ROW, "", "target", "", ""), (*ROW, "", "claim", "甲", ""),
        (*ROW, "", "claim", "乙", ""), (*ROW, "", "", "", "doc"), header=header,
    )  # fmt: skip
    assert FactReader(world.desk.lake).count() == 6


def test_a_document_may_say_a_thing_twice_a_sheet_may_not(world: World) -> None:
    rows = [(*ROW, source, place, "", "") for source in ("doc", "sheet") for place in ("L1", "L2")]
    report = world.facts(*rows, header=MORE)
    assert counts(report) == (4, 3, 0, 0, 1)


# subjects


def test_enterprises_not_yet_in_the_ledger_are_entered_provisionally(world: World) -> None:
    report = world.facts(
        ("enterprise:未登记轴承厂", "revenue", "2024", "1", "亿元"),
        ("enterprise:坏行厂", "revenue", "", "1", "亿元"),
    )
    assert counts(report) == (2, 1, 0, 0, 1)
    found = world.subject("enterprise:未登记轴承厂")
    assert found is not None
    assert (found.label_zh, found.provisional, found.batch) == ("未登记轴承厂", True, report.batch_id)
    assert world.subject("enterprise:坏行厂") is None


def test_the_name_of_a_registered_enterprise_means_that_enterprise(world: World) -> None:
    world.enterprises(firm(1))
    world.facts((f"enterprise:{firm(1)[0]}", "revenue", "2024", "1", "亿元"))
    assert world.told() == {(key_of(1), "revenue", "2024"): "1"}


def test_former_codes_and_names_of_places_mean_todays_place(world: World) -> None:
    world.facts(("region:330621", "gdp", "2024", "1", "亿元"), ("region:新昌县", "gdp", "2024", "2", "亿元"))
    assert world.told() == {("region:330603", "gdp", "2024"): "1", (TOWN, "gdp", "2024"): "2"}


def test_unknown_subjects_wait(world: World) -> None:
    report = world.facts(
        ("project:无此项目", "investment", "2024", "1", "亿元"), ("region:999999", "gdp", "2024", "1", "亿元")
    )
    assert [item.codes for item in world.held(report)] == [("gate.unknown_subject",)] * 2


def test_a_made_up_row_makes_a_made_up_enterprise(world: World) -> None:
    header = (*FACT_HEADER, "synthetic")
    world.facts(
        ("enterprise:示例厂（合成）", "revenue", "2024", "1", "亿元", "TRUE"),
        ("enterprise:真厂", "revenue", "2024", "1", "亿元", ""),
        header=header,
    )  # fmt: skip
    made, real = world.subject("enterprise:示例厂（合成）"), world.subject("enterprise:真厂")
    assert made is not None
    assert real is not None
    assert (made.synthetic, real.synthetic) == (True, False)
    assert world.told(include_synthetic=False) == {("enterprise:真厂", "revenue", "2024"): "1"}


@pytest.mark.parametrize("name", ["厂" * 195, "一\x1f厂", "a" * 500, "一\n厂"])
def test_names_no_key_can_hold_wait(world: World, name: str) -> None:
    report = world.facts((f"enterprise:{name}", "revenue", "2024", "1", "亿元"))
    assert counts(report) == (1, 0, 0, 0, 1)


# what was known when


def test_what_was_known_on_a_day_can_be_asked_again(world: World) -> None:
    day = timedelta(days=1)
    world.facts(ROW, at=MORNING)
    second = world.facts((*REVENUE, "13", "亿元"), at=MORNING + 2 * day)
    world.undo(second, at=MORNING + 4 * day)
    known = [world.told(as_of=(MORNING + n * day).date()) for n in range(-1, 6)]
    assert known == [{}, *[{REVENUE: "12.5"}] * 2, *[{REVENUE: "13"}] * 2, *[{REVENUE: "12.5"}] * 2]
    assert world.told() == {REVENUE: "12.5"}
    instants = (MORNING + 2 * day - timedelta(seconds=1), MORNING + 2 * day)
    assert [world.told(as_of=at)[REVENUE] for at in instants] == ["12.5", "13"]


def test_an_older_ledger_is_taken_over_with_its_own_times(world: World) -> None:
    header = (*FACT_HEADER, "recorded_at")
    rows = [
        (*REVENUE, value, "亿元", when)
        for value, when in (("13", "2024-06-01"), ("12", "2024-01-01"), ("14", "2025-01-01"))
    ]
    report = world.facts(*rows, header=header)
    assert counts(report) == (3, 1, 2, 0, 0)
    assert world.told() == {REVENUE: "14"}
    assert world.told(as_of=date(2024, 7, 1)) == {REVENUE: "13"}
    assert world.told(as_of=date(2024, 2, 1)) == {REVENUE: "12"}
    assert world.told(as_of=date(2023, 12, 31)) == {}
    assert counts(world.facts(*rows, header=header)) == (3, 0, 0, 3, 0)


def test_an_older_record_cannot_be_slid_under_a_later_one(world: World) -> None:
    header = (*FACT_HEADER, "recorded_at")
    world.facts(ROW)
    report = world.facts((*REVENUE, "11", "亿元", "2024-01-01"), header=header)
    assert [item.codes for item in world.held(report)] == [("gate.recorded_later",)]
    assert counts(report) == (1, 0, 0, 0, 1)
    assert world.told() == {REVENUE: "12.5"}
    assert world.told(as_of=date(2024, 7, 1)) == {}


# who may say what


def test_an_officers_facts_about_other_places_are_held_whole(world: World) -> None:
    world.enterprises(firm(1), firm(1, SHENGZHOU))
    rows = [
        ROW,
        (f"region:{SHENGZHOU}", "revenue", "2024", "1", "亿元"),
        (key_of(1), "revenue", "2024", "1", "亿元"),
        (key_of(1, SHENGZHOU), "revenue", "2024", "1", "亿元"),
        ("enterprise:不知何处厂", "revenue", "2024", "1", "亿元"),
    ]
    report = world.facts(*rows, by=officer("county_officer", "region", XINCHANG))
    assert counts(report) == (5, 2, 0, 0, 3)
    assert [(item.row_no, item.codes) for item in world.held(report)] == [
        (number, ("auth.outside_scope",)) for number in (3, 5, 6)
    ]
    assert set(world.told()) == {REVENUE, (key_of(1), "revenue", "2024")}
    raw = world.desk.lake.run(f"SELECT raw FROM {world.desk.lake.table_sql('quarantine')} WHERE row_no = 5")
    assert '"value":"1"' in str(raw[0][0])
    assert world.subject("enterprise:不知何处厂") is None


def test_an_enterprise_speaks_of_itself_only(world: World) -> None:
    world.enterprises(firm(1), firm(2))
    own = officer("enterprise", "enterprise", key_of(1))
    report = world.facts(*((key_of(n), "revenue", "2024", "1", "亿元") for n in (1, 2)), ROW, by=own)
    assert counts(report) == (3, 1, 0, 0, 2)


def test_a_cluster_office_speaks_of_its_cluster(world: World) -> None:
    world.enterprises(firm(1), firm(2))
    world.relations((key_of(1), "member_of", "cluster:robots_cnc", "", "", ""))
    office = officer("cluster_office", "cluster", "cluster:robots_cnc")
    rows = [
        (key, "revenue", "2024", "1", "亿元")
        for key in (key_of(1), key_of(2), "cluster:robots_cnc", "cluster:415x")
    ]
    assert counts(world.facts(*rows, by=office)) == (4, 2, 0, 0, 2)


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_who_only_reads_is_refused(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        world.facts(ROW, by=officer(role))
    assert world.told() == {}
    assert list(batches.list_page().rows) == []


# bookkeeping


def test_every_import_leaves_its_batch_and_its_audit_line(world: World) -> None:
    report = world.facts(ROW, ("?", "?", "?", "?", "?"))
    batch = batches.get(batch_of(report))
    assert (batch.kind, batch.state, batch.source, batch.by) == ("facts", "visible", "sheet", "test")
    assert (batch.counts.rows, batch.counts.created, batch.counts.quarantined) == (2, 1, 1)
    assert batch.mapping["columns"]["subject"] == "subject"
    assert [line.action for line in audit.list_page(batch=batch.id).rows] == ["import.facts"]


def test_a_trial_says_what_would_happen_and_writes_nothing(world: World) -> None:
    world.facts(ROW)
    report = world.facts(
        (*REVENUE, "13", "亿元"), ("enterprise:新厂", "revenue", "2024", "1", "亿元"), dry_run=True
    )
    assert (counts(report), report.batch_id) == ((2, 1, 1, 0, 0), None)
    assert world.told() == {REVENUE: "12.5"}
    assert world.subject("enterprise:新厂") is None


def test_a_missing_column_is_told_before_any_row(world: World) -> None:
    with pytest.raises(InputError) as caught:
        world.facts(ROW[:4], header=FACT_HEADER[:4])
    assert (caught.value.code, caught.value.facts["column"]) == ("gate.missing_column", "计量单位")


def test_a_table_about_many_enterprises_asks_the_ledger_few_questions(world: World) -> None:
    world.enterprises(*(firm(n) for n in range(1, 60)))
    rows = [(key_of(n), "revenue", "2024", "1", "亿元") for n in range(1, 60)]
    with connection.execute_wrapper(asked := Asked()):
        world.facts(*rows)
    assert asked.count < 80


class Asked:
    """Counts the questions put to the database."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: object, *rest: object) -> object:
        self.count += 1
        return execute(*rest)  # type: ignore[operator]


def test_sources_nobody_described_are_entered_as_an_offices_sheet(world: World) -> None:
    save(Source("known", "register", "名册"))
    world.facts(ROW, source="known")
    world.facts(ROW, source="新表")
    assert subjects.exists([TOWN])
    from jiqun.ledger import sources

    found = sources.get_many(["known", "新表"])
    assert (found["known"].kind, found["新表"].kind) == ("register", "office_sheet")
