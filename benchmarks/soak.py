"""Kill everything at random and count: sent = stored + quarantined, nothing twice. `make soak KILLS=200`.

    python -m benchmarks.soak [--kills 200] [--seed N] [--pause 0.3]

Three factories: one box posts to the HTTP gate, one box publishes through a broker (Mosquitto), and one publisher puts
batches on the broker by hand, out of order and many of them twice. Behind the broker two workers share the sites; a merger
makes it all visible. Every process, the broker too, is killed −9 again and again (the broker now and then stopped in
order). What was sent is known; at the end every value that a sender was told is taken must be in the tables exactly once,
or stand in quarantine. Ends with exit code 1 when the sums differ.
"""

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT
from jiqun.edge.config import GateConfig
from jiqun.edge.lines import Refused, line_to
from jiqun.factory.readings.contract import encode
from jiqun.lake.store import Lake

sys.path.insert(0, str(ROOT / "tests"))

SETTLE_S = 120.0


def names() -> tuple[str, str, str]:
    """Three sites; those behind the broker belong to different workers of two."""
    behind = {zlib.crc32(f"soak{n}".encode()) % 2: f"soak{n}" for n in range(9)}
    return "direct-http", behind[0], behind[1]


class Family:
    """The waiting process and what was forked of it."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        (home / "secret.key").write_text("k" * 50)
        quick = {
            "JIQUN_INTAKE_MERGE_S": "0.25",
            "DJANGO_SETTINGS_MODULE": "jiqun.settings",
            "JIQUN_HOME": str(home),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.soak_family"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=ROOT, env=os.environ | quick | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        )  # fmt: skip
        self._turn = threading.Lock()
        assert self._line() == "ready"

    def start(self, order: dict[str, Any]) -> int:
        """Fork one; gives its process id."""
        with self._turn:
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            return int(self._line())

    def close(self) -> None:
        """End what still runs."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


