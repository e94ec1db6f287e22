"""Ten enterprises of two counties for tests of collecting, their people, and a collection over them."""

from datetime import datetime
from typing import Any

from action_world import SHENGZHOU, XINCHANG, World, firm, key_of, officer

from jiqun.actions import collecting, collecting_answers, collecting_send
from jiqun.actions.collecting import NewCollection
from jiqun.actions.collecting_answers import Typed
from jiqun.actions.desk import ZONE
from jiqun.ledger import collection_answers
from jiqun.ledger.collection_answers import Answer
from jiqun.ledger.permissions import Actor

COUNTY = officer("county_officer", "region", XINCHANG)
OTHER_COUNTY = officer("county_officer", "region", SHENGZHOU)
PROVINCE = officer("provincial_officer")
FIRMS = tuple(key_of(n) for n in range(1, 11))
GOOD = {"revenue": "1200", "profit": "80", "employee_count": "60"}
FORM = "enterprise_monthly"


def at(text: str) -> datetime:
    """An instant of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def boss(key: str) -> Actor:
    """Who answers for one enterprise."""
    return officer("enterprise", "enterprise", key)


def with_firms(world: World, *, count: int = 10) -> World:
    """Enterprises of 新昌县, and one of 嵊州市."""
    world.enterprises(*(firm(n) for n in range(1, count + 1)), firm(1, SHENGZHOU))
    return world


def opened(world: World, *, by: Actor = COUNTY, when: datetime | None = None, **more: Any) -> str:
    """A monthly collection for October 2026, due on 30 November."""
    told: dict[str, Any] = {"form": FORM, "period": "2026-10", "deadline": "2026-11-30"} | more
    return collecting.open_collection(
        world.desk, NewCollection(**told), by=by, at=when or world.now()
    ).collection


def fill(
    world: World,
    collection: str,
    key: str,
    cells: dict[str, str] | None = None,
    *,
    by: Actor | None = None,
    **reasons: str,
) -> Answer:
    """Type an answer."""
    typed = Typed(GOOD if cells is None else cells, reasons)
    return collecting_answers.save(world.desk, collection, key, typed, by=by or boss(key), at=world.now())


def send(
    world: World, collection: str, key: str, *, by: Actor | None = None, when: datetime | None = None
) -> collecting_send.Sending:
    """Send it."""
    return collecting_send.send(world.desk, collection, key, by=by or boss(key), at=when or world.now())


def state(collection: str, key: str) -> str:
    """Where an answer stands."""
    return collection_answers.get(collection, key).state
