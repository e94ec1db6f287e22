"""Spark: the same questions asked of a Spark session over the very files of the Delta tables' snapshots.

The only module that imports pyspark, and only when a session is opened: Spark is an extra.
"""

import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from arro3.core import Table

from jiqun.core.errors import SourceDown
from jiqun.lake.catalogue import FACTS, TABLES
from jiqun.lake.compile import Query
from jiqun.lake.encode import quoted
from jiqun.lake.store import FOLLOWING, Lake
from jiqun.lake.trust import TRUST

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_TYPE = {
    "text": "string",
    "decimal": "decimal(28,6)",
    "date": "date",
    "timestamp": "timestamp_ntz",
    "float": "double",
    "bool": "boolean",
    "int": "bigint",
}


def open_session(remote: str | None = None, *, threads: int = 2, memory: str = "1g") -> "SparkSession":
    """A Spark session: of a Spark Connect server when `remote` names one (sc://host:port), else on this machine.

    SourceDown `lake.spark_missing` when pyspark or Java is not there.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SourceDown("lake.spark_missing", detail=str(error)) from error
    builder = SparkSession.builder.appName("jiqun")
    if remote is not None:
        builder = builder.remote(remote)
    else:
        builder = builder.master(f"local[{threads}]").config("spark.driver.memory", memory)
        builder = builder.config("spark.driver.host", "127.0.0.1").config(
            "spark.driver.bindAddress", "127.0.0.1"
        )
        builder = builder.config("spark.ui.enabled", "false").config(
            "spark.sql.shuffle.partitions", str(threads)
        )
        builder = builder.config("spark.sql.warehouse.dir", tempfile.gettempdir() + "/jiqun-spark")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        # Re-planning and the second compiler pay on a cluster; on one machine they cost more than these questions take.
        builder = builder.config("spark.sql.adaptive.enabled", "false")
        builder = builder.config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise SourceDown("lake.spark_missing", detail=str(error)[:300]) from error
    session.conf.set("spark.sql.session.timeZone", "UTC")
    session.conf.set("spark.sql.parquet.inferTimestampNTZ.enabled", "true")
    return session


class SparkEngine:
    """Questions of one lake answered by Spark."""

    def __init__(self, lake: Lake, session: "SparkSession") -> None:
        self._lake = lake
        self._session = session
        self._seen: dict[str, tuple[tuple[str, ...], frozenset[tuple[str, str]]]] = {}
        self._handed_in: dict[str, Table] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="jiqun-spark-")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the views and the tables handed in; the session stays open."""
        for name in [*self._seen, *self._handed_in]:
            self._session.catalog.dropTempView(_view(name))
        self._seen.clear()
        self._handed_in.clear()
        self._folder.cleanup()

    def ask(
        self,
        query: Query,
        params: Mapping[str, object] | None = None,
        *,
        tables: Mapping[str, Table] | None = None,
    ) -> list[tuple[object, ...]]:
        """Run a query compiled for Spark; parameters and handed-in tables as `Lake.ask`."""
        handed_in = dict(tables or {})
        if TRUST in query.tables and TRUST not in handed_in:
            handed_in[TRUST] = self._lake.trust_rows()
        for name in query.tables:
            if name in handed_in:
                self._hand_in(name, handed_in[name])
            else:
                self._open(name)
        sql = query.over({name: _view(name) for name in query.tables})
        asked = self._session.sql(sql, args=_plain(params)) if params else self._session.sql(sql)
        return [tuple(row) for row in asked.collect()]

    def _open(self, name: str) -> None:
        """Point the view at the live files of the newest snapshot."""
        files = self._lake.snapshot(name).files
        today = self._lake.identities() if name == FOLLOWING else {}
        seen = (files, frozenset(today.items()))
        if self._seen.get(name) == seen:
            return
        schema = ", ".join(f"`{column.name}` {_TYPE[column.type]}" for column in TABLES[name].columns)
        reader = self._session.read.schema(schema)
        frame = reader.parquet(*files) if files else self._session.createDataFrame([], schema)
        (self._as_today(frame, today) if today else frame).createOrReplaceTempView(_view(name))
        self._seen[name] = seen

    def _as_today(self, facts: "DataFrame", today: Mapping[str, str]) -> "DataFrame":
        """Facts with their subject as it goes by today."""
        from pyspark.sql import functions as F  # noqa: N812 - Spark's own usage

        merged = self._session.createDataFrame(list(today.items()), "former string, today string")
        joined = facts.join(F.broadcast(merged), facts["subject"] == merged["former"], "left")
        subject = F.coalesce(joined["today"], joined["subject"]).alias("subject")
        return joined.select(
            *(subject if column.name == "subject" else facts[column.name] for column in FACTS.columns)
        )

    def _hand_in(self, name: str, rows: Table) -> None:
        """Hand a table over as a Parquet file beside the others; the same one twice is handed over once."""
        if self._handed_in.get(name) is rows:
            return
        path = Path(self._folder.name) / f"{name}-{len(self._handed_in)}-{id(rows)}.parquet"
        cursor = self._lake.cursor()
        cursor.register("spark_rows", rows)
        try:
            cursor.execute(f"COPY spark_rows TO '{quoted(path)}' (FORMAT parquet)")
        finally:
            cursor.unregister("spark_rows")
        self._session.read.parquet(str(path)).createOrReplaceTempView(_view(name))
        self._handed_in[name] = rows


def _plain(params: Mapping[str, object]) -> dict[str, object]:
    """Days and instants as text, which the SQL casts: pyspark would shift an instant by this process' own zone."""
    return {
        name: value.isoformat(" ")
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, date)
        else value
        for name, value in params.items()
    }


def _view(name: str) -> str:
    return f"jiqun_{name}"
