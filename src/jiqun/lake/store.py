"""Store 事实库的门: one folder of Delta tables, read by DuckDB in memory."""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import duckdb
from arro3.core import Array, DataType, Table

from jiqun.lake import compaction
from jiqun.lake.catalogue import TABLES
from jiqun.lake.encode import SQL_TYPE, quoted
from jiqun.lake.held import HeldTables
from jiqun.lake.snapshot import Snapshot, SnapshotCache, ensure_table
from jiqun.lake.spool import Spool
from jiqun.lake.trust import TRUST, TrustRow, trust_table

if TYPE_CHECKING:  # Ibis is for who writes questions; gate and merger live without it
    from jiqun.lake.compile import Query

ANSWERS_KEPT = 256
Answer = TypeVar("Answer")
Params = Sequence[object] | Mapping[str, object]


FOLLOWING = "facts"
"""The table that is read under today's identities."""
IDENTITIES = "identities"


def identity_table(today: Mapping[str, str]) -> Table:
    """Identities as a table of two columns, former and today."""
    columns = {"former": list(today), "today": list(today.values())}
    return Table.from_pydict({name: Array(keys, DataType.string()) for name, keys in columns.items()})


def _as_today(source: str) -> str:
    """Facts with their subject as it goes by today. Two branches, so that a narrowing by subject still prunes files."""
    named = handed_in_name(IDENTITIES)
    rest = f"SELECT f.* FROM {source} AS f ANTI JOIN {named} AS i ON f.subject = i.former"
    moved = f"SELECT f.* REPLACE (i.today AS subject) FROM {source} AS f JOIN {named} AS i ON f.subject = i.former"
    return f"({rest} UNION ALL {moved})"


def handed_in_name(name: str) -> str:
    """Name under which rows handed in with a question are known to DuckDB while it runs."""
    return f"handed_in_{name}"


