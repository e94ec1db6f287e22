"""How a measurement is taken: work in a child process of its own, its seconds and peak memory reported back."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


def child(module: str, *words: str, home: Path | None = None) -> dict[str, float]:
    """Run `python -m benchmarks.<module> words` and give the JSON object it prints last."""
    environment = os.environ | ({"JIQUN_HOME": str(home)} if home else {})
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *words],
        cwd=ROOT,
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"benchmarks.{module} {' '.join(words)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def report(**values: object) -> None:
    """What a child prints at its end: its values and its peak memory."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(values | {"peak_mb": round(peak, 1)}, ensure_ascii=False))


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def line(name: str, **values: object) -> None:
    """Print the one JSON line of a benchmark."""
    print(json.dumps({"benchmark": name} | values, ensure_ascii=False), flush=True)


def median(values: list[float], digits: int = 4) -> float:
    """The median, rounded."""
    return round(statistics.median(values), digits)


def p95(values: list[float], digits: int = 4) -> float:
    """The 95th percentile by nearest rank, rounded."""
    ordered = sorted(values)
    return round(ordered[max(0, -(-95 * len(ordered) // 100) - 1)], digits)


def cpu(pid: int) -> float:
    """Seconds of processor time, user and system, a process has used; 0 where the system does not tell. Linux."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss(pid: int) -> float | None:
    """Proportional memory of a process in MB; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return round(next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024, 1)


@contextmanager
def django_home(home: Path) -> Iterator[None]:
    """Django set up on a home, in this process."""
    os.environ["JIQUN_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "jiqun.settings"
    import django

    django.setup()
    yield


def cli(home: Path, *words: str) -> dict[str, object]:
    """Run a jiqun command that prints JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "jiqun", "--home", str(home), *words],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"jiqun {' '.join(words)} failed:\n{done.stderr[-3000:]}{done.stdout[-2000:]}")
    return json.loads(done.stdout) if done.stdout.lstrip().startswith("{") else {}
