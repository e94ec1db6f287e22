"""API tokens: shown once, narrow, revocable, dated."""

import pytest
from ledger_rows import AT, later

from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.ledger import accounts, models, tokens
from jiqun.ledger.permissions import can
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import Scope, Target

pytestmark = pytest.mark.django_db
P = Permission
XINCHANG, SHENGZHOU = Target(region="330624"), Target(region="330683")


@pytest.fixture
def user(settings: object) -> int:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    id = accounts.create_user("li.ming", "long enough 2026", at=AT).id
    accounts.grant(id, "county_officer", Scope("region", "330600"), by="admin", at=AT)
    return id


def test_the_plaintext_is_shown_once_and_kept_nowhere(user: int) -> None:
    issued = tokens.issue(user, "周报", [P.READ_PUBLIC], at=AT)
    secret = issued.plaintext.split("_", 2)[2]
    row = models.ApiToken.objects.values().get()
    assert secret not in str(row) and secret not in repr(issued) and len(secret) >= 20
    assert issued.plaintext.startswith(f"jq_{issued.token.prefix}_")
    assert tokens.find(issued.plaintext, at=AT) == issued.token


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-1],
        lambda t: t + "x",
        lambda t: t.upper(),
        lambda t: "",
        lambda t: "jq__",
        lambda t: "jq_ff_x",
    ],
)
def test_nearly_right_is_wrong(user: int, spoil: object) -> None:
    issued = tokens.issue(user, "周报", [P.READ_PUBLIC], at=AT)
    assert tokens.find(spoil(issued.plaintext), at=AT) is None


def test_a_token_ends_when_it_expires_or_is_revoked(user: int) -> None:
    short = tokens.issue(user, "一天", [P.READ_PUBLIC], at=AT, expires_at=later(days=1))
    assert tokens.find(short.plaintext, at=later(hours=23)) is not None
    assert tokens.find(short.plaintext, at=later(days=1)) is None
    long = tokens.issue(user, "长期", [P.READ_PUBLIC], at=AT)
    gone = tokens.revoke(long.token.id, by="admin", at=later(days=2))
    assert (gone.revoked_by, gone.works(later(days=3))) == ("admin", False)
    assert tokens.actor_for(long.plaintext, at=later(days=3)) is None
    with pytest.raises(WrongState):
        tokens.revoke(long.token.id, by="admin", at=later(days=4))


def test_who_speaks_through_a_token_is_narrowed(user: int) -> None:
    issued = tokens.issue(user, "周报", [P.READ_ENTERPRISE, P.BACKUP], at=AT, scope=Scope("region", "330624"))
    actor = tokens.actor_for(issued.plaintext, at=AT, request_id="r-2")
    assert actor is not None and actor.label == "li.ming · 周报" and actor.request_id == "r-2"
    assert can(actor, P.READ_ENTERPRISE, target_scope=XINCHANG)
    assert not can(actor, P.READ_ENTERPRISE, target_scope=SHENGZHOU)
    assert not can(actor, P.IMPORT_DATA, target_scope=XINCHANG)
    assert not can(actor, P.BACKUP, target_scope=XINCHANG)


def test_a_token_dies_with_its_person(user: int) -> None:
    issued = tokens.issue(user, "周报", [P.READ_PUBLIC], at=AT)
    accounts.set_active(user, False)
    assert tokens.actor_for(issued.plaintext, at=AT) is None


def test_a_role_taken_back_leaves_the_token_empty(user: int) -> None:
    issued = tokens.issue(user, "周报", [P.READ_PUBLIC], at=AT)
    accounts.revoke(accounts.grants_of(user)[0].id, by="admin", at=AT)
    actor = tokens.actor_for(issued.plaintext, at=AT)
    assert actor is not None and not can(actor, P.READ_PUBLIC, target_scope=None)


def test_use_is_remembered_by_the_minute(user: int) -> None:
    issued = tokens.issue(user, "周报", [P.READ_PUBLIC], at=AT)
    for seconds in (0, 20, 59):
        tokens.actor_for(issued.plaintext, at=later(seconds=seconds))
    assert tokens.get(issued.token.id).last_used_at == AT
    tokens.actor_for(issued.plaintext, at=later(seconds=61))
    assert tokens.get(issued.token.id).last_used_at == later(seconds=61)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"scopes": []}, "token.empty"),
        ({"label": "  "}, "token.empty"),
        ({"scope": Scope("region", "")}, "token.scope"),
        ({"scope": Scope("planet", "x")}, "token.scope"),
        ({"expires_at": AT}, "token.expired"),
    ],
)
def test_tokens_that_make_no_sense(user: int, more: dict[str, object], code: str) -> None:
    order = {"label": "周报", "scopes": [P.READ_PUBLIC]} | more
    with pytest.raises(InputError) as caught:
        tokens.issue(user, order.pop("label"), order.pop("scopes"), at=AT, **order)
    assert caught.value.code == code


def test_tokens_are_listed_latest_first(user: int) -> None:
    first, second = (tokens.issue(user, label, [P.READ_PUBLIC], at=AT).token for label in ("一", "二"))
    assert tokens.list_for(user) == (second, first) == tokens.list_for()
    assert tokens.list_for(987654) == ()
    with pytest.raises(NotFound):
        tokens.get(987654)


def test_a_permission_no_longer_known_is_ignored(user: int) -> None:
    issued = tokens.issue(user, "周报", [P.READ_PUBLIC], at=AT)
    models.ApiToken.objects.update(scopes=["read_public", "fly"])
    assert tokens.get(issued.token.id).scopes == {P.READ_PUBLIC}
