"""Orders: what the box asks and is told, connections that come and go while it runs, and what it will not do."""

import json
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from edge_house import NOW_US, PACKS, Clock, Gate

from jiqun.core.errors import InputError
from jiqun.core.units import UnitTable
from jiqun.edge.config import ALLOW, OrdersConfig, read_config
from jiqun.edge.ordered import connector_of, keep, kept, pinned, taken
from jiqun.edge.running import Box
from jiqun.factory.readings.box_orders import ConnectionOrder, Orders, orders_told
from jiqun.factory.readings.model import Point, PointKind, Sample

from test_edge_box import configured, run_story, until  # isort: skip

UNITS = UnitTable.load(PACKS / "units.toml")
PRESS = Point("press.force", "works/press#/force", "千牛", PointKind.MEASUREMENT)
OVEN = Point("oven.t", "1/holding/0/u16", "摄氏度", PointKind.MEASUREMENT)


def orders_config(folder: Path, **words: Any) -> OrdersConfig:
    allow = tuple(map(ip_network, ALLOW))
    return replace(OrdersConfig(True, "box-1", allow, 1, folder, folder / "edge.connections.toml"), **words)


def modbus(name: str = "oven", *points: Point, version: int = 1, **options: object) -> ConnectionOrder:
    told = {"address": "127.0.0.1:9", "interval_ms": 100, **options}
    return ConnectionOrder(name, "modbus", told, points or (OVEN,), version)


class Desk:
    """The other side: keeps reports and answers of trials, gives the orders it is told to."""

    def __init__(self, gate: Gate) -> None:
        self.orders = Orders(0)
        self.reports: list[dict[str, Any]] = []
        self.answers: list[tuple[str, dict[str, Any]]] = []
        self.go_on = True
        gate.orders = self.take

    def take(self, path: str, body: bytes) -> tuple[int, bytes]:
        told = json.loads(body)
        if "/trials/" in path:
            self.answers.append((path.rpartition("/")[2], told))
            return 200, json.dumps({"talk": 1, "go_on": self.go_on}).encode()
        self.reports.append(told)
        orders = self.orders
        if orders.connections is not None and told["config_version"] >= orders.config_version:
            orders = replace(orders, connections=None)
        return 200, json.dumps(orders_told(orders)).encode()


@pytest.fixture(autouse=True)
def sealed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiqun.edge.collector.SEAL_S", 0.05)


@pytest.fixture
def gate():
    opened = Gate()
    yield opened
    opened.stop()


def box_at(folder: Path, gate: Gate) -> Box:
    path = configured(folder, gate.address)
    path.write_text(
        path.read_text(encoding="utf-8") + '[orders]\nbox = "box-1"\nevery_s = 1\n', encoding="utf-8"
    )
    return Box(read_config(path, packs=PACKS), units=UNITS)


def test_the_box_reports_itself_and_takes_connections_that_last_over_a_restart(
    tmp_path: Path, gate: Gate
) -> None:
    desk, box = Desk(gate), box_at(tmp_path, gate)

    async def story(box: Box) -> None:
        await until(lambda: desk.reports)
        assert (desk.reports[0]["site"], desk.reports[0]["box"], desk.reports[0]["config_version"]) == (
            "works",
            "box-1",
            0,
        )
        desk.orders = Orders(
            3, (), (modbus(version=3), modbus("in", version=2), modbus("two", OVEN, version=1))
        )
        await until(lambda: desk.reports[-1]["config_version"] == 3)
        told = desk.reports[-1]
        assert [(one["name"], one["ordered"]) for one in told["connectors"]] == [
            ("in", False),
            ("oven", True),
        ]
        assert [(one["name"], one["code"]) for one in told["faults"]] == [
            ("in", "edge.named_twice"), ("two", "edge.named_twice"),
        ], "what the box's own file names is the box's, and a point is read by one connection"  # fmt: skip

    run_story(box, story)
    again = Box(box.config, units=UNITS)
    assert [one.name for one in again.connectors] == ["in", "oven"] and again.ordered.version == 3
    again.buffer.close()


