"""The gate: acknowledged means durable and counted once; what arrives together shares a segment; nothing lost silently."""

import errno
import json
import threading
from pathlib import Path
from typing import Any

import orjson
import pytest
from gate_house import NOW_US, Box, Clock, Ledger, gate_at, stored, together

from jiqun.actions.taking import Gate, Pace
from jiqun.core.errors import JiqunError, NotFound, SourceDown
from jiqun.lake.spool import pending


@pytest.fixture
def ledger() -> Ledger:
    return Ledger("spring", "dye")


@pytest.fixture
def gate(tmp_path: Path, ledger: Ledger):
    opened = gate_at(tmp_path, ledger)
    yield opened
    opened.close()


def take(gate: Gate, *batches: Any, site: str = "spring") -> dict[str, Any]:
    return gate.submit(site, batches).answer(10)


def test_acknowledged_is_durable_before_it_is_said_and_stands_in_the_tables(
    gate: Gate, tmp_path: Path
) -> None:
    box = Box()
    one, two = box.batch([1.5, 2.5]), box.batch([None, 4.0], readings_unused=1)
    two["readings"]["quality"][0] = "bad"
    said = take(gate, one, two)
    assert said == {"acknowledged": [one["id"], two["id"]], "refused": []}
    assert len(pending(tmp_path, "gate")) == 1, "both in one segment, on the disk"
    assert stored(tmp_path, columns="value, quality") == [(1.5, 0), (2.5, 0), (4.0, 0), (None, 2)]
    assert stored(tmp_path, "reading_batches", "batch, readings") == sorted([(one["id"], 2), (two["id"], 2)])


def test_a_batch_sent_again_is_acknowledged_again_and_counted_once(gate: Gate, tmp_path: Path) -> None:
    one = Box().batch([1.0])
    for _ in range(3):
        assert take(gate, one)["acknowledged"] == [one["id"]]
    assert take(gate, one, one)["acknowledged"] == [one["id"], one["id"]]
    assert stored(tmp_path) == [1.0]
    assert gate.status()["sites"]["spring"]["duplicates"] == 4


def test_a_duplicate_of_what_is_on_its_way_waits_for_it(tmp_path: Path, ledger: Ledger) -> None:
    gate = gate_at(tmp_path, ledger)
    one, hold, let = Box().batch([1.0]), threading.Event(), threading.Event()
    write = gate._spool.write

    def slow(taken: Any) -> Any:
        hold.set()
        let.wait(5)
        return write(taken)

    gate._spool.write = slow  # type: ignore[method-assign]
    first = gate.submit("spring", [one])
    assert hold.wait(5)
    second = gate.submit("spring", [one])
    with pytest.raises(SourceDown):
        second.answer(0.05)
    let.set()
    assert first.answer(5)["acknowledged"] == second.answer(5)["acknowledged"] == [one["id"]]
    gate.close()
    assert stored(tmp_path) == [1.0]


def test_what_arrives_together_shares_a_segment_and_a_sync(tmp_path: Path, ledger: Ledger) -> None:
    gate = gate_at(tmp_path, ledger, pace=Pace(gather_s=0.2))
    boxes = [Box() for _ in range(20)]
    sites = ("spring", "dye")
    together(
        [lambda n=n, b=b: take(gate, b.batch([float(n)]), site=sites[n % 2]) for n, b in enumerate(boxes)]
    )
    segments = pending(tmp_path, "gate")
    gate.close()
    assert len(segments) <= 3 and stored(tmp_path) == [float(n) for n in range(20)]


def test_arrivals_of_a_site_grow_when_the_clock_jumps_back_and_over_a_restart(
    tmp_path: Path, ledger: Ledger
) -> None:
    clock, box = Clock(), Box()
    for jump in (0, -3_600_000_000, 5, -86_400_000_000):
        gate = gate_at(tmp_path, ledger, clock=clock)
        clock.us += jump
        take(gate, box.batch([1.0]), box.batch([2.0]))
        gate.close()
    arrived = stored(tmp_path, "reading_batches", "sequence, epoch_us(arrived_at)")
    assert [us for _, us in arrived] == [NOW_US + n for n in range(8)]


