"""漂移与故障检测文件 detecting faults in a file of sensors: learnt on its first share, every row scored, written out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.actions.export_files import Row, Sheet, write_file
from jiqun.actions.factory_series import Series, read_series
from jiqun.core.errors import InputError, RowError, WrongState
from jiqun.factory.detect.detector import Model, Scored, begin, learn_all, score
from jiqun.factory.detect.model import Settings, Warned
from jiqun.factory.detect.warn import WORDS, changes, warnings_of, words
from jiqun.lake.catalogue import Column

if TYPE_CHECKING:
    from types import ModuleType

    from jiqun.factory.detect.model import Floats

FORMS = ("csv", "xlsx")
PIECE = 50_000
FEWEST_ROWS = 60
OUT_COLUMNS = (
    Column("timestamp", "text", "时间", "As it was written"),
    Column("score", "text", "得分", "Above 1 it is beyond a limit; empty: no sensor had a value"),
    Column("alarm", "int", "报警", "1 within a warning"),
    Column("changepoint", "int", "变点", "1 in the first row of a warning and the first behind it"),
    Column("point", "text", "点", "Points that weigh most"),
    Column("reason", "text", "原因", "Why, in words"),
)


@dataclass(frozen=True, slots=True)
class DetectOrder:
    """Which file, where the answer goes, by which settings, in which language reasons are told."""

    path: Path
    out: Path
    settings: Settings
    lang: str = "zh"


@dataclass(frozen=True, slots=True)
class Detected:
    """What was found: the series, the model it was held against, rows learnt from, warnings."""

    series: Series
    model: Model
    trained: int
    warned: tuple[Warned, ...]

    @property
    def remarks(self) -> tuple[RowError, ...]:
        """What was noticed in reading and learning."""
        codes = {"constant": "detect.constant", "blind": "detect.too_few_values", "slow": "detect.wanders"}
        told = [
            RowError(self.series.file, None, one.name, codes[one.watch], "", "")
            for one in self.model.points if one.watch in codes
        ]  # fmt: skip
        if self.model.group is None:
            told.append(
                RowError(self.series.file, None, "", "detect.no_group", str(len(self.model.points)), "≥ 3")
            )
        return (*self.series.remarks, *told)

    def as_json(self) -> dict[str, object]:
        """The object `--json` prints, less the sentences of remarks."""
        stamps = self.series.stamps
        watched = Counter(one.watch for one in self.model.points)
        return {
            "ok": True, "file": self.series.file, "rows": len(stamps), "trained": self.trained,
            "sensors": list(self.series.names), "watched": dict(watched),
            "alarm_rows": sum(one.end - one.start for one in self.warned),
            "warnings": [
                {"from": stamps[one.start], "to": stamps[one.end - 1], "rows": one.end - one.start,
                 "points": list(one.points), "reason": one.reason, "score": round(one.score, 3), **words(one)}
                for one in self.warned
            ],
        }  # fmt: skip


def detect_file(order: DetectOrder) -> Detected:
    """Score a file and write the answer.

    InputError: export.unknown_format, detect.bad_share, detect.too_short, and what `read_series` refuses; WrongState
    detect.not_installed
    """
    np = _libraries()
    form = order.out.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise InputError("export.unknown_format", seen=form, allowed=" ".join(FORMS))
    if not 0.05 <= order.settings.train_share <= 0.9:
        raise InputError("detect.bad_share", seen=order.settings.train_share, allowed="0.05 – 0.9")
    series = read_series(order.path)
    values = np.frombuffer(series.values, dtype=np.float64).reshape(-1, len(series.names))
    trained = int(len(values) * order.settings.train_share)
    if trained < FEWEST_ROWS:
        raise InputError(
            "detect.too_short", file=series.file, seen=len(values), allowed=f"≥ {FEWEST_ROWS} / share"
        )
    model = learn_all(series.names, values[:trained], order.settings)
    scored = _scored(model, values)
    warned = tuple(warnings_of(scored, series.names, order.settings, first=trained))
    written = order.out.with_name(order.out.name + ".written")
    try:
        write_file(Sheet("detect", OUT_COLUMNS, _rows(series, scored, warned, order.lang)), written, form)
        written.replace(order.out)
    finally:
        written.unlink(missing_ok=True)
    return Detected(series, model, trained, warned)


def _libraries() -> "ModuleType":
    """numpy, with scikit-learn behind it; WrongState when the extra `factory` is not installed."""
    try:
        import numpy as np
        import sklearn  # noqa: F401
    except ImportError as error:
        raise WrongState(
            "detect.not_installed", seen=error.name, allowed="pip install jiqun[factory]"
        ) from None
    return np


def _scored(model: Model, values: "Floats") -> Scored:
    """Every row, a piece at a time, so that what lies between fits into memory."""
    import numpy as np

    found = [np.empty(len(values)) for _ in range(3)]
    carried = begin(model)
    for start in range(0, len(values), PIECE):
        piece = slice(start, start + PIECE)
        scored, carried = score(model, values[piece], carried)
        for whole, part in zip(found, (scored.score, scored.point, scored.reason), strict=True):
            whole[piece] = part
    return Scored(*found)


def _rows(series: Series, scored: Scored, warned: tuple[Warned, ...], lang: str) -> Iterator[Row]:
    changed = changes(warned, len(series.stamps))
    following = iter(warned)
    now = next(following, None)
    for row, (stamp, value) in enumerate(zip(series.stamps, scored.score.tolist(), strict=True)):
        while now is not None and now.end <= row:
            now = next(following, None)
        alarm = now is not None and now.start <= row
        point = "、".join(now.points) if alarm and now else ""
        reason = words(now)[lang] if alarm and now else ""
        unknown = isnan(value)
        if unknown and not alarm:
            reason = WORDS["no_data"][lang == "en"]
        yield stamp, "" if unknown else f"{value:.4f}", int(alarm), int(row in changed), point, reason
