"""Settled names 名称认定: which enterprise an office means by a written name, so that it is asked once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from jiqun.ledger import models
from jiqun.ledger.bulk import chunks
from jiqun.ledger.grams import normalised


@dataclass(frozen=True, slots=True)
class NameDecision:
    """What was said once; `subject` is empty for "none of ours"."""

    written: str
    name: str
    subject: str
    decided_by: str
    decided_at: datetime


FIELDS = tuple(NameDecision.__dataclass_fields__)


def written(name: str, *, region: str = "", code: str = "") -> str:
    """What makes it the same question: folded name, and place and code beside it as far as they were given."""
    return "|".join(normalised(text)[:120] for text in (name, region, code))


def save(office: str, decision: NameDecision) -> NameDecision | None:
    """Remember a decision of an office; gives the one that stood before."""
    rows = models.NameDecision.objects.filter(office=office, written=decision.written)
    before = next(iter(NameDecision(*row) for row in rows.values_list(*FIELDS)), None)
    values = {name: getattr(decision, name) for name in FIELDS if name != "written"}
    models.NameDecision.objects.update_or_create(office=office, written=decision.written, defaults=values)
    return before


def forget(office: str, written: str) -> bool:
    """Forget a decision of an office; says whether there was one."""
    gone, _ = models.NameDecision.objects.filter(office=office, written=written).delete()
    return bool(gone)


def of_office(office: str, wanted: Iterable[str]) -> dict[str, NameDecision]:
    """Decisions of an office by what was written."""
    rows = models.NameDecision.objects.filter(office=office).values_list(*FIELDS)
    asked = sorted(set(wanted))
    return {
        row[0]: NameDecision(*row) for chunk in chunks(asked, 900) for row in rows.filter(written__in=chunk)
    }
