"""报送入账 sending: answers become facts through the gate — batch, outbox, state and audit in one ledger transaction.

What the ledger knows already is not stated again; the same answer sent again changes nothing; a correction after a return
supersedes. Killed anywhere, either nothing was sent or everything arrives.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from jiqun.actions import imports_facts, outbox
from jiqun.actions.collecting import cells_of
from jiqun.actions.collecting_judge import Judged, judging, row_errors
from jiqun.actions.collecting_rights import check_answer
from jiqun.actions.desk import Desk
from jiqun.actions.entering import Entry, enter
from jiqun.actions.imports import ImportReport, Opened, Order
from jiqun.brain.collecting.checks import Finding
from jiqun.brain.collecting.states import ANSWERED, State, Verb, after
from jiqun.core.errors import InputError, RowErrors, WrongState
from jiqun.core.facts import Fact, natural_key, plain
from jiqun.lake.facts import FactReader
from jiqun.lake.files import HandedIn
from jiqun.lake.mapping import ColumnMap
from jiqun.ledger import audit, collection_answers, collections
from jiqun.ledger.collection_answers import Answer
from jiqun.ledger.collections import Collection
from jiqun.ledger.permissions import Actor


@dataclass(frozen=True)
class Refusal:
    """Why one answer was not sent."""

    respondent: str
    label: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Sending:
    """What became of the answers: sent, unchanged (sent before), refused with what keeps them; the facts they made."""

    collection: str
    sent: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[Refusal, ...]
    created: int
    corrected: int
    batch: str


@dataclass
class _Work:
    """A sending under way."""

    collection: Collection
    judged: list[Judged]
    ids: dict[str, str] = field(default_factory=dict)
    batch: str = ""

    def sent_of(self, one: Judged) -> dict[str, dict[str, str]]:
        """Cell → value and fact, as the answer keeps them."""
        kept: dict[str, dict[str, str]] = {}
        for cell, value in one.values.items():
            if value is None and cell not in one.facts:
                continue
            if cell in one.known:
                kept[cell] = {"value": plain(value), "fact": one.known[cell], "known": "1"}
            else:
                kept[cell] = {"value": plain(value), "fact": self.ids[one.facts[cell].id]}
        return kept


def send(desk: Desk, collection: str, respondent: str, *, by: Actor, at: datetime) -> Sending:
    """Send one answer; RowErrors with everything that keeps it from being sent."""
    done, judged = _send(desk, collection, [respondent], by=by, at=at)
    if done.refused:
        held = collections.get(collection)
        raise RowErrors(row_errors(desk, judged[0], judged[0].open, held), code="collect.refused")
    return done


def send_many(desk: Desk, collection: str, respondents: Sequence[str], *, by: Actor, at: datetime) -> Sending:
    """Send several answers in one batch; those that may not be sent stay drafts, each with its reasons."""
    if not respondents:
        raise InputError("collect.nobody", seen="")
    return _send(desk, collection, respondents, by=by, at=at)[0]


def _send(
    desk: Desk, collection: str, respondents: Sequence[str], *, by: Actor, at: datetime
) -> tuple[Sending, list[Judged]]:
    for one in respondents:
        check_answer(by, collection_answers.get(collection, one))
    with outbox.turn(desk, at=at) as now:
        held = collections.get(collection)
        answers = collection_answers.of_collection(collection, respondents=dict.fromkeys(respondents))
        before = tuple(one.respondent for one in answers if one.state in ANSWERED)
        asked = [one for one in answers if one.state not in ANSWERED]
        for one in asked:
            after(one.state, Verb.SEND, is_open=held.is_open)
        judged = _judged(desk, held, asked, by=by, at=now)
        good = [one for one in judged if not one.open]
        created, corrected, batch = _entered(desk, held, good, by=by, at=at, now=now) if good else (0, 0, "")
    refused = tuple(
        Refusal(one.answer.respondent, one.answer.label, tuple(one.open)) for one in judged if one.open
    )
    sent = tuple(one.answer.respondent for one in good)
    return Sending(collection, sent, before, refused, created, corrected, batch), judged


def _judged(desk: Desk, held: Collection, asked: list[Answer], *, by: Actor, at: datetime) -> list[Judged]:
    if not asked:
        return []
    judge, cells = judging(desk, held, asked, by=by, at=at), len(cells_of(held))
    return [judge.judge(one, first_row=2 + n * cells) for n, one in enumerate(asked)]


def _entered(
    desk: Desk, held: Collection, good: list[Judged], *, by: Actor, at: datetime, now: datetime
) -> tuple[int, int, str]:
    facts = [fact for one in good for fact in one.facts.values()]
    kept = imports_facts.sort_out(desk, facts, at=now)
    work = _Work(held, good, _ids(desk, facts, kept.new))
    if not kept.new:
        with transaction.atomic():
            _mark(work, by=by, at=at)
        return 0, 0, ""
    work.batch = kept.new[0].batch
    report = ImportReport(
        "facts", held.title, rows=len(facts), accepted=len(facts), created=len(kept.new) - kept.corrections,
        updated=kept.corrections, unchanged=kept.unchanged,
    )  # fmt: skip
    order = Order("facts", Path(), held.id, name=held.title, synthetic=held.synthetic)
    entry = Entry(
        order,
        _handed_in(held, facts),
        report,
        {"facts": imports_facts.fact_columns(kept.new)},
        {},
        work.batch,
        held.scope,
    )
    enter(desk, entry, _marking(work, by=by, at=at), by=by, at=now)
    return report.created, report.updated, work.batch


def _marking(work: _Work, *, by: Actor, at: datetime) -> Callable[[], None]:
    return lambda: _mark(work, by=by, at=at)


def _mark(work: _Work, *, by: Actor, at: datetime) -> None:
    """Enter the new state of every answer; what changed since it was judged is not sent."""
    is_open = collections.get(work.collection.id).is_open
    for one in work.judged:
        sent = work.sent_of(one)

        def change(now: Answer, one: Judged = one, sent: Mapping[str, object] = sent) -> Mapping[str, object]:
            step = after(now.state, Verb.SEND, is_open=is_open)
            if (now.typed, now.reasons) != (one.answer.typed, one.answer.reasons):
                raise WrongState("collect.changed_meanwhile", seen=now.label)
            return {
                "state": step, "sent": sent, "first_sent_at": now.first_sent_at or at, "sent_at": at,
                "sent_by": by.label[:150], "batch": work.batch or now.batch, "remark": "",
            }  # fmt: skip

        done = collection_answers.change(
            work.collection.id, one.answer.respondent, change, by=by.label, at=at
        )
        assert done.state == State.SENT
        collection_answers.seen(work.collection.id, one.answer.respondent, by=by.label, at=at)
        detail = {"respondent": done.respondent, "cells": sorted(sent), "reasons": done.reasons}
        target = f"collection:{work.collection.id}"
        audit.record(by, "collection.send", target, detail, at=at, target_label=done.label, batch=work.batch)


def _ids(desk: Desk, facts: Sequence[Fact], new: Sequence[Fact]) -> dict[str, str]:
    """Fact as judged → the fact that holds: itself when it is new, else the one that says the same already."""
    fresh = {fact.id for fact in new}
    old = {fact.id: natural_key(fact, is_document=False) for fact in facts if fact.id not in fresh}
    current = FactReader(desk.lake).current_keys(old.values()) if old else {}
    return {fact: fact for fact in fresh} | {
        fact: current[key][0] for fact, key in old.items() if key in current
    }


def _handed_in(held: Collection, facts: Sequence[Fact]) -> Opened:
    """What stands for the file of the batch: the answers as text."""
    rows = [
        (fact.row_no, [fact.subject, fact.indicator, fact.period, plain(fact.value), fact.unit])
        for fact in facts
    ]
    text = "\n".join("\x1f".join(cells) for _, cells in rows)
    digest = sha256(f"{held.id}\n{text}".encode()).hexdigest()
    columns = ("subject", "indicator", "period", "value", "unit")
    return Opened(HandedIn(held.title, digest, len(text.encode()), columns, rows), ColumnMap({}))
