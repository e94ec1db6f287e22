"""待判企业 firms handed in to be judged: any file an office has, every bad cell told at once, nothing taken in half."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, NotFound, RowError, RowErrors
from jiqun.core.regions import Region
from jiqun.lake.files import open_table
from jiqun.lake.judge_columns import PLACES, WHOLE
from jiqun.lake.judge_run import too_long
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.firm import Firm
from jiqun.rules.firms import Firms, firms_of
from jiqun.rules.pack import Pack
from jiqun.rules.reader import read_pack


@dataclass(frozen=True, slots=True)
class FirmFile:
    """The firms of a file in its order, and what is worth a look though it keeps nobody from being judged."""

    file: str
    sha256: str
    firms: tuple[Firm, ...]
    remarks: tuple[RowError, ...]
    notes: tuple[tuple[str, str], ...]


def find_pack(desk: Desk, key: str) -> Pack:
    """A pack by its key, or a draft by its folder; NotFound `rule.no_pack`, PackErrors of what is wrong with it."""
    for folder in (desk.packs / key, Path(key)):
        if key and (folder / "rule.toml").is_file():
            return read_pack(folder, desk.packs)
    known = sorted(path.parent.relative_to(desk.packs).as_posix() for path in desk.packs.rglob("rule.toml"))
    raise NotFound("rule.no_pack", seen=key, allowed=" ".join(known))


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
    found = firms_of(rows, Catalogue.load(desk.packs), file=file, on=on)
    firms = _placed(desk, found, numbers_of(rows), file=file, region=region, on=on)
    return FirmFile(file, "", firms, found.remarks, ())


def numbers_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """The numbers of the rows with anything in them, behind the header."""
    return [number for number, cells in enumerate(rows[1:], start=2) if any(cell.strip() for cell in cells)]


def _placed(
    desk: Desk, found: Firms, numbers: Sequence[int], *, file: str, region: str, on: date
) -> tuple[Firm, ...]:
    """The firms with the code of their county; RowErrors for a county nobody knows, for numbers too long to reckon with."""
    if region and not county_code(desk, region, on):
        raise InputError("judge.unknown_region", seen=region, allowed="331003")
    codes: dict[str, str] = {}
    errors: list[RowError] = []
    firms: list[Firm] = []
    for number, firm in zip(numbers, found.firms, strict=True):
        named = firm.region or region
        code = codes.setdefault(named, county_code(desk, named, on))
        if named and not code:
            errors.append(RowError(file, number, "region", "judge.unknown_region", named, "331003"))
        errors += [
            RowError(file, number, column, "judge.too_long", seen, f"{WHOLE} + {PLACES}")
            for column, seen in too_long(firm)
        ]
        firms.append(replace(firm, region=code))
    if errors:
        raise RowErrors(errors, code="firm.refused")
    return tuple(firms)


def county_code(desk: Desk, text: str, on: date) -> str:
    """The code of a place by its code or name; "" when nobody, or more than one, is called that."""
    found = desk.regions.resolve(text, on=on) if text else None
    return found.code if isinstance(found, Region) else ""
