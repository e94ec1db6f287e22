"""填报页 what the page of one answer shows: each cell with what is known, what was said last time, and what is noticed."""

from dataclasses import dataclass
from datetime import datetime

from jiqun.actions.collecting import cells_of
from jiqun.actions.collecting_judge import Judged, judging
from jiqun.actions.collecting_known import Beforehand, Known
from jiqun.actions.collecting_rights import can_fill, can_judge, check_see, tallies
from jiqun.actions.collecting_workbooks import shown_text
from jiqun.actions.desk import Desk
from jiqun.actions.reading.collecting_lines import CollectionLine, Head, heads_of, line_of
from jiqun.actions.reading.statements import Label
from jiqun.brain.collecting.checks import ERROR, Finding
from jiqun.brain.collecting.forms import Cell
from jiqun.brain.collecting.states import ANSWERED, Verb, is_late
from jiqun.core.errors import RowError
from jiqun.core.facts import plain
from jiqun.core.periods import Period
from jiqun.ledger import collection_answers, collections, sources
from jiqun.ledger.collection_answers import Answer
from jiqun.ledger.collections import Collection
from jiqun.ledger.permissions import Actor


@dataclass(frozen=True, slots=True)
class Noticed:
    """One finding in words.

    level       error | warning; a warning with a reason is settled
    hint        a question about the unit, with the number it would be then (`value`)
    """

    cell: str
    label: Label
    level: str
    code: str
    sentence: str
    hint: str
    value: str
    reason: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """A value the ledger holds: the number, its period, who said it, and the fact."""

    text: str
    period_label: Label
    source: str
    fact: str


@dataclass(frozen=True, slots=True)
class Field:
    """One cell to fill in.

    text    what stands in it: the draft, else what is known
    known   what the ledger holds already; as_known: and nothing else was typed
    past    last time's value
    fact    the fact it became once it was sent
    """

    head: Head
    text: str
    known: Earlier | None
    as_known: bool
    past: Earlier | None
    fact: str
    wrong: bool


@dataclass(frozen=True)
class FillContext:
    """One respondent's answer.

    new       cells that are asked
    known     cells the ledger knows already; looked over, not asked
    findings  everything noticed, errors first
    """

    line: CollectionLine
    note: str
    respondent: str
    label: str
    state: str
    remark: str
    late: bool
    new: tuple[Field, ...]
    known: tuple[Field, ...]
    findings: tuple[Noticed, ...]
    open: int
    notices: tuple[str, ...]
    saved_at: datetime | None
    sent_at: datetime | None
    sent_by: str
    can_fill: bool
    can_accept: bool
    can_return: bool


def fill_page(desk: Desk, actor: Actor, collection: str, respondent: str, *, lang: str) -> FillContext:
    """The answer of one respondent; NotAllowed for who neither answers for it nor follows it."""
    held, answer = collections.get(collection), collection_answers.get(collection, respondent)
    check_see(actor, held, answer)
    now = desk.now()
    judge = judging(desk, held, [answer], by=actor, at=now)
    before = judge.before[respondent]
    fills = can_fill(actor, held, answer)
    judged = judge.judge(answer) if answer.state not in ANSWERED else Judged(answer)
    noticed = _noticed(desk, held, judged, lang) if fills else ()
    fields = [_field(cell, head, answer, before, noticed) for cell, head in _cells(desk, held)]
    tally = tallies([collection])[collection]
    told = collection_answers.notices(collection=collection, respondents=[respondent], unseen=True)
    return FillContext(
        line=line_of(desk, held, tally, now=now), note=held.note, respondent=respondent, label=answer.label,
        state=answer.state, remark=answer.remark,
        late=is_late(held.deadline, first_sent_at=answer.first_sent_at, now=now),
        new=tuple(one for one in fields if not one.as_known), known=tuple(one for one in fields if one.as_known),
        findings=noticed, open=sum(not one.settled for one in noticed),
        notices=tuple(one.text for one in told if one.kind != "opened"),
        saved_at=answer.updated_at if answer.typed else None, sent_at=answer.sent_at, sent_by=answer.sent_by,
        can_fill=fills, can_accept=can_judge(actor, held, answer, Verb.ACCEPT),
        can_return=can_judge(actor, held, answer, Verb.RETURN),
    )  # fmt: skip


def _cells(desk: Desk, held: Collection) -> list[tuple[Cell, Head]]:
    return list(zip(cells_of(held), heads_of(desk, held), strict=True))


def _noticed(desk: Desk, held: Collection, judged: Judged, lang: str) -> tuple[Noticed, ...]:
    heads = {head.cell: head for head in heads_of(desk, held)}
    unsettled = judged.open
    told = [
        _told(desk, heads[one.cell], one, judged.answer, lang, settled=one not in unsettled)
        for one in judged.findings
    ]
    return tuple(sorted(told, key=lambda one: (one.settled, one.level != ERROR)))


def _told(desk: Desk, head: Head, found: Finding, answer: Answer, lang: str, *, settled: bool) -> Noticed:
    zh = lang.startswith("zh")
    group = found.group["zh" if zh else "en"] if found.group else ""
    allowed = f"{found.allowed} · {group}" if group else found.allowed
    sentence = desk.messages.sentence(RowError("", None, "", found.code, found.seen, allowed), lang)
    hint = ""
    if found.hint_unit:
        facts = {"unit": found.hint_unit, "value": f"{found.hint_value} {head.unit}"}
        hint = desk.messages.what("collect.unit_question", lang, facts)
    return Noticed(
        found.cell, head.label, found.level, found.code, sentence, hint, found.hint_value,
        answer.reasons.get(found.cell, ""), settled,
    )  # fmt: skip


def _field(cell: Cell, head: Head, answer: Answer, before: Beforehand, noticed: tuple[Noticed, ...]) -> Field:
    known = before.known.get(cell.key)
    typed, sent = answer.typed.get(cell.key), answer.sent.get(cell.key, {})
    as_known = known is not None and typed in (None, plain(known.value))
    text = sent.get("value", "") if answer.state in ANSWERED else shown_text(answer, cell.key, before)
    return Field(
        head, text, _earlier(known), as_known, _earlier(before.past.get(cell.key)), sent.get("fact", ""),
        any(one.cell == cell.key and not one.settled and one.level == ERROR for one in noticed),
    )  # fmt: skip


def _earlier(known: Known | None) -> Earlier | None:
    if known is None:
        return None
    period = Period.parse(known.period)
    source = sources.get_many([known.source]).get(known.source)
    label = Label(period.label("zh"), period.label("en"))
    return Earlier(plain(known.value), label, source.title if source else known.source, known.fact)
