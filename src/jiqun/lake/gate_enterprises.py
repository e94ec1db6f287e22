"""企业名单入口 gate for enterprise lists: judge every row, place it in today's county, keep what is wrong apart.

A row is accepted, accepted with a flag (a code whose check character fails, a name that looks like a formula), or
held in quarantine with every fault it has. Nothing is guessed: an unplaced enterprise is accepted and listed.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import orjson

from jiqun.core import uscc
from jiqun.core.errors import RowError
from jiqun.core.regions import Region, Regions
from jiqun.lake.cell_words import (
    NOTHING,
    control_character,
    is_code_as_number,
    is_suspect,
    parse_amount,
    parse_loose_date,
    plain_code,
)
from jiqun.lake.files import HandedIn, beyond
from jiqun.lake.mapping import ColumnMap

EARLIEST = date(1900, 1, 1)
NAME_LIMIT = 180
CODE_LIMIT = 8
CELL_LIMIT = 4000
CAPITAL_LIMIT = Decimal(10) ** 22
MILLIONTH = Decimal("0.000001")
FORMULA_MARKS = "=+-@\t\r"
TO_WAN = {"": Decimal(1), "万": Decimal(1), "万元": Decimal(1), "元": Decimal("0.0001"), "千元": Decimal("0.1"),
          "亿": Decimal(10000), "亿元": Decimal(10000)}  # fmt: skip
_CAPITAL = re.compile(r"(?:人民币|￥|¥)?\s*([-+\d.,，]+)\s*(\D*)")
_NOT_OF_A_UNIT = re.compile(r"[\s()（）]|人民币")


class Registration(NamedTuple):
    """One accepted row: what the table `registrations` holds, without batch and time."""

    subject: str
    uscc: str
    name: str
    uscc_grade: str
    region: str
    region_how: str
    established_on: date | None
    legal_form: str
    capital_wan: Decimal | None
    industry_code: str
    address: str
    status: str
    extra: str
    row_hash: str
    row_no: int


@dataclass
class Judged:
    """What the gate made of a file: accepted rows, flags, quarantined rows with their faults, how they were placed."""

    accepted: list[Registration] = field(default_factory=list)
    flagged: list[RowError] = field(default_factory=list)
    faults: list[RowError] = field(default_factory=list)
    held: dict[int, dict[str, str]] = field(default_factory=dict)
    repeated: int = 0
    placed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class EnterpriseGate:
    """The gate with what it needs to know: regions, the day of judging, how the columns are mapped.

    made_up_regions  codes of synthetic places, which no real place has
    found            code and name of the enterprise a row without a code is about, by row number
    """

    regions: Regions
    today: date
    mapping: ColumnMap
    columns: tuple[str, ...]
    file: str
    made_up_regions: frozenset[str] = frozenset()
    found: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    def judge(self, table: HandedIn, rows: Iterable[tuple[int, list[str]]] | None = None) -> Judged:
        """Judge the rows of a file (all of them, or those given)."""
        reader = _Reader(self)
        for number, cells in table.rows if rows is None else rows:
            reader.take(number, cells)
        return reader.judged


class _Reader:
    """Reads rows one by one; keeps positions and seen keys so that a row costs a few microseconds."""

    def __init__(self, gate: EnterpriseGate) -> None:
        self.gate = gate
        self.judged = Judged()
        self.at = {name: gate.columns.index(column) for name, column in gate.mapping.columns.items()}
        self.width = len(gate.columns)
        mapped = set(self.at.values()) | {
            n for n, column in enumerate(gate.columns) if column in gate.mapping.ignored
        }
        quantities = {item.column for item in gate.mapping.facts}
        free = [(n, column) for n, column in enumerate(gate.columns) if n not in mapped and column]
        self.others = [(n, column) for n, column in free if column not in quantities]
        self.quantities = [n for n, column in free if column in quantities]
        self.constants = {name: text.strip() for name, text in gate.mapping.constants.items()}
        self.seen: dict[str, tuple[str, int]] = {}
        self.latest = gate.today + timedelta(days=1)
        self.positions = {name: self.at.get(name, -1) for name in _FIELDS}
        self.named_regions: dict[str, str] = {}
        self.units: dict[tuple[str, str], Decimal | None] = {}

    def take(self, number: int, cells: list[str]) -> None:
        """Judge one row and put it where it belongs."""
        if len(cells) < self.width:
            cells = cells + [""] * (self.width - len(cells))
        get = {
            name: (cells[n].strip() if n >= 0 else self.constants.get(name, ""))
            for name, n in self.positions.items()
        }
        faults: list[RowError] = []
        flags: list[RowError] = []
        name, code, grade = self._identity(get, number, faults, flags)
        established = self._date(get["established_on"], number, faults, flags)
        capital, foreign = self._capital(get["capital"], get["capital_unit"], number, faults)
        more = self._whole(cells, number, faults)
        if faults:
            self.judged.faults.extend(faults)
            self.judged.held[number] = dict(zip(self.gate.columns, cells, strict=False)) | more
            return
        region, how = self._place(get, code if grade != "absent" else "")
        rest = self._rest(get, cells, foreign)
        if len(get["industry_code"]) > CODE_LIMIT:
            flags.append(
                self._fault(
                    number, "industry_code", "gate.text_too_long", get["industry_code"], f"≤ {CODE_LIMIT}"
                )
            )
            rest["industry_as_stated"] = get["industry_code"]
            get["industry_code"] = ""
        extra = orjson.dumps(rest).decode() if rest else ""
        subject = f"enterprise:{code or name}"
        content = "\x1f".join(
            (subject, name, region, get["established_on"], get["legal_form"], get["capital"], get["capital_unit"],
             get["industry_code"], get["address"], get["status"], extra, *(cells[n] for n in self.quantities))
        )  # fmt: skip
        row_hash = hashlib.blake2b(content.encode(), digest_size=12).hexdigest()
        if not self._first(subject, row_hash, number, cells):
            return
        self.judged.flagged.extend(flags)
        self.judged.placed[how] += 1
        self.judged.accepted.append(
            Registration(subject, code, name, grade, region, how, established, get["legal_form"], capital,
                         get["industry_code"], get["address"], get["status"], extra, row_hash, number)
        )  # fmt: skip

    def _whole(self, cells: list[str], number: int, faults: list[RowError]) -> dict[str, str]:
        """What concerns the row as a whole: too many cells (given back), cells too long, characters no text has."""
        more = beyond(cells, self.width)
        file = self.gate.file
        if more:
            seen = "".join(more.values())[:40]
            faults.append(RowError(file, number, "", "gate.too_many_cells", seen, str(self.width)))
        whole = "".join(cells)
        if is_suspect(whole):
            self._strays(cells, number, faults)
        if len(whole) > CELL_LIMIT:
            long = [column for column, cell in self._by_column(cells) if len(cell) > CELL_LIMIT]
            faults.extend(
                RowError(file, number, column, "gate.text_too_long", "", f"≤ {CELL_LIMIT}") for column in long
            )
        return more

    def _strays(self, cells: list[str], number: int, faults: list[RowError]) -> None:
        """A character no text has, anywhere; in the name any control character but a line break, which is told apart."""
        name = self.gate.mapping.columns.get("name", "")
        for column, cell in self._by_column(cells):
            stray = control_character([cell.strip()], name=column == name)
            if stray and stray not in ("U+000A", "U+000D"):
                faults.append(RowError(self.gate.file, number, column, "gate.control_character", stray, ""))

    def _by_column(self, cells: list[str]) -> Iterable[tuple[str, str]]:
        return zip(self.gate.columns, cells, strict=False)

    def _rest(self, get: Mapping[str, str], cells: Sequence[str], foreign: str) -> dict[str, str]:
        """What no column of the table takes: other columns of the file, and a capital in another currency."""
        rest = {column: cells[n] for n, column in self.others if cells[n]}
        for key in ("business_scope", "city"):
            if get[key]:
                rest[key] = get[key]
        if foreign:
            rest["capital_as_stated"] = foreign
        return rest

    def _fault(self, number: int, column: str, code: str, seen: str, allowed: str = "") -> RowError:
        return RowError(
            self.gate.file, number, self.gate.mapping.columns.get(column, column), code, seen, allowed
        )

    def _identity(
        self, get: Mapping[str, str], number: int, faults: list[RowError], flags: list[RowError]
    ) -> tuple[str, str, str]:
        name, raw = get["name"], get["uscc"]
        if raw in NOTHING:
            raw, name = self.gate.found.get(number, ("", name))
        if not name:
            faults.append(self._fault(number, "name", "gate.name_missing", ""))
        elif len(name) > NAME_LIMIT:
            faults.append(self._fault(number, "name", "gate.text_too_long", name[:40], f"≤ {NAME_LIMIT}"))
        elif "\n" in name or "\r" in name:
            faults.append(self._fault(number, "name", "gate.line_break", name[:40]))
        elif name[0] in FORMULA_MARKS or "<" in name:
            code = "gate.html_in_name" if "<" in name else "gate.formula_like"
            flags.append(self._fault(number, "name", code, name))
        if not raw:
            return name, "", "absent"
        if is_code_as_number(raw):
            faults.append(self._fault(number, "uscc", "gate.code_as_number", raw, "18"))
            return name, "", "malformed"
        code = uscc.normalise(raw)
        grade = uscc.grade(code)
        if grade == uscc.Grade.MALFORMED:
            faults.append(self._fault(number, "uscc", "gate.malformed_uscc", raw, "18"))
        elif grade == uscc.Grade.CHECKSUM_MISMATCH:
            flags.append(
                self._fault(number, "uscc", "gate.uscc_checksum", raw, uscc.check_character(code[:17]))
            )
        return name, code, grade.value

    def _date(self, text: str, number: int, faults: list[RowError], flags: list[RowError]) -> date | None:
        if text in NOTHING:
            return None
        day, how = parse_loose_date(text)
        if how:
            flags.append(self._fault(number, "established_on", f"gate.date_by_{how}", text, str(day)))
        if day is None:
            faults.append(self._fault(number, "established_on", "gate.bad_date", text, "2024-03-01"))
        elif day < EARLIEST:
            faults.append(self._fault(number, "established_on", "gate.date_too_early", text, f"≥ {EARLIEST}"))
        elif day > self.latest:
            faults.append(
                self._fault(number, "established_on", "gate.date_in_future", text, f"≤ {self.latest}")
            )
        return day

    def _capital(
        self, text: str, unit: str, number: int, faults: list[RowError]
    ) -> tuple[Decimal | None, str]:
        if text in NOTHING:
            return None, ""
        found = _CAPITAL.fullmatch(text)
        amount = parse_amount(found[1]) if found else None
        if found is None or amount is None:
            faults.append(self._fault(number, "capital", "gate.bad_number", text))
            return None, ""
        if amount < 0:
            faults.append(self._fault(number, "capital", "gate.negative", text, "≥ 0"))
            return None, ""
        known = self._worth(found[2], unit)
        if known is None:
            return None, f"{text} {unit}".strip()  # another currency: kept as stated, not converted
        if amount * known >= CAPITAL_LIMIT:
            faults.append(
                self._fault(number, "capital", "gate.out_of_range", text[:40], f"< {CAPITAL_LIMIT:.0e}")
            )
            return None, ""
        return (amount * known).quantize(MILLIONTH), ""

    def _worth(self, beside: str, unit: str) -> Decimal | None:
        """How many 万元 one is worth, by the unit beside the number or in its own column; None for another currency."""
        told = beside, unit
        if told not in self.units:
            stated = [_NOT_OF_A_UNIT.sub("", part) for part in told]
            known = TO_WAN.get(stated[0] or stated[1])
            agree = not (stated[0] and stated[1]) or TO_WAN.get(stated[1]) == known
            self.units[told] = known if agree else None
        return self.units[told]

    def _place(self, get: Mapping[str, str], code: str) -> tuple[str, str]:
        told = get["region"]
        if told in self.gate.made_up_regions:
            return told, "synthetic"
        told = self._region_code(told) or code[2:8]
        if told in self.gate.made_up_regions:
            return told, "synthetic"
        address = get["address"]
        if get["city"] and not address.startswith(("浙江", get["city"])):
            address = get["city"] + address
        region, how = self.gate.regions.place(address, told)
        return region or "", str(how)

    def _region_code(self, told: str) -> str:
        """The code of a place as stated: a code as it is, a name by what it means today; empty when it means none."""
        told = plain_code(told)
        if not told or (told.isascii() and told.isdigit()):
            return told
        if told not in self.named_regions:
            region = self.gate.regions.resolve(told)
            self.named_regions[told] = region.code if isinstance(region, Region) else ""
        return self.named_regions[told]

    def _first(self, subject: str, row_hash: str, number: int, cells: Sequence[str]) -> bool:
        before = self.seen.get(subject)
        if before is None:
            self.seen[subject] = (row_hash, number)
            return True
        if before[0] == row_hash:
            self.judged.repeated += 1
            self.judged.flagged.append(
                self._fault(number, "uscc", "gate.duplicate_row", subject, f"row {before[1]}")
            )
        else:
            self.judged.faults.append(
                self._fault(number, "uscc", "gate.conflicting_row", subject, f"row {before[1]}")
            )
            self.judged.held[number] = {column: cells[n] for n, column in enumerate(self.gate.columns)}
        return False


_FIELDS = ("name", "uscc", "region", "city", "address", "established_on", "legal_form", "capital", "capital_unit",
           "industry_code", "business_scope", "status")  # fmt: skip
