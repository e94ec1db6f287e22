"""What a stranger with a token sends to the gate, as bytes: bodies over HTTP, messages of a broker, the talk of a box."""

import gzip
import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from struct import pack
from typing import Any, cast

import duckdb
import orjson
from fuzzers.fuzz_box import MOST_BYTES, NOW_US, refuses
from fuzzers.ram import folder

from jiqun.actions.taking import Gate, Ticket
from jiqun.actions.taking_sites import refused_batch
from jiqun.core.errors import InputError, JiqunError, NotAllowed, NotFound
from jiqun.core.messages import Messages
from jiqun.factory.readings import box_orders
from jiqun.factory.readings.contract import decode, read_answer
from jiqun.factory.readings.judging import judge
from jiqun.factory.readings.reasons import MOST, SEEN
from jiqun.factory.readings.taken import PointWords, TakenBatch, TakingLimits
from jiqun.intake.box_routes import _unpacked
from jiqun.intake.mqtt import Broker, Share, Worker
from jiqun.intake.mqtt_packets import PUBLISH, RESPONSE_TOPIC, Malformed, puback, read_length, read_publish
from jiqun.intake.mqtt_packets import read_answer as read_answer_packet
from jiqun.intake.mqtt_session import Session
from jiqun.intake.requests import Desk, refusal
from jiqun.lake.readings.taken_rows import rows_for_tables, write_taken

PACKS = Path(__file__).resolve().parents[2] / "packs"
LIMITS = TakingLimits()
DOOR = ("edge.bad_request", "intake.too_large", "intake.other_site")
NO_BATCH = ("readings.not_a_batch", "readings.uneven_columns")


@cache
def messages() -> Messages:
    return Messages.load(PACKS / "errors.toml")


class NoLake:
    """The gate without its lake: judges and keeps in quarantine as the real one does."""

    writer = "fuzz"

    def __init__(self) -> None:
        self.points: dict[str, PointWords] = {}
        self.taken: list[TakenBatch] = []

    def submit(self, site: str, batches: list[object]) -> Ticket:
        if site != "spring":
            raise NotFound("factory.unknown", seen=site)
        ticket = Ticket()
        for place, batch in enumerate(batches):
            told = cast(Mapping[str, object], batch) if isinstance(batch, dict) else {}
            arrived = NOW_US + place
            try:
                one = judge(told, site=site, known_points=self.points, arrived_us=arrived, limits=LIMITS)
                self.points |= one.new_points
                ticket.acknowledged.append(one.id)
            except InputError as error:
                refuses(error, *NO_BATCH)
                one = refused_batch(site, batch, error, arrived)
            sound(one, told)
            self.taken.append(one)
        return ticket

    def quarantine(self, site: str, code: str, seen: object) -> Ticket:
        if site != "spring":
            raise NotFound("factory.unknown", seen=site)
        self.taken.append(refused_batch(site, seen, InputError(code), NOW_US))
        return Ticket(fault=InputError(code))


def sound(one: TakenBatch, told: Mapping[str, object]) -> None:
    """What may go into the lake: finite numbers, instants within bounds, texts that can be stored, no row lost."""
    columns = one.columns
    assert len({len(columns.point), len(columns.read_us), len(columns.value), len(columns.quality)}) == 1
    for value, quality in zip(columns.value, columns.quality, strict=True):
        assert abs(value) <= MOST or (math.isnan(value) and quality == 2), (
            "no value is only there when it is bad"
        )
    assert all(
        NOW_US - LIMITS.oldest_us <= at <= NOW_US + 10_000 + LIMITS.newest_us for at in columns.read_us
    )
    assert all(0 <= place < len(one.points) for place in columns.point)
    assert set(columns.flags) <= set(range(one.readings))
    for row in one.held:
        assert max(map(len, (row.point, row.code, row.seen, row.unit))) <= SEEN
        assert "".join((row.point, row.seen, row.unit, row.allowed)).encode()
    if not one.id.startswith("refused."):
        rows = cast(dict[str, list[object]], told["readings"])["point"]
        others = len(cast(list[object], told.get("refused", []))) + len(
            cast(list[object], told.get("gaps", []))
        )
        assert one.readings + len(one.held) + len(one.gaps) == len(rows) + others, "each is somewhere"


def said(read: Callable[[], object], *codes: str) -> str:
    try:
        found = read()
    except InputError as error:
        refuses(error, *codes)
        return error.code
    try:
        return repr(found)
    except RecursionError:
        return "deep"


def desk(gate: NoLake) -> Desk:
    return Desk(cast(Gate, gate), messages(), MOST_BYTES)


