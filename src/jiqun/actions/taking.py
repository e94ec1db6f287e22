"""受理读数 taking readings: one process takes batches of the sites it holds; acknowledged means durable and counted once.

Whatever arrives together shares one segment and one fsync: callers judge their batches in their own threads, one writer
thread writes what has gathered, and a ticket tells each caller when its batches are on the disk.
"""

import errno
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import cast

from jiqun.actions.taking_sites import HeldSite, Register, hold_site, refused_batch
from jiqun.core.errors import InputError, JiqunError, SourceDown
from jiqun.factory.readings.judging import judge
from jiqun.factory.readings.taken import PointWords, TakenBatch, TakingLimits
from jiqun.lake.readings.known import KnownBatches
from jiqun.lake.readings.spool import ReadingSpool
from jiqun.lake.store import Lake

WAIT_S = 60.0
FULL = ("No space left", "File too large", "Disk quota")
LIMITS = TakingLimits()


@dataclass(frozen=True, slots=True)
class Pace:
    """How batches are gathered (受理节奏).

    gather_s      how long a group of batches waits for company before it is written; when many came with the last one,
                  as long as that took to write, at most `most_gather_s`: the fewer the segments, the less each batch costs
    many          so many batches in a group are many
    most_waiting  readings that may wait to be written; beyond it the gate says busy
    """

    gather_s: float = 0.005
    most_gather_s: float = 0.1
    many: int = 64
    most_waiting: int = 500_000

    def next_gather_s(self, batches: int, took_s: float) -> float:
        """How long the next group waits, after one of so many batches that took so long to write."""
        return max(self.gather_s, min(took_s, self.most_gather_s)) if batches >= self.many else self.gather_s


@dataclass(slots=True)
class Group:
    """Batches that share one segment and one fsync (一组批次); `done` tells how it ended."""

    taken: list[tuple[HeldSite, TakenBatch]] = field(default_factory=list)
    rows: int = 0
    done: "Future[None]" = field(default_factory=Future)


@dataclass(slots=True)
class Ticket:
    """What one caller waits for (回执凭据): ids that count once `waits` have ended well, and what is refused for good.

    fault  why the whole request was no batch, where it was put into quarantine as one
    """

    acknowledged: list[str] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    waits: list[Group] = field(default_factory=list)
    fault: JiqunError | None = None

    def answer(self, timeout_s: float = WAIT_S) -> dict[str, object]:
        """The answer of the contract, once everything in it is durable.

        SourceDown `intake.disk_full`, `intake.not_written` when it is not: then nothing is acknowledged.
        """
        for group in self.waits:
            try:
                group.done.result(timeout_s)
            except TimeoutError as error:
                raise SourceDown("intake.not_written", seen=f"{timeout_s:g} s") from error
        return {"acknowledged": self.acknowledged, "refused": self.refused}

    def when_done(self, call: Callable[[], None]) -> None:
        """Call once every group has ended, well or not; at once when nothing is waited for."""
        if not self.waits:
            call()
        elif len(self.waits) == 1:
            self.waits[0].done.add_done_callback(lambda _: call())
        else:
            self._when_all_done(call)

    def _when_all_done(self, call: Callable[[], None]) -> None:
        left = [len(self.waits)]
        turn = threading.Lock()

        def one(_: "Future[None]") -> None:
            with turn:
                left[0] -= 1
                last = left[0] == 0
            if last:
                call()

        for group in self.waits:
            group.done.add_done_callback(one)


