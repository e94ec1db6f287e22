"""The gateway against a real HTTP gate that fails, lies, is slow and comes back; clocks that jump; two lanes."""

import asyncio
import json
import socket
import time
from pathlib import Path

import pytest
from edge_house import Clock, Gate, buffer_config, parcel

from jiqun.core.errors import InputError
from jiqun.edge.buffer import Buffer
from jiqun.edge.clocks import Jumps
from jiqun.edge.config import GATE, GateConfig
from jiqun.edge.gateway import Gateway
from jiqun.factory.readings.contract import decode, encode, read_answer

EMPTY = {"point": [], "read_us": [], "arrived_us": [], "value": [], "quality": [], "flag": []}


@pytest.fixture
def gate():
    opened = Gate()
    yield opened
    opened.stop()


@pytest.fixture
def buffer(tmp_path: Path):
    opened = Buffer(buffer_config(tmp_path))
    yield opened
    opened.close()


def gateway(gate: Gate, buffer: Buffer, *, timeout_s: int = 2, token: Path | None = None) -> Gateway:
    return Gateway("works", GateConfig(gate.address, token, None, timeout_s), buffer, Clock())


def fill(buffer: Buffer, count: int) -> list[str]:
    return [buffer.put(parcel(n)) for n in range(count)]


def steps(sender: Gateway, count: int) -> list[float]:
    async def run() -> list[float]:
        return [await sender.step() for _ in range(count)]

    return asyncio.run(run())


