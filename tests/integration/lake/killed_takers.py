"""Gates that are killed: run as `python killed_takers.py ROOT LOG MODE SEED TIMES` (see `killed_writers.py`).

The boxes of two sites send batches again and again, out of order, until they are acknowledged and sometimes after that. A
batch's content follows from its number, so a batch sent again is the same. A thread merges while the gate takes.
"""

import os
import random
import threading
from pathlib import Path

import killed_writers
from reading_rows import DAY_US, NOW_US, Taker, taken

from jiqun.factory.readings.contract import Gap
from jiqun.factory.readings.taken import HeldRow, TakenBatch
from jiqun.lake.recovery import recover

SITES = ("spring", "dye")


def rows(number: int) -> int:
    """How many readings batch `number` has; each third one lies over two days."""
    return number % 5


def batch(site: str, number: int, arrived_us: int) -> TakenBatch:
    at = [NOW_US - (DAY_US if number % 3 == 0 and row % 2 else 0) + row for row in range(rows(number))]
    held = [HeldRow("x", "wrong_type", str(number))] if number % 4 == 0 else []
    gaps = [Gap(NOW_US, NOW_US + number, 1, "overflow")] if number % 7 == 0 else []
    given = {"a": [(us, float(number)) for us in at]}
    return taken(site, given, arrived_us=arrived_us, key=f"{site}-{number}", held=held, gaps=gaps)


def work(root: Path, log: int, life: int, chance: random.Random, ready: int, rounds: int) -> None:
    """Recover, then take what the boxes send: one life of a gate, which takes one site after even lives, two after odd."""
    recover(root)
    writer, sites = ("even", SITES[:1]) if life % 2 == 0 else ("odd", SITES)
    gate = Taker(root, writer, sites)
    stop = threading.Event()
    merger = threading.Thread(target=merge_on, args=(gate, stop), daemon=True)
    if rounds > 2:
        merger.start()
    for _ in range(rounds):
        sent: dict[str, TakenBatch] = {}
        for site in sites:
            newest = max((n for n in range(1, 4000) if gate.known.has(site, f"{site}-{n}")), default=0)
            at = gate.known.last_arrived_us(site) or NOW_US
            numbers = {chance.randint(1, newest + 6) for _ in range(chance.randint(1, 5))}
            sent |= {f"{site}-{n}": batch(site, n, at + place) for place, n in enumerate(numbers, 1)}
        killed_writers.acknowledge(log, gate.take(list(sent.values())))
        os.write(ready, b"!")
        if rounds <= 2:
            gate.merge()
    stop.set()


def merge_on(gate: Taker, stop: threading.Event) -> None:
    """The merger of a gate: as fast as it can."""
    while not stop.is_set():
        gate.merge()


if __name__ == "__main__":
    killed_writers.main(work, signs=4)
