"""Gates killed at any moment: an acknowledged batch is in the lake exactly once, whole, and no other is there in part."""

import sys
from collections import Counter
from pathlib import Path

import pytest
from killed_takers import rows
from reading_rows import in_tables
from test_kill import run_writers

from jiqun.lake.merge import merge
from jiqun.lake.readings.spool import ReadingSpool
from jiqun.lake.recovery import recover
from jiqun.lake.store import Lake

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="gates are forks, which Windows does not have"
)


def check(folder: Path) -> int:
    """Recover once more and compare the tables with what was acknowledged; gives the number acknowledged."""
    recover(folder / "lake")
    lake = Lake(folder / "lake", threads=1)
    for writer in ("even", "odd"):
        ReadingSpool(folder / "lake", writer).close()
        merge(lake, writer)
    found = in_tables(lake)
    twice = lake.run(
        f"SELECT site, arrived_at FROM {lake.table_sql('reading_batches')} GROUP BY ALL HAVING count(*) > 1"
    )
    lake.close()
    batches = found["reading_batches"]
    numbers = {key: int(key.rpartition("-")[2]) for key in batches}
    acknowledged = set((folder / "log").read_text().split())
    assert not acknowledged - set(batches)
    assert set(batches.values()) <= {1}
    assert not twice
    assert found["readings"] == Counter({key: rows(n) for key, n in numbers.items() if rows(n)})
    assert found["held_readings"] == Counter({key: 1 for key, n in numbers.items() if n % 4 == 0})
    assert found["reading_gaps"] == Counter({key: 1 for key, n in numbers.items() if n % 7 == 0})
    assert not list((folder / "lake").rglob("*.tmp"))
    return len(acknowledged)


def test_ten_random_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    assert run_writers(tmp_path, "random", seed=20260922, times=12, program="killed_takers.py") >= 10
    assert check(tmp_path) > 20


@pytest.mark.fuzz  # minutes; the common run has the ten above
def test_two_hundred_random_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    assert run_writers(tmp_path, "random", seed=7, times=200, program="killed_takers.py") >= 190
    assert (
        check(tmp_path) > 200
    )  # boxes send known batches again ever more often, so new ones grow by the root of the lives


@pytest.mark.fuzz
def test_a_kill_at_every_step_on_the_disk_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Gate n dies at its n-th fsync, rename, deletion or commit, until one gets through all of them."""
    assert run_writers(tmp_path, "steps", seed=7, times=600, program="killed_takers.py") >= 50
    assert check(tmp_path) > 10
