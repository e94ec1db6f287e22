"""时刻 instants: what sources write for a time, as whole microseconds since 1970 UTC; None for what is none."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCALES: Mapping[str, int] = MappingProxyType({"s": 1_000_000, "ms": 1_000, "us": 1})
FORMS = (*SCALES, "iso")
MOST_US = 2**62


def from_datetime(at: datetime) -> int:
    """Microseconds of an instant; without a zone it is UTC."""
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)


def from_number(value: object, form: str) -> int | None:
    """Microseconds of a number of s, ms or us."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = round(value * SCALES[form])
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < MOST_US else None


def from_text(text: str, *, hours_east: int = 0) -> int | None:
    """Microseconds of a time as ISO 8601 writes it, with blanks or slashes too; without a zone it is `hours_east`."""
    try:
        at = datetime.fromisoformat(text.strip().replace("/", "-"))
        return from_datetime(at if at.tzinfo else at.replace(tzinfo=timezone(timedelta(hours=hours_east))))
    except (ValueError, OverflowError):
        return None


def read_instant(value: object, form: str) -> int | None:
    """Microseconds of whatever a message has for its time, in one of `FORMS`."""
    if form == "iso":
        return from_text(value) if isinstance(value, str) else None
    return from_number(value, form)


def written(us: int) -> str:
    """An instant as a person reads it: 2026-11-22T06:40:00.5+00:00."""
    return (EPOCH + timedelta(microseconds=us)).isoformat()
