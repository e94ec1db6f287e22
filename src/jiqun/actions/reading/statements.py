"""说法 statements: a fact as a reader meets it — with the words for its subject, indicator, unit, period and source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from jiqun.core.errors import JiqunError
from jiqun.core.facts import plain
from jiqun.core.periods import Period

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Label:
    """A name in both languages; English falls back on Chinese where nobody has given one."""

    zh: str
    en: str

    @classmethod
    def of(cls, zh: str, en: str = "") -> "Label":
        """The label; an empty English name becomes the Chinese one."""
        return cls(zh, en or zh)

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True, slots=True)
class Link:
    """A subject, source or indicator a page points to: its key, kind and name."""

    key: str
    kind: str
    label: Label
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact, ready to be shown.

    value, value_high  as stated, in `unit`; None when only value_text says it
    base_value         the same in the indicator's unit; None when it does not convert
    bound              = ≥ > ≈ < ≤ range
    year               the year a reader files it under
    inferred           the period was inferred, not stated
    breakdown          pairs of dimension and value
    """

    id: str
    subject: Link
    indicator: Link
    period: str
    period_label: Label
    inferred: bool
    is_instant: bool
    starts: date
    ends: date
    year: int
    value: Decimal | None
    value_high: Decimal | None
    base_value: Decimal | None
    bound: str
    value_text: str
    unit: str
    unit_label: Label
    kind: str
    scope: str
    breakdown: tuple[tuple[str, str], ...]
    status: str
    attributed_to: str
    source: Link
    locator: str
    quote: str
    note: str
    recorded_at: datetime
    batch: str
    file: str
    row_no: int
    supersedes: str
    synthetic: bool

    @property
    def stated_text(self) -> str:
        """The number as it stands in the quote, or the words that stand for it."""
        written = "" if self.value is None else plain(abs(self.value))
        return written if written and written in self.quote else self.value_text


@dataclass(frozen=True, slots=True)
class Words:
    """The names statements are told with, looked up once per page: subjects, sources, indicators, units by key."""

    subjects: Mapping[str, Link]
    sources: Mapping[str, Link]
    indicators: Mapping[str, Link]
    units: Mapping[str, Label]


def told(row: Row, words: Words) -> Statement:
    """A row of the table `facts` as a statement."""
    period = str(row["period"])
    ends = _date(row["period_end"])
    return Statement(
        id=str(row["id"]),
        subject=_link(words.subjects, str(row["subject"]), str(row["subject"]).partition(":")[0]),
        indicator=_link(words.indicators, str(row["indicator"]), "indicator"),
        period=period,
        period_label=period_label(period),
        inferred=bool(row["period_inferred"]),
        is_instant=bool(row["is_instant"]),
        starts=_date(row["period_start"]),
        ends=ends,
        year=date.fromordinal(ends.toordinal() - 1).year,
        value=_decimal(row["value"]),
        value_high=_decimal(row["value_high"]),
        base_value=_decimal(row["base_value"]),
        unit_label=words.units.get(str(row["unit"]), Label.of(str(row["unit"]))),
        breakdown=pairs(_text(row["breakdown"])),
        source=_link(words.sources, _text(row["source"]), "source"),
        recorded_at=row["recorded_at"],  # type: ignore[arg-type]
        row_no=int(str(row["row_no"] or 0)),
        synthetic=bool(row["synthetic"]),
        **{name: _text(row[name]) for name in _TEXTS},
    )


_TEXTS = (
    "bound", "value_text", "unit", "kind", "scope", "status", "attributed_to", "locator", "quote", "note",
    "batch", "file", "supersedes",
)  # fmt: skip


def period_label(period: str) -> Label:
    """What a reader sees of a period; the text itself when it is not one of ours."""
    try:
        parsed = Period.parse(period)
    except JiqunError:
        return Label.of(period)
    return Label(parsed.label("zh"), parsed.label("en"))


def pairs(breakdown: str) -> tuple[tuple[str, str], ...]:
    """`industry=轴承;size=小型` as pairs."""
    parts = (part.partition("=") for part in breakdown.split(";") if part.strip())
    return tuple((name.strip(), value.strip()) for name, _, value in parts)


def _link(links: Mapping[str, Link], key: str, kind: str) -> Link:
    found = links.get(key)
    return found if found is not None else Link(key, kind, Label.of(key.partition(":")[2] or key))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value)).normalize() + 0


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    assert isinstance(value, date)
    return value
