"""A site that changes its writer: whatever is taken, handed over and merged when, the watcher sees all of it in order."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from alarm_house import FURNACE, HOT, START, factory
from gate_house import Box, Clock, Ledger, gate_at, lake_at
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ledger_rows import AT
from watched_readings import DESK

from jiqun.actions import watching
from jiqun.actions.taking import Gate
from jiqun.core.errors import SourceDown
from jiqun.factory.instants import SECOND
from jiqun.lake.readings import handover
from jiqun.lake.readings.merging import merge_readings
from jiqun.lake.readings.reader import ReadingReader
from jiqun.lake.spool import pending
from jiqun.lake.store import Lake
from jiqun.ledger import alarms

pytestmark = pytest.mark.django_db
WRITERS = ("gate", "mqtt-1", "mqtt-2")
PLAIN = replace(HOT, on_delay_s=0.0, off_delay_s=0.0)
LATER = AT + timedelta(hours=1)
sites = count(1)
STEP = st.tuples(st.sampled_from(["take", "take", "merge", "see", "see"]), st.sampled_from(WRITERS))
STORY = st.lists(STEP, min_size=6, max_size=12)
FORMER_LEFT_BEHIND = [
    ("take", "mqtt-1"), ("take", "gate"), ("see", "gate"), ("take", "mqtt-2"), ("take", "mqtt-1"), ("see", "mqtt-1"),
]  # fmt: skip
"""Taken by one, then by another whose segments happen to be merged and watched first."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("handover")
    yield made
    shutil.rmtree(made, ignore_errors=True)


class Works:
    """One site in a lake, taken by one writer after another."""

    def __init__(self, root: Path) -> None:
        self.root, self.site = root, f"s{next(sites)}"
        factory(PLAIN, key=self.site)
        self.ledger, self.clock, self.box = Ledger(self.site), Clock(START), Box()
        self.lake = lake_at(root)
        self.gate: Gate | None = None
        self.sent = 0

    def take(self, writer: str) -> None:
        """One reading, hot and cold in turn, by a writer that takes the site over where another had it."""
        if self.gate is None or self.gate.writer != writer:
            if self.gate is not None:
                self.gate.close()
            self.gate = gate_at(self.root, self.ledger, clock=self.clock, writer=writer)
        self.clock.us += SECOND
        value = 400.0 if self.sent % 2 else 440.0
        batch = self.box.batch([value], key=FURNACE, at=self.clock.us)
        assert self.gate.submit(self.site, [batch]).answer(10)["acknowledged"] == [batch["id"]]
        self.sent += 1

    def merge(self, writer: str) -> None:
        merge_readings(self.lake, writer)

    def see(self, writer: str) -> None:
        self.merge(writer)
        self.watch()

    def watch(self) -> None:
        watching.step(DESK, self.site, self.reader, at=LATER, listening_us=START)

    def play(self, story: list[tuple[str, str]]) -> list[tuple[str, int]]:
        """The journal after all steps, the rest merged and watched."""
        self.reader = ReadingReader(self.lake)
        for what, writer in story:
            getattr(self, what)(writer)
        if self.gate is not None:
            self.gate.close()
        for writer in reversed(WRITERS):
            self.merge(writer)
        self.watch()
        self.lake.close()
        return [(one.name, one.at_us) for one in alarms.journal(self.site, size=100).rows]


@pytest.fixture(autouse=True)
def from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "FIRST_BACK_US", 2 * 3600 * SECOND)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=STORY)
@example(story=FORMER_LEFT_BEHIND)
def test_the_journal_is_the_same_whoever_took_and_whenever_it_was_merged(
    root: Path, story: list[tuple[str, str]]
) -> None:
    works = Works(root)
    told = works.play(story)
    names = [name for name, _ in reversed(told)]
    assert names == [("active", "clear")[n % 2] for n in range(works.sent)], "every reading, in order, once"
    assert [at for _, at in told] == sorted((at for _, at in told), reverse=True)


def test_what_cannot_be_merged_yet_keeps_the_site_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    works = Works(root)
    works.take("mqtt-1")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(handover, "merge_readings", full)
        with pytest.raises(SourceDown, match=r"intake\.site_unmerged"):
            works.take("gate")
    assert len(pending(root, "mqtt-1")) == 1, "nothing of it is lost"
    works.take("gate")
    assert pending(root, "mqtt-1") == []
    assert len(works.play([])) == 2


def test_segments_of_other_sites_are_left_to_the_merger(root: Path) -> None:
    one, other = Works(root), Works(root)
    one.take("mqtt-1")
    other.take("gate")
    assert len(pending(root, "mqtt-1")) == 1
    lake = Lake(root, threads=1)
    assert handover.merge_former(lake, other.site, "mqtt-2") == ("gate",)
    assert handover.merge_former(lake, one.site, "mqtt-1") == ()
    lake.close()
    assert len(one.play([])) == len(other.play([])) == 1
