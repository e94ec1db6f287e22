"""缓存 buffer: sealed batches on the box's own disk until the gate has them (store and forward).

One SQLite file in WAL (`buffer_file`), held by one process. A batch is written once, under a key that never changes,
together with the marks of what it was made from: after a kill the same batch goes out under the same key, and nothing is
taken twice. Keys begin with a word made anew at each start, so that a power cut that costs the last batches never gives
a key again.
"""

import sqlite3
import threading
import uuid
from collections.abc import Iterable

import orjson

from jiqun.core.errors import SourceDown
from jiqun.edge.buffer_file import drop_damaged, opened, sum_of
from jiqun.edge.config import BufferConfig
from jiqun.edge.parcels import Batch, Level, Parcel
from jiqun.factory.readings.contract import Gap

MARKS = 20_000  # so many batches back a message delivered again is known
OVERFLOW, FULL_DISK = "overflow", "disk_full"
NEXT = "SELECT sequence, id, body, to_us FROM batches WHERE sequence > ? AND sequence < ? ORDER BY sequence LIMIT ?"
NEWEST = """
SELECT max(coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'batches' AND typeof(seq) = 'integer'), 0),
  coalesce((SELECT max(sequence) FROM batches), 0))
"""
OLDEST = "SELECT sequence, rows, from_us, to_us, body FROM batches WHERE sequence NOT IN"


