"""账号与授权 accounts: who may sign in, which role they hold for which scope; every step leaves its audit line."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jiqun.actions import example_owners
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, WrongState
from jiqun.ledger import accounts, audit, subjects
from jiqun.ledger.accounts import Account, HeldGrant
from jiqun.ledger.permissions import Actor, check
from jiqun.ledger.roles import ROLES, Permission
from jiqun.ledger.scopes import EVERYTHING, Scope

DEMO_PREFIX = "demo-"
DEMO_COUNTY = "330624"
DEMO_CLUSTER = "cluster:robots_cnc"


@dataclass(frozen=True)
class Opened:
    """A new account, or an old one with a new password; the password is shown once and kept nowhere."""

    account: Account
    password: str

    def __repr__(self) -> str:
        return f"Opened({self.account.username})"


def create(
    desk: Desk, username: str, display_name: str, *, by: Actor, at: datetime, password: str = ""
) -> Opened:
    """Make an account, with a random first password unless one is given; it holds no role yet."""
    del desk
    _may(by)
    password = password or accounts.random_password(username, display_name)
    with transaction.atomic():
        account = accounts.create_user(username, password, at=at, display_name=display_name)
        _note(by, "create", account, {"display_name": account.display_name}, at)
    return Opened(account, password)


def renew_password(desk: Desk, user_id: int, *, by: Actor, at: datetime, password: str = "") -> Opened:
    """Give an account a new password, a random one unless it is given."""
    del desk
    _may(by)
    with transaction.atomic():
        account = accounts.get(user_id)
        password = password or accounts.random_password(account.username, account.display_name)
        accounts.set_password(user_id, password)
        _note(by, "password", account, {}, at)
    return Opened(account, password)


def set_active(desk: Desk, user_id: int, active: bool, *, by: Actor, at: datetime) -> Account:
    """Close an account or open it again; neither one's own nor the last administrator's is closed."""
    del desk
    _may(by)
    with transaction.atomic():
        account = accounts.get(user_id)
        if not active and user_id == by.user_id:
            raise WrongState("account.own", seen=account.username)
        if not active and _runs_the_house(user_id) and accounts.administrators() == 1:
            raise WrongState("account.last_administrator", seen=account.username)
        done = accounts.set_active(user_id, active)
        _note(by, "open" if active else "close", account, {}, at)
    return done


def grant(desk: Desk, user_id: int, role: str, scope: Scope, *, by: Actor, at: datetime) -> HeldGrant:
    """Give a role for a scope that exists."""
    _may(by)
    scope = _existing(desk, scope)
    with transaction.atomic():
        account = accounts.get(user_id)
        held = accounts.grant(user_id, role, scope, by=by.label, at=at)
        _note(by, "grant", account, {"role": role, "scope": scope.written, "grant": held.id}, at)
    return held


def revoke(desk: Desk, grant_id: int, *, by: Actor, at: datetime) -> HeldGrant:
    """Take a role back; the last administrator keeps theirs."""
    del desk
    _may(by)
    with transaction.atomic():
        held = accounts.revoke(grant_id, by=by.label, at=at)
        if held.role == "administrator" and accounts.administrators() == 0:
            raise WrongState("account.last_administrator", seen=str(held.user_id))
        account = accounts.get(held.user_id)
        _note(by, "revoke", account, {"role": held.role, "scope": held.scope.written}, at)
    return held


def make_demonstration(desk: Desk, *, by: Actor, at: datetime) -> list[tuple[str, str, str]]:
    """One demonstration account per role: (name, password, role in words) of those that were just made.

    Accounts made before keep their passwords, which nobody can show again.
    """
    _may(by)
    made = []
    for name, (role, scope) in demonstration_accounts().items():
        if accounts.find(name) is not None or not _is_there(desk, scope):
            continue
        opened = create(desk, name, ROLES[role].zh, by=by, at=at)
        for one in (scope, *_also(name, role)):
            grant(desk, opened.account.id, role, one, by=by, at=at)
        made.append((name, opened.password, f"{ROLES[role].zh} {ROLES[role].en}"))
    return made


def demonstration_accounts() -> dict[str, tuple[str, Scope]]:
    """Demonstration account → role and scope: one place, one cluster and one made-up enterprise are shown."""
    made_up = next(iter(_first_synthetic()), "")
    return {
        "demo-admin": ("administrator", EVERYTHING),
        "demo-province": ("provincial_officer", EVERYTHING),
        "demo-county": ("county_officer", Scope("region", DEMO_COUNTY)),
        "demo-cluster": ("cluster_office", Scope("cluster", DEMO_CLUSTER)),
        "demo-analyst": ("analyst", EVERYTHING),
        "demo-firm": ("enterprise", Scope("enterprise", made_up)),
        "demo-factory": ("enterprise", Scope("enterprise", example_owners.owner("spring"))),
        "demo-workshop": ("workshop", Scope("enterprise", example_owners.owner("spring"))),
        "demo-auditor": ("auditor", EVERYTHING),
    }


def close_demonstration(desk: Desk, *, by: Actor, at: datetime) -> int:
    """Close every demonstration account, before serving a public address; gives how many were open.

    Whoever holds the home folder may close the last administrator too, and make a new one at the command line.
    """
    _may(by)
    closed = 0
    with transaction.atomic():
        for name in demonstration_accounts():
            held = accounts.find(name)
            if held is None or not held.active:
                continue
            if by.signed_in:
                set_active(desk, held.id, False, by=by, at=at)
            else:
                _note(by, "close", accounts.set_active(held.id, False), {"demonstration": True}, at)
            closed += 1
    return closed


def has_demonstration() -> bool:
    """Is any demonstration account open? A public address refuses them."""
    return any(account.active for account in accounts.list_page(q=DEMO_PREFIX, size=100).rows)


def _also(name: str, role: str) -> list[Scope]:
    """Further scopes of a demonstration account: the made-up county, the example's second factory."""
    if name == "demo-factory":
        return [Scope("enterprise", key) for key in [example_owners.owner("dye")] if key]
    return _made_up_counties(role)


