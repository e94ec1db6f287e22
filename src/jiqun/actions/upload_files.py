"""来件夹 upload folders: a handed-in file with what is known of it, kept under uploads/ so that a restart loses nothing.

One folder per upload: `file` (as it came), `upload.json` (what it is and how far it has come), `progress.json` (how many
rows of how many, rewritten while the work runs), `work.lock` (held by the process doing the work; dies with it).
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from jiqun.core.errors import NotFound
from jiqun.lake.durable import write_durably

STATES = ("received", "checking", "checked", "importing", "done", "failed")
WORKING = ("checking", "importing")
_ID = re.compile(r"u\d{14}[0-9a-f]{12}")


@dataclass(frozen=True)
class Upload:
    """One handed-in file on its way to a batch.

    by, by_id   who handed it in
    columns     header of the file; sample holds the first rows below it, total counts all
    notes       what was noticed on opening: (code, what was seen)
    actor       who asked for the work, with the rights of that moment
    mapping     field → column and quantities of the first table as the person settled them; None until then
    tables      every table of the file (`upload_tables.describe`): columns, samples, proposal, settled mapping, include
    hidden      titles of sheets nobody sees, left out
    follows     batches whose list of errors this file is: their waiting rows leave quarantine as they come in
    report      what the check or the import found (ImportReport.as_json)
    fault       what stopped it: code and facts of the error
    """

    id: str
    kind: str
    name: str
    size: int
    sha256: str
    source: str
    by: str
    by_id: int
    received_at: datetime
    state: str = "received"
    sheet: str = ""
    encoding: str = ""
    columns: tuple[str, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    total: int = 0
    notes: tuple[tuple[str, str], ...] = ()
    mapping: Mapping[str, Any] | None = None
    tables: tuple[Mapping[str, Any], ...] = ()
    hidden: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    queued_at: datetime | None = None
    actor: Mapping[str, Any] | None = None
    report: Mapping[str, Any] | None = None
    fault: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Progress:
    """How far the work is: what is being done, how many of how many."""

    what: str = ""
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        """Whole percent, 0 while nothing is known."""
        return min(100, self.done * 100 // self.total) if self.total else 0


@dataclass
class UploadFiles:
    """The folder of all uploads."""

    root: Path

    def new_id(self, at: datetime) -> str:
        """An id that sorts by time and cannot be guessed."""
        return f"u{at:%Y%m%d%H%M%S}{secrets.token_hex(6)}"

    def folder(self, id: str) -> Path:
        """The folder of an upload; NotFound for what is no id."""
        if not _ID.fullmatch(id):
            raise NotFound("upload.not_found", seen=id)
        return self.root / id

    def file(self, id: str) -> Path:
        """The file as it came."""
        return self.folder(id) / "file"

    def errors_file(self, id: str) -> Path:
        """Every error of the last check or import, as CSV."""
        return self.folder(id) / "errors.csv"

    def returned_file(self, id: str) -> Path:
        """The workbook with its errors marked, made when it is asked for."""
        return self.folder(id) / "returned.xlsx"

    def lock(self, id: str) -> Path:
        """Lock of the process that does the work."""
        return self.folder(id) / "work.lock"

    def save(self, upload: Upload) -> Upload:
        """Write what is known, whole or not at all."""
        write_durably(self.folder(upload.id) / "upload.json", orjson.dumps(asdict(upload)))
        return upload

    def read(self, id: str) -> Upload:
        """What is known of an upload; NotFound `upload.not_found`."""
        try:
            held = orjson.loads((self.folder(id) / "upload.json").read_bytes())
        except FileNotFoundError:
            raise NotFound("upload.not_found", seen=id) from None
        return _upload(held)

    def change(self, id: str, **values: Any) -> Upload:
        """Write some values anew."""
        return self.save(replace(self.read(id), **values))

    def all(self) -> Iterator[Upload]:
        """Every upload, newest first."""
        if not self.root.is_dir():
            return
        for folder in sorted(self.root.iterdir(), reverse=True):
            if _ID.fullmatch(folder.name) and (folder / "upload.json").is_file():
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
        """Throw an upload away with all its files."""
        folder = self.folder(id)
        for path in folder.glob("*"):
            path.unlink(missing_ok=True)
        folder.rmdir()


def _upload(held: dict[str, Any]) -> Upload:
    held["received_at"] = datetime.fromisoformat(held["received_at"])
    held["queued_at"] = datetime.fromisoformat(held["queued_at"]) if held["queued_at"] else None
    held["columns"] = tuple(held["columns"])
    held["sample"] = tuple(tuple(row) for row in held["sample"])
    for name in ("tables", "hidden", "follows"):
        held[name] = tuple(held.get(name, ()))
    held["notes"] = tuple((code, seen) for code, seen in held["notes"])
    return Upload(**held)
