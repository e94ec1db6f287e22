"""期间用词 period words: which time a header, a title or a sheet's name speaks of."""

import re
from dataclasses import dataclass

from jiqun.core.errors import InputError
from jiqun.core.periods import Period
from jiqun.lake.cell_words import chinese_digits, half_width

_DASH = "[-—–~至到]"
_FORMS = (
    (re.compile(rf"(20\d\d|19\d\d)年(\d{{1,2}})月?{_DASH}(\d{{1,2}})月"), "months"),
    (re.compile(r"(20\d\d|19\d\d)年第?([一二三四1-4])季度"), "quarter"),
    (re.compile(r"(20\d\d|19\d\d)年?Q([1-4])", re.IGNORECASE), "quarter"),
    (re.compile(r"(20\d\d|19\d\d)年?(上半年|下半年|H1|H2)", re.IGNORECASE), "half"),
    (re.compile(r"(20\d\d|19\d\d)年(\d{1,2})月(\d{1,2})日"), "day"),
    (re.compile(r"(20\d\d|19\d\d)[-./](\d{1,2})[-./](\d{1,2})(?!\d)"), "day"),
    (re.compile(r"(20\d\d|19\d\d)年(\d{1,2})月"), "month"),
    (re.compile(r"(?<!\d)(20\d\d|19\d\d)[-./](\d{1,2})(?![\d.])"), "month"),
    (re.compile(r"(?<!\d)(20\d\d|19\d\d)(0[1-9]|1[0-2])(?!\d)"), "month"),
    (re.compile(r"(20\d\d|19\d\d)年"), "year"),
    (re.compile(r"(?<![\d.])(20\d\d|19\d\d)(?![\d.])"), "year"),
)
_QUARTER = {"一": 1, "二": 2, "三": 3, "四": 4}
_AS_OF = re.compile(r"末|底|截至|截止|止")
_ALONE_MONTH = re.compile(r"(?<!\d)(\d{1,2})月份?")
_ALONE_SPAN = re.compile(rf"(?<!\d)(\d{{1,2}})月?{_DASH}(\d{{1,2}})月")
RELATIVE = (
    ("last_cumulative", re.compile(r"(上年|去年)同期(累计)?|同期累计|上年累计")),
    ("last", re.compile(r"上年末?|去年|上一年度?|上年度")),
    ("cumulative", re.compile(r"本年累计|今年累计|累计|年初至今|自年初|1[-—–~至]本月")),
    ("month", re.compile(r"本月|当月|本期")),
    ("this", re.compile(r"本年度?|今年|当年|本年末|年末|期末")),
)


@dataclass(frozen=True)
class Told:
    """A time and the words that told it."""

    period: str
    words: str


def told_period(text: str) -> Told | None:
    """The time a text speaks of: 2024年1-6月, 二〇二四年三月, 2024年末, 2024Q1, 202406 …; None when it tells none."""
    plain = chinese_digits(half_width(text)).replace(" ", "")
    for pattern, form in _FORMS:
        if found := pattern.search(plain):
            written = _written(form, found.groups())
            if written is None:
                continue
            if _AS_OF.search(plain[max(0, found.start() - 3) : found.end() + 3]) and form in (
                "year",
                "month",
                "day",
            ):
                written = f"@{written}"
            elif form == "day":
                written = f"{written}..{written}"
            return Told(written, found[0])
    return None


def _written(form: str, parts: tuple[str, ...]) -> str | None:
    year, rest = parts[0], parts[1:]
    if form == "year":
        text = year
    elif form == "half":
        text = f"{year}H{1 if rest[0] in ('上半年', 'H1', 'h1') else 2}"
    elif form == "quarter":
        text = f"{year}Q{_QUARTER.get(rest[0]) or int(rest[0])}"
    elif form == "months" and int(rest[0]) < int(rest[1]):
        text = f"{year}-{int(rest[0]):02d}..{year}-{int(rest[1]):02d}"
    else:
        text = "-".join([year, *(f"{int(part):02d}" for part in (rest[:1] if form == "months" else rest))])
    try:
        Period.parse(text if form != "day" else f"@{text}")
    except InputError:
        return None
    return text


def relative_kind(text: str) -> str:
    """cumulative | month | this | last | last_cumulative for 本年累计, 本月, 本年, 上年, 上年同期; empty otherwise."""
    plain = half_width(text).replace(" ", "")
    return next((kind for kind, pattern in RELATIVE if pattern.search(plain)), "")


def without_time(text: str) -> str:
    """A header text without the words that tell a time."""
    plain = chinese_digits(half_width(text))
    for pattern, _ in _FORMS:
        plain = pattern.sub("", plain)
    for _, pattern in RELATIVE:
        plain = pattern.sub("", plain)
    return re.sub(r"截至|截止|(?<=[^\d])末$|年底|年末|\d{1,2}月份?", "", plain).strip("/-_ 度年")


def applied(base: str, relative: str, *, header: str = "") -> str:
    """The period a column speaks of, from the form's own period and the words of its header; empty when they do not agree.

    base      period of the form as its title tells; header: a month told alone in the header (3月, 1-6月)
    """
    if not base:
        return ""
    period = Period.parse(base)
    year, last = period.year, period.last_day
    if span := _ALONE_SPAN.search(header):
        return _checked(f"{year}-{int(span[1]):02d}..{year}-{int(span[2]):02d}")
    if alone := _ALONE_MONTH.search(header):
        return _checked(f"{year}-{int(alone[1]):02d}")
    monthly = period.start.year == year and (last.month, last.day) != (12, 31)
    if relative in ("last", "last_cumulative"):
        return _shifted(base, back=1, cumulative=relative == "last_cumulative" and monthly)
    if relative == "cumulative":
        return _until(year, last.month)
    if relative == "month":
        return f"{year}-{last.month:02d}" if monthly or "-" in base else base
    return base


def _until(year: int, month: int) -> str:
    return str(year) if month == 12 else f"{year}-01" if month == 1 else f"{year}-01..{year}-{month:02d}"


def _shifted(base: str, *, back: int, cumulative: bool) -> str:
    period = Period.parse(base)
    if cumulative:
        return _until(period.year - back, period.last_day.month)
    return re.sub(r"(19|20)\d\d", lambda year: str(int(year[0]) - back), base)


def _checked(text: str) -> str:
    try:
        return Period.parse(text).text
    except InputError:
        return ""


def as_stock(period: str) -> str:
    """The same time as the moment it ends with: 2024 is @2024, 2024-01..2024-06 is @2024-06; a moment stays one."""
    if not period or period.startswith("@"):
        return period
    told = Period.parse(period)
    last = told.last_day
    if period == str(told.year):
        return f"@{period}"
    return f"@{last.year}-{last.month:02d}"


def as_flow(period: str) -> str:
    """The same time as the span it closes: @2024 is 2024; @2024-12-31 the year; @2024-06 the months from January on."""
    if not period.startswith("@"):
        return period
    last = Period.parse(period).last_day
    return _until(last.year, last.month)
