"""Subjects and relations handed in: what is new, completed, repeated, held; and what only who keeps the whole may do."""

import pytest
from action_world import RELATION_HEADER, SUBJECT_HEADER, World, counts, firm, key_of, officer

from jiqun.core.errors import NotAllowed
from jiqun.ledger import relations

PARK = ("park:xinchang_high_tech", "新昌高新区", "330624", "省级")
PROJECT = ("project:robot_base", "机器人产业基地", "", "")
TIE = ("project:robot_base", "located_in", "park:xinchang_high_tech", "2023-04", "", "一期")


def test_subjects_are_new_then_the_same_then_changed(world: World) -> None:
    first = world.subjects(PARK, PROJECT)
    assert counts(first) == (2, 2, 0, 0, 0)
    assert counts(world.subjects(PARK, PROJECT)) == (2, 0, 0, 2, 0)
    second = world.subjects(("park:xinchang_high_tech", "新昌国家高新区", "330624", "国家级"))
    assert counts(second) == (1, 0, 1, 0, 0)
    park = world.subject(PARK[0])
    assert park is not None
    assert (park.label_zh, park.region, park.city, park.attributes) == (
        "新昌国家高新区",
        "330624",
        "330600",
        {"note": "国家级"},
    )
    assert (park.kind, park.provisional, park.first_batch) == ("park", False, first.batch_id)


def test_a_file_with_fewer_columns_keeps_what_is_known(world: World) -> None:
    header = (*SUBJECT_HEADER, "label_en", "aliases", "parent")
    world.subjects((*PARK, "Xinchang High-tech Zone", "高新区; 新昌园区", "region:330624"), header=header)
    assert counts(world.subjects(PARK[:2], header=SUBJECT_HEADER[:2])) == (1, 0, 0, 1, 0)
    world.subjects(("park:xinchang_high_tech", "新昌国家高新区"), header=SUBJECT_HEADER[:2])
    park = world.subject(PARK[0])
    assert park is not None
    assert (park.label_zh, park.label_en, park.aliases, park.region) == (
        "新昌国家高新区", "Xinchang High-tech Zone", ("高新区", "新昌园区"), "330624",
    )  # fmt: skip
    assert park.attributes == {"note": "省级", "parent": "region:330624"}


def test_a_registered_enterprise_named_among_subjects_keeps_its_registration(world: World) -> None:
    world.enterprises(firm(1))
    before = world.subject(key_of(1))
    assert before is not None
    world.subjects((key_of(1), "新昌试样轴承", "", "链主"))
    after = world.subject(key_of(1))
    assert after is not None
    assert (after.label_zh, after.code, after.uscc_grade, after.provisional) == (
        "新昌试样轴承",
        before.code,
        "valid",
        False,
    )
    assert after.attributes == before.attributes | {"note": "链主"}


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (("park:", "园区", "", ""), {"gate.bad_subject"}),
        (("planet:mars", "火星", "", ""), {"gate.bad_subject"}),
        (("park:a", "", "", ""), {"gate.name_missing"}),
        (("park:a", "园区", "火星", ""), {"gate.unknown_region"}),
        (("region:330699x", "某县", "", ""), {"gate.unknown_region"}),
        (("park:" + "a" * 200, "园区", "", ""), {"gate.text_too_long"}),
        (("park:a", "园" * 301, "", ""), {"gate.text_too_long"}),
        (("park:a", "园\x0b区", "", ""), {"gate.control_character"}),
        (("park:a", "园区", "", "", "多"), {"gate.too_many_cells"}),
        (("", "", "火星", ""), {"gate.bad_subject", "gate.name_missing", "gate.unknown_region"}),
    ],
)
def test_every_fault_of_a_subject_is_told_and_the_row_waits(
    world: World, row: tuple[str, ...], codes: set[str]
) -> None:
    report = world.subjects(row, PROJECT)
    assert counts(report) == (2, 1, 0, 0, 1)
    (item,) = world.held(report)
    assert set(item.codes) == codes
    assert {error.row for error in report.errors} == {2}


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("kind", "project", "gate.bad_subject"),
        ("synthetic", "ja", "gate.bad_flag"),
        ("source", "s" * 81, "gate.text_too_long"),
    ],
)
def test_a_kind_that_is_not_the_keys_a_flag_and_a_source_are_looked_at(
    world: World, column: str, text: str, code: str
) -> None:
    report = world.subjects((*PARK, text), header=(*SUBJECT_HEADER, column))
    assert [error.code for error in report.errors] == [code]


