"""企业名单入口 gate for enterprise lists: judge every row, place it in today's county, keep what is wrong apart.

A row is accepted, accepted with a flag (a code whose check character fails, a name that looks like a formula), or
held in quarantine with every fault it has. Nothing is guessed: an unplaced enterprise is accepted and listed.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import orjson

from jiqun.core import uscc
from jiqun.core.errors import RowError
from jiqun.core.regions import Regions
from jiqun.lake.files import HandedIn, beyond
from jiqun.lake.mapping import ColumnMap

EARLIEST = date(1900, 1, 1)
NAME_LIMIT = 200
FORMULA_MARKS = "=+-@\t\r"
CAPITAL_UNITS = {"": "万元", "万": "万元", "万元": "万元", "万元人民币": "万元", "万人民币元": "万元", "人民币万元": "万元",
                 "元": "元", "元人民币": "元", "亿元": "亿元"}  # fmt: skip
TO_WAN = {"万元": Decimal(1), "元": Decimal("0.0001"), "亿元": Decimal(10000)}


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
    """

    regions: Regions
    today: date
    mapping: ColumnMap
    columns: tuple[str, ...]
    file: str
    made_up_regions: frozenset[str] = frozenset()

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
        mapped = set(self.at.values())
        self.others = [(n, column) for n, column in enumerate(gate.columns) if n not in mapped and column]
        self.constants = dict(gate.mapping.constants)
        self.seen: dict[str, tuple[str, int]] = {}
        self.latest = gate.today + timedelta(days=1)
        self.positions = {name: self.at.get(name, -1) for name in _FIELDS}

    def take(self, number: int, cells: list[str]) -> None:
        """Judge one row and put it where it belongs."""
        if len(cells) < self.width:
            cells = cells + [""] * (self.width - len(cells))
        get = {
            name: (cells[n].strip() if n >= 0 else self.constants.get(name, ""))
            for name, n in self.positions.items()
        }
        faults: list[RowError] = []
        name, code, grade = self._identity(get, number, faults)
        established = self._date(get["established_on"], number, faults)
        capital, foreign = self._capital(get["capital"], get["capital_unit"], number, faults)
        more = beyond(cells, self.width)
        if more:
            seen = "".join(more.values())[:40]
            faults.append(RowError(self.gate.file, number, "", "gate.too_many_cells", seen, str(self.width)))
        if faults:
            self.judged.faults.extend(faults)
            self.judged.held[number] = dict(zip(self.gate.columns, cells, strict=False)) | more
            return
        region, how = self._place(get, code if grade != "absent" else "")
        rest = {column: cells[n] for n, column in self.others if cells[n]}
        for key in ("business_scope", "city"):
            if get[key]:
                rest[key] = get[key]
        if foreign:
            rest["capital_as_stated"] = foreign
        extra = orjson.dumps(rest).decode() if rest else ""
        subject = f"enterprise:{code or name}"
        content = "\x1f".join(
            (subject, name, region, get["established_on"], get["legal_form"], get["capital"], get["capital_unit"],
             get["industry_code"], get["address"], get["status"], extra)
        )  # fmt: skip
        row_hash = hashlib.blake2b(content.encode(), digest_size=12).hexdigest()
        if not self._first(subject, row_hash, number, cells):
            return
        self.judged.placed[how] += 1
        self.judged.accepted.append(
            Registration(subject, code, name, grade, region, how, established, get["legal_form"], capital,
                         get["industry_code"], get["address"], get["status"], extra, row_hash, number)
        )  # fmt: skip

    def _fault(self, number: int, column: str, code: str, seen: str, allowed: str = "") -> RowError:
        return RowError(
            self.gate.file, number, self.gate.mapping.columns.get(column, column), code, seen, allowed
        )

    def _identity(self, get: Mapping[str, str], number: int, faults: list[RowError]) -> tuple[str, str, str]:
        name = get["name"]
        if not name:
            faults.append(self._fault(number, "name", "gate.name_missing", ""))
        elif len(name) > NAME_LIMIT:
            faults.append(self._fault(number, "name", "gate.out_of_range", name[:40], f"≤ {NAME_LIMIT}"))
        elif "\n" in name or "\r" in name:
            faults.append(self._fault(number, "name", "gate.line_break", name[:40]))
        elif name[0] in FORMULA_MARKS or "<" in name:
            code = "gate.html_in_name" if "<" in name else "gate.formula_like"
            self.judged.flagged.append(self._fault(number, "name", code, name))
        raw = get["uscc"]
        if not raw:
            return name, "", "absent"
        code = uscc.normalise(raw)
        grade = uscc.grade(code)
        if grade == uscc.Grade.MALFORMED:
            faults.append(self._fault(number, "uscc", "gate.malformed_uscc", raw, "18"))
        elif grade == uscc.Grade.CHECKSUM_MISMATCH:
            self.judged.flagged.append(
                self._fault(number, "uscc", "gate.uscc_checksum", raw, uscc.check_character(code[:17]))
            )
        return name, code, grade.value

    def _date(self, text: str, number: int, faults: list[RowError]) -> date | None:
        if not text:
            return None
        day = parse_date(text)
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
        if not text:
            return None, ""
        try:
            amount = Decimal(text.replace(",", "").replace("，", ""))
        except InvalidOperation:
            faults.append(self._fault(number, "capital", "gate.bad_number", text))
            return None, ""
        if not amount.is_finite() or amount < 0:
            faults.append(self._fault(number, "capital", "gate.negative", text, "≥ 0"))
            return None, ""
        known = CAPITAL_UNITS.get(unit)
        if known is None:
            return None, f"{text} {unit}"  # another currency: kept as stated, not converted
        return amount * TO_WAN[known], ""

    def _place(self, get: Mapping[str, str], code: str) -> tuple[str, str]:
        told = get["region"] or (code[2:8] if code else "")
        if told in self.gate.made_up_regions:
            return told, "synthetic"
        address = get["address"]
        if get["city"] and not address.startswith(("浙江", get["city"])):
            address = get["city"] + address
        region, how = self.gate.regions.place(address, told)
        return region or "", str(how)

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


def parse_date(text: str) -> date | None:
    """A day as offices write it: 2024-03-01, 2024/3/1, 2024.3.1, 20240301, 2024年3月1日; None when it is none."""
    try:
        if len(text) == 10 and text[4] == "-":
            return date.fromisoformat(text)
        plain = (
            text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
        )
        plain = plain.split(" ")[0].split("T")[0]
        if plain.isdigit() and len(plain) == 8:
            return date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except ValueError:
        return None
