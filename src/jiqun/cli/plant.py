"""模拟工厂命令: `jiqun plant start spring|dye --port …`, `jiqun plant fault spring "jam coiling" --port …`."""

import importlib
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import Any

from jiqun.cli.output import say

PORTS = {"spring": 4840, "dye": 1883}


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `plant`."""
    tree = commands.add_parser(
        "plant", parents=[shared], help="plants that speak the real protocols, synthetic"
    )
    verbs = tree.add_subparsers(dest="plant_verb", required=True, metavar="VERB")
    start = verbs.add_parser("start", parents=[shared], help="run a plant until Ctrl-C")
    fault = verbs.add_parser(
        "fault", parents=[shared], help="make something go wrong in a running plant, or clear it"
    )
    for verb in (start, fault):
        verb.add_argument(
            "kind", choices=list(PORTS), help="spring: OPC UA and Modbus; dye: MQTT Sparkplug B"
        )
        verb.add_argument("--host", default="127.0.0.1", help="address it listens on")
        verb.add_argument(
            "--port", type=int, default=0, help="port of OPC UA (4840) or of the MQTT broker (1883)"
        )
        verb.add_argument(
            "--secure",
            type=Path,
            metavar="FOLDER",
            help="spring: encrypted, with trust and users in this folder",
        )
    start.add_argument("--modbus-port", type=int, default=0, help="port of Modbus TCP; 0: none")
    start.add_argument(
        "--broker", default="", metavar="HOST:PORT", help="MQTT broker; without it one of its own"
    )
    start.add_argument("--speed", type=float, default=1.0, help="how many times faster than real time")
    start.add_argument("--seed", type=int, default=1, help="seed of the noise; same seed, same values")
    start.add_argument(
        "--fault", action="append", default=[], metavar="COMMAND", help="fault in force from the start"
    )
    fault.add_argument(
        "command", metavar="COMMAND", help="drift, stuck, jam or leak with place and size; or clear"
    )
    start.set_defaults(run=run_start)
    fault.set_defaults(run=run_fault)


def plant_room() -> Any:
    """The verbs of the plants, found by name: shells do not import each other."""
    return importlib.import_module("jiqun.edge.plant.commands")


def run_start(arguments: Namespace) -> int:
    """Run a plant."""
    room = plant_room()
    order = room.PlantOrder(
        arguments.kind, arguments.port or PORTS[arguments.kind], arguments.host, arguments.modbus_port,
        arguments.broker, arguments.speed, arguments.seed, tuple(arguments.fault), arguments.secure,
    )  # fmt: skip
    room.start(order, _greet)
    return 0


def run_fault(arguments: Namespace) -> int:
    """Give a running plant a command."""
    address = f"{arguments.host}:{arguments.port or PORTS[arguments.kind]}"
    plant_room().fault(arguments.kind, address, arguments.command, arguments.secure)
    say(f"已下达：{arguments.command}", f"Told: {arguments.command}")
    return 0


def _greet(addresses: list[str]) -> None:
    for address in addresses:
        say(
            f"模拟工厂已开：{address}（合成数据；Ctrl-C 停止）",
            f"The plant runs: {address} (synthetic; Ctrl-C stops it)",
        )
    sys.stdout.flush()
