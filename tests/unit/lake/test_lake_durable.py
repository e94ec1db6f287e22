"""Locks and small durable writes."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jiqun.core.errors import WrongState
from jiqun.lake.durable import FileLock, locked, move_durably, write_durably

HOLD = """
import sys, time
from pathlib import Path
from jiqun.lake.durable import FileLock
lock = FileLock(Path(sys.argv[1])); lock.acquire(); print("held", flush=True); time.sleep(60)
"""


def test_a_second_holder_is_refused_and_gets_it_afterwards(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")
    first.acquire()
    with pytest.raises(WrongState) as refused:
        second.acquire()
    assert refused.value.code == "lake.locked"
    first.release()
    second.acquire()
    second.release()
    second.release()


def test_shared_holders_stand_side_by_side_and_keep_a_lone_one_out(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with locked(path, shared=True), locked(path, shared=True), pytest.raises(WrongState), locked(path):
        pass
    with locked(path):
        pass


def test_a_waiter_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    first = FileLock(path)
    first.acquire()
    threading.Timer(0.05, first.release).start()
    with locked(path, wait_s=5):
        pass


def test_a_killed_holder_leaves_the_lock_free(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(WrongState), locked(path):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with locked(path, wait_s=5):
        pass


def test_a_small_write_replaces_the_old_content_whole(tmp_path: Path) -> None:
    path = tmp_path / "note"
    write_durably(path, b"one")
    write_durably(path, b"two")
    assert path.read_bytes() == b"two"
    assert [one.name for one in tmp_path.iterdir()] == ["note"]


def test_a_move_between_folders_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "x").write_text("x")
    move_durably(tmp_path / "a" / "x", tmp_path / "b" / "y")
    assert not list((tmp_path / "a").iterdir())
    assert (tmp_path / "b" / "y").read_text() == "x"
