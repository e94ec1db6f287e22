"""时期推移 period steps: the period before, the same a year earlier, from the year's start, as of its end.

For periods that are whole months: a month, a quarter, half a year, a year — what offices collect by.
"""

from datetime import date

from jiqun.core.errors import InputError
from jiqun.core.periods import Form, Period

MONTHS = {Form.MONTH: 1, Form.QUARTER: 3, Form.HALF: 6, Form.YEAR: 12}
ALLOWED = "2024-03 2024Q1 2024H1 2024"


def collected(text: str) -> Period:
    """A period that can be collected by; InputError `collect.bad_period` for any other."""
    period = Period.parse(text)
    if period.form not in MONTHS:
        raise InputError("collect.bad_period", seen=text, allowed=ALLOWED)
    return period


def previous(period: Period) -> Period:
    """The period right before, of the same length."""
    return _moved(period, -MONTHS[period.form])


def year_before(period: Period) -> Period:
    """The same period a year earlier."""
    return _moved(period, -12)


def to_date(period: Period) -> Period:
    """From the first of January of its year to its end; a whole year is written as the year."""
    year = period.start.year
    if period.last_day.month == 12:
        return Period.parse(f"{year}")
    if period.last_day.month == 1:
        return Period.parse(f"{year}-01")
    return Period.parse(f"{year}-01..{year}-{period.last_day.month:02d}")


def at_end(period: Period) -> Period:
    """As of its end, for what is counted at a moment."""
    last = period.last_day
    return Period.parse(f"@{last.year}" if period.form is Form.YEAR else f"@{last.year}-{last.month:02d}")


def _moved(period: Period, months: int) -> Period:
    return Period(_shifted(period.start, months), _shifted(period.end, months), period.form)


def _shifted(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