def gone(pid: int) -> bool:
    """Has this process ended?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def wait_for(true: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until something holds; SystemExit naming it when it never does."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise SystemExit(f"soak: {what} did not come within {seconds:.0f} s")
        time.sleep(0.03)


class Victim:
    """One process that is killed and started again."""

    def __init__(self, name: str, family: Family, order: dict[str, Any]) -> None:
        self.name, self.family, self.order = name, family, order
        self.pid = family.start(order)

    def kill(self, chance: random.Random) -> None:
        """Killed −9, and started again a moment later."""
        del chance
        self.end(signal.SIGKILL)
        self.pid = self.family.start(self.order)

    def end(self, how: signal.Signals) -> None:
        """End it and wait until it is gone."""
        try:
            os.kill(self.pid, how)
        except ProcessLookupError:
            return
        wait_for(lambda: gone(self.pid), 60, f"the end of {self.name}")


class BrokerVictim:
    """The broker: killed −9, or now and then stopped in order."""

    name = "broker"

    def __init__(self, folder: Path) -> None:
        from broker_house import Mosquitto

        self.broker = Mosquitto(folder)

    def kill(self, chance: random.Random) -> None:
        """Down and up again."""
        self.broker.restart(kill=chance.random() < 0.7)


@dataclass
class Sender:
    """One source of values of one site, each value once; what it was told is taken is counted as sent."""

    site: str
    chance: random.Random
    readings: int = 0
    bad: int = 0
    again: int = 0
    at: int = field(default_factory=lambda: time.time_ns() // 1000)

    def values(self, count: int) -> list[float]:
        """The next values, one after the other from 0."""
        return [float(n) for n in range(self.readings, self.readings + count)]


class BoxSender(Sender):
    """A machine that posts to the box until it is told 200, under one id however often."""

    def run(self, port: int, stop: threading.Event) -> None:
        """Post until told to stop."""
        number, before = 0, b""
        while not stop.is_set():
            number += 1
            values = self.values(self.chance.randint(1, 20))
            rows = [{"key": "press.force", "value": v, "read_us": self.at + int(v)} for v in values]
            bad = self.chance.random() < 0.2
            if bad:
                rows.append({"key": "press.force", "value": f"warm {number}", "read_us": self.at + number})
            body = json.dumps({"id": f"n{number}", "readings": rows}).encode()
            while self._post(port, body) != 200:
                time.sleep(0.02)
            self.readings, self.bad = self.readings + len(values), self.bad + bad
            if before and self.chance.random() < 0.3:
                self.again += self._post(port, before) == 200
            before = body
            stop.wait(0.02)

    def _post(self, port: int, body: bytes) -> int:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("POST", "/", body)
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()


class ByHand(Sender):
    """A publisher that puts batches on the broker out of order, some twice at once, until the gate has answered each."""

    def run(self, address: str, stop: threading.Event) -> None:
        """Publish until told to stop."""
        line = line_to(self.site, GateConfig(address, None, None, 2), Counter())
        stream, number = uuid.uuid4().hex, 0
        while not stop.is_set():
            batches = {}
            for _ in range(self.chance.randint(2, 6)):
                number += 1
                values = self.values(self.chance.randint(1, 100))
                bad = self.chance.random() < 0.2
                batches[f"{stream}-{number}"] = self._batch(f"{stream}-{number}", number, values, bad)
                self.readings, self.bad = self.readings + len(values), self.bad + bad
            self._deliver(line, batches)
            stop.wait(0.02)
        line.close()

    def _deliver(self, line: Any, batches: dict[str, bytes]) -> None:
        left = dict(batches)
        while left:
            chosen = list(left.values()) + (
                [self.chance.choice(list(batches.values()))] if self.chance.random() < 0.5 else []
            )
            self.again += len(chosen) - len(left)
            self.chance.shuffle(chosen)
            try:
                for key in line.post(encode(self.site, chosen)).acknowledged:
                    left.pop(key, None)
            except (OSError, Refused):
                time.sleep(0.05)

    def _batch(self, key: str, number: int, values: list[float], bad: bool) -> bytes:
        given: list[object] = [*values, *(["warm"] if bad else [])]
        rows = len(given)
        reads = [self.at + int(v) for v in values] + [self.at] * bad
        return json.dumps({
            "id": key, "sequence": number, "made_us": time.time_ns() // 1000,
            "points": [{"key": "press.force", "unit": "千瓦", "kind": "measurement"}],
            "readings": {"point": [0] * rows, "read_us": reads, "arrived_us": reads, "value": given,
                         "quality": ["good"] * rows, "flag": [""] * rows}, "refused": [], "gaps": [],
        }).encode()  # fmt: skip


class World:
    """Everything that runs, and everything that was sent."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        from broker_house import free_port

        self.folder, self.home, self.chance = folder, folder / "home", chance
        self.sites = names()
        self.family = Family(self.home)
        tokens = self._prepared()
        self.broker = BrokerVictim(folder / "broker")
        gate = free_port()
        ports = {site: free_port() for site in self.sites[:2]}
        where = (f"http://127.0.0.1:{gate}/api/readings", self.broker.broker.address)
        boxes = [
            self._box(site, to, ports[site], tokens[site])
            for site, to in zip(self.sites, where, strict=False)
        ]
        self.processes = [
            Victim("gate", self.family, {"kind": "intake", "parts": ["gate"], "port": gate}),
            *(Victim(f"worker {k}", self.family,
                     {"kind": "intake", "parts": ["mqtt"], "broker": where[1], "worker": f"{k}/2"}) for k in (1, 2)),
            Victim("merger", self.family, {"kind": "intake", "parts": ["merge"]}),
            *(Victim(f"box {n}", self.family, {"kind": "edge", "config": str(box)}) for n, box in enumerate(boxes, 1)),
        ]  # fmt: skip
        chances = [random.Random(chance.random()) for _ in self.sites]
        self.senders: list[Sender] = [
            BoxSender(self.sites[0], chances[0]), BoxSender(self.sites[1], chances[1]), ByHand(self.sites[2], chances[2])
        ]  # fmt: skip
        to: list[object] = [ports[self.sites[0]], ports[self.sites[1]], self.broker.broker.address]
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=one.run, args=(where, self.stop), daemon=True)  # type: ignore[attr-defined]
            for one, where in zip(self.senders, to, strict=True)
        ]

    def _prepared(self) -> dict[str, str]:
        out = self.folder / "tokens.json"
        pid = self.family.start({"kind": "prepare", "sites": list(self.sites), "out": str(out)})
        wait_for(lambda: gone(pid), 120, "the ledger")
        if not out.exists():
            raise SystemExit((self.home / "soak.log").read_text())
        return json.loads(out.read_text())

    def _box(self, site: str, address: str, port: int, token: str) -> Path:
        folder = self.folder / site
        folder.mkdir()
        (folder / "token").write_text(token)
        (folder / "points.csv").write_text(
            "key,address,unit,kind\npress.force,press.force,千瓦,measurement\n"
        )
        config = folder / "edge.toml"
        config.write_text(
            f'site = "{site}"\n[gate]\naddress = "{address}"\ntimeout_s = 2\ntoken_file = "token"\n'
            '[buffer]\npath = "edge.sqlite3"\n'
            f'[[connector]]\nname = "in"\nkind = "http_in"\nport = {port}\npoints = "points.csv"\n'
        )
        return config

    def kill(self, times: int, pause_s: float) -> Counter[str]:
        """Kill so often, whichever; gives how often each."""
        victims: list[Victim | BrokerVictim] = [*self.processes, self.broker]
        counts: Counter[str] = Counter()
        order = [victims[n % len(victims)] for n in range(times)]
        self.chance.shuffle(order)
        for one in order:
            time.sleep(self.chance.uniform(0.2, 1.8) * pause_s)
            one.kill(self.chance)
            counts[one.name] += 1
        return counts

    def settle(self) -> None:
        """No more is sent; what waits anywhere arrives; then everything stops in order."""
        self.stop.set()
        for thread in self.threads:
            thread.join(SETTLE_S)
        since_us = time.time_ns() // 1000
        for site in self.sites[:2]:
            wait_for(partial(self._sent, site, since_us), SETTLE_S, f"an empty buffer of {site}")
        for process in self.processes:
            if process.name != "merger":
                process.end(signal.SIGTERM)
        for process in self.processes:
            process.end(signal.SIGTERM)

    def _sent(self, site: str, since_us: int) -> bool:
        """Does the box itself say, after nothing more was posted, that nothing waits?"""
        try:
            told = json.loads((self.folder / site / "edge.status.json").read_bytes())
        except (OSError, ValueError):
            return False
        return told["now_us"] > since_us and told["buffer"]["batches"] == 0

    def count(self) -> list[dict[str, object]]:
        """Per site: what was sent and what is there."""
        lake = Lake(self.home / "lake", memory_limit="256MB", threads=1)
        rows = []
        for sender in self.senders:
            site = {"site": sender.site}
            stored, distinct, total = lake.run(
                f"SELECT count(*), count(DISTINCT value), coalesce(sum(value), 0) FROM {lake.table_sql('readings')} "
                "WHERE site = $site", site,
            )[0]  # fmt: skip
            held = lake.run(
                f"SELECT count(*) FROM {lake.table_sql('held_readings')} WHERE site = $site", site
            )[0][0]
            right = total == sender.readings * (sender.readings - 1) / 2
            rows.append({
                "site": sender.site, "sent": sender.readings + sender.bad, "stored": stored, "quarantined": held,
                "twice": stored - distinct, "sent again": sender.again,
                "ok": stored == distinct == sender.readings and held == sender.bad and right,
            })  # fmt: skip
        lake.close()
        return rows

    def close(self) -> None:
        """End what still runs."""
        self.stop.set()
        self.family.close()
        self.broker.broker.stop(kill=True)


