"""Publishes batches with QoS 1 as leanly as Python can: packets made beforehand, many a call, acknowledgements only counted.

The same publisher stands before ours and before the bare path, so what it costs is in both; `alone` in `benchmarks.taking`
tells how far it and the broker come with nobody listening.
"""

import resource
import time
from collections import deque
from pathlib import Path
from typing import Any

import orjson

from benchmarks.measure import report
from jiqun.factory.readings.contract import topic_of
from jiqun.intake.mqtt_line import Line
from jiqun.intake.mqtt_packets import (
    CORRELATION,
    PUBLISH,
    RESPONSE_TOPIC,
    Message,
    Opening,
    connect,
    publish,
    read_publish,
    subscribe,
)

KEYS = [f"line.p{n:03d}" for n in range(100)]
WINDOW = 500  # messages the broker has not yet acknowledged
SAMPLED = 50  # every so many messages one asks to be answered
PUBACK = 4


def batch(stream: str, number: int, points: int, at_us: int) -> bytes:
    """One batch as JSON: so many points at one instant."""
    return orjson.dumps({
        "id": f"{stream}-{number}", "sequence": number, "made_us": at_us,
        "points": [{"key": key, "unit": "千瓦", "kind": "measurement"} for key in KEYS[:points]],
        "readings": {
            "point": list(range(points)), "read_us": [at_us + number] * points, "arrived_us": [at_us + number] * points,
            "value": [number + n * 0.5 for n in range(points)], "quality": ["good"] * points, "flag": [""] * points,
        }, "refused": [], "gaps": [],
    })  # fmt: skip


def request(site: str, batches: list[bytes]) -> bytes:
    """A request as plain JSON: on a broker of one's own network nobody packs small messages."""
    return b'{"contract":1,"site":"' + site.encode() + b'","batches":[' + b",".join(batches) + b"]}"


class Publisher:
    """One connection and what it measures; marks are those of messages that asked to be answered."""

    def __init__(self, port: int, sites: list[str]) -> None:
        self.line = Line("127.0.0.1", port)
        self.line.put(connect(Opening("publisher")) + subscribe(1, [topic_of(s, "answers") for s in sites]))
        for _ in range(4):
            self.line.turn(0.5)
        self.acked = 0
        self.sent: dict[Any, float] = {}
        self.took: list[float] = []
        self.heard: set[Any] = set()

    def put(self, packets: list[tuple[bytes, bytes | None]]) -> None:
        """Say these."""
        now = time.perf_counter()
        self.sent |= {mark: now for _, mark in packets if mark}
        self.line.put(b"".join([packet for packet, _ in packets]))

    def turn(self, wait_s: float) -> None:
        """Hear what the broker and the gate say."""
        for first, body in self.line.turn(wait_s):
            if first >> 4 == PUBACK:
                self.acked += 1
            elif first >> 4 == PUBLISH:
                mark = read_publish(first, body).told[CORRELATION]
                self.took.append(time.perf_counter() - self.sent[mark])
                self.heard.add(mark)


def run(port: str, sites: str, messages: str, points: str, go: str, end: str, pause: str = "0") -> None:
    """Publish; some ask to be answered, and the last of each site: until then it is not durable.

    go     the file whose appearance begins the run; end: the file that ends the waiting, for a receiver that answers nothing
    pause  seconds between two messages, each of which then asks to be answered
    """
    names, count, each, wait = sites.split(","), int(messages), int(points), float(pause)
    ready = deque(_packets(names, count, each, always=wait > 0))
    total, size = len(ready), len(ready[0][0])
    publisher = Publisher(int(port), names)
    while not Path(go).exists():
        time.sleep(0.005)
    began, began_at, used = time.perf_counter(), time.time(), _used()
    sent = 0
    while publisher.acked < total:
        room = 1 if wait else WINDOW - (sent - publisher.acked)
        if room > WINDOW // 4 or (room and wait):
            some = [ready.popleft() for _ in range(min(room, len(ready)))]
            publisher.put(some)
            sent += len(some)
        due = time.perf_counter() + wait
        publisher.turn(wait or 0.05)
        while wait and time.perf_counter() < due:
            publisher.turn(due - time.perf_counter())
    cpu = _used() - used
    ends = {f"{site}-{count}".encode() for site in names}
    while not ends <= publisher.heard and not Path(end).exists():
        publisher.turn(0.02)
    took = sorted(publisher.took)
    report(
        seconds=time.perf_counter() - began, began_at=began_at, bytes=size, answers=len(took), cpu_s=round(cpu, 3),
        p50_ms=round(took[len(took) // 2] * 1e3, 1) if took else None,
        p99_ms=round(took[int(len(took) * 0.99)] * 1e3, 1) if took else None,
    )  # fmt: skip


def _packets(names: list[str], count: int, points: int, *, always: bool) -> list[tuple[bytes, bytes | None]]:
    at_us, found = time.time_ns() // 1000, list[tuple[bytes, bytes | None]]()
    for n in range(1, count + 1):
        for site in names:
            mark, told = None, dict[int, int | bytes]()
            if always or n % SAMPLED == 0 or n == count:
                mark = f"{site}-{n}".encode()
                told = {RESPONSE_TOPIC: topic_of(site, "answers").encode(), CORRELATION: mark}
            body = request(site, [batch(f"pub-{site}", n, points, at_us)])
            mid = len(found) % 65_535 + 1
            found.append((publish(Message(topic_of(site), body, 1, mid, told)), mark))
    return found


def _used() -> float:
    told = resource.getrusage(resource.RUSAGE_SELF)
    return told.ru_utime + told.ru_stime
