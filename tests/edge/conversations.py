"""Conversations with machines: recorded on the wire once, kept in captured/, and played to the connectors again.

A file of captured/ holds what was said (`asked`, `answered`, or `messages`), by whom (`about`), and what the connector
made of it (`heard`). Modbus answers belong to a question by its transaction number, OPC UA answers by their request
number; both are set anew when played, so that the order in which a library asks may change and its bytes may not.
"""

import asyncio
import json
import struct
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from jiqun.edge.config import ConnectorConfig
from jiqun.factory.readings.manifests import manifest_of
from jiqun.factory.readings.model import Point, PointKind, Sample

FOLDER = Path(__file__).parent / "captured"
NOW_US = 1_790_000_000_000_000
Frame = bytes


def size_of(protocol: str, head: bytes) -> int:
    """Bytes of the frame that begins with these eight."""
    if protocol == "modbus":
        return 6 + int(struct.unpack(">H", head[4:6])[0])
    return int(struct.unpack("<I", head[4:8])[0])


def number_of(protocol: str, frame: Frame) -> bytes:
    """What joins answer and question: b"" where only the order does."""
    if protocol == "modbus":
        return frame[:2]
    return frame[20:24] if frame[:3] in (b"MSG", b"CLO") else b""


def question_of(protocol: str, frame: Frame) -> bytes:
    """What is asked, without what differs each time: the request (Modbus), or the kind of the request (OPC UA)."""
    if protocol == "modbus":
        return frame[6:]
    return frame[:3] + (frame[24:28] if frame[:3] in (b"MSG", b"CLO") else b"")


def numbered(protocol: str, answer: Frame, asked: Frame) -> Frame:
    """The answer, given to this question."""
    number = number_of(protocol, asked)
    if protocol == "modbus":
        return number + answer[2:]
    return answer[:20] + number + answer[24:] if number else answer


async def frames(protocol: str, reader: asyncio.StreamReader) -> "list[Frame]":
    """The next frame, or none at the end."""
    try:
        head = await reader.readexactly(8)
        return [head + await reader.readexactly(size_of(protocol, head) - 8)]
    except (asyncio.IncompleteReadError, ConnectionError):
        return []


@dataclass
class Recorder:
    """Stands between connector and machine and writes down both."""

    protocol: str
    host: str
    port: int
    pairs: list[tuple[Frame, Frame]] = field(default_factory=list)
    asked: list[Frame] = field(default_factory=list)

    async def serve(self) -> asyncio.Server:
        """Listen; the port is that of the first socket."""
        return await asyncio.start_server(self._between, "127.0.0.1", 0)

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection(self.host, self.port)
        await asyncio.gather(self._asks(reader, away), self._answers(there, writer))

    async def _asks(self, reader: asyncio.StreamReader, away: asyncio.StreamWriter) -> None:
        while found := await frames(self.protocol, reader):
            self.asked += found
            away.write(found[0])
        away.close()

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while found := await frames(self.protocol, there):
            number = number_of(self.protocol, found[0])
            for place, question in enumerate(self.asked):
                if number_of(self.protocol, question) == number:
                    self.pairs.append((self.asked.pop(place), found[0]))
                    break
            writer.write(found[0])
        writer.close()


class Player:
    """A machine that answers what it answered when it was recorded, and is silent when it has nothing more to say."""

    def __init__(self, protocol: str, pairs: Iterable[tuple[Frame, Frame]]) -> None:
        self.protocol = protocol
        self.answers: defaultdict[bytes, deque[Frame]] = defaultdict(deque)
        self.unasked: list[bytes] = []
        for asked, answer in pairs:
            self.answers[question_of(protocol, asked)].append(answer)

    async def serve(self) -> asyncio.Server:
        """Listen; the port is that of the first socket."""
        return await asyncio.start_server(self._answer, "127.0.0.1", 0)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while found := await frames(self.protocol, reader):
            question = question_of(self.protocol, found[0])
            if question[:3] == b"CLO":
                break
            if question not in self.answers:
                self.unasked.append(found[0])
            elif self.answers[question]:
                writer.write(numbered(self.protocol, self.answers[question].popleft(), found[0]))
        writer.close()


class Listener:
    """Where a connector leaves its samples, under a wall clock that stands still."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.refused: list[tuple[str, str]] = []
        self.clock = SimpleNamespace(wall_us=lambda: NOW_US, monotonic=time.monotonic)
        self.heard_us: dict[str, int] = {}

    def add(self, _name: str, samples: Iterable[Sample]) -> None:
        self.samples += samples

    def refuse(self, _name: str, reason: str, point: str, _seen: object) -> None:
        self.refused.append((reason, point))


def config_of(kind: str, port: int, points: Iterable[Point], **options: object) -> ConnectorConfig:
    """A connector with the defaults of its manifest."""
    manifest = manifest_of(kind)
    told = {one.name: one.default for one in manifest.options.values() if one.default is not None}
    address = f"opc.tcp://127.0.0.1:{port}/jiqun/spring/" if kind == "opcua" else f"127.0.0.1:{port}"
    return ConnectorConfig("line", manifest, told | {"address": address} | options, tuple(points))


def shown(samples: Iterable[Sample]) -> list[list[object]]:
    """Samples as a file holds them."""
    return [[one.key, one.value, one.read_us, str(one.quality)] for one in samples]


def points_of(told: dict[str, str]) -> tuple[Point, ...]:
    """Points by address."""
    return tuple(Point(key, address, "", PointKind.MEASUREMENT) for key, address in told.items())


def kept(name: str) -> dict:
    """A recorded conversation."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def pairs_of(told: dict) -> Iterator[tuple[Frame, Frame]]:
    """Questions and answers of a recorded conversation."""
    for one in told["said"]:
        yield bytes.fromhex(one["asked"]), bytes.fromhex(one["answered"])


async def heard(connector: object, listener: Listener, enough: int, seconds: float = 15) -> list[Sample]:
    """Run a session until so many samples have come, and end it."""
    task = asyncio.create_task(connector.session())  # type: ignore[attr-defined]
    async with asyncio.timeout(seconds):
        while len(listener.samples) < enough and not task.done():
            await asyncio.sleep(0.01)
    found = list(listener.samples[:enough])
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return found
