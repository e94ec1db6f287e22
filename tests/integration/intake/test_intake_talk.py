"""The talk of boxes behind a broker: bounded, apart from batches, long answers packed, nothing kept there."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from broker_house import Mosquitto
from gate_house import Box, Ledger, body, desk_of, gate_at
from paho.mqtt.enums import CallbackAPIVersion

from jiqun.core.errors import InputError
from jiqun.edge.config import GateConfig, read_config
from jiqun.edge.line import Refused
from jiqun.edge.lines import BrokerTalk, line_to, talk_to
from jiqun.factory.readings.contract import topic_of
from jiqun.intake import broker_talk
from jiqun.intake.broker_talk import is_talk, packed, talk_topic
from jiqun.intake.mqtt import Broker, Share, Worker

pytestmark = pytest.mark.broker
PACKS = Path(__file__).resolve().parents[3] / "packs"


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    opened = Mosquitto(tmp_path_factory.mktemp("broker"), "message_size_limit 0")
    yield opened
    opened.stop()


class Answering:
    """The other side: answers what it is told to, and holds back while `held` is set."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.held = threading.Event()
        self.given: Callable[[str], Mapping[str, object]] = lambda path: {"talk": 1, "path": path}
        self.status = 200

    def __call__(
        self, site: str, path: str, headers: Mapping[str, str], asked: bytes
    ) -> tuple[int, Mapping[str, object]]:
        self.asked.append((site, path, asked))
        while self.held.is_set():
            time.sleep(0.01)
        if asked == b"break":
            raise RuntimeError("the ledger is away")
        return self.status, self.given(path)


@pytest.fixture
def side() -> Answering:
    return Answering()


@pytest.fixture
def worker(tmp_path: Path, mosquitto: Mosquitto, side: Answering) -> Iterator[Worker]:
    gate, stop = gate_at(tmp_path, Ledger("spring", "dye"), writer=tmp_path.name[-20:]), threading.Event()
    made = Worker(desk_of(gate), Broker("127.0.0.1", mosquitto.port, first_wait_s=0.05), Share(), talk=side)
    thread = threading.Thread(target=made.run, args=(stop,), daemon=True)
    thread.start()
    until(lambda: made.state == "up")
    yield made
    side.held.clear()
    stop.set()
    thread.join(10)
    gate.close()


