"""The factory box under load: 4,000 OPC UA variables each second, an outage of an hour caught up, memory with 5,000 points.

    python -m benchmarks edge_box          --seconds 60 for a shorter run of OPC UA than five minutes

Every value is counted at the other end. The baseline of OPC UA is a bare asyncua client that only counts.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.measure import ROOT, child, cpu, line, pss, report
from jiqun.factory.readings.contract import decode

SECONDS = int(os.environ.get("BENCH_SECONDS", "300"))
BARE_SECONDS = min(SECONDS, 60)  # the bare client's cost a notification is soon known
VARIABLES, MANY = 4_000, 5_000
CONFIG = """site = "bench"
[gate]
address = "http://127.0.0.1:{gate}/api/readings"
[buffer]
path = "bench.sqlite3"
durability = "power_cut"
[[connector]]
name = "line"
kind = "opcua"
address = "opc.tcp://127.0.0.1:{port}/bench/"
interval_ms = 500
points = "points.csv"
"""


def main(folder: Path) -> None:
    """Three figures, one line each."""
    box = folder / "box"
    box.mkdir(parents=True)
    ours, bare = _opcua(box, VARIABLES, SECONDS), _opcua(None, VARIABLES, BARE_SECONDS)
    line(
        "opcua_4000_at_1_hz", seconds=SECONDS, expected=VARIABLES * SECONDS, arrived=ours["arrived"],
        missed=ours["missed"], twice=ours["twice"], without_value=ours["without_value"], server_behind_s=ours["behind"],
        cpu_us_per_notification=ours["cpu_us"], bare_client_cpu_us=bare["cpu_us"], bare_arrived=bare["bare_arrived"],
        ratio=round(ours["cpu_us"] / bare["cpu_us"], 2), aim="missed 0",
    )  # fmt: skip
    many = folder / "many"
    many.mkdir()
    line("edge_memory_5000_points", pss_mb=_opcua(many, MANY, 20)["pss_mb"])
    line("outage_of_an_hour", **child("edge_box", "outage", str(folder)))


def _opcua(folder: Path | None, variables: int, ticks: int) -> dict[str, float]:
    """One run against a server of its own; folder None: the bare client."""
    port = _free()
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.opcua_server", str(port), str(variables), str(ticks)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin and server.stdout
    server.stdout.readline()
    gate = _Gate()
    if folder is None:
        words = ["-m", "benchmarks.edge_box", "bare", str(port), str(variables), str(ticks)]
    else:
        rows = [f"v{n},ns=2;s=v{n},个,measurement,1,0" for n in range(variables)]
        (folder / "points.csv").write_text("\n".join(["key,address,unit,kind,scale,deadband", *rows]))
        (folder / "box.toml").write_text(CONFIG.format(gate=gate.port, port=port))
        words = ["-m", "jiqun", "edge", "run", str(folder / "box.toml")]
    box = subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        gate.wait(variables, 120) if folder else box.stdout.readline()  # type: ignore[union-attr]
        before = cpu(box.pid)
        server.stdin.write("go\n")
        server.stdin.flush()
        behind = float(server.stdout.readline().split()[1])
        told = {} if folder else json.loads(box.stdout.readline())  # type: ignore[union-attr]
        if folder:
            gate.wait(variables * (ticks + 1), 60)
        used, memory = cpu(box.pid) - before, pss(box.pid)
    finally:
        for process in (box, server):
            process.terminate()
            process.wait()
        gate.server.shutdown()
    wanted = {(f"v{n}", float(t)) for n in range(variables) for t in range(1, ticks + 1)} if folder else set()
    seen = {key: times for key, times in gate.seen.items() if (key[1] or 0) > 0}
    return {
        "without_value": sum(times for key, times in gate.seen.items() if key[1] is None),
        "arrived": sum(seen.values()), "missed": len(wanted - seen.keys()),
        "twice": sum(times > 1 for times in seen.values()), "behind": behind,
        "cpu_us": round(used / (variables * ticks) * 1e6, 1), "pss_mb": memory,
        "bare_arrived": told.get("count", 0),
    }  # fmt: skip


class _Gate:
    """Takes everything, counts every (point, value)."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, float]] = Counter()
        self.values = 0
        self.order: list[int] = []
        self.at: dict[int, float] = {}
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65_536

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_batch = (
                    self.path == "/api/readings"
                )  # a box also asks for orders, which this gate has none of
                answer = gate.take(body) if is_batch else b"{}"
                self.send_response(200 if is_batch else 404)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body: bytes) -> bytes:
        import orjson

        batches = decode(body)["batches"]
        for batch in batches:  # type: ignore[attr-defined]
            keys, readings = [p["key"] for p in batch["points"]], batch["readings"]
            self.seen.update((keys[p], v) for p, v in zip(readings["point"], readings["value"], strict=True))
            self.values += len(readings["value"])
            self.order.append(batch["sequence"])
            self.at.setdefault(batch["sequence"], time.monotonic())
        return orjson.dumps({"acknowledged": [b["id"] for b in batches], "refused": []})  # type: ignore[attr-defined]

    def wait(self, values: int, seconds: float) -> None:
        """Until so many values have come."""
        until = time.monotonic() + seconds
        while self.values < values and time.monotonic() < until:
            time.sleep(0.2)


