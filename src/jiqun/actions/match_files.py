"""名单夹 lists to be matched: what was handed in, how far the work is, and what came of each row, under HOME/matching/.

One folder per list: `list.json` (what it is), `rows.json` (the rows as they were asked), `results.jsonl` (a line per row
done), `progress.json`, `work.lock` (held by the process doing the work; dies with it).
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from jiqun.actions.upload_files import Progress
from jiqun.brain.matching import Asked
from jiqun.core.errors import NotFound
from jiqun.lake.durable import write_durably

WORKING = "working"
_ID = re.compile(r"m\d{14}[0-9a-f]{12}")


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


@dataclass
class MatchFiles:
    """The folder of all lists."""

    root: Path

    def new_id(self, at: datetime) -> str:
        """An id that sorts by time and cannot be guessed."""
        return f"m{at:%Y%m%d%H%M%S}{secrets.token_hex(6)}"

    def folder(self, id: str) -> Path:
        """The folder of a list; NotFound for what is no id."""
        if not _ID.fullmatch(id):
            raise NotFound("match.list_not_found", seen=id)
        return self.root / id

    def results(self, id: str) -> Path:
        """What came of each row, a line per row done."""
        return self.folder(id) / "results.jsonl"

    def lock(self, id: str) -> Path:
        """Lock of the process that does the work."""
        return self.folder(id) / "work.lock"

    def start(self, made: MatchList, rows: tuple[Asked, ...] = ()) -> MatchList:
        """Make the folder with its rows."""
        self.folder(made.id).mkdir(parents=True)
        write_durably(self.folder(made.id) / "rows.json", orjson.dumps([asdict(row) for row in rows]))
        return self.save(made)

    def save(self, made: MatchList) -> MatchList:
        """Write what is known, whole or not at all."""
        write_durably(self.folder(made.id) / "list.json", orjson.dumps(asdict(made)))
        return made

    def read(self, id: str) -> MatchList:
        """What is known of a list; NotFound `match.list_not_found`."""
        try:
            held = orjson.loads((self.folder(id) / "list.json").read_bytes())
        except FileNotFoundError:
            raise NotFound("match.list_not_found", seen=id) from None
        for name in ("received_at", "queued_at"):
            held[name] = datetime.fromisoformat(held[name]) if held[name] else None
        held["columns"] = tuple((field, column) for field, column in held["columns"])
        return MatchList(**held)

    def rows(self, id: str) -> tuple[Asked, ...]:
        """The rows as they were asked."""
        return tuple(Asked(**row) for row in orjson.loads((self.folder(id) / "rows.json").read_bytes()))

    def change(self, id: str, **values: Any) -> MatchList:
        """Write some values anew."""
        return self.save(replace(self.read(id), **values))

    def all(self) -> Iterator[MatchList]:
        """Every list, newest first."""
        if not self.root.is_dir():
            return
        for folder in sorted(self.root.iterdir(), reverse=True):
            if _ID.fullmatch(folder.name) and (folder / "list.json").is_file():
                yield self.read(folder.name)

    def tell(self, id: str, progress: Progress) -> None:
        """Note how far the work is."""
        write_durably(self.folder(id) / "progress.json", orjson.dumps(asdict(progress)))

    def progress(self, id: str) -> Progress:
        """How far the work was when last noted."""
        try:
            return Progress(**orjson.loads((self.folder(id) / "progress.json").read_bytes()))
        except (FileNotFoundError, orjson.JSONDecodeError):
            return Progress()

    def remove(self, id: str) -> None:
        """Throw a list away with all its files."""
        folder = self.folder(id)
        for path in folder.glob("*"):
            path.unlink(missing_ok=True)
        folder.rmdir()
