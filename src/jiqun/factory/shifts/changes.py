"""报表变动 what changed of a shift's report since it was ended: figures that are another now, by name and machine."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FIGURES = ("oee_index", "availability", "effectiveness", "quality_ratio")
TIMES = ("pbt", "apt", "adot", "adet", "aust", "minor_stops", "planned_stops", "gap")
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
    """Every figure, time and quantity that is another in `now`, of the whole and of each machine; also of new ones."""
    old, new = dict(_groups(before)), dict(_groups(now))
    return tuple(
        Changed(group, name, old.get(group, {}).get(name), new.get(group, {}).get(name))
        for group in (*new, *(group for group in old if group not in new))
        for name in (*FIGURES, *TIMES, *QUANTITIES)
        if old.get(group, {}).get(name) != new.get(group, {}).get(name)
    )


def _groups(figures: Told) -> Iterator[tuple[str, dict[str, float | None]]]:
    total = figures.get("total")
    if isinstance(total, Mapping):
        yield "", _flat(total)
    machines = figures.get("by_machine")
    for one in machines if isinstance(machines, list) else ():
        yield str(one.get("machine", "")), _flat(one)


def _flat(told: Told) -> dict[str, float | None]:
    found: dict[str, float | None] = {name: _number(told.get(name)) for name in FIGURES}
    for part, names in (("times_s", TIMES), ("quantities", QUANTITIES)):
        values = told.get(part)
        if isinstance(values, Mapping):
            found |= {name: _number(values.get(name)) for name in names}
    return found


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
