"""账号页 what the account pages show: people with the roles they hold and where, and one person in full."""

from dataclasses import dataclass
from datetime import datetime

from jiqun.actions.desk import Desk
from jiqun.actions.reading.audit_words import action_label, told_of
from jiqun.actions.reading.scope_labels import ALL, ScopeLabel, language, scope_labels
from jiqun.ledger import accounts, audit, subjects, tokens
from jiqun.ledger.accounts import Account, HeldGrant
from jiqun.ledger.permissions import Actor, check
from jiqun.ledger.roles import LABELS, ROLES, UNSCOPED, Permission
from jiqun.ledger.scopes import EVERYTHING


@dataclass(frozen=True)
class GrantLine:
    """A role somebody holds or held, and where."""

    id: int
    role: str
    role_label: str
    scope: ScopeLabel
    granted_by: str
    granted_at: datetime
    revoked_by: str
    revoked_at: datetime | None


@dataclass(frozen=True)
class AccountLine:
    """A person in the list."""

    id: int
    username: str
    display_name: str
    active: bool
    joined_at: datetime
    last_login: datetime | None
    grants: tuple[GrantLine, ...]


@dataclass(frozen=True)
class RoleLine:
    """A role: its name, its sentence, what it may do, and for which kinds of scope it can be held."""

    key: str
    label: str
    says: str
    permissions: tuple[str, ...]
    scope_kinds: tuple[str, ...]


@dataclass(frozen=True)
class PermissionLine:
    """A permission in words; `scoped` says whether it asks where."""

    key: str
    label: str
    scoped: bool


@dataclass(frozen=True)
class AccountsContext:
    """The list of accounts, narrowed by a part of the name or a role, and the table of roles."""

    rows: tuple[AccountLine, ...]
    total: int
    number: int
    pages: int
    size: int
    q: str
    role: str
    roles: tuple[RoleLine, ...]
    permissions: tuple[PermissionLine, ...]


@dataclass(frozen=True)
class TokenLine:
    """A token of the person, without its secret."""

    id: int
    prefix: str
    label: str
    works: bool
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True)
class Happening:
    """One line of the audit trail about the account."""

    at: datetime
    by: str
    action: str
    action_label: str
    told: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Choice:
    """One entry of a list to choose from: value, and label in the reader's language."""

    value: str
    label: str


@dataclass(frozen=True)
class AccountContext:
    """One person: grants (those taken back too), tokens, what was done with the account.

    places   what a role can be held for: everything, places, clusters and chains (an enterprise is typed in)
    is_self  is it the reader's own account?
    """

    account: AccountLine
    tokens: tuple[TokenLine, ...]
    history: tuple[Happening, ...]
    roles: tuple[RoleLine, ...]
    places: tuple[Choice, ...]
    is_self: bool


def accounts_page(
    desk: Desk, actor: Actor, *, lang: str, q: str = "", role: str = "", page: int = 1, size: int = 50
) -> AccountsContext:
    """The list, for who manages accounts."""
    check(actor, Permission.MANAGE_USERS, target_scope=EVERYTHING)
    found = accounts.list_page(q=q, role=role if role in ROLES else "", page=page, size=size)
    rows = tuple(_line(desk, account, lang) for account in found.rows)
    return AccountsContext(
        rows, found.total, found.number, found.pages, found.size, q, role, roles(lang), permissions(lang)
    )


def account_page(desk: Desk, actor: Actor, user_id: int, *, lang: str) -> AccountContext:
    """One account, for who manages accounts."""
    check(actor, Permission.MANAGE_USERS, target_scope=EVERYTHING)
    account = accounts.get(user_id)
    now = desk.now()
    return AccountContext(
        _line(desk, account, lang, revoked=True),
        tuple(
            TokenLine(item.id, item.prefix, item.label, item.works(now), item.expires_at, item.last_used_at)
            for item in tokens.list_for(user_id)
        ),
        tuple(
            Happening(
                event.at,
                event.by,
                event.action,
                action_label(event.action, lang),
                told_of(event.detail, lang),
            )
            for event in audit.of_target(f"account:{user_id}")
        ),
        roles(lang),
        _places(desk, lang),
        user_id == actor.user_id,
    )


def _places(desk: Desk, lang: str) -> tuple[Choice, ...]:
    word = language(lang)
    regions = [
        Choice(f"region:{item.code}", item.name[word]) for item in desk.regions if item.code.startswith("33")
    ]
    groups = [
        Choice(item.key, item.label_zh if word == "zh" else item.label_en or item.label_zh)
        for kind in ("cluster", "chain")
        for item in subjects.list_page(subjects.SubjectFilter(kind=kind), size=200).rows
    ]
    return (Choice("all", ALL[word]), *regions, *groups)


def roles(lang: str) -> tuple[RoleLine, ...]:
    """Every role in words."""
    zh = language(lang) == "zh"
    return tuple(
        RoleLine(
            role.key,
            role.zh if zh else role.en,
            role.says_zh if zh else role.says_en,
            tuple(item.value for item in Permission if item in role.permissions),
            role.scope_kinds,
        )
        for role in ROLES.values()
    )


def permissions(lang: str) -> tuple[PermissionLine, ...]:
    """Every permission in words."""
    place = 0 if language(lang) == "zh" else 1
    return tuple(PermissionLine(item.value, LABELS[item][place], item not in UNSCOPED) for item in Permission)


def _line(desk: Desk, account: Account, lang: str, *, revoked: bool = False) -> AccountLine:
    held = accounts.grants_of(account.id, revoked=revoked)
    scopes = scope_labels(desk, [item.scope for item in held], lang)
    return AccountLine(
        account.id, account.username, account.display_name, account.active, account.joined_at, account.last_login,
        tuple(_grant(item, scopes[item.scope], lang) for item in held),
    )  # fmt: skip


def _grant(held: HeldGrant, scope: ScopeLabel, lang: str) -> GrantLine:
    role = ROLES.get(held.role)
    label = (role.zh if language(lang) == "zh" else role.en) if role else held.role
    return GrantLine(
        held.id, held.role, label, scope, held.granted_by, held.granted_at, held.revoked_by, held.revoked_at
    )
