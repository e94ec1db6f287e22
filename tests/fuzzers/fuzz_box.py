"""What machines say to the box, as bytes: Sparkplug, JSON by mapping, posted batches, dropped CSV files, instants.

A target takes any bytes. They end in a value or in the documented error; anything else that is raised is a finding. What
was read goes the whole way: screen, sealed batch, the gate's own reading of it.
"""

import math
import struct
from collections.abc import Iterable, Sequence

import orjson

from jiqun.core.errors import InputError
from jiqun.edge import instants as edge_instants
from jiqun.edge.config import Limits
from jiqun.edge.csv_drop.rows import column_of, rows_of
from jiqun.edge.http_in.messages import read_posted, unpack
from jiqun.edge.instants import from_text
from jiqun.edge.mqtt_json.mapping import Mapping
from jiqun.edge.screen import Screen
from jiqun.edge.sparkplug.codec import MOST_METRICS, decode, encode
from jiqun.edge.sparkplug.session import Session
from jiqun.factory import instants
from jiqun.factory.readings import contract
from jiqun.factory.readings.judging import judge
from jiqun.factory.readings.model import Point, PointKind, Quality, Reading, Refusal, Sample
from jiqun.factory.readings.reasons import MOST, SEEN
from jiqun.factory.readings.taken import TakingLimits

NOW_US = 1_790_000_000_000_000
LIMITS = Limits(366 * 86_400_000_000, 600_000_000, 1_000_000)
MOST_BYTES = 20_000
FIRST_US, LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999  # years 1 to 9999
KINDS = ("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH")


def points(*told: tuple[str, str]) -> tuple[Point, ...]:
    return tuple(Point(key, address, "摄氏度", PointKind.COUNTER if "total" in key else PointKind.MEASUREMENT, 0.5)
                 for key, address in told)  # fmt: skip


SPARKPLUG = points(("steam.pressure", "dye/plant:steam.pressure"), ("steam.total", "dye/plant:steam.total"),
                   ("vat1.temperature", "dye/plant/vat1:temperature"))  # fmt: skip
BY_JSON = points(("t", "line/1#/t"), ("total", "line/1#/a/0/n"), ("slash", "line/1#/x~1y"))
MAPPINGS = [Mapping(BY_JSON, time="/time", form=form) for form in edge_instants.FORMS]
COLUMNS = points(("t", "temperature"), ("total", "pieces#machine=F2"))
POSTED = points(("press1.force", "press1.force"), ("total", "total"))


def carried(
    known: tuple[Point, ...], samples: Iterable[Sample], refused: Iterable[tuple[str, str, object]]
) -> None:
    """Samples and refusals go the way of the box, then through the gate: no reading is lost or held there."""
    screen = Screen(known, LIMITS)
    outcomes = [screen.judge(one, NOW_US) for one in samples]
    readings = [one for one in outcomes if isinstance(one, Reading)]
    refusals = [one for one in outcomes if isinstance(one, Refusal)]
    refusals += [screen.refuse(reason, key, seen, NOW_US) for reason, key, seen in refused]
    for one in readings:
        assert one.value is None or (math.isfinite(one.value) and abs(one.value) <= MOST)
        assert one.value is not None or one.quality is Quality.BAD
    assert all(len(one.seen) <= SEEN and len(one.key) <= SEEN for one in refusals)
    arrive(readings, refusals, {one.key: one for one in known})


def arrive(readings: Sequence[Reading], refusals: Sequence[Refusal], known: dict[str, Point]) -> None:
    body = contract.batch_body(readings, refusals, points=known, made_us=NOW_US)
    sent = orjson.dumps({"id": "box-1", "sequence": 1, **body, "gaps": []})
    (batch,) = contract.decode(contract.encode("spring", [sent]))["batches"]  # type: ignore[misc]
    taken = judge(batch, site="spring", known_points={}, arrived_us=NOW_US, limits=TakingLimits())
    assert taken.readings == len(readings), "the gate takes what the box let through"
    assert len(taken.held) == len(refusals)


