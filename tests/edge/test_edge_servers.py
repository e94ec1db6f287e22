"""The plants' servers and the worst of the wire: commands, registers, births on demand, and a buffer killed within a put."""

import asyncio
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from edge_house import NOW_US, ROOT, buffer_config

from jiqun.edge.buffer import Buffer
from jiqun.edge.clocks import BoxClock
from jiqun.edge.instants import written
from jiqun.edge.modbus.registers import groups_of, number_of
from jiqun.edge.plant.clockwork import Plant
from jiqun.edge.plant.commands import PlantOrder
from jiqun.edge.plant.faults import Fault, held, sensed
from jiqun.edge.plant.modbus_server import COUNTER_SCALE, FIRST, PlantRegisters, address_of, registers
from jiqun.edge.plant.opcua_server import PlantServer
from jiqun.edge.plant.sparkplug_node import BDSEQ, FAULT, PlantNode
from jiqun.edge.sparkplug.codec import UNIT, Metric, Payload, decode, encode
from jiqun.edge.sparkplug.connector import REBIRTH
from jiqun.edge.sparkplug.session import Session
from jiqun.edge.sparkplug.types import DataType
from jiqun.factory.readings.model import Point, PointKind


class Published:
    """A broker that only remembers."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def publish(self, topic: str, data: bytes, qos: int = 0) -> None:
        self.sent.append((topic, data))


def node() -> tuple[PlantNode, Published]:
    made = PlantNode(Plant("dye", speed=60), "127.0.0.1", 1)
    made.client = published = Published()  # type: ignore[assignment]
    return made, published


def test_a_node_is_silent_until_it_is_born_and_then_tells_only_what_changed() -> None:
    made, published = node()
    made.tell()
    assert published.sent == []
    made.birth()
    ((topic, data),) = published.sent
    born = decode(data)
    assert topic == "spBv1.0/dye/NBIRTH/plant" and born.seq == 0
    named = {metric.name: metric for metric in born.metrics}
    assert {BDSEQ, REBIRTH, FAULT} < set(named) and named["steam.total"].properties == {UNIT: "千克"}
    assert len({metric.alias for metric in born.metrics if metric.alias}) == len(made.plant.tags)
    made.tell()
    assert len(published.sent) == 1, "nothing changed"
    made.plant.advance(1)
    made.tell()
    told = decode(published.sent[-1][1])
    assert told.seq == 1 and all(metric.name is None and metric.alias for metric in told.metrics)
    assert 4 <= len(told.metrics) < len(made.plant.tags)


def test_a_host_that_hears_birth_and_data_knows_every_value() -> None:
    made, published = node()
    points = tuple(
        Point(tag.name, f"dye/plant:{tag.name}", tag.unit, PointKind(tag.kind)) for tag in made.plant.tags
    )
    host, heard = Session(points), {}
    made.birth()
    for _ in range(300):
        made.plant.advance(1)
        made.tell()
    for topic, data in published.sent:
        found = host.receive(topic, data, NOW_US)
        assert not found.rebirth and not found.refused
        heard |= {sample.key: sample.value for sample in found.samples}
    assert heard == made.plant.said and host.counts["sequence_gaps"] == 0


def test_one_lost_message_is_found_out_by_the_next() -> None:
    made, published = node()
    made.birth()
    for _ in range(5):
        made.plant.advance(1)
        made.tell()
    host = Session(())
    rebirths = [host.receive(t, d, NOW_US).rebirth for n, (t, d) in enumerate(published.sent) if n != 2]
    assert rebirths == ["", "", "dye/plant", "", ""]


def test_commands_over_the_broker_are_obeyed_and_nonsense_is_not() -> None:
    made, published = node()
    for metric in (
        Metric(FAULT, datatype=DataType.STRING, value="jam vat1.dosing"),
        Metric(FAULT, datatype=DataType.STRING, value="explode"),
        Metric(REBIRTH, datatype=DataType.BOOLEAN, value=True),
        Metric(REBIRTH, datatype=DataType.BOOLEAN, value=False),
        Metric("other", datatype=DataType.DOUBLE, value=1.0),
    ):
        made._commands.put(encode(Payload(metrics=(metric,))))
    made._commands.put(b"\xff\xff\xff")
    made.tell()
    assert made.plant.faults == ["jam vat1.dosing"] and len(published.sent) == 1


def test_registers_hold_what_the_sensors_say() -> None:
    plant = Plant("spring", speed=600)
    plant.advance(2)
    words = [word for tag in plant.tags for word in registers(plant.said[tag.name], tag.kind)]
    for place, tag in enumerate(plant.tags):
        scale = 1 / COUNTER_SCALE if tag.kind == "counter" else 1.0
        point = Point(tag.name, address_of(place, tag), tag.unit, PointKind(tag.kind), scale)
        (group,) = groups_of([point], gap=0)
        own = words[group.start - FIRST : group.start - FIRST + group.count]
        number = number_of(group.places[0], group, own)
        assert number is not None and number * scale == pytest.approx(
            plant.said[tag.name], rel=1e-6, abs=0.01
        )


def test_a_counter_beyond_its_registers_begins_anew() -> None:
    assert registers(2**32 / COUNTER_SCALE + 1, "counter") == [0, COUNTER_SCALE]
    assert struct.pack(">HH", *registers(1.5, "measurement")) == struct.pack(">f", 1.5)


def test_a_plant_s_registers_take_no_writes() -> None:
    served = PlantRegisters(Plant("spring"), "127.0.0.1", 0)
    refused = asyncio.run(served._answer(16, FIRST, FIRST, 1, [0, 0], [1, 2]))
    assert refused is not None and refused.name == "ILLEGAL_FUNCTION"
    current = [0, 0, 0, 0]
    assert asyncio.run(served._answer(3, FIRST + 2, FIRST + 2, 2, current, None)) is None
    assert current[:2] == registers(served.plant.said[served.plant.tags[1].name], "measurement")


class Written:
    """The command node of a plant's OPC UA server."""

    def __init__(self, text: str) -> None:
        self.text = text

    async def read_value(self) -> str:
        return self.text

    async def write_value(self, text: str) -> None:
        self.text = text


