"""Held tables 常驻小表: small tables a warm process is asked for again and again, read into memory once per version.

A question over a dozen small files spends most of its time opening them. The files stay what counts: a new version of
the table is read anew, and a process that asks only once or twice reads the files.
"""

import threading
from collections import OrderedDict
from itertools import count

import duckdb

from jiqun.lake.snapshot import Snapshot

SMALL_BYTES = 2_000_000
ASKED_BEFORE = 3
VERSIONS_KEPT = 8


class HeldTables:
    """Small tables of one DuckDB database, in memory; safe to share between threads."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        self._turn = threading.Lock()
        self._asked: dict[str, tuple[Snapshot, int]] = {}
        self._held: OrderedDict[Snapshot, str] = OrderedDict()
        self._names = count(1)

    def name_of(self, snapshot: Snapshot, source: str) -> str:
        """Name under which a snapshot is held; empty when it is large or was hardly asked for yet.

        source  what stands after FROM to read its files
        """
        if snapshot.size_bytes > SMALL_BYTES:
            return ""
        with self._turn:
            if snapshot in self._held:
                return self._held[snapshot]
            last, times = self._asked.get(snapshot.table, (snapshot, 0))
            times = times + 1 if last == snapshot else 1
            self._asked[snapshot.table] = (snapshot, times)
            return self._hold(snapshot, source) if times > ASKED_BEFORE else ""

    def _hold(self, snapshot: Snapshot, source: str) -> str:
        """Read it; the oldest go, long after the last question over them has its answer."""
        name = f"held_{snapshot.table}_{next(self._names)}"
        cursor = self._database.cursor()
        cursor.execute(f"CREATE TABLE {name} AS SELECT * FROM {source}")
        self._held[snapshot] = name
        while len(self._held) > VERSIONS_KEPT:
            _, gone = self._held.popitem(last=False)
            cursor.execute(f"DROP TABLE {gone}")
        cursor.close()
        return name
