"""Every fuzz target over its corpus, whole and cut: they do not rot, and what was found once is not found again."""

import gzip
import importlib.util
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from fuzzers.targets import CORPUS, TARGETS, corpus

from jiqun.core.errors import InputError
from jiqun.edge.http_in.messages import unpack
from jiqun.factory.readings.contract import decode
from jiqun.intake.box_routes import _unpacked

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 100_000
BOMB = gzip.compress(b"[" + b"0," * 4_000_000 + b"0]")


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_ends_in_values_and_documented_errors(name: str) -> None:
    run, seen = TARGETS[name].run, 0
    for path in corpus(name):
        data = path.read_bytes()
        run(data)
        for cut in (len(data) // 3, len(data) - 1):
            run(data[: max(0, cut)])
        seen += 1
    assert seen >= 1


def test_the_corpus_is_small_and_all_of_it_is_used() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) <= MOST_BYTES


@pytest.mark.parametrize(
    "door",
    [
        lambda: decode(BOMB, most_bytes=MOST_BYTES),
        lambda: unpack(BOMB, encoding="gzip", most_bytes=MOST_BYTES),
        lambda: _unpacked("gzip", BOMB),
    ],
    ids=["gate", "posted", "box"],
)
def test_a_bomb_takes_no_more_memory_than_its_door_allows(door: Callable[[], object]) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(InputError):
            door()
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_what_a_target_raises_is_not_swallowed() -> None:
    """The corpus test could pass with targets that catch everything."""
    with pytest.raises(AssertionError):
        TARGETS["envelope"].run.__globals__["refuses"](InputError("some.other"), "edge.bad_request")


def runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", ROOT / "tools" / "fuzz.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    return module


def test_without_atheris_it_says_so_and_a_finding_can_still_be_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = runner()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["fuzz.py"])
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert made.main() == 0 and "atheris is not installed here" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["fuzz.py", "--repeat", "sparkplug", str(next(corpus("sparkplug")))])
    assert made.main() == 0 and "nothing found" in capsys.readouterr().out


def test_atheris_is_pinned_by_hash_for_the_machines_it_has_wheels_for_and_in_no_other_lock() -> None:
    pinned = (ROOT / "requirements" / "fuzz.txt").read_text()
    assert "atheris==" in pinned and "linux" in pinned and "--hash=sha256:" in pinned
    others = [path for path in (ROOT / "requirements").glob("*.txt") if path.name != "fuzz.txt"]
    assert others and not [path.name for path in others if "atheris" in path.read_text()]
