"""弹簧厂 a spring plant: wire → coiling → tempering furnace → shot peening → test → packing."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from jiqun.edge.plant.faults import DRIFT, JAM, LEAK, STUCK, Fault, commanded, held, sensed
from jiqun.edge.plant.physics import Station, first_order, thermostat, worked
from jiqun.edge.plant.tags import Tag

STATIONS = ("coiling", "furnace", "peening", "test", "packing")
CYCLE_S: Mapping[str, float] = MappingProxyType(
    {"coiling": 2.0, "furnace": 2.1, "peening": 2.2, "test": 1.8, "packing": 1.5}
)
ROOM = 40  # pieces between two stations
WIRE_PER_SPRING_M, COIL_M = 0.85, 2_000.0
AMBIENT_C, SETPOINT_C, BAND_C, HOTTEST_C, FURNACE_S = 22.0, 420.0, 4.0, 650.0, 600.0
HEATER_KW, BASE_KW, AIR_M3_S = 36.0, 4.5, 0.02
SENSORS = ("furnace.temperature", "furnace.power", "air.pressure", "coiling.wire_tension")
PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {DRIFT: SENSORS, STUCK: SENSORS, JAM: STATIONS, LEAK: ("air",)}
)


@dataclass(frozen=True, slots=True)
class Spring:
    """The state of the plant (弹簧厂状态) at `at` seconds of its own time; temperature °C, energy kWh, air m³."""

    at: float = 0.0
    wire_m: float = COIL_M
    coils: int = 1
    temperature: float = 380.0
    heating: bool = True
    energy_kwh: float = 0.0
    air_m3: float = 0.0
    pressure_bar: float = 6.5
    stations: Mapping[str, Station] = field(default_factory=lambda: {name: Station() for name in STATIONS})
    faults: Mapping[str, Fault] = field(default_factory=dict)


def step(state: Spring, dt: float, chance: random.Random) -> Spring:
    """The plant dt seconds later (弹簧厂一步); dt up to about one second, take several for more."""
    leak = state.faults.get(f"{LEAK} air")
    heating = thermostat(state.temperature, state.heating, setpoint=SETPOINT_C, band=BAND_C)
    temperature = first_order(state.temperature, HOTTEST_C if heating else AMBIENT_C, FURNACE_S, dt)
    stations, used_m = _line(state, dt, temperature, chance)
    wire, coils = state.wire_m - used_m, state.coils
    if wire < WIRE_PER_SPRING_M:  # a new coil of wire is put on
        wire, coils = COIL_M, coils + 1
    power = BASE_KW + (HEATER_KW if heating else 0.0)
    lost = 1 + (leak.size if leak else 0.0)
    pressure = first_order(state.pressure_bar, 6.5 - 1.2 * (lost - 1), 30.0, dt)
    return replace(
        state, at=state.at + dt, wire_m=wire, coils=coils, temperature=temperature, heating=heating,
        energy_kwh=state.energy_kwh + power * dt / 3600, air_m3=state.air_m3 + AIR_M3_S * lost * dt,
        pressure_bar=pressure, stations=stations,
    )  # fmt: skip


def ordered(state: Spring, command: str) -> Spring:
    """The plant after a command about faults; InputError `plant.bad_command`."""
    return replace(state, faults=commanded(command, state.faults, at=state.at, places=PLACES))


def _line(
    state: Spring, dt: float, temperature: float, chance: random.Random
) -> tuple[dict[str, Station], float]:
    """The stations after dt, from the last to the first so that a piece passes one station a step; metres of wire used."""
    stations = dict(state.stations)
    stations["coiling"] = replace(stations["coiling"], queue=int(state.wire_m / WIRE_PER_SPRING_M))
    made = 0
    for place in reversed(range(len(STATIONS))):
        name = STATIONS[place]
        last = place == len(STATIONS) - 1
        room = ROOM if last else ROOM - stations[STATIONS[place + 1]].queue
        cold = name == "furnace" and temperature < SETPOINT_C - 10 * BAND_C
        station, made = worked(
            stations[name], dt, cycle_s=CYCLE_S[name], room=room, wear_per_piece=2e-6,
            jammed=cold or f"{JAM} {name}" in state.faults,
        )  # fmt: skip
        bad = sum(chance.random() < 0.004 + 0.05 * station.wear for _ in range(made)) if name == "test" else 0
        stations[name] = replace(station, scrap=station.scrap + bad)
        if not last:
            following = STATIONS[place + 1]
            stations[following] = replace(stations[following], queue=stations[following].queue + made - bad)
    return stations, made * WIRE_PER_SPRING_M


def values(state: Spring, chance: random.Random) -> tuple[Spring, dict[str, float]]:
    """What the sensors say, with noise and faults, by tag; and the plant that remembers what stuck ones said."""
    power = BASE_KW + (HEATER_KW if state.heating else 0.0)
    running = state.stations["coiling"].running
    true = {
        "furnace.temperature": state.temperature + chance.gauss(0, 0.3),
        "furnace.power": power + chance.gauss(0, 0.1),
        "air.pressure": state.pressure_bar + chance.gauss(0, 0.02),
        "coiling.wire_tension": (180 + 20 * state.stations["coiling"].wear if running else 20) + chance.gauss(0, 1.5),
    }  # fmt: skip
    said = {name: sensed(value, name, state.faults, at=state.at) for name, value in true.items()}
    said |= {"wire.left": state.wire_m, "wire.coils": float(state.coils), "plant.energy": state.energy_kwh,
             "air.volume": state.air_m3, "furnace.setpoint": SETPOINT_C}  # fmt: skip
    for name, station in state.stations.items():
        said |= {
            f"{name}.pieces": float(station.pieces), f"{name}.scrap": float(station.scrap),
            f"{name}.running": float(station.running), f"{name}.queue": float(station.queue),
            f"{name}.cycle": CYCLE_S[name] * (1 + 0.5 * station.wear),
        }  # fmt: skip
    return replace(state, faults=held(state.faults, said)), said


TAGS: tuple[Tag, ...] = (
    Tag("furnace.temperature", "摄氏度", "measurement"),
    Tag("furnace.setpoint", "摄氏度", "measurement"),
    Tag("furnace.power", "千瓦", "measurement"),
    Tag("air.pressure", "千帕", "measurement", scale=100.0),
    Tag("air.volume", "立方米", "counter"),
    Tag("plant.energy", "千瓦时", "counter"),
    Tag("wire.left", "米", "total"),
    Tag("wire.coils", "个", "counter"),
    Tag("coiling.wire_tension", "牛", "measurement"),
    *(tag for name in STATIONS for tag in (
        Tag(f"{name}.pieces", "件", "counter"), Tag(f"{name}.scrap", "件", "counter"),
        Tag(f"{name}.running", "台", "measurement"), Tag(f"{name}.queue", "件", "measurement"),
        Tag(f"{name}.cycle", "秒", "measurement"))),
)  # fmt: skip
