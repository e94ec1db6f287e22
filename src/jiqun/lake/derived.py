"""Derived indicators 派生指标: named formulas over other indicators, each written once.

An indicator's `expression` is the name of a formula, with the indicators it works on where the formula is a general one:
`rd_intensity`, `tax_per_mu`, `share_of:value_added,gdp`, `per:revenue,enterprise_count`, `growth:revenue`.
Formulas divide in float64, so every engine gives the same last digit; a divisor of zero gives no number.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from jiqun.core.errors import PackError
from jiqun.core.indicators import IndicatorTable
from jiqun.core.units import UnitTable

_SAME = ("subject", "year", "status", "scope", "synthetic")


@dataclass(frozen=True, slots=True)
class Formula:
    """What to divide by what: indicators with the unit each is taken in, and the factor of the result.

    growth  the first indicator over its own value of the year before instead
    """

    name: str
    inputs: tuple[str, ...]
    units: tuple[str, ...] = ()
    times: int = 1
    growth: bool = False

    @property
    def scale(self) -> Decimal:
        """The factor when both inputs are stored in the units the formula takes them in."""
        return Decimal(self.times)


NAMED: Mapping[str, Formula] = MappingProxyType(
    {
        "rd_intensity": Formula("rd_intensity", ("rd_expense", "revenue"), ("亿元", "亿元"), times=100),
        "tax_per_mu": Formula("tax_per_mu", ("tax", "land_area_mu"), ("万元", "亩")),
    }
)

_GENERAL: Mapping[str, tuple[int, Callable[[tuple[str, ...]], Formula]]] = MappingProxyType(
    {
        "share_of": (2, lambda inputs: Formula("share_of", inputs, times=100)),
        "per": (2, lambda inputs: Formula("per", inputs)),
        "growth": (1, lambda inputs: Formula("growth", inputs, times=100, growth=True)),
    }
)


def formula(expression: str) -> Formula:
    """The formula an indicator's `expression` names; PackError `pack.unknown_formula` when there is none."""
    if expression in NAMED:
        return NAMED[expression]
    name, _, listed = expression.partition(":")
    inputs = tuple(part.strip() for part in listed.split(",") if part.strip())
    wanted, make = _GENERAL.get(name.strip(), (0, None))
    if make is None or len(inputs) != wanted:
        allowed = [*NAMED, "share_of:a,b", "per:a,b", "growth:a"]
        raise PackError("pack.unknown_formula", seen=expression, allowed=" ".join(allowed))
    return make(inputs)


def factor_of(chosen: Formula, indicators: IndicatorTable, units: UnitTable) -> Decimal:
    """What the quotient of the two indicators' stored values is multiplied by to come out in the formula's unit."""
    if chosen.growth:
        return Decimal(chosen.times)
    stored = [indicators.get(key).unit for key in chosen.inputs]
    wanted = list(chosen.units) or ([stored[0]] * 2 if chosen.name == "share_of" else stored)
    above, below = (
        units.convert(Decimal(1), source, target) for source, target in zip(stored, wanted, strict=True)
    )
    return Decimal(chosen.times) * above / below


def row_value(chosen: Formula, value: Decimal, other: Decimal, factor: float) -> float | None:
    """Twin of `derive` for one row: the first input's value, and the second's (for a growth: its own a year before)."""
    if chosen.growth:
        return float(value - other) / float(other) * factor if other > 0 else None
    return float(value) / float(other) * factor if other else None


def derive(cells: ir.Table, key: str, chosen: Formula, *, factor: Decimal) -> ir.Table:
    """A derived indicator over cells (see `cells.py`) of its inputs.

    Columns: subject, indicator (= key), year, status, scope, synthetic, value (float64, in the derived indicator's unit;
    NULL where the divisor is zero or, for a growth, not above zero); inexact (inputs with a bound other than =).
    Grain: one row per subject, year, status, scope and synthetic mark for which every input is known.
    """
    value = _growth(cells, chosen.inputs[0]) if chosen.growth else _quotient(cells, chosen.inputs)
    scaled = value.mutate(value=value.value * ibis.literal(float(factor)), indicator=ibis.literal(key))
    return scaled.select("subject", "indicator", *_SAME[1:], "value", "inexact")


def _quotient(cells: ir.Table, inputs: Sequence[str]) -> ir.Table:
    above, below = (cells.filter(cells.indicator == key).select(*_SAME, "value", "bound") for key in inputs)
    both = above.inner_join(below.rename(divisor="value", divisor_bound="bound"), list(_SAME))
    value = both.value.cast("float64") / both.divisor.cast("float64").nullif(0)
    return both.mutate(value=value, inexact=_hedged(both.bound) + _hedged(both.divisor_bound))


def _growth(cells: ir.Table, key: str) -> ir.Table:
    """Change over the year before, as a part of it; years without the one before are left out."""
    one = cells.filter(cells.indicator == key)
    window = ibis.window(group_by=["subject", "status", "scope", "synthetic"], order_by=one.year)
    pairs = one.mutate(
        before=one.value.lag().over(window),
        bound_before=one.bound.lag().over(window),
        year_before=one.year.lag().over(window),
    )
    pairs = pairs.filter(pairs.year_before == pairs.year - 1)
    base = ibis.ifelse(pairs.before > 0, pairs.before, ibis.null())
    change = (pairs.value - pairs.before).cast("float64") / base.cast("float64")
    return pairs.mutate(value=change, inexact=_hedged(pairs.bound) + _hedged(pairs.bound_before))


def _hedged(bound: ir.Value) -> ir.Value:
    """One where the number is only a bound or about right, else nought."""
    return ibis.ifelse(bound != "=", 1, 0)
