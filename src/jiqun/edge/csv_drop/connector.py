"""CSV 文件夹: waits until a file no longer grows, takes it once, and moves it to `taken` or `refused`."""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jiqun.core.errors import InputError, SourceDown
from jiqun.edge.connection import UP, Connector
from jiqun.edge.csv_drop.rows import column_of, rows_of
from jiqun.factory.readings.model import Sample
from jiqun.factory.readings.reasons import MALFORMED, TOO_LONG

LOOK_S = 0.5
MOST_BYTES = 50_000_000
AT_ONCE = 2_000  # rows sealed together
TAKEN, REFUSED = "taken", "refused"


@dataclass(slots=True)
class _Part:
    samples: list[Sample] = field(default_factory=list)
    refused: list[tuple[str, str, object]] = field(default_factory=list)


class CsvDrop(Connector):
    """Watches one folder (CSV 文件夹)."""

    async def session(self) -> None:
        """Look for files until the folder is gone."""
        folder = self.config.path("folder")
        folder.mkdir(parents=True, exist_ok=True)
        self.state, self.last_fault = UP, ""
        seen: dict[Path, tuple[int, int, float]] = {}
        while True:
            for path in sorted(p for p in folder.iterdir() if p.suffix.lower() == ".csv" and p.is_file()):
                if self._settled(path, seen):
                    await self._take(path)
                    seen.pop(path, None)
            await asyncio.sleep(LOOK_S)

    def _settled(self, path: Path, seen: dict[Path, tuple[int, int, float]]) -> bool:
        """Has its size and change time stood still long enough?"""
        try:
            stat = path.stat()
        except OSError:
            return False
        now = self.collector.clock.monotonic()
        size, changed, since = seen.get(path, (-1, -1, now))
        if (size, changed) != (stat.st_size, stat.st_mtime_ns):
            seen[path] = (stat.st_size, stat.st_mtime_ns, now)
            return False
        return now - since >= self.config.whole("settled_s")

    async def _take(self, path: Path) -> None:
        """Take one file, part by part; each part has a mark, so that a kill in the middle takes no part twice."""
        if path.stat().st_size > MOST_BYTES:
            self.collector.refuse(self.name, TOO_LONG, path.name, f"{path.stat().st_size} B")
            self._move(path, REFUSED)
            return
        data = await asyncio.to_thread(path.read_bytes)
        whole = hashlib.blake2b(path.name.encode() + b"\0" + data, digest_size=16)
        try:
            await asyncio.to_thread(self._check, data)
        except InputError as error:
            self.collector.refuse(self.name, MALFORMED, path.name, error.facts.get("seen", ""))
            self._move(path, REFUSED)
            return
        parts = enumerate(self._parts(data))
        while (one := await asyncio.to_thread(next, parts, None)) is not None:
            number, part = one
            mark = hashlib.blake2b(whole.digest() + number.to_bytes(4), digest_size=16).digest()
            await self._put(part, mark)
        self.counts["files"] += 1
        self._move(path, TAKEN)

    def _check(self, data: bytes) -> None:
        """Read to the end once and keep nothing: of a file that breaks off further down nothing is taken."""
        for _ in self._rows(data):
            pass

    def _rows(self, data: bytes) -> Iterator[tuple[list[Sample], list[tuple[str, str, object]]]]:
        columns = [column_of(point) for point in self.config.points]
        return rows_of(
            data,
            columns,
            time_column=self.config.text("time_column"),
            hours_east=self.config.whole("time_zone_hours"),
        )

    def _parts(self, data: bytes) -> Iterator[_Part]:
        """Rows sealed together, one part in memory at a time."""
        part = _Part()
        for number, (samples, refused) in enumerate(self._rows(data), start=1):
            part.samples += samples
            part.refused += refused
            self.counts["bad_rows"] += bool(refused)
            if number % AT_ONCE == 0:
                yield part
                part = _Part()
        yield part

    async def _put(self, part: _Part, mark: bytes) -> None:
        while True:
            try:
                if not await self.collector.put(self.name, part.samples, marks=[mark], refused=part.refused):
                    self.counts["taken_before"] += 1
                return
            except SourceDown as error:  # the file waits
                self.last_fault = str(error)[:200]
                await asyncio.sleep(1.0)

    def _move(self, path: Path, where: str) -> None:
        if where == TAKEN and not self.config.options["keep"]:
            path.unlink()
            return
        folder = path.parent / where
        folder.mkdir(exist_ok=True)
        aim, number = folder / path.name, 1
        while aim.exists():
            aim, number = folder / f"{path.stem}.{number}{path.suffix}", number + 1
        path.rename(aim)
