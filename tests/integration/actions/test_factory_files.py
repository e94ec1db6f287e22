"""A factory out of files: the example's own tables, every bad cell at once, nothing half."""

from decimal import Decimal
from pathlib import Path

import pytest
from action_world import MORNING, SYSTEM, World, firm, key_of

from jiqun import settings
from jiqun.actions import factories as acts
from jiqun.actions.factory_files import FactoryFiles, describe
from jiqun.core.errors import InputError, RowErrors
from jiqun.ledger import factories
from jiqun.ledger.factories import Factory

SPRING = settings.EXAMPLE_DIR / "edge" / "spring"
FILES = FactoryFiles(
    SPRING / "machines.csv", (SPRING / "opcua.csv", SPRING / "modbus.csv"), SPRING / "shifts.csv"
)


@pytest.fixture
def made(world: World) -> World:
    world.enterprises(firm(1))
    acts.make(world.desk, Factory("spring", "弹簧厂", key_of(1)), by=SYSTEM, at=MORNING)
    return world


def test_the_tables_of_the_example(made: World) -> None:
    done = describe(made.desk, "spring", FILES, by=SYSTEM, at=MORNING)
    assert (done.lines, done.machines, done.points, done.shifts) == (1, 7, 37, 2)
    machines = {one.key: one for one in factories.machines("spring")}
    assert machines["furnace"].ideal_cycle_s == Decimal("2.1")
    assert (machines["grinding"].digital, machines["compressor"].production) == (False, False)
    roles = {one.key: (one.machine, one.role) for one in factories.points("spring")}
    assert roles["coiling.pieces"] == ("coiling", "produced")
    day, night = factories.shifts("spring")
    assert (night.start_minute, night.end_minute, night.breaks) == (1200, 1920, ((1440, 1470),))
    assert day.breaks == ((720, 750),)


def test_reading_them_again_changes_nothing(made: World) -> None:
    for _ in range(2):
        describe(made.desk, "spring", FILES, by=SYSTEM, at=MORNING)
    assert len(factories.points("spring")) == 37
    assert len(factories.shifts("spring")) == 2


def test_every_bad_cell_of_all_files_is_told_and_nothing_is_taken(made: World, tmp_path: Path) -> None:
    machines, points = tmp_path / "设备.csv", tmp_path / "测点.csv"
    machines.write_text(
        "设备,设备名称,理论节拍,生产设备\nA 1,机,0,也许\nm2,机,2,是\nm2,机,2,是\n", encoding="utf-8"
    )
    points.write_text("测点,单位,性质\nP!,光年,count\n", encoding="utf-8")
    with pytest.raises(RowErrors) as caught:
        describe(made.desk, "spring", FactoryFiles(machines, (points,)), by=SYSTEM, at=MORNING)
    told = {(one.file, one.row, one.column, one.code) for one in caught.value.errors}
    assert told == {
        ("设备.csv", 2, "machine", "factory.bad_key"), ("设备.csv", 2, "ideal_cycle_s", "factory.bad_number"),
        ("设备.csv", 2, "production", "factory.bad_yes_no"), ("设备.csv", 4, "machine", "factory.row_twice"),
        ("测点.csv", 2, "key", "factory.bad_key"), ("测点.csv", 2, "unit", "factory.bad_unit"),
        ("测点.csv", 2, "kind", "factory.bad_kind"),
    }  # fmt: skip
    assert factories.machines("spring") == ()


def test_a_token_is_written_for_its_owner_alone_and_never_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "盒" / "token"
    acts.keep_token(path, "jqf_x")
    assert path.read_text() == "jqf_x\n"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError, match=r"factory\.file_there"):
        acts.keep_token(path, "other")
