"""Periods 时期与时点: half-open spans of days in Asia/Shanghai, and moments "as of" the end of a day.

Written forms: `2024` · `2024H1` · `2024Q1` · `2024-03` · `2024-01..2024-04` · `2022..2024` ·
`2024-03-14..2024-05-01` · `@2024-03-14` `@2024-03` `@2024` (as of the end of that day, month, year).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache, total_ordering

from jiqun.core.errors import InputError
from jiqun.core.period_labels import label_of

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ALLOWED = (
    "2024 2024H1 2024Q1 2024-03 2024-01..2024-04 2022..2024 2024-03-14..2024-05-01 @2024-03-14 @2024-03 @2024"
)


class Form(StrEnum):
    """The way a period is written."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    MONTHS = "months"
    YEARS = "years"
    DAYS = "days"
    AS_OF_DAY = "as_of_day"
    AS_OF_MONTH = "as_of_month"
    AS_OF_YEAR = "as_of_year"


_INSTANTS = frozenset({Form.AS_OF_DAY, Form.AS_OF_MONTH, Form.AS_OF_YEAR})


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to, not including, `end`; an instant is the end of its one day.

    Two periods are equal when they are written alike; `covers_same` compares the days alone.
    """

    start: date
    end: date
    form: Form

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InputError("gate.bad_period", seen=f"{self.start}..{self.end}", allowed=ALLOWED)

    @staticmethod
    def parse(text: str) -> "Period":
        """Read one of the written forms; InputError `gate.bad_period` for anything else."""
        return _parse(text)

    @property
    def is_instant(self) -> bool:
        """True for "as of" (时点), false for a span (时期)."""
        return self.form in _INSTANTS

    @property
    def days(self) -> int:
        """Number of days covered; an instant has one, the day it closes."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day covered."""
        return self.end - timedelta(days=1)

    @property
    def year(self) -> int:
        """The year it ends in: the year a reader files it under."""
        return self.last_day.year

    @property
    def starts_at(self) -> datetime:
        """First instant, aware."""
        return datetime.combine(self.start, time(), SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        """First instant after it, aware."""
        return datetime.combine(self.end, time(), SHANGHAI)

    @property
    def text(self) -> str:
        """The written form; `Period.parse(period.text) == period`."""
        return _text(self)

    def label(self, lang: str) -> str:
        """What a reader sees: 2025年1—4月, 截至2025年末, "January–April 2025"."""
        return label_of(self.form.value, self.start, self.last_day, lang)

    def contains(self, other: "Period | date") -> bool:
        """Does it cover every day of the other?"""
        if isinstance(other, Period):
            return self.start <= other.start and other.end <= self.end
        return self.start <= other < self.end

    def covers_same(self, other: "Period") -> bool:
        """The same days, and both spans or both instants, however written."""
        return (self.start, self.end, self.is_instant) == (other.start, other.end, other.is_instant)

    def __lt__(self, other: "Period") -> bool:
        return (self.start, self.end, self.form) < (other.start, other.end, other.form)

    def __str__(self) -> str:
        return self.text


_YEAR = re.compile(r"(\d{4})")
_PART = re.compile(r"(\d{4})([HQ])(\d)")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@lru_cache(maxsize=65536)
def _parse(text: str) -> Period:
    plain = text.strip()
    try:
        if plain.startswith("@"):
            return _instant(plain[1:])
        first, dots, second = plain.partition("..")
        return _between(first, second) if dots else _single(plain)
    except (ValueError, OverflowError):
        raise InputError("gate.bad_period", seen=text, allowed=ALLOWED) from None


def _instant(text: str) -> Period:
    start, end, form = _unit_of(text)
    as_of = {Form.DAYS: Form.AS_OF_DAY, Form.MONTH: Form.AS_OF_MONTH, Form.YEAR: Form.AS_OF_YEAR}[form]
    return Period(max(start, end - timedelta(days=1)), end, as_of)


def _single(text: str) -> Period:
    part = _PART.fullmatch(text) if text.isascii() else None
    if part is None:
        return Period(*_unit_of(text))
    months, form = {"H": (6, Form.HALF), "Q": (3, Form.QUARTER)}[part[2]]
    year, number = int(part[1]), int(part[3])
    if not 1 <= number <= 12 // months:
        raise ValueError(text)
    return Period(date(year, months * (number - 1) + 1, 1), _next_month(year, months * number), form)


def _between(first: str, second: str) -> Period:
    start, _, form = _unit_of(first)
    _, end, other = _unit_of(second)
    if form is not other or start >= end or (first == second and form is not Form.DAYS):
        raise ValueError(second)
    return Period(start, end, {Form.YEAR: Form.YEARS, Form.MONTH: Form.MONTHS}.get(form, form))


def _unit_of(text: str) -> tuple[date, date, Form]:
    """Start, end and form of a year, a month or a day."""
    if text.isascii():
        if found := _DAY.fullmatch(text):
            day = date(int(found[1]), int(found[2]), int(found[3]))
            return day, day + timedelta(days=1), Form.DAYS
        if found := _MONTH.fullmatch(text):
            year, month = int(found[1]), int(found[2])
            return date(year, month, 1), _next_month(year, month), Form.MONTH
        if found := _YEAR.fullmatch(text):
            year = int(found[1])
            return date(year, 1, 1), date(year + 1, 1, 1), Form.YEAR
    raise ValueError(text)


def _next_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


@lru_cache(maxsize=4096)
def _text(period: Period) -> str:
    start, last = period.start, period.last_day
    month, last_month = start.isoformat()[:7], last.isoformat()[:7]
    year = month[:4]
    return {
        Form.YEAR: year,
        Form.HALF: f"{year}H{(start.month + 5) // 6}",
        Form.QUARTER: f"{year}Q{(start.month + 2) // 3}",
        Form.MONTH: month,
        Form.MONTHS: f"{month}..{last_month}",
        Form.YEARS: f"{year}..{last_month[:4]}",
        Form.DAYS: f"{start.isoformat()}..{last.isoformat()}",
        Form.AS_OF_DAY: f"@{last.isoformat()}",
        Form.AS_OF_MONTH: f"@{last_month}",
        Form.AS_OF_YEAR: f"@{last_month[:4]}",
    }[period.form]
