"""A small world for tests of actions: a home with its places and clusters, files handed in, and what became of them."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from gate_rows import LIST_HEADER, as_csv, uscc

from jiqun.actions import batches as acts
from jiqun.actions.desk import ZONE, Desk
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.lake.facts import FactReader
from jiqun.ledger import batches, quarantine, subjects
from jiqun.ledger.permissions import Actor, Grant, system
from jiqun.ledger.scopes import Scope
from jiqun.ledger.subjects import Subject

SYSTEM = system("test")
MORNING = datetime(2026, 11, 21, 8, 0, tzinfo=ZONE)
XINCHANG, SHENGZHOU = "330624", "330683"
FACT_HEADER = ("subject", "indicator", "period", "value", "unit")
SUBJECT_HEADER = ("key", "label_zh", "region", "note")
RELATION_HEADER = ("subject", "predicate", "object", "valid_from", "valid_to", "note")
Cells = Sequence[str]


def firm(
    number: int, county: str = XINCHANG, *, address: str = "", since: str = "2001-03-04"
) -> tuple[str, ...]:
    """A row of a list of enterprises: name, code, address, day of establishment."""
    place = {XINCHANG: "新昌县", SHENGZHOU: "嵊州市"}[county]
    name = f"{place}试样轴承{number}号有限公司"
    return name, uscc(number, county), address or f"浙江省绍兴市{place}人民路{number}号", since


def key_of(number: int, county: str = XINCHANG) -> str:
    """Key of that enterprise."""
    return f"enterprise:{uscc(number, county)}"


def officer(role: str, kind: str = "all", key: str = "") -> Actor:
    """A person with one role for one scope."""
    return Actor(1, role, (Grant(role, Scope(kind, key)),))


def crashing(*_: object, **__: object) -> None:
    """What stands for a kill at this point."""
    raise CrashError


class CrashError(Exception):
    """The process is gone."""


@dataclass
class World:
    """The world and its clock, which goes on by a minute whenever something happens."""

    desk: Desk
    minutes: int = 0
    files: int = field(default=0)

    def now(self) -> datetime:
        """The next minute."""
        self.minutes += 1
        return MORNING + timedelta(minutes=self.minutes)

    def file(self, header: Cells, rows: Sequence[Cells], name: str = "") -> Path:
        """A file an office hands in."""
        self.files += 1
        path = self.desk.home / (name or f"来件{self.files}.csv")
        path.write_text(as_csv(header, rows), encoding="utf-8")
        return path

    def load(
        self,
        kind: str,
        header: Cells,
        rows: Sequence[Cells],
        *,
        by: Actor = SYSTEM,
        at: datetime | None = None,
        **order: object,
    ) -> ImportReport:
        """Import rows of a kind under the source `sheet` unless told otherwise."""
        told = Order(kind, self.file(header, rows), str(order.pop("source", "sheet")), **order)  # type: ignore[arg-type]
        return run_import(self.desk, told, by=by, at=at or self.now())

    def enterprises(self, *rows: Cells, header: Cells = LIST_HEADER, **more: object) -> ImportReport:
        """Import a list of enterprises."""
        return self.load("enterprises", header, rows, **more)  # type: ignore[arg-type]

    def facts(self, *rows: Cells, header: Cells = FACT_HEADER, **more: object) -> ImportReport:
        """Import a table of facts."""
        return self.load("facts", header, rows, **more)  # type: ignore[arg-type]

    def subjects(self, *rows: Cells, header: Cells = SUBJECT_HEADER, **more: object) -> ImportReport:
        """Import subjects."""
        return self.load("subjects", header, rows, **more)  # type: ignore[arg-type]

    def relations(self, *rows: Cells, header: Cells = RELATION_HEADER, **more: object) -> ImportReport:
        """Import relations."""
        return self.load("relations", header, rows, **more)  # type: ignore[arg-type]

    def undo(self, report: ImportReport, *, by: Actor = SYSTEM, at: datetime | None = None) -> acts.Undoing:
        """Take back what an import brought."""
        return acts.undo(self.desk, batch_of(report), by=by, at=at or self.now())

    def told(
        self, *, as_of: date | datetime | None = None, **asked: object
    ) -> dict[tuple[str, str, str], str]:
        """Facts as known: (subject, indicator, period) to value in the indicator's unit."""
        rows = FactReader(self.desk.lake).facts(as_of=as_of, **asked)
        found = {
            (row["subject"], row["indicator"], row["period"]): f"{row['base_value']:f}".rstrip("0").rstrip(
                "."
            )
            for row in rows
        }
        assert len(found) == len(rows), "one statement is known twice"
        return found  # type: ignore[return-value]

    def held(self, report: ImportReport) -> tuple[quarantine.Item, ...]:
        """Rows of an import that wait in quarantine."""
        return tuple(quarantine.list_page(batch=batch_of(report), state="waiting", size=100).rows)

    def state(self, report: ImportReport) -> str:
        """State of the batch of an import."""
        return batches.get(batch_of(report)).state

    def subject(self, key: str) -> Subject | None:
        """A subject, if the ledger holds it."""
        return subjects.get_many([key]).get(key)

    def registrations(self) -> int:
        """Rows of the lake's table of registrations."""
        return int(
            str(self.desk.lake.run(f"SELECT count(*) FROM {self.desk.lake.table_sql('registrations')}")[0][0])
        )


def batch_of(report: ImportReport) -> str:
    """The batch an import made."""
    assert report.batch_id
    return report.batch_id


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    """Rows, created, updated, unchanged, quarantined."""
    return report.rows, report.created, report.updated, report.unchanged, report.quarantined


def new_desk(home: Path, shared: Mapping[str, object], empty_lake: Path) -> Desk:
    """A desk in a folder of its own, with an empty lake and packs that were read before."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copytree(empty_lake, home / "lake")
    desk = Desk(home, Path(str(shared["packs"])), memory_mb=256)
    desk.__dict__.update({name: value for name, value in shared.items() if name != "packs"})
    return desk
