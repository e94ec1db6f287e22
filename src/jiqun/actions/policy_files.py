"""评价夹 runs of a policy over a sheet of firms: the sheet, how far the judging is, its lines, what was answered since.

One folder per run under HOME/policies/: `run.json` (what it is), `sheet.json` (the cells as handed in), `lines.jsonl` (a
line per firm judged), `errors.json` and `errors.csv` (what cannot be read), `answers.json`, `progress.json`, `work.lock`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from jiqun.actions.export_files import write_errors
from jiqun.actions.work_folders import WORKING, WorkFolders
from jiqun.core.errors import RowError
from jiqun.lake.durable import write_durably


@dataclass(frozen=True)
class Run:
    """A run: which pack judges whom on which day, for which office.

    on, kind  the day judged (ISO) and new | re_review; version: the version that judges then
    region    county of rows that name none, may be empty
    total     rows of the sheet; report: what came of it; state: working | done | failed
    """

    id: str
    pack: str
    version: str
    name: str
    on: str
    kind: str
    region: str
    by: str
    by_id: int
    office: str
    received_at: datetime
    total: int = 0
    state: str = WORKING
    queued_at: datetime | None = None
    actor: Mapping[str, Any] | None = None
    report: Mapping[str, Any] | None = None
    fault: Mapping[str, Any] | None = None

    @property
    def day(self) -> date:
        """The day judged."""
        return date.fromisoformat(self.on)


@dataclass(frozen=True)
class Line:
    """What a pack says of one firm, in short.

    row         row of the sheet
    low, high   the score from where to where, None where the rule has none or nothing bounds it
    level       grade or level, "" for none or when several are possible; levels: those still possible
    group       firms of one group are ranked together
    unmet, unknown, manual   ids of the topmost clauses in that state
    """

    row: int
    uscc: str
    name: str
    region: str
    verdict: str
    low: Decimal | None
    high: Decimal | None
    level: str
    levels: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


class RunFiles(WorkFolders[Run]):
    """The folder of all runs."""

    LETTER, FILE, MISSING = "p", "run.json", "policy.run_not_found"

    def made(self, held: dict[str, Any]) -> Run:
        """A run out of its file."""
        return Run(**held)

    def start(self, run: Run, columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> Run:
        """Make the folder with its sheet."""
        self.folder(run.id).mkdir(parents=True)
        sheet = {"columns": list(columns), "rows": [[number, list(cells)] for number, cells in rows]}
        write_durably(self.folder(run.id) / "sheet.json", orjson.dumps(sheet))
        return self.save(run)

    def sheet(self, id: str) -> list[list[str]]:
        """The sheet as a spreadsheet shows it: place 0 is the header, place n - 1 is row n; rows left out are empty."""
        held = orjson.loads((self.folder(id) / "sheet.json").read_bytes())
        last = max((number for number, _ in held["rows"]), default=1)
        table: list[list[str]] = [[] for _ in range(last)]
        table[0] = held["columns"]
        for number, cells in held["rows"]:
            table[number - 1] = cells
        return table

    def lines_file(self, id: str) -> Path:
        """What came of each firm."""
        return self.folder(id) / "lines.jsonl"

    def keep_lines(self, id: str, lines: Iterable[Line]) -> None:
        """Write what came of the firms, whole or not at all."""
        body = b"".join(orjson.dumps(asdict(one), default=str) + b"\n" for one in lines)
        write_durably(self.lines_file(id), body)

    def lines(self, id: str) -> tuple[Line, ...]:
        """What came of the firms, in the order of the sheet; none before the work is done."""
        path = self.lines_file(id)
        return tuple(map(_line, path.read_bytes().splitlines())) if path.is_file() else ()

    def errors_csv(self, id: str) -> Path:
        """What cannot be read, as a file."""
        return self.folder(id) / "errors.csv"

    def keep_errors(self, id: str, errors: Sequence[RowError]) -> None:
        """Write down what cannot be read."""
        told = [asdict(one) for one in errors]
        write_durably(self.folder(id) / "errors.json", orjson.dumps(told))
        write_errors(self.errors_csv(id), errors)

    def errors(self, id: str) -> tuple[RowError, ...]:
        """What cannot be read, or is worth a look."""
        return tuple(RowError(**one) for one in self._told(id, "errors.json", []))

    def keep_answer(self, id: str, row: int, cells: Mapping[str, str]) -> None:
        """Keep what was answered about a firm beside what was answered before."""
        held = self.answers(id)
        held[row] = {**held.get(row, {}), **cells}
        told = {str(number): values for number, values in held.items()}
        write_durably(self.folder(id) / "answers.json", orjson.dumps(told))

    def answers(self, id: str) -> dict[int, dict[str, str]]:
        """What was answered since, by row: column → text as it was written."""
        return {int(row): cells for row, cells in self._told(id, "answers.json", {}).items()}

    def _told(self, id: str, name: str, default: Any) -> Any:
        try:
            return orjson.loads((self.folder(id) / name).read_bytes())
        except FileNotFoundError:
            return default


def _line(text: bytes) -> Line:
    held = orjson.loads(text)
    points = {name: None if held[name] is None else Decimal(held[name]) for name in ("low", "high")}
    lists = {name: tuple(held[name]) for name in ("levels", "group", "unmet", "unknown", "manual")}
    return replace(Line(**held), **points, **lists)
