"""设备综合效率的呈现 showing a tally: the object behind JSON, tables and pages; seconds and shares as numbers."""

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction

from jiqun.factory.instants import SECOND
from jiqun.factory.oee.figures import Figures, Number, Ratio, figures_of, waterfall
from jiqun.factory.oee.report import Key, Report
from jiqun.factory.oee.tally import Tally

NAMES: Mapping[str, tuple[str, ...]] = {
    "total": (), "line": ("line",), "machine": ("machine",), "shift": ("shift",), "product": ("product",),
    "machine_shift": ("machine", "shift"), "machine_product": ("machine", "product"),
}  # fmt: skip
"""What the parts of a key of each grouping are called."""
PLACES = 6


def report_object(report: Report) -> dict[str, object]:
    """Every grouping: `total` one object, `by_machine`, `by_shift` … a list of them."""
    found: dict[str, object] = {"total": tally_object(report.tallies["total"].get((), Tally()))}
    for name, group in report.tallies.items():
        if name != "total":
            found[f"by_{name}"] = [named(name, key) | tally_object(tally) for key, tally in group.items()]
    return found


def named(grouping: str, key: Key) -> dict[str, object]:
    """The parts of a key by their names."""
    return dict(zip(NAMES[grouping], key, strict=True))


def tally_object(tally: Tally) -> dict[str, object]:
    """One group: KPIs (None with `bounds`), times [s] by the standard's names, quantities, the waterfall [s]."""
    found = figures_of(tally)
    ratios = {one.name: ratio_of(found, one.name) for one in fields(Figures)}
    return {
        **{name: number(ratio.value) for name, ratio in ratios.items()},
        "bounds": {
            name: {"low": number(ratio.low), "high": number(ratio.high), "known": number(ratio.known),
                   "why": list(ratio.why)}
            for name, ratio in ratios.items() if ratio.value is None
        },
        "times_s": {name: seconds(value) for name, value in _times(tally).items()},
        "quantities": {"pq": number(tally.produced), "gq": None if tally.no_good else number(tally.good),
                       "sq": None if tally.no_good else number(tally.scrap)},
        "planned_stops": [{"reason": reason, "seconds": seconds(micros)}
                          for reason, micros in tally.reasons("planned").items()],
        "waterfall": [{"key": one.key, "reason": one.reason, "seconds": seconds(one.micros)} for one in waterfall(tally)],
        "outside": {"run_s": seconds(tally.outside_run), "pieces": number(tally.outside_pieces)},
    }  # fmt: skip


def ratio_of(found: Figures, name: str) -> Ratio:
    """A KPI by its name."""
    ratio = getattr(found, name)
    assert isinstance(ratio, Ratio)
    return ratio


def number(value: Number | None) -> int | float | None:
    """A whole number as such, any other to six places; None stays None."""
    if value is None:
        return None
    return int(value) if Fraction(value).denominator == 1 else round(float(value), PLACES)


def seconds(micros: Number) -> int | float | None:
    """Microseconds as seconds."""
    return number(Fraction(micros) / SECOND)


def _times(tally: Tally) -> dict[str, Number]:
    return {
        "pot": tally.pot, "breaks": tally.micros("break"), "planned_stops": tally.micros("planned"), "pbt": tally.pbt,
        "apt": tally.apt, "minor_stops": tally.micros("minor"), "adet": tally.adet,
        "down": tally.micros("down"), "delay": tally.micros("delay"), "aust": tally.micros("changeover"), "gap": tally.gap,
    }  # fmt: skip
