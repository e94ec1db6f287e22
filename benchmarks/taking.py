"""Readings to durable: MQTT and HTTP, batched and one by one, each beside the bare path over the same publisher and broker.

    python -m benchmarks taking

Publisher, Mosquitto, workers, merger and store share the machine. `points_per_second` ends when the last batch is durable
and answered; `visible_s` when a reader counts every one. Afterwards all are counted in the tables: a run that lost or
doubled one fails. `ratio` is our time over the bare path's (paho → orjson → DuckDB append, see taking_programs);
`cpu_us_per_point` is processor time of every process of the run, which holds on a machine that others use as well.
BENCH_SCALE=0.1 makes a shorter run.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import ROOT, child, cpu, line, pss
from benchmarks.soak import Family, gone, wait_for
from benchmarks.taking_programs import LANES
from jiqun.lake.store import Lake

if TYPE_CHECKING:
    from broker_house import Mosquitto

sys.path.insert(0, str(ROOT / "tests"))
SCALE = float(os.environ.get("BENCH_SCALE", "1"))
SITES = ("mill3", "mill4")  # the two shares of two workers
BATCHED, SINGLE = 100, 1


def main(folder: Path) -> None:
    """Both ways in, batched and one by one, then the memory."""
    for points, messages in ((BATCHED, int(10_000 * SCALE)), (SINGLE, int(25_000 * SCALE))):
        through_broker(folder / f"mqtt{points}", points, messages)
    for points, batches, requests in ((BATCHED, 20, int(600 * SCALE)), (SINGLE, 50, int(1_000 * SCALE))):
        over_http(folder / f"http{points}", points, batches, max(1, requests // LANES) * LANES)
    at_ease(folder / "ease")
    memory = child("taking_programs", "box", str(folder / "box"), "5000")
    line("taking_edge_memory", points=5000, pss_mb=memory["pss_mb"], peak_mb=memory["peak_mb"])


def through_broker(folder: Path, points: int, messages: int) -> None:
    """Two workers behind Mosquitto; the bare path; and the publisher with nobody listening, which bounds both."""
    home, total, each = prepared(folder), messages * points, messages // len(SITES)
    with (
        mosquitto(folder / "broker") as broker,
        intake(home, "merge") as merger,
        intake(home, "mqtt", broker, "1/2") as one,
        intake(home, "mqtt", broker, "2/2") as two,
    ):
        spent = Spent(broker=broker.process, merger=merger, worker1=one, worker2=two)
        ours, visible = published(folder, broker.port, each, points, home, total, spent=spent)
        memory, ours_cpu = pss(merger.pid), spent.each_us(total, ours)
        worker_memory = max(pss(one.pid) or 0, pss(two.pid) or 0)
    counted(home, total)
    end = folder / "end"
    with mosquitto(folder / "broker2") as broker:
        bare = started("bare_mqtt", str(broker.port), str(total), str(folder / "bare.duckdb"), str(end))
        assert bare.stdout is not None
        bare.stdout.readline()
        spent = Spent(broker=broker.process, consumer=bare)
        plain, _ = published(folder, broker.port, each, points, None, total, spent=spent)
        told = last_json(bare)
        bare_cpu = spent.each_us(total, plain, consumer=told["cpu_s"])
    check(told["stored"] == total, f"bare: {told['stored']} of {total}")
    with mosquitto(folder / "broker3") as broker:  # `end` is there: nobody answers
        alone, _ = published(folder, broker.port, each, points, None, total)
    seconds = told["done_at"] - plain["began_at"]
    line(
        "taking_mqtt", points_a_message=points, messages=messages, message_bytes=ours["bytes"],
        points_per_second=round(total / ours["seconds"]), aim=">= 200000" if points > 1 else ">= 10000",
        bare_points_per_second=round(total / seconds), ratio=round(ours["seconds"] / seconds, 2),
        publisher_alone_points_per_second=round(total / alone["seconds"]),
        cpu_us_per_point=ours_cpu, bare_cpu_us_per_point=bare_cpu,
        cpu_ratio=round(ours_cpu["all"] / bare_cpu["all"], 2),
        acknowledged_p50_ms=ours["p50_ms"], acknowledged_p99_ms=ours["p99_ms"], visible_s=round(visible, 2),
        merger_pss_mb=memory, merger_aim="<= 250 MB", worker_pss_mb=worker_memory, counted=total,
    )  # fmt: skip


class Spent:
    """Processor time of processes during a run: wall seconds lie on a machine that others use."""

    def __init__(self, **processes: "subprocess.Popen[Any] | None") -> None:
        self.pids = {name: one.pid for name, one in processes.items() if one}
        self.before: dict[str, float] = {}
        self.during: dict[str, float] = {}

    def begin(self) -> None:
        """The run begins."""
        self.before = {name: cpu(pid) for name, pid in self.pids.items()}

    def end(self) -> None:
        """The run has ended."""
        self.during = {name: cpu(pid) - self.before[name] for name, pid in self.pids.items()}

    def each_us(self, total: int, publisher: dict[str, float], **also: float) -> dict[str, float]:
        """Microseconds a point, of every process and of all."""
        found = {"publisher": publisher["cpu_s"], **self.during, **also}
        found["all"] = sum(found.values())
        return {name: round(seconds / total * 1e6, 2) for name, seconds in found.items()}


def at_ease(folder: Path) -> None:
    """100 messages a second of 100 points: how soon one is acknowledged, and seen, when nothing presses."""
    home, each = prepared(folder), max(20, int(300 * SCALE))
    with mosquitto(folder / "broker") as broker, intake(home, "merge"), intake(home, "mqtt", broker):
        told, visible = published(
            folder, broker.port, each, BATCHED, home, each * len(SITES) * BATCHED, pause="0.01"
        )
    line(
        "taking_at_ease", messages_a_second=100, points_a_message=BATCHED, acknowledged_p50_ms=told["p50_ms"],
        acknowledged_p99_ms=told["p99_ms"], visible_s=round(visible, 2),
    )  # fmt: skip


def over_http(folder: Path, points: int, batches: int, requests: int) -> None:
    """One gate, some connections at once."""
    home = prepared(folder)
    token = json.loads((folder / "tokens.json").read_text())[SITES[0]]
    total = requests * batches * points
    with intake(home, "merge"), intake(home, "gate") as gate:
        port = gate.told.rpartition(":")[2].partition("/")[0]  # type: ignore[attr-defined]
        ours = child(
            "taking_programs", "post", port, SITES[0], token, str(requests), str(batches), str(points)
        )
        visible = seen(home, total) - ours["began_at"] - ours["seconds"]
    counted(home, total)
    bare = started("bare_http", str(total), str(folder / "bare.duckdb"), str(folder / "end"))
    assert bare.stdout is not None
    port = bare.stdout.readline().strip()
    plain = child("taking_programs", "post", port, SITES[0], token, str(requests), str(batches), str(points))
    told = last_json(bare)
    check(told["stored"] == total, f"bare: {told['stored']} of {total}")
    seconds = told["done_at"] - plain["began_at"]
    line(
        "taking_http", points_a_batch=points, batches_a_request=batches, requests=requests,
        points_per_second=round(total / ours["seconds"]), bare_points_per_second=round(total / seconds),
        ratio=round(ours["seconds"] / seconds, 2), acknowledged_p50_ms=ours["p50_ms"],
        acknowledged_p99_ms=ours["p99_ms"], visible_s=round(visible, 2), counted=total,
    )  # fmt: skip


def published(
    folder: Path, port: int, each: int, points: int, home: Path | None, total: int, *, pause: str = "0",
    spent: Spent | None = None,
) -> tuple[dict[str, float], float]:  # fmt: skip
    """Publish, and for ours wait until all is visible; gives what the publisher says and the seconds until seen."""
    go, end = folder / f"go-{port}", folder / ("never" if home else "end")
    program = started("publish", str(port), ",".join(SITES), str(each), str(points), str(go), str(end), pause)
    time.sleep(3.0 + each * points / 100_000)
    spent = spent or Spent()
    spent.begin()
    go.touch()
    told = last_json(program)
    visible = seen(home, total) - told["began_at"] - told["seconds"] if home else 0.0
    spent.end()
    return told, visible


def prepared(folder: Path) -> Path:
    """A home whose ledger knows the sites."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    home, out = folder / "home", folder / "tokens.json"
    family = Family(home)
    pid = family.start({"kind": "prepare", "sites": list(SITES), "out": str(out)})
    wait_for(lambda: gone(pid), 120, "the ledger")
    family.close()
    return home


