"""kill -9 at any moment of an import, and the same command again: every row counted once in ledger, lake and search."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_house import House, firm, table

ROWS = 1200
Moment = Callable[[House], Callable[[float], bool]]


def _appears(pattern: str) -> Moment:
    """The moment a new file of that pattern shows in the home."""

    def of(house: House) -> Callable[[float], bool]:
        before = set(house.home.glob(pattern))
        return lambda _: any(path not in before for path in house.home.glob(pattern))

    return of


MOMENTS: dict[str, Moment] = {
    "a segment is being written": _appears("lake/spool/cli/staging/*.tmp"),
    "a segment is durable, not promised": _appears("lake/spool/cli/staging/*.parquet"),
    "the ledger is being written": _appears("ledger.sqlite3-wal"),
    "a segment is acknowledged": _appears("lake/spool/cli/*.parquet"),
    "a table's file is there, its commit not": _appears("lake/tables/registrations/*.parquet"),
    "the commit is there": _appears("lake/tables/registrations/_delta_log/*1.json"),
    "the last table is committed": _appears("lake/tables/batches/_delta_log/*1.json"),
    "the segment is put aside": _appears("lake/spool/cli/merged/*/*.parquet"),
}


@pytest.fixture
def long_list(tmp_path: Path) -> Path:
    return table(tmp_path / "long.csv", [firm(number) for number in range(ROWS)])


def check_once(house: House, rows: int) -> None:
    """Every enterprise once in the ledger, in search and among the registrations that stand."""
    assert house.count("SELECT count(*) FROM ledger_subject WHERE kind = 'enterprise'") == rows
    subjects = house.count("SELECT count(*) FROM ledger_subject")
    assert house.count("SELECT count(*) FROM ledger_subject_search") == subjects
    standing = "batch NOT IN (SELECT batch FROM {batches} WHERE event = 'undone')"
    counted = house.lake_rows(
        "SELECT count(*), count(DISTINCT subject) FROM {registrations} WHERE " + standing
    )
    assert counted == [(rows, rows)]
    received = house.lake_rows("SELECT batch, count(*) FROM {batches} WHERE event = 'received' GROUP BY 1")
    assert all(number == 1 for _, number in received)
    known = house.count("SELECT count(*) FROM ledger_batch WHERE state = 'visible'")
    assert known == len(received) and known == house.count("SELECT count(*) FROM ledger_batch")
    assert not list((house.home / "lake" / "spool" / "cli").glob("*.parquet"))
    assert not list((house.home / "lake" / "spool" / "cli" / "staging").iterdir())


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_when(moment: str, house: House, long_list: Path) -> None:
    killed = house.kill_when(MOMENTS[moment](house), "import", "enterprises", long_list, "--source", "list")
    report = house.json("import", "enterprises", long_list, "--source", "list")
    assert report["accepted"] == ROWS and report["created"] in (0, ROWS)
    assert report["created"] + report["unchanged"] == ROWS  # type: ignore[operator]
    check_once(house, ROWS)
    assert killed or report["unchanged"] == ROWS


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.fuzz) for n in range(1, 40))])
def test_killed_again_and_again_at_random(seed: int, house: House, long_list: Path) -> None:
    """Three kills in one home before the command is let through; init in between finishes what was promised."""
    chance = random.Random(seed)
    for _ in range(3):
        due = chance.uniform(0.2, 4.0)
        house.kill_when(
            lambda passed, due=due: passed > due, "import", "enterprises", long_list, "--source", "list"
        )  # type: ignore[misc]
        if chance.random() < 0.5:
            house.json("init")
            assert house.count("SELECT count(*) FROM ledger_subject WHERE kind = 'enterprise'") in (0, ROWS)
    report = house.json("import", "enterprises", long_list, "--source", "list")
    assert report["accepted"] == ROWS
    check_once(house, ROWS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.fuzz) for n in range(1, 10))])
def test_an_undo_that_is_killed_is_done_or_not_done(seed: int, house: House, long_list: Path) -> None:
    batch = house.json("import", "enterprises", long_list, "--source", "list")["batch_id"]
    due = random.Random(seed).uniform(0.5, 3.0)
    house.kill_when(lambda passed: passed > due, "batches", "undo", batch)
    house.json("init")
    left = house.count("SELECT count(*) FROM ledger_subject WHERE kind = 'enterprise'")
    undone = house.lake_rows("SELECT count(*) FROM {batches} WHERE event = 'undone'")[0][0]
    assert (left, undone) in ((ROWS, 0), (0, 1))
    if undone == 0:
        house.json("batches", "undo", batch)
        assert house.count("SELECT count(*) FROM ledger_subject WHERE kind = 'enterprise'") == 0


def test_ctrl_c_stops_with_130_and_the_same_command_finishes(house: House, long_list: Path) -> None:
    import signal
    import time

    child = house.start("import", "enterprises", long_list, "--source", "list")
    staged = house.home / "lake" / "spool" / "cli" / "staging"
    until = time.monotonic() + 60
    while (
        child.poll() is None and time.monotonic() < until and not (staged.is_dir() and any(staged.iterdir()))
    ):
        time.sleep(0.002)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=60)
    assert child.returncode in (0, 130) and b"Traceback" not in told, told.decode()[-2000:]
    report = house.json("import", "enterprises", long_list, "--source", "list")
    assert report["accepted"] == ROWS
    check_once(house, ROWS)


def test_two_imports_at_once_count_every_row_once(house: House, long_list: Path) -> None:
    """The same list handed in by two commands at the same moment, and a third after them."""
    children = [house.start("import", "enterprises", long_list, "--source", "list") for _ in range(2)]
    for child in children:
        _, told = child.communicate(timeout=300)
        assert child.returncode == 0, told.decode()[-2000:]
    report = house.json("import", "enterprises", long_list, "--source", "list")
    assert report["unchanged"] == ROWS
    assert house.count("SELECT count(*) FROM ledger_subject WHERE kind = 'enterprise'") == ROWS
    assert house.lake_rows("SELECT count(DISTINCT subject) FROM {registrations}") == [(ROWS,)]


def test_two_fact_imports_at_once_state_each_fact_once(house: House, tmp_path: Path) -> None:
    from cli_house import fact, facts_file

    rows = [fact(period=str(year), value=str(year)) for year in range(1950, 2020)]
    path = facts_file(tmp_path / "facts.csv", rows)
    children = [house.start("import", "facts", path, "--source", "yearbook") for _ in range(2)]
    for child in children:
        _, told = child.communicate(timeout=300)
        assert child.returncode == 0, told.decode()[-2000:]
    assert house.json("facts", "region:330624", "--indicator", "gdp")["count"] == len(rows)
