"""What the tests of the intake share: batches as a box makes them, a ledger in memory, a gate that reads back."""

import atexit
import json
import shutil
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jiqun.actions.taking import Gate, Pace
from jiqun.core.errors import NotFound, SourceDown
from jiqun.core.messages import Messages
from jiqun.factory.readings.contract import encode
from jiqun.intake.requests import Desk
from jiqun.lake.readings.merging import merge_readings
from jiqun.lake.store import Lake

ROOT = Path(__file__).resolve().parents[1]
NOW_US = 1_795_000_000_000_000
QUICK = Pace(gather_s=0.0005)


class Ledger:
    """Sites and points in memory, as the gate asks for them."""

    def __init__(self, *sites: str) -> None:
        self.known: dict[str, dict[str, tuple[str, str]]] = {site: {} for site in sites}
        self.down = False

    def points(self, site: str) -> Mapping[str, tuple[str, str]]:
        if self.down:
            raise SourceDown("store.down", seen="test")
        if site not in self.known:
            raise NotFound("factory.unknown", seen=site)
        return dict(self.known[site])

    def add_points(self, site: str, new: Mapping[str, tuple[str, str]]) -> None:
        if self.down:
            raise SourceDown("store.down", seen="test")
        for key, words in new.items():
            self.known[site].setdefault(key, words)


class Clock:
    """Microseconds set by hand."""

    def __init__(self, us: int = NOW_US) -> None:
        self.us = us

    def __call__(self) -> int:
        return self.us


class Box:
    """Makes batches as a box does: one stream, growing numbers."""

    def __init__(self, name: str = "") -> None:
        self.stream = name or uuid.uuid4().hex
        self.last = 0

    def batch(
        self,
        values: Iterable[object] = (1.0,),
        *,
        key: str = "furnace.temperature",
        at: int = NOW_US,
        **words: Any,
    ) -> dict[str, Any]:
        self.last += 1
        given = list(values)
        rows = len(given)
        columns = {
            "point": [0] * rows, "read_us": [at + self.last * 1000 + n for n in range(rows)], "arrived_us": [at] * rows,
            "value": given, "quality": ["good"] * rows, "flag": [""] * rows,
        }  # fmt: skip
        return {
            "id": f"{self.stream}-{self.last}", "sequence": self.last, "made_us": at,
            "points": [{"key": key, "unit": "℃", "kind": "measurement"}], "readings": columns, "refused": [], "gaps": [],
        } | words  # fmt: skip


def body(site: str, *batches: object) -> bytes:
    """A request as a box posts it."""
    return encode(site, [json.dumps(one).encode() for one in batches])


@cache
def _empty() -> Path:
    """A lake with empty tables, made once: making one syncs every table."""
    folder = Path(tempfile.mkdtemp(prefix="jiqun-empty-lake-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Lake(folder, threads=1).close()
    return folder


def lake_at(root: Path) -> Lake:
    """The lake of a folder, from a copy of an empty one where there is none."""
    if not (root / "tables").exists():
        shutil.copytree(_empty(), root, dirs_exist_ok=True)
    return Lake(root, threads=1)


def gate_at(
    root: Path, ledger: Ledger, *, clock: Clock | None = None, writer: str = "gate", pace: Pace = QUICK
) -> Gate:
    return Gate(lake_at(root), writer, ledger, clock_us=clock or Clock(), pace=pace)


@cache
def messages() -> Messages:
    return Messages.load(ROOT / "packs" / "errors.toml")


def desk_of(gate: Gate, most_bytes: int = 1_000_000) -> Desk:
    return Desk(gate, messages(), most_bytes)


def stored(
    root: Path, table: str = "readings", columns: str = "value", *, writers: Iterable[str] = ("gate",)
) -> list[Any]:
    """Merge what waits and read a table."""
    lake = lake_at(root)
    for writer in writers:
        merge_readings(lake, writer)
    rows = lake.run(f"SELECT {columns} FROM {lake.table_sql(table)} ORDER BY ALL")
    lake.close()
    return [row[0] if len(row) == 1 else row for row in rows]


def together(work: Iterable[Any]) -> None:
    """Run calls at once, each in a thread."""
    threads = [threading.Thread(target=one) for one in work]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def certificates(folder: Path) -> None:
    """An authority, a server, a client called spring, and one signed by nobody we know."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    for name in ("ca", "other"):
        openssl("req", "-x509", *new, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
    (folder / "san").write_text("subjectAltName=DNS:localhost")
    for name, subject, ca in (
        ("server", "localhost", "ca"),
        ("spring", "spring", "ca"),
        ("stranger", "spring", "other"),
    ):
        openssl("req", *new[:-2], "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={subject}")
        openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-days", "2",
            "-extfile", "san", "-out", f"{name}.pem",
        )  # fmt: skip