def bare(port: int, variables: int, ticks: int) -> None:
    """A client that subscribes and counts, nothing else."""
    from asyncua import Client

    class Counting:
        count = 0

        def datachange_notification(self, *_: object) -> None:
            self.count += 1

    async def run() -> None:
        counting = Counting()
        async with Client(f"opc.tcp://127.0.0.1:{port}/bench/", watchdog_intervall=10) as client:
            subscription = await client.create_subscription(500, counting)
            nodes = [client.get_node(f"ns=2;s=v{n}") for n in range(variables)]
            for start in range(0, variables, 500):
                await subscription.subscribe_data_change(nodes[start : start + 500], queuesize=50)
            print("open", flush=True)
            until = time.monotonic() + 2 * ticks + 30
            while counting.count < variables * (ticks + 1) and time.monotonic() < until:
                await asyncio.sleep(0.2)
            print(json.dumps({"count": counting.count - variables}), flush=True)
            await asyncio.sleep(60)

    asyncio.run(run())


def outage(folder: Path) -> None:
    """An hour of 1,000 points a second waits in the buffer; the gate comes back while live batches go on being sealed."""
    from jiqun.edge.buffer import Buffer
    from jiqun.edge.clocks import BoxClock
    from jiqun.edge.config import BufferConfig, GateConfig
    from jiqun.edge.gateway import Gateway
    from jiqun.edge.parcels import Parcel
    from jiqun.factory.readings.contract import batch_body
    from jiqun.factory.readings.model import Point, PointKind, Quality, Reading

    points = {f"p{n}": Point(f"p{n}", "a", "个", PointKind.MEASUREMENT) for n in range(1_000)}
    buffer = Buffer(BufferConfig(folder / "outage.sqlite3", 2_000, "drop_oldest", "process_kill"))
    start = 1_790_000_000_000_000

    def seal(second: int) -> None:
        at = start + second * 1_000_000
        rows = [Reading(key, at, at, float(second), Quality.GOOD) for key in points]
        buffer.put(Parcel(batch_body(rows, [], points=points, made_us=at), len(rows), at, at))

    for second in range(3_600):
        seal(second)
    gate = _Gate()
    gateway = Gateway(
        "bench", GateConfig(f"http://127.0.0.1:{gate.port}/api/readings", None, None, 30), buffer, BoxClock()
    )
    gateway._failures = 1  # the gate was away until now

    async def run() -> tuple[float, dict[int, float]]:
        sending = asyncio.create_task(gateway.run())
        began, sealed = time.monotonic(), {}
        while len({n for n in gate.order if n <= 3_600}) < 3_600:
            await asyncio.to_thread(seal, 3_600 + len(sealed))
            sealed[buffer.newest()] = time.monotonic()
            await asyncio.sleep(1)
        took = max(gate.at[n] for n in range(1, 3_601)) - began
        await asyncio.sleep(2)
        sending.cancel()
        return took, sealed

    took, sealed = asyncio.run(run())
    waits = [gate.at[number] - at for number, at in sealed.items()][1:]  # the first one came with the backlog
    backlog = [number for number in gate.order if number <= 3_600]
    report(
        readings=3_600_000, caught_up_s=round(took, 1), points_per_s=round(3_600_000 / took),
        in_order=backlog == sorted(backlog), lost=3_600 - len(set(backlog)),
        twice=len(backlog) - len(set(backlog)), live_wait_p50_s=round(sorted(waits)[len(waits) // 2], 2),
        live_wait_worst_s=round(max(waits), 2),
    )  # fmt: skip


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare", *numbers]:
            bare(*map(int, numbers))
        case ["outage", where]:
            outage(Path(where))
