"""公式 formulas: named pure functions a pack may use; None in, None out, and no number where it has no meaning.

Arguments stand from the newest year to the oldest. A denominator of 0 or less gives None: the ratio has no meaning, which
is unknown, never met. Every formula has a column twin of the same name in `lake/formula_columns.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jiqun.rules.ranges import EXACT, ZERO

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class FormulaDef:
    """A registered formula.

    least, most   how many arguments it takes; most None: any number
    unit          unit of the result: "%"; "same" (of the arguments, which are all in one); "ratio" (first ÷ second); "first"
    """

    name: str
    function: Callable[..., Decimal | None]
    least: int
    most: int | None
    unit: str


FORMULAS: dict[str, FormulaDef] = {}


def _formula(
    least: int, most: int | None, unit: str
) -> Callable[[Callable[..., Decimal | None]], Callable[..., Decimal | None]]:
    def register(function: Callable[..., Decimal | None]) -> Callable[..., Decimal | None]:
        FORMULAS[function.__name__] = FormulaDef(function.__name__, function, least, most, unit)
        return function

    return register


def apply(name: str, values: Sequence[Decimal | None]) -> Decimal | None:
    """The formula of that name over values; None where one is missing."""
    if any(value is None for value in values):
        return None
    return FORMULAS[name].function(*values)


@_formula(2, 2, "ratio")
def ratio(a: Decimal, b: Decimal) -> Decimal | None:
    """a ÷ b, in the unit of a per unit of b."""
    return EXACT.divide(a, b) if b > 0 else None


@_formula(2, 2, "%")
def percent(a: Decimal, b: Decimal) -> Decimal | None:
    """a as percent of b."""
    return EXACT.divide(EXACT.multiply(HUNDRED, a), b) if b > 0 else None


@_formula(2, 2, "first")
def percent_of(a: Decimal, share: Decimal) -> Decimal | None:
    """`share` percent of a."""
    return EXACT.divide(EXACT.multiply(a, share), HUNDRED)


@_formula(2, 2, "%")
def growth(new: Decimal, old: Decimal) -> Decimal | None:
    """Growth over the year before, %: (new − old) ÷ old (63号 附件1)."""
    return percent(EXACT.subtract(new, old), old)


@_formula(3, 3, "%")
def mean_growth(new: Decimal, middle: Decimal, old: Decimal) -> Decimal | None:
    """Arithmetic mean of two yearly growth rates, % (63号 附件3)."""
    later, earlier = growth(new, middle), growth(middle, old)
    return None if later is None or earlier is None else EXACT.divide(EXACT.add(later, earlier), Decimal(2))


@_formula(2, 2, "%")
def two_year_compound_growth(new: Decimal, old: Decimal) -> Decimal | None:
    """Compound growth over two years, %: √(new ÷ old) − 1; new is two years after old (2号 附件3)."""
    if old <= 0 or new < 0:
        return None
    return EXACT.multiply(HUNDRED, EXACT.subtract(EXACT.sqrt(EXACT.divide(new, old)), Decimal(1)))


@_formula(3, 3, "%")
def high_tech_growth(new: Decimal, middle: Decimal, old: Decimal) -> Decimal | None:
    """Mean of two yearly growths, %; oldest year 0: the newer growth alone; middle year 0: 0 (国科发火〔2016〕195号)."""
    if new < 0 or middle < 0 or old < 0:
        return None
    if middle == 0:
        return ZERO
    return mean_growth(new, middle, old) if old > 0 else growth(new, middle)


@_formula(1, None, "same")
def sum_years(*values: Decimal) -> Decimal | None:
    """The sum of some years, or of some amounts."""
    result = ZERO
    for value in values:
        result = EXACT.add(result, value)
    return result


@_formula(1, None, "same")
def mean_years(*values: Decimal) -> Decimal | None:
    """The arithmetic mean of some years."""
    result = sum_years(*values)
    return None if result is None else EXACT.divide(result, Decimal(len(values)))


@_formula(2, 2, "same")
def difference(a: Decimal, b: Decimal) -> Decimal | None:
    """a − b."""
    return EXACT.subtract(a, b)


@_formula(3, 3, "same")
def land_used(own: Decimal, leased: Decimal, let_out: Decimal) -> Decimal | None:
    """Land used: own + leased − let out (亩均用地面积)."""
    return EXACT.subtract(EXACT.add(own, leased), let_out)


@_formula(1, None, "same")
def highest(*values: Decimal) -> Decimal | None:
    """The largest of some values."""
    return max(values)


@_formula(1, None, "same")
def lowest(*values: Decimal) -> Decimal | None:
    """The smallest of some values."""
    return min(values)
