"""`make test`: every test this machine can run; the ledger and actions a second time on a real PostgreSQL.

With --nothing-skipped (what .ci/run passes) a skipped test is a failure, unless its reason begins with "by design".
With --checked the house's own rules (tests/repo) are left out: `make check` has just run them.
Two lanes run side by side, so that no core waits for the last long test of a stage: the house with two workers, and beside
it the pages, Spark and PostgreSQL one after the other.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from postgres_server import find_binaries, running_postgres  # noqa: E402 (the path is set just above)

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Bytecode is kept: else each of the hundreds of processes of a run compiles every module anew."""
PYTEST = [sys.executable, "-m", "pytest", "-q", "--durations=8"]
NOTHING_TO_RUN = 5
HOUSE = ("house, units, lake, ledger on SQLite", ["-n", "2", "tests", "--ignore=tests/browser", "-m",
         "not browser and not spark and not postgres and not fuzz"], {})  # fmt: skip
SPARK = ("Spark beside DuckDB, one session", ["tests/parity", "-m", "spark"], {})
PAGES = ("pages in Chromium", ["tests/browser", "-m", "browser"], {})
POSTGRES = ("ledger and actions on PostgreSQL", ["-n", "2", "-m", "not browser and not spark and not fuzz",
            "tests/integration/ledger", "tests/integration/actions"])  # fmt: skip


def run(stage: str, words: list[str], environment: dict[str, str], *, later: bool = False) -> tuple[int, str]:
    """Run one stage, showing its output as it comes, or all of it at the end (later); gives exit code and the text."""
    if not later:
        print(f"-- {stage}", flush=True)
    started = time.monotonic()
    child = subprocess.Popen(
        [*PYTEST, *words],
        cwd=ROOT,
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    lines = []
    assert child.stdout is not None
    for line in child.stdout:
        lines.append(line)
        if not later:
            print(line, end="", flush=True)
    told = "".join((f"-- {stage}\n", *lines)) if later else ""
    print(f"{told}-- {stage}: {time.monotonic() - started:.0f} s", flush=True)
    return child.wait(), "".join(lines)


def on_postgres(strict: bool) -> tuple[int, str]:
    """The ledger and the actions on a server of its own; where nothing may be skipped, having none is a failure."""
    if find_binaries() is None:
        print("-- PostgreSQL half: not run, no PostgreSQL server program on this machine")
        return int(strict), ""
    with running_postgres() as url:
        return run(*POSTGRES, {"JIQUN_DATABASE_URL": url}, later=True)


def second_lane(strict: bool) -> list[tuple[int, str]]:
    """What runs beside the house: the pages, which often wait for Chromium, then Spark, then PostgreSQL's two workers."""
    return [run(*PAGES, later=True), run(*SPARK, later=True), on_postgres(strict)]


def skipped(text: str) -> list[str]:
    """Reasons of skipped tests that are not by design."""
    reasons = re.findall(r"^SKIPPED \[\d+\] (\S+?): (.*)$", text, re.M)
    return [f"{where}: {why}" for where, why in reasons if "by design" not in why]


def main() -> int:
    """Run the stages; the exit code is that of the first that fails."""
    strict = "--nothing-skipped" in sys.argv
    stage, words, environment = HOUSE
    left_out = ["--ignore=tests/repo"] if "--checked" in sys.argv else []
    with ThreadPoolExecutor() as pool:
        beside = pool.submit(second_lane, strict)
        done = [run(stage, [*words, *left_out], environment)]
        done += beside.result()
    said = "".join(text for _, text in done)
    worst = next((code for code, _ in done if code not in (0, NOTHING_TO_RUN)), 0)
    left = skipped(said)
    if left:
        print(f"-- {len(left)} skipped on this machine:", *left, sep="\n   ")
    passed = sum(int(n) for n in re.findall(r"(\d+) passed", said))
    failed = sum(int(n) for n in re.findall(r"(\d+) (?:failed|error)", said))
    print(f"{passed} passed, {failed} failed, {len(left)} skipped")
    return worst or int(strict and bool(left))


if __name__ == "__main__":
    if shutil.which("chromium") is None:
        print("note: no Chromium here, so browser tests will be skipped")
    sys.exit(main())
