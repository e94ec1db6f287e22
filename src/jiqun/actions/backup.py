"""备份与恢复 backup: all an office owns in one file — ledger, lake, uploads, work handed in — and back into an empty home.

The secret key stays out unless asked for: without it a restored home makes its own, and whoever was signed in signs in
again. Passwords and API tokens go on working, as they are kept as hashes of their own.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import transaction

import jiqun
from jiqun.actions import homes, outbox
from jiqun.actions.backup_archive import ArchiveWriter, Manifest
from jiqun.actions.backup_work import copy_work
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, WrongState
from jiqun.lake.standstill import data_files, files_kept, moving_files, standstill
from jiqun.ledger import audit, dump, permissions
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.scopes import EVERYTHING

SQLITE = "ledger.sqlite3"
TABLES = "ledger"
KEY = "secret.key"
WAIT_S = 600.0
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BackupReport:
    """What was written or brought back: file, its size, how many members, how long it took."""

    path: Path
    bytes: int
    files: int
    ledger: str
    with_key: bool
    seconds: float

    def as_json(self) -> dict[str, object]:
        """The object `--json` prints."""
        return {"ok": True, "path": str(self.path), "bytes": self.bytes, "files": self.files, "ledger": self.ledger,
                "with_key": self.with_key, "seconds": self.seconds}  # fmt: skip


@dataclass(frozen=True)
class BackupOrder:
    """How a backup is wanted.

    with_key  put the secret key in (then the file must be kept as safe as the key)
    portable  write the ledger as lines of JSON, which restore into SQLite or PostgreSQL alike
    force     write over a file that is there already
    """

    path: Path
    with_key: bool = False
    portable: bool = False
    force: bool = False


def backup(
    desk: Desk, order: BackupOrder, *, by: Actor, at: datetime, progress: Progress | None = None
) -> BackupReport:
    """Write a backup while others go on working; imports wait for the moment the ledger is copied.

    Data files that leave the tables meanwhile stay until it is done, however long it takes.
    """
    permissions.check(by, Permission.BACKUP, target_scope=EVERYTHING)
    started, path = perf_counter(), order.path.resolve()
    if path.exists() and not order.force:
        raise InputError("backup.file_exists", seen=str(path))
    if path.is_relative_to(desk.home.resolve()):
        raise InputError("backup.inside_home", seen=str(path))
    if not path.parent.is_dir():
        raise InputError("export.no_folder", seen=str(path.parent))
    portable = order.portable or not dump.is_sqlite()
    with (
        tempfile.TemporaryDirectory(prefix=".jiqun-backup-", dir=path.parent) as folder,
        files_kept(desk.lake.root, wait_s=WAIT_S),
    ):
        still, live = _still(desk, Path(folder), portable=portable)
        with ArchiveWriter(path) as archive:
            _add_all(archive, _members(desk, still, live, with_key=order.with_key), progress or _silent)
            archive.finish(_about(desk, at=at, portable=portable, with_key=order.with_key))
    done = BackupReport(
        path, path.stat().st_size, len(archive.files), "portable" if portable else "sqlite", order.with_key,
        round(perf_counter() - started, 3),
    )  # fmt: skip
    with transaction.atomic():
        detail = {"file": path.name, "bytes": done.bytes, "files": done.files, "with_key": done.with_key}
        audit.record(by, "home.backup", "home", detail, at=at)
    return done


def _still(desk: Desk, folder: Path, *, portable: bool) -> tuple[Path, list[Path]]:
    """Copy ledger, logs and spool as of one moment, then the work handed in; gives where, and the data files of the logs."""
    root = desk.lake.root
    with standstill(root, outbox.WRITERS, wait_s=WAIT_S):
        if portable:
            (folder / TABLES).mkdir()
            dump.write_tables(folder / TABLES)
        else:
            dump.copy_sqlite(folder / SQLITE)
        for path in moving_files(root):
            target = folder / "lake" / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        live = [Path(name) for files in data_files(desk.lake).values() for name in files]
    copy_work(desk, folder)
    return folder, live


def _members(desk: Desk, still: Path, live: list[Path], *, with_key: bool) -> list[tuple[str, Path]]:
    found = [
        (path.relative_to(still).as_posix(), path) for path in sorted(still.rglob("*")) if path.is_file()
    ]
    root = desk.lake.root
    found += [(f"lake/{path.relative_to(root).as_posix()}", path) for path in live]
    uploads = sorted(path for path in desk.uploads.rglob("*") if path.is_file())
    kept = (path for path in uploads if path.suffix not in (".lock", ".tmp", ".upload"))
    found += [(f"uploads/{path.relative_to(desk.uploads).as_posix()}", path) for path in kept]
    if with_key:
        found.append((KEY, desk.home / KEY))
    return found


def _add_all(archive: ArchiveWriter, members: Iterable[tuple[str, Path]], progress: Progress) -> None:
    listed = list(members)
    for number, (name, path) in enumerate(listed):
        progress("备份 backup", number, len(listed))
        try:
            archive.add(name, path)
        except FileNotFoundError:
            if not name.startswith("uploads/"):  # an upload may be discarded meanwhile; nothing else may go
                raise
    progress("备份 backup", len(listed), len(listed))


def _about(desk: Desk, *, at: datetime, portable: bool, with_key: bool) -> dict[str, Any]:
    return {
        "jiqun": jiqun.__version__,
        "made_at": at.isoformat(),
        "ledger": "portable" if portable else "sqlite",
        "with_key": with_key,
        "migrations": dump.applied(),
        "tables": {name: desk.lake.snapshot(name).version for name in data_files(desk.lake)},
    }


def fill_ledger(home: Path, manifest: Manifest, *, migrate_to: Callable[[str, str], None]) -> None:
    """Bring the ledger of an unpacked archive into this home's database, at the version it was written.

    migrate_to  brings one app's tables to a migration
    """
    migrations: dict[str, list[str]] = dict(manifest.about.get("migrations", {}))
    newer = dump.unknown(migrations)
    if newer:
        raise InputError("backup.newer", seen=" ".join([str(manifest.about.get("jiqun", "")), *newer[:3]]))
    if manifest.about.get("ledger") == "sqlite":
        if not dump.is_sqlite():
            raise InputError("backup.other_database", seen="SQLite", allowed="jiqun backup --portable")
        return
    if not dump.is_empty():
        raise WrongState("backup.not_empty", seen="JIQUN_DATABASE_URL")
    for app, names in migrations.items():
        migrate_to(app, names[-1])
    dump.read_tables(home / TABLES, migrations)
    shutil.rmtree(home / TABLES)


def note_restored(desk: Desk, path: Path, manifest: Manifest, *, by: Actor, at: datetime) -> None:
    """Finish what was under way when the backup was made, and put the restoring on the trail."""
    with transaction.atomic():
        told = {name: manifest.about.get(name) for name in ("jiqun", "made_at", "ledger")}
        audit.record(by, "home.restore", "home", {"file": path.name, **told}, at=at)
    homes.prepare(desk, by=by, at=at)


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total