def contract(data: bytes) -> None:
    """The body of a POST, plain and as gzip alike; answers too, which the box reads from whoever sends them."""
    gate = NoLake()
    try:
        desk(gate).submit("spring", data)
    except JiqunError as error:
        assert isinstance(error, InputError | NotAllowed)
        told = refusal(error, messages())
        assert error.code in DOOR and orjson.dumps(told.told) and 400 <= told.status < 500
    plain = said(lambda: decode(data, most_bytes=MOST_BYTES), *DOOR)
    if len(data) <= MOST_BYTES and data[:2] != b"\x1f\x8b":
        assert said(lambda: decode(gzip.compress(data, 1), most_bytes=MOST_BYTES), *DOOR) == plain
    said(lambda: read_answer(data), "edge.bad_answer")


def taking(data: bytes) -> None:
    """What the gate made of a body is written as a segment and counted there."""
    gate = NoLake()
    try:
        desk(gate).submit("spring", data)
    except (InputError, NotAllowed):
        return
    if gate.taken:
        path = folder("taking") / "segment.parquet"
        cursor = _database().cursor()
        write_taken(cursor, path, gate.taken, "fuzz")
        rows = dict(cursor.execute(f"SELECT row_of, count(*) FROM '{path}' GROUP BY ALL").fetchall())
        assert sum(rows.values()) == sum(rows_for_tables(gate.taken))
        strange = f"SELECT count(*) FROM '{path}' WHERE isnan(value) OR isinf(value)"
        assert cursor.execute(strange).fetchone() == (0,)


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": 1})


class Line:
    """What stands for the line to the broker: remembers what was said."""

    def __init__(self) -> None:
        self.said = b""

    def put(self, content: bytes) -> None:
        self.said += content

    def flush(self) -> None:
        """Nothing waits."""


def envelope(data: bytes) -> None:
    """A message of a broker: the site of its topic, a zero byte, the payload. Acknowledged, and the session stays."""
    site, _, payload = data.partition(b"\0")
    line = Line()
    worker = Worker(desk(NoLake()), Broker("127.0.0.1"), Share())
    session = Session(worker, cast(Any, line))
    topic = b"jiqun/v1/" + site.replace(b"/", b"")[:60_000] + b"/batches"
    told = bytes([RESPONSE_TOPIC, 0, 1]) + b"x"
    session._arrived(
        read_publish(0x32, pack(">H", len(topic)) + topic + b"\0\7" + bytes([len(told)]) + told + payload)
    )
    assert not worker.counts["defects"] and not session.broken.is_set(), worker.last_fault
    assert line.said.endswith(puback(7)) and worker.counts["acknowledged"] == 1
    if answer := line.said.removesuffix(puback(7)):
        size, start = read_length(answer, 1) or (0, 0)
        assert start + size == len(answer)
        assert isinstance(orjson.loads(read_publish(answer[0], answer[start:]).payload)["status"], int)


def packets(data: bytes) -> None:
    """Any bytes as the body of a PUBLISH, a CONNACK or a SUBACK: read, or Malformed."""
    first, body = data[:1], data[1:]
    try:
        if first and first[0] >> 4 == PUBLISH:
            message = read_publish(first[0], body)
            assert (
                message.qos < 2 and bool(message.mid) == bool(message.qos) and body.endswith(message.payload)
            )
        else:
            head, _, rest = read_answer_packet(body, 2)
            assert len(head) <= 2 and body.endswith(rest)
    except Malformed:
        return


def box_talk(data: bytes) -> None:
    """Reports, what trials saw, and orders: what was read is told and read again as the same."""
    codes = ("box.bad_talk", "box.talk_too_long")
    for encoding in ("", "gzip"):
        try:
            body = _unpacked(encoding, data)
        except InputError as error:
            refuses(error, *codes)
            continue
        assert len(body) <= box_orders.MOST_BYTES
        _told_again(body, codes)


def _told_again(body: bytes, codes: tuple[str, ...]) -> None:
    for read, tell in (
        (box_orders.read_report, box_orders.report_body),
        (box_orders.read_trial_answer, lambda one: box_orders.answer_body("spring", one)),
        (box_orders.read_orders, lambda one: orjson.dumps(box_orders.orders_told(one))),
    ):
        try:
            found = cast(Callable[[bytes], object], read)(body)
        except InputError as error:
            refuses(error, *codes)
            continue
        again = cast(Callable[[bytes], object], read)(cast(Callable[[object], bytes], tell)(found))
        assert again == found
