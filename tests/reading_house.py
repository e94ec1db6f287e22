"""A house for tests of the reading pages: the example's documents, and made-up figures that must never mix with them."""

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.test import Client, override_settings
from web_house import PLAIN_HASHER, SYSTEM, as_csv

from jiqun import settings
from jiqun.actions import accounts, example, homes
from jiqun.actions import desk as desks
from jiqun.actions.desk import Desk
from jiqun.actions.imports import Order, run_import
from jiqun.core.facts import COLUMNS
from jiqun.ledger import accounts as ledger_accounts
from jiqun.ledger import sources
from jiqun.ledger.permissions import Actor
from jiqun.ledger.roles import ROLES
from jiqun.ledger.scopes import EVERYTHING, Scope
from jiqun.ledger.sources import Source

MADE_UP = "enterprise:合成试验有限公司"
SCOPES = {
    "county_officer": Scope("region", "330624"),
    "cluster_office": Scope("cluster", "cluster:robots_cnc"),
    "enterprise": Scope("enterprise", MADE_UP),
    "workshop": Scope("enterprise", MADE_UP),
}


@dataclass
class ReadingHouse:
    """The house, its people by role, and the facts as the example's files state them."""

    desk: Desk
    people: dict[str, int] = field(default_factory=dict)
    stated: list[dict[str, str]] = field(default_factory=list)

    def actor(self, role: str = "analyst") -> Actor:
        """The person of a role."""
        actor = ledger_accounts.actor_of(self.people[role])
        assert actor is not None
        return actor

    def client(self, role: str = "analyst") -> Client:
        """A browser in which that person is logged in; a stranger's for an empty role."""
        from django.contrib.auth import get_user_model

        client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)
        if role:
            client.force_login(get_user_model().objects.get(pk=self.people[role]))
        return client

    def fact(self, **equal: str) -> dict[str, object]:
        """The one fact the ledger holds with these columns."""
        from jiqun.lake import listing
        from jiqun.lake.listing import Wanted

        words = {name: value for name, value in equal.items() if name in Wanted.__dataclass_fields__}
        rows = listing.listed(self.desk.lake, Wanted(**words))  # type: ignore[arg-type]
        found = [row for row in rows if all(str(row[name]) == value for name, value in equal.items())]
        assert len(found) == 1, (equal, len(found))
        return found[0]


@contextmanager
def built(home: Path) -> Iterator[ReadingHouse]:
    """A house in a folder, its ledger inside a transaction that is rolled back at the end."""
    (home / "uploads").mkdir(parents=True, exist_ok=True)
    house = ReadingHouse(Desk(home, settings.PACKS_DIR, memory_mb=256))
    before = desks._open.get(settings.HOME)
    desks._open[settings.HOME] = house.desk
    try:
        with override_settings(PASSWORD_HASHERS=PLAIN_HASHER), transaction.atomic():
            _furnish(house)
            yield house
            transaction.set_rollback(True)
    finally:
        house.desk.lake.close()
        shutil.rmtree(home, ignore_errors=True)
        desks._open.pop(settings.HOME, None)
        if before is not None:
            desks._open[settings.HOME] = before


def _furnish(house: ReadingHouse) -> None:
    here, folder = house.desk, Path(settings.EXAMPLE_DIR)
    homes.prepare(here, by=SYSTEM, at=here.now())
    example._load_sources(here, folder, by=SYSTEM)
    for order in example._documents(folder):
        run_import(here, order, by=SYSTEM, at=here.now())
    for path in sorted((folder / "facts").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            house.stated += list(csv.DictReader(file))
    _make_up(house)
    for role in ROLES:
        made = accounts.create(here, role, ROLES[role].zh, by=SYSTEM, at=here.now())
        accounts.grant(here, made.account.id, role, SCOPES.get(role, EVERYTHING), by=SYSTEM, at=here.now())
        house.people[role] = made.account.id


def _make_up(house: ReadingHouse) -> None:
    """One made-up enterprise in 新昌县 with one figure, and one made-up figure of the county itself."""
    here = house.desk
    sources.save(Source("invented", "synthetic", "合成数据", synthetic=True))
    subject = ("key", "kind", "label_zh", "region"), [(MADE_UP, "enterprise", "合成试验有限公司", "330624")]
    facts = [
        dict.fromkeys(COLUMNS, "")
        | {"subject": key, "indicator": "revenue", "period": "2023", "period_inferred": "0", "value": "777", "bound": "=",
           "unit": "亿元", "kind": "level", "status": "actual", "source": "invented", "scope": "合成"}
        for key in (MADE_UP, "region:330624")
    ]  # fmt: skip
    for kind, header, rows in (
        ("subjects", *subject),
        ("facts", COLUMNS, [tuple(row.values()) for row in facts]),
    ):
        path = here.uploads / f"{kind}.csv"
        path.write_bytes(as_csv(header, rows))
        report = run_import(here, Order(kind, path, "invented", synthetic=True), by=SYSTEM, at=here.now())
        assert report.accepted == len(rows), report.errors
