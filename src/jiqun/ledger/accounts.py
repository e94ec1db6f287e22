"""Accounts 账号 and grants 授权: who signs in, and which role they hold for which scope."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.ledger import models
from jiqun.ledger.pages import Page, page_of
from jiqun.ledger.permissions import Actor, Grant
from jiqun.ledger.roles import ROLES
from jiqun.ledger.scopes import EVERYTHING, Scope

PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account."""

    id: int
    username: str
    display_name: str
    active: bool
    joined_at: datetime
    last_login: datetime | None

    @property
    def label(self) -> str:
        """What pages and the audit trail show: 显示名（账号）."""
        return f"{self.display_name} ({self.username})" if self.display_name else self.username


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant with who gave and who took it."""

    id: int
    user_id: int
    role: str
    scope: Scope
    granted_by: str
    granted_at: datetime
    revoked_by: str
    revoked_at: datetime | None


def create_user(username: str, password: str, *, at: datetime, display_name: str = "") -> Account:
    """Make an account; InputError account.taken, account.name or account.password when it cannot be."""
    name = models.User.normalize_username(username.strip())
    user = models.User(username=name, display_name=display_name.strip()[:80], date_joined=at)
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise InputError("account.name", username=username) from error
    if models.User.objects.filter(username__iexact=name).exists():
        raise InputError("account.taken", username=name)
    _check_password(password, user)
    user.password = make_password(password)
    user.save()
    return _account(user)


def random_password(username: str, display_name: str = "") -> str:
    """A password drawn at random that the policy takes; by chance one in some hundred resembles the name too much."""
    user = models.User(username=username, display_name=display_name)
    while True:
        drawn = secrets.token_urlsafe(PASSWORD_BYTES)
        try:
            _check_password(drawn, user)
        except InputError:
            continue
        return drawn


def verify(username: str, password: str) -> Account | None:
    """The active account these open, or None; takes as long for a name nobody has.

    Counting tries and locking out is `logins`.
    """
    user = models.User.objects.filter(username=models.User.normalize_username(username.strip())).first()
    if user is None:
        make_password(password)
        return None
    return _account(user) if user.check_password(password) and user.is_active else None


def set_password(user_id: int, password: str) -> None:
    """Give an account a new password."""
    user = _user(user_id)
    _check_password(password, user)
    user.password = make_password(password)
    user.save(update_fields=["password"])


def set_active(user_id: int, active: bool) -> Account:
    """Close an account, or open it again."""
    user = _user(user_id)
    user.is_active = active
    user.save(update_fields=["is_active"])
    return _account(user)


def rename(user_id: int, display_name: str) -> Account:
    """Give an account another display name."""
    user = _user(user_id)
    user.display_name = display_name.strip()[:80]
    user.save(update_fields=["display_name"])
    return _account(user)


def note_login(user_id: int, *, at: datetime) -> None:
    """Remember when a person last signed in."""
    models.User.objects.filter(id=user_id).update(last_login=at)


def get(user_id: int) -> Account:
    """The account under an id; NotFound("account.unknown") when there is none."""
    return _account(_user(user_id))


def find(username: str) -> Account | None:
    """The account under a name."""
    user = models.User.objects.filter(username=username).first()
    return _account(user) if user else None


def list_page(*, q: str = "", role: str = "", page: int = 1, size: int = 50) -> Page[Account]:
    """One page of accounts by name; `q` is part of a name, `role` one they hold."""
    rows = models.User.objects.order_by("username")
    if q:
        rows = rows.filter(Q(username__icontains=q) | Q(display_name__icontains=q))
    if role:
        rows = rows.filter(grants__role=role, grants__revoked_at__isnull=True).distinct()
    return page_of(rows, _read, page=page, size=size)


def count() -> int:
    """How many accounts there are; an installation without one asks for the first."""
    return models.User.objects.count()


def grant(user_id: int, role: str, scope: Scope = EVERYTHING, *, by: str, at: datetime) -> HeldGrant:
    """Give a role for a scope; a grant held already is given back as it is."""
    if role not in ROLES:
        raise InputError("role.unknown", role=role, allowed=", ".join(ROLES))
    allowed = ROLES[role].scope_kinds
    if scope.kind not in allowed or (scope.kind == "all") == bool(scope.key):
        raise InputError(
            "role.scope", role=role, scope=f"{scope.kind}:{scope.key}", allowed=", ".join(allowed)
        )
    with transaction.atomic():
        _user(user_id)
        key = {"user_id": user_id, "role": role, "scope_kind": scope.kind, "scope_key": scope.key}
        values = {"granted_by": by[:150], "granted_at": at}
        row, _ = models.RoleGrant.objects.get_or_create(**key, revoked_at=None, defaults=values)
    return _grant(row)


def revoke(grant_id: int, *, by: str, at: datetime) -> HeldGrant:
    """Take a grant back; WrongState when it was taken back before."""
    with transaction.atomic():
        row = models.RoleGrant.objects.select_for_update().filter(id=grant_id).first()
        if row is None:
            raise NotFound("grant.unknown", grant=grant_id)
        if row.revoked_at is not None:
            raise WrongState("grant.revoked", grant=grant_id)
        row.revoked_by, row.revoked_at = by[:150], at
        row.save(update_fields=["revoked_by", "revoked_at"])
    return _grant(row)


def grants_of(user_id: int, *, revoked: bool = False) -> tuple[HeldGrant, ...]:
    """The grants a person holds; with `revoked`, also those taken back."""
    rows = models.RoleGrant.objects.filter(user_id=user_id).order_by("id")
    return tuple(map(_grant, rows if revoked else rows.filter(revoked_at__isnull=True)))


def actor_of(user_id: int, *, request_id: str = "") -> Actor | None:
    """The person as one who acts, with all grants; None when the account is closed or gone."""
    user = models.User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        return None
    held = _as_today(tuple(Grant(item.role, item.scope) for item in grants_of(user_id)))
    return Actor(user.id, _account(user).label, held, request_id=request_id)


def administrators() -> int:
    """How many active accounts may manage accounts; the last one must not be closed."""
    rows = models.User.objects.filter(
        is_active=True, grants__role="administrator", grants__revoked_at__isnull=True
    )
    return rows.distinct().count()


def _check_password(password: str, user: models.User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons = ", ".join(item.code or "" for item in error.error_list)
        raise InputError("account.password", reasons=reasons) from None


def _user(user_id: int) -> models.User:
    user = models.User.objects.filter(id=user_id).first()
    if user is None:
        raise NotFound("account.unknown", account=user_id)
    return user


def _read(rows: QuerySet[models.User]) -> Iterable[Account]:
    return map(_account, rows)


def _account(user: models.User) -> Account:
    return Account(
        user.id, user.username, user.display_name, user.is_active, user.date_joined, user.last_login
    )


def _grant(row: models.RoleGrant) -> HeldGrant:
    scope = Scope(row.scope_kind, row.scope_key)
    return HeldGrant(
        row.id, row.user_id, row.role, scope, row.granted_by, row.granted_at, row.revoked_by, row.revoked_at
    )


def scope_today(scope: Scope) -> Scope:
    """The scope as it is read today: that of an enterprise that was merged is the one it goes by."""
    if scope.kind != "enterprise":
        return scope
    into = models.Subject.objects.filter(key=scope.key).values_list("merged_into", flat=True).first()
    return Scope("enterprise", into) if into else scope


def _as_today(grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Grants for an enterprise that was merged into another hold for that one too."""
    keys = [item.scope.key for item in grants if item.scope.kind == "enterprise"]
    today = models.Subject.objects.filter(key__in=keys, merged_into__gt="").values_list("key", "merged_into")
    into = dict(today) if keys else {}
    more = (
        Grant(item.role, Scope("enterprise", into[item.scope.key]))
        for item in grants
        if item.scope.key in into
    )
    return tuple(dict.fromkeys((*grants, *more)))