def run(
    folder: Path, *, kills: int, seed: int, pause_s: float
) -> tuple[list[dict[str, object]], Counter[str]]:
    """Send, kill, settle, count; gives a row per site and how often what was killed."""
    world = World(folder, random.Random(seed))
    try:
        for thread in world.threads:
            thread.start()
        wait_for(lambda: all(one.readings for one in world.senders), 60, "the first value")
        counts = world.kill(kills, pause_s)
        world.settle()
        return world.count(), counts
    except BaseException:
        log = world.home / "soak.log"
        print(log.read_text()[-5000:] if log.exists() else "no log", file=sys.stderr)
        raise
    finally:
        world.close()


def main() -> int:
    """The table; 1 when the sums differ."""
    parser = argparse.ArgumentParser(prog="soak")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--pause", type=float, default=0.3, metavar="SECONDS")
    told = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jiqun-soak-") as folder:
        rows, counts = run(Path(folder), kills=told.kills, seed=told.seed, pause_s=told.pause)
    from jiqun.cli.output import print_table

    print_table(rows, [(name, name) for name in rows[0]])
    killed = ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))
    ok = all(row["ok"] for row in rows)
    print(f"{sum(counts.values())} kills ({killed}), seed {told.seed}, {time.monotonic() - began:.0f} s: "
          + ("sent = stored + quarantined, nothing twice" if ok else "THE SUMS DIFFER"))  # fmt: skip
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
