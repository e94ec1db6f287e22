"""口径依据 by which rule a figure of a factory is reckoned, step by step, and in which files its readings lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import jiqun
from jiqun.actions.desk import Desk
from jiqun.actions.reading.factory_site import practice_of
from jiqun.actions.reading.shift_figures import minutes
from jiqun.actions.reading.shift_words import WORDS
from jiqun.actions.reading.statements import Label
from jiqun.core.figures import Step
from jiqun.factory.instants import SECOND
from jiqun.factory.oee.figures import figures_of
from jiqun.factory.oee.model import Span
from jiqun.factory.oee.showing import number
from jiqun.factory.oee.tally import Tally
from jiqun.lake.encode import quoted
from jiqun.lake.readings.files import between

FORMULAS: Mapping[str, str] = {
    "availability": "APT ÷ PBT", "effectiveness": "Σ(PRI × PQ) ÷ APT", "quality_ratio": "Σ(PRI × GQ) ÷ Σ(PRI × PQ)",
    "oee_index": "Σ(PRI × GQ) ÷ PBT",
}  # fmt: skip
PARTS = ("availability", "effectiveness", "quality_ratio")
MOST_FILES = 8


@dataclass(frozen=True)
class RuleEvidence:
    """The rule of a figure: its standard, formula, version of the program, and the parameters it went by."""

    name: Label
    formula: str
    version: str
    pack: str
    parameters: tuple[tuple[Label, str], ...]


@dataclass(frozen=True)
class FileEvidence:
    """A file of the lake in which readings of the span lie, and how many rows of these points it has."""

    name: str
    rows: int


def rule_of(desk: Desk, ratio: str) -> RuleEvidence:
    """The rule of a ratio of ISO 22400-2."""
    below = practice_of(desk.packs).minor_below // SECOND
    told = ((Label("短于此的停顿算小停机", "Standstills shorter than this are minor stops"), f"{below} s"),)
    return RuleEvidence(
        Label("ISO 22400-2 关键绩效指标", "Key performance indicators of ISO 22400-2"), FORMULAS[ratio],
        f"jiqun {jiqun.__version__}", "packs/factory/oee.toml", told,
    )  # fmt: skip


def ratio_steps(tally: Tally, ratio: str) -> tuple[Step, ...]:
    """From times and pieces to a ratio: what it is divided out of, then the ratio; of OEE its three factors too."""
    figures = figures_of(tally)
    names = (*PARTS, ratio) if ratio == "oee_index" else (ratio,)
    pieces = [f"PQ {number(tally.produced)}", "GQ ?" if tally.no_good else f"GQ {number(tally.good)}"]
    times = [f"{word} {value} min" for word, value in times_told(tally) if value not in ("0", "0.0")]
    found = [
        Step(
            "班次里的时间，按停机分类口径分开",
            "The times of the shift, parted by kind of stop",
            tuple(times),
            "",
        ),
        Step("计数器给出的件数", "Pieces as the counters told them", tuple(pieces), ""),
    ]
    for name in names:
        label = WORDS["kpi"][name]
        found.append(Step(label.zh, label.en, (FORMULAS[name],), percent(getattr(figures, name))))
    return tuple(found)


def times_told(tally: Tally) -> Sequence[tuple[str, str]]:
    """Times of a tally in minutes, by the letters of the standard."""
    return (
        ("PBT", minutes(tally.pbt)), ("APT", minutes(tally.apt)), ("ADOT", minutes(tally.micros("down"))),
        ("ADET", minutes(tally.micros("delay"))), ("AUST", minutes(tally.micros("changeover"))),
        ("∅", minutes(tally.gap)),
    )  # fmt: skip


def files_of(desk: Desk, site: str, points: Sequence[str], span: Span) -> tuple[FileEvidence, ...]:
    """Files of the lake in which readings of the points lie on the days of a span, the newest first."""
    files = between(desk.lake.snapshot("readings"), *span)[::-1][:MOST_FILES]
    if not files or not points:
        return ()
    listed, marks = ", ".join(f"'{quoted(file)}'" for file in files), ", ".join("?" for _ in points)
    sql = f"SELECT filename, count(*) FROM read_parquet([{listed}], filename = true) WHERE site = ? AND point IN ({marks})"  # noqa: S608 - our own file names
    rows = dict(desk.lake.run(f"{sql} GROUP BY filename", [site, *points]))
    return tuple(FileEvidence(PurePath(file).name, int(str(rows[file]))) for file in files if file in rows)


def percent(ratio: object) -> str:
    """A ratio as a share, as the range it must lie in where something is not known."""
    value, low, high = (getattr(ratio, name) for name in ("value", "low", "high"))
    if value is not None:
        return f"{float(value) * 100:.1f} %"
    if low is None:
        return "?"
    return f"{float(low) * 100:.1f} – {'?' if high is None else f'{float(high) * 100:.1f}'} %"
