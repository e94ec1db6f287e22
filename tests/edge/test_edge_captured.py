"""What was recorded on the wire is played again, and the connectors make of it what they made of it then."""

import asyncio
import re

import pytest
from conversations import NOW_US, Listener, Player, config_of, heard, kept, pairs_of, points_of, shown

from jiqun.edge.config import Limits
from jiqun.edge.modbus.connector import Modbus
from jiqun.edge.opcua.connector import OpcUa
from jiqun.edge.sparkplug.codec import decode, encode
from jiqun.edge.sparkplug.session import Session

LIMITS = Limits(366 * 86_400_000_000, 600_000_000, 1_000_000)


@pytest.mark.parametrize("kind", ["modbus", "opcua"])
def test_a_machine_that_was_recorded_is_read_again(kind: str) -> None:
    told = kept(kind)

    async def story() -> tuple[Player, Listener, list[list[object]]]:
        player, listener = Player(kind, pairs_of(told)), Listener()
        server = await player.serve()
        config = config_of(
            kind, server.sockets[0].getsockname()[1], points_of(told["points"]), interval_ms=200
        )
        connector = (Modbus if kind == "modbus" else OpcUa)(config, listener, LIMITS)  # type: ignore[arg-type]
        samples = await heard(connector, listener, len(told["heard"]))
        server.close()
        return player, listener, shown(samples)

    player, listener, found = asyncio.run(story())
    assert found == told["heard"]
    assert not player.unasked, "the connector asks for what it did not ask for when this was recorded"
    assert [point for _, point in listener.refused] == (["nowhere"] if kind == "opcua" else [])
    qualities = {key: quality for key, _, _, quality in found}
    assert qualities["furnace.temperature"] == "good"
    assert kind == "opcua" or qualities["beyond"] == "bad", (
        "a register the device refuses is bad, the others are read on"
    )


def test_a_sparkplug_node_that_was_recorded_is_read_again() -> None:
    """Data before any birth asks for a rebirth; the births tell names; the death makes every point bad."""
    told = kept("sparkplug")
    session = Session(points_of(told["points"]))
    samples, rebirths, unknown = [], [], []
    for one in told["messages"]:
        got = session.receive(one["topic"], bytes.fromhex(one["payload"]), NOW_US)
        unknown.append({reason for reason, _, _ in got.refused})
        samples += got.samples
        rebirths.append(got.rebirth)
    assert shown(samples) == told["heard"]
    assert dict(session.counts) == told["counts"]
    birth = next(place for place, one in enumerate(told["messages"]) if "NBIRTH" in one["topic"])
    assert set(rebirths[: birth - 1]) == {"dye/plant"} and not any(rebirths[birth:])
    assert unknown[0] == {"unknown_point"} and not any(unknown[birth:]), "an alias nobody was born with waits"
    assert [quality for *_, quality in shown(samples)[-len(told["points"]) :]] == ["bad"] * len(
        told["points"]
    )


def test_recorded_payloads_are_written_as_they_were_read() -> None:
    for one in kept("sparkplug")["messages"]:
        data = bytes.fromhex(one["payload"])
        assert encode(decode(data)) == data


@pytest.mark.parametrize("kind", ["modbus", "opcua", "sparkplug"])
def test_a_recording_tells_where_it_is_from(kind: str) -> None:
    about = kept(kind)["about"]
    assert re.search(r"seed \d+", about) and "values synthetic" in about
