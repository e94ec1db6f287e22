"""月度上报 figures of a month into the enterprise's ledger: only what it consented to, by the one gate, with its evidence.

A figure becomes a fact under the source of the factory's own readings, in a batch that can be undone. Withdrawing a
consent stops later months; what was sent stays until its batch is taken back.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from jiqun.actions import batches, month_evidence
from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.actions.month_reckoning import OF_MONTH, FactoryMonth, indicators, month_of, reckon_month
from jiqun.core.errors import InputError, NotFound, RowErrors, WrongState
from jiqun.factory.instants import micros_of
from jiqun.factory.shifts.month_manner import MonthManner
from jiqun.factory.shifts.months import YES
from jiqun.ledger import audit, factories, month_records, sources
from jiqun.ledger.factories import Factory
from jiqun.ledger.month_records import Consent, NewFigure
from jiqun.ledger.permissions import Actor
from jiqun.ledger.scopes import Scope
from jiqun.ledger.sources import Source

SOURCE = "readings-"
"""How the key of a source of an enterprise's own readings begins."""
COLUMNS = (
    "subject", "indicator", "period", "value", "value_high", "bound", "value_text", "unit", "scope", "status", "synthetic",
    "note",
)  # fmt: skip
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
    found = reckon_month(desk, factory, wanted.text, at_us=micros_of(at)) if allowed else None
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
    report = _entered(desk, found, figures, by=by, at=at)
    with transaction.atomic():
        month_records.record(key, figures, batch=report.batch_id or "", by=by.label, at=at)
        told_of = {"month": wanted.text, "figures": [one.indicator for one in figures]}
        audit.record(
            by, "factory.month_send", f"factory:{key}", told_of, at=at, target_label=factory.name, batch=report.batch_id or ""
        )  # fmt: skip
    return Sent(
        wanted.text, report.batch_id or "", figures, tuple(one for one in allowed if one not in known)
    )


def take_back(desk: Desk, key: str, batch: str, *, by: Actor, at: datetime) -> batches.Undoing:
    """Take back a batch of months' figures: its facts no longer hold; what was sent stays in the record.

    NotFound month.no_batch; WrongState batch.already_undone
    """
    factory = factories.get(key)
    policy.check_run(by, factory)
    if batch not in {one.batch for one in month_records.sent(key)}:
        raise NotFound("month.no_batch", seen=batch)
    return batches.undo_judged(desk, batch, by=by, at=at)


def source_of(factory: Factory) -> Source:
    """The source the factory's figures stand under; what it says about the enterprise is not public."""
    owner = Scope("enterprise", factory.subject)
    title = f"本企业读数 own readings：{factory.name}"
    return Source(f"{SOURCE}{factory.key}"[:80], "readings", title, synthetic=factory.synthetic, owner=owner)


def _check_indicator(desk: Desk, indicator: str) -> None:
    known = indicators(MonthManner.load(desk.packs / "factory" / "months.toml"))
    if indicator not in known:
        raise InputError("month.unknown_figure", seen=indicator[:80], allowed=" ".join(known))


def _entered(
    desk: Desk, found: FactoryMonth, figures: Sequence[NewFigure], *, by: Actor, at: datetime
) -> ImportReport:
    source = source_of(found.factory)
    if source.key not in sources.get_many([source.key]):
        sources.save(source)
    path = desk.uploads / f"{SOURCE}{at:%Y%m%d%H%M%S%f}.csv"
    name = f"本企业读数-{found.factory.key}-{found.month.text}.csv"
    order = Order("facts", path, source.key, name=name, synthetic=found.factory.synthetic)
    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(_rows(found, figures))
        tried = run_import(desk, replace(order, dry_run=True), by=by, at=at)
        if tried.errors:
            raise RowErrors(tried.errors, code="firm.refused")
        if not tried.created + tried.updated:
            raise WrongState("month.unchanged", seen=found.month.text)
        return run_import(desk, order, by=by, at=at)
    finally:
        path.unlink(missing_ok=True)


def _rows(found: FactoryMonth, figures: Sequence[NewFigure]) -> Iterator[dict[str, str]]:
    for one in figures:
        word = one.value == YES
        yield {
            "subject": found.factory.subject, "indicator": one.indicator,
            "period": found.month.text if one.indicator in OF_MONTH else f"@{found.month.last.isoformat()}",
            "value": "" if word else one.value, "value_high": one.high, "bound": one.bound,
            "value_text": one.value if word else "", "unit": one.unit,
            "scope": found.factory.name if found.shared > 1 else "", "status": "actual",
            "synthetic": "1" if found.factory.synthetic else "0", "note": month_evidence.sentence(one.evidence),
        }  # fmt: skip


