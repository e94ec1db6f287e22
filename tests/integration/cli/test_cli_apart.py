"""Heavy work in a process of its own: its answer and its errors come back, and nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jiqun.cli import up
from jiqun.cli.up import apart
from jiqun.core.errors import InputError, SourceDown


def doubled(*, number: int) -> tuple[int, int]:
    return os.getpid(), number * 2


def refused(*, seen: str) -> None:
    raise InputError("gate.bad_number", seen=seen)


def dying() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_answer_comes_from_another_process() -> None:
    process, answer = apart(doubled, number=21)
    assert answer == 42 and process != os.getpid()


def test_an_error_is_raised_here_with_its_facts() -> None:
    with pytest.raises(InputError, match=r"gate\.bad_number") as told:
        apart(refused, seen="十二")
    assert told.value.facts == {"seen": "十二"}


def test_a_process_that_dies_is_told_apart_from_an_answer() -> None:
    with pytest.raises(SourceDown, match=r"server\.did_not_start"):
        apart(dying)


@pytest.mark.slow
def test_stopped_while_it_prepares_it_leaves_no_process(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "jiqun", "--home", tmp_path / "home", "up", "--port", "1", "--no-example"]
    child = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    until = time.monotonic() + 60
    while not (tmp_path / "home" / "ledger.sqlite3").exists() and time.monotonic() < until:
        time.sleep(0.01)
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) in (0, 130)
    while members(child.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert members(child.pid) == []


def members(session: int) -> list[int]:
    """Processes of a session that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def test_children_keep_few_heaps_unless_the_person_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []
    monkeypatch.setattr(up.subprocess, "Popen", lambda _words, env, **_: given.append(env))
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    up._start("worker")
    monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
    up._start("worker")
    assert [one["MALLOC_ARENA_MAX"] for one in given] == ["2", "8"]


def test_the_keeper_of_the_server_asks_for_a_home_without_django(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['django'] = None\n"
        "from jiqun.cli import django\n"
        "from jiqun.core.errors import InputError\n"
        "try: django.check_home()\n"
        "except InputError as error: print(error.code)\n"
        "import pathlib, jiqun.settings; (jiqun.settings.HOME / 'secret.key').write_text('x')\n"
        "django.check_home(); print('there')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60,
        env=os.environ | {"JIQUN_HOME": str(tmp_path), "JIQUN_SECRET_KEY": ""},
    )  # fmt: skip
    assert done.stdout.split() == ["home.missing", "there"], done.stderr[-1500:]
