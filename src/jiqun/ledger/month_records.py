"""月度记录 records of months: consents, the word on the register of machines, figures that were sent; none is removed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from jiqun.core.errors import WrongState
from jiqun.ledger import models
from jiqun.ledger.batches import UNFINISHED
from jiqun.ledger.factories import row_of

SITES = "sites"
"""Evidence of a figure of several factories together says under it what of each it rests on."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Consent to send one figure of each month from `from_month` (2026-10) on, for a purpose; withdrawn or not."""

    id: int
    indicator: str
    from_month: str
    purpose: str
    given_by: str
    given_at: datetime
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RegisterWord:
    """A person's word that the register of machines is complete, and how many production machines it held."""

    machines: int
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class NewFigure:
    """A month's figure to be recorded as sent; see the table for the fields."""

    indicator: str
    month: str
    value: str
    high: str
    bound: str
    unit: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SentFigure(NewFigure):
    """A figure that was sent."""

    factory: str
    batch: str
    sent_by: str
    sent_at: datetime


def consents(key: str, *, all_ever: bool = False) -> tuple[Consent, ...]:
    """Consents of a factory that stand, or all ever given, the earliest first."""
    rows = models.FactoryConsent.objects.filter(factory__key=key).order_by("id")
    kept = rows if all_ever else rows.filter(withdrawn_at=None)
    return tuple(
        Consent(**{name: getattr(row, name) for name in Consent.__dataclass_fields__}) for row in kept
    )


def give(key: str, indicator: str, from_month: str, *, purpose: str, by: str, at: datetime) -> Consent:
    """Enter a consent; WrongState month.consented while one stands."""
    try:
        with transaction.atomic():
            row = models.FactoryConsent.objects.create(
                factory=row_of(key), indicator=indicator, from_month=from_month, purpose=purpose[:300],
                given_by=by[:150], given_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise WrongState("month.consented", seen=indicator) from None
    return Consent(row.pk, indicator, from_month, row.purpose, row.given_by, at)


def withdraw(key: str, indicator: str, *, by: str, at: datetime) -> None:
    """Withdraw the consent that stands; WrongState month.not_consented without one."""
    rows = models.FactoryConsent.objects.filter(factory__key=key, indicator=indicator, withdrawn_at=None)
    if not rows.update(withdrawn_by=by[:150], withdrawn_at=at):
        raise WrongState("month.not_consented", seen=indicator)


def register_word(key: str) -> RegisterWord | None:
    """The word on the register that stands."""
    row = models.RegisterWord.objects.filter(factory__key=key, withdrawn_at=None).first()
    return RegisterWord(row.machines, row.given_by, row.given_at) if row else None


def set_register_word(key: str, machines: int | None, *, by: str, at: datetime) -> None:
    """Say that the register of so many machines is complete, or (None) that this is no longer said."""
    owner = row_of(key)
    rows = models.RegisterWord.objects.filter(factory=owner, withdrawn_at=None)
    rows.update(withdrawn_by=by[:150], withdrawn_at=at)
    if machines is not None:
        models.RegisterWord.objects.create(factory=owner, machines=machines, given_by=by[:150], given_at=at)


def record(key: str, figures: Iterable[NewFigure], *, batch: str, by: str, at: datetime) -> None:
    """Enter what is sent in one batch; must be inside the transaction that enters the batch, so that neither is alone."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("evidence belongs into the transaction of its batch")
    owner = row_of(key)
    models.MonthFigure.objects.bulk_create(
        models.MonthFigure(
            factory=owner, batch=batch, sent_by=by[:150], sent_at=at, evidence=dict(one.evidence),
            **{name: getattr(one, name) for name in NewFigure.__dataclass_fields__ if name != "evidence"},
        )
        for one in figures
    )  # fmt: skip


def sent(key: str, *, month: str = "", indicator: str = "") -> tuple[SentFigure, ...]:
    """Figures that were sent, the last first, not those of several factories together.

    Those whose batch is still on its way into the lake are not told.
    """
    asked = {"factory__key": key, "month": month, "indicator": indicator}
    rows = models.MonthFigure.objects.filter(**{name: value for name, value in asked.items() if value})
    rows = rows.exclude(evidence__has_key=SITES)
    rows = rows.exclude(batch__in=models.Batch.objects.filter(state__in=UNFINISHED).values("id"))
    return tuple(_sent(row) for row in rows.select_related("factory").order_by("-id"))


def wholes(subject: str) -> tuple[SentFigure, ...]:
    """Figures of all factories of an enterprise together, whatever became of their batches, the last first."""
    rows = models.MonthFigure.objects.filter(factory__subject=subject, evidence__has_key=SITES)
    return tuple(_sent(row) for row in rows.select_related("factory").order_by("-id"))


def batches_of(key: str) -> tuple[str, ...]:
    """Batches with figures of a factory, in order, those still on their way too."""
    rows = models.MonthFigure.objects.filter(factory__key=key).exclude(evidence__has_key=SITES)
    return tuple(dict.fromkeys(rows.order_by("id").values_list("batch", flat=True)))


def of_fact(batch: str, indicator: str) -> SentFigure | None:
    """The figure a fact came from, by the batch that brought it and its indicator."""
    rows = models.MonthFigure.objects.filter(batch=batch, indicator=indicator).select_related("factory")
    row = rows.order_by("-id").first()
    return _sent(row) if row else None


def _sent(row: models.MonthFigure) -> SentFigure:
    told = {name: getattr(row, name) for name in SentFigure.__dataclass_fields__ if name != "factory"}
    return SentFigure(factory=row.factory.key, **told)