def refuses(error: InputError, *codes: str) -> None:
    """The documented codes and no others; the error can be told."""
    assert error.code in codes, error.code
    assert str(error).encode("utf-8", "surrogatepass")


def sparkplug(data: bytes) -> None:
    """Bytes to a payload; what was read is written and read again as the same, and written again to the same bytes."""
    try:
        payload = decode(data)
    except InputError as error:
        return refuses(error, "edge.bad_payload")
    assert len(payload.metrics) <= MOST_METRICS
    once = encode(payload)
    again = decode(once)
    assert repr(again) == repr(payload), "NaN is the same as NaN here, and 1 is not True"
    assert encode(again) == once
    return None


def sparkplug_session(data: bytes) -> None:
    """Up to forty messages of a node one after the other: a byte for the kind, two for the length, the payload."""
    session, at = Session(SPARKPLUG, wait_us=len(data) % 2), 0  # waiting for what is missing, or not
    samples: list[Sample] = []
    refused: list[tuple[str, str, object]] = []
    for _ in range(40):
        if at + 3 > len(data):
            break
        kind, size = KINDS[data[at] % len(KINDS)], int.from_bytes(data[at + 1 : at + 3])
        device = "/vat1" if kind.startswith("D") else ""
        heard = session.receive(f"spBv1.0/dye/{kind}/plant{device}", data[at + 3 : at + 3 + size], NOW_US)
        assert heard.rebirth in ("", "dye/plant")
        samples += heard.samples
        refused += heard.refused
        at += 3 + size
    carried(SPARKPLUG, samples, refused)
    assert len(session.unmapped) <= 1000 and set(session.late(NOW_US + 9)) <= {"dye/plant"}


def mqtt_json(data: bytes) -> None:
    """One JSON message under each form of time."""
    samples: list[Sample] = []
    refused: list[tuple[str, str, object]] = []
    for mapping in MAPPINGS:
        good, bad = mapping.read("line/1", data)
        samples += good
        refused += bad
    assert all(one.read_us is None or abs(one.read_us) < edge_instants.MOST_US for one in samples)
    carried(BY_JSON, samples, refused)


def csv_drop(data: bytes) -> None:
    """One dropped file."""
    samples: list[Sample] = []
    refused: list[tuple[str, str, object]] = []
    try:
        for good, bad in rows_of(data, map(column_of, COLUMNS), time_column="time", hours_east=8):
            samples += good
            refused += bad
    except InputError as error:
        refuses(error, "edge.bad_message")
    assert len(samples) + len(refused) <= 2 * (len(data) + 1)
    carried(COLUMNS, samples, refused)


def http_in(data: bytes) -> None:
    """One posted batch, plain and as gzip; nothing beyond the limit is unpacked."""
    for encoding in ("", "gzip"):
        try:
            body = unpack(data, encoding=encoding, most_bytes=MOST_BYTES)
            assert encoding == "" or len(body) <= MOST_BYTES
            posted = read_posted(body)
        except InputError as error:
            refuses(error, "edge.bad_message", "edge.message_too_long")
            continue
        assert 0 < len(posted.id) <= 200
        carried(POSTED, posted.samples, posted.refused)


def instant_texts(data: bytes) -> None:
    """A written instant: none, or one that can be shown, is of a day, and is read again as the same."""
    text = data.decode("utf-8", "replace")
    us = instants.instant(text)
    if us is not None:
        assert instants.instant(instants.moment(us).isoformat()) == us
        assert instants.midnight(instants.day_of(us)) <= us
    within = instants.clock(text)
    assert within is None or 0 <= within <= instants.DAY
    for hours in (-12, 0, 8, 14):
        told = from_text(text, hours_east=hours)
        assert (
            told is None or not FIRST_US <= told <= LAST_US or from_text(edge_instants.written(told)) == told
        )
    if len(data) >= 8:
        (number,) = struct.unpack("<d", data[:8])
        for form in edge_instants.SCALES:
            for value in (number, int.from_bytes(data[:24], signed=True)):
                found = edge_instants.from_number(value, form)
                assert found is None or abs(found) < edge_instants.MOST_US
