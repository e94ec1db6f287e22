"""Make the first bytes of the fuzz targets anew (tests/fuzzers/corpus/*/plant-*): captures of our own plants, all synthetic.

The dye house speaks Sparkplug; readings of the spring plant go through screen and batch to what a box posts, and are told
once more as JSON, CSV, a posted batch and the talk of the box. The same bytes each time, but for the marks
and instants in the log files. Findings (found-*) are left alone.
"""

import gzip
import sys
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from fuzzers.fuzz_box import KINDS, NOW_US  # noqa: E402 (the path is set just above)
from fuzzers.fuzz_disk import TABLE, lake_root  # noqa: E402

from jiqun.edge.instants import written  # noqa: E402
from jiqun.edge.plant import sparkplug_node  # noqa: E402
from jiqun.edge.plant.clockwork import Plant  # noqa: E402
from jiqun.factory.readings import box_orders, contract  # noqa: E402
from jiqun.factory.readings.model import Point, PointKind, Quality, Reading, Refusal  # noqa: E402
from jiqun.intake.mqtt_packets import CORRELATION, RESPONSE_TOPIC, Message, publish, read_length  # noqa: E402
from jiqun.lake.layout import log_file, log_versions  # noqa: E402

CORPUS = ROOT / "tests" / "fuzzers" / "corpus"
MOST_BYTES = 100_000

Seeds = dict[str, list[bytes]]