def until(true: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def talk(mosquitto: Mosquitto, site: str = "spring", timeout_s: int = 5) -> Any:
    return talk_to(site, GateConfig(mosquitto.address, None, None, timeout_s), Counter())


def test_each_box_of_a_site_gets_its_own_answers(
    worker: Worker, side: Answering, mosquitto: Mosquitto
) -> None:
    side.given = lambda path: {"talk": 1, "go_on": path.endswith("t1")}
    lines = [talk(mosquitto) for _ in range(3)]
    told = [json.loads(line.ask(b"%d" % n, trial=f"t{n}" if n else "")) for n, line in enumerate(lines)]
    assert [one["go_on"] for one in told] == [False, True, False]
    assert [(site, path) for site, path, _ in side.asked] == [
        ("spring", "/api/box"), ("spring", "/api/box/trials/t1"), ("spring", "/api/box/trials/t2"),
    ]  # fmt: skip
    for line in lines:
        assert json.loads(line.ask(b"again"))["status"] == 200, "none pushed another out of the broker"
        line.close()
    assert worker.counts["talks"] == 6 and worker.counts["messages"] == 0


def test_a_long_answer_is_packed_and_too_long_a_one_refused(
    worker: Worker, side: Answering, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, rows = talk(mosquitto), [{"key": f"p{n}", "address": "x" * 40} for n in range(20_000)]
    side.given = lambda _: {"talk": 1, "rows": rows}
    assert json.loads(line.ask(b"?"))["rows"] == rows and len(packed({"rows": rows})) < 400_000
    monkeypatch.setattr(broker_talk, "MOST_ANSWER", 100)
    with pytest.raises(Refused) as said:
        line.ask(b"?")
    assert said.value.status == 413
    line.close()


def test_refusals_and_faults_of_the_other_side(worker: Worker, side: Answering, mosquitto: Mosquitto) -> None:
    line = talk(mosquitto, timeout_s=1)
    side.status = 404
    with pytest.raises(Refused) as said:
        line.ask(b"?")
    assert said.value.status == 404
    side.status = 200
    with pytest.raises(TimeoutError):
        line.ask(b"break")
    assert worker.counts["talk_faults"] == 1 and "ledger is away" in str(worker.status()["talk_fault"])
    assert json.loads(line.ask(b"?"))["talk"] == 1, "the next is answered"
    line.close()


def test_what_waits_is_bounded_and_batches_do_not_wait_for_it(
    worker: Worker, side: Answering, mosquitto: Mosquitto
) -> None:
    side.held.set()
    flood = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    flood.connect("127.0.0.1", mosquitto.port)
    flood.loop_start()
    for _ in range(40):
        flood.publish(topic_of("spring", "box"), b"flood", qos=1).wait_for_publish(5)
    until(lambda: worker.counts["talk_dropped"] >= 32)
    sender = line_to("spring", GateConfig(mosquitto.address, None, None, 5), Counter())
    batch = Box("talk-box").batch([1.0])
    assert sender.post(body("spring", batch)).acknowledged == {batch["id"]}
    flood.publish("jiqun/v1/../box", b"x", qos=1).wait_for_publish(5)
    until(lambda: worker.counts["talk_dropped"] >= 33)
    side.held.clear()
    until(lambda: not worker.talks._of_site)  # type: ignore[union-attr]
    assert len(side.asked) <= 8, "and what names no topic to answer on is not even asked"
    sender.close()
    flood.disconnect()
    flood.loop_stop()


def test_questions_do_not_wait_at_the_broker_for_a_worker_that_comes_later(
    mosquitto: Mosquitto, side: Answering, tmp_path: Path
) -> None:
    line = talk(mosquitto, "dye", timeout_s=1)
    with pytest.raises(OSError, match=r"nobody behind the broker|no answer of the gate"):
        line.ask(b"early")
    gate, stop = gate_at(tmp_path, Ledger("dye"), writer="later"), threading.Event()
    made = Worker(
        desk_of(gate),
        Broker("127.0.0.1", mosquitto.port, first_wait_s=0.05),
        Share(sites=("dye",)),
        talk=side,
    )
    thread = threading.Thread(target=made.run, args=(stop,), daemon=True)
    thread.start()
    until(lambda: made.state == "up")
    assert json.loads(line.ask(b"now"))["talk"] == 1 and [asked for *_, asked in side.asked] == [b"now"]
    line.close()
    stop.set()
    thread.join(10)
    gate.close()


@pytest.mark.parametrize("answer", [b"", b"[]", b"nonsense", b"\x1f\x8bnonsense", b"7"])
def test_an_answer_that_is_none(answer: bytes) -> None:
    line = BrokerTalk("spring", GateConfig("mqtt://127.0.0.1:9", None, None, 1), Counter(), "talk")
    with pytest.raises(InputError, match=r"edge\.bad_answer"):
        line.call._told(answer)


@pytest.mark.parametrize(
    ("gate", "on"),
    [
        ('address = "mqtt://box:1883"', False),
        ('address = "mqtt://box:1883"\norders = true', True),
        ('address = "mqtts://box"\ntoken_file = "token"', True),
        ('address = "mqtts://box"\ntoken_file = "token"\norders = false', False),
        ('address = "http://box/api/readings"', True),
    ],
)
def test_a_broker_that_takes_anybody_gives_no_orders_unless_told_so(
    tmp_path: Path, gate: str, on: bool
) -> None:
    (tmp_path / "edge.toml").write_text(f'site = "spring"\n[gate]\n{gate}\n[buffer]\npath = "e.sqlite3"\n')
    assert read_config(tmp_path / "edge.toml", packs=PACKS).orders.on is on


def test_topics() -> None:
    assert talk_topic(topic_of("+")) == "jiqun/v1/+/box/#"
    assert is_talk(topic_of("spring", "box")) and is_talk(topic_of("spring", "box/trials/x"))
    assert not is_talk(topic_of("spring")) and not is_talk("x")
