"""报表变动 what changed of a shift's report since it was ended: figures that are another now, by name and machine."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

FIGURES = ("oee_index", "availability", "effectiveness", "quality_ratio")
TIMES = ("pbt", "apt", "adet", "down", "delay", "aust", "minor_stops", "planned_stops", "gap")
QUANTITIES = ("pq", "gq", "sq")
Told = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Changed:
    """One figure that is another now; group "" is the whole shift, else a machine; None: it was or is not known."""

    group: str
    name: str
    before: float | None
    now: float | None


def digest(figures: Told) -> str:
    """SHA-256 of the canonical text of a report: two reports that say the same have the same."""
    text = json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def changes(before: Told, now: Told) -> tuple[Changed, ...]:
    """Every figure, time and quantity that is another in `now`, of the whole and of each machine; also of new ones.

    A time that reports did not tell yet when `before` was kept has not changed.
    """
    old, new = dict(_groups(before)), dict(_groups(now))
    return tuple(
        Changed(group, name, old.get(group, {}).get(name), new.get(group, {}).get(name))
        for group in (*new, *(group for group in old if group not in new))
        for name in (*FIGURES, *TIMES, *QUANTITIES)
        if old.get(group, {}).get(name) != new.get(group, {}).get(name)
        and _was_told(old.get(group, {}), name)
    )


def _was_told(kept: Mapping[str, float | None], name: str) -> bool:
    return name not in TIMES or name in kept or not any(one in kept for one in TIMES)


def _groups(figures: Told) -> Iterator[tuple[str, dict[str, float | None]]]:
    total = _table(figures.get("total"))
    if total:
        yield "", _flat(total)
    machines = figures.get("by_machine")
    for one in cast(list[object], machines) if isinstance(machines, list) else ():
        told = _table(one)
        yield str(told.get("machine", "")), _flat(told)


def _flat(told: Told) -> dict[str, float | None]:
    found: dict[str, float | None] = {name: _number(told.get(name)) for name in FIGURES}
    for part, names in (("times_s", TIMES), ("quantities", QUANTITIES)):
        values = _table(told.get(part))
        if values:
            found |= {name: _number(values[name]) for name in names if name in values}
    return found


def _table(value: object) -> Told:
    """What should be a table as one; anything else is empty: a report kept long ago may lack a part."""
    return cast(Told, value) if isinstance(value, Mapping) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
