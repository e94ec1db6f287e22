"""A whole box with every kind of secret, at its loudest: not one secret stands anywhere but in its own file."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from broker_house import Mosquitto
from gate_house import Ledger, desk_of, gate_at, stored
from secure_house import authority_file, box_secrets, issued, secure_plant

from jiqun.actions.taking_tokens import TokenBook
from jiqun.intake.http import HttpGate, Listening, Tls

pytestmark = pytest.mark.broker
TOKEN, PRESS, WRONG = "token-7f3a91", "press-4c2d77", "wrong-88e1b0"
ROOT = Path(__file__).resolve().parents[3]
LOUD = """
import logging, sys
import jiqun.edge.opcua.security, paho.mqtt.client as paho
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
for name in ("asyncua", "asyncio", "paho"):
    logging.getLogger(name).setLevel(logging.DEBUG)
made = paho.Client.__init__
def loud(self, *args, **words):
    made(self, *args, **words)
    self.enable_logger(logging.getLogger("paho"))
paho.Client.__init__ = loud
from jiqun.cli.main import main
sys.exit(main(["edge", "run", sys.argv[1]]))
"""
CONFIG = """
site = "spring"
status_port = 0
[gate]
address = "https://localhost:{gate}/api/readings"
token_file = "secrets/token"
ca_file = "secrets/ca.pem"
certificate_file = "secrets/box.pem"
key_file = "secrets/box.key"
[orders]
box = "old-laptop"
every_s = 1
[buffer]
path = "var/edge.sqlite3"
"""
OPCUA = """
[[connector]]
name = "{name}"
kind = "opcua"
address = "{address}"
security = "{security}"
interval_ms = 100
user = "operator"
password_file = "secrets/{password}"
points = "{points}"
"""
MQTT = """
[[connector]]
name = "{name}"
kind = "mqtt_json"
address = "localhost:{port}"
client = "{name}"
security = "tls"
ca_file = "secrets/ca.pem"
user = "box"
password_file = "secrets/{password}"
points = "{points}"
"""
POINTS = "key,address,unit,kind\n{key},{address},{unit},measurement\n"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    passwords = tmp_path / "passwords"
    passwords.write_text(f"box:{PRESS}\n")
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
    certificate, key = issued("broker", "localhost")
    lines = [
        f"certfile {certificate}",
        f"keyfile {key}",
        f"password_file {passwords}",
        "allow_anonymous false",
    ]
    opened = Mosquitto(tmp_path / "broker", *lines, keeps=False)
    yield opened
    opened.stop()


def box_folder(root: Path, gate: int, broker: int) -> Path:
    """A box with four lines to machines: two that work and two with a wrong password."""
    plant = secure_plant()
    secrets = box_secrets(root / "secrets", plant)
    shutil.copy(authority_file(), secrets / "ca.pem")
    certificate, key = issued("spring")
    shutil.copy(certificate, secrets / "box.pem")
    shutil.copy(key, secrets / "box.key")
    for name, word in (("token", TOKEN), ("press", PRESS), ("wrong", WRONG)):
        (secrets / name).write_text(word + "\n")
    text = CONFIG.format(gate=gate)
    for number, (security, password) in enumerate((
        ("Basic256Sha256-SignAndEncrypt", "password"), ("Basic256Sha256-Sign", "password"),
        ("Basic256Sha256-SignAndEncrypt", "wrong"),
    )):  # fmt: skip
        points = POINTS.format(key=f"t{number}", address="ns=2;s=furnace.temperature", unit="摄氏度")
        (root / f"t{number}.csv").write_text(points, encoding="utf-8")
        text += OPCUA.format(
            name=f"opc-{number}",
            address=plant.address,
            security=security,
            password=password,
            points=f"t{number}.csv",
        )
    for name, password in (("press", "press"), ("other", "wrong")):
        (root / f"{name}.csv").write_text(
            POINTS.format(key=name, address=f"{name}/state#/v", unit="牛"), encoding="utf-8"
        )
        text += MQTT.format(name=name, port=broker, password=password, points=f"{name}.csv")
    (root / "edge.toml").write_text(text, encoding="utf-8")
    return root


def test_no_secret_leaves_its_file_in_any_log_status_order_or_batch(
    tmp_path: Path, broker: Mosquitto
) -> None:
    box, bodies = tmp_path / "box", []

    def other(_method: str, _path: str, _headers: Any, body: bytes, _site: str) -> tuple[int, object]:
        bodies.append(body)
        return 200, {"talk": 1, "config_version": 0, "connections": None, "trials": []}

    gate = gate_at(tmp_path / "lake", Ledger("spring"), clock=lambda: time.time_ns() // 1000)  # type: ignore[arg-type]
    certificate, key = issued("gate", "localhost")
    told = Listening(port=0, tls=Tls(certificate, key, authority_file()))
    door = HttpGate(desk_of(gate), TokenBook({TOKEN: "spring"}.get), told, other=other)
    box_folder(box, door.port, broker.port)
    state = run(box)
    status = [path.read_bytes() for path in (box / "var").iterdir()]
    said = (tmp_path / "log").read_bytes()
    door.close()
    gate.close()
    lines = {one["name"]: (one["state"], one["last_fault"]) for one in state["connectors"]}
    assert lines["opc-0"] == lines["opc-1"] == lines["press"] == ("up", ""), lines
    assert "wrong_login" in lines["opc-2"][1] and "wrong_login" in lines["other"][1]
    assert set(stored(tmp_path / "lake", columns="point")) >= {"t0", "t1"}, "over HTTPS to the real gate"
    assert len(said) > 10_000 and b"ActivateSession" in said, "the libraries did talk"
    everything = b"\n".join((said, *status, *bodies))
    for secret in secrets_of(box):
        assert secret.encode() not in everything, secret[:12]
        assert secret.encode().hex().encode() not in everything


def run(box: Path) -> dict[str, Any]:
    """Run the box in a process of its own, at its loudest, until its lines are as they will be; its last status."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}
    with (box.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", LOUD, str(box / "edge.toml")], stdout=log, stderr=log, env=environment
        )
        try:
            for _ in range(900):
                time.sleep(0.1)
                state = _status(box)
                if state and state["gate"]["last_success_us"] and all(
                    one["state"] == "up" or "wrong_login" in one["last_fault"] for one in state["connectors"]
                ):  # fmt: skip
                    break
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    return state


def _status(box: Path) -> dict[str, Any]:
    try:
        return orjson.loads((box / "var" / "edge.status.json").read_bytes())
    except (OSError, ValueError):
        return {}


def secrets_of(box: Path) -> list[str]:
    """Every password and token, and each line of the keys."""
    found = [TOKEN, PRESS, WRONG, secure_plant().password()]
    for file in ("opcua.key", "box.key"):
        text = (box / "secrets" / file).read_text()
        found += re.findall(r"^[A-Za-z0-9+/]{40,}", text, re.MULTILINE)
    assert len(found) > 20
    return found
