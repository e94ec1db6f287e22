"""Killed at any moment, an acknowledged row is there exactly once, and no row is there twice."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from jiqun.lake.merge import merge
from jiqun.lake.recovery import recover
from jiqun.lake.spool import Spool
from jiqun.lake.store import Lake

HERE = Path(__file__).resolve().parent
TESTS = HERE.parents[1]

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="writers are forks, which Windows does not have"
)


def run_writers(folder: Path, mode: str, *, seed: int, times: int, program: str = "killed_writers.py") -> int:
    """Let writers live and die; gives the number killed."""
    path = os.pathsep.join([str(TESTS.parent / "src"), str(TESTS), os.environ.get("PYTHONPATH", "")])
    told = [str(folder / "lake"), str(folder / "log"), mode, str(seed), str(times)]
    ended = subprocess.run(
        [sys.executable, str(HERE / program), *told],
        capture_output=True, text=True, timeout=600 + 20 * times, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout)


def check_rows(folder: Path) -> int:
    """Recover once more and compare what is there with what was acknowledged; gives the number acknowledged."""
    recover(folder / "lake")
    with Spool(folder / "lake", "writer") as spool:
        spool.drop_unpublished(set())
    lake = Lake(folder / "lake", threads=1)
    merge(lake, "writer")
    found = Counter(str(row[0]) for row in lake.run(f"SELECT id FROM {lake.table_sql('facts')}"))
    acknowledged = (folder / "log").read_text().split()
    lake.close()
    assert len(acknowledged) == len(set(acknowledged))
    assert not set(acknowledged) - set(found)
    assert not [row for row, times in found.items() if times > 1]
    assert not list((folder / "lake").rglob("*.tmp"))
    return len(acknowledged)


def test_fifty_random_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    assert run_writers(tmp_path, "random", seed=20260101, times=60) >= 50
    assert check_rows(tmp_path) > 100


@pytest.mark.fuzz  # a minute; the common run has the random kills above
def test_a_kill_at_every_step_on_the_disk_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Writer n dies at its n-th fsync, rename, deletion or commit, until one gets through all of them."""
    assert run_writers(tmp_path, "steps", seed=7, times=400) >= 50
    assert check_rows(tmp_path) > 10
