"""公式列式 the column twin of every formula of `rules.formulas`, registered by the same name; NULL in, NULL out.

Arguments stand from the newest year to the oldest. A denominator of 0 or less gives NULL, as it gives None there.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import cast

import ibis
import ibis.expr.types as ir

from jiqun.lake.exact import Exact, Number, Plain, Root, Size, alike, constant
from jiqun.rules.tree import Op

COLUMN_FORMULAS: dict[str, Callable[..., Number]] = {}
HUNDRED = Exact(constant(Decimal(100)))
ZERO = Exact(constant(Decimal(0)))


def _twin(function: Callable[..., Number]) -> Callable[..., Number]:
    COLUMN_FORMULAS[function.__name__] = function
    return function


@_twin
def ratio(a: Exact, b: Exact) -> Exact:
    """a ÷ b."""
    return a.over(b)


@_twin
def percent(a: Exact, b: Exact) -> Exact:
    """a as percent of b."""
    return HUNDRED.times(a).over(b)


@_twin
def percent_of(a: Exact, share: Exact) -> Exact:
    """`share` percent of a."""
    return a.times(share).times(Exact(constant(Decimal("0.01"))))


@_twin
def growth(new: Exact, old: Exact) -> Exact:
    """Growth over the year before, %."""
    return cast(Exact, percent(new.plus(old, sign=-1), old))


@_twin
def mean_growth(new: Exact, middle: Exact, old: Exact) -> Exact:
    """Arithmetic mean of two yearly growth rates, %."""
    return _mean([cast(Exact, growth(new, middle)), cast(Exact, growth(middle, old))])


@_twin
def two_year_compound_growth(new: Exact, old: Exact) -> Root:
    """Compound growth over two years, %: √(new ÷ old) − 1; nothing for a new below 0."""
    return Root(_where(new.compare(Op.GE, ZERO), new).over(old))


@_twin
def high_tech_growth(new: Exact, middle: Exact, old: Exact) -> Exact:
    """½ (year2 ÷ year1 + year3 ÷ year2) − 1; year1 0: year3 ÷ year2 − 1; year2 0: 0."""
    sound = new.compare(Op.GE, ZERO) & middle.compare(Op.GE, ZERO) & old.compare(Op.GE, ZERO)
    both = cast(Exact, mean_growth(new, middle, old))
    later = cast(Exact, growth(new, middle))
    return _first((sound & middle.compare(Op.EQ, ZERO), ZERO), (sound & old.compare(Op.GT, ZERO), both), (sound, later))


@_twin
def sum_years(*values: Exact) -> Exact:
    """The sum."""
    return reduce(Exact.plus, values)


@_twin
def mean_years(*values: Exact) -> Exact:
    """The arithmetic mean."""
    return _mean(list(values))


@_twin
def difference(a: Exact, b: Exact) -> Exact:
    """a − b."""
    return a.plus(b, sign=-1)


@_twin
def land_used(own: Exact, leased: Exact, let_out: Exact) -> Exact:
    """Own + leased − let out."""
    return own.plus(leased).plus(let_out, sign=-1)


@_twin
def highest(*values: Exact) -> Exact:
    """The largest; NULL where one is unknown."""
    return reduce(lambda a, b: _first((a.compare(Op.GE, b), a), (a.compare(Op.LT, b), b)), values)


@_twin
def lowest(*values: Exact) -> Exact:
    """The smallest; NULL where one is unknown."""
    return reduce(lambda a, b: _first((a.compare(Op.LE, b), a), (a.compare(Op.GT, b), b)), values)


def _mean(values: list[Exact]) -> Exact:
    return reduce(Exact.plus, values).over(Exact(constant(Decimal(len(values)))))


def _where(condition: ir.BooleanValue, number: Exact) -> Exact:
    """The number where the condition holds, else NULL."""
    return _first((condition, number))


def _first(*choices: tuple[ir.BooleanValue, Exact]) -> Exact:
    """The number of the first condition that holds; NULL when none does."""
    top = _chosen([(when, one.top) for when, one in choices])
    if all(one.bottom is None for _, one in choices):
        return Exact(top)
    return Exact(top, _chosen([(when, one.bottom or constant(Decimal(1))) for when, one in choices]))


def _chosen(choices: list[tuple[ir.BooleanValue, Plain]]) -> Plain:
    columns = alike(*(one for _, one in choices))
    size = reduce(Size.both, (one.size for _, one in choices)).fits()
    kept = ibis.cases(*((when, column) for (when, _), column in zip(choices, columns, strict=True)))
    return Plain(cast(ir.DecimalValue, kept), size)