def test_a_command_that_is_not_understood_is_answered_in_its_own_node() -> None:
    served = PlantServer(Plant("spring"), "127.0.0.1", 0)
    served._command = Written("jam coiling")
    asyncio.run(served._obey())
    assert served.plant.faults == ["jam coiling"] and served._command.text == "jam coiling"
    served._command.text = "paint it blue"
    asyncio.run(served._obey())
    assert served._command.text.startswith("? drift") and served.plant.faults == ["jam coiling"]
    asyncio.run(served._obey())
    served._command.text = "clear"
    asyncio.run(served._obey())
    assert served.plant.faults == []


def test_a_stuck_sensor_keeps_its_last_word_though_it_drifted() -> None:
    faults = {"drift a": Fault("drift", "a", 2.0, 10.0), "stuck a": Fault("stuck", "a", 1.0, 20.0)}
    assert sensed(5.0, "a", faults, at=20.0) == 25.0
    kept = held(faults, {"a": 25.0})
    assert kept["stuck a"].held == 25.0 and kept["drift a"].held is None
    assert sensed(99.0, "a", kept, at=500.0) == 25.0 and held(kept, {"a": 1.0})["stuck a"].held == 25.0


def test_an_order_has_what_the_command_line_gives() -> None:
    order = PlantOrder("dye", 1883)
    assert (order.host, order.modbus_port, order.broker, order.speed, order.seed, order.faults) == (
        "127.0.0.1",
        0,
        "",
        1.0,
        1,
        (),
    )


def test_the_clock_of_the_box_is_that_of_the_machine() -> None:
    clock = BoxClock()
    assert abs(clock.wall_us() / 1e6 - time.time()) < 5 and clock.monotonic() <= clock.monotonic()
    assert written(0) == "1970-01-01T00:00:00+00:00"


WRITER = """
import sys
sys.path[:0] = ["tests/edge", "src"]
from pathlib import Path
from edge_house import buffer_config, parcel
from jiqun.edge.buffer import Buffer
buffer = Buffer(buffer_config(Path(sys.argv[1]), durability="power_cut"))
number = int(sys.argv[2])
while True:
    key = buffer.put(parcel(number, marks=(str(number).encode(),)))
    print(number, key, flush=True)
    number += 1
"""


def killed_writer(folder: Path, start: int, seconds: float) -> dict[int, str]:
    """Put parcels as fast as the disk takes them, be killed at some moment; what was answered by then."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(start)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ,
    )
    assert process.stdout is not None
    told = [process.stdout.readline()]
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait()
    whole = [line.split() for line in told if line.endswith(b"\n")]
    return {int(number): key.decode() for number, key in whole}


def test_killed_within_a_put_every_answered_batch_is_there_under_its_key(tmp_path: Path) -> None:
    answered: dict[int, str] = {}
    for seconds in (0.02, 0.05):
        answered |= killed_writer(tmp_path, max(answered, default=-1) + 2, seconds)
    buffer = Buffer(buffer_config(tmp_path))
    there: dict[str, Any] = {
        one.id: orjson.loads(one.body) for one in buffer.next(most_bytes=10**9, most=10**6)
    }
    assert answered and all(there[key]["readings"] == [number] for number, key in answered.items())
    assert all(buffer.taken(str(number).encode()) for number in answered), "marks are sealed with their batch"
    assert len(there) - len(answered) <= 2, "at most one more a life: sealed, and killed before it was said"
    sequences = [body["sequence"] for body in there.values()]
    assert sequences == sorted(sequences) and len(set(sequences)) == len(sequences)
    buffer.close()
