"""Rounds of recognition in the ledger 自动认定: one at a time, moved along its states, seen by whom it may be."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from ledger_rows import AT, firm, later

from jiqun.core.errors import JiqunError, NotFound, WrongState
from jiqun.ledger import models, recognitions, subjects, title_notices
from jiqun.ledger.recognitions import Candidate, NewCandidate, Recognition
from jiqun.ledger.title_notices import Notice

pytestmark = pytest.mark.django_db
A, B = "enterprise:A", "enterprise:B"
STATES = ("candidates", "publicity", "decided", "withdrawn")
CANDIDATE_STATES = ("candidate", "objected", "granted", "refused")


def round_of(id: str = "r1", **changed: object) -> Recognition:
    made = Recognition(
        id, "draft/rd", "2026", "new", "330624", date(2026, 6, 1), "title_city_rd_centre_until", "研发中心", "R&D centre",
        3, 4, {"met": 2, "unmet": 2}, False, "", "county", AT,
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]


def one(subject: str, label: str, region: str = "330624") -> NewCandidate:
    return NewCandidate(subject, label, subject[-1], region, {"verdict": "met"})


def made(id: str = "r1", *found: NewCandidate, **changed: object) -> Recognition:
    with transaction.atomic():
        return recognitions.create(round_of(id, **changed), found or (one(A, "甲"), one(B, "乙")))


def in_state(id: str, state: str, **more: object) -> Recognition:
    """A round of another place in a state, as the table holds it."""
    held = made(id, **more)
    models.Recognition.objects.filter(id=id).update(state=state)
    return replace(held, state=state)


def test_a_round_comes_back_as_it_was_made() -> None:
    held = made()
    assert held == round_of() == recognitions.get("r1")
    assert [(each.subject, each.state, each.reason, each.title) for each in recognitions.in_state("r1", "candidate")] == [
        (B, "candidate", "", 0), (A, "candidate", "", 0),
    ]  # by place and name: 乙 stands before 甲  # fmt: skip
    assert recognitions.candidates("r1", size=1).total == 2
    assert recognitions.candidates("r1", state="granted").total == 0
    assert recognitions.tallies(["r1", "none"]) == {"r1": {"candidate": 2}}


def test_what_is_not_there_is_said_not_to_be_there() -> None:
    for ask, code in (
        (lambda: recognitions.get("r0"), "recognition.not_found"),
        (lambda: recognitions.move("r0", "publicity", before=STATES), "recognition.not_found"),
        (lambda: recognitions.candidate(0), "recognition.no_candidate"),
        (lambda: recognitions.judge(0, "refused", before=CANDIDATE_STATES), "recognition.no_candidate"),
    ):
        with transaction.atomic(), pytest.raises(NotFound) as told:
            ask()
        assert told.value.code == code


OTHERS = (
    ({}, False), ({"pack": "draft/revenue"}, False), ({"on": date(2026, 7, 1)}, False),  # the same title, place and kind
    ({"kind": "re_review"}, True), ({"region": "330683"}, True), ({"field": "title_zjtx_until"}, True),
)  # fmt: skip


@pytest.mark.parametrize(("changed", "allowed"), OTHERS)
def test_one_open_round_of_a_title_a_place_and_a_kind(changed: dict[str, object], allowed: bool) -> None:
    made()
    if allowed:
        assert made("r2", **changed).state == "candidates"
        return
    with pytest.raises(WrongState) as refused:
        made("r2", **changed)
    assert (refused.value.code, refused.value.facts["seen"]) == ("recognition.open_already", "r1")


@pytest.mark.parametrize(("state", "allowed"), tuple(zip(STATES, (False, False, True, True), strict=True)))
def test_a_new_round_waits_for_the_open_one_alone(state: str, allowed: bool) -> None:
    in_state("r1", state)
    try:
        made("r2")
    except WrongState as error:
        assert (error.code, allowed) == ("recognition.open_already", False)
    else:
        assert allowed


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("before", [("candidates",), ("publicity",), ("candidates", "publicity")])
def test_a_round_moves_from_the_states_named_alone(state: str, before: tuple[str, ...]) -> None:
    in_state("r1", state)
    with transaction.atomic():
        try:
            moved = recognitions.move(
                "r1", "withdrawn", before=before, closed_by="x", closed_at=AT, why="改日"
            )
        except WrongState as error:
            assert state not in before and error.facts["allowed"] == " ".join(before)
            assert recognitions.get("r1").state == state
        else:
            assert state in before and recognitions.get("r1") == moved
            assert (moved.state, moved.why, moved.closed_at) == ("withdrawn", "改日", AT)


@pytest.mark.parametrize("state", CANDIDATE_STATES)
@pytest.mark.parametrize("before", [("candidate",), ("candidate", "objected"), ("objected",)])
def test_a_candidate_is_judged_from_the_states_named_alone(state: str, before: tuple[str, ...]) -> None:
    made()
    held = recognitions.in_state("r1", "candidate")[0]
    models.RecognitionCandidate.objects.filter(id=held.id).update(state=state)
    with transaction.atomic():
        try:
            done = recognitions.judge(
                held.id, "refused", before=before, reason="已停产", judged_by="x", judged_at=AT
            )
        except WrongState as error:
            assert state not in before
            assert (error.code, error.facts["seen"]) == ("recognition.candidate_state", state)
        else:
            assert state in before and (done.state, done.reason) == ("refused", "已停产")
            assert sum(recognitions.tallies(["r1"])["r1"].values()) == 2


SEEN = (  # state, is shown to somebody who decides: everywhere, in the county, in its city, in the next county, nowhere
    ("candidates", (True, True, True, False, False)),
    ("publicity", (True, True, True, True, True)),
    ("decided", (True, True, True, True, True)),
    ("withdrawn", (True, True, True, False, False)),
)


@pytest.mark.parametrize(("state", "shown"), SEEN)
def test_who_finds_a_round_in_the_list(state: str, shown: tuple[bool, ...]) -> None:
    in_state("r1", state)
    for reach, seen in zip((None, ["330624"], ["330600"], ["330683"], []), shown, strict=True):
        found = recognitions.list_page(everything=reach is None, within=reach or ())
        assert found.total == int(seen), reach


def test_the_list_is_narrowed_and_the_latest_comes_first() -> None:
    made("r1")
    in_state("r2", "decided", region="330683", started_at=later(hours=1))
    in_state("r3", "publicity", region="330602", started_at=later(hours=2), synthetic=True)

    def ids(**asked: object) -> list[str]:
        return [each.id for each in recognitions.list_page(everything=True, **asked).rows]  # type: ignore[arg-type]

    assert ids() == ["r3", "r2", "r1"]
    assert (
        ids(state="open") == ["r3", "r1"] and ids(state="decided") == ["r2"] and ids(state="withdrawn") == []
    )
    assert ids(synthetic=False) == ["r2", "r1"] and ids(synthetic=True) == ["r3"]
    assert ids(size=1, page=2) == ["r2"]


def test_a_merged_enterprise_brings_its_candidacies_with_it() -> None:
    subjects.upsert([firm("A", "甲"), firm("B", "乙")], batch="b1", at=AT)
    made("r1", one(B, "乙"))
    made("r2", one(A, "甲"), region="330602")
    models.Subject.objects.filter(key=B).update(merged_into=A)
    assert [each.recognition for each in recognitions.of_subject(A)] == ["r2", "r1"]
    assert recognitions.of_subject(B) == recognitions.of_subject(A)


def test_an_id_is_of_the_day_in_zhejiang() -> None:
    """Six in the evening in London is two in the morning of the next day."""
    first, second = (recognitions.new_id(datetime(2026, 12, 31, 18, tzinfo=UTC)) for _ in range(2))
    assert first.startswith("r20270101-") and first != second and len(first) == len("r20270101-3f9a1c")


def test_a_round_is_not_half_closed_nor_in_an_unknown_state() -> None:
    held = made()
    for values in ({"state": "forgotten"}, {"closed_by": "x"}, {"closed_at": AT}, {"kind": "renewal"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.Recognition.objects.filter(id="r1").update(**values)
    assert recognitions.get("r1") == held


def test_a_candidate_says_who_judged_it_and_when() -> None:
    """The table refuses a name without an instant, so no record is half told."""
    made()
    held: Candidate = recognitions.in_state("r1", "candidate")[0]
    with pytest.raises((IntegrityError, JiqunError)), transaction.atomic():
        recognitions.judge(held.id, "refused", before=("candidate",), judged_by="x")
    assert recognitions.candidate(held.id) == held


def notice(kind: str, days: int = 0, title: int = 1, subject: str = A) -> Notice:
    return Notice(subject, kind, "研发中心", "county", AT, title, "", days)


def test_a_reminder_is_left_once_and_other_notices_as_often_as_they_are_said() -> None:
    assert title_notices.leave([notice("review", 180), notice("expiring", 90), notice("expiring", 30)]) == 3
    assert title_notices.reminded() == {(1, "review", 180), (1, "expiring", 90), (1, "expiring", 30)}
    with pytest.raises(IntegrityError), transaction.atomic():
        title_notices.leave([notice("expiring", 30)])
    assert title_notices.leave([notice("expiring", 30, title=2), notice("granted"), notice("granted")]) == 3
    assert len(title_notices.reminded()) == 4, "what is no reminder is not among them"


def test_notices_are_seen_by_the_enterprise_they_were_left_for() -> None:
    subjects.upsert([firm("A", "甲"), firm("B", "乙")], batch="b1", at=AT)
    title_notices.leave([notice("granted"), notice("publicity", subject=B)])
    assert [each.kind for each in title_notices.of_subjects([A], unseen=True)] == ["granted"]
    assert (title_notices.seen(A, by="李", at=AT), title_notices.seen(A, by="王", at=later(days=1))) == (1, 0)
    assert title_notices.of_subjects([A], unseen=True) == ()
    (kept,) = title_notices.of_subjects([A])
    assert (kept.seen_by, kept.seen_at) == ("李", AT)
    models.Subject.objects.filter(key=B).update(merged_into=A)
    assert [each.kind for each in title_notices.of_subjects([A], unseen=True)] == ["publicity"]
    assert [each.kind for each in title_notices.of_subjects([A], most=1)] == ["publicity"]
