"""A merge changes what is read and nothing that is recorded; taken back, everything is as before."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from action_world import SHENGZHOU, SYSTEM, XINCHANG, World, batch_of, counts, firm, key_of, officer
from django.db import connection

from jiqun.actions import dedupe, merging
from jiqun.actions.exports import ExportAsk, export
from jiqun.actions.matching import match_names
from jiqun.actions.merging import Pair
from jiqun.actions.questions import facts_of, find_subjects
from jiqun.actions.reading.archive import Ask
from jiqun.actions.reading.lists import FactAsk, facts_list
from jiqun.actions.reading.subjects import subject_page
from jiqun.brain import duplicates
from jiqun.brain.matching import Asked
from jiqun.core.errors import InputError, NotAllowed, NotFound, WrongState
from jiqun.core.indicators import IndicatorTable
from jiqun.lake.engines import check
from jiqun.lake.facts import FactReader
from jiqun.ledger import accounts, audit, identities, relations, search, subjects
from jiqun.ledger.permissions import Actor, Grant
from jiqun.ledger.scopes import Scope
from jiqun.ledger.subjects import SubjectFilter

OLD, NEW = key_of(1), key_of(2)
COUNTY = officer("county_officer", "region", XINCHANG)
NEIGHBOUR = officer("county_officer", "region", SHENGZHOU)
PAIR = Pair(OLD, NEW, "同一家，换过代码")


@pytest.fixture
def doubled(world: World) -> World:
    """A firm twice in the register, under two codes, with what was told of each."""
    world.enterprises(firm(1), firm(2), firm(3))
    world.facts(
        (OLD, "revenue", "2023", "5", "亿元"),
        (NEW, "revenue", "2024", "7", "亿元"),
        (key_of(3), "revenue", "2024", "1", "亿元"),
    )
    world.facts((OLD, "revenue", "2024", "6.5", "亿元"), source="doc")
    world.relations((OLD, "member_of", "cluster:robots_cnc", "", "", ""), source="doc")
    return world


def picture(world: World, *, by: Actor = SYSTEM) -> Mapping[str, object]:
    """What is read of the two and of all: facts, search, lists, counts, relations, groups, pages."""
    desk = world.desk
    # that a decision was taken and taken back stays on the page; all else is as it was
    pages = {key: replace(subject_page(desk, by, key, ask=Ask()), verdicts=()) for key in (OLD, NEW)}
    return {
        "told": FactReader(desk.lake).facts(),
        "facts": {key: facts_of(desk, by, subject=key) for key in (OLD, NEW)},
        "search": [find_subjects(by, text) for text in ("试样轴承1号", "试样轴承2号", OLD.partition(":")[2], "试样轴承")],
        "listed": [row.key for row in subjects.iterate(SubjectFilter(kind="enterprise"))],
        "members": subjects.all_keys(SubjectFilter(kind="enterprise", cluster="cluster:robots_cnc")),
        "counts": subjects.counts_by_kind_and_region(),
        "relations": {key: relations.relations_of(key) for key in (OLD, NEW)},
        "of cluster": relations.relations_with(predicate="member_of", object="cluster:robots_cnc"),
        "rows": {key: subjects.get(key) for key in (OLD, NEW)},
        "pages": pages,
        "coverage": facts_list(desk, by, FactAsk()).total,
    }  # fmt: skip


def test_one_enterprise_is_read_wherever_it_is_read(doubled: World) -> None:
    made = merging.merge(PAIR, by=COUNTY, at=doubled.now())
    assert (made.subject, made.into, made.verdict, made.holds) == (OLD, NEW, "same", True)
    facts = facts_of(doubled.desk, SYSTEM, subject=OLD)
    assert facts == facts_of(doubled.desk, SYSTEM, subject=NEW)
    assert sorted(str(row["value"]) for row in facts) == ["5", "6.5", "7"]
    assert {row["subject"] for row in facts} == {NEW}
    for text in (
        "试样轴承1号有限公司",
        "试样轴承1号",
        OLD.partition(":")[2],
        OLD.partition(":")[2][:12],
        "试样轴承2号",
    ):
        assert NEW in [hit.key for hit in search.search(text)], text
        assert OLD not in [hit.key for hit in search.search(text)], text
    assert subjects.all_keys(SubjectFilter(kind="enterprise")) == sorted([NEW, key_of(3)])
    assert subjects.all_keys(SubjectFilter(kind="enterprise", cluster="cluster:robots_cnc")) == [NEW]
    assert subjects.by_code(OLD.partition(":")[2]) == subjects.get(NEW)
    assert [item.key for item in subjects.named(firm(1)[0])] == [NEW]
    by_place = {(row.kind, row.region): row.count for row in subjects.counts_by_kind_and_region()}
    assert by_place["enterprise", XINCHANG] == 2
    assert [
        row.subject for row in relations.relations_with(predicate="member_of", object="cluster:robots_cnc")
    ] == [NEW]
    assert subjects.target_of(OLD) == subjects.target_of(NEW)
    assert "cluster:robots_cnc" in subjects.target_of(NEW).groups
    assert subject_page(doubled.desk, SYSTEM, OLD, ask=Ask()).link.key == NEW
    assert subject_page(doubled.desk, SYSTEM, OLD, ask=Ask()).table.total == 3


def test_what_is_recorded_stays_as_it_was_recorded(doubled: World) -> None:
    table = doubled.desk.lake.table_sql("facts")
    recorded = doubled.desk.lake.run(f"SELECT * FROM {table} ORDER BY id")
    before = doubled.registrations()
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    assert doubled.desk.lake.run(f"SELECT * FROM {table} ORDER BY id") == recorded
    assert doubled.registrations() == before
    assert {row.subject for row in relations.written_by(relations.relations_of(NEW)[0].batch)} == {OLD}


def test_taken_back_everything_is_as_before(doubled: World) -> None:
    before = picture(doubled)
    made = merging.merge(PAIR, by=COUNTY, at=doubled.now())
    assert picture(doubled) != before
    back = merging.take_back(made.id, by=COUNTY, at=doubled.now())
    assert (back.holds, back.taken_back_by) == (False, COUNTY.label)
    after = picture(doubled)
    assert {name: after[name] == before[name] for name in before} == dict.fromkeys(before, True)
    with pytest.raises(WrongState, match=r"merge\.taken_back"):
        merging.take_back(made.id, by=COUNTY, at=doubled.now())
    again = merging.merge(PAIR, by=COUNTY, at=doubled.now())
    assert again.id != made.id


def test_each_decision_is_a_line_of_the_trail(doubled: World) -> None:
    made = merging.merge(PAIR, by=COUNTY, at=doubled.now())
    merging.take_back(made.id, by=COUNTY, at=doubled.now())
    merging.keep_apart(PAIR, by=COUNTY, at=doubled.now())
    lines = audit.of_target(OLD)
    assert [line.action for line in lines] == ["merge.different", "merge.take_back", "merge.same"]
    assert lines[-1].detail["into"] == NEW
    assert lines[-1].detail["reason"] == PAIR.reason
    assert lines[-1].target_label == firm(1)[0]


def test_as_of_tells_what_was_known_then_about_what_is_one_today(doubled: World) -> None:
    then = doubled.now()
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    doubled.facts((OLD, "revenue", "2025", "9", "亿元"))
    rows = facts_of(doubled.desk, SYSTEM, subject=OLD, as_of=then)
    assert sorted(str(row["value"]) for row in rows) == ["5", "6.5", "7"]
    assert len(facts_of(doubled.desk, SYSTEM, subject=NEW)) == 4


@pytest.mark.parametrize("form", ["csv"])
def test_exports_show_one(doubled: World, tmp_path: Path, form: str) -> None:
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    for asked in (OLD, NEW):
        path = tmp_path / f"facts-{asked[-4:]}.{form}"
        report = export(
            doubled.desk, ExportAsk("facts", form, subject=asked), path, by=SYSTEM, at=doubled.now()
        )
        assert report.rows == 3
        assert OLD not in path.read_text(encoding="utf-8-sig")
    report = export(
        doubled.desk, ExportAsk("enterprises", form), tmp_path / "all.csv", by=SYSTEM, at=doubled.now()
    )
    assert report.rows == 2
    report = export(
        doubled.desk,
        ExportAsk("facts", form, region=XINCHANG),
        tmp_path / "place.csv",
        by=SYSTEM,
        at=doubled.now(),
    )
    assert report.rows == 4


def test_the_same_files_again_change_nothing(doubled: World) -> None:
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    again = doubled.facts((OLD, "revenue", "2023", "5", "亿元"), (NEW, "revenue", "2024", "7", "亿元"))
    assert counts(again) == (2, 0, 0, 2, 0)
    assert counts(doubled.enterprises(firm(1), firm(2), firm(3))) == (3, 0, 0, 3, 0)
    moved = doubled.enterprises(firm(1, address="浙江省绍兴市新昌县新路1号"))
    assert counts(moved) == (1, 0, 1, 0, 0)
    assert subjects.resolve(OLD) == NEW
    assert [hit.key for hit in search.search("试样轴承1号")] == [NEW]
    corrected = doubled.facts((OLD, "revenue", "2023", "5.5", "亿元"))
    assert counts(corrected) == (1, 0, 1, 0, 0)
    assert doubled.told(subject=NEW, source="sheet")[NEW, "revenue", "2023"] == "5.5"


def test_a_renamed_former_one_is_found_under_its_new_name(doubled: World) -> None:
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    _, code, address, since = firm(1)
    doubled.enterprises(("新昌县改名电机有限公司", code, address, since))
    assert [hit.key for hit in search.search("改名电机")] == [NEW]
    search.rebuild()
    assert [hit.key for hit in search.search("改名电机")] == [NEW]


def test_undoing_the_list_that_brought_one_of_them_takes_the_merge_back(world: World) -> None:
    world.enterprises(firm(2))
    brought = world.enterprises(firm(1))
    made = merging.merge(PAIR, by=SYSTEM, at=world.now())
    world.undo(brought)
    assert not identities.get(made.id).holds
    assert world.subject(OLD) is None
    assert subjects.get(NEW).merged_into == ""
    assert [line.action for line in audit.of_target(OLD)] == ["merge.take_back", "merge.same"]


def test_undoing_a_later_change_leaves_the_merge(doubled: World) -> None:
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    changed = doubled.enterprises(firm(1, address="浙江省绍兴市新昌县新路1号"))
    doubled.undo(changed)
    assert subjects.resolve(OLD) == NEW
    assert subjects.get(OLD).attributes["address"] == firm(1)[2]
    assert OLD not in [hit.key for hit in search.search("试样轴承1号")]


def test_several_merges_one_after_the_other_come_apart_in_any_order(doubled: World) -> None:
    last = key_of(3)
    first = merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    second = merging.merge(Pair(NEW, last), by=SYSTEM, at=doubled.now())
    assert {subjects.resolve(key) for key in (OLD, NEW, last)} == {last}
    assert len(facts_of(doubled.desk, SYSTEM, subject=OLD)) == 4
    assert subjects.former_keys(last) == tuple(sorted((OLD, NEW)))
    merging.take_back(second.id, by=SYSTEM, at=doubled.now())
    assert (subjects.resolve(OLD), subjects.resolve(NEW)) == (NEW, NEW)
    second = merging.merge(Pair(OLD, last), by=SYSTEM, at=doubled.now())  # an old key stands for today's
    assert (second.subject, second.into) == (NEW, last)
    merging.take_back(first.id, by=SYSTEM, at=doubled.now())
    assert (subjects.resolve(OLD), subjects.resolve(NEW)) == (OLD, last)
    assert len(facts_of(doubled.desk, SYSTEM, subject=OLD)) == 2


def test_who_may_decide(doubled: World) -> None:
    doubled.enterprises(firm(7, SHENGZHOU))
    across = Pair(key_of(7, SHENGZHOU), NEW)
    for by in (NEIGHBOUR, officer("analyst"), officer("enterprise", "enterprise", NEW), officer("auditor")):
        for verb in (merging.merge, merging.keep_apart):
            with pytest.raises(NotAllowed):
                verb(PAIR, by=by, at=doubled.now())
    with pytest.raises(NotAllowed, match=r"auth\.scope"):
        merging.merge(across, by=COUNTY, at=doubled.now())
    made = merging.merge(across, by=officer("provincial_officer"), at=doubled.now())
    for by in (officer("analyst"), officer("auditor")):
        with pytest.raises(NotAllowed):
            merging.take_back(made.id, by=by, at=doubled.now())
    assert identities.get(made.id).holds


def test_a_firm_known_by_name_goes_with_its_twin_of_the_same_name(doubled: World) -> None:
    """It lies nowhere, so no county covers it; whoever keeps the twin of that very name may join them, nobody else's."""
    by_name = f"enterprise:{firm(1)[0]}（浙江）"
    doubled.facts((by_name, "revenue", "2022", "3", "亿元"))
    with pytest.raises(NotAllowed):
        merging.merge(Pair(by_name, OLD), by=COUNTY, at=doubled.now())
    same = "enterprise:新昌县试样轴承１号有限公司"
    doubled.facts((f"{same}x", "revenue", "2022", "4", "亿元"))
    doubled.enterprises(("新昌县试样轴承1号有限公司x", *firm(4)[1:]))
    made = merging.merge(Pair(f"{same}x", key_of(4)), by=COUNTY, at=doubled.now())
    assert made.into == key_of(4)
    with pytest.raises(NotAllowed):
        merging.take_back(made.id, by=NEIGHBOUR, at=doubled.now())


