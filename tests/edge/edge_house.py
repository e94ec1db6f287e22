"""What the tests of the edge share: a real HTTP gate that can fail, be slow and be stopped, and small configurations."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from jiqun.edge.config import BufferConfig, Limits
from jiqun.edge.parcels import Parcel
from jiqun.factory.readings.contract import decode

ROOT = Path(__file__).resolve().parents[2]
PACKS = ROOT / "packs"
NOW_US = 1_790_000_000_000_000
LIMITS = Limits(366 * 86_400_000_000, 600_000_000, 1_000_000)


class Clock:
    """A clock set by hand; `jump` moves the wall and not the monotonic one."""

    def __init__(self, us: int = NOW_US) -> None:
        self.us, self.mono = us, 0.0

    def wall_us(self) -> int:
        return self.us

    def monotonic(self) -> float:
        return self.mono

    def go(self, seconds: float) -> None:
        self.us += int(seconds * 1e6)
        self.mono += seconds

    def jump(self, seconds: float) -> None:
        self.us += int(seconds * 1e6)


def buffer_config(path: Path, **words: Any) -> BufferConfig:
    told = {"most_mb": 10, "overflow": "drop_oldest", "durability": "process_kill"} | words
    return BufferConfig(path / "edge.sqlite3", **told)


def parcel(*values: object, at: int = NOW_US, marks: tuple[bytes, ...] = (), waits: bool = False) -> Parcel:
    return Parcel({"readings": list(values)}, len(values), at, at + len(values) - 1, marks, waits)


class Gate:
    """A receiver as the contract says: remembers batches by id, and readings of batches it had not seen."""

    def __init__(self, port: int = 0) -> None:
        self.batches: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        self.times: Counter[str] = Counter()
        self.answer: Callable[[list[str]], tuple[int, bytes] | None] = lambda ids: None
        self.before: Callable[[], None] = lambda: None
        self.orders: Callable[[str, bytes], tuple[int, bytes]] = lambda path, body: (404, b"")
        self.headers: list[dict[str, str]] = []
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65_536

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.startswith("/api/box"):
                    status, answer = gate.orders(self.path, body)
                else:
                    gate.headers.append(dict(self.headers))
                    status, answer = gate.take(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/readings"

    def take(self, body: bytes) -> tuple[int, bytes]:
        told = decode(body)
        ids = [one["id"] for one in told["batches"]]  # type: ignore[union-attr, index]
        self.before()
        special = self.answer(ids)
        if special is not None:
            return special
        for one in told["batches"]:  # type: ignore[attr-defined]
            self.times[one["id"]] += 1
            if one["id"] not in self.batches:
                self.order.append(one["id"])
            else:
                assert self.batches[one["id"]] == one, "one key, two contents"
            self.batches[one["id"]] = one
        return 200, json.dumps({"acknowledged": ids, "refused": []}).encode()

    def readings(self) -> list[dict[str, Any]]:
        """Every reading once per batch id, in order of first arrival."""
        found = []
        for key in self.order:
            batch = self.batches[key]
            columns = batch["readings"]
            for row in zip(
                *(columns[name] for name in ("point", "read_us", "value", "quality", "flag")), strict=True
            ):
                point = batch["points"][row[0]]
                found.append(
                    {"key": point["key"], "unit": point["unit"], "read_us": row[1], "value": row[2],
                     "quality": row[3], "flag": row[4]}
                )  # fmt: skip
        return found

    def refused(self) -> list[dict[str, Any]]:
        return [one for key in self.order for one in self.batches[key]["refused"]]

    def gaps(self) -> list[dict[str, Any]]:
        return [one for key in self.order for one in self.batches[key]["gaps"]]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def until(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