class Lake:
    """Tables under `root`, created when missing; safe to share between threads of one process.

    identities  gives the subjects that are read under another, with that other's key: facts stay recorded under the
                subject they were recorded for, and every question sees them under the one it goes by today
    trusted     gives the order of trust between sources as it stands; whoever opens the lake sets it
    """

    def __init__(
        self,
        root: Path,
        *,
        memory_limit: str = "1GB",
        threads: int | None = None,
        identities: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.root = Path(root)
        self.identities = identities
        for table in TABLES.values():
            ensure_table(self.root, table)
        config: dict[str, object] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory_limit,
        }
        if threads is not None:
            config["threads"] = threads
        self._database = duckdb.connect(":memory:", config=config)
        self._database.execute("SET parquet_metadata_cache = true")
        self._local = threading.local()
        self._turn = threading.Lock()
        self._caches = {name: SnapshotCache(self.root, table) for name, table in TABLES.items()}
        self._spools: dict[str, Spool] = {}
        self._held = HeldTables(self._database)
        self._answers: dict[Hashable, tuple[tuple[Hashable, ...], object]] = {}
        self.trusted: Callable[[], tuple[TrustRow, ...]] = tuple
        self._trust: tuple[tuple[TrustRow, ...], Table] = ((), trust_table(()))

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own DuckDB cursor."""
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._database.cursor()
        return cursor

    def run(self, sql: str, params: Params = ()) -> list[tuple[object, ...]]:
        """Run SQL with bound parameters and fetch every row."""
        return self.cursor().execute(sql, params).fetchall()

    def snapshot(self, name: str) -> Snapshot:
        """The table's newest version and its files."""
        return self._caches[name].newest()

    def table_sql(self, name: str) -> str:
        """The table as it can stand after FROM: its own files of the newest snapshot, no folder listing.

        A small table that is asked again and again is held in memory (see `held`).
        """
        snapshot = self.snapshot(name)
        files = snapshot.files
        if not files:
            columns = ", ".join(
                f'CAST(NULL AS {SQL_TYPE[c.type]}) AS "{c.name}"' for c in TABLES[name].columns
            )
            return f"(SELECT {columns} WHERE false)"
        listed = ", ".join(f"'{quoted(file)}'" for file in files)
        source = f"read_parquet([{listed}])"
        return self._held.name_of(snapshot, source) or source

    def ask(
        self,
        query: "Query",
        params: Mapping[str, object] | None = None,
        *,
        tables: Mapping[str, Table] | None = None,
        page: tuple[int | None, int] = (None, 0),
        as_recorded: bool = False,
    ) -> list[tuple[object, ...]]:
        """Run a compiled query over the newest snapshots.

        params       values of the query's parameters; instants are UTC without zone
        tables       rows handed in with the question, by the name the query knows them under
        page         most rows (None for all) and rows to leave out before them
        as_recorded  facts under the subject they were recorded for, not the one it goes by today
        """
        handed_in, cursor = dict(tables or {}), self.cursor()
        if TRUST in query.tables and TRUST not in handed_in:
            handed_in[TRUST] = self.trust_rows()
        sources = {name: self.table_sql(name) for name in query.tables if name not in handed_in}
        today = {} if as_recorded or FOLLOWING not in sources else self.identities()
        if today:
            handed_in[IDENTITIES] = identity_table(today)
            sources[FOLLOWING] = _as_today(sources[FOLLOWING])
        sources |= {name: handed_in_name(name) for name in handed_in}
        limit, offset = page
        sql = query.over(sources) + (f" LIMIT {int(limit)}" if limit is not None else "")
        sql += f" OFFSET {int(offset)}" if offset else ""
        for name, rows in handed_in.items():
            cursor.register(handed_in_name(name), rows)
        try:
            return cursor.execute(sql, params or {}).fetchall()
        finally:
            for name in handed_in:
                cursor.unregister(handed_in_name(name))

    def trust_rows(self) -> Table:
        """The order of trust as a table; the same object as long as it does not change."""
        rows = self.trusted()
        if rows != self._trust[0]:
            self._trust = (rows, trust_table(rows))
        return self._trust[1]

    def kept(self, question: Hashable, tables: Sequence[str], answer: Callable[[], Answer]) -> Answer:
        """The answer to a costly question, kept until one of the tables has a new version; it is not to be changed.

        question  whatever tells one question from another, its arguments included
        """
        versions = (*(self.snapshot(name).version for name in tables), self.identity_mark())
        with self._turn:
            found = self._answers.get(question)
        if found is not None and found[0] == versions:
            return cast(Answer, found[1])
        made = answer()
        with self._turn:
            self._answers.pop(question, None)
            self._answers[question] = (versions, made)
            while len(self._answers) > ANSWERS_KEPT:
                self._answers.pop(next(iter(self._answers)))
        return made

    def identity_mark(self) -> Hashable:
        """What tells one state of the identities from another, for whoever keeps an answer."""
        return frozenset(self.identities().items())

    def spool(self, writer: str, *, wait_s: float = 0.0) -> Spool:
        """This process's spool of a writer, opened once."""
        with self._turn:
            if writer not in self._spools:
                self._spools[writer] = Spool(self.root, writer, wait_s=wait_s)
            return self._spools[writer]

    def compact(self, name: str) -> int:
        """Rewrite a table's files as one sorted file; gives the number of files replaced."""
        return compaction.compact(self.root, name, self.cursor())

    def compact_if_many(self, name: str, *, most: int = compaction.MOST_LIVE_FILES) -> int:
        """Compact once the table has `most` live files, because each commit costs more the more there are.

        Of a table whose files hold a day each only the tiers that are full are joined, each by itself.
        """
        snapshot = self.snapshot(name)
        if TABLES[name].day_by:
            rows = {Path(file).name: count for file, count in snapshot.rows.items()}
            full = compaction.full_tiers(rows)
            return compaction.join_tiers(self.root, name, self.cursor(), wait_s=0.0) if full else 0
        return self.compact(name) if len(snapshot.files) >= most else 0

    def vacuum(self, name: str, *, keep_hours: int = 24) -> int:
        """Delete files that left the table more than `keep_hours` (≥ 1) ago; gives their number."""
        return compaction.vacuum(self.root, name, keep_hours=keep_hours)

    def close(self) -> None:
        """Give back the spools and the database."""
        for spool in self._spools.values():
            spool.close()
        self._spools.clear()
        self._database.close()
