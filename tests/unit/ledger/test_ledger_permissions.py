"""May this person do this here: each role against each permission, scopes, tokens, and the words of a refusal."""

import pytest

from jiqun.core.errors import NotAllowed
from jiqun.ledger.permissions import ANYWHERE, NOBODY, Actor, Grant, can, check, reach, scopes_for, system
from jiqun.ledger.roles import ROLES, UNSCOPED, Permission
from jiqun.ledger.scopes import EVERYTHING, Reach, Scope, Target

P = Permission
HERE = Target(subject="enterprise:91330624A", region="330624", groups=frozenset({"cluster:a", "chain:b"}))
ELSEWHERE = Target(subject="enterprise:91330108B", region="330108", groups=frozenset({"cluster:z"}))
SCOPES = {
    "all": EVERYTHING,
    "region": Scope("region", "330600"),
    "cluster": Scope("cluster", "cluster:a"),
    "chain": Scope("chain", "chain:b"),
    "enterprise": Scope("enterprise", "enterprise:91330624A"),
}


def actor(*grants: tuple[str, Scope], **more: object) -> Actor:
    return Actor(7, "Li Ming", tuple(Grant(role, scope) for role, scope in grants), **more)


HELD = [(role.key, kind) for role in ROLES.values() for kind in role.scope_kinds]


@pytest.mark.parametrize(("role", "kind"), HELD)
@pytest.mark.parametrize("permission", list(Permission))
def test_each_role_for_each_scope_and_action(role: str, kind: str, permission: Permission) -> None:
    who = actor((role, SCOPES[kind]))
    granted = permission in ROLES[role].permissions
    assert can(who, permission, target_scope=ANYWHERE) is granted
    assert can(who, permission, target_scope=HERE) is granted
    assert can(who, permission, target_scope=ELSEWHERE) is (
        granted and (kind == "all" or permission in UNSCOPED)
    )


def refused(who: Actor, permission: Permission, target: Target | Scope | None) -> str:
    with pytest.raises(NotAllowed) as caught:
        check(who, permission, target_scope=target)
    assert caught.value.facts["permission"] == permission.value
    return caught.value.code


def test_a_refusal_says_which_of_the_three_it_is() -> None:
    county = actor(("county_officer", Scope("region", "330624")))
    assert refused(county, P.MANAGE_USERS, ANYWHERE) == "auth.role"
    assert refused(county, P.READ_ENTERPRISE, ELSEWHERE) == "auth.scope"
    token = actor(("county_officer", Scope("region", "330624")), token_scopes=frozenset({P.READ_PUBLIC}))
    assert refused(token, P.IMPORT_DATA, HERE) == "auth.token_scope"
    check(county, P.READ_ENTERPRISE, target_scope=HERE)


def test_nobody_may_do_nothing() -> None:
    assert not any(can(NOBODY, permission, target_scope=ANYWHERE) for permission in P)
    assert not NOBODY.signed_in and actor().signed_in
    assert all(can(system("jiqun"), permission, target_scope=HERE) for permission in P)


def test_a_role_no_longer_known_gives_nothing() -> None:
    assert not any(can(actor(("minister", EVERYTHING)), permission, target_scope=HERE) for permission in P)


def test_the_scope_of_one_role_does_not_widen_another() -> None:
    who = actor(("analyst", EVERYTHING), ("county_officer", Scope("region", "330624")))
    assert can(who, P.READ_ENTERPRISE, target_scope=HERE)
    assert not can(who, P.READ_ENTERPRISE, target_scope=ELSEWHERE)
    assert can(who, P.READ_PUBLIC, target_scope=ELSEWHERE)


def test_a_token_narrows_and_never_widens() -> None:
    narrow = actor(("provincial_officer", EVERYTHING), token_scope=Scope("region", "330624"))
    assert can(narrow, P.IMPORT_DATA, target_scope=HERE)
    assert refused(narrow, P.IMPORT_DATA, ELSEWHERE) == "auth.token_scope"
    wide = actor(
        ("county_officer", Scope("region", "330624")), token_scope=EVERYTHING, token_scopes=frozenset(P)
    )
    assert refused(wide, P.IMPORT_DATA, ELSEWHERE) == "auth.scope"
    assert refused(wide, P.BACKUP, HERE) == "auth.role"


def test_an_enterprise_sees_itself_and_what_is_public() -> None:
    firm = actor(("enterprise", SCOPES["enterprise"]))
    assert can(firm, P.READ_ENTERPRISE, target_scope=HERE)
    assert not can(firm, P.READ_ENTERPRISE, target_scope=ELSEWHERE)
    assert not can(firm, P.READ_ENTERPRISE, target_scope=Scope("region", "330624"))
    assert can(firm, P.READ_PUBLIC, target_scope=ELSEWHERE)


def test_a_batch_bound_to_a_city_is_not_a_countys_to_undo() -> None:
    county = actor(("county_officer", Scope("region", "330624")))
    assert can(county, P.UNDO_BATCH, target_scope=Scope("region", "330624"))
    assert not can(county, P.UNDO_BATCH, target_scope=Scope("region", "330600"))
    assert not can(county, P.UNDO_BATCH, target_scope=EVERYTHING)


def test_reach_for_lists() -> None:
    county = actor(("county_officer", Scope("region", "330624")), ("analyst", EVERYTHING))
    assert reach(county, P.READ_ENTERPRISE) == Reach((Scope("region", "330624"),))
    assert reach(county, P.READ_PUBLIC) == Reach((EVERYTHING,))
    assert reach(county, P.BACKUP) == Reach(())
    token = actor(("county_officer", Scope("region", "330624")), token_scope=Scope("region", "330600"))
    assert reach(token, P.IMPORT_DATA) == Reach((Scope("region", "330624"),), Scope("region", "330600"))
    assert not reach(token, P.IMPORT_DATA).covers(Target(region="330683"))


@pytest.mark.parametrize(
    ("held", "token", "left"),
    [
        (EVERYTHING, EVERYTHING, (EVERYTHING,)),
        (EVERYTHING, Scope("region", "330624"), (Scope("region", "330624"),)),
        (Scope("region", "330624"), Scope("region", "330600"), (Scope("region", "330624"),)),
        (Scope("region", "330624"), Scope("region", "330683"), ()),
    ],
)
def test_scopes_an_import_is_bound_to(held: Scope, token: Scope, left: tuple[Scope, ...]) -> None:
    role = "provincial_officer" if held == EVERYTHING else "county_officer"
    assert scopes_for(actor((role, held), token_scope=token), P.IMPORT_DATA) == left
    assert scopes_for(actor(("analyst", EVERYTHING), token_scope=token), P.IMPORT_DATA) == ()
