"""Boxes, gate, workers, merger and broker killed at random: what was acknowledged is there, once; a full disk at each."""

import os
import random
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from gate_house import NOW_US, ROOT, Box, Ledger, gate_at, lake_at, stored

from benchmarks import soak
from jiqun.core.errors import NotFound, SourceDown
from jiqun.intake.merger import Merger, MergerPace
from jiqun.intake.rounds import Rounds


@pytest.mark.broker
def test_every_process_killed_at_random_loses_and_doubles_nothing(tmp_path: Path) -> None:
    rows, counts = soak.run(tmp_path, kills=30, seed=random.randrange(10**6), pause_s=0.08)
    assert sum(counts.values()) == 30 and len(counts) == 7, counts
    assert all(row["ok"] for row in rows), rows
    assert (
        all(int(str(row["stored"])) > 0 for row in rows)
        and sum(int(str(row["quarantined"])) for row in rows) > 0
    )


@pytest.mark.fuzz
@pytest.mark.broker
def test_killed_many_times_over(tmp_path: Path) -> None:
    rows, _ = soak.run(tmp_path, kills=120, seed=random.randrange(10**6), pause_s=0.15)
    assert all(row["ok"] for row in rows), rows


def limited(root: Path) -> None:
    """In a process of its own, whose files may not grow: take batches, see them refused, take them when there is room."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    gate, box = gate_at(root, Ledger("spring")), Box("full")
    gate.submit("spring", [box.batch([0.0])]).answer(20)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
    refused = box.batch([float(n) for n in range(1, 2000)])
    for _ in range(2):
        with pytest.raises(SourceDown) as said:
            gate.submit("spring", [refused]).answer(20)
        assert said.value.code == "intake.disk_full", said.value
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    gate.submit("spring", [refused]).answer(20)
    gate.close()


def test_a_disk_that_takes_no_more_is_told_and_costs_nothing(tmp_path: Path) -> None:
    code = f"import sys; sys.path[:0] = [{str(ROOT / 'tests')!r}]\nfrom pathlib import Path\n"
    code += f"import runpy; runpy.run_path({__file__!r})['limited'](Path({str(tmp_path)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert stored(tmp_path) == [float(n) for n in range(2000)]


def test_a_merger_that_cannot_write_says_so_once_waits_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake_at(tmp_path).close()
    told: list[Any] = []
    merger = Merger(tmp_path, MergerPace(every_s=0.01), now_us=lambda: NOW_US, told=told.append)
    gate = gate_at(tmp_path, Ledger("spring"))
    gate.submit("spring", [Box().batch([1.0, 2.0])]).answer(10)
    real = sys.modules["jiqun.intake.merger"].merge_readings

    def full(*_: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jiqun.intake.merger.merge_readings", full)
    assert [merger.merging.step() for _ in range(3)] == [False] * 3
    assert [one.code for one in told] == ["intake.merge_disk_full"]
    status = merger.status()
    assert status["segments_waiting"] == 1 and "No space left" in str(status["last_fault"])
    monkeypatch.setattr("jiqun.intake.merger.merge_readings", real)
    assert merger.merging.step() and told[1:] == [None]
    assert merger.counts["rows"] >= 2 and merger.status()["segments_waiting"] == 0
    assert merger.upkeep.step() and not merger.status()["last_fault"]
    stop = threading.Event()
    gate.submit("spring", [Box().batch([3.0])]).answer(10)
    stop.set()
    merger.run(stop)
    gate.close()
    assert stored(tmp_path) == [1.0, 2.0, 3.0]


def test_a_defect_in_a_round_is_told_and_the_next_round_comes() -> None:
    told: list[Any] = []
    work = iter([ValueError("odd"), NotFound("factory.unknown", seen="x"), None])

    def once() -> None:
        error = next(work)
        if error is not None:
            raise error

    rounds = Rounds(once, 0.001, told.append)
    assert [rounds.step() for _ in range(3)] == [False, False, True]
    assert [one and one.code for one in told] == ["intake.not_merged", None] and "odd" in str(told[0])
    assert rounds.counts == {"rounds": 1, "rounds_failed": 2}
