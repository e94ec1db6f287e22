"""故障 faults: what can go wrong on command, told as `<fault> <where> [<size>]`, e.g. `drift furnace.temperature 0.5`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from jiqun.core.errors import InputError

DRIFT, STUCK, JAM, LEAK = "drift", "stuck", "jam", "leak"
KINDS = (DRIFT, STUCK, JAM, LEAK)
CLEAR = "clear"
SIZES: Mapping[str, float] = {DRIFT: 0.05, STUCK: 1.0, JAM: 1.0, LEAK: 1.0}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in force (故障).

    where  a sensor for drift and stuck, a station for jam, a line for leak
    size   drift: units per second; leak: share lost, relative to the usual; otherwise unused
    since  seconds of plant time at which it began
    held   what a stuck sensor says, None until it has said it once
    """

    kind: str
    where: str
    size: float
    since: float
    held: float | None = None


def commanded(
    text: str, faults: Mapping[str, Fault], *, at: float, places: Mapping[str, Collection[str]]
) -> dict[str, Fault]:
    """The faults in force after a command; `clear` ends all, `clear <where>` one. InputError `plant.bad_command`."""
    words = text.split()
    if words[:1] == [CLEAR] and len(words) <= 2:
        return {} if len(words) == 1 else {key: one for key, one in faults.items() if one.where != words[1]}
    if len(words) not in (2, 3) or words[0] not in KINDS or words[1] not in places[words[0]]:
        raise InputError("plant.bad_command", seen=text, allowed=_allowed(places))
    try:
        size = float(words[2]) if len(words) == 3 else SIZES[words[0]]
    except ValueError as error:
        raise InputError("plant.bad_command", seen=text, allowed=_allowed(places)) from error
    if not abs(size) < 1e6:
        raise InputError("plant.bad_command", seen=text, allowed="|size| < 1e6")
    return {**faults, f"{words[0]} {words[1]}": Fault(words[0], words[1], size, at)}


def sensed(true: float, name: str, faults: Mapping[str, Fault], *, at: float) -> float:
    """What a sensor says of a true value: drifted, or stuck."""
    drift = faults.get(f"{DRIFT} {name}")
    stuck = faults.get(f"{STUCK} {name}")
    if stuck is not None and stuck.held is not None:
        return stuck.held
    return true + (drift.size * (at - drift.since) if drift else 0.0)


def held(faults: Mapping[str, Fault], values: Mapping[str, float]) -> dict[str, Fault]:
    """Stuck sensors keep what they said last."""
    return {
        key: replace(one, held=values[one.where]) if one.kind == STUCK and one.held is None else one
        for key, one in faults.items()
    }


def _allowed(places: Mapping[str, Collection[str]]) -> str:
    return "; ".join(f"{kind} {'|'.join(sorted(where))}" for kind, where in places.items()) + "; clear"
