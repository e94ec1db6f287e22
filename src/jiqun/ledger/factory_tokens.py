"""Tokens of a factory 工厂令牌: what its boxes show at the gate; shown once, kept as a hash, revocable."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.ledger import models
from jiqun.ledger.factories import row_of

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FactoryToken:
    """A token as lists show it; the secret is not in it."""

    id: int
    factory: str
    prefix: str
    label: str
    issued_by: str
    issued_at: datetime
    revoked_by: str
    revoked_at: datetime | None
    last_used_at: datetime | None


def issue(factory: str, label: str, *, by: str, at: datetime) -> tuple[FactoryToken, str]:
    """A new token of a factory and its words, which are shown once and kept nowhere."""
    owner = row_of(factory)
    if not label.strip():
        raise InputError("factory.token_label")
    prefix = secrets.token_hex(5)
    plaintext = f"jqf_{prefix}_{secrets.token_urlsafe(32)}"
    row = models.FactoryToken.objects.create(
        factory=owner, prefix=prefix, sha256=_sha256(plaintext), label=label.strip()[:120],
        issued_by=by[:150], issued_at=at,
    )  # fmt: skip
    return _told(row), plaintext


def find(plaintext: str, *, at: datetime) -> FactoryToken | None:
    """The working token this is, or None; found by its prefix, compared in constant time."""
    parts = plaintext.split("_", 2)
    prefix = parts[1] if len(parts) == 3 and parts[0] == "jqf" else ""
    row = models.FactoryToken.objects.select_related("factory").filter(prefix=prefix).first()
    same = hmac.compare_digest(_sha256(plaintext), row.sha256 if row else "0" * 64)
    if row is None or not same or row.revoked_at is not None or not row.factory.active:
        return None
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - TOUCH_EVERY)
    models.FactoryToken.objects.filter(stale, id=row.id).update(last_used_at=at)
    return _told(row)


def list_for(factory: str) -> tuple[FactoryToken, ...]:
    """A factory's tokens, latest first."""
    rows = models.FactoryToken.objects.select_related("factory").filter(factory__key=factory).order_by("-id")
    return tuple(map(_told, rows))


def revoke(factory: str, prefix: str, *, by: str, at: datetime) -> FactoryToken:
    """Make a token useless from now on; NotFound, WrongState."""
    row = (
        models.FactoryToken.objects.select_related("factory")
        .filter(factory__key=factory, prefix=prefix)
        .first()
    )
    if row is None:
        raise NotFound("token.unknown", token=prefix)
    if row.revoked_at is not None:
        raise WrongState("token.revoked", token=prefix)
    row.revoked_by, row.revoked_at = by[:150], at
    row.save(update_fields=["revoked_by", "revoked_at"])
    return _told(row)


def _sha256(plaintext: str) -> str:
    return hashlib.sha256(plaintext.encode()).hexdigest()


def _told(row: models.FactoryToken) -> FactoryToken:
    return FactoryToken(
        row.id, row.factory.key, row.prefix, row.label, row.issued_by, row.issued_at, row.revoked_by, row.revoked_at,
        row.last_used_at,
    )  # fmt: skip
