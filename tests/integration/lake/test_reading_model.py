"""Any interleaving of taking, merging, compacting, crashing and sending again: the tables hold the distinct batches."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from killed_takers import batch, rows
from reading_rows import NOW_US, Taker, in_tables

from jiqun.lake.merge import merge
from jiqun.lake.recovery import recover
from jiqun.lake.store import Lake

WRITERS = {"one": ("spring",), "two": ("dye", "vat")}

NUMBERS = st.lists(st.integers(1, 12), min_size=1, max_size=6, unique=True)
STEP = st.one_of(
    st.tuples(st.just("take"), NUMBERS),
    st.tuples(st.just("merge"), st.none()),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("compact"), st.sampled_from(["readings", "reading_batches"])),
)
STORY = st.lists(
    st.tuples(st.sampled_from(sorted(WRITERS)), STEP, st.one_of(st.none(), st.integers(1, 60))), max_size=10
)


class Died(BaseException):
    """The process is gone: from here on it touches nothing."""


@contextmanager
def dying_at(step: int | None) -> Iterator[None]:
    """Let the step-th touch of the disk, and every later one, end this life; None: it lives."""
    touched = 0

    def mortal(real: Callable[..., object]) -> Callable[..., object]:
        def touch(*args: object, **named: object) -> object:
            nonlocal touched
            touched += 1
            if step is not None and touched >= step:
                raise Died
            return real(*args, **named)

        return touch

    with pytest.MonkeyPatch.context() as patched:
        for holder, name in (
            (os, "replace"), (os, "fsync"), (os, "link"), (Path, "unlink"), (Path, "rmdir"),
            (DeltaTable, "create_write_transaction"),
        ):  # fmt: skip
            patched.setattr(holder, name, mortal(getattr(holder, name)))
        yield


class World:
    """Two gates over one lake, and what they have acknowledged."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.acknowledged: set[str] = set()
        self.tried: set[str] = set()
        self.gates = {name: Taker(root, name, sites) for name, sites in WRITERS.items()}

    def step(self, writer: str, step: tuple[str, object], dies_at: int | None) -> None:
        try:
            with dying_at(dies_at):
                self.do(self.gates[writer], *step)
        except Died:
            self.restart(self.gates[writer])

    def do(self, gate: Taker, kind: str, what: object) -> None:
        if kind == "take":
            assert isinstance(what, list)
            self.take(gate, what)
        elif kind == "merge":
            gate.merge()
        elif kind == "compact":
            gate.lake.compact(str(what))
        else:
            self.restart(gate)

    def take(self, gate: Taker, numbers: list[int]) -> None:
        for site in gate.sites:
            at = gate.known.last_arrived_us(site) or NOW_US
            sent = [batch(site, number, at + place) for place, number in enumerate(numbers, 1)]
            self.tried |= {one.id for one in sent}
            self.acknowledged |= set(gate.take(sent))

    def restart(self, gate: Taker) -> None:
        gate.close()
        recover(self.root)
        self.gates[gate.writer] = Taker(self.root, gate.writer, gate.sites)

    def check(self) -> None:
        for gate in self.gates.values():
            gate.close()
        recover(self.root)
        lake = Lake(self.root, threads=1)
        for writer in WRITERS:
            merge(lake, writer)
        found = in_tables(lake)
        lake.close()
        batches = found["reading_batches"]
        assert self.acknowledged <= set(batches) <= self.tried
        assert set(batches.values()) <= {1}
        numbers = {key: int(key.rpartition("-")[2]) for key in batches}
        assert found["readings"] == Counter({key: rows(n) for key, n in numbers.items() if rows(n)})
        assert found["held_readings"] == Counter({key: 1 for key, n in numbers.items() if n % 4 == 0})
        assert found["reading_gaps"] == Counter({key: 1 for key, n in numbers.items() if n % 7 == 0})


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with its tables and nothing in them, to be copied."""
    root = tmp_path_factory.mktemp("model") / "empty"
    recover(root)
    return root


def play(empty: Path, story: list[tuple[str, tuple[str, object], int | None]]) -> None:
    root = empty.with_name("story")
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(empty, root)
    world = World(root)
    for writer, step, dies_at in story:
        world.step(writer, step, dies_at)
    world.check()


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=STORY)
def test_any_story_ends_with_the_distinct_batches(
    empty: Path, story: list[tuple[str, tuple[str, object], int | None]]
) -> None:
    play(empty, story)


@pytest.mark.fuzz  # minutes; the common run has a few stories
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=STORY)
def test_many_stories_end_with_the_distinct_batches(
    empty: Path, story: list[tuple[str, tuple[str, object], int | None]]
) -> None:
    play(empty, story)


def test_a_story_with_every_kind_of_step(empty: Path) -> None:
    taking: tuple[str, object] = ("take", [1, 2, 3, 4, 7, 12])
    play(empty, [
        ("one", taking, None), ("two", taking, 3), ("two", ("take", [4, 3]), None), ("one", ("merge", None), 9),
        ("one", taking, None), ("one", ("merge", None), 25), ("two", ("merge", None), None),
        ("two", ("compact", "readings"), 4), ("one", ("restart", None), None), ("two", ("take", [11, 1]), 1),
    ])  # fmt: skip
