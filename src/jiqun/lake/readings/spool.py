"""读数暂存 spool of readings: batches that were taken, durable before they are acknowledged.

One call writes one segment for many batches and all four tables, so that readings, held values, gaps and the batch's row
appear together or not at all.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from jiqun.core.errors import InputError, SourceDown
from jiqun.factory.readings.taken import TakenBatch
from jiqun.lake.readings.taken_rows import rows_for_tables, write_taken
from jiqun.lake.spool import Segment, Spool


class ReadingSpool:
    """One writer's segments of readings; one process at a time may hold a writer's spool."""

    def __init__(self, root: Path, writer: str, *, wait_s: float = 0.0) -> None:
        self.root, self.writer = root, writer
        self._spool = Spool(root, writer, wait_s=wait_s)
        try:
            self._spool.drop_unpublished({segment.key for segment in self._spool.staged()})
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another process write as this writer."""
        self._spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, taken: Sequence[TakenBatch]) -> Segment:
        """Write batches as one segment; they are on the disk and in the queue of the merge when it returns.

        SourceDown `readings.not_written` when the disk takes them not, a full one above all: then nothing of them is in
        the queue, and the next call may succeed.
        """
        if not taken:
            raise InputError("lake.columns_uneven", lengths=[])
        counts = rows_for_tables(taken)
        try:
            return self._spool.take(
                "-".join(map(str, counts)),
                sum(counts),
                lambda cursor, file: write_taken(cursor, file, taken, self.writer),
            )
        except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise SourceDown("readings.not_written", detail=str(error)[:200]) from error

    def pending(self) -> list[Segment]:
        """Segments that wait for a merge, in order."""
        return self._spool.pending()
