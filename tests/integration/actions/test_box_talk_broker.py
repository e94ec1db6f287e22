"""The five steps for a box behind a broker that knows its users: a real Mosquitto, worker, box and machine."""

import asyncio
import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from action_world import World
from broker_house import Mosquitto
from connect_house import OWNER, furnished
from gate_house import Ledger, desk_of, gate_at, stored
from paho.mqtt.enums import CallbackAPIVersion

from jiqun import settings
from jiqun.actions import connecting as acts
from jiqun.actions.connect_points import ChosenPoint
from jiqun.actions.connecting import Place
from jiqun.core.units import UnitTable
from jiqun.edge.config import read_config
from jiqun.edge.running import Box
from jiqun.intake.box_routes import answer
from jiqun.intake.mqtt import Broker, Share, Worker
from jiqun.ledger import boxes, connections

pytestmark = pytest.mark.broker
ACL = """pattern write jiqun/v1/%u/batches
pattern write jiqun/v1/%u/box/#
pattern read  jiqun/v1/%u/answers
user intake
topic read  jiqun/v1/+/batches
topic read  jiqun/v1/+/box/#
topic write jiqun/v1/+/answers
"""
TOKEN = "the-token-of-spring"
FORCE = ChosenPoint("press.force", "works/press1#/force", "千牛", name="压力")


