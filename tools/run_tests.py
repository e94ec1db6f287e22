"""`make test`: every test this machine can run; the ledger and actions a second time on a real PostgreSQL.

With --nothing-skipped (what .ci/run passes) a skipped test is a failure, unless its reason begins with "by design".
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from postgres_server import find_binaries, running_postgres  # noqa: E402 (the path is set just above)

PYTEST = [sys.executable, "-m", "pytest", "-q", "--durations=8"]
ON_POSTGRES = ["tests/integration/ledger", "tests/integration/actions", "tests/integration/test_roles.py"]


def run(stage: str, words: list[str], **environment: str) -> tuple[int, str]:
    """Run one stage, showing its output as it comes; gives exit code and the text."""
    print(f"-- {stage}", flush=True)
    started = time.monotonic()
    child = subprocess.Popen(
        [*PYTEST, *words],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    lines = []
    assert child.stdout is not None
    for line in child.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    print(f"-- {stage}: {time.monotonic() - started:.0f} s", flush=True)
    return child.wait(), "".join(lines)


def skipped(text: str) -> list[str]:
    """Reasons of skipped tests that are not by design."""
    reasons = re.findall(r"^SKIPPED \[\d+\] (\S+?): (.*)$", text, re.M)
    return [f"{where}: {why}" for where, why in reasons if "by design" not in why]


def main() -> int:
    """Run the stages; the exit code is that of the first that fails."""
    strict = "--nothing-skipped" in sys.argv
    worst, said = 0, ""
    stages = [
        ("house, units, lake, ledger on SQLite", ["-n", "3", "--dist", "loadgroup", "tests", "-m",
         "not browser and not spark and not postgres and not fuzz"], {}),
        ("Spark beside DuckDB, one session", ["tests", "-m", "spark"], {}),
        ("pages in Chromium", ["tests", "-m", "browser"], {}),
    ]  # fmt: skip
    for stage, words, environment in stages:
        code, text = run(stage, words, **environment)
        worst, said = worst or (code if code != 5 else 0), said + text
    if find_binaries() is None:
        print("-- PostgreSQL half: not run, no PostgreSQL server program on this machine")
        worst = worst or int(strict)
    else:
        with running_postgres() as url:
            present = [path for path in ON_POSTGRES if (ROOT / path).exists()]
            code, text = run("ledger and actions on PostgreSQL", ["-n", "2", "--dist", "loadgroup", "-m", "not browser and not spark", *present],
                             JIQUN_DATABASE_URL=url)  # fmt: skip
            worst, said = worst or (code if code != 5 else 0), said + text
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
