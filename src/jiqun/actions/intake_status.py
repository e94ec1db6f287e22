"""接入状态 status of the intake: each of its processes writes a small file now and then; pages and commands read them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import orjson

STALE_S = 10.0


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """What one process last said of itself (进程状态).

    name    gate, merger, watch, or the writer of a worker
    alive   it said so within the last seconds; a killed process leaves its file behind
    """

    name: str
    alive: bool
    at_us: int
    told: Mapping[str, object]


def status_folder(home: Path) -> Path:
    """Where the files lie."""
    return home / "intake"


def write_status(
    home: Path, name: str, told: Mapping[str, object], *, now_us: int, running: bool = True
) -> None:
    """Write one process's status; a disk that takes nothing stops nobody."""
    content = {"name": name, "pid": os.getpid(), "running": running, "now_us": now_us, **told}
    path = status_folder(home) / f"{name}.json"
    beside = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        beside.replace(path)
    except OSError:
        return


def statuses(home: Path, *, now_us: int) -> tuple[ProcessStatus, ...]:
    """What every process last said, by name; a file that cannot be read is left out."""
    found: list[ProcessStatus] = []
    for path in sorted(status_folder(home).glob("*.json")):
        try:
            told = cast(dict[str, object], orjson.loads(path.read_bytes()))
            at_us = int(str(told["now_us"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        alive = bool(told.get("running")) and abs(now_us - at_us) < STALE_S * 1e6
        found.append(ProcessStatus(path.stem, alive, at_us, told))
    return tuple(found)
