"""工厂权限 factory policy: who may see a factory, run it, handle its alarms; `can` and `check`.

Machine data is the enterprise's own: offices have none of these permissions, they see the figures it consents to.
"""

from jiqun.ledger import permissions, subjects
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import Actor
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import Target


def check_read(by: Actor, factory: Factory) -> None:
    """Raise unless `by` may see the factory."""
    permissions.check(by, Permission.READ_FACTORY, target_scope=_target(factory))
    if factory.synthetic:
        permissions.check(by, Permission.VIEW_SYNTHETIC, target_scope=None)


def can_read(by: Actor, factory: Factory) -> bool:
    """The same as an answer."""
    return permissions.can(by, Permission.READ_FACTORY, target_scope=_target(factory)) and (
        not factory.synthetic or permissions.can(by, Permission.VIEW_SYNTHETIC, target_scope=None)
    )


def check_run(by: Actor, factory: Factory) -> None:
    """Raise unless `by` may connect machines, set limits and shifts, issue tokens there."""
    permissions.check(by, Permission.RUN_FACTORY, target_scope=_target(factory))


def can_run(by: Actor, factory: Factory) -> bool:
    """The same as an answer."""
    return permissions.can(by, Permission.RUN_FACTORY, target_scope=_target(factory))


def check_handle(by: Actor, factory: Factory) -> None:
    """Raise unless `by` may handle alarms and stops there."""
    permissions.check(by, Permission.HANDLE_ALARMS, target_scope=_target(factory))


def can_handle(by: Actor, factory: Factory) -> bool:
    """The same as an answer."""
    return permissions.can(by, Permission.HANDLE_ALARMS, target_scope=_target(factory))


def check_make(by: Actor, subject: str) -> None:
    """Raise unless `by` may make a factory of that enterprise."""
    permissions.check(by, Permission.RUN_FACTORY, target_scope=subjects.target_of(subject))


def _target(factory: Factory) -> Target:
    return subjects.target_of(factory.subject)
