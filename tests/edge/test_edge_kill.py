"""The real process `jiqun edge run`, killed −9 at random moments: each acknowledged batch arrives once."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from edge_house import ROOT, Gate, until

POINTS = (
    "key,address,unit,kind\npress.force,press.force,千瓦,measurement\npress.pieces,press.pieces,件,counter\n"
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


class Edge:
    """A box of its own, started and killed."""

    def __init__(self, folder: Path, gate: str, extra: str = "") -> None:
        self.folder, self.port = folder, free_port()
        (folder / "points.csv").write_text(POINTS, encoding="utf-8")
        self.config = folder / "edge.toml"
        self.config.write_text(
            f'site = "works"\n[gate]\naddress = "{gate}"\ntimeout_s = 5\n[buffer]\npath = "edge.sqlite3"\n{extra}'
            f'[[connector]]\nname = "in"\nkind = "http_in"\nport = {self.port}\npoints = "points.csv"\n',
            encoding="utf-8",
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        code = (
            "import sys\n"
            "class Wall:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        if name.split('.')[0] in ('django', 'ninja', 'duckdb', 'ibis', 'deltalake', 'pandas', 'numpy'):\n"
            "            raise ImportError('the box carries no ' + name)\n"
            "sys.meta_path.insert(0, Wall())\n"
            "from jiqun.cli.main import main\n"
            f"sys.exit(main(['--lang', 'en', 'edge', 'run', {str(self.config)!r}]))"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    def stop(self) -> str:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        out, error = self.process.communicate(timeout=15)
        assert self.process.returncode == 0, error
        return out.decode()

    def post(self, number: int) -> int:
        """Post batch `number` once; its HTTP status, 0 when nobody answers."""
        at = time.time_ns() // 1000
        rows = [{"key": key, "value": number, "read_us": at} for key in ("press.force", "press.pieces")]
        body = {"id": f"n{number}", "readings": rows}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("POST", "/", json.dumps(body))
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()

    def deliver(self, number: int) -> None:
        """Post until acknowledged, as a machine would."""
        until(lambda: self.post(number) == 200, 20)


def killed_run(folder: Path, *, kills: int, numbers: int, seed: int) -> None:
    random.seed(seed)
    gate = Gate()
    edge = Edge(folder, gate.address)
    edge.start()
    at = sorted(random.sample(range(1, numbers), kills))
    for number in range(numbers):
        edge.deliver(number)
        if number in at:
            time.sleep(random.random() * 0.08)
            edge.kill()
            if random.random() < 0.5:
                gate.stop()
                gate = revived(gate)
            edge.start()
    until(lambda: len(gate.readings()) >= 2 * numbers, 20)
    said = edge.stop()
    assert "Stopped" in said
    values = [one["value"] for one in gate.readings() if one["key"] == "press.force"]
    assert sorted(values) == list(range(numbers)), "each once, none missing"
    assert len(gate.readings()) == 2 * numbers
    gate.stop()


def revived(gate: Gate) -> Gate:
    """The gate killed and started again with what it had acknowledged."""
    again = Gate(gate.port)
    again.batches, again.order, again.times = gate.batches, gate.order, gate.times
    return again


def test_killed_at_random_every_acknowledged_batch_arrives_once(tmp_path: Path) -> None:
    killed_run(tmp_path, kills=3, numbers=60, seed=7)


@pytest.mark.fuzz
def test_killed_many_times(tmp_path: Path) -> None:
    killed_run(tmp_path, kills=30, numbers=600, seed=random.randrange(10**6))


def test_bad_input_over_http_takes_nothing_down_and_is_counted(tmp_path: Path) -> None:
    gate = Gate()
    edge = Edge(tmp_path, gate.address, "[limits]\nmessage_kb = 64\n")
    edge.start()
    edge.deliver(1)

    def raw(body: bytes, **headers: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=5)
        try:
            line.request("POST", "/", body, headers)
            return line.getresponse().status
        except OSError:  # a door may hang up on ten megabytes before it has them all
            return 413
        finally:
            line.close()

    now = time.time_ns() // 1000
    next_year = now + 366 * 86_400_000_000
    odd = [
        ("press.force", "warm", now, ""), ("nobody", 1, now, ""), ("press.force", 1, 0, ""),
        ("press.force", 1, next_year, ""), ("press.force", 1, now, "瓦"), ("press.pieces", -7, now + 9, ""),
    ]  # fmt: skip
    rows = [{"key": k, "value": v, "read_us": at, "unit": unit} for k, v, at, unit in odd]
    assert raw(json.dumps({"id": "odd", "readings": rows}).encode()) == 200
    assert raw(b'{"id": "n", "readings": [{"key": "press.force", "value": NaN}]}') == 400
    assert raw(b"\xff\x00not json") == 400
    assert raw(b"x" * 10_000_000) == 413
    edge.deliver(2)
    until(lambda: len(gate.refused()) >= 8)
    until(lambda: len(gate.readings()) >= 5)
    reasons = sorted(one["reason"] for one in gate.refused())
    assert reasons == sorted(
        [
            "wrong_type",
            "unknown_point",
            "too_old",
            "too_new",
            "unit_changed",
            "malformed",
            "malformed",
            "message_too_long",
        ]
    )
    assert [one["flag"] for one in gate.readings() if one["value"] == -7] == ["counter_back"]
    edge.stop()
    status = json.loads((tmp_path / "edge.status.json").read_text())
    assert (
        status["running"] is False
        and status["counts"]["refused"] == 8
        and status["counts"]["counter_back"] == 1
    )
    gate.stop()
