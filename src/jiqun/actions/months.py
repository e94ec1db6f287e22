"""月度上报 figures of a month into the enterprise's ledger: only what it consented to, by the one gate, with its evidence.

A figure becomes a fact under the source of the factory's own readings, in a batch that can be undone. Withdrawing a
consent stops later months; what was sent stays until its batch is taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from jiqun.actions import batches, month_evidence, month_wholes
from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.imports import ImportReport
from jiqun.actions.month_entry import MonthRows, enter_month
from jiqun.actions.month_reckoning import (
    OF_MONTH,
    RATIOS,
    FactoryMonth,
    OeeWish,
    indicators,
    month_of,
    reckon_month,
)  # fmt: skip
from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.core.facts import Fact
from jiqun.factory.instants import micros_of
from jiqun.factory.shifts.month_manner import MonthManner
from jiqun.factory.shifts.months import YES
from jiqun.lake.facts import FactReader
from jiqun.ledger import audit, factories, month_records
from jiqun.ledger.batches import standing_of
from jiqun.ledger.factories import Factory
from jiqun.ledger.month_records import Consent, NewFigure
from jiqun.ledger.permissions import Actor
from jiqun.ledger.scopes import Scope
from jiqun.ledger.sources import Source

SOURCE = "readings-"
"""How the key of a source of an enterprise's own readings begins."""
PURPOSE_MOST = 300


@dataclass(frozen=True)
class Sent:
    """What was sent: the batch, the figures, and those consented to of which nothing is known this month."""

    month: str
    batch: str
    figures: tuple[NewFigure, ...]
    unknown: tuple[str, ...]


def give_consent(
    desk: Desk, key: str, indicator: str, from_month: str, *, purpose: str, by: Actor, at: datetime
) -> Consent:
    """Consent that a figure of each month from one on goes into the enterprise's ledger.

    InputError month.bad_month, month.unknown_figure, month.no_purpose; WrongState month.consented
    """
    factory = factories.get(key)
    policy.check_run(by, factory)
    month = month_of(from_month)
    _check_indicator(desk, indicator)
    said = " ".join(purpose.split())
    if not said or len(said) > PURPOSE_MOST:
        raise InputError("month.no_purpose", seen=said[:40], allowed=f"1–{PURPOSE_MOST}")
    with transaction.atomic():
        made = month_records.give(key, indicator, month.text, purpose=said, by=by.label, at=at)
        told = {"indicator": indicator, "from": month.text, "text": said}
        audit.record(by, "factory.consent", f"factory:{key}", told, at=at, target_label=factory.name)
    return made


def withdraw_consent(desk: Desk, key: str, indicator: str, *, by: Actor, at: datetime) -> None:
    """Withdraw a consent: no further month is sent; WrongState month.not_consented."""
    factory = factories.get(key)
    policy.check_run(by, factory)
    _check_indicator(desk, indicator)
    with transaction.atomic():
        month_records.withdraw(key, indicator, by=by.label, at=at)
        told = {"indicator": indicator}
        audit.record(by, "factory.consent_end", f"factory:{key}", told, at=at, target_label=factory.name)


def say_register(desk: Desk, key: str, *, complete: bool, by: Actor, at: datetime) -> None:
    """Say that the register names every production machine, connected or not; or that this is no longer said.

    The word is about as many machines as there are now: when one is entered or retired it is to be said anew.
    """
    del desk
    factory = factories.get(key)
    policy.check_run(by, factory)
    count = sum(1 for one in factories.machines(key) if one.production)
    with transaction.atomic():
        month_records.set_register_word(key, count if complete else None, by=by.label, at=at)
        told = {"machines": count, "complete": complete}
        audit.record(by, "factory.register", f"factory:{key}", told, at=at, target_label=factory.name)


def send(desk: Desk, key: str, month: str, *, by: Actor, at: datetime) -> Sent:
    """Send a month's figures as far as consent stands and they are known, as one batch of facts.

    WrongState month.not_over, month.nothing_to_send, month.unchanged; RowErrors with what the gate refuses
    """
    factory = factories.get(key)
    policy.check_run(by, factory)
    wanted = month_of(month)
    allowed = [one.indicator for one in month_records.consents(key) if one.from_month <= wanted.text]
    if micros_of(at) < wanted.span[1]:
        raise WrongState("month.not_over", seen=wanted.text)
    oee: OeeWish = "always" if set(allowed) & set(RATIOS) else "never"
    found = reckon_month(desk, factory, wanted.text, at_us=micros_of(at), oee=oee) if allowed else None
    known = {k: told for k, told in found.figures.items() if k in allowed and told.value} if found else {}
    if found is None or not known:
        raise WrongState("month.nothing_to_send", seen=wanted.text)
    figures = tuple(
        NewFigure(
            name, wanted.text, told.value or "", told.high, told.bound, desk.indicators.get(name).unit,
            month_evidence.of_figure(desk, found, name),
        )
        for name, told in known.items()
    )  # fmt: skip
    _mend(desk, found, figures, by=by, at=at)
    report, sent = _entered(desk, found, figures, by=by, at=at)
    return Sent(wanted.text, report.batch_id or "", sent, tuple(one for one in allowed if one not in known))


