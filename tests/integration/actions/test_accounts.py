"""Accounts, roles and tokens as actions: permission asked, one transaction with the audit line, secrets shown once."""

import pytest
from web_house import CLUSTER, SHENGZHOU, SYSTEM, XINCHANG, House, key_of

from jiqun.actions import accounts, tokens
from jiqun.core.errors import InputError, NotAllowed, NotFound, WrongState
from jiqun.ledger import accounts as held
from jiqun.ledger import audit, permissions
from jiqun.ledger import tokens as held_tokens
from jiqun.ledger.permissions import ANYWHERE, can
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import EVERYTHING, Scope


def trail(target: str) -> list[str]:
    """Actions on the trail about one thing, latest first."""
    return [event.action for event in audit.of_target(target)]


def test_a_new_account_opens_with_its_password_and_holds_nothing(house: House) -> None:
    admin, now = house.actor("administrator"), house.desk.now()
    made = accounts.create(house.desk, "wang.fang", "王芳", by=admin, at=now)
    assert held.verify("wang.fang", made.password) == made.account
    assert len(made.password) >= 12
    assert made.password not in repr(made)
    actor = held.actor_of(made.account.id)
    assert actor is not None
    assert not any(can(actor, item, target_scope=ANYWHERE) for item in Permission)
    assert trail(f"account:{made.account.id}") == ["account.create"]


@pytest.mark.parametrize("name", ["", "has space", "a" * 151, "analyst", "ANALYST"])
def test_names_that_cannot_be(house: House, name: str) -> None:
    with pytest.raises(InputError):
        accounts.create(house.desk, name, "", by=house.actor("administrator"), at=house.desk.now())


def test_a_renewed_password_closes_the_old_one(house: House) -> None:
    admin, now = house.actor("administrator"), house.desk.now()
    first = accounts.create(house.desk, "wang.fang", "", by=admin, at=now)
    second = accounts.renew_password(house.desk, first.account.id, by=admin, at=now)
    assert held.verify("wang.fang", first.password) is None
    assert held.verify("wang.fang", second.password) is not None


def test_a_role_is_given_for_a_scope_that_exists_and_taken_back(house: House) -> None:
    admin, now, who = house.actor("administrator"), house.desk.now(), house.people["analyst"]
    given = accounts.grant(house.desk, who, "county_officer", Scope("region", XINCHANG), by=admin, at=now)
    assert any(grant.role == "county_officer" for grant in house.actor("analyst").grants)
    accounts.revoke(house.desk, given.id, by=admin, at=now)
    assert not any(grant.role == "county_officer" for grant in house.actor("analyst").grants)
    assert trail(f"account:{who}")[:2] == ["account.revoke", "account.grant"]


@pytest.mark.parametrize(
    ("role", "scope"),
    [("county_officer", Scope("region", "999999")), ("cluster_office", Scope("cluster", "cluster:none")),
     ("enterprise", Scope("enterprise", "enterprise:none")), ("county_officer", EVERYTHING), ("king", EVERYTHING),
     ("administrator", Scope("region", XINCHANG))],
)  # fmt: skip
def test_roles_and_scopes_that_do_not_go_together(house: House, role: str, scope: Scope) -> None:
    with pytest.raises(InputError):
        accounts.grant(
            house.desk,
            house.people["analyst"],
            role,
            scope,
            by=house.actor("administrator"),
            at=house.desk.now(),
        )


def test_the_last_administrator_stays(house: House) -> None:
    admin, now, who = house.actor("administrator"), house.desk.now(), house.people["administrator"]
    (grant,) = held.grants_of(who)
    with pytest.raises(WrongState, match="last_administrator"):
        accounts.revoke(house.desk, grant.id, by=admin, at=now)
    assert held.administrators() == 1
    with pytest.raises(WrongState, match=r"account\.own"):
        accounts.set_active(house.desk, who, False, by=admin, at=now)
    with pytest.raises(WrongState, match="last_administrator"):
        accounts.set_active(house.desk, who, False, by=SYSTEM, at=now)


