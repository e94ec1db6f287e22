"""Readings are counted and written for the enterprise and its workshop alone, each export with a line of the audit trail."""

from pathlib import Path

import pytest
from action_world import MORNING, SYSTEM, World, firm, key_of, officer
from reading_rows import NOW_US, put_readings

from jiqun.actions import factories as acts
from jiqun.actions.readings_export import ReadingsAsk, count_readings, export_readings
from jiqun.core.errors import NotAllowed, NotFound
from jiqun.ledger import audit
from jiqun.ledger.factories import Factory, FactoryPoint


@pytest.fixture
def made(world: World) -> World:
    world.enterprises(firm(1), firm(2))
    acts.make(world.desk, Factory("spring", "弹簧厂", key_of(1)), by=SYSTEM, at=MORNING)
    acts.describe(
        world.desk, "spring", by=SYSTEM, at=MORNING, points=[FactoryPoint("heat", "℃", "measurement")]
    )
    put_readings(world.desk.lake, "spring", {"heat": [(NOW_US, 420.5)], "other": [(NOW_US, 1.0)]})
    return world


def test_who_may_take_them_out(made: World, tmp_path: Path) -> None:
    ask, out = ReadingsAsk("spring"), tmp_path / "out.csv"
    own = officer("enterprise", "enterprise", key_of(1))
    assert count_readings(made.desk, ask, by=own).readings == 2
    for stranger in (
        officer("enterprise", "enterprise", key_of(2)),
        officer("analyst"),
        officer("provincial_officer"),
    ):
        with pytest.raises(NotAllowed):
            count_readings(made.desk, ask, by=stranger)
        with pytest.raises(NotAllowed):
            export_readings(made.desk, ask, out, by=stranger, at=MORNING)
    assert not out.exists()
    done = export_readings(made.desk, ask, out, by=own, at=MORNING)
    assert done.rows == 1  # of the points the factory has; another must be named
    assert "420.5,℃,good" in out.read_text(encoding="utf-8")
    newest = audit.list_page(action="readings.export").rows[0]
    assert (newest.target, newest.detail["rows"]) == ("factory:spring", 1)


def test_points_nobody_knows_are_told(made: World) -> None:
    assert count_readings(made.desk, ReadingsAsk("spring", ("other",)), by=SYSTEM).readings == 1
    with pytest.raises(NotFound) as told:
        count_readings(made.desk, ReadingsAsk("spring", ("never",)), by=SYSTEM)
    assert told.value.code == "readings.unknown_point"
