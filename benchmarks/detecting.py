"""Drift and faults: our detector beside a plain 3-sigma rule, on made-up series of a pump rig; then a million rows.

    python -m benchmarks detecting

F1, false alarm rate and missing alarm rate over the rows behind the training share (40 %), for all series and by kind of
fault (`none` has no fault: only its false alarm rate says something). The detectors were tuned on seeds 1–8; the seeds
measured here are others (BENCH_SEEDS=tune measures the tuning ones). Every series has one fault whose severity differs;
in half of them the load changes level, in half the temperatures wander. Nothing here says how it does on a real machine.

ours         points and group as `jiqun factory detect` runs them
three_sigma  a row is an alarm when any sensor is further than three standard deviations from its training mean
million      10⁶ rows of eight sensors as a CSV through the command's own action, in a process of its own
"""

import os
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.detecting_series import KINDS, SENSORS, TRAINED, Made, made
from benchmarks.measure import child, line, report, seconds
from jiqun.factory.detect.detector import begin, learn_all, score
from jiqun.factory.detect.model import Settings
from jiqun.factory.detect.verdicts import Comparison, compare
from jiqun.factory.detect.warn import warnings_of

TUNED, JUDGED = range(1, 9), range(101, 125)
MILLION = 1_000_000


def main(folder: Path) -> None:
    """Judge both detectors, then the million rows; one line each."""
    seeds = TUNED if os.environ.get("BENCH_SEEDS") == "tune" else JUDGED
    told = judged(seeds)
    line("detecting", seeds=[seeds.start, seeds.stop - 1], series=len(seeds) * len(KINDS), **told)
    _write(folder / "million.csv")
    line("detecting_million", **child("detecting", "million", str(folder)))


def judged(seeds: range) -> dict[str, object]:
    """Both detectors over the same series."""
    found: dict[str, dict[str, Comparison]] = {"ours": {}, "three_sigma": {}}
    for kind in KINDS:
        for seed in seeds:
            one = made(kind, seed)
            faulty = one.faulty[_trained(one) :].tolist()
            for name, told in (("ours", ours(one)), ("three_sigma", three_sigma(one))):
                both = compare(told, faulty)
                for group in ("all", kind):
                    found[name][group] = found[name].get(group, Comparison()) + both
    return {name: {group: _figures(one) for group, one in groups.items()} for name, groups in found.items()}


def ours(one: Made) -> list[bool]:
    """Rows behind the training share, as the command marks them."""
    settings, trained = Settings(train_share=TRAINED), _trained(one)
    model = learn_all(SENSORS, one.values[:trained], settings)
    scored, _ = score(model, one.values, begin(model))
    told = np.zeros(len(one.values), dtype=bool)
    for warned in warnings_of(scored, SENSORS, settings, first=trained):
        told[warned.start : warned.end] = True
    return told[trained:].tolist()


def three_sigma(one: Made) -> list[bool]:
    """The plain rule."""
    trained = _trained(one)
    mean, spread = one.values[:trained].mean(axis=0), one.values[:trained].std(axis=0)
    return (np.abs(one.values[trained:] - mean) > 3 * spread).any(axis=1).tolist()


def million(folder: str) -> None:
    """A million rows through the action: seconds, rows a second, memory."""
    from jiqun.actions.factory_detect import DetectOrder, detect_file

    path = Path(folder) / "million.csv"
    found: dict[str, int] = defaultdict(int)

    def work() -> None:
        done = detect_file(DetectOrder(path, Path(folder) / "million_out.csv", Settings()))
        found["warnings"], found["rows"] = len(done.warned), len(done.series.stamps)

    took, busy = seconds(work), time.process_time()
    report(**found, sensors=len(SENSORS), file_mb=round(path.stat().st_size / 1e6, 1), seconds=round(took, 1),
           cpu_seconds=round(busy, 1),
           rows_per_second=round(found["rows"] / took))  # fmt: skip


def _write(path: Path) -> None:
    """One rig for eleven days, a row a second; written a piece at a time."""
    one = made("leak", 201, rows=MILLION)
    with path.open("w", encoding="utf-8") as file:
        file.write("timestamp," + ",".join(SENSORS) + "\n")
        stamps = np.datetime64("2026-03-01T00:00:00") + np.arange(MILLION).astype("timedelta64[s]")
        for stamp, row in zip(stamps.astype(str), one.values, strict=True):
            file.write(stamp + "," + ",".join(f"{value:.5g}" for value in row) + "\n")


def _trained(one: Made) -> int:
    return int(len(one.values) * TRAINED)


def _figures(one: Comparison) -> dict[str, float | None]:
    told = {
        "f1": one.f1,
        "false_alarm_rate": one.false_alarm_rate,
        "missing_alarm_rate": one.missing_alarm_rate,
    }
    return {name: None if value is None else round(value, 4) for name, value in told.items()}


if __name__ == "__main__":
    {"million": million}[sys.argv[1]](*sys.argv[2:])