def test_subjects_told_twice_count_once_and_contradictions_wait(world: World) -> None:
    report = world.subjects(PARK, PARK, ("park:xinchang_high_tech", "另一个名字", "", ""))
    assert counts(report) == (3, 1, 0, 1, 1)
    assert report.flagged == 1
    assert [item.codes for item in world.held(report)] == [("gate.conflicting_row",)]


def test_made_up_subjects_may_lie_in_made_up_places(world: World) -> None:
    report = world.subjects(
        ("region:339901", "合成示范县", "339901", ""),
        ("park:made_up", "合成园区", "339901", ""),
        synthetic=True,
    )
    assert counts(report) == (2, 2, 0, 0, 0)
    park = world.subject("park:made_up")
    assert park is not None
    assert (park.region, park.synthetic) == ("339901", True)
    assert world.subjects(("park:real", "真园区", "339901", "")).quarantined == 1
    assert world.subjects(("park:other", "合成", "很远的地方", ""), synthetic=True).quarantined == 1


# relations


def test_relations_are_new_then_the_same_then_changed(world: World) -> None:
    world.subjects(PARK, PROJECT)
    assert counts(world.relations(TIE)) == (1, 1, 0, 0, 0)
    assert counts(world.relations(TIE)) == (1, 0, 0, 1, 0)
    assert counts(world.relations((*TIE[:5], "二期"))) == (1, 0, 1, 0, 0)
    (tie,) = relations.relations_of(PARK[0])
    assert (tie.valid_from, tie.note, tie.source) == ("2023-04", "二期", "sheet")


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (("project:none", *TIE[1:]), "gate.unknown_subject", "subject"),
        ((*TIE[:2], "park:none", *TIE[3:]), "gate.unknown_subject", "object"),
        ((TIE[0], "likes", *TIE[2:]), "gate.unknown_predicate", "predicate"),
        ((*TIE[:3], "去年", "", ""), "gate.bad_date", "valid_from"),
        ((*TIE[:3], "2023", "2024-13", ""), "gate.bad_date", "valid_to"),
        ((*TIE[:5], "注" * 4001), "gate.text_too_long", "note"),
        ((*TIE, "多"), "gate.too_many_cells", ""),
    ],
)
def test_every_fault_of_a_relation_is_told(
    world: World, row: tuple[str, ...], code: str, column: str
) -> None:
    world.subjects(PARK, PROJECT)
    report = world.relations(row)
    assert [(error.code, error.column, error.row) for error in report.errors] == [(code, column, 2)]
    assert counts(report) == (1, 0, 0, 0, 1)


def test_relations_told_twice_count_once_and_contradictions_wait(world: World) -> None:
    world.subjects(PARK, PROJECT)
    report = world.relations(TIE, TIE, (*TIE[:5], "二期"))
    assert counts(report) == (3, 1, 0, 1, 1)
    assert counts(world.relations(TIE, (*TIE[:5], "二期"))) == (2, 0, 0, 1, 1)


def test_a_quote_has_its_limit(world: World) -> None:
    world.subjects(PARK, PROJECT)
    header = (*RELATION_HEADER, "quote", "locator", "source")
    assert world.relations((*TIE, "引" * 40, "L1", "doc"), header=header).created == 1
    report = world.relations((*TIE, "引" * 41, "L" * 81, "s" * 81), header=header)
    assert sorted((error.column, error.code) for error in report.errors) == [
        ("locator", "gate.text_too_long"), ("quote", "gate.quote_too_long"), ("source", "gate.text_too_long"),
    ]  # fmt: skip


# who may


@pytest.mark.parametrize(
    ("role", "kind", "key"),
    [("county_officer", "region", "330624"), ("analyst", "all", ""), ("enterprise", "enterprise", "x")],
)
def test_only_who_keeps_the_whole_adds_subjects_and_relations(
    world: World, role: str, kind: str, key: str
) -> None:
    by = officer(role, kind, key)
    with pytest.raises(NotAllowed):
        world.subjects(PARK, by=by)
    with pytest.raises(NotAllowed):
        world.relations(TIE, by=by)
    assert counts(world.subjects(PARK, by=officer("provincial_officer"))) == (1, 1, 0, 0, 0)


def test_a_trial_writes_nothing(world: World) -> None:
    assert counts(world.subjects(PARK, dry_run=True)) == (1, 1, 0, 0, 0)
    assert world.subject(PARK[0]) is None
    world.subjects(PARK, PROJECT)
    report = world.relations(TIE, dry_run=True)
    assert (counts(report), report.batch_id, report.dry_run) == ((1, 1, 0, 0, 0), None, True)
    assert relations.relations_of(PARK[0]) == ()
