"""来件夹 upload folders: a handed-in file with what is known of it, kept under uploads/ so that a restart loses nothing.

One folder per upload: `file` (as it came), `upload.json` (what it is and how far it has come), `progress.json` (how many
rows of how many, rewritten while the work runs), `work.lock` (held by the process doing the work; dies with it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jiqun.actions.work_folders import WorkFolders

STATES = ("received", "checking", "checked", "importing", "done", "failed")
WORKING = ("checking", "importing")


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


class UploadFiles(WorkFolders[Upload]):
    """The folder of all uploads."""

    LETTER, FILE, MISSING = "u", "upload.json", "upload.not_found"

    def made(self, held: dict[str, Any]) -> Upload:
        """An upload out of its file."""
        held["columns"] = tuple(held["columns"])
        held["sample"] = tuple(tuple(row) for row in held["sample"])
        for name in ("tables", "hidden", "follows"):
            held[name] = tuple(held.get(name, ()))
        held["notes"] = tuple((code, seen) for code, seen in held["notes"])
        return Upload(**held)

    def file(self, id: str) -> Path:
        """The file as it came."""
        return self.folder(id) / "file"

    def errors_file(self, id: str) -> Path:
        """Every error of the last check or import, as CSV."""
        return self.folder(id) / "errors.csv"

    def returned_file(self, id: str) -> Path:
        """The workbook with its errors marked, made when it is asked for."""
        return self.folder(id) / "returned.xlsx"