class Pump:
    """Answers questions in the thread of the test, whose database it is."""

    def __init__(self) -> None:
        self.asked: queue.Queue[tuple[Future[Any], tuple[Any, ...]]] = queue.Queue()
        self.bodies: list[bytes] = []
        self.told: list[str] = []

    def answer(self, *question: Any) -> tuple[int, dict[str, object]]:
        told: Future[Any] = Future()
        self.asked.put((told, question))
        return told.result(20)

    def until(self, true: Callable[[], object], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it never came"
            try:
                told, (site, path, headers, body) = self.asked.get(timeout=0.02)
            except queue.Empty:
                continue
            given = answer("POST", path, headers, body, site=site, at=datetime.now(UTC))
            self.bodies.append(body)
            self.told.append(json.dumps(given))
            told.set_result(given)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that knows its users, with the acl of the documentation."""
    folder = tmp_path / "broker"
    folder.mkdir()
    (folder / "acl").write_text(ACL)
    (folder / "acl").chmod(0o700)
    (folder / "passwords").touch(mode=0o700)
    for user, word in (("spring", TOKEN), ("intake", "worker"), ("dye", "other")):
        subprocess.run(
            ["mosquitto_passwd", "-b", str(folder / "passwords"), user, word], check=True, capture_output=True
        )
    opened = Mosquitto(folder, f"password_file {folder}/passwords", f"acl_file {folder}/acl", anonymous=False)
    yield opened
    opened.stop()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Mosquitto]:
    """A press that says its force twice a second, on a broker of its own."""
    opened, stop = Mosquitto(tmp_path / "machine", keeps=False), threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", opened.port)
    client.loop_start()

    def press() -> None:
        for n in range(10_000):
            client.publish("works/press1", json.dumps({"force": 100.0 + n % 7}), qos=1)
            if stop.wait(0.2):
                return

    thread = threading.Thread(target=press, daemon=True)
    thread.start()
    yield opened
    stop.set()
    thread.join(5)
    client.disconnect()
    client.loop_stop()
    opened.stop()


@contextmanager
def running(box: Box) -> Iterator[None]:
    """The box at work in a thread."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(box.run(stop)), daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()


@contextmanager
def worker(root: Path, port: int, pump: Pump) -> Iterator[Worker]:
    gate, stop = (
        gate_at(root, Ledger("spring", "dye"), clock=lambda: time.time_ns() // 1000, writer="mqtt-1"),
        threading.Event(),
    )  # type: ignore[arg-type]
    made = Worker(
        desk_of(gate),
        Broker("127.0.0.1", port, "intake", "worker", first_wait_s=0.05),
        Share(),
        talk=pump.answer,
    )
    thread = threading.Thread(target=made.run, args=(stop,), daemon=True)
    thread.start()
    yield made
    stop.set()
    pump.until(lambda: not thread.is_alive())
    gate.close()


def box_at(folder: Path, port: int) -> Box:
    folder.mkdir()
    (folder / "token").write_text(TOKEN + "\n")
    (folder / "edge.toml").write_text(
        f'site = "spring"\n[gate]\naddress = "mqtt://127.0.0.1:{port}"\ntoken_file = "token"\ntimeout_s = 5\n'
        '[buffer]\npath = "edge.sqlite3"\ndurability = "process_kill"\n[orders]\nbox = "far-box"\nevery_s = 1\n',
        encoding="utf-8",
    )
    units = UnitTable.load(settings.PACKS_DIR / "units.toml")
    return Box(read_config(folder / "edge.toml", packs=settings.PACKS_DIR), units=units)


def test_a_box_behind_a_broker_is_connected_in_five_steps(
    world: World, broker: Mosquitto, machine: Mosquitto, tmp_path: Path
) -> None:
    made, pump, now = furnished(world), Pump(), lambda: datetime.now(UTC)
    with (
        worker(tmp_path / "lake", broker.port, pump) as taking,
        running(box_at(tmp_path / "box", broker.port)),
    ):
        pump.until(lambda: boxes.reports("spring"))
        assert [one.box for one in boxes.reports("spring")] == ["far-box"]
        draft = acts.begin(made.desk, "spring", Place("far-box", "furnace"), by=OWNER, at=now()).id
        acts.protocol(made.desk, "spring", draft, "mqtt_json", by=OWNER)
        told = {"address": f"127.0.0.1:{machine.port}"}
        acts.look(made.desk, "spring", draft, told, by=OWNER, at=now())
        pump.until(lambda: getattr(boxes.latest_trial("spring", draft, "browse"), "seen", None))
        (row,) = boxes.latest_trial("spring", draft, "browse").seen  # type: ignore[union-attr]
        assert row["address"] == FORCE.address and row["value"] >= 100.0
        acts.choose(made.desk, "spring", draft, [FORCE], by=OWNER, at=now())
        pump.until(
            lambda: (
                len(
                    (getattr(boxes.latest_trial("spring", draft, "watch"), "trail", None) or {}).get(
                        "press.force", ()
                    )
                )
                >= 3
            )
        )
        acts.save(made.desk, "spring", draft, "压机", by=OWNER, at=now())
        pump.until(lambda: boxes.reports("spring")[0].state["config_version"] == 1)
        pump.until(
            lambda: (
                [
                    one["name"]
                    for one in boxes.reports("spring")[0].state["connectors"]
                    if one["state"] == "up"
                ]
                == ["压机"]
            )
        )
        pump.until(lambda: taking.counts["acknowledged"] >= 2)
        assert connections.get("spring", "压机").box == "far-box"
        assert not [one for one in pump.told if TOKEN in one] and not [
            one for one in pump.bodies if TOKEN.encode() in one
        ]
    assert stored(tmp_path / "lake", writers=["mqtt-1"])[0] >= 100.0, "and its readings go the same way"


def connected(port: int, user: str, word: str) -> paho.Client:
    """A client of the broker."""
    made = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    made.username_pw_set(user, word)
    made.connect("127.0.0.1", port)
    made.loop_start()
    while not made.is_connected():
        time.sleep(0.01)
    return made


def test_a_site_asks_under_its_own_name_only(broker: Mosquitto) -> None:
    heard, told, subscribed = list[str](), list[str](), threading.Event()
    intake = connected(broker.port, "intake", "worker")
    intake.on_message = lambda _c, _d, message: heard.append(message.topic)
    intake.on_subscribe = lambda *_: subscribed.set()
    intake.subscribe("jiqun/v1/+/box/#")
    assert subscribed.wait(5)
    for what in ("spring/box", "spring/box/trials/x", "spring/answers", "dye/answers", "dye/box"):
        other = connected(broker.port, "dye", "other")  # this broker hangs up on who was refused
        came = threading.Event()
        other.on_publish = lambda _c, _d, _mid, code, _p, came=came: (told.append(str(code)), came.set())
        other.publish(f"jiqun/v1/{what}", b"{}", qos=1)
        assert came.wait(5)
        other.disconnect()
        other.loop_stop()
    end = time.monotonic() + 5
    while not heard and time.monotonic() < end:
        time.sleep(0.01)
    intake.disconnect()
    intake.loop_stop()
    assert told == ["Not authorized"] * 4 + ["Success"] and heard == ["jiqun/v1/dye/box"]