def test_what_is_acknowledged_leaves_in_order_with_its_token(
    gate: Gate, buffer: Buffer, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    keys = fill(buffer, 120)
    steps(gateway(gate, buffer, token=tmp_path / "token"), 4)
    assert gate.order == keys and buffer.level().batches == 0
    assert (
        gate.headers[0]["Authorization"] == "Bearer s3cret" and gate.headers[0]["Content-Encoding"] == "gzip"
    )


def test_an_answer_lost_on_the_way_sends_the_same_batches_again(gate: Gate, buffer: Buffer) -> None:
    keys = fill(buffer, 3)
    sender = gateway(gate, buffer)
    whole = gate.take

    def cut(body: bytes) -> tuple[int, bytes]:
        status, answer = whole(body)
        return (status, answer) if gate.times[keys[0]] > 1 else (status, b'{"acknow')

    gate.take = cut  # type: ignore[method-assign]
    waits = steps(sender, 2)
    assert gate.order == keys and gate.times[keys[0]] == 2 and buffer.level().batches == 0
    assert waits[0] > 0 and sender.counts["failures"] == 1


@pytest.mark.parametrize("status", [500, 502, 503, 429, 401, 403, 302, 404])
def test_no_status_but_200_acknowledges(gate: Gate, buffer: Buffer, status: int) -> None:
    keys = fill(buffer, 2)
    gate.answer = lambda ids: (status, b'{"acknowledged": ["' + ids[0].encode() + b'"]}')
    sender = gateway(gate, buffer)
    (wait,) = steps(sender, 1)
    assert buffer.level().batches == 2 and wait > 0.3 and str(status) in sender.last_fault
    gate.answer = lambda ids: None
    steps(sender, 1)
    assert gate.order == keys


def test_ids_of_others_and_half_answers_are_taken_as_they_are(gate: Gate, buffer: Buffer) -> None:
    keys = fill(buffer, 3)
    gate.answer = lambda ids: (200, json.dumps({"acknowledged": ["other-1", ids[1]]}).encode())
    steps(gateway(gate, buffer), 1)
    assert [one.id for one in buffer.next()] == [keys[0], keys[2]]


def test_refused_for_good_is_set_aside_and_stops_nothing(gate: Gate, buffer: Buffer) -> None:
    keys = fill(buffer, 2)
    gate.answer = lambda ids: (
        200, json.dumps({"acknowledged": ids[1:], "refused": [{"id": keys[0], "code": "gate.unknown_site"}]}).encode()
    )  # fmt: skip
    sender = gateway(gate, buffer)
    steps(sender, 1)
    assert (
        buffer.level().batches == 0
        and buffer.level().set_aside == 1
        and sender.counts["refused_by_gate"] == 1
    )


def test_too_much_at_once_is_halved_down_to_one_and_then_set_aside(gate: Gate, buffer: Buffer) -> None:
    fill(buffer, 8)
    gate.answer = lambda ids: (413, b"{}") if len(ids) > 2 else None
    sender = gateway(gate, buffer)
    steps(sender, 8)
    assert buffer.level().batches == 0 and len(gate.order) == 8
    fill(buffer, 1)
    gate.answer = lambda ids: (413, b"{}")
    steps(sender, 1)
    assert buffer.level().set_aside == 1


def test_a_gate_that_is_down_or_slow_costs_waiting_not_data(buffer: Buffer) -> None:
    keys = fill(buffer, 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        sender = Gateway("works", GateConfig(f"http://127.0.0.1:{port}/x", None, None, 1), buffer, Clock())
        sender._line.line.config = GateConfig(sender.config.address, None, None, 0.2)  # type: ignore[arg-type]
        began = time.monotonic()
        waits = steps(sender, 2)
        assert time.monotonic() - began < 2 and "TimeoutError" in sender.last_fault
    waits += steps(sender, 3)
    assert waits[4] > waits[0] and all(0.3 < wait <= 39 for wait in waits), "longer each time"
    gate = Gate(port)
    steps(sender, 1)
    assert gate.order == keys
    gate.stop()


def test_retry_after_is_heeded(gate: Gate, buffer: Buffer) -> None:
    fill(buffer, 1)

    class Told:
        pass

    sender = gateway(gate, buffer)
    from jiqun.edge.gateway import Refused

    async def refused() -> float:
        return await sender._refused(Refused(429, 7.0), buffer.next())

    assert asyncio.run(refused()) == 7.0


def test_after_an_outage_live_data_goes_beside_the_backlog_which_stays_in_order(
    gate: Gate, buffer: Buffer
) -> None:
    sender = gateway(gate, buffer)
    sender.most = 5
    gate.answer = lambda ids: (503, b"")
    backlog = fill(buffer, 60)
    steps(sender, 1)
    gate.answer = lambda ids: None
    live: list[str] = []

    async def run() -> None:
        while buffer.level().batches:
            live.append(buffer.put(parcel("live")))
            sender.most = 5
            await sender.step()

    asyncio.run(run())
    places = {key: place for place, key in enumerate(gate.order)}
    assert sorted(backlog, key=places.__getitem__) == backlog, "the outage is caught up in order"
    second_half = live[2:]
    assert max(places[key] for key in second_half[:5]) < places[backlog[-1]], (
        "live data did not wait for the backlog"
    )
    assert len(set(gate.order)) == len(backlog) + len(live)


def test_a_jump_of_the_wall_clock_is_noticed_and_drift_is_not() -> None:
    clock = Clock()
    jumps = Jumps(clock)
    for _ in range(100):
        clock.go(10)
        clock.jump(0.01)
        assert jumps.look() == 0
    clock.jump(-3600)
    assert round(jumps.look()) == -3600 and jumps.count == 1 and jumps.look() == 0


def test_the_contract_reads_what_it_writes_and_nothing_else() -> None:
    body = encode("works", [b'{"id":"a-1"}', b'{"id":"a-2"}'])
    assert decode(body) == {"contract": 1, "site": "works", "batches": [{"id": "a-1"}, {"id": "a-2"}]}
    for wrong in (b"", body[:-9], b"\x1f\x8b", encode("works", [b"{"])):
        with pytest.raises(InputError, match=r"edge\.bad_request"):
            decode(wrong)
    for wrong in (b"", b"<html>", b"[]", b'{"acknowledged": 3}', b'{"acknowledged": [], "refused": [1]}'):
        with pytest.raises(InputError, match=r"edge\.bad_answer"):
            read_answer(wrong)


def test_a_kept_connection_that_ended_meanwhile_is_no_failure(gate: Gate, buffer: Buffer) -> None:
    sender = gateway(gate, buffer)
    fill(buffer, 1)
    steps(sender, 1)
    line = sender._line.line._open  # type: ignore[attr-defined]
    line.sock.shutdown(socket.SHUT_RDWR)
    fill(buffer, 1)
    steps(sender, 1)
    assert buffer.level().batches == 0 and sender.counts["failures"] == 0


@pytest.mark.parametrize(
    "address", ["mqtt://box", "mqtts://broker.example:8883", "http://h:1/api", "https://h"]
)
def test_addresses_of_a_gate(address: str) -> None:
    assert GATE.fullmatch(address)
    assert GateConfig(address, None, None, 5).through_broker == address.startswith("mqtt")


@pytest.mark.parametrize(
    "address", ["", "mqtt://", "mqtt://h/x", "mqtt://h:", "ftp://h", "box", "mqtt://h:1:2"]
)
def test_addresses_that_are_none(address: str) -> None:
    assert not GATE.fullmatch(address)
