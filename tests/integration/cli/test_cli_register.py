"""The real register of 84,476 enterprises through the command line: whole, twice, killed in the middle, taken back."""

from pathlib import Path

import pytest
from cli_house import House
from test_cli_killed import MOMENTS, check_once

REGISTER = "zj_enterprise_register/zj_enterprises_1980_2004.csv.gz"
ROWS = 84_476
pytestmark = [pytest.mark.shared, pytest.mark.slow]


@pytest.fixture(scope="module")
def path() -> Path:
    return Path(__file__).resolve().parents[4] / "shared" / "data" / REGISTER


@pytest.fixture(scope="module")
def registered(fresh: House, path: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    made = fresh.copy(tmp_path_factory.mktemp("registered") / "home")
    report = made.json("import", "enterprises", path, "--source", "register")
    assert (report["rows"], report["accepted"], report["created"]) == (ROWS, ROWS, ROWS)
    assert (report["quarantined"], report["updated"], report["unchanged"]) == (0, 0, 0)
    placed = report["placed"]
    assert sum(placed.values()) == ROWS  # type: ignore[attr-defined]
    unplaced = placed.get("city_only", 0) + placed.get("no_evidence", 0) + placed.get("outside", 0)  # type: ignore[attr-defined]
    assert unplaced / ROWS < 0.05
    check_once(made, ROWS)
    return made


def test_the_same_again_changes_nothing(registered: House, path: Path) -> None:
    report = registered.json("import", "enterprises", path, "--source", "register")
    assert (report["accepted"], report["unchanged"], report["created"], report["updated"]) == (
        ROWS,
        ROWS,
        0,
        0,
    )
    check_once(registered, ROWS)


def test_searching_and_exporting_the_register(registered: House, tmp_path: Path) -> None:
    assert registered.json("subjects", "search", "轴承", "--kind", "enterprise")["count"] == 20
    report = registered.json("export", "enterprises", "--out", tmp_path / "all.parquet")
    assert report["rows"] == ROWS


@pytest.mark.fuzz  # more than a minute; test_cli_killed does it at every moment with a short list
def test_killed_in_the_middle_and_run_again(fresh: House, path: Path, tmp_path: Path) -> None:
    house = fresh.copy(tmp_path / "home")
    words = ("import", "enterprises", path, "--source", "register")
    house.kill_when(lambda passed: passed > 3.0, *words)
    house.kill_when(MOMENTS["a segment is durable, not promised"](house), *words)
    house.kill_when(MOMENTS["a segment is acknowledged"](house), *words)
    report = house.json(*words)
    assert report["accepted"] == ROWS
    check_once(house, ROWS)


def test_undo_of_the_register_empties_the_house_again(
    registered: House, fresh: House, tmp_path: Path
) -> None:
    house = registered.copy(tmp_path / "home")
    batch = house.json("batches", "list")["batches"][-1]["id"]  # type: ignore[index]
    undone = house.json("batches", "undo", batch)
    assert (undone["removed"], undone["restored"]) == (ROWS, 0)
    sql = "SELECT count(*) FROM ledger_subject"
    assert house.count(sql) == fresh.count(sql)


def test_backup_and_restore_of_the_register(registered: House, tmp_path: Path) -> None:
    registered.json("backup", tmp_path / "b.zip")
    copy = House(tmp_path / "copy")
    copy.json("restore", tmp_path / "b.zip")
    check_once(copy, ROWS)
    for words in (("subjects", "search", "轴承"), ("batches", "list"), ("facts", "region:330624")):
        assert copy.json(*words) == registered.json(*words)
