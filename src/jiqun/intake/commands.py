"""接入命令的内容: what `jiqun intake` runs, gate, merger, watcher, consumer, together or one alone, until told to stop.

Each part has a thread; the first one that cannot begin ends the process with its error. SIGTERM and SIGINT end it in order:
doors first, then what has gathered is written, then a last merge.
"""

import gc
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jiqun.actions.intake_status import write_status
from jiqun.core.errors import SourceDown
from jiqun.core.messages import Messages

PARTS = ("gate", "merge", "watch", "mqtt")
TOGETHER = ("gate", "merge", "watch")
STATUS_S = 2.0
COLLECT = (20_000, 20, 20)  # a group of some thousand batches lives and dies between two looks


def now_us() -> int:
    """Microseconds since 1970 UTC, as the machine believes."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Order:
    """What is to run (接入任务).

    parts   of `PARTS`
    broker  mqtt://… for the part mqtt
    worker  k-th of n workers, "k/n"; sites lists them in place of a share
    writer  name of the spool; each process that takes batches has its own
    """

    home: Path
    parts: tuple[str, ...] = TOGETHER
    host: str = "127.0.0.1"
    port: int = 8001
    broker: str = ""
    worker: str = "1/1"
    sites: tuple[str, ...] = ()
    writer: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part at work (部件): its name in the status folder, what it says of itself, and how it ends."""

    name: str
    status: Callable[[], Mapping[str, object]]
    close: Callable[[], None]


def run(order: Order, *, messages: Messages, told: Callable[[Mapping[str, object]], None]) -> None:
    """Run the parts until a signal; `told` gets addresses once everything is open. In the main thread only."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    serve(order, stop, messages=messages, told=told)


def serve(
    order: Order, stop: threading.Event, *, messages: Messages, told: Callable[[Mapping[str, object]], None]
) -> None:
    """Run the parts until `stop`."""
    from jiqun.intake.parts import open_parts

    parts: list[Part] = []
    try:
        for part in open_parts(order, messages):
            parts.append(part)
        settle()
        told(
            {"parts": list(order.parts), **{name: v for part in parts for name, v in _address(part).items()}}
        )
        while not stop.wait(STATUS_S):
            _say(order.home, parts)
    finally:
        for part in parts:  # doors come first in the list
            part.close()
        _say(order.home, parts, running=False)


def settle() -> None:
    """Libraries and settings stay as they are: the collector of garbage need not walk through them at every message."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


def complaint(messages: Messages, lang: str) -> Callable[[str], Callable[[SourceDown | None], None]]:
    """Says on stderr, once, that a part cannot go on and once that it can again."""
    import sys

    def of(name: str) -> Callable[[SourceDown | None], None]:
        def said(fault: SourceDown | None) -> None:
            again = "恢复正常" if lang == "zh" else "goes on again"
            text = messages.sentence(fault, lang) if fault else again
            print(f"jiqun intake {name}: {text}", file=sys.stderr, flush=True)

        return said

    return of


def _address(part: Part) -> dict[str, object]:
    status = part.status()
    return {name: status[name] for name in ("address", "broker") if name in status}


def _say(home: Path, parts: list[Part], *, running: bool = True) -> None:
    for part in parts:
        write_status(home, part.name, part.status(), now_us=now_us(), running=running)
