"""染厂 a dye house: vats heated by steam through a recipe, dosing pumps, meters for steam, water and power."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from jiqun.edge.plant.faults import DRIFT, JAM, LEAK, STUCK, Fault, commanded, held, sensed
from jiqun.edge.plant.physics import first_order, thermostat
from jiqun.edge.plant.tags import Tag

VATS = ("vat1", "vat2", "vat3")
# Steps of a recipe (工艺步骤): name, seconds, target °C (None: no heating), litres let in, litres of dye dosed.
STEPS: tuple[tuple[str, float, float | None, float, float], ...] = (
    ("fill", 300.0, None, 2_000.0, 0.0), ("heat", 1_500.0, 98.0, 0.0, 0.0), ("dose", 600.0, 98.0, 0.0, 25.0),
    ("hold", 1_800.0, 98.0, 0.0, 0.0), ("cool", 900.0, None, 500.0, 0.0), ("drain", 300.0, None, 0.0, 0.0),
)  # fmt: skip
AMBIENT_C, STEAM_C, HEAT_S, COOL_S = 24.0, 150.0, 1_400.0, 3_600.0
STEAM_KG_S, BASE_KW, PUMP_KW = 0.22, 6.0, 5.5
SENSORS = (*(f"{vat}.temperature" for vat in VATS), "steam.pressure")
PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {DRIFT: SENSORS, STUCK: SENSORS, JAM: tuple(f"{vat}.dosing" for vat in VATS), LEAK: ("steam", "water")}
)


@dataclass(frozen=True, slots=True)
class Vat:
    """One vat (染缸). step: place in `STEPS`; for_s: seconds in it; litres of liquor; dosed: litres of dye so far."""

    step: int = 0
    for_s: float = 0.0
    temperature: float = AMBIENT_C
    heating: bool = False
    litres: float = 0.0
    dosed: float = 0.0
    batches: int = 0


@dataclass(frozen=True, slots=True)
class Dye:
    """The state of the dye house (染厂状态); steam kg, water m³, power kWh."""

    at: float = 0.0
    vats: Mapping[str, Vat] = field(
        default_factory=lambda: {name: Vat(step=place * 2) for place, name in enumerate(VATS)}
    )
    steam_kg: float = 0.0
    water_m3: float = 0.0
    energy_kwh: float = 0.0
    faults: Mapping[str, Fault] = field(default_factory=dict)


def step(state: Dye, dt: float, chance: random.Random) -> Dye:
    """The dye house dt seconds later (染厂一步)."""
    del chance  # what is random here is only what the sensors say
    vats, steam, water, running = {}, 0.0, 0.0, 0
    for name, vat in state.vats.items():
        vats[name], litres = _vat(vat, dt, jammed=f"{JAM} {name}.dosing" in state.faults)
        steam += STEAM_KG_S * dt if vats[name].heating else 0.0
        water += litres / 1000
        running += vats[name].litres > 0
    steam_leak, water_leak = (state.faults.get(f"{LEAK} {what}") for what in ("steam", "water"))
    return replace(
        state, at=state.at + dt, vats=vats,
        steam_kg=state.steam_kg + steam + (0.05 * steam_leak.size * dt if steam_leak else 0.0),
        water_m3=state.water_m3 + water + (0.0005 * water_leak.size * dt if water_leak else 0.0),
        energy_kwh=state.energy_kwh + (BASE_KW + PUMP_KW * running) * dt / 3600,
    )  # fmt: skip


def _vat(vat: Vat, dt: float, *, jammed: bool) -> tuple[Vat, float]:
    """A vat after dt, and litres of water let in. A jammed dosing pump holds the recipe where it is."""
    name, seconds, target, litres, dose = STEPS[vat.step]
    waiting = jammed and name == "dose"
    part = 0.0 if waiting else min(dt, seconds - vat.for_s) / seconds
    heating = target is not None and thermostat(vat.temperature, vat.heating, setpoint=target, band=1.0)
    goal, constant = (STEAM_C, HEAT_S) if heating else (AMBIENT_C, HEAT_S if name == "cool" else COOL_S)
    after = replace(
        vat, temperature=first_order(vat.temperature, goal, constant, dt), heating=heating,
        for_s=vat.for_s + (0.0 if waiting else dt), dosed=vat.dosed + dose * part,
        litres=max(0.0, vat.litres + litres * part - (vat.litres * part if name == "drain" else 0.0)),
    )  # fmt: skip
    if after.for_s < seconds:
        return after, litres * part
    last = vat.step == len(STEPS) - 1
    return replace(
        after, step=0 if last else vat.step + 1, for_s=0.0, litres=0.0 if last else after.litres,
        batches=after.batches + last,
    ), litres * part  # fmt: skip


def ordered(state: Dye, command: str) -> Dye:
    """The dye house after a command about faults; InputError `plant.bad_command`."""
    return replace(state, faults=commanded(command, state.faults, at=state.at, places=PLACES))


def values(state: Dye, chance: random.Random) -> tuple[Dye, dict[str, float]]:
    """What the meters say, with noise and faults, by tag; and the dye house that remembers what stuck ones said."""
    heating = sum(vat.heating for vat in state.vats.values())
    leak = state.faults.get(f"{LEAK} steam")
    true = {
        f"{name}.temperature": vat.temperature + chance.gauss(0, 0.15) for name, vat in state.vats.items()
    }
    true["steam.pressure"] = 700 - 25 * heating - 60 * (leak.size if leak else 0.0) + chance.gauss(0, 2)
    said = {name: sensed(value, name, state.faults, at=state.at) for name, value in true.items()}
    for name, vat in state.vats.items():
        said |= {
            f"{name}.step": float(vat.step + 1), f"{name}.level": vat.litres, f"{name}.dosed": vat.dosed,
            f"{name}.batches": float(vat.batches), f"{name}.running": float(vat.litres > 0),
        }  # fmt: skip
    said |= {"steam.total": state.steam_kg, "water.total": state.water_m3, "power.total": state.energy_kwh}
    return replace(state, faults=held(state.faults, said)), said


TAGS: tuple[Tag, ...] = (
    Tag("steam.pressure", "千帕", "measurement"), Tag("steam.total", "千克", "counter"),
    Tag("water.total", "立方米", "counter"), Tag("power.total", "千瓦时", "counter"),
    *(tag for name in VATS for tag in (
        Tag(f"{name}.temperature", "摄氏度", "measurement"), Tag(f"{name}.step", "级", "measurement"),
        Tag(f"{name}.level", "升", "total"), Tag(f"{name}.dosed", "升", "counter"),
        Tag(f"{name}.batches", "批", "counter"), Tag(f"{name}.running", "台", "measurement"))),
)  # fmt: skip
