"""缓存文件 the file of a buffer: opened, made when there is none, and looked through, so that what is damaged is never sent.

A file that is no buffer, or not whole, is set aside. In a file that is whole a single batch may still not be what was
sealed (a bad sector, a cheap card): each carries a sum over all that was written of it, and one that does not agree is kept
aside, and told as a gap.
"""

import sqlite3
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path

from jiqun.core.errors import SourceDown
from jiqun.edge.config import BufferConfig
from jiqun.factory.readings.contract import Gap

SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, size INTEGER NOT NULL, rows INTEGER NOT NULL,
  from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, body BLOB NOT NULL, summed INTEGER);
CREATE INDEX IF NOT EXISTS levels ON batches (rows, from_us, size);
CREATE TABLE IF NOT EXISTS gaps (
  reason TEXT PRIMARY KEY, from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS marks (mark BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ages ON marks (at);
CREATE TABLE IF NOT EXISTS set_aside (id TEXT PRIMARY KEY, code TEXT NOT NULL, body BLOB NOT NULL);
"""
COLUMNS = {
    "batches": ["sequence", "id", "size", "rows", "from_us", "to_us", "body", "summed"],
    "gaps": ["reason", "from_us", "to_us", "count"],
    "marks": ["mark", "at"],
    "set_aside": ["id", "code", "body"],
}
SYNCHRONOUS = {"power_cut": "FULL", "process_kill": "NORMAL"}
DAMAGED = "damaged"
_BATCHES = "SELECT sequence, id, size, rows, from_us, to_us, body, summed FROM batches"
_ODD_GAPS = """
DELETE FROM gaps WHERE typeof(reason) != 'text' OR typeof(from_us) != 'integer' OR typeof(to_us) != 'integer'
  OR typeof(count) != 'integer'
"""


def opened(config: BufferConfig) -> tuple[sqlite3.Connection, Path | None]:
    """The file of a buffer, made when there is none; a file that is no buffer is set aside, and where to is told.

    SourceDown `edge.buffer_in_use` when another process holds it.
    """
    try:
        config.path.parent.mkdir(parents=True, exist_ok=True)
        return _open(config), None
    except OSError as error:
        raise SourceDown("edge.buffer_in_use", seen=str(error)) from error
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise SourceDown("edge.buffer_in_use", seen=f"{config.path}: {error}") from error
    aside = config.path.with_name(f"{config.path.name}.damaged-{uuid.uuid4().hex[:8]}")
    config.path.rename(aside)
    for suffix in ("-wal", "-shm"):
        config.path.with_name(config.path.name + suffix).unlink(missing_ok=True)
    return _open(config), aside


def _open(config: BufferConfig) -> sqlite3.Connection:
    db = sqlite3.connect(config.path, check_same_thread=False, timeout=1)
    db.text_factory = lambda told: told.decode("utf-8", "replace")  # damaged text is for the sums to find
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {SYNCHRONOUS[config.durability]}")
        found = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
        if found != "ok":
            raise _corrupt(found)
        _lay_out(db)
    except sqlite3.DatabaseError:
        db.close()
        raise
    except UnicodeDecodeError as error:
        db.close()
        raise _corrupt(str(error)) from error
    return db


def _lay_out(db: sqlite3.Connection) -> None:
    """The tables, made where they are missing; a buffer of an earlier version learns to carry sums."""
    told = [row[1] for row in db.execute("PRAGMA table_info(batches)")]
    if told == COLUMNS["batches"][:-1]:
        db.execute("ALTER TABLE batches ADD COLUMN summed INTEGER")
    try:
        db.executescript(SCHEMA)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # tables of the same name, of another shape
            raise _corrupt(str(error)) from error
        raise
    for table, columns in COLUMNS.items():
        if [row[1] for row in db.execute(f"PRAGMA table_info({table})")] != columns:
            raise _corrupt(f"{table} is no table of a buffer")


def _corrupt(found: str) -> sqlite3.DatabaseError:
    fault = sqlite3.DatabaseError(found)
    fault.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return fault


def sum_of(row: tuple[int, str, int, int, int, int], body: bytes) -> int:
    """The sum of a batch over (sequence, id, size, rows, from_us, to_us) and its body."""
    return zlib.crc32(body, zlib.crc32(repr(row).encode("utf-8", "replace")))


def drop_damaged(db: sqlite3.Connection) -> Iterator[Gap]:
    """Move batches that are not what was sealed aside; gives what is lost with each, as far as its row can be believed."""
    db.execute(_ODD_GAPS)
    db.execute("DELETE FROM marks WHERE typeof(at) != 'integer'")
    bad = [
        (*row, body) for *row, body, summed in db.execute(_BATCHES) if not _agrees(tuple(row), body, summed)
    ]
    for sequence, key, _, rows, from_us, to_us, body in bad:
        name = f"{DAMAGED}-{sequence}-{str(key)[:80]}"
        db.execute("INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?)", (name, DAMAGED, body))
        db.execute("DELETE FROM batches WHERE sequence = ?", (sequence,))
        yield Gap(_whole(from_us), _whole(to_us), _whole(rows), DAMAGED)
    db.commit()


def _agrees(row: tuple[object, ...], body: object, summed: object) -> bool:
    _, key, size, *numbers = row
    sound = isinstance(key, str) and isinstance(body, bytes) and all(isinstance(one, int) for one in numbers)
    if not sound or size != len(body):  # type: ignore[arg-type]
        return False
    return summed is None or summed == sum_of(row, body)  # type: ignore[arg-type]


def _whole(told: object) -> int:
    return told if isinstance(told, int) and 0 <= told < 2**53 else 0