@contextmanager
def mosquitto(folder: Path) -> "Iterator[Mosquitto]":
    """A broker that keeps its sessions in memory."""
    from broker_house import Mosquitto

    broker = Mosquitto(folder, "set_tcp_nodelay true", keeps=False)
    try:
        yield broker
    finally:
        broker.stop()


@contextmanager
def intake(
    home: Path, part: str, broker: object = None, worker: str = "1/1"
) -> "Iterator[subprocess.Popen[str]]":
    """One process of the intake, as a person starts it."""
    words = ["intake", "--only", part, "--port", "0", "--worker", worker]
    words += ["--broker", getattr(broker, "address", "")] if broker else []
    process = subprocess.Popen(
        [sys.executable, "-m", "jiqun", "--home", str(home), "--lang", "en", *words],
        stdout=subprocess.PIPE, stderr=(home / f"{part}{worker[0]}.log").open("w"), text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert process.stdout is not None
    process.told = process.stdout.readline()  # type: ignore[attr-defined]
    if part == "mqtt":
        time.sleep(0.5)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def started(*words: str) -> "subprocess.Popen[str]":
    """A program of taking_programs."""
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.taking_programs", *words], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    )  # fmt: skip


def last_json(process: "subprocess.Popen[str]") -> dict[str, float]:
    """What a program prints last."""
    out, _ = process.communicate(timeout=600)
    check(process.returncode == 0, f"{process.args} failed")
    return json.loads(out.strip().splitlines()[-1])


def seen(home: Path, total: int) -> float:
    """The instant at which a reader counts them all."""
    lake = Lake(home / "lake", memory_limit="256MB", threads=1)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if lake.run(f"SELECT count(*) FROM {lake.table_sql('readings')}")[0][0] == total:
            lake.close()
            return time.time()
        time.sleep(0.1)
    raise SystemExit("not all came to be visible")


def counted(home: Path, total: int) -> None:
    """Every point is there, once."""
    lake = Lake(home / "lake", memory_limit="512MB", threads=1)
    sql = f"SELECT count(*), count(DISTINCT (site, point, read_at)) FROM {lake.table_sql('readings')}"
    found = lake.run(sql)[0]
    lake.close()
    check(found == (total, total), f"{found} instead of {total}")


def check(right: bool, what: str) -> None:
    """SystemExit when something does not add up."""
    if not right:
        raise SystemExit(f"benchmarks.taking: {what}")
