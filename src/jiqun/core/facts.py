"""Facts 事实: one row of the ledger, its words for bound and status, and how it is identified."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from jiqun.core.errors import InputError
from jiqun.core.units import Kind

COLUMNS = (
    "subject", "indicator", "period", "period_inferred", "value", "value_high", "bound", "value_text",
    "unit", "kind", "scope", "breakdown", "status", "attributed_to", "source", "locator", "quote", "note",
)  # fmt: skip
QUOTE_LIMIT = 40
SUBJECT_KINDS = (
    "region", "cluster", "chain", "segment", "enterprise", "project", "park", "platform", "body", "programme",
    "office", "leader", "document", "brain", "group", "indicator",
)  # fmt: skip
_PART, _FIELD = "\x1e", "\x1f"


class Bound(StrEnum):
    """How exact the value is (数值边界): 超/近/约/余/以上 are kept as what they say."""

    EXACT = "="
    AT_LEAST = "≥"
    ABOVE = ">"
    ABOUT = "≈"
    BELOW = "<"
    AT_MOST = "≤"
    RANGE = "range"

    @classmethod
    def parse(cls, text: str) -> "Bound":
        """The bound written so, ASCII forms (>= <= ~ ==) included; empty means exact."""
        plain = text.strip()
        try:
            return cls(_BOUND_FORMS.get(plain, plain))
        except ValueError:
            raise InputError("gate.bad_bound", seen=text, allowed=" ".join(cls)) from None


_BOUND_FORMS = {
    "": "=",
    "==": "=",
    ">=": "≥",
    "<=": "≤",
    "~": "≈",
    "～": "≈",
    "＝": "=",
    "＞": ">",
    "＜": "<",
}


class Status(StrEnum):
    """What the statement is (性质): an outcome, a target, an estimate, or somebody's own claim."""

    ACTUAL = "actual"
    TARGET = "target"
    ESTIMATE = "estimate"
    CLAIM = "claim"

    @classmethod
    def parse(cls, text: str) -> "Status":
        """The status written so."""
        try:
            return cls(text.strip())
        except ValueError:
            raise InputError("gate.bad_status", seen=text, allowed=" ".join(cls)) from None


@dataclass(frozen=True, slots=True, order=True)
class SubjectKey:
    """Address of a subject (主体): `region:330624`, `enterprise:<uscc or name>`, `cluster:<key>` …"""

    kind: str
    key: str

    @classmethod
    def parse(cls, text: str) -> "SubjectKey":
        """Split `kind:key`; the kind must be one of SUBJECT_KINDS and the key not empty."""
        kind, colon, key = text.strip().partition(":")
        if not colon or kind not in SUBJECT_KINDS or not key.strip():
            raise InputError("gate.bad_subject", seen=text, allowed=" ".join(f"{k}:…" for k in SUBJECT_KINDS))
        return cls(kind, key.strip())

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement of one source about one subject; the grain of the table `facts`.

    value, value_high            as stated, in `unit`; None when only value_text says it
    base_value, base_value_high  the same in the indicator's unit; None when the unit does not convert
    recorded_at                  aware instant at which the ledger learnt it
    row_no, file                 row of the file of the batch
    supersedes                   id of the fact this one corrects
    """

    id: str
    subject: str
    indicator: str
    period: str
    period_inferred: bool
    value: Decimal | None
    value_high: Decimal | None
    bound: Bound
    value_text: str
    unit: str
    kind: Kind
    scope: str
    breakdown: str
    status: Status
    attributed_to: str
    source: str
    locator: str
    quote: str
    note: str
    base_value: Decimal | None
    base_value_high: Decimal | None
    recorded_at: datetime
    batch: str
    row_no: int
    file: str
    supersedes: str | None = None
    synthetic: bool = False


def recorded_subject(natural_key: str) -> str:
    """The subject a fact was recorded for, out of its natural key."""
    return natural_key.split(_FIELD)[1]


def natural_key(fact: Fact, *, is_document: bool) -> str:
    """What makes it the same statement: two facts with one key are one statement, told again.

    is_document  a document may say the same thing twice, so the place in it counts too
    """
    parts = (
        fact.source, fact.subject, fact.indicator, fact.period, fact.scope, fact.breakdown,
        fact.status, fact.attributed_to,
    )  # fmt: skip
    return _FIELD.join((*parts, fact.locator) if is_document else parts)


def content_hash(fact: Fact, *, is_document: bool) -> str:
    """Hash of what the statement says, apart from its natural key, batch and time of recording."""
    return _sha(_content(fact, is_document=is_document))


def fact_id(fact: Fact, *, is_document: bool) -> str:
    """Id of the fact in its batch: "f" and 19 hex digits of natural key, content and batch."""
    key = natural_key(fact, is_document=is_document)
    return "f" + _sha(_PART.join((key, _content(fact, is_document=is_document), fact.batch)))[:19]


def _content(fact: Fact, *, is_document: bool) -> str:
    parts = [
        "1" if fact.period_inferred else "0", plain(fact.value), plain(fact.value_high), fact.bound,
        fact.value_text, fact.unit, fact.kind, fact.quote, fact.note, "1" if fact.synthetic else "0",
    ]  # fmt: skip
    return _FIELD.join(parts if is_document else [*parts, fact.locator])


def plain(value: Decimal | None) -> str:
    """A decimal in one spelling: no exponent, no trailing zeros; empty for None."""
    if value is None:
        return ""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