def test_only_who_manages_accounts_may(house: House) -> None:
    now = house.desk.now()
    for role in house.people:
        if role == "administrator":
            continue
        by = house.actor(role)
        for act in (
            lambda by: accounts.create(house.desk, "x.y", "", by=by, at=now),
            lambda by: accounts.renew_password(house.desk, house.people["analyst"], by=by, at=now),
            lambda by: accounts.set_active(house.desk, house.people["analyst"], False, by=by, at=now),
            lambda by: accounts.grant(
                house.desk, house.people["analyst"], "auditor", EVERYTHING, by=by, at=now
            ),
            lambda by: accounts.make_demonstration(house.desk, by=by, at=now),
        ):
            with pytest.raises(NotAllowed):
                act(by)


def test_demonstration_accounts_are_made_once_and_can_all_be_closed(house: House) -> None:
    now = house.desk.now()
    assert not accounts.has_demonstration()
    made = accounts.make_demonstration(house.desk, by=SYSTEM, at=now)
    assert {name for name, *_ in made} <= set(accounts.demonstration_accounts())
    assert len({password for _, password, _ in made}) == len(made)
    assert accounts.make_demonstration(house.desk, by=SYSTEM, at=now) == []
    assert accounts.has_demonstration()
    assert accounts.close_demonstration(house.desk, by=SYSTEM, at=now) == len(made)
    assert not accounts.has_demonstration()


def test_scopes_as_people_write_them() -> None:
    assert accounts.scope_of("all") == EVERYTHING
    assert accounts.scope_of("region:330624") == Scope("region", "330624")
    assert accounts.scope_of(CLUSTER) == Scope("cluster", CLUSTER)
    assert accounts.scope_of("enterprise:abc") == Scope("enterprise", "enterprise:abc")


def test_a_token_does_less_than_its_owner_and_only_where_it_says(house: House) -> None:
    now = house.desk.now()
    by = house.actor("provincial_officer")
    issued = tokens.issue(
        house.desk, "交换", ["import_data", "undo_batch"], by=by, at=now, scope=Scope("region", XINCHANG)
    )
    actor = held_tokens.actor_for(issued.plaintext, at=now)
    assert actor is not None
    assert can(actor, Permission.UNDO_BATCH, target_scope=Scope("region", XINCHANG))
    assert not can(actor, Permission.UNDO_BATCH, target_scope=Scope("region", SHENGZHOU))
    assert permissions.refusal(actor, Permission.EXPORT, target_scope=ANYWHERE) == "auth.token_scope"
    assert tokens.grantable(actor) == (Permission.IMPORT_DATA, Permission.UNDO_BATCH)
    assert trail(f"token:{issued.token.id}") == ["token.issue"]


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_lives_some_days_and_not_for_ever(house: House, days: int) -> None:
    with pytest.raises(InputError, match=r"token\.days"):
        tokens.issue(
            house.desk, "x", ["read_public"], by=house.actor("analyst"), at=house.desk.now(), days=days
        )


def test_a_token_is_revoked_by_its_owner_or_who_manages_accounts(house: House) -> None:
    now = house.desk.now()
    first, second = (
        tokens.issue(house.desk, "x", ["read_public"], by=house.actor("analyst"), at=now) for _ in range(2)
    )
    with pytest.raises(NotFound):
        tokens.revoke(house.desk, first.token.id, by=house.actor("county_officer"), at=now)
    tokens.revoke(house.desk, first.token.id, by=house.actor("analyst"), at=now)
    tokens.revoke(house.desk, second.token.id, by=house.actor("administrator"), at=now)
    assert held_tokens.find(first.plaintext, at=now) is None
    with pytest.raises(WrongState):
        tokens.revoke(house.desk, first.token.id, by=house.actor("analyst"), at=now)


def test_nothing_is_done_when_the_audit_line_cannot_be_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no line, no deed")

    monkeypatch.setattr(audit, "record", refuse)
    with pytest.raises(RuntimeError):
        accounts.create(house.desk, "never.made", "", by=house.actor("administrator"), at=house.desk.now())
    assert held.find("never.made") is None


def test_an_enterprise_is_bound_to_itself(house: House) -> None:
    actor = house.actor("enterprise")
    own, other = Scope("enterprise", key_of(XINCHANG)), Scope("enterprise", key_of(XINCHANG, 1))
    assert can(actor, Permission.READ_ENTERPRISE, target_scope=own)
    assert not can(actor, Permission.READ_ENTERPRISE, target_scope=other)
