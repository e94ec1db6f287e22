"""Ours, beside the register: the index built from its rows, and the decision for each case."""

import resource
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from benchmarks.matching_names import Case, read
from benchmarks.measure import ROOT
from jiqun.actions.name_tables import name_reader, weights
from jiqun.brain.matching import Asked, Decision, Known
from jiqun.lake.candidates import CandidateIndex

PACKS = ROOT / "packs"
PROCESSES, ROUNDS = 2, 3


@lru_cache(maxsize=1)
def _matcher(path: str) -> tuple[object, dict[str, float]]:
    """The matcher over a register, what building it took and what memory it takes."""
    from jiqun import settings  # noqa: F401 - Django is set up on it

    _django()
    from jiqun.actions.matching import Matcher

    rows = read(Path(path))
    before, started = _memory(), time.perf_counter()
    reader = name_reader(PACKS)
    made = Matcher(reader, weights(PACKS), CandidateIndex(_entries(rows)), "bench")
    seconds = time.perf_counter() - started
    return made, {"build_seconds": round(seconds, 2), "index_mb": round(_memory() - before, 1)}


def _django() -> None:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiqun.settings")
    import django

    django.setup()


def _memory() -> float:
    for text in Path("/proc/self/status").read_text().splitlines():
        if text.startswith("VmRSS"):
            return int(text.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _entries(rows: Iterable[Mapping[str, str]]) -> Iterator[Known]:
    reader = name_reader(PACKS)
    for row in rows:
        yield from reader.known(
            "enterprise:" + row["uscc"], row["name"], code=row["uscc"],
            region=reader.place(row["address"], row["reg_authority_code"]) or "", address=row["address"],
            capital=row["capital"], date=row["reg_date"],
        )  # fmt: skip


def decided(path: str, cases: list[Case], processes: int = 1) -> list[Decision]:
    """The decision for each case, in order."""
    from jiqun.actions.matching import decisions

    rows = [
        Asked(n, case.name, case.code, case.region, case.address, "", case.capital, case.date)
        for n, case in enumerate(cases)
    ]
    return list(decisions(_matcher(path)[0], rows, processes=processes))  # type: ignore[arg-type]


def measured(path: str, cases: list[Case]) -> tuple[list[tuple[str, str]], dict[str, float]]:
    """Decision and code for each case; names a second with two processes, the best of three rounds."""
    told = _matcher(path)[1]
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answers = decided(path, cases, PROCESSES)
        taken.append(time.perf_counter() - started)
    alone, cpu = time.perf_counter(), time.process_time()
    again = decided(path, cases)
    alone, cpu = time.perf_counter() - alone, time.process_time() - cpu
    if again != answers:
        raise SystemExit("one process and two do not give the same answer")
    codes = [
        (one.decision, one.best.subject.partition(":")[2] if one.best and one.decision != "none" else "")
        for one in answers
    ]
    rate = {"names_per_second": round(len(cases) / min(taken)), "in_one_process": round(len(cases) / alone),
            "cpu_microseconds_per_name": round(cpu / len(cases) * 1e6)}  # fmt: skip
    return codes, {**rate, **told}
