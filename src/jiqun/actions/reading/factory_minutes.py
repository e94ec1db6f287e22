"""最近几分钟 the last minutes of a factory, kept in memory: every look opens only what arrived since the last one."""

from bisect import insort
from collections.abc import Iterable, Sequence

from jiqun.factory.instants import MINUTE
from jiqun.lake.readings.reader import ReadingReader
from jiqun.lake.readings.rows import ReadingRow

FRESH = 5 * MINUTE
AT_ONCE = 50_000


class Minutes:
    """Rows of some points of one site; not to be shared between threads without a lock."""

    def __init__(self, reader: ReadingReader, site: str) -> None:
        self._reader, self.site = reader, site
        self._keys: tuple[str, ...] = ()
        self._rows: dict[str, list[ReadingRow]] = {}
        self._position: int | None = None
        self._asked_us = 0

    def rows(self, keys: Sequence[str], start_us: int, end_us: int) -> list[ReadingRow]:
        """Rows of the points from `start_us` to before `end_us`, in order of (point, read_us)."""
        if self._position is None or tuple(keys) != self._keys or not 0 <= end_us - self._asked_us < FRESH:
            self._begin(keys, start_us, end_us)
        else:
            self._follow(self._position)
        self._asked_us = end_us
        for key, own in self._rows.items():
            self._rows[key] = [row for row in own if row[1] >= start_us]
        return [row for key in self._keys for row in self._rows.get(key, ()) if row[1] < end_us]

    def _begin(self, keys: Sequence[str], start_us: int, end_us: int) -> None:
        self._keys, self._rows = tuple(keys), {}
        found = self._reader.rows(self.site, self._keys, start_us=start_us, end_us=end_us) if keys else []
        self._keep(found)
        self._position = max((row[5] for row in found), default=start_us)

    def _follow(self, position: int) -> None:
        while True:
            found = self._reader.since(self.site, position, AT_ONCE)
            self._keep(found)
            if found:
                position = self._position = found[-1][5]
            if len(found) < AT_ONCE:
                return

    def _keep(self, rows: Iterable[ReadingRow]) -> None:
        """Late ones find their place; one that was sent twice is kept once."""
        wanted = set(self._keys)
        for row in rows:
            if row[0] not in wanted:
                continue
            own = self._rows.setdefault(row[0], [])
            if not own or own[-1][1] < row[1]:
                own.append(row)
            elif all(one[1] != row[1] or one[2:4] != row[2:4] for one in own):
                insort(own, row, key=lambda one: one[1])
