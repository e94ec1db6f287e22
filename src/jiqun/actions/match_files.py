"""名单夹 lists to be matched: what was handed in, how far the work is, and what came of each row, under HOME/matching/.

One folder per list: `list.json` (what it is), `rows.json` (the rows as they were asked), `results.jsonl` (a line per row
done), `progress.json`, `work.lock` (held by the process doing the work; dies with it).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from jiqun.actions.work_folders import WORKING, WorkFolders
from jiqun.brain.matching import Asked
from jiqun.lake.durable import write_durably


@dataclass(frozen=True)
class MatchList:
    """A list on its way: names to be matched, or (kind `dedupe`) a search for duplicates.

    office   whose decisions about names count, e.g. region:330624
    columns  which column of the file was read as what
    actor    who asked, with the rights of that moment
    state    working | done | failed
    """

    id: str
    kind: str
    name: str
    by: str
    by_id: int
    office: str
    received_at: datetime
    total: int = 0
    columns: tuple[tuple[str, str], ...] = ()
    state: str = WORKING
    queued_at: datetime | None = None
    actor: Mapping[str, Any] | None = None
    report: Mapping[str, Any] | None = None
    fault: Mapping[str, Any] | None = None


class MatchFiles(WorkFolders[MatchList]):
    """The folder of all lists."""

    LETTER, FILE, MISSING = "m", "list.json", "match.list_not_found"

    def made(self, held: dict[str, Any]) -> MatchList:
        """A list out of its file."""
        held["columns"] = tuple((field, column) for field, column in held["columns"])
        return MatchList(**held)

    def results(self, id: str) -> Path:
        """What came of each row, a line per row done."""
        return self.folder(id) / "results.jsonl"

    def start(self, made: MatchList, rows: tuple[Asked, ...] = ()) -> MatchList:
        """Make the folder with its rows."""
        self.folder(made.id).mkdir(parents=True)
        write_durably(self.folder(made.id) / "rows.json", orjson.dumps([asdict(row) for row in rows]))
        return self.save(made)

    def rows(self, id: str) -> tuple[Asked, ...]:
        """The rows as they were asked."""
        return tuple(Asked(**row) for row in orjson.loads((self.folder(id) / "rows.json").read_bytes()))