def _made_up_counties(role: str) -> list[Scope]:
    """The county officer also keeps the made-up county, so that there is something to work on."""
    if role != "county_officer":
        return []
    keys = subjects.all_keys(subjects.SubjectFilter(kind="region", synthetic=True))
    codes = [key.partition(":")[2] for key in keys]
    return [Scope("region", code) for code in codes if not code.endswith("00")]


def _first_synthetic() -> tuple[str, ...]:
    page = subjects.list_page(subjects.SubjectFilter(kind="enterprise", synthetic=True), sort="key", size=1)
    return tuple(row.key for row in page.rows)


def _is_there(desk: Desk, scope: Scope) -> bool:
    if scope.kind == "all":
        return True
    if not scope.key:
        return False
    return (
        desk.regions.find(scope.key) is not None
        if scope.kind == "region"
        else bool(subjects.exists([scope.key]))
    )


def scope_of(text: str) -> Scope:
    """A scope as a form or request writes it: `all`, `region:330624`, `cluster:…`, `chain:…`, `enterprise:…`."""
    kind, _, key = text.strip().partition(":")
    if kind == "region":
        return Scope("region", key.strip())
    return Scope(kind, text.strip() if key else "")


def _existing(desk: Desk, scope: Scope) -> Scope:
    known = desk.regions.find(scope.key) is not None or bool(subjects.exists([f"region:{scope.key}"]))
    if scope.kind == "region" and not known:
        raise InputError("account.unknown_scope", seen=f"region:{scope.key}")
    if scope.kind in ("cluster", "chain", "enterprise") and not subjects.exists([scope.key]):
        raise InputError("account.unknown_scope", seen=scope.key)
    return scope


def _runs_the_house(user_id: int) -> bool:
    return any(held.role == "administrator" for held in accounts.grants_of(user_id))


def _may(by: Actor) -> None:
    check(by, Permission.MANAGE_USERS, target_scope=EVERYTHING)


def _note(by: Actor, verb: str, account: Account, detail: dict[str, object], at: datetime) -> None:
    audit.record(by, f"account.{verb}", f"account:{account.id}", detail, at=at, target_label=account.label)
