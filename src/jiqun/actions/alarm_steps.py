"""报警推进 one alarm moved on by a reading, by time or by a command: its row as it stands then, and lines of the journal."""

from dataclasses import replace
from datetime import datetime

from jiqun.factory.alarms.alarm import Alarm
from jiqun.factory.alarms.condition import due, readable
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.alarms.model import Command, Effect, Happening, Reading, Tick
from jiqun.factory.instants import SECOND
from jiqun.ledger.alarms import AlarmEntry, AlarmRow

GRACE_US = 5 * SECOND
"""How long after an instant it counts as over: readings of before may still be on their way."""
BAD = 2
BY_PROCESS = ("active", "clear")
Moved = tuple[AlarmRow, list[AlarmEntry]]


def read(
    diagram: Diagram, row: AlarmRow, reading: tuple[int, float | None, int], arrived_us: int, *, at: datetime
) -> Moved:
    """A reading (read_us, value, quality) that arrived; one from before the last that was taken is only counted.

    What a clock puts ahead of its arrival counts as read on arrival. What was read before a command or the end of a
    delay, but after the last reading, counts from then on: the alarm moves on, never back.
    """
    read_us, value, quality = reading
    read_us = min(read_us, arrived_us)
    if row.read_us is not None and read_us < row.read_us:
        return replace(row, late=row.late + 1), []
    said = None if quality == BAD else value
    moved, entries = _stepped(diagram, row, Reading(said), max(read_us, row.seen_us or read_us), at)
    shown = row.value if said is None or not readable(said) else said
    return replace(moved, read_us=read_us, value=shown), entries


def passed(diagram: Diagram, row: AlarmRow, now_us: int, *, at: datetime) -> Moved:
    """Delays and shelvings that have ended by now, less the grace."""
    end = last_due(row, now_us - GRACE_US)
    return (row, []) if end is None else _stepped(diagram, row, Tick(), max(end, row.seen_us or end), at)


def commanded(diagram: Diagram, row: AlarmRow, command: Command, now_us: int, *, at: datetime) -> Moved:
    """A command, now; InputError alarm.*, WrongState alarm.state."""
    return _stepped(diagram, row, command, max(now_us, row.seen_us or now_us), at)


def last_due(row: AlarmRow, until_us: int) -> int | None:
    """The last end of a delay or shelving of an alarm by an instant; None when there is none."""
    state = row.as_state()
    ends = [
        one for one in (due(row.limit.as_limit(), state.condition), state.shelved_until) if one is not None
    ]
    return max((one for one in ends if one <= until_us), default=None)


def _stepped(diagram: Diagram, row: AlarmRow, event: Happening, at_us: int, at: datetime) -> Moved:
    state, effects = Alarm(row.limit.as_limit(), diagram).step(row.as_state(), event, at_us)
    moved = row.stepped(state)
    entries = [_entry(moved, one, at) for one in effects if one.before != one.after]
    if any(one.name == "bad_value" for one in effects):
        moved = replace(moved, bad=row.bad + 1)
    raised = [one.at_us for one in entries if one.raises]
    return replace(
        moved,
        raised_us=raised[-1] if raised else row.raised_us,
        changed_us=entries[-1].at_us if entries else row.changed_us,
    ), entries


def _entry(row: AlarmRow, effect: Effect, at: datetime) -> AlarmEntry:
    said = dict(effect.audit)
    value = said.get("value", "")
    if not value and effect.name in BY_PROCESS and row.value is not None:
        value = f"{row.value:g}"
    until = {"shelve": row.shelved_until_us, "expire": effect.at}.get(effect.name)
    limit = row.limit
    return AlarmEntry(
        limit.key, limit.name, limit.point, effect.at, effect.name, effect.before, effect.after, said.get("by", ""),
        said.get("why", ""), value, until, limit.priority, effect.raises, at,
    )  # fmt: skip
