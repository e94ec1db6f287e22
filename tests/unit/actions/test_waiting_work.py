"""Work that waits in a folder: done once, by what rights are left, its fault kept; and bad cells as a file."""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jiqun.actions import background
from jiqun.actions.background import PATIENCE, Background, Teller, fault_of
from jiqun.actions.export_files import ERROR_FIELDS, write_errors
from jiqun.actions.kept_rights import actor_again, kept_actor
from jiqun.actions.work_folders import WORKING, WorkFolders
from jiqun.core.errors import InputError, JiqunError, RowError, RowErrors
from jiqun.lake.durable import locked
from jiqun.ledger.permissions import NOBODY, Actor, Grant, Permission, system
from jiqun.ledger.scopes import Scope

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
ID, OTHER = "t20260601090000aaaaaaaaaaaa", "t20260601090001bbbbbbbbbbbb"


@dataclass(frozen=True)
class Job:
    """What is known of a folder of these tests."""

    id: str
    received_at: datetime
    state: str = WORKING
    queued_at: datetime | None = AT
    actor: Mapping[str, Any] | None = None
    report: Mapping[str, Any] | None = None
    fault: Mapping[str, Any] | None = None


class Jobs(WorkFolders[Job]):
    LETTER, FILE, MISSING = "t", "job.json", "draft.not_found"

    def made(self, held: dict[str, Any]) -> Job:
        return Job(**held)


