"""Every fuzz target over its corpus, whole and cut: they do not rot, and what was found once is not found again."""

import gzip
import tracemalloc
from collections.abc import Callable

import pytest
from fuzzers.targets import CORPUS, TARGETS, corpus

from jiqun.core.errors import InputError
from jiqun.edge.http_in.messages import unpack
from jiqun.factory.readings.contract import decode
from jiqun.intake.box_routes import _unpacked

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
