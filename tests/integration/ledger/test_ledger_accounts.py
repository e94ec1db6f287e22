"""Accounts, grants and sign-ins."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from ledger_rows import AT, later

from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.ledger import accounts, logins, mappings, models, sources
from jiqun.ledger.accounts import Account
from jiqun.ledger.permissions import Grant
from jiqun.ledger.scopes import EVERYTHING, Scope
from jiqun.ledger.sources import Source

pytestmark = pytest.mark.django_db
PASSWORD = "long enough: 集群 2026"
COUNTY = Scope("region", "330624")


@pytest.fixture(autouse=True)
def quick_hashes(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def person(name: str = "li.ming") -> Account:
    return accounts.create_user(name, PASSWORD, at=AT, display_name="李明")


def test_an_account_opens_with_its_password_only() -> None:
    made = person()
    assert made.label == "李明 (li.ming)" and made.active and made.joined_at == AT
    assert accounts.verify(" li.ming ", PASSWORD) == made
    assert accounts.verify("li.ming", PASSWORD + "x") is None
    assert accounts.verify("nobody", PASSWORD) is None
    assert PASSWORD not in models.User.objects.get().password
    assert accounts.count() == 1


def test_a_closed_account_opens_no_more() -> None:
    made = person()
    accounts.set_active(made.id, False)
    assert accounts.verify("li.ming", PASSWORD) is None
    assert accounts.actor_of(made.id) is None
    accounts.set_active(made.id, True)
    assert accounts.verify("li.ming", PASSWORD) is not None


def test_a_new_password_replaces_the_old() -> None:
    made = person()
    accounts.set_password(made.id, "another long one 2027")
    assert accounts.verify("li.ming", PASSWORD) is None
    assert accounts.verify("li.ming", "another long one 2027") is not None


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("LI.MING", PASSWORD, "account.taken"),
        ("", PASSWORD, "account.name"),
        ("li ming", PASSWORD, "account.name"),
        ("<b>li</b>", PASSWORD, "account.name"),
        ("x" * 200, PASSWORD, "account.name"),
    ],
)
def test_names_that_cannot_be(name: str, password: str, code: str) -> None:
    person()
    with pytest.raises(InputError) as caught:
        accounts.create_user(name, password, at=AT)
    assert caught.value.code == code


def test_weak_passwords_are_refused_where_the_settings_say_so(settings: object) -> None:
    rule = "django.contrib.auth.password_validation.MinimumLengthValidator"
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": rule, "OPTIONS": {"min_length": 10}}]
    with pytest.raises(InputError) as caught:
        accounts.create_user("wang", "short", at=AT)
    assert caught.value.code == "account.password" and "password_too_short" in str(
        caught.value.facts["reasons"]
    )
    made = person()
    with pytest.raises(InputError):
        accounts.set_password(made.id, "short")


def test_a_drawn_password_is_never_one_the_policy_refuses(
    settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": rule}]
    draws = iter(["EOg_CSeCQurzIbfN", "Xk2-9wPq7VZ1hGmA"])  # the first shares eleven letters with the name
    monkeypatch.setattr(accounts.secrets, "token_urlsafe", lambda _: next(draws))
    assert accounts.random_password("cluster_office") == "Xk2-9wPq7VZ1hGmA"


def test_an_actor_carries_every_grant() -> None:
    made = person()
    accounts.grant(made.id, "county_officer", COUNTY, by="admin", at=AT)
    accounts.grant(made.id, "analyst", by="admin", at=AT)
    actor = accounts.actor_of(made.id, request_id="r-9")
    assert actor is not None
    assert actor.grants == (Grant("county_officer", COUNTY), Grant("analyst", EVERYTHING))
    assert (actor.user_id, actor.label, actor.request_id) == (made.id, "李明 (li.ming)", "r-9")


def test_a_grant_is_given_once_taken_once_and_remembered() -> None:
    made = person()
    first = accounts.grant(made.id, "county_officer", COUNTY, by="admin", at=AT)
    assert accounts.grant(made.id, "county_officer", COUNTY, by="other", at=later(days=1)) == first
    taken = accounts.revoke(first.id, by="admin", at=later(days=2))
    assert (taken.revoked_by, taken.revoked_at) == ("admin", later(days=2))
    assert accounts.grants_of(made.id) == () and len(accounts.grants_of(made.id, revoked=True)) == 1
    with pytest.raises(WrongState):
        accounts.revoke(first.id, by="admin", at=AT)
    again = accounts.grant(made.id, "county_officer", COUNTY, by="admin", at=later(days=3))
    assert again.id != first.id


@pytest.mark.parametrize(
    ("role", "scope", "code"),
    [
        ("minister", EVERYTHING, "role.unknown"),
        ("county_officer", EVERYTHING, "role.scope"),
        ("administrator", COUNTY, "role.scope"),
        ("county_officer", Scope("region", ""), "role.scope"),
        ("administrator", Scope("all", "x"), "role.scope"),
        ("enterprise", Scope("cluster", "cluster:a"), "role.scope"),
    ],
)
def test_a_role_is_held_for_a_scope_that_fits(role: str, scope: Scope, code: str) -> None:
    made = person()
    with pytest.raises(InputError) as caught:
        accounts.grant(made.id, role, scope, by="admin", at=AT)
    assert caught.value.code == code


def test_the_last_administrator_can_be_told() -> None:
    made = person()
    assert accounts.administrators() == 0
    accounts.grant(made.id, "administrator", by="setup", at=AT)
    assert accounts.administrators() == 1
    accounts.set_active(made.id, False)
    assert accounts.administrators() == 0


def test_accounts_are_listed_and_found() -> None:
    first, second = person(), person("wang.fang")
    accounts.rename(second.id, "王芳")
    accounts.grant(second.id, "auditor", by="admin", at=AT)
    accounts.note_login(first.id, at=later(hours=1))
    assert [item.username for item in accounts.list_page().rows] == ["li.ming", "wang.fang"]
    assert [item.username for item in accounts.list_page(q="王").rows] == ["wang.fang"]
    assert [item.username for item in accounts.list_page(role="auditor").rows] == ["wang.fang"]
    assert accounts.get(first.id).last_login == later(hours=1)
    assert accounts.find("nobody") is None
    with pytest.raises(NotFound):
        accounts.get(987654)
    with pytest.raises(NotFound):
        accounts.grant(987654, "analyst", by="x", at=AT)
    with pytest.raises(NotFound):
        accounts.revoke(987654, by="x", at=AT)


def test_the_database_keeps_who_and_when_together() -> None:
    made = person()
    held = accounts.grant(made.id, "analyst", by="admin", at=AT)
    for half in ({"revoked_at": AT}, {"revoked_by": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.RoleGrant.objects.filter(id=held.id).update(**half)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.RoleGrant.objects.filter(id=held.id).update(scope_kind="planet")


def fail(times: int, *, account: str = "li.ming", address: str = "192.0.2.1", start: float = 0) -> None:
    for n in range(times):
        logins.record_attempt(account, address, succeeded=False, at=later(minutes=start + n))


def test_five_failures_close_the_door_for_fifteen_minutes() -> None:
    fail(4)
    assert not logins.is_locked("li.ming", "192.0.2.1", at=later(minutes=4))
    fail(1, start=4)
    assert logins.is_locked("li.ming", "192.0.2.1", at=later(minutes=4))
    assert logins.is_locked(" LI.MING ", "192.0.2.1", at=later(minutes=14))
    assert logins.locked_until("li.ming", "192.0.2.1", at=later(minutes=4)) == AT + timedelta(minutes=15)
    assert not logins.is_locked("li.ming", "192.0.2.1", at=later(minutes=15))


def test_another_account_and_another_address_are_not_closed() -> None:
    fail(9)
    assert not logins.is_locked("wang", "192.0.2.1", at=later(minutes=9))
    assert not logins.is_locked("li.ming", "192.0.2.2", at=later(minutes=9))


def test_a_success_forgets_the_failures_before_it() -> None:
    fail(4)
    logins.record_attempt("li.ming", "192.0.2.1", succeeded=True, at=later(minutes=4))
    fail(4, start=5)
    assert not logins.is_locked("li.ming", "192.0.2.1", at=later(minutes=9))


def test_old_tries_are_thrown_away() -> None:
    fail(3)
    assert logins.forget_old(at=later(days=29)) == 0
    assert logins.forget_old(at=later(days=31)) == 3


def test_sources_and_saved_mappings() -> None:
    source = Source("002", "document", "报道", published_on=AT.date(), published_inferred=True, note="无日期")
    assert sources.save(source) is True
    assert sources.save(Source("register", "register", "名录")) is True
    assert sources.save(Source("register", "register", "企业名录", licence="仅供测试")) is False
    assert sources.get("002") == source
    assert sources.get("register").title == "企业名录"
    assert [item.key for item in sources.all_sources(kind="document")] == ["002"]
    assert set(sources.get_many(["002", "x"])) == {"002"}
    with pytest.raises(NotFound):
        sources.get("x")
    with pytest.raises(IntegrityError), transaction.atomic():
        sources.save(Source("z", "rumour", "z"))
    mappings.save("form1", {"名称": "name"}, kind="enterprises", office="330624", by="x", at=AT)
    mappings.save("form1", {"企业": "name"}, kind="enterprises", office="330683", by="x", at=later(days=1))
    own, other = (
        mappings.find("form1", kind="enterprises", office=office) for office in ("330624", "330100")
    )
    assert own is not None and (own.mapping, own.office, own.saved_by) == ({"名称": "name"}, "330624", "x")
    assert other is not None and (other.mapping, other.office) == ({"企业": "name"}, "330683")
    assert mappings.find("form2", kind="enterprises", office="330624") is None
    assert mappings.of_office("330624", kind="enterprises") == []  # its header was not told
    mappings.save("form3", {}, kind="enterprises", office="330624", by="x", at=AT, header=("企业", "税收"))
    assert [item.header for item in mappings.of_office("330624", kind="enterprises")] == [("企业", "税收")]
