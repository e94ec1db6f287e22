"""登记行 registrations: the source rows behind an enterprise, and what stood before a batch."""

from collections.abc import Sequence

from jiqun.lake.catalogue import REGISTRATIONS
from jiqun.lake.store import Lake

Row = dict[str, object]


class RegistrationReader:
    """Questions about the accepted rows of enterprise lists."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def of_subject(self, subject: str) -> list[Row]:
        """Every accepted row of a subject, newest first, with `undone` saying whether its batch was taken back."""
        names = REGISTRATIONS.column_names
        rows = self._lake.run(
            f"SELECT {', '.join(names)}, batch IN ({self._undone()}) OR source IN ({self._withdrawn()}) AS undone"
            f" FROM {self._lake.table_sql('registrations')} WHERE subject = ? ORDER BY recorded_at DESC, row_no DESC",
            [subject],
        )
        return [dict(zip((*names, "undone"), row, strict=True)) for row in rows]

    def names(self, subjects: Sequence[str]) -> list[Row]:
        """Names some subjects stood under in accepted rows that hold, the last recorded first.

        Columns: subject, name, uscc, source, since (when it was first recorded so, UTC)
        """
        rows = self._lake.run(
            f"SELECT subject, name, uscc, source, min(recorded_at) FROM {self._lake.table_sql('registrations')}"
            f" WHERE subject IN (SELECT unnest(?)) AND batch NOT IN ({self._undone()})"
            f" AND NOT contains(coalesce(extra, ''), '\"relation_row\"')"
            f" GROUP BY subject, name, uscc, source ORDER BY max(recorded_at) DESC, name, source",
            [list(subjects)],
        )
        return [dict(zip(("subject", "name", "uscc", "source", "since"), row, strict=True)) for row in rows]

    def before(self, batch: str, without: Sequence[str] = ()) -> list[Row]:
        """For every subject `batch` wrote: its newest row of another batch that stands; with `first_batch`.

        without  batches that go together with it
        """
        names = REGISTRATIONS.column_names
        listed = ", ".join(f"r.{name}" for name in names)
        rows = self._lake.run(
            f"""
            WITH rows_now AS (SELECT * FROM {self._lake.table_sql("registrations")}),
                 mine AS (SELECT DISTINCT subject FROM rows_now WHERE batch = $batch),
                 others AS (
                    SELECT r.* FROM rows_now r SEMI JOIN mine USING (subject)
                    WHERE r.batch <> $batch AND NOT list_contains($without, r.batch) AND r.batch NOT IN ({self._undone()})
                      AND r.source NOT IN ({self._withdrawn()}))
            SELECT {listed}, first_value(r.batch) OVER (PARTITION BY r.subject ORDER BY r.recorded_at, r.batch)
            FROM others r
            QUALIFY row_number() OVER (PARTITION BY r.subject ORDER BY r.recorded_at DESC, r.batch DESC) = 1
            """,
            {"batch": batch, "without": list(without)},
        )
        return [dict(zip((*names, "first_batch"), row, strict=True)) for row in rows]

    def latest_of(self, batches: Sequence[str]) -> list[Row]:
        """For every subject the batches wrote: its newest row of a batch that stands or is one of them; `first_batch`."""
        names = REGISTRATIONS.column_names
        listed = ", ".join(f"r.{name}" for name in names)
        rows = self._lake.run(
            f"""
            WITH rows_now AS (
                    SELECT * FROM {self._lake.table_sql("registrations")}
                    WHERE list_contains($mine, batch) OR (
                        batch NOT IN ({self._undone()}) AND source NOT IN ({self._withdrawn()}))),
                 mine AS (SELECT DISTINCT subject FROM rows_now WHERE list_contains($mine, batch))
            SELECT {listed}, first_value(r.batch) OVER (PARTITION BY r.subject ORDER BY r.recorded_at, r.batch)
            FROM rows_now r SEMI JOIN mine USING (subject)
            QUALIFY row_number() OVER (PARTITION BY r.subject ORDER BY r.recorded_at DESC, r.batch DESC) = 1
            """,
            {"mine": list(batches)},
        )
        return [dict(zip((*names, "first_batch"), row, strict=True)) for row in rows]

    def _undone(self) -> str:
        return f"SELECT batch FROM {self._lake.table_sql('batches')} WHERE event = 'undone'"

    def _withdrawn(self) -> str:
        return (
            f"SELECT substr(batch, 8) FROM {self._lake.table_sql('batches')} WHERE event IN ('withdrawn', 'brought_back')"
            " QUALIFY row_number() OVER (PARTITION BY batch ORDER BY recorded_at DESC, event) = 1 AND event = 'withdrawn'"
        )
