"""收行 gathering: rows of a table of subjects or relations — read by field, checked as texts, told apart, counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from jiqun.actions.imports import ImportReport, Opened, Order
from jiqun.core.errors import RowError
from jiqun.lake.cell_words import control_character, parse_flag
from jiqun.lake.files import beyond
from jiqun.ledger.subjects import Counts

TEXT_LIMIT = 4000
LIMITS = {
    "key": 200, "subject": 200, "object": 200, "parent": 200, "label_zh": 300, "label_en": 300, "source": 80, "locator": 80,
    "valid_from": 10, "valid_to": 10, "quote": 40,
}  # fmt: skip
Made = TypeVar("Made")


@dataclass
class Gathered(Generic[Made]):
    """Rows of one file: those taken in, those held with their faults, those that repeat another."""

    file: str
    accepted: list[tuple[int, Made]] = field(default_factory=list)
    faults: list[RowError] = field(default_factory=list)
    flagged: list[RowError] = field(default_factory=list)
    held: dict[int, dict[str, str]] = field(default_factory=dict)
    _seen: dict[object, tuple[int, Made]] = field(default_factory=dict)

    def hold(self, number: int, row: dict[str, str], faults: list[RowError]) -> None:
        """Keep a row apart with everything that is wrong with it."""
        self.faults.extend(faults)
        self.held[number] = row

    def take(self, number: int, row: dict[str, str], key: object, made: Made) -> None:
        """Take a row in, unless an earlier one of the same key told the same (a repetition) or otherwise (held)."""
        if key not in self._seen:
            self._seen[key] = number, made
            self.accepted.append((number, made))
            return
        earlier, before = self._seen[key]
        seen = " · ".join(filter(None, row.values()))[:80]
        told = RowError(self.file, number, "", "gate.duplicate_row", seen, f"row {earlier}")
        if before == made:
            self.flagged.append(told)
        else:
            self.hold(number, row, [replace(told, code="gate.conflicting_row")])

    def report(self, order: Order, opened: Opened, counts: Counts) -> ImportReport:
        """What became of the rows; a repetition counts as unchanged."""
        repeated = len(self.flagged)
        return ImportReport(
            kind=order.kind, file=self.file, rows=len(opened.table.rows), accepted=len(self.accepted) + repeated,
            created=counts.created, updated=counts.updated, unchanged=counts.unchanged + repeated,
            quarantined=len(self.held), flagged=repeated, errors=self.faults, flags=self.flagged, dry_run=order.dry_run,
        )  # fmt: skip


def rows_by_field(opened: Opened) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row as field → text, constants filled in and cells beyond the header kept under names of their own."""
    table, mapping = opened.table, opened.mapping
    at = {name: table.columns.index(column) for name, column in mapping.columns.items()}
    for number, cells in table.rows:
        told = {name: cells[n].strip() if n < len(cells) else "" for name, n in at.items()}
        yield number, dict(mapping.constants) | told | beyond(cells, len(table.columns))


def text_faults(file: str, number: int, row: dict[str, str]) -> list[RowError]:
    """Cells beyond the header, texts too long for their place, characters no text has, a flag that is none."""
    faults: list[RowError] = []
    more = "".join(cell for name, cell in row.items() if name.startswith("+"))
    if more:
        faults.append(RowError(file, number, "", "gate.too_many_cells", more[:40], ""))
    for name, text in row.items():
        most = LIMITS.get(name, TEXT_LIMIT)
        if len(text) > most:
            code = "gate.quote_too_long" if name == "quote" else "gate.text_too_long"
            faults.append(RowError(file, number, name, code, text[:80], f"≤ {most}"))
        if stray := control_character([text], name=name in LIMITS):
            faults.append(RowError(file, number, name, "gate.control_character", stray, ""))
    if parse_flag(row.get("synthetic", "")) is None:
        faults.append(RowError(file, number, "synthetic", "gate.bad_flag", row["synthetic"][:40], "0 1"))
    return faults