class Heard:
    """What stands for the broker: keeps what the plant publishes."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bytes]] = []

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """Keep one message under its kind."""
        self.said.append((topic.split("/")[2], payload))


def sparkplug() -> Seeds:
    """A birth, data by change, and a death of the dye house."""
    sparkplug_node._now_ms = lambda: NOW_US // 1000
    plant = Plant("dye", seed=7, speed=60)
    node = sparkplug_node.PlantNode(plant, "127.0.0.1", 1)
    heard: Any = Heard()
    node.client = heard
    node.birth()
    for _ in range(3):
        plant.advance(5)
        node.tell()
    heard.publish("spBv1.0/dye/NDEATH/plant", node._death())
    framed = b"".join(bytes([KINDS.index(kind)]) + len(body).to_bytes(2) + body for kind, body in heard.said)
    return {"sparkplug": [body for _, body in heard.said], "sparkplug_session": [framed]}


def said_by_spring() -> list[dict[str, float]]:
    """What the sensors of the spring plant say at five moments."""
    plant = Plant("spring", seed=7, speed=60)
    return [dict(plant.advance(2)) for _ in range(5)]


def posted(said: list[dict[str, float]]) -> Seeds:
    """Bodies of the contract as a box posts them, with a refusal, a gap, a value that is missing; and answers."""
    known = {name: Point(name, name, "摄氏度", PointKind.COUNTER if name.endswith("total") else PointKind.MEASUREMENT)
             for name in list(said[0])[:6]}  # fmt: skip
    readings = [
        Reading(key, NOW_US + n * 1_000_000, NOW_US, values[key], Quality.GOOD)
        for n, values in enumerate(said)
        for key in known
    ]
    readings.append(Reading(readings[0].key, NOW_US, NOW_US, None, Quality.BAD, "no_value"))
    refused = [Refusal("nobody", "unknown_point", "1.5", NOW_US, None)]
    body = contract.batch_body(readings, refused, points=known, made_us=NOW_US)
    gaps = [{"from_us": NOW_US, "to_us": NOW_US + 5, "count": 3, "reason": "overflow"}]
    batches = [orjson.dumps({"id": f"box-{n}", "sequence": n, **body, "gaps": gaps}) for n in (1, 2)]
    columns = {
        "point": [0, "x"], "read_us": [NOW_US, 1], "value": [1, True], "quality": ["good", "?"], "flag": ["", 1],
    }  # fmt: skip
    points = [{"key": "A b", "unit": 1}]
    odd = orjson.dumps({"id": "box-3", "sequence": 3, "readings": columns, "points": points, "gaps": [1]})
    plain = [
        gzip.decompress(contract.encode("spring", some)) for some in (batches[:1], [odd], [*batches, b"{}"])
    ]
    answer = b'{"acknowledged":["box-1"],"refused":[{"id":"box-2","code":"readings.not_a_batch"}]}'
    packed = gzip.compress(gzip.decompress(contract.encode("spring", batches)), mtime=0)
    bodies = [*plain[:2], packed, answer]
    return {"contract": bodies, "taking": plain[:2],
            "envelope": [b"spring\0" + plain[1], b"spring\0" + packed, b"nobody\0{}"]}  # fmt: skip


def packets() -> Seeds:
    """A delivery with properties, one without, a CONNACK and a SUBACK; the first byte, then the body."""
    asked = Message(
        "jiqun/v1/spring/batches",
        b"{}",
        1,
        7,
        {RESPONSE_TOPIC: b"jiqun/v1/spring/answers", CORRELATION: b"m"},
    )
    sent = [publish(asked), publish(Message("jiqun/v1/spring/batches", b"", 0))]
    bodies = [one[:1] + one[(read_length(one, 1) or (0, 1))[1] :] for one in sent]
    return {"packets": [*bodies, b"\x20\x00\x00\x03\x21\x00\x14", b"\x90\x00\x01\x00\x01"]}


def files(said: list[dict[str, float]]) -> Seeds:
    """The same as JSON messages, a posted batch and a dropped file."""
    values = [list(one.values()) for one in said]
    times = [written(NOW_US + n * 1_000_000) for n in range(len(said))]
    rows = [f"{times[n]},{row[0]:.3f},{int(row[1])},F{n % 2 + 1}" for n, row in enumerate(values)]
    sheet = "\n".join(["time,temperature,pieces,machine", *rows, "2026/9/21 6:00,坏,,F2", "short"]) + "\n"
    messages = [
        orjson.dumps({"time": at, "t": values[0][0], "a": [{"n": values[0][1]}], "x/y": None})
        for at in (times[0], NOW_US // 1000)
    ]
    listed = [{"key": "press1.force", "value": row[0], "unit": "摄氏度", "quality": "good", "read_at": at}
              for at, row in zip(times, values, strict=True)]  # fmt: skip
    listed.append({"key": "total", "value": 7, "read_us": NOW_US})
    batch = orjson.dumps({"id": "m7-1", "readings": listed})
    texts = (
        times[0],
        "2026/11/2 8:00",
        "2026年11月2日 8:00:30.5",
        "24:00",
        "8:00:30",
        "2026-W45-1",
        "20261122T064000+0800",
    )
    return {"csv_drop": [sheet.encode(), sheet.encode("gb18030"), sheet.encode("utf-8-sig")], "mqtt_json": messages,
            "http_in": [batch, gzip.compress(batch, mtime=0)], "instants": [text.encode() for text in texts]}  # fmt: skip


def talk(said: list[dict[str, float]]) -> Seeds:
    """A report, what a trial saw, and orders."""
    buffer = box_orders.BufferState(3, 120, 4096, 512_000_000, NOW_US, "drop_oldest", 1, 2)
    connector = box_orders.ConnectorState("line", "opcua", "up", 24, "", NOW_US, True, {"readings": 5})
    state = box_orders.BoxState(
        "spring", "box-1", "0.1.0", 3, NOW_US, NOW_US, 0.5, buffer, (contract.Gap(NOW_US, NOW_US + 5, 3, "overflow"),),
        {"unknown_point": 2}, "", (connector,), (box_orders.OrderFault("new", "edge.bad_point", "address"),),
    )  # fmt: skip
    seen = tuple(
        box_orders.Seen(f"ns=2;s={name}", name, "Double", "摄氏度", value, "good", NOW_US)
        for name, value in list(said[0].items())[:4]
    )
    point = Point(
        "furnace.temperature", "ns=2;s=furnace.temperature", "摄氏度", PointKind.MEASUREMENT, 1.0, 0.5
    )
    where = {"address": "opc.tcp://127.0.0.1:4840"}
    orders = box_orders.Orders(
        4,
        (box_orders.TrialOrder("t-1", box_orders.WATCH, "opcua", where, (point,), NOW_US),),
        (box_orders.ConnectionOrder("line", "opcua", {"interval_ms": 500}, (point,), 2),),
    )  # fmt: skip
    told = orjson.dumps(box_orders.orders_told(orders))
    answer = box_orders.answer_body("spring", box_orders.TrialAnswer("box-1", "done", seen, said="好"))
    return {"box_talk": [box_orders.report_body(state), answer, told, gzip.compress(told, mtime=0)]}


def disk() -> Seeds:
    """Log files of a table of readings; damages that hit head, middle and end, and a cut."""
    root = lake_root()
    logs = [log_file(root, TABLE, version).read_bytes() for version in log_versions(root, TABLE)[:2]]
    damages = [b"", b"\0\0\0X", b"\0\0\x64\xff\0\x10\0\0", b"\0\x01\0Z\x10", b"\0\0\x1c\x01\0\0\x65\x0d"]
    return {"log_entry": logs, "kept_segment": damages, "box_buffer": damages}


def hostile() -> Seeds:
    """What fuzzers seldom make by themselves: JSON nested as deep as the reader allows, and a bomb."""
    seeds: Seeds = {}
    for depth in (300, 1_000):
        deep = b"[" * depth + b"]" * depth
        row = b'{"contract":1,"site":"spring","batches":[{"id":"a-1","sequence":1,"readings":%b,"points":[%b]}]}'
        bodies = [
            deep,
            b'{"contract":%b}' % deep,
            b'{"contract":1,"site":"spring","batches":{"a":%b}}' % deep,
            row % (b"1", deep),
        ]
        for name in ("contract", "taking"):
            seeds.setdefault(name, []).extend(bodies)
        seeds.setdefault("envelope", []).extend(b"spring\0" + body for body in bodies)
        seeds.setdefault("mqtt_json", []).append(b'{"time":1790000000000,"t":%b}' % deep)
        posted = b'{"id":"a","readings":[%b,{"key":"total","read_at":%b},{"key":"total","unit":%b}]}'
        seeds.setdefault("http_in", []).extend(
            (deep, b'{"id":"a","readings":{"a":%b}}' % deep, posted % (deep, deep, deep))
        )
        seeds.setdefault("box_talk", []).extend(
            (deep, b'{"talk":%b}' % deep, b'{"talk":1,"state":%b,"seen":[%b]}' % (deep, deep))
        )
    bomb = gzip.compress(b"[" + b"0," * 1_000_000 + b"0]", mtime=0)
    for name in ("contract", "http_in", "box_talk"):
        seeds[name].append(bomb)
    return seeds


def write(kind: str, seeds: Seeds) -> None:
    """Put seeds in the place of earlier ones of their kind."""
    for name, each in seeds.items():
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{kind}-*"):
            old.unlink()
        for number, data in enumerate(each, start=1):
            (folder / f"{kind}-{number}").write_bytes(data)


def main() -> int:
    """Write the seeds; say how large they are together with what was found."""
    said = said_by_spring()
    write("plant", sparkplug() | posted(said) | files(said) | talk(said) | disk() | packets())
    write("hostile", hostile())
    size = sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file())
    print(f"{CORPUS.relative_to(ROOT)}: {size:,} B of {MOST_BYTES:,}")
    return int(size > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