def test_what_makes_no_sense_is_refused(doubled: World) -> None:
    doubled.facts(("enterprise:只知其名的厂", "revenue", "2022", "3", "亿元"))
    for pair, code in (
        (Pair(OLD, OLD), "merge.itself"),
        (Pair(OLD, "enterprise:只知其名的厂"), "merge.wrong_way"),
        (Pair(OLD, "region:330624"), "merge.not_enterprise"),
        (Pair("cluster:robots_cnc", NEW), "merge.not_enterprise"),
    ):
        with pytest.raises(WrongState) as refused:
            merging.merge(pair, by=SYSTEM, at=doubled.now())
        assert refused.value.code == code
    with pytest.raises(NotFound):
        merging.merge(Pair(OLD, "enterprise:没有这家"), by=SYSTEM, at=doubled.now())
    with pytest.raises(InputError):
        merging.merge(Pair(OLD, NEW, "长" * 301), by=SYSTEM, at=doubled.now())
    with pytest.raises(NotFound):
        merging.take_back(999_999, by=SYSTEM, at=doubled.now())
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    with pytest.raises(WrongState, match=r"merge\.itself"):
        merging.merge(PAIR, by=SYSTEM, at=doubled.now())


def test_made_up_and_real_are_never_one(doubled: World) -> None:
    doubled.enterprises(firm(8), synthetic=True, source="made_up")
    with pytest.raises(WrongState, match=r"merge\.made_up"):
        merging.merge(Pair(key_of(8), NEW), by=SYSTEM, at=doubled.now())


