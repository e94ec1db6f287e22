"""A world in which everything meets: a firm twice in the register, three kinds of sources, people with real accounts."""

from dataclasses import dataclass, field
from datetime import date, datetime

from action_world import SHENGZHOU, XINCHANG, World, firm, key_of

from jiqun.actions import merging, objecting
from jiqun.actions.merging import Pair
from jiqun.actions.objecting import Filing
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.profile import sides_of
from jiqun.core.facts import plain
from jiqun.lake.facts import FactReader
from jiqun.ledger import accounts, sources
from jiqun.ledger.identities import Verdict
from jiqun.ledger.objections import Objection
from jiqun.ledger.permissions import Actor, Grant
from jiqun.ledger.scopes import EVERYTHING, Scope
from jiqun.ledger.sources import Source

OLD, NEW, THIRD = key_of(1), key_of(2), key_of(3)
COUNTY = Actor(9, "county", (Grant("county_officer", Scope("region", XINCHANG)),))
COLLEAGUE = Actor(10, "colleague", (Grant("county_officer", Scope("region", XINCHANG)),))
ELSEWHERE = Actor(11, "elsewhere", (Grant("county_officer", Scope("region", SHENGZHOU)),))
PROVINCE = Actor(12, "province", (Grant("provincial_officer", EVERYTHING),))
ANALYST = Actor(13, "analyst", (Grant("analyst", EVERYTHING),))
PASSWORD = "a-long-word-nobody-knows"
HERE = Scope("region", XINCHANG)


@dataclass
class People:
    """Accounts of the ledger, as they stand at the moment they act."""

    at: datetime
    ids: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, role: str, scope: Scope = EVERYTHING) -> Actor:
        """A person with one role."""
        self.ids[name] = accounts.create_user(name, PASSWORD, at=self.at).id
        accounts.grant(self.ids[name], role, scope, by="test", at=self.at)
        return self.now(name)

    def now(self, name: str) -> Actor:
        """The person with the grants of this moment."""
        found = accounts.actor_of(self.ids[name])
        assert found is not None
        return found


def furnished(world: World) -> World:
    """Two enterprises that are one, a third, and what a register, a sheet and a tax office say of them."""
    world.enterprises(firm(1), firm(2), firm(3))
    sources.save(Source("tax", "register", "税务名册", owner=HERE, speaks_as_of=date(2025, 3, 1)))
    sources.save(Source("office", "office_sheet", "经信年报", owner=HERE, speaks_as_of=date(2025, 2, 1)))
    world.facts(
        (OLD, "revenue", "2024", "12000", "万元"),
        (THIRD, "revenue", "2024", "3000", "万元"),
        source="office",
    )
    world.facts((NEW, "revenue", "2023", "9000", "万元"), (NEW, "tax", "2024", "400", "万元"), source="tax")
    return world


def merged(world: World, subject: str = OLD, into: str = NEW, *, by: Actor = COUNTY) -> Verdict:
    """The one is read under the other."""
    return merging.merge(Pair(subject, into, "同一家"), by=by, at=world.now())


def taken_back(world: World, made: Verdict, *, by: Actor = COUNTY) -> None:
    """The two stand for themselves again."""
    merging.take_back(made.id, by=by, at=world.now())


def facts(world: World, subject: str, indicator: str = "revenue") -> dict[tuple[str, str], str]:
    """What is told of one enterprise: (period, source) to the value as stated."""
    rows = FactReader(world.desk.lake).facts(subject=subject, indicator=indicator)
    return {(str(row["period"]), str(row["source"])): plain(row["value"]) for row in rows}  # type: ignore[arg-type]


def fact_id(world: World, subject: str, source: str, indicator: str = "revenue", period: str = "2024") -> str:
    """The id of the one statement of a source."""
    rows = FactReader(world.desk.lake).facts(subject=subject, indicator=indicator, source=source)
    (found,) = [str(row["id"]) for row in rows if row["period"] == period]
    return found


def filed(world: World, fact: str, *, by: Actor, value: str = "9500", **more: object) -> Objection:
    """Object to a number."""
    filing = Filing(fact, value, reason="年报多记了一笔", **more)  # type: ignore[arg-type]
    return objecting.file(world.desk, filing, by=by, at=world.now())


def move(world: World, made: Objection, name: str, *, by: Actor, text: str = "核对属实") -> Objection:
    """Do one of the moves of an objection."""
    return objecting.move(world.desk, made.id, name, by=by, at=world.now(), text=text)


def side_by_side(
    world: World, subject: str, *, by: Actor, indicator: str = "revenue"
) -> dict[str, tuple[str, bool]]:
    """The profile's cell of 2024: per source the value, and whether it is the one shown."""
    found: dict[str, tuple[str, bool]] = {}
    for row in sides_of(Archive(world.desk, by), subject).rows:
        if row.indicator.key != indicator or "2024" not in row.period_label.zh:
            continue
        for cell in (cell for cells in row.told for cell in cells):
            assert cell.statement.value is not None
            found[cell.statement.source.key] = (plain(cell.statement.value), cell.shown)
    return found
