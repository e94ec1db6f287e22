"""撤回来源 withdrawals: an office takes back a source with everything that came from it — an append — and can bring it back.

An event in the lake hides what the source says from then on; subjects and relations its batches wrote stand as the others
tell them. Bringing it back is one more event.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import transaction

from jiqun.actions import merging, outbox
from jiqun.actions.before import before_batch, subject_then
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, JiqunError, WrongState
from jiqun.lake.known import BROUGHT_BACK, OF_SOURCE, WITHDRAWN
from jiqun.lake.registrations import RegistrationReader
from jiqun.lake.withdrawing import enterprises_told_by, spoken_of
from jiqun.ledger import audit, batches, permissions, relations, sources, subjects
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.relations import RelationRow
from jiqun.ledger.sources import Source
from jiqun.ledger.subjects import RestoredRow, SubjectRow

REASON_LIMIT = 300


@dataclass(frozen=True)
class Withdrawal:
    """What withdrawing a source, or bringing it back, did: facts hidden or shown, subjects and relations touched."""

    source: str
    event: str
    facts: int
    subjects: int
    relations: int

    def as_json(self) -> dict[str, object]:
        """The object `--json` prints."""
        return {"ok": True, "source": self.source, "event": self.event, "facts": self.facts,
                "subjects": self.subjects, "relations": self.relations}  # fmt: skip


def check_withdraw(by: Actor, source: Source) -> None:
    """Raise unless `by` is of the office the source belongs to and may undo there, or describes sources."""
    if not permissions.can(by, Permission.MANAGE_SOURCES, target_scope=permissions.ANYWHERE):
        permissions.check(by, Permission.UNDO_BATCH, target_scope=source.owner)


def can_withdraw(by: Actor, source: Source) -> bool:
    """The same as an answer, for a source that stands."""
    try:
        check_withdraw(by, source)
    except JiqunError:
        return False
    return not source.is_withdrawn


def can_bring_back(by: Actor, source: Source) -> bool:
    """May this person bring a withdrawn source back?"""
    try:
        check_withdraw(by, source)
    except JiqunError:
        return False
    return source.is_withdrawn


def withdraw(desk: Desk, key: str, why: str, *, by: Actor, at: datetime) -> Withdrawal:
    """Take a source back with everything that came from it; WrongState source.withdrawn when it is already."""
    check_withdraw(by, sources.get(key))
    said = why.strip()
    if not said or len(said) > REASON_LIMIT:
        raise InputError("source.reason", seen=said[:40], allowed=f"1–{REASON_LIMIT}")
    with outbox.turn(desk, at=at) as now:
        if sources.get(key).is_withdrawn:
            raise WrongState("source.withdrawn", seen=key)
        facts = spoken_of(desk.lake, key)[0]
        mine = [batch.id for batch in batches.standing_of(key)]
        then = [(id, before_batch(desk, id, without=mine, source=key)) for id in mine]
        touched = [0, 0]

        def write() -> None:
            for id, before in then:
                touched[1] += relations.undo_relations(id, before.relations)
                done = subjects.apply_undo(id, before.subjects, at=now, along=mine)
                touched[0] += done.removed + done.restored
            merging.take_back_without_ends(by=by, at=now)
            sources.mark_withdrawn(key, by=by.label, at=now, why=said)

        _tell(desk, _Event(key, WITHDRAWN, said, facts), write, by=by, at=now)
    return Withdrawal(key, WITHDRAWN, facts, *touched)


def bring_back(desk: Desk, key: str, *, by: Actor, at: datetime) -> Withdrawal:
    """Let a withdrawn source speak again; WrongState source.not_withdrawn when it does."""
    check_withdraw(by, sources.get(key))
    with outbox.turn(desk, at=at) as now:
        if not sources.get(key).is_withdrawn:
            raise WrongState("source.not_withdrawn", seen=key)
        mine = [batch.id for batch in batches.standing_of(key)]
        people, ties = _told_then(desk, mine, key)
        touched = [0, 0]

        def write() -> None:
            touched[0] = subjects.put_back(people, at=now)
            for batch, rows in ties.items():
                counts = relations.upsert_relations(rows, batch=batch)
                touched[1] += counts.created + counts.updated
            sources.mark_brought_back(key)

        _tell(desk, _Event(key, BROUGHT_BACK, "", 0), write, by=by, at=now)
        facts = spoken_of(desk.lake, key)[0]
    return Withdrawal(key, BROUGHT_BACK, facts, *touched)


@dataclass(frozen=True)
class _Event:
    """What is told of a source: withdrawn or brought back, why, and how many facts it concerns."""

    source: str
    event: str
    why: str
    facts: int

    def columns(self, *, by: Actor, at: datetime) -> dict[str, Sequence[object]]:
        """The row of the lake's batch events."""
        detail = orjson.dumps({"by": by.label, "why": self.why}).decode()
        return {"batch": [OF_SOURCE + self.source], "event": [self.event], "recorded_at": [at],
                "table_name": ["sources"], "rows": [self.facts], "detail": [detail]}  # fmt: skip


def _tell(desk: Desk, told: _Event, write: Callable[[], None], *, by: Actor, at: datetime) -> None:
    """Enter the event: ledger and outbox in one transaction, then the lake."""
    name = f"w{at:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    verb = "withdraw" if told.event == WITHDRAWN else "bring_back"
    with outbox.held_spool(desk) as spool:
        segment = spool.stage("batches", told.columns(by=by, at=at), name)
        with transaction.atomic():
            write()
            outbox.note(spool, [segment], at=at)
            detail = {"reason": told.why, "facts": told.facts}
            title = sources.get(told.source).title
            audit.record(by, f"source.{verb}", f"source:{told.source}", detail, at=at, target_label=title)
        outbox.deliver(desk, spool, [segment], at=at)


def _told_then(
    desk: Desk, mine: Sequence[str], key: str
) -> tuple[list[RestoredRow], dict[str, list[RelationRow]]]:
    """Subjects and relations as the batches told them, where nobody has told them since."""
    people: list[RestoredRow] = []
    ties: dict[str, list[RelationRow]] = {}
    for row in RegistrationReader(desk.lake).latest_of(mine):
        if row["batch"] not in mine:
            continue
        extra = orjson.loads(str(row["extra"])) if row["extra"] else {}
        tie = extra.get("relation_row")
        if isinstance(tie, dict):
            ties.setdefault(str(row["batch"]), []).append(RelationRow(**tie))
        else:
            kept = subject_then(row, extra.get("subject_row"))
            people.append(RestoredRow(kept, str(row["batch"]), str(row["first_batch"])))
    named = {one.row.key for one in people}
    people += [one for one in _by_name_only(desk, mine, key) if one.row.key not in named]
    return people, ties


def _by_name_only(desk: Desk, mine: Sequence[str], key: str) -> list[RestoredRow]:
    """Enterprises only facts of these batches speak of, which the ledger holds no more: provisional, as they came in."""
    rows = enterprises_told_by(desk.lake, mine)
    held = subjects.exists([name for name, _, _ in rows])
    return [
        RestoredRow(
            SubjectRow(
                key=name, label_zh=name.partition(":")[2], provisional=True, source=key, synthetic=made_up
            ),
            batch, batch,
        )
        for name, batch, made_up in rows
        if name not in held
    ]  # fmt: skip