def test_two_that_are_two_are_not_asked_again(doubled: World) -> None:
    twin = firm(1)[0]
    doubled.facts((f"enterprise:{twin}厂", "revenue", "2022", "3", "亿元"))
    doubled.enterprises((f"{twin}厂", *firm(5)[1:]))
    report = dedupe.find(doubled.desk, by=SYSTEM, at=doubled.now())
    (found,) = report.proposals
    assert (found.subject, found.into, found.clear) == (f"enterprise:{twin}厂", key_of(5), True)
    kept = merging.keep_apart(Pair(found.subject, found.into), by=SYSTEM, at=doubled.now())
    assert dedupe.find(doubled.desk, by=SYSTEM, at=doubled.now()).proposals == ()
    with pytest.raises(WrongState, match=r"merge\.kept_apart"):
        merging.merge(Pair(found.subject, found.into), by=SYSTEM, at=doubled.now())
    with pytest.raises(WrongState, match=r"merge\.decided"):
        merging.keep_apart(Pair(found.into, found.subject), by=SYSTEM, at=doubled.now())
    merging.take_back(kept.id, by=SYSTEM, at=doubled.now())
    assert len(dedupe.find(doubled.desk, by=SYSTEM, at=doubled.now()).proposals) == 1
    merging.merge(Pair(found.subject, found.into), by=SYSTEM, at=doubled.now())
    assert [item["kind"] for item in identities.of(found.into)[0].evidence] == ["same_name", "name_only"]
    assert dedupe.find(doubled.desk, by=SYSTEM, at=doubled.now()).proposals == ()


