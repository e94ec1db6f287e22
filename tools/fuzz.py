"""`make fuzz-codecs`: coverage-guided runs of every target of tests/fuzzers, one after the other, with atheris.

    tools/fuzz.py [--seconds 60] [--only sparkplug,contract]
    tools/fuzz.py --repeat TARGET FILE …          runs a target once over a file; needs no atheris

What the fuzzer learns is kept in `.fuzz/<target>/` and used again; a crash stands in `.fuzz/crashes/`, with the command
that repeats it. Exit code 1 when anything was found.
"""

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".fuzz"
CRASHES = WORK / "crashes"
FOLLOWED = [
    "edge",
    "factory",
    "intake",
    "lake.faults",
    "lake.readings",
    "actions.taking",
    "actions.taking_sites",
]
INPUT_S, MEMORY_MB = 20, 2_048  # more than this for one input is a finding
NONE_HERE = (
    "-- atheris is not installed here (it has wheels for Linux on x86-64, Python 3.11 to 3.13): the targets run over their "
    "corpus in the common tests, and Hypothesis draws inputs for the same codecs; nothing more is fuzzed on this machine."
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a run told: inputs tried, edges covered, files of crashes."""

    tried: int
    edges: int
    crashes: tuple[Path, ...]


def seconds_of(words: argparse.Namespace, name: str) -> Told:
    """Run one target in a process of its own."""
    learnt, before = WORK / name, set(CRASHES.glob(f"{name}-*"))
    learnt.mkdir(parents=True, exist_ok=True)
    log = WORK / f"{name}.log"
    flags = [
        f"-max_total_time={words.seconds}", f"-timeout={INPUT_S}", f"-rss_limit_mb={MEMORY_MB}", "-print_final_stats=1",
        f"-artifact_prefix={CRASHES}/{name}-", "-reload=0", *dictionary(name),
    ]  # fmt: skip
    seeds = ROOT / "tests" / "fuzzers" / "corpus" / name
    child = [sys.executable, str(Path(__file__)), "--child", name, *flags, str(learnt), str(seeds)]
    with log.open("wb") as out:
        running = subprocess.Popen(child, stdout=out, stderr=out, cwd=ROOT)
        code = running.wait()
    clear_away(running.pid)
    text = log.read_text(encoding="utf-8", errors="replace")
    crashes = tuple(sorted(set(CRASHES.glob(f"{name}-*")) - before))
    if code and not crashes:
        raise SystemExit(f"{name} did not run, see {log}\n{text[-2000:]}")
    tried = [int(n) for n in re.findall(r"^(?:#|stat::number_of_executed_units: )(\d+)", text, re.M)]
    edges = [int(n) for n in re.findall(r"cov: (\d+)", text)]
    return Told(max(tried, default=0), max(edges, default=0), crashes)


def clear_away(process: int) -> None:
    """Remove the folders of a process of the fuzzer."""
    targets()
    from fuzzers.ram import RAM, prefix

    for path in RAM.glob(prefix(process) + "*"):
        shutil.rmtree(path, ignore_errors=True)


def dictionary(name: str) -> list[str]:
    """The words of a target as the fuzzer reads them; it takes no empty file."""
    path = WORK / f"{name}.dict"
    words = targets()[name].words.split()
    if not words:
        return []
    quoted = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in words)
    path.write_text("".join(f'"{word}"\n' for word in quoted))
    return [f"-dict={path}"]


def targets() -> dict:
    """The targets, imported where their code may be followed already."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiqun.settings")
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]
    import django

    django.setup()  # the gate's routes know the ledger; no target asks it anything
    from fuzzers.targets import TARGETS

    return TARGETS


def child(name: str, flags: list[str]) -> None:
    """What runs in the process of one target."""
    import atheris

    with atheris.instrument_imports(include=[f"jiqun.{name}" for name in FOLLOWED]):
        target = targets()[name]
    atheris.Setup([name, *flags, f"-max_len={target.most}"], target.run)
    atheris.Fuzz()


def repeat(name: str, files: list[str]) -> int:
    """Run a target once over each file; what it raises is shown."""
    for file in files:
        targets()[name].run(Path(file).read_bytes())
        print(f"{name}: {file}: nothing found")
    return 0


def main() -> int:
    """Run what is asked for."""
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3:])
        return 0
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", default="")
    parser.add_argument("--repeat", nargs="+", metavar="TARGET FILE")
    words = parser.parse_args()
    if words.repeat:
        return repeat(words.repeat[0], words.repeat[1:])
    if importlib.util.find_spec("atheris") is None:
        print(NONE_HERE)
        return 0
    CRASHES.mkdir(parents=True, exist_ok=True)
    found: list[Path] = []
    for name in words.only.split(",") if words.only else targets():
        told = seconds_of(words, name)
        print(
            f"{name:18} {told.tried:>9,} inputs  {told.edges:>6,} edges  {len(told.crashes)} found",
            flush=True,
        )
        for path in told.crashes:
            print(
                f"   repeat it: {Path(sys.executable)} tools/fuzz.py --repeat {name} {path.relative_to(ROOT)}"
            )
        found += told.crashes
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
