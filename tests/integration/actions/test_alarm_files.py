"""Alarm files: the two of the example against their plants, and what a wrong line is told."""

from dataclasses import replace
from pathlib import Path

import pytest
from action_world import officer
from alarm_house import HOT, factory
from ledger_rows import AT, SYSTEM
from watched_readings import DESK, Told, step

from jiqun.actions import alarm_files
from jiqun.core.errors import InputError, NotAllowed, RowErrors
from jiqun.edge.plant.clockwork import Plant
from jiqun.factory.instants import SECOND
from jiqun.ledger import alarms, audit, drift

pytestmark = pytest.mark.django_db
EDGE = Path(__file__).parents[3] / "example/edge"
SCALE = {"air.pressure": 100.0}  # of spring/opcua.csv: the machine says bar

SPARE = replace(HOT, key="spare", setpoint=900.0)
DYE = replace(HOT, key="spare", point="vat1.temperature", setpoint=500.0)


def load(path: Path, site: str = "spring") -> alarm_files.Loaded:
    return alarm_files.load(DESK, site, path, by=SYSTEM, at=AT)


def run(plant: Plant, told: Told, start: int, end: int) -> None:
    """What the watched points of a plant say, once a second of plant time, and the watcher beside it."""
    points = {one.point for one in alarms.limits(plant.kind)} | {
        p for w in drift.watches(plant.kind) for p in w.points
    }
    for second in range(start, end):
        said = plant.advance(1.0)
        for point in sorted(points):
            told.add(point, second, said[point] * SCALE.get(point, 1.0))
        if second % 300 == 0 or second == end - 1:
            step(told, second + 1, factory=plant.kind)


def raised(site: str) -> list[tuple[str, float]]:
    found = alarms.journal(site, raises=True, size=1000).rows
    return [(one.limit, (one.at_us - drift.position(site).since_us) / SECOND) for one in reversed(found)]  # type: ignore[operator]


def test_the_spring_plant_warms_up_runs_and_its_furnace_drifts() -> None:
    """Cold at the start and nothing else; 0.05 °C a second is an alarm within a minute, and the drift is named."""
    factory(SPARE)
    loaded = load(EDGE / "spring/alarms.toml")
    assert (loaded.limits, loaded.watches, loaded.changed) == (9, 3, 12)
    plant, told = Plant("spring"), Told()
    run(plant, told, 0, 1000)
    assert "furnace.hot" not in {name for name, _ in raised("spring")}
    assert all(at < 240 for _, at in raised("spring"))
    assert [one.key for one in drift.watches("spring") if one.is_learning] == []
    assert drift.list_page("spring").total == 0
    run(plant, told, 1000, 1100)
    assert drift.list_page("spring").total == 0
    plant.order("drift furnace.temperature")
    run(plant, told, 1100, 1400)
    hot = [at for name, at in raised("spring") if name == "furnace.hot"]
    assert 1100 < hot[0] < 1160
    warned = [one for one in drift.list_page("spring").rows if one.method == "point"]
    assert [one.points for one in warned] == [("furnace.temperature",)]
    assert warned[0].reason in ("high", "drift_up")


def test_a_jam_of_the_furnace_is_an_alarm_within_a_minute() -> None:
    factory(SPARE)
    load(EDGE / "spring/alarms.toml")
    plant, rows = Plant("spring"), Told()
    run(plant, rows, 0, 300)
    plant.order("jam furnace")
    run(plant, rows, 300, 360)
    told = [name for name, at in raised("spring") if at > 300]
    assert "furnace.stopped" in told
    assert all(name.endswith(".stopped") for name in told)  # what stands behind it starves


def test_the_dye_house_runs_quietly_and_leaks() -> None:
    factory(DYE, key="dye")
    load(EDGE / "dye/alarms.toml", "dye")
    plant, told = Plant("dye"), Told()
    run(plant, told, 0, 1800)
    assert raised("dye") == []
    plant.order("leak steam 2")
    run(plant, told, 1800, 1860)
    assert [name for name, _ in raised("dye")] == ["steam.low"]


def test_a_file_told_twice_changes_nothing() -> None:
    factory(SPARE)
    load(EDGE / "spring/alarms.toml")
    lines = audit.list_page(action="alarm").total
    loaded = load(EDGE / "spring/alarms.toml")
    assert loaded.changed == 0
    assert "furnace.temperature" in loaded.unheard
    assert audit.list_page(action="alarm").total == lines == 9


WRONG = """[[alarm]]
key = "a"
point = "p"
name = "甲"
side = "up"
setpoint = 1

[[alarm]]
key = "b"
point = "p"
name = "乙"
side = "low"
setpoint = "1"
loud = true

[[drift]]
key = "c"
name = "丙"
points = "p"

[other]
"""


def test_every_wrong_line_is_told_and_nothing_is_entered(tmp_path: Path) -> None:
    factory(SPARE)
    before = alarms.limits("spring")
    path = tmp_path / "alarms.toml"
    path.write_text(WRONG, encoding="utf-8")
    with pytest.raises(RowErrors) as refused:
        load(path)
    assert [(one.row, one.column) for one in refused.value.errors] == [
        (21, "other"), (13, "setpoint"), (14, "loud"), (16, "training_s"), (19, "points"),
    ]  # fmt: skip
    path.write_text(WRONG[: WRONG.index("[[alarm]]", 5)], encoding="utf-8")
    with pytest.raises(RowErrors) as refused:
        load(path)
    assert [(one.row, one.column, one.seen) for one in refused.value.errors] == [(5, "side", "up")]
    assert alarms.limits("spring") == before


@pytest.mark.parametrize("content", ["[[alarm", "\udcff"])
def test_what_is_no_file(tmp_path: Path, content: str) -> None:
    factory(SPARE)
    path = tmp_path / "alarms.toml"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    for wrong in (path, tmp_path / "none.toml"):
        with pytest.raises(InputError, match=r"alarm\.not_a_file"):
            load(wrong)


def test_only_who_runs_the_factory_loads_one() -> None:
    factory(SPARE)
    with pytest.raises(NotAllowed):
        alarm_files.load(DESK, "spring", EDGE / "spring/alarms.toml", by=officer("workshop"), at=AT)
