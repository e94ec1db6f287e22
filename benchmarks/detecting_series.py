"""Made-up series of a pump rig with known faults, seeded: what the detectors are tuned on and, by other seeds, judged on.

Eight sensors follow one load: flow, pressure and current at once, temperatures slowly, vibration a little, voltage not at
all. In half of the series the load changes level (a regime, no fault), in half the temperatures wander by themselves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SENSORS = ("vibration_1", "vibration_2", "current", "pressure", "temperature", "bearing", "voltage", "flow")
KINDS = ("valve_jam", "leak", "drift", "stuck", "imbalance", "overheating", "none")
ROWS, TRAINED = 1200, 0.4
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Made:
    """One series: its values (rows, sensors), where it is faulty, which fault."""

    values: Floats
    faulty: NDArray[np.bool_]
    kind: str
    seed: int


def made(kind: str, seed: int, *, rows: int = ROWS) -> Made:
    """A series with one fault of a kind (or none) behind its training share."""
    chance = np.random.default_rng([seed, KINDS.index(kind)])
    load = _load(chance, rows)
    values = _rig(chance, load)
    faulty = np.zeros(rows, dtype=bool)
    if kind != "none":
        start = int(rows * chance.uniform(TRAINED + 0.05, 0.6))
        end = start + int(rows * chance.uniform(0.15, 0.35))
        faulty[start:end] = True
        _break(values, kind, slice(start, end), chance)
    values[:, 3] = np.round(values[:, 3] / 0.05) * 0.05
    values[:, 7] = np.round(values[:, 7] / 0.2) * 0.2
    return Made(values, faulty, kind, seed)


def _load(chance: np.random.Generator, rows: int) -> Floats:
    load = np.ones(rows)
    if chance.random() < 0.5:
        levels = chance.choice([0.8, 0.9, 1.0, 1.1], size=rows // 60 + 1)
        target = np.repeat(levels, 60)[:rows]
        for at in range(1, rows):
            load[at] = load[at - 1] + 0.2 * (target[at] - load[at - 1])
    return load


def _rig(chance: np.random.Generator, load: Floats) -> Floats:
    rows = len(load)
    noise = chance.normal(size=(rows, 8))
    heat, room = np.zeros(rows), np.zeros(rows)
    wander = 0.02 if chance.random() < 0.5 else 0.0
    trend = chance.choice([-1.0, 0.0, 1.0]) * wander * 0.15
    for at in range(1, rows):
        heat[at] = heat[at - 1] + 0.02 * (8 * (load[at] - 1) - heat[at - 1])
        room[at] = room[at - 1] + trend + wander * noise[at, 6] * 0.3
    common = chance.normal(size=rows)
    return np.column_stack([
        0.028 + 0.004 * (load - 1) + 0.0006 * (0.7 * common + 0.7 * noise[:, 0]),
        0.041 + 0.005 * (load - 1) + 0.0009 * (0.7 * common + 0.7 * noise[:, 1]),
        2.0 * load**2 + 0.15 * noise[:, 2],
        0.4 * load + 0.05 * noise[:, 3],
        70 + heat + room + 0.08 * noise[:, 4],
        28 + 0.5 * heat + 0.6 * room + 0.06 * noise[:, 5],
        222 + 5 * chance.normal(size=rows),
        32 * load + 0.4 * noise[:, 7],
    ])  # fmt: skip


def _break(values: Floats, kind: str, where: slice, chance: np.random.Generator) -> None:
    """Put the fault in; how bad it is differs from series to series."""
    rows = where.stop - where.start
    ramp = np.minimum(1, np.arange(rows) / (rows * chance.uniform(0.1, 0.5)))
    bad = chance.uniform(0.5, 1.5)
    if kind == "valve_jam":
        values[where, 7] -= 3.0 * bad
        values[where, 3] += 0.08 * bad
        values[where, 2] += 0.1 * bad
    elif kind == "leak":
        values[where, 7] -= 2.5 * bad * ramp
        values[where, 3] -= 0.1 * bad * ramp
    elif kind == "drift":
        sensor = int(chance.choice([0, 2, 3, 7]))
        values[where, sensor] += 6 * bad * ramp * np.std(values[: int(ROWS * TRAINED), sensor])
    elif kind == "stuck":
        sensor = int(chance.choice([0, 2, 4, 6, 7]))
        values[where, sensor] = values[where.start, sensor]
    elif kind == "imbalance":
        values[where, 0] += 0.0015 * bad
        values[where, 1] += 0.0022 * bad
    elif kind == "overheating":
        values[where, 4] += 2.5 * bad * ramp
        values[where, 5] += 1.0 * bad * ramp
