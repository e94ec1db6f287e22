"""事实入口 gate for facts: schema, words, units, kinds, periods and ranges of every row; nothing wrong gets in.

A row becomes a `Fact` in the indicator's unit beside the stated one, or waits in quarantine with every fault it has.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from jiqun.core.errors import InputError, JiqunError, RowError
from jiqun.core.facts import QUOTE_LIMIT, Bound, Fact, Status, SubjectKey, fact_id, natural_key
from jiqun.core.indicators import Indicator, IndicatorTable
from jiqun.core.periods import SHANGHAI, Period
from jiqun.core.states import NEVER_WORD, STATES, State, state_of
from jiqun.core.units import Kind, Rounding, UnitTable, fits
from jiqun.lake.cell_words import NOTHING, control_character, parse_amount, parse_flag

EARLIEST = date(1900, 1, 1)
DIGITS = Decimal(10) ** 22
NOT_NEGATIVE = frozenset({Kind.SHARE, Kind.RANK})
TEXT_LIMIT = 400
KEY_LIMIT = 200
SOURCE_LIMIT = 80
FRAMES_KEPT = 4096
Read = TypeVar("Read")


@dataclass
class JudgedFacts:
    """Accepted facts, flags, faults and the raw rows that are held, by row number."""

    accepted: list[Fact] = field(default_factory=list)
    flagged: list[RowError] = field(default_factory=list)
    faults: list[RowError] = field(default_factory=list)
    held: dict[int, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class FactGate:
    """The gate and what it needs to know.

    subject_of   today's key for a subject as written, or None when it is unknown
    is_document  does this source speak in a text (the place in it is part of a statement's identity)?
    now          instant of recording; the latest day a finished period may end on follows from it
    """

    indicators: IndicatorTable
    units: UnitTable
    subject_of: Callable[[str], str | None]
    is_document: Callable[[str], bool]
    now: datetime
    batch: str
    file: str
    source: str = ""
    synthetic: bool = False
    _frames: dict[tuple[str, ...], "_Frame"] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def judge(self, rows: Iterable[tuple[int, Mapping[str, str]]]) -> JudgedFacts:
        """Judge rows given as field → text."""
        judged = JudgedFacts()
        seen: dict[tuple[str, datetime], tuple[str, int]] = {}
        for number, row in rows:
            fact, faults = self.read(number, row)
            if fact is None:
                judged.faults.extend(faults)
                judged.held[number] = dict(row)
                continue
            key = natural_key(fact, is_document=self.is_document(fact.source)), fact.recorded_at
            if key not in seen:
                seen[key] = fact.id, number
                judged.accepted.append(fact)
                continue
            before, earlier = seen[key]
            told = RowError(self.file, number, "", "gate.duplicate_row", fact.subject, f"row {earlier}")
            if before == fact.id:
                judged.flagged.append(told)
            else:
                judged.faults.append(replace(told, code="gate.conflicting_row"))
                judged.held[number] = dict(row)
        return judged

    def read(self, number: int, row: Mapping[str, str]) -> tuple[Fact | None, list[RowError]]:
        """One row as a fact, or None with its faults."""
        alike = self._read_alike(number, row)
        return (alike, []) if alike is not None else self._read_whole(number, row)

    def _read_alike(self, number: int, row: Mapping[str, str]) -> Fact | None:
        """The fact of a row that says, but for subject, number and texts, what a sound row before it said.

        Of a column of a list all rows are so. None where anything is out of the way: then the row is read whole.
        """
        frame = self._frames.get(tuple([row.get(name, "") for name in _FRAME]))
        if frame is None or not row.keys() <= _COLUMNS or row.get("value_high"):
            return None
        texts = [row.get(name, "") for name in _LOOSE]
        if control_character(texts) or any(len(texts[n]) > most for n, most in enumerate(_LOOSE_LIMITS)):
            return None
        subject, told, value_text, locator, quote, note = map(str.strip, texts)
        try:
            known = self._subject(subject)
            value, value_text, base = self._told(frame, told, value_text)
        except JiqunError:
            return None
        if base is None:
            return None
        said = (
            known, frame.indicator, frame.period, frame.inferred, value, None, frame.bound, value_text, frame.unit,
            frame.kind, frame.scope, frame.breakdown, frame.status, frame.attributed_to, frame.source, locator, quote, note,
            base, None, frame.recorded_at, self.batch, number, self.file, None, frame.synthetic,
        )  # fmt: skip
        return Fact(fact_id(Fact("", *said), is_document=frame.is_document), *said)

    def _told(
        self, frame: "_Frame", told: str, value_text: str
    ) -> tuple[Decimal | None, str, Decimal | None]:
        """Value, words and base value of a row that fits a frame; no base value where the row must be read whole."""
        if frame.kind in STATES:
            state = state_of(frame.kind, told or value_text, frame.choices)
            return None, state.word, state.number
        value = _amount(told, percent=frame.percent)
        if value is None or (value < 0 and frame.kind in NOT_NEGATIVE):
            return None, value_text, None
        base = self.units.convert(value, frame.unit, frame.base_unit, rounding=Rounding.HALF_EVEN)
        return value, value_text, base

    def _keep_frame(self, row: Mapping[str, str], fact: Fact, indicator: Indicator) -> None:
        """Remember what a sound row says besides subject, number and texts; not where the number itself decides more."""
        if indicator.kind is Kind.RANK or fact.bound is Bound.RANGE:
            return
        if len(self._frames) >= FRAMES_KEPT:
            self._frames.clear()
        self._frames[tuple([row.get(name, "") for name in _FRAME])] = _Frame(
            fact.indicator, fact.period, fact.period_inferred, fact.bound, fact.unit, indicator.unit, fact.kind, fact.scope,
            fact.breakdown, fact.status, fact.attributed_to, fact.source, fact.recorded_at, fact.synthetic,
            self.is_document(fact.source), self._is_percent(row.get("unit", "")), tuple(indicator.choices),
        )  # fmt: skip

    def _read_whole(self, number: int, row: Mapping[str, str]) -> tuple[Fact | None, list[RowError]]:
        cells, as_written = _Cells(self.file, number, row), row
        indicator = cells.take("indicator", self.indicators.get)
        state = cells.state(indicator) if indicator and indicator.kind in STATES else None
        row = cells.row
        subject = cells.take("subject", self._subject)
        period = cells.take("period", Period.parse)
        status = cells.take("status", Status.parse, default=Status.ACTUAL)
        bound = cells.take("bound", Bound.parse, default=Bound.EXACT)
        shares = self._is_percent(row.get("unit", ""))
        value, high = cells.number("value", percent=shares), cells.number("value_high", percent=shares)
        unit = cells.take("unit", lambda text: self.units.get(text).key)
        kind = cells.take("kind", _kind, default=indicator.kind if indicator else Kind.LEVEL)
        inferred, synthetic = cells.flag("period_inferred"), cells.flag("synthetic")
        recorded = cells.take("recorded_at", parse_instant, default=self.now)
        self._check_words(cells, value, high, bound)
        if indicator and unit:
            self._check_unit(cells, indicator, unit, kind, value)
        if period and status:
            self._check_days(cells, period, status, recorded)
        if cells.faults or not (indicator and subject and period and unit and status and bound and kind):
            return None, cells.faults
        base = state.number if state else self._base(cells, "value", value, unit, indicator)
        base_high = self._base(cells, "value_high", high, unit, indicator)
        if cells.faults:
            return None, cells.faults
        fact = Fact(
            "", subject, indicator.key, period.text, inferred,
            value, high, bound, row.get("value_text", "").strip(), unit, kind, row.get("scope", "").strip(),
            row.get("breakdown", "").strip(), status, row.get("attributed_to", "").strip(),
            row.get("source", "").strip() or self.source, row.get("locator", "").strip(), row.get("quote", "").strip(),
            row.get("note", "").strip(), base, base_high, recorded or self.now, self.batch, number, self.file, None,
            self.synthetic or synthetic,
        )  # fmt: skip
        self._keep_frame(as_written, fact, indicator)
        return replace(fact, id=fact_id(fact, is_document=self.is_document(fact.source))), cells.faults

    def says_nothing(self, indicator: str, text: str) -> bool:
        """Does a cell say that nobody knows? "None" says so of a number; of a state it is an answer."""
        known = self.indicators.find(indicator)
        is_state = known is not None and known.kind in STATES
        return text in NOTHING and not (is_state and text == NEVER_WORD)

    def _is_percent(self, text: str) -> bool:
        unit = self.units.find(text.strip())
        return unit is not None and unit.key == "%"

    def _subject(self, text: str) -> str:
        if any(mark in text for mark in "\t\r\n"):
            raise InputError("gate.line_break", seen=text[:40])
        key = self.subject_of(str(SubjectKey.parse(text)))
        if key is None:
            raise InputError("gate.unknown_subject", seen=text, allowed="jiqun subjects search")
        return key

    def _check_words(
        self, cells: "_Cells", value: Decimal | None, high: Decimal | None, bound: Bound | None
    ) -> None:
        cells.check_texts()
        text = cells.row.get("value_text", "").strip()
        if value is None and not text and not cells.failed("value"):
            cells.fault("value", "gate.value_missing", "", "0-9 . -")
        if (bound is Bound.RANGE) != (high is not None):
            cells.fault(
                "value_high", "gate.bad_range", cells.row.get("value_high", ""), "range: value < value_high"
            )
        elif high is not None and (value is None or high <= value):
            cells.fault(
                "value_high", "gate.bad_range", str(high), f"> {value}" if value is not None else "value"
            )
        if not (cells.row.get("source", "").strip() or self.source):
            cells.fault("source", "gate.source_missing", "", "--source KEY")

    def _check_unit(
        self, cells: "_Cells", indicator: Indicator, unit: str, kind: Kind | None, value: Decimal | None
    ) -> None:
        if not fits(self.units.get(unit), self.units.get(indicator.unit)):
            cells.fault("unit", "gate.unit_mismatch", unit, indicator.unit)
        if kind is not None and kind is not indicator.kind:
            cells.fault("kind", "gate.kind_mismatch", kind.value, indicator.kind.value)
        if value is not None and value < 0 and indicator.kind in NOT_NEGATIVE:
            cells.fault("value", "gate.negative", str(value), "≥ 0")
        if value is not None and indicator.kind is Kind.RANK and (value < 1 or value != int(value)):
            cells.fault("value", "gate.out_of_range", str(value), "1, 2, 3 …")

    def _check_days(self, cells: "_Cells", period: Period, status: Status, recorded: datetime | None) -> None:
        today = self.now.astimezone(SHANGHAI).date()
        if period.start < EARLIEST:
            cells.fault("period", "gate.date_too_early", period.text, f"≥ {EARLIEST}")
        if status in (Status.ACTUAL, Status.CLAIM) and period.start > today + timedelta(days=1):
            cells.fault("period", "gate.date_in_future", period.text, f"≤ {today + timedelta(days=1)}")
        if recorded is not None and recorded.year < EARLIEST.year:
            cells.fault("recorded_at", "gate.date_too_early", recorded.isoformat(), f"≥ {EARLIEST}")
        if recorded is not None and recorded > self.now + timedelta(minutes=5):
            cells.fault(
                "recorded_at", "gate.date_in_future", recorded.isoformat(), f"≤ {self.now.isoformat()}"
            )

    def _base(
        self, cells: "_Cells", column: str, amount: Decimal | None, unit: str, indicator: Indicator
    ) -> Decimal | None:
        if amount is None:
            return None
        try:
            return self.units.convert(amount, unit, indicator.unit, rounding=Rounding.HALF_EVEN)
        except InputError:
            cells.fault(column, "gate.out_of_range", f"{amount} {unit}", f"22 + 6 {indicator.unit}")
            return None


class _Cells:
    """The cells of one row; collects every fault instead of stopping at the first."""

    def __init__(self, file: str, number: int, row: Mapping[str, str]) -> None:
        self.file, self.row_no, self.row = file, number, row
        self.faults: list[RowError] = []

    def fault(self, column: str, code: str, seen: str, allowed: str = "") -> None:
        """Note one fault of a column."""
        self.faults.append(RowError(self.file, self.row_no, column, code, seen, allowed))

    def failed(self, column: str) -> bool:
        """Has this column a fault already?"""
        return any(fault.column == column for fault in self.faults)

    def take(self, column: str, reader: Callable[[str], Read], default: Read | None = None) -> Read | None:
        """Read a cell; an empty one gives the default, and is a fault where there is none."""
        text = (self.row.get(column) or "").strip()
        if not text and default is not None:
            return default
        try:
            return reader(text)
        except JiqunError as error:
            facts = error.facts
            self.fault(column, error.code, str(facts.get("seen", text)), str(facts.get("allowed", "")))
        return None

    def state(self, indicator: Indicator) -> State | None:
        """The state told, in the cell of the number or in that of the words; from here on it stands in the words."""
        text = (self.row.get("value") or "").strip() or (self.row.get("value_text") or "").strip()
        unit = (self.row.get("unit") or "").strip() or indicator.unit
        self.row = {**self.row, "value": "", "value_text": text, "unit": unit}
        if not text:
            return None
        if (self.row.get("bound") or "=").strip() not in ("=", "=="):
            self.fault("bound", "gate.bad_bound", self.row["bound"], "=")
        try:
            told = state_of(indicator.kind, text, indicator.choices)
        except InputError as error:
            self.fault("value", error.code, str(error.facts["seen"]), str(error.facts["allowed"]))
            return None
        self.row = {**self.row, "value_text": told.word}
        return told

    def number(self, column: str, *, percent: bool = False) -> Decimal | None:
        """Read a decimal cell; empty is None (not stated), never zero.

        percent  the unit is %, so the sign may stand behind the number too
        """
        text = _bare((self.row.get(column) or "").strip(), percent=percent)
        if not text:
            return None
        amount = parse_amount(text)
        if amount is None:
            self.fault(column, "gate.bad_number", text, "0-9 . -")
            return None
        if not _has_room(amount):
            self.fault(column, "gate.out_of_range", text, "22 + 6")
            return None
        return amount

    def flag(self, column: str) -> bool:
        """Read a cell that says yes or no; empty is no."""
        text = self.row.get(column) or ""
        said = parse_flag(text)
        if said is None:
            self.fault(column, "gate.bad_flag", text, "0 1")
        return bool(said)

    def check_texts(self) -> None:
        """Nothing beyond the header, no text too long for its place, no character that no text has."""
        more = "".join(cell for name, cell in self.row.items() if name.startswith("+"))
        if more:
            self.fault("", "gate.too_many_cells", more[:40])
        for name, text in self.row.items():
            if len(text) > _LIMITS.get(name, TEXT_LIMIT):
                code = "gate.quote_too_long" if name == "quote" else "gate.text_too_long"
                self.fault(
                    name, code, text if name == "quote" else text[:40], f"≤ {_LIMITS.get(name, TEXT_LIMIT)}"
                )
        if control_character(self.row.values()):
            for name, text in self.row.items():
                if stray := control_character([text]):
                    self.fault(name, "gate.control_character", stray)


_LIMITS = {"quote": QUOTE_LIMIT, "subject": KEY_LIMIT, "source": SOURCE_LIMIT}
_FRAME = ("indicator", "period", "period_inferred", "bound", "unit", "kind", "scope", "breakdown", "status",
          "attributed_to", "source", "recorded_at", "synthetic")  # fmt: skip
_LOOSE = ("subject", "value", "value_text", "locator", "quote", "note")
_LOOSE_LIMITS = tuple(_LIMITS.get(name, TEXT_LIMIT) for name in _LOOSE)
_COLUMNS = frozenset((*_FRAME, *_LOOSE, "value_high"))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a sound row says besides its subject, number and texts."""

    indicator: str
    period: str
    inferred: bool
    bound: Bound
    unit: str
    base_unit: str
    kind: Kind
    scope: str
    breakdown: str
    status: Status
    attributed_to: str
    source: str
    recorded_at: datetime
    synthetic: bool
    is_document: bool
    percent: bool
    choices: tuple[str, ...]


def _bare(text: str, *, percent: bool) -> str:
    return text.removesuffix("%").removesuffix("％").rstrip() if percent else text


def _has_room(amount: Decimal) -> bool:
    return abs(amount) < DIGITS and amount == round(amount, 6)


def _amount(text: str, *, percent: bool) -> Decimal | None:
    """The number of a cell; None where there is none that can be kept."""
    amount = parse_amount(_bare(text, percent=percent))
    return amount if amount is not None and _has_room(amount) else None


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise InputError("gate.unknown_kind", seen=text, allowed=" ".join(Kind)) from None


def parse_instant(text: str) -> datetime:
    """An aware instant: ISO with offset; a bare date or time is Asia/Shanghai. InputError gate.bad_instant."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InputError("gate.bad_instant", seen=text, allowed="2024-03-01T08:00:00+08:00") from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
