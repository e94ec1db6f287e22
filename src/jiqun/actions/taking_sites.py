"""在管工厂 sites a process holds: lock, points, ids on their way, counts; and what a refused batch leaves."""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

import orjson

from jiqun.core.errors import JiqunError, SourceDown, WrongState
from jiqun.factory.readings.reasons import told
from jiqun.factory.readings.taken import HeldRow, PointWords, TakenBatch
from jiqun.lake.durable import FileLock
from jiqun.lake.layout import site_lock
from jiqun.lake.readings.handover import merge_former
from jiqun.lake.readings.known import KnownBatches
from jiqun.lake.store import Lake

REFRESH_S = 10.0


class Register(Protocol):
    """What the gate asks of the ledger (台账): the points of a site, and to write new ones down."""

    def points(self, site: str) -> Mapping[str, PointWords]:
        """Unit and kind by key; NotFound `factory.unknown` when there is no such site at work."""
        ...

    def add_points(self, site: str, new: Mapping[str, PointWords]) -> None:
        """Write points down that were met for the first time; doing it twice is harmless."""
        ...


@dataclass(slots=True)
class HeldSite:
    """One site this process takes batches of (在管工厂); `turn` guards everything in it.

    in_flight  ids judged and not yet durable, with the group they are written in
    """

    key: str
    lock: FileLock
    points: Mapping[str, PointWords]
    last_us: int
    turn: threading.RLock = field(default_factory=threading.RLock)
    in_flight: dict[str, object] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    lag_s: float | None = None
    read_at: float = field(default_factory=time.monotonic)

    def next_arrival(self, now_us: int) -> int:
        """The instant of the next batch: the clock's, and later than any before it."""
        self.last_us = max(now_us, self.last_us + 1)
        return self.last_us

    def refresh(self, register: Register) -> None:
        """Look again, now and then, whether a person changed a point or closed the site."""
        if time.monotonic() - self.read_at <= REFRESH_S:
            return
        with self.turn:
            if time.monotonic() - self.read_at > REFRESH_S:
                self.points = register.points(self.key)
                self.read_at = time.monotonic()

    def count(self, taken: Iterable[TakenBatch]) -> None:
        """Count what has become durable."""
        for one in taken:
            refused = one.id.startswith(REFUSED)
            self.counts["quarantined" if refused else "batches"] += 1
            self.counts["readings"] += one.readings
            self.counts["held"] += len(one.held)
            self.counts["gaps"] += len(one.gaps)
            self.counts["last_arrival_us"] = one.arrived_us
            if one.made_us is not None:
                self.lag_s = max(0.0, (one.arrived_us - one.made_us) / 1e6)

    def as_json(self) -> dict[str, object]:
        """Counts since the process took the site."""
        names = ("batches", "readings", "duplicates", "refused", "quarantined", "held", "gaps")
        return {name: self.counts[name] for name in names} | {
            "last_arrival_us": self.counts["last_arrival_us"] or None,
            "lag_s": self.lag_s,
            "waiting": len(self.in_flight),
        }


def hold_site(lake: Lake, key: str, known: KnownBatches, register: Register, writer: str) -> HeldSite:
    """Take a site's lock, then read what is known of it: another process may have written until a moment ago.

    SourceDown `intake.site_elsewhere` when another process holds it, `intake.site_unmerged` when what a former writer
    took of it cannot be merged yet.
    """
    points = register.points(key)
    lock = FileLock(site_lock(lake.root, key))
    try:
        lock.acquire()
    except WrongState as error:
        raise SourceDown("intake.site_elsewhere", seen=key) from error
    try:
        _settle_former(lake, key, writer)
        known.load(key)
        return HeldSite(key, lock, points, known.last_arrived_us(key))
    except BaseException:
        lock.release()
        raise


def _settle_former(lake: Lake, key: str, writer: str) -> None:
    try:
        merge_former(lake, key, writer)
    except Exception as error:
        raise SourceDown(
            "intake.site_unmerged", seen=f"{key}: {type(error).__name__}: {error}"[:200]
        ) from error


REFUSED = "refused."


def refused_batch(site: str, seen: object, error: JiqunError, arrived_us: int) -> TakenBatch:
    """What is kept of a batch that is none: one held row with its reason and first characters."""
    raw = seen if isinstance(seen, bytes) else _written(seen)
    stream = REFUSED + hashlib.blake2b(error.code.encode() + raw, digest_size=16).hexdigest()
    text = told(raw.decode("utf-8", "replace"))
    allowed = told(error.facts.get("allowed", ""))
    row = HeldRow("", error.code, text, allowed)
    return TakenBatch(f"{stream}-0", site, stream, 0, None, arrived_us, held=(row,))


def _written(seen: object) -> bytes:
    """A JSON value as bytes, different for different values; what nests deeper than the library writes, part by part."""
    try:
        return orjson.dumps(seen)
    except TypeError:
        left, out = [seen], list[bytes]()
        while left:
            one = left.pop()
            if isinstance(one, dict):
                told = cast(dict[str, object], one)
                out.append(b"{%d" % len(told))
                left += [*told.values(), *told]
            elif isinstance(one, list):
                rows = cast(list[object], one)
                out.append(b"[%d" % len(rows))
                left += rows[::-1]
            else:
                out.append(orjson.dumps(one))
        return b" ".join(out)
