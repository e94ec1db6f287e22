"""建议对应 the proposal: which field or indicator each column of a form is, with unit, period, confidence, evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from jiqun.core.indicators import IndicatorTable
from jiqun.core.units import UnitTable
from jiqun.lake.forms.guessing import NUMERIC_SHARE, FieldGuess, Guesser, nowhere
from jiqun.lake.forms.percents import Saying, decide_percent
from jiqun.lake.forms.periods import Told, told_period
from jiqun.lake.forms.tables import FormColumn, FormTable
from jiqun.lake.forms.units import unit_of_titles
from jiqun.lake.mapping import REGION_ROWS, ColumnMap, FieldDef, QuantityColumn

LOOKED_AT = 300
SAMPLES = 4
SURE = 0.6
SHOWN = 40


@dataclass(frozen=True)
class ColumnProposal:
    """What a column is taken for.

    letter      the column as a spreadsheet names it
    role        field | quantity | ignored | kept (with the row, as it stands)
    confidence  0 to 1; below SURE a person is asked
    evidence    why, in sentences
    asks        what could not be told and must be said: indicator unit period reads
    """

    column: str
    letter: str
    role: str
    field: str = ""
    indicator: str = ""
    unit: str = ""
    period: str = ""
    scope: str = ""
    reads: str = ""
    period_from: str = ""
    confidence: float = 0.0
    evidence: tuple[Saying, ...] = ()
    samples: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Proposal:
    """The proposal for one table: its columns, and what its titles say of all of them.

    is_of_regions  is every row about a region, none about an enterprise?
    """

    columns: tuple[ColumnProposal, ...]
    period: str = ""
    period_from: str = ""
    unit: str = ""
    is_of_regions: bool = False

    @property
    def is_complete(self) -> bool:
        """Is nothing left to ask?"""
        named = any(c.field == "name" for c in self.columns)
        return not any(column.asks for column in self.columns) and (named or self.is_of_regions)

    def mapping(self) -> ColumnMap:
        """What is sure of it, as a mapping; quantities something must be asked about are left out."""
        fields = {c.field: c.column for c in self.columns if c.role == "field"}
        facts = tuple(as_quantity(c) for c in self.columns if c.role == "quantity" and not c.asks)
        ignored = tuple(c.column for c in self.columns if c.role == "ignored")
        without_code = REGION_ROWS if self.is_of_regions else "enter"
        return ColumnMap(fields, facts=facts, ignored=ignored, without_code=without_code)


def as_quantity(told: ColumnProposal) -> QuantityColumn:
    """The column as a mapping holds it."""
    return QuantityColumn(
        told.column,
        told.indicator,
        told.unit,
        told.period,
        told.scope,
        reads=told.reads,
        period_from=told.period_from,
    )


@dataclass(frozen=True)
class Knowledge:
    """What proposals rest on: fields of the table that is handed in, indicators, units, what names a region."""

    fields: Sequence[FieldDef]
    indicators: IndicatorTable
    units: UnitTable
    is_place: Callable[[str], bool] = nowhere


def propose_columns(table: FormTable, known: Knowledge, *, file: str = "") -> Proposal:
    """Propose a role for every column of a table.

    file  the file's own name, which may tell the period when title and sheet do not
    """
    told, source = form_period(table, file)
    unit = unit_of_titles(table.titles, known.units)
    period = told.period if told else ""
    guesser = Guesser(known.fields, known.indicators, known.units, unit, period, source, known.is_place)
    cells = {n: list(islice(table.cells_of(n), LOOKED_AT)) for n in range(len(table.columns))}
    fields = _fields(table, guesser, cells)
    columns = tuple(
        _column(table, n, guesser, fields.get(n), cells[n])
        for n, column in enumerate(table.columns)
        if column.name
    )
    of_regions = _is_of_regions(guesser, fields, cells)
    return Proposal(_once(columns), period, source if told else "", unit, of_regions)


def _is_of_regions(
    guesser: Guesser, fields: Mapping[int, FieldGuess], cells: Mapping[int, list[object]]
) -> bool:
    """Do the rows name regions? No column of codes of enterprises, and what names the rows are places."""
    at = {guess.field: n for n, guess in fields.items()}
    subject = at.get("name", at.get("region", -1))
    return "uscc" not in at and subject >= 0 and guesser.share_of_places(cells[subject]) >= NUMERIC_SHARE


def form_period(table: FormTable, file: str) -> tuple[Told | None, str]:
    """The time the form as a whole speaks of, and where that was read: title | sheet | file."""
    places = [*(("title", text) for text in table.titles), ("sheet", table.sheet), ("file", file)]
    for source, text in places:
        told = told_period(text)
        if told is not None:
            return told, source
    return None, ""


def _fields(table: FormTable, guesser: Guesser, cells: Mapping[int, list[object]]) -> dict[int, FieldGuess]:
    """Column → field, each field once, the surest first."""
    guesses = [
        (guess, n)
        for n, column in enumerate(table.columns)
        if column.name and not column.serial
        for guess in guesser.fields_of(column.parts or (column.name,), cells[n])
    ]
    taken: dict[int, FieldGuess] = {}
    for guess, n in sorted(guesses, key=lambda pair: (-pair[0].confidence, pair[1])):
        if n not in taken and all(guess.field != other.field for other in taken.values()):
            taken[n] = guess
    return taken


def _column(
    table: FormTable, n: int, guesser: Guesser, field: FieldGuess | None, cells: list[object]
) -> ColumnProposal:
    column: FormColumn = table.columns[n]
    samples = tuple(
        dict.fromkeys(
            str(text)[:SHOWN] for row in table.sample(12) if n < len(row) for text in [row[n]] if text
        )
    )
    plain = ColumnProposal(
        column.name, column.letter, "kept", samples=samples[:SAMPLES], hidden=column.hidden
    )
    if column.serial or guesser.is_running(column.name, cells):
        said = Saying("顺序号，不是数据", "running numbers, no data")
        return replace(plain, role="ignored", confidence=0.95, evidence=(said,))
    parts = column.parts or (column.name,)
    quantity = guesser.quantity_of(parts, cells, beside=_beside(table, n))
    if field and field.confidence >= SURE and (quantity is None or field.confidence >= quantity.confidence):
        return replace(
            plain, role="field", field=field.field, confidence=field.confidence, evidence=field.evidence
        )
    if quantity is None or not quantity.indicator:
        return plain
    told = replace(
        plain, role="quantity", indicator=quantity.indicator, unit=quantity.unit, period=quantity.period,
        scope=quantity.scope, period_from=quantity.period_from, confidence=quantity.confidence,
        evidence=quantity.evidence,
    )  # fmt: skip
    return _asking(_with_reading(told, table, n, says=quantity.says_percent))


def _beside(table: FormTable, n: int) -> tuple[str, ...]:
    """Header of the column to the left, when both stand under one parent."""
    left, own = (table.columns[n - 1].parts if n else ()), table.columns[n].parts
    return left if len(left) > 1 and left[:-1] == own[:-1] else ()


def _with_reading(told: ColumnProposal, table: FormTable, n: int, *, says: bool) -> ColumnProposal:
    if told.unit != "%":
        return told
    reading = decide_percent(table.cells_of(n), header_says=says)
    asks = () if reading.reads else ("reads",)
    return replace(told, reads=reading.reads, evidence=(*told.evidence, reading.why), asks=asks)


def _asking(told: ColumnProposal) -> ColumnProposal:
    lacking = [name for name in ("unit", "period") if not getattr(told, name)]
    if told.confidence < SURE:
        lacking.insert(0, "indicator")
    return replace(told, asks=(*lacking, *told.asks))


def _once(columns: tuple[ColumnProposal, ...]) -> tuple[ColumnProposal, ...]:
    """Two columns that would be one statement: the surer one stays, the other is asked about."""
    best: dict[tuple[str, ...], ColumnProposal] = {}
    for one in columns:
        key = (one.indicator, one.period, one.scope)
        if one.role == "quantity" and (key not in best or one.confidence > best[key].confidence):
            best[key] = one
    kept = {id(one) for one in best.values()}
    said = Saying("另有一列已是这一指标、这一期间", "another column is this indicator in this period already")
    return tuple(
        one
        if one.role != "quantity" or id(one) in kept
        else replace(
            one,
            confidence=min(one.confidence, 0.4),
            evidence=(*one.evidence, said),
            asks=("indicator", *one.asks),
        )
        for one in columns
    )
