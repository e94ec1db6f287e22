"""班次数字 figures of a shift as pages show them: shares with their bounds, losses, stops, why something is unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal
from fractions import Fraction

from jiqun.factory.instants import MINUTE, micros_of, moment
from jiqun.factory.oee.figures import Ratio, figures_of, waterfall
from jiqun.factory.oee.report import Report
from jiqun.factory.oee.showing import number
from jiqun.factory.oee.tally import Tally
from jiqun.factory.shifts.reasons import Stop
from jiqun.ledger.stops import StopReason

KPIS = ("availability", "effectiveness", "quality_ratio", "oee_index")


@dataclass(frozen=True)
class Kpi:
    """A share as text in percent: exact, a range, a bound, or empty where it is unknown.

    value  as a number, None where it is not exact; too_fast: above 100 %, so the ideal cycle is too long
    why    codes of what keeps it from being known
    """

    name: str
    text: str
    value: float | None
    why: tuple[str, ...]
    too_fast: bool


@dataclass(frozen=True)
class Group:
    """The whole shift, a line, a machine or a product: shares, minutes and pieces (None: not known)."""

    kind: str
    key: str
    label: str
    kpis: tuple[Kpi, ...]
    pbt_min: str
    apt_min: str
    gap_min: str
    produced: str | None
    good: str | None
    scrap: str | None


@dataclass(frozen=True)
class LossStep:
    """A step of the waterfall: minutes and percent of the planned busy time; `below`: of it that lies below the step."""

    key: str
    reason: str
    minutes: str
    share: str
    width: float
    offset: float


@dataclass(frozen=True)
class StopLine:
    """A standstill; reason "" is unknown. said_by, said_at: whose word it is, empty for what the machine told."""

    machine: str
    label: str
    starts_at: datetime
    ends_at: datetime
    minutes: str
    part: str
    reason: str
    said_by: str
    said_at: datetime | None


def groups_of(report: Report, machines: Mapping[str, str], lines: Mapping[str, str]) -> tuple[Group, ...]:
    """The whole, then lines, machines and products, each where there is one to tell apart; labels by key."""
    tallies = report.tallies
    found = [_group("total", "", "", tallies["total"].get((), Tally()))]
    for kind, names in (("line", lines), ("machine", machines), ("product", {})):
        own = {key[0]: tally for key, tally in tallies[kind].items()}
        if kind == "machine" or any(own):
            found += [
                _group(kind, key, names.get(key, key), one)
                for key, one in own.items()
                if key or kind != "line"
            ]
    return tuple(one for one in found if one.kind != "product" or one.produced not in (None, "0") or one.key)


def losses_of(report: Report) -> tuple[LossStep, ...]:
    """Planned busy time and every loss down to what made good pieces; they add up exactly."""
    tally = report.tallies["total"].get((), Tally())
    if not tally.pbt:
        return ()
    steps, left = [_step("pbt", "", Fraction(tally.pbt), tally.pbt, Fraction(0))], Fraction(tally.pbt)
    for one in waterfall(tally):
        micros = Fraction(one.micros)
        stays = one.key in ("productive", "run_not_split")
        left -= micros if not stays else 0
        steps.append(_step(one.key, one.reason, micros, tally.pbt, Fraction(0) if stays else left))
    return tuple(steps)


def stop_lines(
    stops: Iterable[Stop], machines: Mapping[str, str], words: Iterable[StopReason]
) -> tuple[StopLine, ...]:
    """Stops in order of time, with whose word the reason is."""
    told = list(words)
    return tuple(
        _line(one, machines, told) for one in sorted(stops, key=lambda one: (one.start, one.machine))
    )


def kpi_of(name: str, ratio: Ratio) -> Kpi:
    """A share with its bounds as text."""
    sure = ratio.value if ratio.value is not None else ratio.low
    fast = name == "effectiveness" and sure is not None and sure > 1
    return Kpi(name, shown(ratio), None if ratio.value is None else float(ratio.value), ratio.why, fast)


def shown(ratio: Ratio) -> str:
    """82.0 %, 75.1–83.3 %, ≥ 75.1 %; empty where nothing is known."""
    if ratio.value is not None:
        return _percent(ratio.value, ROUND_HALF_EVEN)
    if ratio.low is None or (ratio.low == 0 and (ratio.high is None or ratio.high >= 1)):
        return ""
    low = _percent(ratio.low, ROUND_DOWN)
    return (
        f"{low.removesuffix(' %')}–{_percent(ratio.high, ROUND_UP)}" if ratio.high is not None else f"≥ {low}"
    )


def minutes(micros: Fraction | int) -> str:
    """Minutes with one place."""
    value = Fraction(micros, MINUTE) if isinstance(micros, int) else micros / MINUTE
    return f"{float(value):.1f}"


def _group(kind: str, key: str, label: str, tally: Tally) -> Group:
    found = figures_of(tally)
    ratios: dict[str, Ratio] = {name: getattr(found, name) for name in KPIS}
    judged = None if tally.no_good else (str(number(tally.good)), str(number(tally.scrap)))
    counted = not (tally.uncounted and not tally.produced)
    return Group(
        kind, key, label, tuple(kpi_of(name, ratio) for name, ratio in ratios.items()), minutes(tally.pbt),
        minutes(tally.apt), minutes(tally.gap), str(number(tally.produced)) if counted else None,
        judged[0] if judged and counted else None, judged[1] if judged and counted else None,
    )  # fmt: skip


def _step(key: str, reason: str, micros: Fraction, whole: int, below: Fraction) -> LossStep:
    share = micros / whole
    return LossStep(
        key, reason, minutes(micros), _percent(share, ROUND_HALF_EVEN), round(float(abs(share)) * 100, 2),
        round(float(max(below, Fraction(0)) / whole) * 100, 2),
    )  # fmt: skip


def _line(one: Stop, machines: Mapping[str, str], words: list[StopReason]) -> StopLine:
    said = next(
        (
            word for word in reversed(words)
            if word.machine == one.machine and word.reason == one.reason
            and micros_of(word.starts_at) < one.end and micros_of(word.ends_at) > one.start
        ),
        None,
    )  # fmt: skip
    return StopLine(
        one.machine, machines.get(one.machine, one.machine), moment(one.start), moment(one.end), minutes(one.micros),
        one.part, one.reason, said.by if said else "", said.at if said else None,
    )  # fmt: skip


def _percent(share: Fraction, rounding: str) -> str:
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return f"{exact.quantize(Decimal('0.1'), rounding=rounding):f} %"
