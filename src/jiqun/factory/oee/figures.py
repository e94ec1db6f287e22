"""指标 the KPIs of a tally after ISO 22400-2: a value each, or its bounds where something is not known, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TypeAlias

from jiqun.factory.oee.tally import Tally

Number: TypeAlias = Fraction | int


@dataclass(frozen=True, slots=True)
class Ratio:
    """A KPI: its value, or None with bounds (None is open); never capped.

    known  what the known part alone says, where the whole is not known; for orientation, never in place of it
    why    codes: no_time (nothing was planned), gap, no_count, no_cycle, no_good, no_pieces
    """

    value: Fraction | None
    low: Fraction | None = None
    high: Fraction | None = None
    why: tuple[str, ...] = ()
    known: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The KPIs by the standard's names.

    availability APT ÷ PBT · effectiveness Σ(PRI × PQ) ÷ APT · quality_ratio GQ ÷ PQ (weighted by PRI where products
    differ) · oee_index their product, Σ(PRI × GQ) ÷ PBT · scrap_ratio SQ ÷ PQ · setup_ratio AUST ÷ AUPT, which is
    APT + AUST · technical_efficiency APT ÷ (APT + ADET)

    The standard counts minor stops as ADET, here they stay in APT (ADR 0036); with a threshold of 0 they are as it says.
    """

    availability: Ratio
    effectiveness: Ratio
    quality_ratio: Ratio
    oee_index: Ratio
    scrap_ratio: Ratio
    setup_ratio: Ratio
    technical_efficiency: Ratio


@dataclass(frozen=True, slots=True)
class Loss:
    """A step of the waterfall from planned busy time down to time that made good pieces; microseconds."""

    key: str
    reason: str
    micros: Number


def figures_of(tally: Tally) -> Figures:
    """The KPIs of a group."""
    apt, gap = tally.apt, tally.gap
    unsure = ("gap",) if gap else ()
    first = _between(apt, apt + gap, tally.pbt, unsure), _effectiveness(tally), _quality(tally)
    return Figures(
        *first,
        _oee(tally, first),
        _pieces(tally.scrap, tally),
        _share(tally.micros("changeover"), apt, unsure),
        _share(apt, tally.adet, unsure),
    )


def waterfall(tally: Tally) -> tuple[Loss, ...]:
    """Planned busy time, loss by loss, adding up to it exactly.

    A negative `speed` says that pieces came faster than their ideal cycle allows. Where nobody knows what was made, the
    time of running stands whole as `run_not_split`.
    """
    return tuple(one for one in _losses(tally) if one.micros)


def too_fast(tally: Tally) -> Fraction | None:
    """The effectiveness, if it is above 1 whatever is unknown: the ideal cycle is wrong; None otherwise."""
    found = _effectiveness(tally)
    sure = found.value if found.value is not None else found.low
    return sure if sure is not None and sure > 1 else None


def _losses(tally: Tally) -> Iterator[Loss]:
    for part in ("down", "delay", "changeover"):
        yield from (Loss(part, reason, micros) for reason, micros in tally.reasons(part).items())
    yield Loss("gap", "", tally.gap)
    yield from (Loss("minor", reason, micros) for reason, micros in tally.reasons("minor").items())
    run = tally.micros("run")
    if tally.no_cycle or tally.no_good or tally.uncounted_run or tally.in_gap:
        yield Loss("run_not_split", "", run)
        return
    yield Loss("speed", "", run - tally.at_cycle)
    yield Loss("quality", "", tally.at_cycle - tally.good_at_cycle)
    yield Loss("productive", "", tally.good_at_cycle)


def _missing(tally: Tally) -> tuple[str, ...]:
    told = (("no_cycle", tally.no_cycle), ("no_good", tally.no_good), ("no_count", tally.uncounted))
    return tuple(code for code, is_so in told if is_so)


def _effectiveness(tally: Tally) -> Ratio:
    told = (("no_cycle", tally.no_cycle), ("no_count", tally.uncounted_run), ("gap", tally.gap))
    why = tuple(code for code, is_so in told if is_so)
    if not tally.apt + tally.gap:
        return Ratio(None, why=("no_time",))
    low = tally.at_cycle / (tally.apt + tally.gap)
    if not why:
        return Ratio(low, low, low)
    is_open = tally.no_cycle or tally.uncounted or not tally.apt
    seen = tally.apt - tally.uncounted_run
    known = tally.at_cycle / seen if seen and not tally.no_cycle and not tally.in_gap else None
    return Ratio(None, low, None if is_open else tally.at_cycle / tally.apt, why, known)


def _quality(tally: Tally) -> Ratio:
    if not tally.no_cycle and tally.at_cycle:
        return _judged(tally.good_at_cycle / tally.at_cycle, tally)
    if len(tally.products) > 1:
        return Ratio(None, Fraction(0), Fraction(1), ("no_cycle",))
    return _pieces(tally.good, tally)


def _pieces(part: Fraction, tally: Tally) -> Ratio:
    """A share of the pieces made."""
    if not tally.produced:
        return Ratio(None, why=("no_count",) if tally.uncounted else ("no_pieces",))
    return _judged(part / tally.produced, tally)


def _judged(value: Fraction, tally: Tally) -> Ratio:
    """A share of pieces; unknown between 0 and 1 where some were counted or judged by nobody."""
    why = tuple(one for one in _missing(tally) if one != "no_cycle")
    known = None if tally.no_good else value
    return Ratio(None, Fraction(0), Fraction(1), why, known) if why else Ratio(value, value, value)


def _oee(tally: Tally, factors: Sequence[Ratio]) -> Ratio:
    """Σ(PRI × GQ) ÷ PBT: known whenever every piece is, even where states are not; the bound above is at ideal speed."""
    if not tally.pbt:
        return Ratio(None, why=("no_time",))
    why = _missing(tally)
    low = tally.good_at_cycle / tally.pbt
    if not why:
        return Ratio(low, low, low)
    high = low + Fraction(tally.uncounted, tally.pbt) if why == ("no_count",) else None
    known = [one.known if one.value is None else one.value for one in factors]
    product = prod(one for one in known if one is not None)
    return Ratio(None, low, high, why, None if None in known else Fraction(product))


def _between(low: int, high: int, whole: int, why: tuple[str, ...]) -> Ratio:
    if not whole:
        return Ratio(None, why=("no_time",))
    value = Fraction(low, whole)
    if not why:
        return Ratio(value, value, value)
    seen = whole - (high - low)
    return Ratio(None, value, Fraction(high, whole), why, Fraction(low, seen) if seen else None)


def _share(part: int, other: int, why: tuple[str, ...]) -> Ratio:
    """part ÷ (part + other); not known where a gap may hide either."""
    if not part + other:
        return Ratio(None, why=why or ("no_time",))
    value = Fraction(part, part + other)
    return Ratio(None, why=why) if why else Ratio(value, value, value)
