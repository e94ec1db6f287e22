"""A family of writers that are killed: run as `python killed_writers.py ROOT LOG MODE SEED TIMES`.

This process only imports; each writer is a fork of it, so a kill costs a fraction of a second. A writer recovers, then
stages, publishes and merges until it is killed. What `publish` has returned for is noted in LOG before anything else
happens, so the log says what was acknowledged.

MODE  random: each writer is killed after a random time · steps: writer n kills itself at its n-th step on the disk
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deltalake import DeltaTable
from lake_rows import fact

from jiqun.lake import recovery, spool
from jiqun.lake.merge import merge
from jiqun.lake.store import Lake

WRITER = "writer"


def acknowledge(log: int, ids: list[str]) -> None:
    os.write(log, "".join(f"{one}\n" for one in ids).encode())
    os.fsync(log)


def work(root: Path, log: int, life: int, chance: random.Random, ready: int, rounds: int) -> None:
    """Recover, then write: what one life of a writer does."""
    recovery.recover(root)
    os.write(ready, b"!")
    lake = Lake(root, threads=1)
    with spool.Spool(root, WRITER, wait_s=5) as held:
        held.drop_unpublished(set())
        for turn in range(rounds):
            rows = [fact(number, id=f"r{life}.{turn}.{number}") for number in range(chance.randint(1, 20))]
            segment = held.stage("facts", rows, f"b{life}-{turn}")
            if chance.random() < 0.1:
                continue
            held.publish(segment)
            acknowledge(log, [str(row["id"]) for row in rows])
            if chance.random() < 0.6:
                merge(lake, WRITER)
            if chance.random() < 0.15:
                lake.compact("facts")
        merge(lake, WRITER)
        lake.compact("facts")


def die_at(step: int) -> None:
    """Kill this process at its step-th touch of the disk, half of them before it happens and half after."""
    left = [step]

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def touch(*args: object, **named: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            done = real(*args, **named)
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return touch

    os.replace = counted(os.replace)  # type: ignore[assignment]
    os.fsync = counted(os.fsync)  # type: ignore[assignment]
    Path.unlink = counted(Path.unlink)  # type: ignore[method-assign,assignment]
    DeltaTable.create_write_transaction = counted(DeltaTable.create_write_transaction)  # type: ignore[method-assign,assignment]


Work = Callable[[Path, int, int, random.Random, int, int], None]


def live(work: Work, root: Path, log: int, mode: str, life: int, chance: random.Random, *, signs: int) -> int:
    """One forked writer; gives its wait status. Most random kills wait for up to `signs` signs of it, some do not."""
    seed, waits, rest = chance.random(), chance.random() < 0.8, chance.uniform(0.0, 0.35)
    wanted = chance.randint(1, signs) if signs > 1 else 1
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        if mode == "steps":
            die_at(life)
        work(root, log, life, random.Random(seed), tells, 1000 if mode == "random" else 2)
        os._exit(0)
    os.close(tells)
    if mode == "random":
        for _ in range(wanted if waits else 0):
            os.read(told, 1)
        time.sleep(rest)
        os.kill(child, signal.SIGKILL)
    os.close(told)
    return os.waitpid(child, 0)[1]


def main(work: Work, *, signs: int = 1) -> None:
    """Let writers live and die as the command line says; print how many were killed.

    signs  most signs of life waited for before a random kill
    """
    root, log_path, mode = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    chance, times = random.Random(int(sys.argv[4])), int(sys.argv[5])
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    killed = 0
    for life in range(1, times + 1):
        status = live(work, root, log, mode, life, chance, signs=signs)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            killed += 1
        elif status != 0:
            sys.exit(f"writer {life} ended by itself with status {status}")
        elif mode == "steps":
            break
    print(killed)


if __name__ == "__main__":
    main(work)
