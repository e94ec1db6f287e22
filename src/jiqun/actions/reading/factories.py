"""工厂 what pages and interface show of factories: which there are, and what one consists of."""

from dataclasses import dataclass

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.ledger import factories, factory_tokens, permissions
from jiqun.ledger.factories import Factory, FactoryPoint, Line, Machine, ShiftRow
from jiqun.ledger.factory_tokens import FactoryToken
from jiqun.ledger.permissions import Actor
from jiqun.ledger.roles import Permission


@dataclass(frozen=True)
class FactoriesContext:
    """Factories the person may see."""

    factories: tuple[Factory, ...]


@dataclass(frozen=True)
class FactoryContext:
    """One factory: what it consists of; tokens only for who runs it."""

    factory: Factory
    lines: tuple[Line, ...]
    machines: tuple[Machine, ...]
    points: tuple[FactoryPoint, ...]
    shifts: tuple[ShiftRow, ...]
    tokens: tuple[FactoryToken, ...]
    can_run: bool
    can_handle: bool


def visible(by: Actor) -> tuple[Factory, ...]:
    """Factories `by` may see."""
    return tuple(one for one in factories.all_factories() if policy.can_read(by, one))


def factories_page(desk: Desk, by: Actor) -> FactoriesContext:
    """The list."""
    del desk
    permissions.check(by, Permission.READ_FACTORY, target_scope=None)
    return FactoriesContext(visible(by))


def factory_page(desk: Desk, by: Actor, key: str) -> FactoryContext:
    """One factory."""
    del desk
    factory = factories.get(key)
    policy.check_read(by, factory)
    runs = policy.can_run(by, factory)
    return FactoryContext(
        factory, factories.lines(key), factories.machines(key), factories.points(key), factories.shifts(key),
        factory_tokens.list_for(key) if runs else (), runs, policy.can_handle(by, factory),
    )  # fmt: skip