def test_ids_known_before_a_restart_are_known_after_it(tmp_path: Path, ledger: Ledger) -> None:
    box = Box()
    merged, waiting = box.batch([1.0]), box.batch([2.0])
    for batch in (merged, waiting):
        gate = gate_at(tmp_path, ledger)
        take(gate, batch)
        gate.close()
        if batch is merged:
            stored(tmp_path)
    gate = gate_at(tmp_path, ledger)
    assert take(gate, merged, waiting)["acknowledged"] == [merged["id"], waiting["id"]]
    gate.close()
    assert stored(tmp_path) == [1.0, 2.0]


def test_a_full_disk_acknowledges_nothing_and_the_gate_lives(gate: Gate, tmp_path: Path) -> None:
    box, write = Box(), gate._spool.write
    one = box.batch([1.0])

    def full(taken: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    gate._spool.write = full  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(SourceDown) as said:
            take(gate, one)
        assert said.value.code == "intake.disk_full" and said.value.http_status == 503
    assert gate.status()["last_fault"]
    gate._spool.write = write  # type: ignore[method-assign]
    assert take(gate, one)["acknowledged"] == [one["id"]]
    assert stored(tmp_path) == [1.0] and gate.status()["last_fault"] == ""


def test_a_batch_that_is_none_is_refused_by_name_and_kept_once(gate: Gate, tmp_path: Path) -> None:
    box = Box()
    good, bad = box.batch([1.0]), box.batch([2.0])
    bad["readings"]["value"] = [1.0, 2.0]
    for _ in range(2):
        said = take(gate, good, bad, "garbage")
        assert said["acknowledged"] == [good["id"]]
        assert said["refused"] == [
            {"id": bad["id"], "code": "readings.uneven_columns"}, {"id": "", "code": "readings.not_a_batch"}
        ]  # fmt: skip
    held = stored(tmp_path, "held_readings", "code, seen")
    assert sorted(code for code, _ in held) == ["readings.not_a_batch", "readings.uneven_columns"]
    assert any(bad["id"] in seen for _, seen in held) and ("readings.not_a_batch", '"garbage"') in held
    assert stored(tmp_path) == [1.0]


def test_batches_nested_deeper_than_json_is_written_are_refused_and_kept_once_each(
    gate: Gate, tmp_path: Path
) -> None:
    """Found by fuzzing: one such message of a broker came back for ever, and nobody else's after it."""
    deep = [
        [orjson.loads(b"[" * depth + end + b"]" * depth) for end in (b"1", b'{"a":[2,3]}')]
        for depth in (300, 1000)
    ]
    sent = [{"id": "a", "readings": one, "sequence": 1} for pair in deep for one in pair]
    box = Box()
    for _ in range(2):
        good = box.batch([1.0], points=[deep[1][0], {"key": deep[1][1]}])
        said = take(gate, *sent, good)
        assert [one["code"] for one in said["refused"]] == ["readings.not_a_batch"] * 4
        assert said["acknowledged"] == [good["id"]], "its value is held, for its point is none"
    codes = [row[0] for row in stored(tmp_path, "held_readings", "code, seen")]
    assert codes.count("readings.not_a_batch") == 4 and codes.count("bad_key") == 2


def test_single_bad_values_are_held_and_the_rest_is_taken(gate: Gate, tmp_path: Path) -> None:
    box = Box()
    odd = box.batch([1.0, "warm", 3.0, True])
    odd["readings"]["read_us"][2] = 0
    assert take(gate, odd)["acknowledged"] == [odd["id"]]
    assert stored(tmp_path) == [1.0]
    assert stored(tmp_path, "held_readings", "code") == ["too_old", "wrong_type", "wrong_type"]
    assert gate.status()["sites"]["spring"]["held"] == 3


def test_points_met_for_the_first_time_go_into_the_ledger_before_anything_is_acknowledged(
    gate: Gate, ledger: Ledger, tmp_path: Path
) -> None:
    box = Box()
    first = box.batch([1.0])
    ledger.down = True
    with pytest.raises(SourceDown):
        take(gate, first)
    ledger.down = False
    take(gate, first)
    assert ledger.known["spring"] == {"furnace.temperature": ("℃", "measurement")}
    changed = box.batch([9.0])
    changed["points"][0]["unit"] = "K"
    take(gate, changed)
    assert stored(tmp_path) == [1.0] and stored(tmp_path, "held_readings", "code") == ["unit_changed"]


def test_a_site_belongs_to_one_process_and_goes_on_with_the_next(tmp_path: Path, ledger: Ledger) -> None:
    box = Box()
    one, two = gate_at(tmp_path, ledger, writer="one"), gate_at(tmp_path, ledger, writer="two")
    batch = box.batch([1.0])
    take(one, batch)
    with pytest.raises(SourceDown) as said:
        take(two, batch)
    assert said.value.code == "intake.site_elsewhere"
    take(two, Box().batch([5.0]), site="dye")
    one.close()
    assert take(two, batch, box.batch([2.0]))["acknowledged"] == [batch["id"], f"{box.stream}-2"]
    two.close()
    assert stored(tmp_path, writers=("one", "two")) == [1.0, 2.0, 5.0]


def test_too_much_waiting_is_told_as_busy_not_gathered_without_end(tmp_path: Path, ledger: Ledger) -> None:
    gate = gate_at(tmp_path, ledger, pace=Pace(gather_s=0.0, most_waiting=100))
    let, write, box = threading.Event(), gate._spool.write, Box()
    gate._spool.write = lambda taken: (let.wait(5), write(taken))[1]  # type: ignore[method-assign]
    tickets, busy = [], None
    for _ in range(60):
        try:
            tickets.append(gate.submit("spring", [box.batch([1.0] * 10)]))
        except JiqunError as error:
            busy = error
            break
    let.set()
    assert busy is not None and busy.code == "intake.busy" and 9 <= len(tickets) < 60
    assert all(ticket.answer(5)["acknowledged"] for ticket in tickets)
    gate.close()
    assert len(stored(tmp_path)) == 10 * len(tickets)


def test_an_unknown_site_is_told_so_and_leaves_nothing(gate: Gate, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        take(gate, Box().batch([1.0]), site="nobody")
    assert stored(tmp_path) == [] and not (tmp_path / "spool" / "sites" / "nobody.lock").exists()


def test_gaps_and_what_the_box_refused_arrive_with_their_batch(gate: Gate, tmp_path: Path) -> None:
    batch = Box().batch(
        [1.0], gaps=[{"from_us": NOW_US - 9, "to_us": NOW_US, "count": 7, "reason": "overflow"}],
        refused=[{"key": "pump", "reason": "wrong_type", "seen": "warm", "arrived_us": NOW_US, "read_us": None}],
    )  # fmt: skip
    take(gate, batch)
    assert stored(tmp_path, "reading_gaps", "lost, reason") == [(7, "overflow")]
    assert stored(tmp_path, "held_readings", "point, code, seen") == [("pump", "wrong_type", "warm")]


def test_closing_writes_what_has_gathered(tmp_path: Path, ledger: Ledger) -> None:
    gate = gate_at(tmp_path, ledger, pace=Pace(gather_s=0.05))
    ticket = gate.submit("spring", [Box().batch([1.0])])
    gate.close()
    assert ticket.answer(0.0)["acknowledged"] and stored(tmp_path) == [1.0]
    with pytest.raises(SourceDown):
        gate.submit("spring", [Box().batch([1.0])])


def test_what_was_no_request_is_quarantined_with_its_first_characters(gate: Gate, tmp_path: Path) -> None:
    for _ in range(2):
        gate.quarantine("spring", "edge.bad_request", b"\xff\x00" + b"x" * 10_000).answer(5)
    ((code, seen),) = stored(tmp_path, "held_readings", "code, seen")
    assert code == "edge.bad_request" and len(seen) <= 200
    assert json.dumps(gate.status())


def test_a_group_waits_as_long_as_the_last_took_to_write_when_many_came() -> None:
    pace = Pace(gather_s=0.005, most_gather_s=0.1, many=64)
    assert pace.next_gather_s(63, 0.05) == 0.005, "a box alone is answered at once"
    assert pace.next_gather_s(64, 0.05) == 0.05
    assert pace.next_gather_s(5_000, 3.0) == 0.1 and pace.next_gather_s(64, 0.0001) == 0.005