def test_an_enterprise_sees_its_own_under_either_key(doubled: World) -> None:
    """Whoever was given the old key reads what is told of the enterprise that goes on."""
    account = accounts.create_user("firm.one", "Sunny-Bearing-2026", at=doubled.now())
    accounts.grant(account.id, "enterprise", Scope("enterprise", OLD), by="test", at=doubled.now())
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    actor = accounts.actor_of(account.id)
    assert actor is not None
    assert Grant("enterprise", Scope("enterprise", NEW)) in actor.grants
    assert len(facts_of(doubled.desk, actor, subject=OLD)) == 3
    page = subject_page(doubled.desk, actor, OLD, ask=Ask())
    assert page.table.total == 3


def test_engines_agree_on_a_merged_register(doubled: World, packs: Mapping[str, object]) -> None:
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    indicators = packs["indicators"]
    assert isinstance(indicators, IndicatorTable)
    assert [row for row in check("duckdb", doubled.desk.lake, indicators) if not row.ok] == []


def test_a_merge_and_its_line_are_one_transaction(doubled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(audit, "record", broken)
    assert connection.in_atomic_block
    with pytest.raises(RuntimeError):
        merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    assert subjects.resolve(OLD) == OLD
    assert identities.of(OLD) == ()


def test_batches_are_not_touched(doubled: World) -> None:
    report = doubled.enterprises(firm(6))
    before = subjects.get(key_of(6))
    made = merging.merge(Pair(key_of(6), NEW), by=SYSTEM, at=doubled.now())
    merging.take_back(made.id, by=SYSTEM, at=doubled.now())
    assert subjects.get(key_of(6)) == before
    assert before.batch == batch_of(report)


def test_a_name_written_its_own_way_is_proposed_for_its_coded_twin(doubled: World) -> None:
    """What matching finds for a firm known by name only is proposed, with matching's evidence."""
    doubled.facts(
        ("enterprise:试样轴承1号", "revenue", "2022", "3", "亿元"),
        ("enterprise:从未听说电子商务", "revenue", "2022", "3", "亿元"),
    )
    report = dedupe.find(doubled.desk, by=SYSTEM, at=doubled.now())
    assert [(one.subject, one.into) for one in report.proposals] == [("enterprise:试样轴承1号", OLD)]
    assert report.proposals[0].evidence[0].zh
    again = dedupe.find(doubled.desk, by=SYSTEM, at=doubled.now())
    assert again.proposals == report.proposals


def test_a_killed_search_goes_on_where_it_stopped(doubled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    doubled.enterprises((firm(1)[0], *firm(4)[1:]), (firm(2)[0], *firm(5)[1:]), (firm(3)[0], *firm(6)[1:]))
    whole = dedupe.find(doubled.desk, by=SYSTEM, at=doubled.now())
    judge, judged = duplicates.judge, []

    def killed(low: duplicates.Known, high: duplicates.Known, **more: object) -> duplicates.Judgement:
        judged.append(low.key)
        if len(judged) == 2:
            raise KeyboardInterrupt
        return judge(low, high, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(duplicates, "judge", killed)
    with pytest.raises(KeyboardInterrupt):
        dedupe.find(doubled.desk, by=SYSTEM, at=doubled.now())
    assert dedupe.find(doubled.desk, by=SYSTEM, at=doubled.now()).proposals == whole.proposals
    assert len(judged) == 2 + whole.pairs - 1  # the one that was done is not done again


def test_the_report_as_a_file(doubled: World, tmp_path: Path) -> None:
    doubled.enterprises((firm(1)[0], *firm(4)[1:]))
    report = dedupe.find(doubled.desk, by=COUNTY, at=doubled.now())
    done = dedupe.write_report(report, tmp_path / "doubles.csv")
    text = (tmp_path / "doubles.csv").read_text(encoding="utf-8-sig")
    assert done.out.endswith("doubles.csv")
    assert firm(1)[0] in text
    assert "名称相同" in text and "the same name" in text
    for path in (tmp_path / "doubles.docx", tmp_path / "none" / "doubles.csv"):
        with pytest.raises(InputError):
            dedupe.write_report(report, path)
    with pytest.raises(NotAllowed):
        dedupe.find(doubled.desk, by=officer("analyst"), at=doubled.now())


def test_names_it_was_known_by(doubled: World) -> None:
    """A new name in a later list, the name of one merged into it: the profile keeps them all."""
    _, code, address, since = firm(2)
    doubled.enterprises(("新昌县改名电机有限公司", code, address, since))
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    page = subject_page(doubled.desk, SYSTEM, NEW, ask=Ask())
    told = [(line.name, line.how, line.code) for line in page.names]
    assert told[0] == ("新昌县改名电机有限公司", "registered", code)
    assert (firm(2)[0], "registered", code) in told
    assert (firm(1)[0], "merged", firm(1)[1]) in told
    assert all(line.since and line.source for line in page.names)
    assert page.verdicts[0].into.key == NEW


def test_matching_follows_a_merge(doubled: World) -> None:
    """A name or code of the former one is matched to the enterprise that goes on."""
    asked = [Asked(1, firm(1)[0]), Asked(2, "不详", code=firm(1)[1])]
    before = [one.best.subject for one in match_names(doubled.desk, SYSTEM, asked) if one.best]
    assert before == [OLD, OLD]
    merging.merge(PAIR, by=SYSTEM, at=doubled.now())
    assert [one.best.subject for one in match_names(doubled.desk, SYSTEM, asked) if one.best] == [NEW, NEW]
