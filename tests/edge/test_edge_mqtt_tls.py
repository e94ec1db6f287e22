"""MQTT connectors over TLS against a real Mosquitto: readings, names resolved before, refusals in words."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from broker_house import Mosquitto, free_port
from edge_house import LIMITS, PACKS
from paho.mqtt import publish
from secure_house import authority_file, issued

from jiqun.core.errors import InputError
from jiqun.core.units import UnitTable
from jiqun.edge.clocks import BoxClock
from jiqun.edge.config import ConnectorConfig, OrdersConfig
from jiqun.edge.connection import secret
from jiqun.edge.listening import watched
from jiqun.edge.ordered import connector_of, pinned
from jiqun.factory.readings.box_orders import ConnectionOrder
from jiqun.factory.readings.line_faults import LineFault, fault_of
from jiqun.factory.readings.model import Point, PointKind

pytestmark = pytest.mark.broker
UNITS = UnitTable.load(PACKS / "units.toml")
FORCE = Point("force", "works/press/state#/force", "牛", PointKind.MEASUREMENT)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """Two doors: one with passwords, one (the port above) that asks for certificates."""
    folder = tmp_path_factory.mktemp("broker")
    passwords = folder / "passwords"
    passwords.write_text("box:press-secret\nmachine:machine-secret\n")
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
    certificate, key = issued("broker", "localhost")
    tls = [f"cafile {authority_file()}", f"certfile {certificate}", f"keyfile {key}"]
    opened = Mosquitto(
        folder, *tls, f"password_file {passwords}", "allow_anonymous false", f"listener {(second := free_port())} 127.0.0.1",
        *tls, "require_certificate true", "use_identity_as_username true", keeps=False,
    )  # fmt: skip
    opened.second = second  # type: ignore[attr-defined]
    yield opened
    opened.stop()


def ordered(folder: Path, port: int, host: str = "localhost", **words: Any) -> ConnectorConfig:
    """A connector as the page orders it, its host resolved as before each session."""
    secrets = folder / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "password").write_text("press-secret")
    shutil.copy(authority_file(), secrets / "ca.pem")
    told = {"address": f"{host}:{port}", "client": "box-1", "security": "tls", "ca_file": "ca.pem"} | words
    allow = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    config = OrdersConfig(True, "box-1", allow, 1, folder, folder / "edge.connections.toml")
    return pinned(
        connector_of(ConnectionOrder("press", "mqtt_json", told, (FORCE,), 1), config, UNITS), config
    )


def heard(made: ConnectorConfig, port: int) -> float:
    """What the connector hears of a machine that publishes over TLS too."""

    def say() -> None:
        login = {"username": "machine", "password": "machine-secret"}
        tls = {"ca_certs": str(authority_file())}
        publish.single(
            "works/press/state", json.dumps({"force": 12.5}), qos=1, hostname="localhost", port=port, auth=login, tls=tls,
            protocol=paho.MQTTv311,
        )  # type: ignore[arg-type]  # fmt: skip

    async def listen() -> float:
        turns = watched(made, LIMITS, UNITS, BoxClock())
        try:
            await anext(turns)
            await asyncio.to_thread(say)
            async for seen in turns:
                if seen[0].quality == "good":
                    return float(seen[0].value)  # type: ignore[arg-type]
        finally:
            await turns.aclose()
        raise AssertionError("it ended")

    return asyncio.run(asyncio.wait_for(listen(), 10))


def refused(made: ConnectorConfig) -> str:
    async def listen() -> None:
        async for _ in watched(made, LIMITS, UNITS, BoxClock()):
            pass

    with pytest.raises((OSError, ValueError)) as said:
        asyncio.run(asyncio.wait_for(listen(), 10))
    assert "press-secret" not in str(said.value) and "wrong-word" not in str(said.value)
    return fault_of(f"{type(said.value).__name__}: {said.value}")


def test_a_name_resolved_before_is_still_the_name_the_certificate_must_have(
    broker: Mosquitto, tmp_path: Path
) -> None:
    made = ordered(tmp_path, broker.port, user="box", password_file="password")
    assert (
        made.options["address"] in (f"127.0.0.1:{broker.port}", f"[::1]:{broker.port}")
        and made.host == "localhost"
    )
    assert heard(made, broker.port) == 12.5


def test_a_certificate_stands_for_a_user_and_every_refusal_has_its_word(
    broker: Mosquitto, tmp_path: Path
) -> None:
    second, secrets = broker.second, tmp_path / "secrets"  # type: ignore[attr-defined]
    ordered(tmp_path, 1)
    (secrets / "wrong").write_text("wrong-word")
    for name, of in (("box", issued("box")), ("other", issued("box", by="another ca"))):
        shutil.copy(of[0], secrets / f"{name}.pem")
        shutil.copy(of[1], secrets / f"{name}.key")
    shutil.copy(authority_file("another ca"), secrets / "other-ca.pem")
    shown = {"certificate_file": "box.pem", "key_file": "box.key"}
    other = {"certificate_file": "other.pem", "key_file": "other.key"}
    login = {"user": "box", "password_file": "wrong"}

    async def up() -> None:
        turns = watched(ordered(tmp_path, second, **shown), LIMITS, UNITS, BoxClock())
        assert (await anext(turns))[0].note == "nothing_yet"
        await turns.aclose()

    asyncio.run(up())
    told = {
        "wrong password": refused(ordered(tmp_path, broker.port, **login)),
        "no login": refused(ordered(tmp_path, broker.port)),
        "authority unknown": refused(ordered(tmp_path, broker.port, ca_file="other-ca.pem")),
        "authority of the system": refused(ordered(tmp_path, broker.port, ca_file="")),
        "other name": refused(ordered(tmp_path, broker.port, host="127.0.0.1")),
        "no certificate": refused(ordered(tmp_path, second)),
        "client of another authority": refused(ordered(tmp_path, second, **other)),
        "no such file": refused(ordered(tmp_path, second, ca_file="nowhere.pem")),
        "key of another": refused(ordered(tmp_path, second, **(shown | {"key_file": "other.key"}))),
    }
    assert told == {
        "wrong password": "wrong_login", "no login": "needs_login", "authority unknown": "server_unknown",
        "authority of the system": "server_unknown", "other name": "name_mismatch", "no certificate": "needs_certificate",
        "client of another authority": "not_trusted_there", "no such file": "no_file", "key of another": "bad_pem",
    }  # fmt: skip


def test_no_address_holds_a_password_and_no_key_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as said:
        ordered(tmp_path, 1883, host="box:s3cret@broker")
    assert said.value.code == "box.bad_connection" and "s3cret" not in str(said.value.facts)
    shutil.copy(issued("box")[1], tmp_path / "secrets" / "box.key")
    with pytest.raises(LineFault) as fault:
        secret(ordered(tmp_path, 1883, password_file="box.key"), "password_file")
    assert fault.value.word == "bad_options" and "BEGIN" not in str(fault.value)
