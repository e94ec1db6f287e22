"""首个读数 the first reading of a site: since when anything is known of it."""

import threading
from dataclasses import dataclass

from jiqun.factory.instants import day_of
from jiqun.lake.readings.files import by_day, new_since, source
from jiqun.lake.snapshot import Snapshot
from jiqun.lake.store import Lake


@dataclass(frozen=True, slots=True)
class _Looked:
    """The first reading among the files of a snapshot; None where there was none."""

    snapshot: Snapshot
    first_us: int | None


class FirstReadings:
    """First readings by site; safe to share between threads. Asked again, only files added since are opened."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._turn = threading.Lock()
        self._looked: dict[str, _Looked] = {}

    def of(self, site: str) -> int | None:
        """The instant (microseconds since 1970) the source says of the site's first reading; None before it."""
        snapshot = self._lake.snapshot("readings")
        with self._turn:
            looked = self._looked.get(site)
            if looked is None or looked.snapshot.version > snapshot.version:
                first_us = self._earliest(site, snapshot, None, None)
            elif looked.snapshot.version == snapshot.version:
                return looked.first_us
            else:
                fresh = set(new_since(snapshot, looked.snapshot))
                first_us = self._earliest(site, snapshot, fresh, looked.first_us)
            self._looked[site] = _Looked(snapshot, first_us)
            return first_us

    def _earliest(
        self, site: str, snapshot: Snapshot, only: set[str] | None, known_us: int | None
    ) -> int | None:
        """Day by day from the oldest, among some files (None: all), as far as anything earlier may still come."""
        for day, files in by_day(snapshot).items():
            if known_us is not None and day > day_of(known_us):
                break
            some = files if only is None else [file for file in files if file in only]
            found = self._first_in(site, some)
            if found is not None:
                return found if known_us is None else min(found, known_us)
        return known_us

    def _first_in(self, site: str, files: list[str]) -> int | None:
        if not files:
            return None
        sql = f"SELECT epoch_us(min(read_at)) FROM {source(files)} WHERE site = $site"
        found = self._lake.run(sql, {"site": site})[0][0]
        return None if found is None else int(str(found))