class Room:
    """A home with one job, a clock that is set by hand, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.store = Jobs(folder)
        self.desk: Any = SimpleNamespace(now=lambda: self.now)
        self.now = AT
        self.done: list[tuple[str, Actor]] = []
        self.queued: list[str] = []
        self.fails: Exception | None = None

    def put(self, id: str = ID, **values: Any) -> Job:
        self.store.folder(id).mkdir(parents=True)
        return self.store.save(Job(id, AT, **values))

    def report(self, desk: Any, held: Job, by: Actor, teller: Teller) -> dict[str, Any]:
        assert desk is self.desk
        self.done.append((held.id, by))
        teller("firms", 1, 1)
        if self.fails:
            raise self.fails
        return {"firms": 1}

    def background(self, **more: Any) -> Background[Job]:
        return Background(lambda _: self.store, self.report, self.queued.append, **more)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "jobs")


def test_work_is_done_once_and_its_report_kept(room: Room) -> None:
    room.put()
    work = room.background()
    for _ in range(2):
        work.work(room.desk, ID)
    job = room.store.read(ID)
    assert (job.state, job.report, job.fault) == ("done", {"firms": 1}, None)
    assert room.done == [(ID, NOBODY)], "who is not kept may do nothing"
    assert room.store.progress(ID).what == "firms"


@pytest.mark.parametrize(
    ("state", "after"), [("checking", "checked"), ("landing", "done"), ("checked", "checked")]
)
def test_each_state_that_waits_ends_in_its_own(room: Room, state: str, after: str) -> None:
    room.put(state=state)
    room.background(waiting=("checking", "landing"), ended={"checking": "checked"}).work(room.desk, ID)
    assert room.store.read(ID).state == after
    assert len(room.done) == (state != after)


def test_nothing_is_done_while_another_process_is_at_it(room: Room) -> None:
    room.put()
    with locked(room.store.lock(ID)):
        room.background().work(room.desk, ID)
    assert room.done == [] and room.store.read(ID).state == WORKING
    room.background().work(room.desk, ID)
    assert room.store.read(ID).state == "done"


def test_a_fault_is_kept_as_code_and_facts(room: Room) -> None:
    room.put()
    room.fails = InputError("rule.bad_day", seen=7, allowed="2026-04-01")
    room.background().work(room.desk, ID)
    job = room.store.read(ID)
    assert job.state == "failed" and job.report is None
    assert job.fault == {"code": "rule.bad_day", "facts": {"seen": "7", "allowed": "2026-04-01"}, "lines": 0}


def test_what_nobody_foresaw_is_told_and_kept_without_its_words(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.put(actor=kept_actor(Actor(None, "x", request_id="r-17")))
    room.fails = ZeroDivisionError("secret")
    with pytest.raises(ZeroDivisionError):
        room.background().work(room.desk, ID)
    assert room.store.read(ID).fault == {"code": "http.server_error", "facts": {}}
    assert room.store.read(ID).state == "failed" and "r-17" in caplog.text


def test_what_a_killed_process_left_is_queued_anew(room: Room) -> None:
    room.put()
    room.put(OTHER, state="done")
    work = room.background()
    assert work.leftover(room.desk) == [ID]
    assert work.take_up_leftover(room.desk) == 1 and room.queued == [ID]
    work.work(room.desk, ID)
    assert work.take_up_leftover(room.desk) == 0 and room.queued == [ID]


@pytest.mark.parametrize(
    ("values", "waited", "held", "started"),
    [
        ({}, PATIENCE, False, True),
        ({}, PATIENCE - timedelta(seconds=1), False, False),
        ({}, PATIENCE, True, False),
        ({"state": "done"}, PATIENCE, False, False),
        ({"queued_at": None}, PATIENCE, False, False),
    ],
    ids=["waited", "not yet", "somebody is at it", "done", "never queued"],
)
def test_who_asks_starts_the_work_only_when_nobody_has_taken_it_up(
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, Any],
    waited: timedelta,
    held: bool,
    started: bool,
) -> None:
    begun: list[tuple[object, ...]] = []

    def thread(target: Callable[..., None], args: tuple[object, ...], daemon: bool) -> object:
        assert daemon and target.__name__ == "_work_here"
        return SimpleNamespace(start=lambda: begun.append(args))

    monkeypatch.setattr(background, "threading", SimpleNamespace(Thread=thread))
    job = room.put(**values)
    room.now = AT + waited
    if held:
        with locked(room.store.lock(ID)):
            assert room.background().look_after(room.desk, job) is job
    else:
        assert room.background().look_after(room.desk, job) is job
    assert begun == ([(room.desk, ID)] if started else [])


def test_progress_is_noted_no_oftener_than_it_can_be_read(room: Room) -> None:
    room.put()
    teller = Teller(room.desk, room.store, ID)
    seen: list[int] = []
    for done, seconds in ((1, 0.0), (2, 0.4), (3, 0.5), (4, 0.9), (5, 1.0), (6, 1.1), (7, 1.2)):
        room.now = AT + timedelta(seconds=seconds)
        teller("firms", done, 7)
        seen.append(room.store.progress(ID).done)
    assert seen == [1, 1, 3, 3, 5, 5, 7], "every half second, and the last one always"


def test_a_fault_tells_how_many_lines_are_wrong() -> None:
    rows = [RowError("a.csv", n, "x", "firm.bad_flag", "y", "z") for n in (2, 5)]
    assert fault_of(RowErrors(rows, code="draft.refused")) == {
        "code": "draft.refused",
        "facts": {"file": "a.csv", "count": "2"},
        "lines": 2,
    }
    assert fault_of(JiqunError("x.y")) == {"code": "x.y", "facts": {}, "lines": 0}


# Rights as they are kept

ACTORS = [
    NOBODY,
    system("command line"),
    Actor(7, "张三", (Grant("county_officer", Scope("region", "330624")), Grant("analyst"))),
    Actor(7, "token", (Grant("analyst"),), frozenset({Permission.EXPORT}), Scope("cluster", "c1"), "r-1", 4),
    Actor(7, "token that may nothing", (), frozenset(), request_id="r-2", token_id=5),
]


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.label)
def test_an_actor_comes_back_from_its_file_with_no_right_more_or_less(actor: Actor) -> None:
    assert actor_again(json.loads(json.dumps(kept_actor(actor)))) == actor


def test_nothing_kept_is_nobody() -> None:
    assert actor_again({}) is NOBODY


# The list of bad cells


def test_bad_cells_as_a_file_nobody_can_run(tmp_path: Path) -> None:
    errors = [
        RowError("表.csv", 2, "年份", "firm.not_a_number", "=1+1", "0-9 . -"),
        RowError("表.csv", None, "", "rule.no_file", 'a,b\n"c"', ""),
        RowError("表.csv", 4, "@x", "firm.negative", "-3", "≥ 0"),
    ]
    path = tmp_path / "errors.csv"
    write_errors(path, iter(errors))
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == ERROR_FIELDS
    assert rows == [
        ["表.csv", "2", "年份", "firm.not_a_number", "'=1+1", "0-9 . -"],
        ["表.csv", "", "", "rule.no_file", 'a,b\n"c"', ""],
        ["表.csv", "4", "'@x", "firm.negative", "-3", "≥ 0"],
    ]
    write_errors(path, [])
    assert path.read_text(encoding="utf-8-sig").strip() == ",".join(ERROR_FIELDS), "the list before is gone"