class Gate:
    """Takes batches in one process (网关); safe to call from several threads.

    clock_us  microseconds since 1970 UTC, as the machine believes; arrivals of a site grow even when it jumps back
    """

    def __init__(
        self,
        lake: Lake,
        writer: str,
        register: Register,
        *,
        clock_us: Callable[[], int],
        pace: Pace = Pace(),
        limits: TakingLimits = LIMITS,
    ) -> None:
        self.lake, self.writer, self.register = lake, writer, register
        self.clock_us, self.pace, self.limits = clock_us, pace, limits
        self.last_fault = ""
        self._known = KnownBatches(lake)
        self._spool = ReadingSpool(lake.root, writer)
        self._sites: dict[str, HeldSite] = {}
        self._holding = threading.Lock()
        self._changed = threading.Condition()
        self._open = Group()
        self._closing = False
        self._thread = threading.Thread(target=self._write_all, name=f"gate {writer}", daemon=True)
        self._thread.start()

    def submit(self, site: str, batches: Sequence[object]) -> Ticket:
        """Take batches of a site; the ticket's answer comes when they are durable.

        SourceDown `intake.busy` when too much waits already, `intake.site_elsewhere` when another process holds the site;
        NotFound `factory.unknown` when there is no such site.
        """
        self._check_room()
        held = self._site(site)
        with held.turn:
            ticket, judged = Ticket(), dict[str, TakenBatch]()
            new: dict[str, PointWords] = {}
            for batch in batches:
                self._judge_one(held, batch, ticket, judged, new)
            if new:
                self.register.add_points(site, new)
                held.points = {**held.points, **new}
            self._add(held, judged, ticket)
        return ticket

    def quarantine(self, site: str, code: str, seen: object) -> Ticket:
        """Keep what was no batch at all: its reason and its first characters."""
        self._check_room()
        held = self._site(site)
        with held.turn:
            ticket, judged = Ticket(fault=InputError(code)), dict[str, TakenBatch]()
            self._refuse(held, seen, InputError(code), ticket, judged)
            self._add(held, judged, ticket)
        return ticket

    def status(self) -> dict[str, object]:
        """Counts per site, and what waits."""
        with self._changed:
            waiting, batches = self._open.rows, len(self._open.taken)
        return {
            "writer": self.writer, "last_fault": self.last_fault,
            "queue": {"readings": waiting, "batches": batches, "most": self.pace.most_waiting},
            "sites": {key: held.as_json() for key, held in sorted(self._sites.items())},
        }  # fmt: skip

    def close(self) -> None:
        """Write what has gathered, then give back sites, spool and lake."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(WAIT_S)
        if self._thread.is_alive():
            return  # it may still write: nobody else takes its sites before this process has ended
        self._spool.close()
        for held in self._sites.values():
            held.lock.release()
        self.lake.close()

    def _site(self, key: str) -> HeldSite:
        held = self._sites.get(key)
        if held is None:
            with self._holding:
                held = self._sites.get(key)
                if held is None:
                    held = hold_site(self.lake, key, self._known, self.register, self.writer)
                    self._sites[key] = held
        held.refresh(self.register)
        return held

    def _check_room(self) -> None:
        waiting = self._open.rows  # looked at without the lock: a little more or less does no harm
        if self._closing or waiting > self.pace.most_waiting:
            raise SourceDown("intake.busy", seen=waiting, allowed=self.pace.most_waiting)

    def _judge_one(
        self,
        held: HeldSite,
        batch: object,
        ticket: Ticket,
        judged: dict[str, TakenBatch],
        new: dict[str, PointWords],
    ) -> None:
        told: Mapping[str, object] = cast(Mapping[str, object], batch) if isinstance(batch, dict) else {}
        key = told.get("id")
        if isinstance(key, str) and self._is_known(held, key, ticket, judged):
            ticket.acknowledged.append(key)
            held.counts["duplicates"] += 1
            return
        points = {**held.points, **new} if new else held.points
        arrived_us = held.next_arrival(self.clock_us())
        try:
            taken = judge(told, site=held.key, known_points=points, arrived_us=arrived_us, limits=self.limits)
        except InputError as error:
            self._refuse(held, batch, error, ticket, judged)
            return
        judged[taken.id] = taken
        new.update(taken.new_points)
        ticket.acknowledged.append(taken.id)

    def _refuse(
        self, held: HeldSite, seen: object, error: JiqunError, ticket: Ticket, judged: dict[str, TakenBatch]
    ) -> None:
        """Keep a refused batch in quarantine under an id made of its content: sent again, it is kept once."""
        taken = refused_batch(held.key, seen, error, held.next_arrival(self.clock_us()))
        name = seen.get("id") if isinstance(seen, dict) else ""
        ticket.refused.append({"id": name if isinstance(name, str) else "", "code": error.code})
        held.counts["refused"] += 1
        if not self._is_known(held, taken.id, ticket, judged):
            judged[taken.id] = taken

    def _is_known(self, held: HeldSite, key: str, ticket: Ticket, judged: Mapping[str, TakenBatch]) -> bool:
        """Is this id durable, on its way, or in the same request? What is on its way is waited for."""
        group = held.in_flight.get(key)
        if isinstance(group, Group) and group not in ticket.waits:
            ticket.waits.append(group)
        return group is not None or key in judged or self._known.has(held.key, key)

    def _add(self, held: HeldSite, judged: Mapping[str, TakenBatch], ticket: Ticket) -> None:
        if not judged:
            return
        with self._changed:
            if self._closing:
                raise SourceDown("intake.busy", seen=0, allowed=0)
            group = self._open
            if not group.taken:
                self._changed.notify_all()
            for one in judged.values():
                group.taken.append((held, one))
                group.rows += one.readings + 1
        held.in_flight.update(dict.fromkeys(judged, group))
        if group not in ticket.waits:
            ticket.waits.append(group)

    def _write_all(self) -> None:
        gather_s = self.pace.gather_s
        while True:
            with self._changed:
                while not self._open.taken and not self._closing:
                    self._changed.wait()
                closing = self._closing
                if not self._open.taken:
                    return
            if not closing:
                time.sleep(gather_s)
            with self._changed:
                group, self._open = self._open, Group()
            began = time.monotonic()
            self._write(group)
            gather_s = self.pace.next_gather_s(len(group.taken), time.monotonic() - began)

    def _write(self, group: Group) -> None:
        try:
            self._spool.write([taken for _, taken in group.taken])
            fault = None
        except Exception as error:  # noqa: BLE001 - whatever a disk or library says: nobody is told it is safe
            fault = _not_written(error)
        self.last_fault = str(fault or "")
        for held in {id(held): held for held, _ in group.taken}.values():
            ours = [taken for one, taken in group.taken if one is held]
            with held.turn:
                if fault is None:
                    for taken in ours:
                        self._known.add(held.key, taken.id, taken.arrived_us)
                    held.count(ours)
                for taken in ours:
                    held.in_flight.pop(taken.id, None)
        if fault is None:
            group.done.set_result(None)
        else:
            group.done.set_exception(fault)


def _not_written(error: Exception) -> SourceDown:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    said = f"{error} {error.__cause__ or ''}"
    if full or any(words in said for words in FULL):
        return SourceDown("intake.disk_full", seen=str(error)[:200])
    return SourceDown("intake.not_written", seen=f"{type(error).__name__}: {error}"[:200])
