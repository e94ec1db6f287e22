"""时刻 instants of a factory's files: whole microseconds since 1970, read from text; without a zone it is Asia/Shanghai."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""No summer time since 1992; a fixed offset needs no table of zones on the factory box."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
_FIRST_US = (datetime(1, 1, 2, tzinfo=SHANGHAI) - EPOCH) // timedelta(
    microseconds=1
)  # its day begins in year 1 of UTC too
_LAST_US = (datetime.max.replace(tzinfo=SHANGHAI) - EPOCH) // timedelta(microseconds=1)
_LOOSE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6})\d*)?)?)?"
)
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?")


def micros_of(at: datetime) -> int:
    """Microseconds since 1970; an instant without a zone is one of Asia/Shanghai."""
    aware = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
    return (aware - EPOCH) // timedelta(microseconds=1)


def instant(text: str) -> int | None:
    """Microseconds of a written instant (ISO, 2026/11/2 8:00, 2026年11月2日 8:00; with or without zone); else None.

    From 0001-01-02 to 9999-12-31 in Shanghai: what lies beyond could neither be shown nor be given a day.
    """
    us = _instant(text.strip())
    return us if us is not None and _FIRST_US <= us <= _LAST_US else None


def _instant(plain: str) -> int | None:
    try:
        return micros_of(datetime.fromisoformat(plain))
    except ValueError:
        pass
    found = _LOOSE.fullmatch(plain)
    if not found:
        return None
    parts = [int(part or 0) for part in found.groups()[:6]]
    micro = int((found[7] or "0").ljust(6, "0"))
    try:
        return micros_of(datetime(*parts, micro, tzinfo=SHANGHAI))  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def clock(text: str) -> int | None:
    """Microseconds after midnight of 08:00, 8:00:30 or 24:00; None if it is none."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    if minutes > 59 or seconds > 59 or (hours, minutes, seconds) > (24, 0, 0):
        return None
    return hours * HOUR + minutes * MINUTE + seconds * SECOND


def midnight(day: date) -> int:
    """The first microsecond of a day in Shanghai."""
    return micros_of(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))


def moment(micros: int) -> datetime:
    """The instant in time of Shanghai."""
    return (EPOCH + timedelta(microseconds=micros)).astimezone(SHANGHAI)


def day_of(micros: int) -> date:
    """The day of Shanghai an instant falls on."""
    return moment(micros).date()