def take_back(desk: Desk, key: str, batch: str, *, by: Actor, at: datetime) -> batches.Undoing:
    """Take back a batch of months' figures: its facts no longer hold; what was sent stays in the record.

    NotFound month.no_batch; WrongState batch.already_undone
    """
    factory = factories.get(key)
    policy.check_run(by, factory)
    if batch not in month_records.batches_of(key):
        raise NotFound("month.no_batch", seen=batch)
    months = {one.month for one in month_records.sent(key) if one.batch == batch}
    month_wholes.take_back(desk, factory, sorted(months), by=by, at=at)
    return batches.undo_judged(desk, batch, by=by, at=at)


def source_of(factory: Factory) -> Source:
    """The source the factory's figures stand under; what it says about the enterprise is not public."""
    owner = Scope("enterprise", factory.subject)
    title = f"本企业读数 own readings：{factory.name}"
    return Source(f"{SOURCE}{factory.key}"[:80], "readings", title, synthetic=factory.synthetic, owner=owner)


def is_own(source: str) -> bool:
    """Is that source one of an enterprise's own readings?"""
    return source.startswith(SOURCE)


def _check_indicator(desk: Desk, indicator: str) -> None:
    known = indicators(MonthManner.load(desk.packs / "factory" / "months.toml"))
    if indicator not in known:
        raise InputError("month.unknown_figure", seen=indicator[:80], allowed=" ".join(known))


def _entered(
    desk: Desk, found: FactoryMonth, figures: Sequence[NewFigure], *, by: Actor, at: datetime
) -> tuple[ImportReport, tuple[NewFigure, ...]]:
    """Facts and their evidence in one transaction of the ledger; gives those that are new or another than before."""
    sent: list[NewFigure] = []

    def beside(facts: Sequence[Fact]) -> None:
        if not facts:  # another sent the same meanwhile
            raise WrongState("month.unchanged", seen=found.month.text)
        new = {one.indicator for one in facts}
        sent[:] = [one for one in figures if one.indicator in new]
        _record(found, sent, facts[0].batch, by=by, at=at)

    def changed() -> None:
        if found.shared > 1:
            month_wholes.take_back(desk, found.factory, [found.month.text], by=by, at=at)

    name = f"本企业读数-{found.factory.key}-{found.month.text}.csv"
    rows = [_row(found, one) for one in figures]
    entered = enter_month(
        desk, MonthRows(source_of(found.factory), name, rows, beside, changed), by=by, at=at
    )
    if entered is None:
        month_wholes.enter(desk, found, by=by, at=at)  # an earlier sending may have ended before it
        raise WrongState("month.unchanged", seen=found.month.text)
    month_wholes.enter(desk, found, by=by, at=at)
    return entered, tuple(sent)


def _record(
    found: FactoryMonth, figures: Sequence[NewFigure], batch: str, *, by: Actor, at: datetime
) -> None:
    """The evidence of a batch and its line of the audit trail; inside the transaction that enters the batch."""
    factory = found.factory
    month_records.record(factory.key, figures, batch=batch, by=by.label, at=at)
    told = {"month": found.month.text, "figures": [one.indicator for one in figures]}
    audit.record(
        by, "factory.month_send", f"factory:{factory.key}", told, at=at, target_label=factory.name, batch=batch
    )  # fmt: skip


def _mend(desk: Desk, found: FactoryMonth, figures: Sequence[NewFigure], *, by: Actor, at: datetime) -> None:
    """Facts of the month that an earlier version left without evidence get that of the same figure as reckoned now."""
    key, source = found.factory.key, source_of(found.factory).key
    known = set(month_records.batches_of(key))
    for batch in (one.id for one in standing_of(source) if one.id not in known):
        facts = FactReader(desk.lake).facts(batch=batch)
        same = [
            replace(one, evidence={**one.evidence, "reckoned_again": True})
            for one in figures
            if any(_says(fact, one, found) for fact in facts)
        ]
        with transaction.atomic():
            if same:
                _record(found, same, batch, by=by, at=at)


def _says(fact: Mapping[str, object], figure: NewFigure, found: FactoryMonth) -> bool:
    """Is a fact what the figure says?"""
    row = _row(found, figure)
    text = ("indicator", "period", "bound", "unit", "scope")
    return all(str(fact[name]) == row[name] for name in text) and (
        str(fact["value_text"] or "") == row["value_text"]
        and all(_number(fact[name]) == _number(row[name]) for name in ("value", "value_high"))
    )


def _number(told: object) -> Decimal | None:
    return None if told in (None, "") else Decimal(str(told))


def _row(found: FactoryMonth, one: NewFigure) -> dict[str, str]:
    word = one.value == YES
    return {
        "subject": found.factory.subject, "indicator": one.indicator,
        "period": found.month.text if one.indicator in OF_MONTH else f"@{found.month.last.isoformat()}",
        "value": "" if word else one.value, "value_high": one.high, "bound": one.bound,
        "value_text": one.value if word else "", "unit": one.unit,
        "scope": found.factory.name if found.shared > 1 else "", "status": "actual",
        "synthetic": "1" if found.factory.synthetic else "0", "note": month_evidence.sentence(one.evidence),
    }  # fmt: skip
