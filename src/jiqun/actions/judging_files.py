"""待判企业 firms handed in to be judged: any file an office has, every bad cell told at once, nothing taken in half."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, RowError
from jiqun.core.regions import Region
from jiqun.lake.files import open_table
from jiqun.lake.judge_columns import WHOLE
from jiqun.lake.judge_run import too_long
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.firm import Firm
from jiqun.rules.firms import PLACES, firms_of


@dataclass(frozen=True, slots=True)
class FirmFile:
    """The firms of a file in its order, and what is worth a look though it keeps nobody from being judged."""

    file: str
    sha256: str
    firms: tuple[Firm, ...]
    remarks: tuple[RowError, ...]
    notes: tuple[tuple[str, str], ...]


def read_firm_file(desk: Desk, path: Path, *, on: date, region: str = "", sheet: str = "") -> FirmFile:
    """The firms of a CSV (UTF-8 or GBK) or workbook.

    on       the day judged
    region   county code or name of the firms that name none
    RowErrors `firm.refused` with every cell that cannot be read; what `open_table` refuses
    """
    table = open_table(path, desk.limits, sheet=sheet)
    by_number = dict(table.rows)
    numbers = range(2, max(by_number, default=1) + 1)
    rows: list[Sequence[str]] = [table.columns, *(by_number.get(number, []) for number in numbers)]
    read = firms_of_rows(desk, rows, file=table.file, on=on, region=region)
    return replace(read, sha256=table.sha256, notes=table.notes)


def firms_of_rows(
    desk: Desk, rows: Sequence[Sequence[str]], *, file: str, on: date, region: str = ""
) -> FirmFile:
    """The firms of a table as a spreadsheet numbers it: the header first, then row 2, empty where there is none."""
    if region and not county_code(desk, region, on):
        raise InputError("judge.unknown_region", seen=region, allowed="331003")
    places = _Places(desk, file, region, on)
    found = firms_of(rows, Catalogue.load(desk.packs), file=file, on=on, also=places.wrong)
    firms = tuple(replace(one, region=places.code(one)) for one in found.firms)
    return FirmFile(file, "", firms, found.remarks, ())


def numbers_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """The numbers of the rows with anything in them, behind the header."""
    return [number for number, cells in enumerate(rows[1:], start=2) if any(cell.strip() for cell in cells)]


class _Places:
    """The counties of the firms of a file, each looked up once."""

    def __init__(self, desk: Desk, file: str, region: str, on: date) -> None:
        self.desk, self.file, self.region, self.on = desk, file, region, on
        self.codes: dict[str, str] = {}

    def code(self, firm: Firm) -> str:
        """The code of a firm's county; "" when it names none, or one nobody knows."""
        named = firm.region or self.region
        if named not in self.codes:
            self.codes[named] = county_code(self.desk, named, self.on)
        return self.codes[named]

    def wrong(self, number: int, firm: Firm) -> Iterator[RowError]:
        """A county nobody knows, and numbers too long to reckon with; told with the other bad cells of the file."""
        if firm.region and not self.code(firm):
            yield RowError(self.file, number, "region", "judge.unknown_region", firm.region[:80], "331003")
        for column, seen in too_long(firm):
            yield RowError(self.file, number, column, "judge.too_long", seen, f"{WHOLE} + {PLACES}")


def county_code(desk: Desk, text: str, on: date) -> str:
    """The code of a place by its code or name; "" when nobody, or more than one, is called that."""
    found = desk.regions.resolve(text, on=on) if text else None
    return found.code if isinstance(found, Region) else ""
