"""接入命令: `jiqun intake` — take batches of readings, merge them, watch them; one process, or each part alone."""

import importlib
import os
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Mapping
from typing import Any

from jiqun.cli.output import messages, say

PARTS = ("gate", "merge", "watch", "mqtt")


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `intake`."""
    verb = commands.add_parser(
        "intake", parents=[shared], help="take readings of the boxes, merge and watch them, until Ctrl-C"
    )
    verb.add_argument(
        "--only", choices=PARTS, help="run one part alone; without it gate, merger and watcher together"
    )
    verb.add_argument("--host", default="127.0.0.1", help="address the gate listens on")
    verb.add_argument("--port", type=int, help="port of the gate (JIQUN_INTAKE_PORT); 0 takes a free one")
    verb.add_argument("--broker", default="", help="mqtt://host:port to consume from (JIQUN_BROKER)")
    verb.add_argument("--worker", default="1/1", metavar="K/N", help="this is the k-th of n workers")
    verb.add_argument("--sites", default="", help="sites of this worker, comma separated, in place of K/N")
    verb.add_argument("--writer", default="", help="name of its spool, when it is not gate or mqtt-K")
    verb.set_defaults(run=run_intake)


def run_intake(arguments: Namespace) -> int:
    """Run until SIGTERM or SIGINT."""
    from jiqun.cli import django

    os.environ.setdefault("JIQUN_PROCESS", "intake")
    home = django.setup()
    from jiqun import settings

    room: Any = importlib.import_module("jiqun.intake.commands")  # shells do not import each other
    parts = (arguments.only,) if arguments.only else room.TOGETHER
    if arguments.broker and not arguments.only:
        parts = (*parts, "mqtt")
    port = arguments.port if arguments.port is not None else int(settings.setting("JIQUN_INTAKE_PORT"))
    sites = tuple(filter(None, (one.strip() for one in arguments.sites.split(","))))
    order = room.Order(
        home, parts, arguments.host, port, arguments.broker, arguments.worker, sites, arguments.writer
    )
    room.run(order, messages=messages(), told=_greet)
    say("已停止；已受理的都在", "Stopped; what was acknowledged is kept")
    return 0


def _greet(told: Mapping[str, object]) -> None:
    parts = " ".join(str(one) for one in told["parts"])  # type: ignore[attr-defined]
    where = " ".join(str(told[name]) for name in ("address", "broker") if name in told)
    say(f"接入已启动：{parts} {where}；Ctrl-C 停止", f"Intake running: {parts} {where}; Ctrl-C stops it")
    sys.stdout.flush()
