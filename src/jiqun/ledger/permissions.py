"""May this person do this here 权限判断: `can` answers and greys the button, `check` raises and guards the action.

Whether the state of the thing allows it is another question (policy) and is asked elsewhere.
"""

from dataclasses import dataclass, replace

from jiqun.core.errors import NotAllowed
from jiqun.ledger.roles import ROLES, UNSCOPED, Permission
from jiqun.ledger.scopes import EVERYTHING, Reach, Scope, Target


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held for a scope."""

    role: str
    scope: Scope = EVERYTHING

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do; a role no longer known may do nothing."""
        role = ROLES.get(self.role)
        return role.permissions if role else frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, a person's token, or the system itself.

    user_id       None for nobody signed in and for the system
    label         what the audit trail shows
    grants        roles held; token_scopes and token_scope narrow them when a token speaks for the person
    """

    user_id: int | None
    label: str
    grants: tuple[Grant, ...] = ()
    token_scopes: frozenset[Permission] | None = None
    token_scope: Scope = EVERYTHING
    request_id: str = ""
    token_id: int | None = None

    @property
    def signed_in(self) -> bool:
        """Say whether a person stands behind it."""
        return self.user_id is not None

    def in_request(self, request_id: str) -> "Actor":
        """The same actor within one request."""
        return replace(self, request_id=request_id)


ANYWHERE = None
"""As a target: the question is whether the actor may do this somewhere at all (to show a menu)."""
NOBODY = Actor(None, "anonymous")


def system(label: str) -> Actor:
    """The installation acting by itself or through its command line; may do everything, and is named as such."""
    return Actor(None, label, (Grant("administrator"),))


def can(actor: Actor, permission: Permission, *, target_scope: Target | Scope | None) -> bool:
    """Say whether `actor` may do this to the target; ANYWHERE asks whether anywhere at all."""
    return refusal(actor, permission, target_scope=target_scope) is None


def check(actor: Actor, permission: Permission, *, target_scope: Target | Scope | None) -> None:
    """Raise NotAllowed unless `actor` may do this: auth.role, auth.token_scope or auth.scope."""
    code = refusal(actor, permission, target_scope=target_scope)
    if code is None:
        return
    target = target_scope.target() if isinstance(target_scope, Scope) else target_scope
    touched = (target.subject or target.region or ",".join(sorted(target.groups))) if target else ""
    held = ",".join(sorted({grant.role for grant in actor.grants}))
    raise NotAllowed(code, permission=permission.value, by=actor.label, roles=held, target=touched)


def refusal(actor: Actor, permission: Permission, *, target_scope: Target | Scope | None) -> str | None:
    """Why not: None when allowed, else the code of the error."""
    granting = [grant for grant in actor.grants if permission in grant.permissions]
    if not granting:
        return "auth.role"
    if actor.token_scopes is not None and permission not in actor.token_scopes:
        return "auth.token_scope"
    if target_scope is None or permission in UNSCOPED:
        return None
    target = target_scope.target() if isinstance(target_scope, Scope) else target_scope
    if not any(grant.scope.covers(target) for grant in granting):
        return "auth.scope"
    return None if actor.token_scope.covers(target) else "auth.token_scope"


def reach(actor: Actor, permission: Permission) -> Reach:
    """How far `actor` may do this, for lists that show only what one may see; reaches nothing when refused."""
    if refusal(actor, permission, target_scope=ANYWHERE) is not None:
        return Reach(())
    if permission in UNSCOPED:
        return Reach((EVERYTHING,))
    held = dict.fromkeys(grant.scope for grant in actor.grants if permission in grant.permissions)
    return Reach((EVERYTHING,) if EVERYTHING in held else tuple(held), actor.token_scope)


def scopes_for(actor: Actor, permission: Permission) -> tuple[Scope, ...]:
    """The scopes within which `actor` may do this, a token's own scope counted in; empty when refused.

    What an importer's batch is bound to is the first of them.  Where a role's scope and a token's cannot be told
    one within the other (a county and a cluster), the pair is left out.
    """
    far = reach(actor, permission)
    pairs = [(held, far.within) for held in far.any_of]
    narrower = [b if a.contains(b) else a for a, b in pairs if a.contains(b) or b.contains(a)]
    return tuple(dict.fromkeys(narrower))