def test_only_the_connection_that_changed_starts_anew_and_nothing_heard_is_lost(
    tmp_path: Path, gate: Gate
) -> None:
    box = box_at(tmp_path, gate)

    async def story(box: Box) -> None:
        await box.obey(Orders(1, (), (modbus(), modbus("other", replace(OVEN, key="o")))))
        first = {one.name: one for one in box.connectors}
        box.collector.add("oven", [Sample("oven.t", 40.0, NOW_US), Sample("o", 1.0, NOW_US)])
        changed = replace(OVEN, unit="秒", scale=2.0)
        await box.obey(Orders(2, (), (modbus("oven", changed), modbus("other", replace(OVEN, key="o")))))
        box.collector.add("oven", [Sample("oven.t", 40.0, NOW_US + 1)])
        second = {one.name: one for one in box.connectors}
        assert (
            first["other"] is second["other"]
            and first["oven"] is not second["oven"]
            and first["in"] is second["in"]
        )
        await box.obey(Orders(3, (), ()))
        assert [one.name for one in box.connectors] == ["in"]
        await until(lambda: sum(one["value"] is not None for one in gate.readings()) == 3)

    box.clock = box.collector.clock = box.gateway.clock = Clock()
    run_story(box, story)
    heard = [(one["key"], one["unit"], one["value"]) for one in gate.readings() if one["value"] is not None]
    assert heard == [("oven.t", "摄氏度", 40.0), ("o", "摄氏度", 1.0), ("oven.t", "秒", 80.0)]


def test_an_older_version_and_an_unreadable_answer_change_nothing(tmp_path: Path, gate: Gate) -> None:
    box = box_at(tmp_path, gate)

    async def story(box: Box) -> None:
        await box.obey(Orders(5, (), (modbus(),)))
        for told in (
            orders_told(Orders(4, (), ())),
            {"talk": 2, "connections": []},
            {"talk": 1, "config_version": 9, "connections": [{"name": "x"}] * 201},
            {"talk": 1, "config_version": 9, "connections": [{"name": "../x", "kind": "modbus"}]},
            {"talk": 1, "config_version": 9, "trials": [{"id": "../../etc", "kind": "browse"}]},
            {"talk": 1, "config_version": 5, "run": "rm -rf /", "trials": [{"id": "t1", "kind": "execute"}]},
            [],
        ):  # fmt: skip
            gate.orders = lambda path, body, told=told: (200, json.dumps(told).encode())
            await box.agent.step()
        assert [one.name for one in box.connectors] == ["in", "oven"] and box.ordered.version == 5
        assert not box.agent.counts["trials"] and "box.bad_talk" in box.agent.last_fault
        gate.orders = lambda path, body: (404, b"")
        assert await box.agent.step() >= 60, "a gate without this door is asked seldom"

    run_story(box, story)


@pytest.mark.parametrize(
    ("address", "sound"),
    [("127.0.0.1:502", True), ("192.168.1.9:502", True), ("[::1]:502", True), ("localhost:502", True), ("8.8.8.8:53", False),
     ("1.1.1.1:80", False), ("plc", False), ("", False), ("host:notaport", False)],
)  # fmt: skip
def test_only_allowed_networks_are_called(tmp_path: Path, address: str, sound: bool) -> None:
    config = orders_config(tmp_path)
    try:
        made = pinned(connector_of(modbus(address=address), config, UNITS), config)
    except (InputError, OSError) as error:
        assert not sound and getattr(error, "code", "box.bad") in (
            "box.bad_connection",
            "box.address_not_allowed",
            "box.bad",
        )
        return
    host = str(made.options["address"]).rpartition(":")[0]
    assert sound and host.strip("[]") not in ("localhost", "plc"), (
        "a name is resolved once, and that address called"
    )


def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [(2, 1, 6, "", ("10.0.0.5", 0)), (2, 1, 6, "", ("93.184.216.34", 0))]
    monkeypatch.setattr("jiqun.edge.ordered.socket.getaddrinfo", lambda *_, **__: told)
    config = orders_config(tmp_path)
    order = ConnectionOrder("x", "opcua", {"address": "opc.tcp://plc.example:4840/a"}, (), 1)
    with pytest.raises(InputError, match=r"box\.address_not_allowed"):
        pinned(connector_of(order, config, UNITS), config)
    monkeypatch.setattr("jiqun.edge.ordered.socket.getaddrinfo", lambda *_, **__: told[:1])
    made = pinned(connector_of(order, config, UNITS), config)
    assert made.options["address"] == "opc.tcp://10.0.0.5:4840/a"
    with pytest.raises(InputError, match=r"box\.bad_connection"):
        pinned(connector_of(replace(order, options={"address": "http://10.0.0.5/"}), config, UNITS), config)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("opcua", {"address": "opc.tcp://10.0.0.1:4840/", "password_file": "/etc/shadow"}),
        ("opcua", {"address": "opc.tcp://10.0.0.1:4840/", "password_file": "../edge.toml"}),
        (
            "opcua",
            {"address": "opc.tcp://10.0.0.1:4840/", "security": "Basic256Sha256,Sign,/etc/passwd,k.pem"},
        ),
        ("opcua", {"address": "opc.tcp://10.0.0.1:4840/", "key_file": "/etc/ssl/private.key"}),
        ("opcua", {"address": "opc.tcp://10.0.0.1:4840/", "trusted": "../.."}),
        ("csv_drop", {"folder": "/home"}),
        ("csv_drop", {"folder": ".."}),
        ("modbus", {"address": "10.0.0.1:502", "command": "reboot"}),
        ("modbus", {}),
        ("modbus", {"address": "10.0.0.1:502", "interval_ms": -5}),
        ("shell", {}),
    ],
)
def test_no_order_names_a_file_or_does_anything_else(
    tmp_path: Path, kind: str, options: dict[str, object]
) -> None:
    with pytest.raises(InputError, match=r"box\.bad_connection"):
        connector_of(ConnectionOrder("x", kind, options, (), 1), orders_config(tmp_path), UNITS)


