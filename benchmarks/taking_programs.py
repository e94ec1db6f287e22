"""Programs of `benchmarks.taking`, each a process of its own: publishers, the bare path, a box with 5,000 points.

bare path   paho → orjson → append into a DuckDB file, and http.server → orjson → the same: no judgement, no idempotency,
            no fsync of a segment before the acknowledgement, nothing told apart by site; what is left is what must be done
"""

import http.client
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from benchmarks import publisher
from benchmarks.measure import pss, report
from benchmarks.publisher import batch
from jiqun.factory.readings.contract import encode

LANES = 12  # connections at once over HTTP


def post(port: str, site: str, token: str, requests: str, batches: str, points: str) -> None:
    """Post requests over some connections at once."""
    count, each, per = int(requests), int(points), int(batches)
    at_us = time.time_ns() // 1000
    share = count // LANES
    lanes = [
        [encode(site, [batch(f"http-{site}-{lane}", (lane * share + n) * per + k + 1, each, at_us) for k in range(per)])
         for n in range(share)]
        for lane in range(LANES)
    ]  # fmt: skip
    took: list[float] = []
    refused: list[int] = []

    def lane(mine: list[bytes]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
        for body in mine:
            begun = time.perf_counter()
            line.request("POST", "/api/readings", body, {"Authorization": f"Bearer {token}"})
            answer = line.getresponse()
            answer.read()
            took.append(time.perf_counter() - begun)
            if answer.status != 200:
                refused.append(answer.status)

    threads = [threading.Thread(target=lane, args=(mine,)) for mine in lanes]
    began, began_at = time.perf_counter(), time.time()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seconds = time.perf_counter() - began
    if refused:
        raise SystemExit(f"refused: {refused[:5]}")
    took.sort()
    report(
        seconds=seconds, began_at=began_at, requests=len(took), p50_ms=round(took[len(took) // 2] * 1e3, 1),
        p99_ms=round(took[int(len(took) * 0.99)] * 1e3, 1),
    )  # fmt: skip


class Appender:
    """The bare store: columns gather, and go into a DuckDB file ten times a second."""

    def __init__(self, path: str) -> None:
        import duckdb

        self.database = duckdb.connect(path, config={"threads": 1})
        self.database.execute("CREATE TABLE r (site TEXT, point TEXT, read_us BIGINT, value DOUBLE)")
        self.rows: tuple[list[Any], ...] = ([], [], [], [])
        self.count, self.due = 0, time.monotonic()

    def take(self, body: bytes) -> None:
        """One request into the columns."""
        told = orjson.loads(body)
        for one in told["batches"]:
            columns, keys = one["readings"], [point["key"] for point in one["points"]]
            sites, points, reads, values = self.rows
            sites += [told["site"]] * len(columns["value"])
            points += [keys[n] for n in columns["point"]]
            reads += columns["read_us"]
            values += columns["value"]
        if time.monotonic() - self.due > 0.1:
            self.flush()

    def flush(self) -> None:
        """Into the file."""
        from arro3.core import Array, DataType, Table

        kinds = (DataType.string(), DataType.string(), DataType.int64(), DataType.float64())
        names = ("site", "point", "read_us", "value")
        rows, self.rows = self.rows, ([], [], [], [])
        held = Table.from_pydict(
            {name: Array(column, kind) for name, column, kind in zip(names, rows, kinds, strict=True)}
        )
        self.database.register("held", held)
        self.database.execute("INSERT INTO r SELECT * FROM held")
        self.database.unregister("held")
        self.count += len(rows[0])
        self.due = time.monotonic()


def bare_mqtt(port: str, points: str, path: str, end: str) -> None:
    """paho → orjson → DuckDB, until so many points are stored; tells when."""
    import paho.mqtt.client as paho
    from paho.mqtt.enums import CallbackAPIVersion

    store = Appender(path)
    client = paho.Client(CallbackAPIVersion.VERSION2, "bare", protocol=paho.MQTTv5)
    client.on_message = lambda _c, _d, message: store.take(message.payload)
    client.connect("127.0.0.1", int(port))
    client.subscribe("jiqun/v1/+/batches", qos=1)
    client.loop_start()
    print("ready", flush=True)
    _count(store, int(points), end)
    client.loop_stop()


def bare_http(points: str, path: str, end: str) -> None:
    """http.server → orjson → DuckDB."""
    import gzip
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    store, turn = Appender(path), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536

        def do_POST(self) -> None:
            body = gzip.decompress(self.rfile.read(int(self.headers["Content-Length"])))
            with turn:
                store.take(body)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    _count(store, int(points), end, turn)


def _count(store: Appender, points: int, end: str, turn: Any = None) -> None:
    """Wait until all are stored; a late rest is flushed from here when nothing comes any more."""
    until = time.monotonic() + 300
    while store.count < points and time.monotonic() < until:
        time.sleep(0.02)
        waiting = len(store.rows[0])
        if waiting and waiting + store.count >= points:
            time.sleep(0.01)
            store.flush()
    stored = store.database.execute("SELECT count(*) FROM r").fetchone()
    Path(end).touch()
    report(stored=stored[0] if stored else 0, done_at=time.time(), cpu_s=time.process_time())


def box(folder: str, points: str) -> None:
    """A box with so many points, each read ten times; its memory at the end."""
    import asyncio
    import os

    from jiqun.core.units import UnitTable
    from jiqun.edge.config import read_config
    from jiqun.edge.running import Box
    from jiqun.factory.readings.model import Sample

    root, packs = Path(folder), Path(__file__).resolve().parent.parent / "packs"
    root.mkdir()
    rows = [f"p{n},p{n},千瓦,measurement" for n in range(int(points))]
    (root / "points.csv").write_text("\n".join(["key,address,unit,kind", *rows]))
    (root / "edge.toml").write_text(
        'site = "big"\n[gate]\naddress = "http://127.0.0.1:9/api/readings"\n[buffer]\npath = "edge.sqlite3"\n'
        '[[connector]]\nname = "in"\nkind = "http_in"\nport = 0\npoints = "points.csv"\n'
    )
    made = Box(read_config(root / "edge.toml", packs=packs), units=UnitTable.load(packs / "units.toml"))

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(made.run(stop))
        for turn in range(10):
            at = time.time_ns() // 1000
            samples = [Sample(f"p{n}", float(turn), at + turn) for n in range(int(points))]
            await made.collector.put("in", samples)
        print(json.dumps(made.status()["buffer"]), file=sys.stderr)
        stop.set()
        await running

    asyncio.run(run())
    report(points=int(points), pss_mb=pss(os.getpid()))


PROGRAMS: dict[str, Callable[..., None]] = {
    "publish": publisher.run, "post": post, "bare_mqtt": bare_mqtt, "bare_http": bare_http, "box": box
}  # fmt: skip

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
