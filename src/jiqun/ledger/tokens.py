"""API tokens 接口令牌: shown once, kept as a hash, narrowed to permissions and a scope, revocable."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.ledger import models
from jiqun.ledger.accounts import actor_of, scope_today
from jiqun.ledger.permissions import Actor
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import EVERYTHING, SCOPE_KINDS, Scope

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as lists show it; the secret is not in it."""

    id: int
    prefix: str
    user_id: int
    label: str
    scopes: frozenset[Permission]
    scope: Scope
    created_at: datetime
    expires_at: datetime | None
    revoked_by: str
    revoked_at: datetime | None
    last_used_at: datetime | None

    def works(self, at: datetime) -> bool:
        """Say whether the token opens anything at `at`."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token; `plaintext` is shown once and kept nowhere."""

    token: Token
    plaintext: str

    def __repr__(self) -> str:
        return f"IssuedToken({self.token.prefix}…)"


def issue(
    user_id: int,
    label: str,
    scopes: Iterable[Permission],
    *,
    at: datetime,
    scope: Scope = EVERYTHING,
    expires_at: datetime | None = None,
) -> IssuedToken:
    """Make a token for a person; it can never do more than the person may."""
    held = frozenset(scopes)
    if not held or not label.strip():
        raise InputError("token.empty", label=label)
    if scope.kind not in SCOPE_KINDS or (scope.kind == "all") == bool(scope.key):
        raise InputError("token.scope", scope=f"{scope.kind}:{scope.key}")
    if expires_at is not None and expires_at <= at:
        raise InputError("token.expired", expires_at=expires_at.isoformat())
    prefix = secrets.token_hex(5)
    plaintext = f"jq_{prefix}_{secrets.token_urlsafe(32)}"
    row = models.ApiToken.objects.create(
        prefix=prefix,
        sha256=_sha256(plaintext),
        user_id=user_id,
        label=label.strip()[:120],
        scopes=sorted(held),
        scope_kind=scope.kind,
        scope_key=scope.key,
        created_at=at,
        expires_at=expires_at,
    )
    return IssuedToken(_token(row), plaintext)


def find(plaintext: str, *, at: datetime) -> Token | None:
    """The working token this is, or None; found by its prefix, compared in constant time."""
    parts = plaintext.split("_", 2)
    prefix = parts[1] if len(parts) == 3 and parts[0] == "jq" else ""
    row = models.ApiToken.objects.filter(prefix=prefix).first()
    same = hmac.compare_digest(_sha256(plaintext), row.sha256 if row else "0" * 64)
    if row is None or not same:
        return None
    token = _token(row)
    return token if token.works(at) else None


def actor_for(plaintext: str, *, at: datetime, request_id: str = "") -> Actor | None:
    """Who speaks through this token, narrowed to what it allows; None when it opens nothing."""
    token = find(plaintext, at=at)
    person = actor_of(token.user_id, request_id=request_id) if token else None
    if token is None or person is None:
        return None
    _touch(token, at)
    return Actor(
        user_id=person.user_id,
        label=f"{person.label} · {token.label}"[:150],
        grants=person.grants,
        token_scopes=token.scopes,
        token_scope=scope_today(token.scope),
        request_id=request_id,
        token_id=token.id,
    )


def revoke(token_id: int, *, by: str, at: datetime) -> Token:
    """Make a token useless from now on."""
    with transaction.atomic():
        row = models.ApiToken.objects.select_for_update().filter(id=token_id).first()
        if row is None:
            raise NotFound("token.unknown", token=token_id)
        if row.revoked_at is not None:
            raise WrongState("token.revoked", token=token_id)
        row.revoked_by, row.revoked_at = by[:150], at
        row.save(update_fields=["revoked_by", "revoked_at"])
    return _token(row)


def get(token_id: int) -> Token:
    """The token under an id; NotFound("token.unknown") when there is none."""
    for token in _read(models.ApiToken.objects.filter(id=token_id)):
        return token
    raise NotFound("token.unknown", token=token_id)


def list_for(user_id: int | None = None) -> tuple[Token, ...]:
    """A person's tokens, or everybody's, latest first."""
    rows = models.ApiToken.objects.order_by("-id")
    return tuple(_read(rows if user_id is None else rows.filter(user_id=user_id)))


def _touch(token: Token, at: datetime) -> None:
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - TOUCH_EVERY)
    if token.last_used_at is None or token.last_used_at < at - TOUCH_EVERY:
        models.ApiToken.objects.filter(stale, id=token.id).update(last_used_at=at)


def _sha256(plaintext: str) -> str:
    return hashlib.sha256(plaintext.encode()).hexdigest()


def _read(rows: QuerySet[models.ApiToken]) -> Iterable[Token]:
    return map(_token, rows)


def _token(row: models.ApiToken) -> Token:
    known = frozenset(Permission(word) for word in row.scopes if word in set(Permission))
    return Token(
        id=row.id,
        prefix=row.prefix,
        user_id=row.user_id,
        label=row.label,
        scopes=known,
        scope=Scope(row.scope_kind, row.scope_key),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_by=row.revoked_by,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
