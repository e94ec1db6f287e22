"""异议办理 objecting: a number or a candidate is disputed, evidence attached, an answer given; accepted, it is put right.

Every step is one ledger transaction with its audit line; an accepted objection brings its correction in that same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from jiqun.actions import correcting, disputed_candidates, evidence, outbox
from jiqun.actions import objection_policy as policy
from jiqun.actions.correcting import Correction, Row
from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.core.facts import Fact, plain, recorded_subject
from jiqun.exchange.objections import ACCEPT, office_kind
from jiqun.lake.cell_words import control_character
from jiqun.ledger import audit, objections, subjects
from jiqun.ledger.objections import Evidence, NewObjection, Objection, Step
from jiqun.ledger.permissions import Actor

TEXT_LIMIT = 1000
CELL = ("indicator", "period", "scope", "breakdown", "status", "attributed_to", "locator")
OPEN = objections.OPEN


@dataclass(frozen=True)
class Filing:
    """What somebody says about a number: which statement, what it should be, and why; with files as (name, stream)."""

    fact: str
    value: str
    unit: str = ""
    reason: str = ""
    files: Sequence[tuple[str, BinaryIO]] = ()


def disputed(desk: Desk, fact_id: str, *, by: Actor) -> Row:
    """The statement somebody wants to object to; raises when he may not, or it is none that holds."""
    held = correcting.statement(desk, fact_id)
    if held is None:
        raise NotFound("objection.fact_gone", seen=fact_id)
    policy.check_file(by, subjects.resolve(str(held["subject"])))
    archive = Archive(desk, by)
    archive.check_statement(archive.tell([held])[0])
    return held


def file(desk: Desk, filing: Filing, *, by: Actor, at: datetime) -> Objection:
    """Object to a number. What it should be goes through the gate at once, so that nothing wrong waits for an answer.

    RowErrors from the gate; WrongState objection.open_already, objection.nothing_to_correct
    """
    held = disputed(desk, filing.fact, by=by)
    reason = _said(filing.reason, needed=True)
    wanted = Correction(filing.value.strip(), filing.unit.strip() or str(held["unit"]), reason[:100], "异议")
    fact = correcting.judged(desk, held, wanted, at=at)
    if fact.base_value is None:
        raise InputError("objection.say_value", seen=filing.value)
    if (fact.base_value, fact.bound.value) == (held["base_value"], held["bound"]):
        raise WrongState("objection.nothing_to_correct", seen=plain(fact.value))
    kept = _kept(desk, filing.files)
    new = _new(held, fact, reason)
    due_on = desk.practice.due_on(new.office, at, desk.calendar)
    with transaction.atomic():
        made = objections.file(new, by=by.label, by_id=by.user_id, at=at, due_on=due_on)
        objections.note(made.id, Step("file", reason, by.label, at))
        _attach(made.id, kept, by=by, at=at)
        told = {
            "fact": new.fact,
            "said": new.said,
            "wanted": new.wanted,
            "unit": new.unit,
            "files": len(kept),
        }
        _note(by, "file", made, told, at)
    return made


def file_against(
    desk: Desk,
    candidate: int,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    files: Sequence[tuple[str, BinaryIO]] = (),
) -> Objection:
    """Object to a candidate in publicity; until there is an answer it cannot be granted the title."""
    new = disputed_candidates.disputed(candidate, _said(reason, needed=True), by=by, at=at)
    kept = _kept(desk, files)
    due_on = desk.practice.due_on(new.office, at, desk.calendar)
    with transaction.atomic():
        made = objections.file(new, by=by.label, by_id=by.user_id, at=at, due_on=due_on)
        objections.note(made.id, Step("file", new.reason, by.label, at))
        _attach(made.id, kept, by=by, at=at)
        disputed_candidates.hold(candidate)
        told = {"candidate": candidate, "recognition": new.cell["recognition"], "files": len(kept)}
        _note(by, "file", made, told, at)
    return made


def move(
    desk: Desk,
    id: int,
    name: str,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    files: Sequence[tuple[str, BinaryIO]] = (),
) -> Objection:
    """Do one of the moves of `packs/objections.toml`: ask, supply, accept, refuse, withdraw."""
    objection = objections.get(id)
    said = _said(text)
    policy.check_move(desk.practice, by, objection, name, text=said)
    if name == ACCEPT and not objection.candidate:
        return _accept(desk, objection, said, by=by, at=at)
    step = desk.practice.moves[name]
    if files and step.by != "party":
        raise InputError("objection.files_from_party", seen=name)
    if name == "supply" and not files and not said:
        raise InputError("objection.say_why", wanted=name)
    kept = _kept(desk, files)
    values: dict[str, object] = {}
    if not desk.practice.is_open(step.after) and step.by == "office":
        values = {"answered_by": by.label[:150], "answered_at": at, "answer": said}
    elif objection.state != step.after and step.by == "party" and desk.practice.is_open(step.after):
        values = {"due_on": desk.practice.due_on(objection.office, at, desk.calendar)}
    with transaction.atomic():
        moved = objections.move(id, step.after, before=step.before, **values)
        objections.note(id, Step(name, said, by.label, at))
        _attach(id, kept, by=by, at=at)
        if moved.candidate:
            disputed_candidates.settle(moved, by=by, at=at)
        _note(by, name, moved, {"text": said[:300], "files": len(kept)}, at)
    return moved


def evidence_file(desk: Desk, id: int, number: int, *, by: Actor) -> tuple[Evidence, bytes]:
    """An attached file, for both sides alone."""
    policy.check_read(by, objections.get(id))
    found = objections.evidence(id, number)
    return found, evidence.path_of(desk, found.sha256).read_bytes()


def _accept(desk: Desk, objection: Objection, said: str, *, by: Actor, at: datetime) -> Objection:
    """The correction and the answer in one transaction; what holds of the statement now is what is corrected."""
    done: list[Objection] = []
    with outbox.turn(desk, at=at) as now:
        held = correcting.holding(desk, objection.fact)
        if held is None:
            raise WrongState("objection.fact_gone", seen=objection.fact)

        def write(batch: str, fact: Fact) -> None:
            done.append(
                objections.move(
                    objection.id, "accepted", before=desk.practice.moves[ACCEPT].before, answer=said, batch=batch,
                    answered_by=by.label[:150], answered_at=now, correction=fact.id,
                )
            )  # fmt: skip
            objections.note(objection.id, Step(ACCEPT, said, by.label, now))
            told = {"correction": fact.id, "supersedes": fact.supersedes, "wanted": objection.wanted}
            _note(by, ACCEPT, done[0], {**told, "text": said[:300]}, now, batch=batch)

        note = f"依异议 {objection.id} 更正 corrected after objection {objection.id}"
        wanted = Correction(objection.wanted, objection.unit, note, f"异议 {objection.id} objection")
        correcting.correct(desk, held, wanted, write, by=by, at=now)
    return done[0]


def _new(held: Row, fact: Fact, reason: str) -> NewObjection:
    """The objection, of the enterprise the number was recorded for: with it it goes when a merge is taken back."""
    key = recorded_subject(str(held["natural_key"]))
    subject = subjects.get_many([key]).get(key)
    region = subject.region if subject else ""
    bound = "" if held["bound"] == "=" else str(held["bound"])
    number = plain(held["value"])  # type: ignore[arg-type]
    stated = f"{bound}{number} {held['unit']}" if number else str(held["value_text"] or "")
    return NewObjection(
        subject=key, subject_label=subject.label_zh if subject else "", region=region,
        office=office_kind(region), fact=str(held["id"]), disputed_hash=str(held["content_hash"]),
        source=str(held["source"]), cell={name: str(held[name] or "") for name in CELL}, said=stated[:300],
        wanted=plain(fact.value) or fact.value_text, unit=fact.unit if fact.value is not None else "", reason=reason,
        candidate=0,
    )  # fmt: skip


def _kept(desk: Desk, files: Sequence[tuple[str, BinaryIO]]) -> list[tuple[str, str, int]]:
    if len(files) > desk.practice.most_files:
        raise InputError("objection.many_files", seen=len(files), allowed=desk.practice.most_files)
    return [(name, *evidence.keep(desk, desk.practice, stream, name)) for name, stream in files]


def _attach(id: int, kept: Sequence[tuple[str, str, int]], *, by: Actor, at: datetime) -> None:
    for name, sha256, size in kept:
        objections.attach(id, name=name, sha256=sha256, size=size, by=by.label, at=at)


def _said(text: str, *, needed: bool = False) -> str:
    said = text.strip()
    if len(said) > TEXT_LIMIT or (needed and not said):
        raise InputError("objection.reason", seen=said[:40], allowed=f"1–{TEXT_LIMIT}")
    if stray := control_character([said]):
        raise InputError("gate.control_character", column="reason", seen=stray)
    return said


def _note(
    by: Actor, verb: str, objection: Objection, detail: dict[str, object], at: datetime, *, batch: str = ""
) -> None:
    target = f"objection:{objection.id}"
    audit.record(
        by, f"objection.{verb}", target, detail, at=at, batch=batch, target_label=objection.subject_label
    )