class Buffer:
    """The buffer of one box; safe to call from several threads."""

    def __init__(self, config: BufferConfig) -> None:
        self.config = config
        self.most = config.most_mb * 1_000_000
        self.start = uuid.uuid4().hex
        self.in_flight: frozenset[int] = frozenset()
        self.lost: dict[str, Gap] = {}  # gaps not yet written down, because the disk takes nothing
        self._lock = threading.Lock()
        self._db, self.damaged = opened(config)
        with self._db:
            for gap in drop_damaged(self._db):
                self._keep(gap)
        self._size = self._sum()

    def put(self, parcel: Parcel) -> str:
        """Seal a batch; gives its key once it is as durable as configured.

        SourceDown `edge.buffer_full` when it is refused, by the policy refuse_new or because the disk takes nothing; unless
        its source waits, its rows are then counted in a gap.
        """
        with self._lock:
            try:
                with self._db:
                    key = self._put(parcel)
            except sqlite3.OperationalError as error:
                self._size = self._sum()
                if not parcel.source_waits:
                    _grow(self.lost, Gap(parcel.from_us, parcel.to_us, parcel.rows, FULL_DISK))
                raise SourceDown("edge.buffer_full", seen=str(error)) from error
            if key is None:
                raise SourceDown("edge.buffer_full", seen=self._size, allowed=self.most)
            return key

    def next(
        self,
        *,
        after: int = 0,
        before: int = 2**62,
        most_bytes: int = 1_000_000,
        most: int = 50,
        hold: bool = False,
    ) -> list[Batch]:
        """Batches in order within (after, before): at least one if there is one, else up to the sizes told.

        hold  they are about to be sent: until `in_flight` says otherwise they are not dropped
        """
        with self._lock:
            found: list[Batch] = []
            size = 0
            for sequence, key, body, to_us in self._db.execute(NEXT, (after, before, most)):
                size += len(body)
                if found and size > most_bytes:
                    break
                found.append(Batch(key, sequence, body, to_us))
            if hold:
                self.in_flight = frozenset(one.sequence for one in found)
            return found

    def done(self, sequences: Iterable[int]) -> None:
        """The gate has these: they leave the buffer."""
        with self._lock, self._db:
            self._remove(sequences)

    def set_aside(self, batch: Batch, code: str) -> None:
        """The gate refuses a batch for good: keep it, out of the way of the others."""
        with self._lock, self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?)", (batch.id, code, batch.body)
            )
            self._remove([batch.sequence])

    def taken(self, mark: bytes) -> bool:
        """Was what carries this mark sealed before?"""
        with self._lock:
            return self._db.execute("SELECT 1 FROM marks WHERE mark = ?", (mark,)).fetchone() is not None

    def level(self) -> Level:
        """How full it is."""
        with self._lock:
            count, rows, oldest = self._db.execute(
                "SELECT count(*), coalesce(sum(rows), 0), min(from_us) FROM batches"
            ).fetchone()
            aside = self._db.execute("SELECT count(*) FROM set_aside").fetchone()[0]
            return Level(count, rows, self._size, oldest, aside)

    def newest(self) -> int:
        """Sequence of the newest batch there ever was; 0 before the first."""
        with self._lock:
            return self._newest()

    def untold(self) -> tuple[Gap, ...]:
        """Gaps the next batch will tell."""
        with self._lock:
            return self._untold()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _put(self, parcel: Parcel) -> str | None:
        size = len(orjson.dumps(parcel.body))
        if self._size + size > self.most and not self._make_room(size):
            if not parcel.source_waits:
                self._keep(Gap(parcel.from_us, parcel.to_us, parcel.rows, OVERFLOW))
            return None
        sequence = self._newest() + 1
        key = f"{self.start}-{sequence}"
        told = [
            {"from_us": g.from_us, "to_us": g.to_us, "count": g.count, "reason": g.reason}
            for g in self._untold()
        ]
        body = orjson.dumps({"id": key, "sequence": sequence, **parcel.body, "gaps": told})
        self._db.execute("DELETE FROM gaps")
        row = (sequence, key, len(body), parcel.rows, parcel.from_us, parcel.to_us)
        self._db.execute(
            "INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, body, sum_of(row, body))
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO marks VALUES (?, ?)", ((m, sequence) for m in parcel.marks)
        )
        self._db.execute("DELETE FROM marks WHERE at < ?", (sequence - MARKS,))
        self._db.commit()
        self._size += len(body)
        self.lost.clear()
        return key

    def _make_room(self, size: int) -> bool:
        """drop_oldest: give up the oldest batches that are not just being sent, and write down what is lost."""
        if self.config.overflow != "drop_oldest" or size > self.most:
            return False
        while self._size + size > self.most:
            held = ",".join(map(str, self.in_flight))
            row = self._db.execute(
                OLDEST + f" ({held}) ORDER BY sequence LIMIT 1"  # whole numbers of our own
            ).fetchone()
            if row is None:
                return False
            sequence, rows, from_us, to_us, body = row
            for told in orjson.loads(body)["gaps"]:  # what it was to tell is told by another
                self._keep(Gap(**told))
            self._keep(Gap(from_us, to_us, rows, OVERFLOW))
            self._remove([sequence])
        return True

    def _keep(self, gap: Gap) -> None:
        """Write a gap down: one stretch for each reason until it is told, however often it grows."""
        kept = {one.reason: one for one in self._written()}
        _grow(kept, gap)
        grown = kept[gap.reason]
        self._db.execute("INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?)",
                         (grown.reason, grown.from_us, grown.to_us, grown.count))  # fmt: skip

    def _written(self) -> list[Gap]:
        return [Gap(*row) for row in self._db.execute("SELECT from_us, to_us, count, reason FROM gaps")]

    def _untold(self) -> tuple[Gap, ...]:
        return (*self._written(), *self.lost.values())

    def _newest(self) -> int:
        return int(self._db.execute(NEWEST).fetchone()[0])

    def _remove(self, sequences: Iterable[int]) -> None:
        for one in sequences:
            row = self._db.execute("SELECT size FROM batches WHERE sequence = ?", (one,)).fetchone()
            if row:
                self._db.execute("DELETE FROM batches WHERE sequence = ?", (one,))
                self._size -= int(row[0])

    def _sum(self) -> int:
        return int(self._db.execute("SELECT coalesce(sum(size), 0) FROM batches").fetchone()[0])


def _grow(gaps: dict[str, Gap], gap: Gap) -> None:
    old = gaps.get(gap.reason, gap)
    count = gap.count + (old.count if gap.reason in gaps else 0)
    gaps[gap.reason] = Gap(min(old.from_us, gap.from_us), max(old.to_us, gap.to_us), count, gap.reason)
