"""A family of processes to be killed: `python -m benchmarks.soak_family` imports once and forks what is asked for.

One JSON order a line on stdin, one process id a line on stdout; at the end of stdin whatever still runs is killed.
Each fork is a process of its own with its own files, sockets and locks; what it does is what the commands do.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

import deltalake  # noqa: E402, F401 - imported once, for every fork
import paho.mqtt.client  # noqa: E402, F401

from jiqun import settings  # noqa: E402
from jiqun.actions import taking, taking_register, taking_tokens  # noqa: E402, F401
from jiqun.core.messages import Messages  # noqa: E402
from jiqun.core.units import UnitTable  # noqa: E402
from jiqun.edge import broker_line  # noqa: E402, F401
from jiqun.edge.config import read_config  # noqa: E402
from jiqun.edge.http_in import connector  # noqa: E402, F401
from jiqun.edge.running import Box, run_box  # noqa: E402
from jiqun.intake import commands, http, merger, mqtt, parts  # noqa: E402, F401


def prepare(sites: list[str]) -> dict[str, str]:
    """A ledger with these factories; gives a token for each."""
    from datetime import UTC, datetime

    from django.core.management import call_command

    from jiqun.lake.store import Lake
    from jiqun.ledger import factories, factory_tokens

    call_command("migrate", verbosity=0, interactive=False)
    at = datetime.now(UTC)
    tokens = {}
    for site in sites:
        factories.make(factories.Factory(site, site, f"enterprise:{site}"), by="soak", at=at)
        tokens[site] = factory_tokens.issue(site, "soak", by="soak", at=at)[1]
    Lake(settings.LAKE_DIR, threads=1).close()
    return tokens


def work(order: dict[str, Any]) -> None:
    """What one fork does until it is killed or told to stop."""
    if order["kind"] == "prepare":
        Path(order["out"]).write_text(json.dumps(prepare(order["sites"])))
    elif order["kind"] == "edge":
        config = read_config(Path(order["config"]), packs=settings.PACKS_DIR)
        asyncio.run(run_box(Box(config, units=UnitTable.load(settings.PACKS_DIR / "units.toml"))))
    else:
        told = {name: tuple(v) if isinstance(v, list) else v for name, v in order.items() if name != "kind"}
        messages = Messages.load(settings.PACKS_DIR / "errors.toml")
        commands.run(commands.Order(settings.HOME, **told), messages=messages, told=lambda _: None)


def child(order: dict[str, Any]) -> None:
    """Run one order in this fork and leave without the parent's endings."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(settings.HOME / "soak.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    os.dup2(2, 1)
    code = 0
    try:
        work(order)
    except BaseException:  # noqa: BLE001 - told in the log, whatever it is
        import traceback

        traceback.print_exc()
        code = 1
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """Fork on order; the kernel buries the dead."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pids = []
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            child(json.loads(line))
        pids.append(pid)
        print(pid, flush=True)
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main()
