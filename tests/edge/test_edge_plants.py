"""The plants: physics that holds for any step, pieces that are not made of nothing, faults that show, seeds that repeat."""

import random
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.core.units import UnitTable
from jiqun.edge.plant import dye, spring
from jiqun.edge.plant.clockwork import Plant
from jiqun.edge.plant.physics import Station, first_order, thermostat, worked

from edge_house import PACKS  # isort: skip


@settings(max_examples=40, deadline=None)
@given(st.floats(-50, 900), st.floats(-50, 900), st.floats(1, 5000), st.floats(0, 500), st.integers(1, 20))
def test_heating_is_the_same_in_one_step_or_many(
    start: float, goal: float, constant: float, dt: float, parts: int
) -> None:
    whole = first_order(start, goal, constant, dt)
    by_parts = start
    for _ in range(parts):
        by_parts = first_order(by_parts, goal, constant, dt / parts)
    assert by_parts == pytest.approx(whole, abs=1e-6)
    assert min(start, goal) - 1e-9 <= whole <= max(start, goal) + 1e-9


def test_a_thermostat_waits_within_its_band() -> None:
    assert thermostat(90, False, setpoint=100, band=5) and not thermostat(106, True, setpoint=100, band=5)
    assert thermostat(100, True, setpoint=100, band=5) and not thermostat(100, False, setpoint=100, band=5)


@given(
    st.integers(0, 50),
    st.floats(0, 0.99),
    st.floats(0, 1),
    st.floats(0, 30),
    st.integers(0, 50),
    st.booleans(),
)
def test_a_station_makes_no_more_than_it_has_and_fits(
    queue: int, done: float, wear: float, dt: float, room: int, jammed: bool
) -> None:
    after, made = worked(
        Station(queue, done, 7, 0, wear), dt, cycle_s=2, room=room, wear_per_piece=0.01, jammed=jammed
    )
    assert 0 <= made <= min(queue, room) and after.queue == queue - made and after.pieces == 7 + made
    assert 0 <= after.done <= 1 and wear <= after.wear <= 1 and not (jammed and made)


def hours(plant: Plant, count: float) -> dict[str, float]:
    return plant.advance(count * 3600 / plant.speed)


def test_the_spring_plant_runs_warm_and_counts_what_it_makes() -> None:
    plant = Plant("spring", speed=600)
    said = hours(plant, 0.75)
    made = [said[f"{name}.pieces"] for name in spring.STATIONS]
    assert made == sorted(made, reverse=True) and made[-1] > 800, "no station makes more than the one before"
    assert made[0] - made[1] == pytest.approx(said["furnace.queue"]), "what was made and not worked on waits"
    assert 405 < said["furnace.temperature"] < 435 and said["plant.energy"] > 5
    assert said["wire.left"] + made[0] * spring.WIRE_PER_SPRING_M == pytest.approx(
        said["wire.coils"] * 2000, abs=2
    )


def test_the_dye_house_goes_through_its_recipe() -> None:
    plant = Plant("dye", speed=3600)
    seen = set()
    for _ in range(12):
        said = hours(plant, 0.25)
        seen.add(said["vat1.step"])
    assert (
        len(seen) >= 4 and said["vat1.batches"] >= 1 and said["water.total"] > 5 and said["steam.total"] > 500
    )
    assert max(said[f"{vat}.temperature"] for vat in dye.VATS) < 102


def test_same_seed_same_values() -> None:
    one, two, other = (Plant("spring", seed=seed, speed=60) for seed in (3, 3, 4))
    for _ in range(5):
        assert one.advance(1) == two.advance(1)
        other.advance(1)
    assert one.said != other.said


def test_a_jam_stops_its_station_and_what_follows() -> None:
    plant = Plant("spring", speed=600)
    hours(plant, 0.2)
    plant.order("jam peening")
    before = hours(plant, 0.1)
    after = hours(plant, 0.1)
    assert after["peening.pieces"] == before["peening.pieces"] and after["peening.running"] == 0
    assert after["packing.pieces"] == before["packing.pieces"] and after["furnace.running"] == 0, (
        "starved and blocked"
    )
    plant.order("clear peening")
    assert hours(plant, 0.1)["peening.pieces"] > after["peening.pieces"] and plant.faults == []


def test_drift_sticking_and_leaks_show() -> None:
    plant = Plant("spring", speed=60)
    hours(plant, 0.2)
    plant.order("drift furnace.temperature 0.5")
    plant.order("leak air 2")
    first = hours(plant, 0.05)
    second = hours(plant, 0.05)
    assert second["furnace.temperature"] - first["furnace.temperature"] > 60
    assert second["air.pressure"] < 5 and second["air.volume"] - first["air.volume"] == pytest.approx(
        0.02 * 3 * 180, rel=0.05
    )
    plant.order("clear")
    plant.order("stuck furnace.power")
    plant.advance(1)
    values = [plant.advance(1)["furnace.power"] for _ in range(5)]
    assert statistics.pstdev(values) == 0


@pytest.mark.parametrize(
    "command",
    [
        "",
        "explode furnace",
        "drift",
        "drift nowhere",
        "drift furnace.temperature fast",
        "jam air",
        "drift furnace.temperature nan",
        "drift furnace.temperature 1e9",
        "clear a b",
    ],
)
def test_commands_nobody_understands_change_nothing(command: str) -> None:
    plant = Plant("spring")
    with pytest.raises(InputError, match=r"plant\.bad_command"):
        plant.order(command)
    assert plant.faults == []


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["jam vat1.dosing", "leak steam 3", "drift vat2.temperature 1", "stuck vat3.temperature", "clear"]
        ),
        max_size=4,
    ),
    st.integers(0, 9),
)
def test_counters_of_the_dye_house_never_go_back(commands: list[str], seed: int) -> None:
    chance, state = random.Random(seed), dye.Dye()
    state, before = dye.values(state, chance)
    for command in [*commands, ""]:
        state = dye.ordered(state, command) if command else state
        for _ in range(30):
            state = dye.step(state, 20.0, chance)
        state, said = dye.values(state, chance)
        assert all(said[tag.name] >= before[tag.name] for tag in dye.TAGS if tag.kind == "counter")
        before = said


def test_every_tag_has_a_known_unit_and_a_value() -> None:
    units = UnitTable.load(PACKS / "units.toml")
    for kind in ("spring", "dye"):
        plant = Plant(kind)
        assert {tag.name for tag in plant.tags} == set(plant.said)
        assert all(tag.unit in units for tag in plant.tags)


@pytest.mark.parametrize(("kind", "speed"), [("ship", 1), ("dye", 0), ("dye", 1e9)])
def test_plants_there_are_not_and_speeds_are_refused(kind: str, speed: float) -> None:
    with pytest.raises(InputError, match=r"plant\."):
        Plant(kind, speed=speed)
