"""读数判定 judging: what becomes a reading of one batch of a box, and what is held back with its reason. Pure.

Whole columns are looked at first (types, smallest, largest); row by row only what is not clean.
"""

import math
import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import cast

from jiqun.core.errors import InputError
from jiqun.factory.readings import reasons
from jiqun.factory.readings.contract import Gap
from jiqun.factory.readings.model import KEY, PointKind
from jiqun.factory.readings.reasons import told
from jiqun.factory.readings.taken import (
    QUALITY,
    HeldRow,
    PointWords,
    ReadingColumns,
    TakenBatch,
    TakingLimits,
    split_id,
)

COLUMNS = ("point", "read_us", "value", "quality", "flag")
LONGEST_UNIT = 32

_ID = re.compile(r"[!-~]{1,200}")
_WORD = re.compile(r"[a-z0-9_.]{1,40}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_US, _LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999  # years 1 to 9999: what can be shown
_KINDS = " ".join(PointKind)
_BAD = QUALITY["bad"]
_COUNTER = str(PointKind.COUNTER)
_NONE = ("", "")
_COLUMNS_OF: Callable[[Mapping[str, object]], tuple[object, ...]] = itemgetter(*COLUMNS)
_LISTS = {list}
_KEY_OF: Callable[[Mapping[str, str]], str] = itemgetter("key")
_WORDS_OF: Callable[[Mapping[str, str]], PointWords] = itemgetter("unit", "kind")

Columns = Mapping[str, list[object]]
Fault = tuple[str, str]
"""Reason code, and what is allowed."""


def judge(
    batch: Mapping[str, object],
    *,
    site: str,
    known_points: Mapping[str, PointWords],
    arrived_us: int,
    limits: TakingLimits,
) -> TakenBatch:
    """Judge one batch as the contract posts it; a single bad value never raises, it is held.

    known_points  key to unit and kind of the site's points; a point that is not among them is new, not wrong
    InputError `readings.not_a_batch`, `readings.uneven_columns` when it is no batch as a whole.
    """
    key, sequence = _identity(batch)
    columns = _columns(batch)
    points = _judge_points(_list(batch, "points"), known_points, limits)
    bounds = (arrived_us - limits.oldest_us, arrived_us + limits.newest_us)
    held: list[HeldRow] = []
    kept = None if points.faults else _clean(columns, len(points.keys), bounds)
    if kept is None:
        kept = _row_by_row(columns, points, bounds, held)
    gaps = _gaps(_list(batch, "gaps"), held)
    held += [_refused(one) for one in _list(batch, "refused")]
    return TakenBatch(
        id=key,
        site=site,
        stream=split_id(key, sequence),
        sequence=sequence,
        made_us=_instant(batch.get("made_us")),
        arrived_us=arrived_us,
        points=points.keys,
        columns=_mark_counters(kept, points),
        held=tuple(held),
        gaps=gaps,
        new_points=points.new,
    )


@dataclass(frozen=True, slots=True)
class _Points:
    """keys as told; words of sound points by key, of faulty ones by place; faults by place in the list."""

    keys: tuple[str, ...]
    words: Mapping[str, PointWords]
    faults: Mapping[int, tuple[Fault, PointWords]]
    new: Mapping[str, PointWords]


def _identity(batch: Mapping[str, object]) -> tuple[str, int]:
    key, sequence = batch.get("id"), batch.get("sequence")
    if not isinstance(key, str) or not _ID.fullmatch(key):
        raise InputError("readings.not_a_batch", seen=f"id {told(key)}", allowed=_ID.pattern)
    if type(sequence) is not int or not 0 <= sequence < 2**62:
        raise InputError("readings.not_a_batch", seen=f"sequence {told(sequence)}", allowed="0 …")
    return key, sequence


def _list(batch: Mapping[str, object], name: str) -> list[object]:
    found = batch.get(name, [])
    if not isinstance(found, list):
        raise InputError("readings.not_a_batch", seen=f"{name} {told(found)}", allowed="[…]")
    return cast(list[object], found)


def _columns(batch: Mapping[str, object]) -> Columns:
    found = batch.get("readings")
    if not isinstance(found, dict):
        raise InputError("readings.not_a_batch", seen=f"readings {told(found)}", allowed=" ".join(COLUMNS))
    given = cast(Mapping[str, object], found)
    if _is_even(given):
        return cast(Columns, given)
    if not all(isinstance(given.get(name), list) for name in COLUMNS):
        missing = [name for name in COLUMNS if not isinstance(given.get(name), list)]
        raise InputError("readings.uneven_columns", seen=" ".join(missing), allowed="[…]")
    columns = cast(Columns, given)
    lengths = {name: len(columns[name]) for name in COLUMNS}
    if len(set(lengths.values())) != 1:
        raise InputError("readings.uneven_columns", seen=str(lengths), allowed="=")
    return columns


def _is_even(given: Mapping[str, object]) -> bool:
    """All columns there, lists, and equally long: what nearly every batch is, told quickly."""
    try:
        columns = cast(tuple[list[object], ...], _COLUMNS_OF(given))
    except KeyError:
        return False
    return set(map(type, columns)) == _LISTS and len(set(map(len, columns))) == 1


def _judge_points(listed: Sequence[object], known: Mapping[str, PointWords], limits: TakingLimits) -> _Points:
    entries = cast(Sequence[Mapping[str, str]], listed)
    try:
        keys = tuple(map(_KEY_OF, entries))
        clean = list(map(known.get, keys)) == list(map(_WORDS_OF, entries))
    except (TypeError, KeyError):
        return _judge_each_point(listed, known, limits)
    return _Points(keys, known, {}, {}) if clean else _judge_each_point(listed, known, limits)


def _judge_each_point(
    listed: Sequence[object], known: Mapping[str, PointWords], limits: TakingLimits
) -> _Points:
    keys: list[str] = []
    words: dict[str, PointWords] = {}
    faults: dict[int, tuple[Fault, PointWords]] = {}
    new: dict[str, PointWords] = {}
    for place, one in enumerate(listed):
        entry = _entry(one)
        key, unit, kind = (entry.get(name) for name in ("key", "unit", "kind"))
        as_told = told(unit), told(kind)
        keys.append(told(key) if entry else told(one))
        before = known.get(keys[place]) or new.get(keys[place])
        fault = _key_fault(key) or _words_fault(before, unit, kind, limits)
        if fault:
            faults[place] = fault, as_told
            continue
        words[keys[place]] = as_told
        if before is None:
            new[keys[place]] = as_told
    return _Points(tuple(keys), words, faults, new)


def _key_fault(key: object) -> Fault | None:
    sound = isinstance(key, str) and KEY.fullmatch(key)
    return None if sound else (reasons.BAD_KEY, KEY.pattern)


def _words_fault(before: PointWords | None, unit: object, kind: object, limits: TakingLimits) -> Fault | None:
    if before is None:
        sound = isinstance(unit, str) and len(unit) <= LONGEST_UNIT and unit == told(unit)
        if not sound or (limits.units is not None and unit not in limits.units):
            return reasons.UNKNOWN_UNIT, "packs/units.toml"
        return None if kind in list(PointKind) else (reasons.UNKNOWN_KIND, _KINDS)
    if unit != before[0]:
        return reasons.UNIT_CHANGED, before[0]
    return None if kind == before[1] else (reasons.KIND_CHANGED, before[1])


def _clean(columns: Columns, points: int, bounds: tuple[int, int]) -> ReadingColumns | None:
    """The columns when nothing at all is wrong with them, else None."""
    rows = len(columns["point"])
    if not rows:
        return ReadingColumns()
    if columns["flag"].count("") != rows or not set(map(type, columns["value"])) <= {float, int}:
        return None
    places, instants = cast(list[int], columns["point"]), cast(list[int], columns["read_us"])
    numbers = cast(list[float], columns["value"])
    try:
        kept = ReadingColumns(
            array("l", places), array("q", instants), array("d", numbers), _qualities(columns["quality"])
        )
        finite = math.isfinite(sum(numbers))  # not a number and infinity both carry on into the sum
    except (KeyError, TypeError, OverflowError):
        return None
    in_range = min(numbers) >= -reasons.MOST and max(numbers) <= reasons.MOST
    in_time = bounds[0] <= min(instants) and max(instants) <= bounds[1]
    return kept if finite and in_range and in_time and min(places) >= 0 and max(places) < points else None


def _qualities(words: Sequence[object]) -> Sequence[int]:
    if words.count("good") == len(words):
        return array("b", bytes(len(words)))
    return array("b", [QUALITY[word] for word in cast(Sequence[str], words)])


def _row_by_row(
    columns: Columns, points: _Points, bounds: tuple[int, int], held: list[HeldRow]
) -> ReadingColumns:
    kept = array("l"), array("q"), array("d"), array("b")
    flags: dict[int, str] = {}
    for row in zip(*(columns[name] for name in COLUMNS), strict=True):
        fault = _fault(row, points, bounds)
        if fault:
            held.append(_held(row, points, fault))
            continue
        point, read_us, value, quality, flag = cast(tuple[int, int, float | None, str, str], row)
        if flag:
            flags[len(kept[0])] = flag
        kept[0].append(point)
        kept[1].append(read_us)
        kept[2].append(math.nan if value is None else float(value))
        kept[3].append(QUALITY[quality])
    return ReadingColumns(*kept, flags)


def _fault(row: Sequence[object], points: _Points, bounds: tuple[int, int]) -> Fault | None:
    point, read_us, value, quality, flag = row
    if not isinstance(point, int) or not 0 <= point < len(points.keys):
        return reasons.BAD_POINT, f"0 … {len(points.keys) - 1}"
    if point in points.faults:
        return points.faults[point][0]
    if not isinstance(quality, str) or quality not in QUALITY:
        return reasons.UNKNOWN_QUALITY, " ".join(QUALITY)
    if not isinstance(flag, str) or (flag and not _WORD.fullmatch(flag)):
        return reasons.MALFORMED, _WORD.pattern
    return _value_fault(value, quality) or _instant_fault(read_us, bounds)


def _value_fault(value: object, quality: str) -> Fault | None:
    if value is None and QUALITY[quality] == _BAD:
        return None
    if type(value) not in (int, float):
        return reasons.WRONG_TYPE, "number"
    number = cast(float, value)
    if isinstance(number, float) and not math.isfinite(number):
        return (reasons.NOT_A_NUMBER if math.isnan(number) else reasons.INFINITE), "number"
    return (reasons.TOO_LARGE_A_NUMBER, f"±{reasons.MOST}") if abs(number) > reasons.MOST else None


def _instant_fault(read_us: object, bounds: tuple[int, int]) -> Fault | None:
    if type(read_us) is not int:
        return reasons.BAD_INSTANT, "µs 1970 UTC"
    if read_us < bounds[0]:
        return reasons.TOO_OLD, f"≥ {_shown(bounds[0])}"
    return (reasons.TOO_NEW, f"≤ {_shown(bounds[1])}") if read_us > bounds[1] else None


def _held(row: Sequence[object], points: _Points, fault: Fault) -> HeldRow:
    point, read_us, value, quality, flag = row
    code, allowed = fault
    name, (unit, kind) = _named(point, points)
    also = {
        reasons.UNKNOWN_QUALITY: quality, reasons.MALFORMED: flag, reasons.BAD_INSTANT: read_us,
        reasons.KIND_CHANGED: kind, reasons.UNKNOWN_KIND: kind,
    }  # fmt: skip
    if _instant(read_us) is None:
        also |= {reasons.TOO_OLD: read_us, reasons.TOO_NEW: read_us}
    seen = f"{told(value)} · {told(also[code])}" if code in also else told(value)
    return HeldRow(name, code, told(seen), allowed, unit, _instant(read_us))


def _named(point: object, points: _Points) -> tuple[str, PointWords]:
    """Key of the point an index means, with its unit and kind as told."""
    if not isinstance(point, int) or not 0 <= point < len(points.keys):
        return told(f"#{told(point)}"), ("", "")
    key = points.keys[point]
    return key, points.faults[point][1] if point in points.faults else points.words[key]


def _mark_counters(columns: ReadingColumns, points: _Points) -> ReadingColumns:
    """Say of a counter's reading that it is less than the one before it in this batch."""
    if len(columns.point) <= len(points.keys):  # each point once, as a rule
        return columns
    counters = {place for place, key in enumerate(points.keys) if points.words.get(key, _NONE)[1] == _COUNTER}
    flags, last = dict(columns.flags), dict[int, tuple[int, float]]()
    rows = zip(columns.point, columns.read_us, columns.value, strict=True)
    for row, (point, read_us, value) in enumerate(rows):
        if point not in counters or math.isnan(value):
            continue
        before = last.get(point, (read_us, value))
        if read_us >= before[0]:
            last[point] = (read_us, value)
            if value < before[1]:
                flags[row] = reasons.COUNTER_BACK
    return replace(columns, flags=flags)


def _refused(one: object) -> HeldRow:
    """What the box itself refused, as it told it; an entry that cannot be read is kept whole."""
    entry = _entry(one)
    key, reason, seen = (entry.get(name) for name in ("key", "reason", "seen"))
    if not (isinstance(key, str) and isinstance(reason, str) and _WORD.fullmatch(reason)):
        return HeldRow("", reasons.MALFORMED, told(one), "key reason seen")
    return HeldRow(told(key), reason, told(seen), read_us=_instant(entry.get("read_us")))


def _gaps(listed: Sequence[object], held: list[HeldRow]) -> tuple[Gap, ...]:
    """The gaps the box told; an entry that is none is held."""
    found: list[Gap] = []
    for one in listed:
        entry = _entry(one)
        first, last = _instant(entry.get("from_us")), _instant(entry.get("to_us"))
        count, reason = entry.get("count"), entry.get("reason")
        if first is None or last is None or type(count) is not int or not 0 <= count < 2**62:
            held.append(HeldRow("", reasons.MALFORMED, told(one), "from_us to_us count reason"))
            continue
        found.append(Gap(first, last, count, told(reason)))
    return tuple(found)


def _entry(one: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], one) if isinstance(one, dict) else {}


def _instant(us: object) -> int | None:
    """An instant that can be shown (years 1 to 9999), else None."""
    return us if type(us) is int and _FIRST_US <= us <= _LAST_US else None


def _shown(us: int) -> str:
    return (_EPOCH + timedelta(microseconds=us)).isoformat(timespec="seconds")
