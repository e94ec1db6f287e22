"""A machine for tests: readings written in minutes after midnight of 2026-11-02 (a Monday)."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from factory_house import at

from jiqun.factory.instants import SECOND
from jiqun.factory.machines.manner import Manner
from jiqun.factory.machines.model import MachineReadings, Seen

PACK = Path(__file__).resolve().parents[1] / "packs" / "factory" / "states.toml"
MANNER = Manner.load(PACK)


def seen(*pairs: tuple[float, float | None], quality: int = 0) -> list[Seen]:
    """Readings: minute and value (None: the source had none, quality bad)."""
    return [(at(minute), value, 2 if value is None else quality) for minute, value in pairs]


def told(
    start: float, end: float, *, every: float | None = 0.25, cycle: float | None = 60, **more: object
) -> MachineReadings:
    """A machine from minute to minute; heard every quarter of a minute unless said otherwise; cycle in seconds."""
    gaps = more.pop("gaps", ())
    heard: Sequence[int] = more.pop("heard", None) or (  # type: ignore[assignment]
        [at(start + step * every) for step in range(int((end - start) / every) + 1)] if every else ()
    )
    cuts = [at(one) for one in more.pop("cuts", ())]  # type: ignore[attr-defined]
    readings = {role: seen(*pairs) for role, pairs in more.items()}  # type: ignore[misc]
    return MachineReadings(
        "M1", at(start), at(end), readings, "L", "P", None if cycle is None else Fraction(cycle) * SECOND,
        heard, [(at(a), at(b)) for a, b in gaps], cuts,  # type: ignore[attr-defined]
    )  # fmt: skip
