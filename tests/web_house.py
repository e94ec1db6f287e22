"""A small house for tests of pages and interface: two counties, their enterprises, public and private facts, eight people.

新昌县 (330624) and 嵊州市 (330683) each have three registered enterprises, a private sheet of revenues of their office,
and one row in quarantine. One enterprise of 新昌县 belongs to the cluster 机器人与数控机床.
"""

import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.test import Client, override_settings

from jiqun import settings
from jiqun.actions import accounts, homes, tokens
from jiqun.actions import desk as desks
from jiqun.actions.desk import Desk
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.core.uscc import check_character
from jiqun.ledger import accounts as ledger_accounts
from jiqun.ledger import sources
from jiqun.ledger.permissions import Actor, system
from jiqun.ledger.roles import ROLES
from jiqun.ledger.scopes import EVERYTHING, Scope
from jiqun.ledger.sources import Source

Header = tuple[str, ...]
Rows = list[tuple[str, ...]]
CLUSTER = "cluster:robots_cnc"
XINCHANG, SHENGZHOU = "330624", "330683"
SYSTEM = system("test")
PLAIN_HASHER = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REGISTER_HEADER = ("企业名称", "统一社会信用代码", "地址", "成立日期")
SHEET_HEADER = ("企业名称", "统一社会信用代码", "地址", "营业收入（万元）")
REVENUE = {"facts": [{"column": SHEET_HEADER[3], "indicator": "revenue", "unit": "万元", "period": "2024"}]}


def uscc(number: int, region: str) -> str:
    """A credit code that holds."""
    body = f"91{region}MA2{number:06d}"
    return body + check_character(body)


def firms(region: str) -> list[tuple[str, str, str]]:
    """Three enterprises of a county: name, code, address."""
    place = {XINCHANG: "新昌县", SHENGZHOU: "嵊州市"}[region]
    return [
        (f"{place}试验轴承{n}号有限公司", uscc(int(region) + n, region), f"浙江省绍兴市{place}人民路{n}号")
        for n in (1, 2, 3)
    ]


def key_of(region: str, n: int = 0) -> str:
    """Key of an enterprise of a county."""
    return f"enterprise:{firms(region)[n][1]}"


def as_csv(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    """A file as an office hands it in."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


SCOPES: dict[str, Scope] = {
    "administrator": EVERYTHING,
    "provincial_officer": EVERYTHING,
    "county_officer": Scope("region", XINCHANG),
    "cluster_office": Scope("cluster", CLUSTER),
    "analyst": EVERYTHING,
    "enterprise": Scope("enterprise", key_of(XINCHANG)),
    "workshop": Scope("enterprise", key_of(XINCHANG)),
    "auditor": EVERYTHING,
}


@dataclass
class House:
    """The house and what a test needs of it: people by role, batches and held rows by county."""

    desk: Desk
    people: dict[str, int] = field(default_factory=dict)
    batches: dict[str, str] = field(default_factory=dict)

    def lake_files(self) -> frozenset[str]:
        """Every commit the lake holds."""
        return frozenset(
            path.name + path.parent.parent.name for path in self.desk.lake.root.glob("tables/*/_delta_log/*")
        )

    def keep_lake(self) -> None:
        """Remember the lake as it stands."""
        shutil.copytree(self.desk.lake.root, self.desk.home / "lake-kept")

    def restore_lake(self) -> None:
        """Put back the lake as it was remembered."""
        root = self.desk.lake.root
        self.desk.lake.close()
        del self.desk.__dict__["lake"]
        shutil.rmtree(root)
        shutil.copytree(self.desk.home / "lake-kept", root)

    def actor(self, role: str) -> Actor:
        """The person of a role."""
        actor = ledger_accounts.actor_of(self.people[role])
        assert actor is not None
        return actor

    def client(self, role: str = "") -> Client:
        """A browser in which the person of a role is logged in; a stranger's without one."""
        from django.contrib.auth import get_user_model

        client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)
        if role:
            client.force_login(get_user_model().objects.get(pk=self.people[role]))
        return client

    def bearer(
        self, role: str, *permissions: str, scope: Scope = EVERYTHING, days: int = 10
    ) -> dict[str, str]:
        """Headers of a token of that person."""
        issued = tokens.issue(
            self.desk, "test", permissions, by=self.actor(role), at=self.desk.now(), scope=scope, days=days
        )
        return {"authorization": f"Bearer {issued.plaintext}"}

    def load(self, header: Header, rows: Rows, source: str, by: Actor, **more: object) -> ImportReport:
        """Hand in rows of enterprises."""
        path = self.desk.uploads / f"{source}.csv"
        path.write_bytes(as_csv(header, rows))
        order = Order("enterprises", path, source, name=path.name, **more)  # type: ignore[arg-type]
        return run_import(self.desk, order, by=by, at=self.desk.now())


@contextmanager
def built(home: Path) -> Iterator[House]:
    """A house in a folder, its ledger inside a transaction that is rolled back at the end."""
    (home / "uploads").mkdir(parents=True, exist_ok=True)
    house = House(Desk(home, settings.PACKS_DIR, memory_mb=256))
    before = desks._open.get(settings.HOME)
    desks._open[settings.HOME] = house.desk
    try:
        with override_settings(PASSWORD_HASHERS=PLAIN_HASHER), transaction.atomic():
            _furnish(house)
            house.keep_lake()
            yield house
            transaction.set_rollback(True)
    finally:
        house.desk.lake.close()
        desks._open.pop(settings.HOME, None)
        if before is not None:
            desks._open[settings.HOME] = before


def _furnish(house: House) -> None:
    here = house.desk
    homes.prepare(here, by=SYSTEM, at=here.now())
    sources.save(Source("register", "register", "企业登记名册"))
    everyone = [(*firm, "2001-03-04") for county in (XINCHANG, SHENGZHOU) for firm in firms(county)]
    house.batches["register"] = house.load(REGISTER_HEADER, everyone, "register", SYSTEM).batch_id or ""
    _tie_to_cluster(house)
    for role in ROLES:
        made = accounts.create(here, role, ROLES[role].zh, by=SYSTEM, at=here.now())
        accounts.grant(here, made.account.id, role, SCOPES[role], by=SYSTEM, at=here.now())
        house.people[role] = made.account.id
    other = accounts.create(here, "other_county", "嵊州", by=SYSTEM, at=here.now())
    accounts.grant(
        here, other.account.id, "county_officer", Scope("region", SHENGZHOU), by=SYSTEM, at=here.now()
    )
    house.people["other_county"] = other.account.id
    for county, role in ((XINCHANG, "county_officer"), (SHENGZHOU, "other_county")):
        source = f"sheet_{county}"
        sources.save(Source(source, "office_sheet", f"{county} 年报", owner=Scope("region", county)))
        rows = [(*firm, str(1000 + n)) for n, firm in enumerate(firms(county))]
        rows.append(("", "12345", "不详", "一千"))  # no name, a malformed code: to quarantine
        report = house.load(SHEET_HEADER, rows, source, house.actor(role), mapping=REVENUE)
        house.batches[county] = report.batch_id or ""


def _tie_to_cluster(house: House) -> None:
    path = house.desk.uploads / "ties.csv"
    path.write_bytes(as_csv(("subject", "predicate", "object"), [(key_of(XINCHANG), "member_of", CLUSTER)]))
    run_import(
        house.desk, Order("relations", path, "register", name="ties.csv"), by=SYSTEM, at=house.desk.now()
    )
