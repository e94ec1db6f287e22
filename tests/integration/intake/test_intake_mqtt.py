"""Workers behind a real Mosquitto: acknowledged only when durable, again is a duplicate, garbage goes aside."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from broker_house import Mosquitto, free_port
from gate_house import Box, Ledger, body, certificates, desk_of, gate_at, stored
from paho.mqtt.enums import CallbackAPIVersion

from jiqun.core.errors import SourceDown
from jiqun.edge.config import GateConfig
from jiqun.edge.line import Refused
from jiqun.edge.lines import line_to
from jiqun.factory.readings.contract import topic_of
from jiqun.intake.mqtt import Broker, Share, Worker

pytestmark = pytest.mark.broker
ALL = Share()


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    opened = Mosquitto(tmp_path_factory.mktemp("broker"), "message_size_limit 0")
    yield opened
    opened.stop()


class Worked:
    """One worker at work in a thread."""

    def __init__(
        self,
        root: Path,
        port: int,
        share: Share = ALL,
        *,
        writer: str = "mqtt-1",
        broker: Broker | None = None,
    ) -> None:
        self.ledger = Ledger("spring", "dye")
        self.gate = gate_at(root, self.ledger, writer=writer)
        broker = broker or Broker("127.0.0.1", port, first_wait_s=0.05)
        self.worker = Worker(desk_of(self.gate), broker, share, sites=lambda: tuple(self.ledger.known))
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.worker.run, args=(self.stop,), daemon=True)
        self.thread.start()
        until(lambda: self.worker.state == "up")

    def close(self) -> None:
        self.stop.set()
        self.thread.join(10)
        self.gate.close()


def until(true: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


class Publisher:
    """Somebody who publishes and counts the broker's acknowledgements."""

    def __init__(self, port: int) -> None:
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def put(self, content: bytes, site: str = "spring") -> None:
        self.client.publish(topic_of(site), content, qos=1).wait_for_publish(10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def publisher(mosquitto: Mosquitto) -> Iterator[Publisher]:
    opened = Publisher(mosquitto.port)
    yield opened
    opened.close()


@pytest.fixture
def worked(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Worked]:
    opened = Worked(tmp_path, mosquitto.port)
    yield opened
    opened.close()


def line(mosquitto: Mosquitto, site: str = "spring", timeout_s: int = 5) -> tuple[Any, Any]:
    from collections import Counter

    counts: Counter[str] = Counter()
    return line_to(site, GateConfig(mosquitto.address, None, None, timeout_s), counts), counts


def test_batches_published_are_durable_and_delivered_again_are_duplicates(
    worked: Worked, publisher: Publisher, tmp_path: Path
) -> None:
    box = Box()
    batches = [box.batch([float(n)]) for n in range(30)]
    for one in [*batches, *reversed(batches)]:
        publisher.put(body("spring", one))
    until(lambda: worked.worker.counts["acknowledged"] >= 60)
    assert stored(tmp_path, writers=["mqtt-1"]) == [float(n) for n in range(30)]
    assert worked.gate.status()["sites"]["spring"]["duplicates"] == 30


def test_what_is_no_batch_is_quarantined_and_does_not_come_back(
    worked: Worked, publisher: Publisher, tmp_path: Path
) -> None:
    good = Box().batch([1.0])
    odd = [
        b"garbage", b"\xff\xfe" + b"\0" * 10, gzip.compress(b'{"contract": 9}'), body("dye", Box().batch()), b"x" * 10_000_000,  # noqa: E501
        gzip.compress(b" " * 30_000_000), b"",
    ]  # fmt: skip
    for one in [*odd, body("spring", good)]:
        publisher.put(one)
    until(lambda: worked.worker.counts["acknowledged"] >= len(odd) + 1)
    assert stored(tmp_path, writers=["mqtt-1"]) == [1.0]
    held = stored(tmp_path, "held_readings", "code, seen")
    assert sorted(code for code, _ in held) == sorted(
        ["edge.bad_request"] * 4 + ["intake.other_site"] + ["intake.too_large"] * 2
    )
    assert all(len(seen) <= 200 for _, seen in held)
    assert worked.worker.counts["intake.other_site"] == 1 and worked.worker.state == "up"


def test_a_site_nobody_knows_is_counted_and_takes_nothing_down(
    worked: Worked, publisher: Publisher, tmp_path: Path
) -> None:
    for site in ("nobody", "..", "spring x"):
        publisher.put(body(site, Box().batch()), site)
    publisher.put(body("spring", Box().batch([2.0])))
    until(lambda: worked.worker.counts["acknowledged"] >= 4)
    assert worked.worker.counts["factory.unknown"] == 3 and stored(tmp_path, writers=["mqtt-1"]) == [2.0]


def test_what_cannot_be_taken_now_is_not_acknowledged_and_is_tried_again(
    worked: Worked, publisher: Publisher, tmp_path: Path
) -> None:
    write, failed = worked.gate._spool.write, []

    def full(taken: Any) -> Any:
        failed.append(len(taken))
        if len(failed) < 4:
            raise OSError(28, "No space left on device")
        return write(taken)

    worked.gate._spool.write = full  # type: ignore[method-assign]
    publisher.put(body("spring", Box().batch([1.0])))
    until(lambda: worked.worker.counts["acknowledged"] >= 1)
    assert len(failed) >= 4 and worked.worker.counts["intake.disk_full"] == 3
    assert stored(tmp_path, writers=["mqtt-1"]) == [1.0]


def test_a_message_we_stumble_over_keeps_nobody_elses_waiting_and_is_not_lost(
    tmp_path: Path, mosquitto: Mosquitto, publisher: Publisher
) -> None:
    first = Worked(tmp_path, mosquitto.port, writer="stumbles")
    submit = first.worker.desk.gate.submit

    def stumbling(site: str, batches: Any) -> Any:
        assert "defect" not in str(batches), "a defect of ours"
        return submit(site, batches)

    first.gate.submit = stumbling  # type: ignore[method-assign]
    box = Box()
    publisher.put(body("spring", box.batch([1.0], key="defect.point")))
    for n in (2.0, 3.0):
        publisher.put(body("spring", box.batch([n])))
    until(lambda: first.worker.counts["acknowledged"] >= 2)
    assert first.worker.counts["defects"] == 1 and not first.worker.counts["sessions_lost"]
    assert first.worker.last_fault.startswith("AssertionError") and first.worker.state == "up"
    first.close()
    mended = Worked(tmp_path, mosquitto.port, writer="stumbles")
    until(lambda: mended.worker.counts["acknowledged"] >= 1)
    mended.close()
    assert sorted(stored(tmp_path, writers=["stumbles"])) == [1.0, 2.0, 3.0]


def test_a_worker_that_died_finds_what_came_meanwhile(
    tmp_path: Path, mosquitto: Mosquitto, publisher: Publisher
) -> None:
    first = Worked(tmp_path, mosquitto.port, writer="late")
    box = Box()
    publisher.put(body("spring", box.batch([1.0])))
    until(lambda: first.worker.counts["acknowledged"])
    first.close()
    for n in range(2, 9):
        publisher.put(body("spring", box.batch([float(n)])))
    again = Worked(tmp_path, mosquitto.port, writer="late")
    until(lambda: again.worker.counts["acknowledged"] >= 7)
    again.close()
    assert stored(tmp_path, writers=["late"]) == [float(n) for n in range(1, 9)]


def test_two_workers_share_the_sites(tmp_path: Path, mosquitto: Mosquitto, publisher: Publisher) -> None:
    shares = [Share(1, 2), Share(2, 2)]
    owner = {site: next(s.k for s in shares if s.has(site)) for site in ("spring", "dye")}
    assert Share(sites=("dye",)).topics(tuple) == [topic_of("dye")] and Share().topics(tuple) == [
        "jiqun/v1/+/batches"
    ]
    listed = [Share(sites=("spring",)), Share(sites=("dye",))]
    both = [Worked(tmp_path, mosquitto.port, share, writer=f"w{n}") for n, share in enumerate(listed)]
    time.sleep(0.2)
    for n in range(10):
        for site in ("spring", "dye"):
            publisher.put(body(site, Box(site + str(n)).batch([float(n)])), site)
    until(lambda: sum(one.worker.counts["acknowledged"] for one in both) >= 20)
    assert [one.worker.counts["messages"] for one in both] == [10, 10]
    for one in both:
        one.close()
    assert len(stored(tmp_path, writers=["w0", "w1"])) == 20
    assert set(owner.values()) <= {1, 2} and sum(s.has("spring") for s in shares) == 1


def test_a_box_keeps_a_batch_until_the_gate_itself_has_answered(mosquitto: Mosquitto, tmp_path: Path) -> None:
    sender, counts = line(mosquitto, timeout_s=1)
    one = Box().batch([1.0])
    with pytest.raises(OSError, match="no answer"):
        sender.post(body("spring", one))
    assert counts["at_broker"] == 1, "the broker has it, and that is not enough"
    worked = Worked(tmp_path, mosquitto.port, writer="answering")
    answer = sender.post(body("spring", one))
    assert answer.acknowledged == {one["id"]} and not answer.refused
    bad = Box().batch([1.0], readings={})
    assert sender.post(body("spring", bad)).refused == {bad["id"]: "readings.uneven_columns"}
    with pytest.raises(Refused) as said:
        sender.post(body("dye", one))
    assert said.value.status == 403
    with pytest.raises(Refused) as said:
        line(mosquitto, "nobody")[0].post(body("nobody", one))
    assert said.value.status == 404
    sender.close()
    worked.close()
    assert stored(tmp_path, writers=["answering"]) == [1.0]


def test_a_broker_that_was_killed_costs_the_box_nothing(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker")
    worked = Worked(tmp_path / "lake", broker.port)
    sender, _ = line(broker, timeout_s=2)
    box, acknowledged = Box(), set()
    for n in range(6):
        one = box.batch([float(n)])
        if n % 2:
            broker.restart(kill=n != 3)
        for _ in range(50):
            try:
                acknowledged |= sender.post(body("spring", one)).acknowledged
                break
            except (OSError, Refused):
                time.sleep(0.05)
    sender.close()
    worked.close()
    broker.stop()
    assert len(acknowledged) == 6 and stored(tmp_path / "lake", writers=["mqtt-1"]) == [
        float(n) for n in range(6)
    ]
    assert worked.worker.counts["sessions_lost"] >= 3


def test_a_broker_away_or_refusing_is_told_and_tried_again(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker", "allow_anonymous false")
    gate = gate_at(tmp_path / "lake", Ledger("spring"))
    worker = Worker(desk_of(gate), Broker("127.0.0.1", broker.port, first_wait_s=0.05), Share())
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    until(lambda: "refused by the broker" in worker.last_fault)
    sender, _ = line(broker, timeout_s=2)
    with pytest.raises(ConnectionError, match="refused by the broker"):
        sender.post(b"")
    broker.stop()
    until(lambda: "refused" in worker.last_fault and worker.counts["sessions_lost"] >= 2)
    stop.set()
    thread.join(5)
    gate.close()
    with pytest.raises(SourceDown):
        gate.submit("spring", [])
    assert json.dumps(worker.status())


def test_over_tls_the_broker_shows_a_certificate_that_is_looked_at(tmp_path: Path) -> None:
    certificates(tmp_path)
    port = free_port()
    broker = Mosquitto(
        tmp_path / "broker", f"listener {port} localhost", f"certfile {tmp_path}/server.pem",
        f"keyfile {tmp_path}/server.key",
    )  # fmt: skip
    trusting = Broker("localhost", port, ca_file=tmp_path / "ca.pem", tls=True, first_wait_s=0.05)
    worked = Worked(tmp_path / "lake", port, broker=trusting)
    publisher, box = Publisher(broker.port), Box()
    for n in range(5):
        publisher.put(body("spring", box.batch([float(n)] * 5_000)))
    until(lambda: worked.worker.counts["acknowledged"] >= 5)
    publisher.close()
    worked.close()
    assert len(stored(tmp_path / "lake", writers=["mqtt-1"])) == 25_000
    wary = Broker("localhost", port, ca_file=tmp_path / "other.pem", tls=True, first_wait_s=0.05)
    worker, stop = Worker(worked.worker.desk, wary, Share()), threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    until(lambda: "certificate verify failed" in worker.last_fault.lower())
    stop.set()
    thread.join(5)
    broker.stop()
