"""报送表 forms: which numbers are asked, in which unit, over which span, and what is checked of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import cast

from jiqun.core.errors import InputError, JiqunError, PackError
from jiqun.core.indicators import IndicatorTable, Nature
from jiqun.core.packfiles import Table, as_table, labels_in, read_toml, texts_in
from jiqun.core.period_steps import at_end, previous, to_date, year_before
from jiqun.core.periods import Period
from jiqun.core.units import UnitTable, fits

SPANS = ("period", "to_date")
RESPONDENTS = ("enterprise", "region")
CELLS_MOST = 60
JUMP = Decimal(10)


@dataclass(frozen=True, slots=True)
class Cell:
    """One number that is asked (一格).

    key         name of the cell within its form
    span        period: of the period itself; to_date: from January to its end; a stock is always as of the end
    least, most bounds of the value in the cell's unit; None for none
    jump        how many times more or less than last time asks for a reason
    far         how many times more or less than the neighbours' median asks for a reason; None: not compared
    sum_of      cells this one is the sum of
    part_of     cell this one is a part of (其中)
    """

    key: str
    indicator: str
    unit: str
    scope: str = ""
    span: str = "period"
    required: bool = True
    least: Decimal | None = None
    most: Decimal | None = None
    jump: Decimal = JUMP
    far: Decimal | None = None
    sum_of: tuple[str, ...] = ()
    part_of: str = ""

    def as_json(self) -> dict[str, object]:
        """The cell as a collection keeps it; decimals as text."""
        kept: dict[str, object] = {
            name: getattr(self, name) for name in ("key", "indicator", "unit", "scope", "span")
        }
        kept |= {"required": self.required, "sum_of": list(self.sum_of), "part_of": self.part_of}
        limits = {name: getattr(self, name) for name in ("least", "most", "jump", "far")}
        return kept | {name: "" if value is None else format(value, "f") for name, value in limits.items()}


@dataclass(frozen=True, slots=True)
class CollectionForm:
    """A form: what it is called, who answers it, and its cells.

    respondents  enterprise | region (lower offices)
    origin       pack, or the scope of the office that made it
    """

    key: str
    label: Mapping[str, str]
    respondents: str
    cells: tuple[Cell, ...]
    origin: str = "pack"


def period_of(cell: Cell, period: Period, nature: Nature) -> Period:
    """Which period the cell speaks of in a collection of that period."""
    if nature is Nature.STOCK:
        return at_end(period)
    return to_date(period) if cell.span == "to_date" else period


def earlier_periods(cell: Cell, period: Period, nature: Nature) -> tuple[Period, ...]:
    """Periods whose value may stand beside the field: the last one, else the same a year before.

    The first to-date value of a year has no last one: what was counted up to December is another span.
    """
    before = period_of(cell, previous(period), nature)
    a_year = period_of(cell, year_before(period), nature)
    begins = (
        cell.span == "to_date"
        and nature is Nature.FLOW
        and before.start != period_of(cell, period, nature).start
    )
    return (a_year,) if begins else (before, a_year)


def cell_from(told: Mapping[str, object]) -> Cell:
    """A cell from JSON or a pack; InputError `collect.bad_cell` names what is wrong."""
    unknown = sorted(set(told) - set(Cell.__dataclass_fields__))
    indicator, unit = _text(told, "indicator"), _text(told, "unit")
    key = _text(told, "key") or indicator
    span = _text(told, "span") or "period"
    if unknown or not indicator or not unit or span not in SPANS:
        seen = unknown[0] if unknown else (span if span not in SPANS else key)
        raise InputError("collect.bad_cell", seen=seen, allowed="indicator, unit, span: period | to_date")
    return Cell(
        key, indicator, unit, _text(told, "scope"), span, bool(told.get("required", True)), _limit(told, "least"),
        _limit(told, "most"), _limit(told, "jump") or JUMP, _limit(told, "far"),
        tuple(str(one) for one in cast(Sequence[object], told.get("sum_of") or ())), _text(told, "part_of"),
    )  # fmt: skip


def checked_cells(cells: Iterable[Cell], indicators: IndicatorTable, units: UnitTable) -> tuple[Cell, ...]:
    """The cells, once each is known to be askable; InputError `collect.bad_cell` for the first that is not."""
    kept = tuple(cells)
    keys = [cell.key for cell in kept]
    if not 1 <= len(kept) <= CELLS_MOST:
        raise InputError("collect.bad_cell", seen=str(len(kept)), allowed=f"1–{CELLS_MOST}")
    asked: set[tuple[str, str, str]] = set()
    for cell in kept:
        indicator = indicators.get(cell.indicator)
        if not fits(units.get(cell.unit), units.get(indicator.unit)):
            raise InputError("gate.unit_mismatch", column=cell.key, seen=cell.unit, allowed=indicator.unit)
        span = "" if indicator.stock_or_flow is Nature.STOCK else cell.span
        same = (cell.indicator, cell.scope, span)
        others = {*cell.sum_of, cell.part_of} - {""}
        alike = {one.key for one in kept if one.unit == cell.unit and one.key != cell.key}
        if same in asked or keys.count(cell.key) > 1 or not others <= alike:
            raise InputError("collect.bad_cell", seen=cell.key, allowed=" ".join(sorted(set(keys))))
        if cell.jump <= 1 or (cell.far is not None and cell.far <= 1):
            raise InputError("collect.bad_cell", seen=cell.key, allowed="jump > 1, far > 1")
        asked.add(same)
    return kept


def pack_forms(packs: Path, indicators: IndicatorTable, units: UnitTable) -> dict[str, CollectionForm]:
    """The forms of `packs/forms/*.toml` by key; PackError names file and key."""
    found: dict[str, CollectionForm] = {}
    for file in sorted((packs / "forms").glob("*.toml")):
        for key, value in read_toml(file).items():
            table = as_table(value, file=file, key=key)
            try:
                cells = checked_cells(
                    (cell_from(cell) for cell in _tables(table, file, key)), indicators, units
                )
            except JiqunError as error:
                raise PackError("pack.bad_form", file=str(file), key=key, seen=str(error)) from error
            who = str(table.get("respondents", "enterprise"))
            if who not in RESPONDENTS or key in found:
                raise PackError(
                    "pack.bad_form", file=str(file), key=key, seen=who, allowed=" ".join(RESPONDENTS)
                )
            found[key] = CollectionForm(key, labels_in(table, "label", file=file, key=key), who, cells)
    return found


def _tables(table: Table, file: Path, key: str) -> list[Table]:
    cells = table.get("cells")
    if not isinstance(cells, list):
        raise PackError("pack.bad_form", file=str(file), key=f"{key}.cells", seen=repr(cells))
    rows = [as_table(cell, file=file, key=f"{key}.cells") for cell in cast(list[object], cells)]
    for row in rows:
        texts_in(row, "sum_of", file=file, key=f"{key}.cells")
    return rows


def _text(told: Mapping[str, object], name: str) -> str:
    value = told.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _limit(told: Mapping[str, object], name: str) -> Decimal | None:
    text = str(told.get(name) if told.get(name) is not None else "").strip()
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise InputError("collect.bad_cell", seen=f"{name}: {text}", allowed="0-9 . -")
    return value