def test_secrets_and_drop_folders_lie_beside_the_configuration(tmp_path: Path) -> None:
    config = orders_config(tmp_path)
    address = {
        "address": "opc.tcp://10.0.0.1:4840/",
        "password_file": "line.txt",
        "security": "Basic256Sha256-Sign",
        "key_file": "mine.key",
    }
    made = connector_of(ConnectionOrder("x", "opcua", address, (), 1), config, UNITS)
    assert made.options["password_file"] == tmp_path / "secrets" / "line.txt"
    assert made.options["key_file"] == tmp_path / "secrets" / "mine.key"
    assert made.options["certificate_file"] == tmp_path / "secrets" / "opcua.der", "the box's own, by default"
    folder = connector_of(ConnectionOrder("y", "csv_drop", {"folder": "press"}, (), 1), config, UNITS)
    assert folder.options["folder"] == tmp_path / "drop" / "press" and pinned(folder, config) == folder


def test_points_of_orders_are_held_to_the_connector_and_the_units(tmp_path: Path) -> None:
    config = orders_config(tmp_path)
    for point in (replace(OVEN, address="nowhere"), replace(OVEN, unit="furlong")):
        found = taken(Orders(1, (), (modbus("a", point), modbus("b"))), config, (), UNITS)
        assert [one.name for one in found.connectors] == ["b"] and found.faults[
            0
        ].code == "box.bad_connection"


def test_the_file_of_connections_is_read_as_written_and_a_damaged_one_is_set_aside(tmp_path: Path) -> None:
    config = orders_config(tmp_path)
    odd = Point("p", 'n;s="quoted" \\ 锅炉\x7f', "千帕", PointKind.COUNTER, 0.1, 1e-9)
    told = Orders(
        7, (), (ConnectionOrder("压机 2", "http_in", {"port": 9000, "host": "127.0.0.1"}, (odd,), 7),)
    )
    keep(config, told)
    assert kept(config) == replace(
        told, connections=(replace(told.connections[0], points=(replace(odd, address=odd.address[:-1]),)),)
    )  # type: ignore[index]
    config.file.write_text("config_version = [", encoding="utf-8")
    assert kept(config) == Orders(0, (), ()) and config.file.with_suffix(".damaged").exists()
    assert kept(config) == Orders(0, (), ())


def test_a_disk_that_takes_nothing_keeps_the_old_connections(
    tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, desk = box_at(tmp_path, gate), Desk(gate)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def story(box: Box) -> None:
        monkeypatch.setattr("jiqun.edge.running.keep", full)
        desk.orders = Orders(1, (), (modbus(),))
        await until(lambda: "No space" in box.agent.last_fault)
        assert [one.name for one in box.connectors] == ["in"] and box.ordered.version == 0

    run_story(box, story)


def test_orders_can_be_turned_off_and_their_configuration_is_judged(tmp_path: Path, gate: Gate) -> None:
    path = configured(tmp_path, gate.address)
    assert read_config(path, packs=PACKS).orders.on and read_config(path, packs=PACKS).orders.box
    text = path.read_text(encoding="utf-8").replace(
        "[buffer]", "orders = false\n[orders]\nallow = ['10.1.0.0/16']\n[buffer]"
    )
    path.write_text(text, encoding="utf-8")
    found = read_config(path, packs=PACKS).orders
    assert not found.on and found.allow == (ip_network("10.1.0.0/16"),)
    path.write_text(text.replace("10.1.0.0/16", "everywhere"), encoding="utf-8")
    with pytest.raises(InputError, match=r"edge\.config_refused"):
        read_config(path, packs=PACKS)


def test_a_report_of_a_box_that_never_reached_its_gate_still_fits_the_contract(tmp_path: Path) -> None:
    from jiqun.factory.readings.box_orders import read_report

    config = read_config(configured(tmp_path, "http://127.0.0.1:9/x"), packs=PACKS)
    box = Box(config, units=UNITS, clock=Clock())
    box.collector.refuse("in", "malformed", "x", "y")
    state = read_report(box.agent.told())
    assert (
        state.counts["malformed"] == 1
        and state.buffer.most_bytes == 512_000_000
        and state.buffer.oldest_us is None
    )
    assert box.status()["orders"]["config_version"] == 0  # type: ignore[index]
    box.buffer.close()
