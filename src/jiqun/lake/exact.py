"""精确数 exact numbers in columns: decimals and fractions of decimals that never pass through a float.

A quotient is kept as a numerator over a positive denominator and compared by multiplying across, so that 3 % of a revenue
is 3 % to the last digit. Every number carries the most digits it can have; what would not fit DuckDB's 38 digits is
refused while the rule is being compiled, never while a million firms are being judged.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from jiqun.core.errors import PackError
from jiqun.rules.ranges import EXACT
from jiqun.rules.tree import Op

WIDEST = 38
NARROW = 18
"""Digits DuckDB keeps in 64 bits; a product of two such columns stays there unless one is widened first."""
_WHOLE_MACRO = (
    "CREATE OR REPLACE TEMP MACRO jiqun_whole(a, b) AS"
    " CAST(CAST(a AS HUGEINT) // CAST(b AS HUGEINT) AS DECIMAL(38, 0))"
)
MACROS = (_WHOLE_MACRO,)
"""What a DuckDB connection must know before it runs a judging query: whole quotients of whole numbers."""


@ibis.udf.scalar.builtin(name="jiqun_whole")
def _whole(a, b) -> dt.Decimal(WIDEST, 0):  # type: ignore[no-untyped-def,valid-type]
    """a ÷ b without its fraction; both whole, b above 0."""


# Ibis would work out a type for each sum and product and refuse what it cannot; DuckDB knows them, under these names.
@ibis.udf.scalar.builtin(name="add")
def _add(a, b) -> dt.Decimal():  # type: ignore[no-untyped-def,valid-type]
    """a + b."""


@ibis.udf.scalar.builtin(name="subtract")
def _subtract(a, b) -> dt.Decimal():  # type: ignore[no-untyped-def,valid-type]
    """a − b."""


@ibis.udf.scalar.builtin(name="multiply")
def _multiply(a, b) -> dt.Decimal():  # type: ignore[no-untyped-def,valid-type]
    """a × b."""


@ibis.udf.scalar.builtin(name="round")
def _round(a, places) -> dt.Decimal():  # type: ignore[no-untyped-def,valid-type]
    """Rounded to so many places, halves away from zero."""


@ibis.udf.scalar.builtin(name="round")
def _nearest(a) -> dt.float64:  # type: ignore[no-untyped-def,valid-type]
    """The nearest whole number, as a float."""


@dataclass(frozen=True, slots=True)
class Size:
    """The largest a number can be, without its sign, and its digits after the point."""

    most: Decimal
    places: int

    @property
    def whole(self) -> int:
        """Digits before the point."""
        return max(1, self.most.adjusted() + 1)

    @property
    def digits(self) -> int:
        """All digits."""
        return self.whole + self.places

    @classmethod
    def of(cls, value: Decimal) -> "Size":
        """The size of one number."""
        exponent = value.as_tuple().exponent
        return cls(abs(value), max(0, -exponent) if isinstance(exponent, int) else 0)

    @classmethod
    def column(cls, whole: int, places: int) -> "Size":
        """A column of so many digits before and after the point."""
        return cls(EXACT.subtract(Decimal(10) ** whole, Decimal(10) ** -places), places)

    def both(self, other: "Size") -> "Size":
        """Room for either."""
        return Size(max(self.most, other.most), max(self.places, other.places))

    def fits(self) -> "Size":
        """Itself; PackError `judge.too_wide` when it is more than DuckDB reckons with."""
        if self.digits > WIDEST:
            raise PackError("judge.too_wide", seen=self.digits, allowed=WIDEST)
        return self


@dataclass(frozen=True, slots=True)
class Plain:
    """A decimal column and its size."""

    column: ir.DecimalValue
    size: Size

    def times(self, other: "Plain | None") -> "Plain":
        """The product; by None it is itself."""
        if other is None:
            return self
        size = Size(
            EXACT.multiply(self.size.most, other.size.most), self.size.places + other.size.places
        ).fits()
        return Plain(_multiply(self._ready(other, size), other.column), size)

    def plus(self, other: "Plain", *, sign: int = 1) -> "Plain":
        """The sum, or with sign −1 the difference."""
        places = max(self.size.places, other.size.places)
        size = Size(EXACT.add(self.size.most, other.size.most), places).fits()
        left = self._ready(other, size)
        return Plain((_add if sign > 0 else _subtract)(left, other.column), size)

    def _ready(self, other: "Plain", size: Size) -> ir.DecimalValue:
        """This column, widened where the result needs more than 64 bits and neither side has them."""
        if size.digits <= NARROW or max(self.size.digits, other.size.digits) > NARROW:
            return self.column
        return cast(ir.DecimalValue, self.column.cast(dt.Decimal(WIDEST, self.size.places)))

    def compare(self, op: Op, other: "Plain") -> ir.BooleanValue:
        """Held against another; NULL where either is."""
        left, right = alike(self, other)
        match op:
            case Op.GE:
                return left >= right
            case Op.GT:
                return left > right
            case Op.LE:
                return left <= right
            case Op.LT:
                return left < right
            case Op.EQ:
                return left == right


def alike(*numbers: Plain) -> tuple[ir.DecimalValue, ...]:
    """The columns with as many digits after the point each; DuckDB would drop some where two wide ones meet."""
    size = Size(max(one.size.most for one in numbers), max(one.size.places for one in numbers)).fits()
    if all(one.size.digits <= NARROW for one in numbers):
        return tuple(one.column for one in numbers)
    shared = dt.Decimal(WIDEST, size.places)
    return tuple(cast(ir.DecimalValue, one.column.cast(shared)) for one in numbers)


def constant(value: Decimal) -> Plain:
    """A number of the rule."""
    size = Size.of(value).fits()
    return Plain(cast(ir.DecimalValue, ibis.literal(value, dt.Decimal(size.digits, size.places))), size)


ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Exact:
    """top ÷ bottom, the bottom positive or NULL; None stands for 1."""

    top: Plain
    bottom: Plain | None = None

    def times(self, other: "Exact") -> "Exact":
        """The product."""
        return Exact(self.top.times(other.top), _product(self.bottom, other.bottom))

    def over(self, other: "Exact") -> "Exact":
        """The quotient; NULL where the other is 0 or less."""
        top, bottom = self.top.times(other.bottom), other.top
        positive = bottom.compare(Op.GT, constant(Decimal(0)))
        kept = cast(ir.DecimalValue, ibis.cases((positive, bottom.column)))
        return Exact(top, _product(self.bottom, Plain(kept, bottom.size)))

    def plus(self, other: "Exact", *, sign: int = 1) -> "Exact":
        """The sum, or with sign −1 the difference."""
        left, right = self.top.times(other.bottom), other.top.times(self.bottom)
        return Exact(left.plus(right, sign=sign), _product(self.bottom, other.bottom))

    def compare(self, op: Op, other: "Exact | Root") -> ir.BooleanValue:
        """Held against another number; NULL where either is."""
        if isinstance(other, Root):
            raise PackError("judge.too_wide", seen="√", allowed="√ ≥ 0–9")
        return self.top.times(other.bottom).compare(op, other.top.times(self.bottom))

    def known(self) -> ir.BooleanValue:
        """Is there a number?"""
        top = self.top.column.notnull()
        return top if self.bottom is None else top & self.bottom.column.notnull()

    def guess(self, places: int) -> ir.FloatingValue | None:
        """The quotient times 10 to the power of `places`, as a float."""
        if self.bottom is None:
            return None
        return _float(self.top, self.bottom) * ibis.literal(float(10**places))

    def rounded(self, places: int, guess: ir.FloatingValue | None = None) -> ir.DecimalValue:
        """As a decimal of so many places, halves away from zero: decimal(38, places); quicker with a column of its guess."""
        exact = _quotient(self, places)
        return exact if guess is None else _guessed(guess, _shifted(guess, places), exact)

    def whole(self) -> ir.DecimalValue:
        """Without its fraction: decimal(38, 0)."""
        bottom = self.bottom or constant(ONE)
        shared = max(self.top.size.places, bottom.size.places)
        return cast(
            ir.DecimalValue, _whole(_integer(self.top, shared).column, _integer(bottom, shared).column)
        )


@dataclass(frozen=True, slots=True)
class Root:
    """100 × (√of − 1), which is no fraction: it can be held against a number, and shown, but not reckoned with."""

    of: Exact

    def compare(self, op: Op, other: "Exact | Root") -> ir.BooleanValue:
        """√of held against 1 + other/100 by squares; below 0 the root is always the greater."""
        if isinstance(other, Root) or other.bottom is not None:
            raise PackError("judge.too_wide", seen="√", allowed="√ ≥ 0–9")
        needed = other.top.plus(constant(Decimal(100)))
        scaled = self.of.times(Exact(constant(Decimal(10000))))
        squares = scaled.compare(op, Exact(needed.times(needed)))
        negative = needed.compare(Op.LT, constant(Decimal(0)))
        greater = ibis.literal(op in (Op.GE, Op.GT))
        known = scaled.top.column.notnull() if self.of.bottom is None else self.of.bottom.column.notnull()
        return cast(ir.BooleanValue, ibis.cases((negative & known, greater), else_=squares))

    def guess(self, places: int) -> ir.FloatingValue:
        """The root (of 1, not of 100) times 10 to the power of `places` + 2, as a float."""
        ratio = _float(self.of.top, self.of.bottom or constant(ONE))
        return cast(ir.FloatingValue, ratio.sqrt() * ibis.literal(float(10 ** (places + 2))))

    def rounded(self, places: int, guess: ir.FloatingValue | None = None) -> ir.DecimalValue:
        """As a decimal of so many places, halves away from zero; quicker with a column of its guess."""
        if guess is None:
            return self._settled(places, self.guess(places))
        value = _subtract(_shifted(guess, places), constant(Decimal(100)).column).cast(
            dt.Decimal(WIDEST, places)
        )
        return _guessed(guess, value, self._settled(places, guess))

    def _settled(self, places: int, guess: ir.FloatingValue) -> ir.DecimalValue:
        """The root a float only guesses, settled by squares."""
        unit = 10 ** (places + 2)
        top, bottom = self.of.top, self.of.bottom or constant(ONE)
        root = cast(ir.DecimalValue, guess.round().cast(dt.Decimal(WIDEST, 0)))
        squared = top.times(constant(Decimal(4 * unit * unit)))
        size = Size(Decimal(10) ** (NARROW - 4), 0)

        def beside(half: int, op: Op) -> ir.BooleanValue:
            """The middle between the guess and its neighbour held against the true root, both doubled and squared."""
            double = _add(_multiply(root, constant(Decimal(2)).column), constant(Decimal(half)).column)
            square = Plain(
                _multiply(_multiply(double, double), bottom.column),
                Size(squared.size.most, bottom.size.places),
            )
            return square.compare(op, squared)

        grows = root >= unit  # halves away from zero: up for a growth, down for a fall
        up = beside(1, Op.LT) | (beside(1, Op.EQ) & grows)
        down = (root > 0) & (beside(-1, Op.GT) | (beside(-1, Op.EQ) & ~grows))
        step = ibis.cases(
            (up, constant(ONE).column), (down, constant(-ONE).column), else_=constant(Decimal(0)).column
        )
        settled = Plain(_add(root, step), size)
        value = settled.times(constant(Decimal(10) ** -places)).plus(constant(Decimal(100)), sign=-1)
        return cast(ir.DecimalValue, value.column.cast(dt.Decimal(WIDEST, places)))


Number = Exact | Root


def as_exact(number: Number, where: str) -> Exact:
    """A number that can be reckoned with; PackError `judge.root` for a root, naming the node."""
    if isinstance(number, Root):
        raise PackError("judge.root", seen=where)
    return number


def _float(top: Plain, bottom: Plain) -> ir.FloatingValue:
    """About the quotient."""
    return cast(ir.FloatingValue, top.column.cast("float64") / bottom.column.cast("float64"))


def _shifted(guess: ir.FloatingValue, places: int) -> ir.DecimalValue:
    """The whole number nearest to a guess, with so many of its digits after the point."""
    whole = _multiply(
        guess.cast("int64").cast(dt.Decimal(NARROW, 0)), constant(Decimal(10) ** -places).column
    )
    return cast(ir.DecimalValue, whole.cast(dt.Decimal(WIDEST, places)))


def _guessed(guess: ir.FloatingValue, value: ir.Value, exact: ir.DecimalValue) -> ir.DecimalValue:
    """What a guess is rounded to, where nothing so near to it is rounded to anything else; else what is exact.

    A guess is made in fewer than ten steps, each off by at most 2⁻⁵³ of its result: by far less than 1 part in 10¹⁴.
    So where the next half is further away than that, guess and number are rounded alike. Whole numbers of 128 bits take
    20 times as long.
    """
    off = cast(ir.FloatingValue, guess - _nearest(guess)).abs()
    return cast(ir.DecimalValue, ibis.cases((off >= 0.5 - guess.abs() * 1e-14, exact), else_=value))


def _product(a: Plain | None, b: Plain | None) -> Plain | None:
    return b if a is None else a.times(b)


def _quotient(number: Exact, places: int) -> ir.DecimalValue:
    """Long division in two goes where one has no room: first as many digits as fit, then those of the rest."""
    top, bottom = number.top, number.bottom
    kept = dt.Decimal(WIDEST, places)
    if bottom is None:
        column = top.column if top.size.places <= places else _round(top.column, places)
        return cast(ir.DecimalValue, column.cast(kept))
    shared, wanted = max(top.size.places, bottom.size.places), places + 1
    whole, under = _integer(top, shared), _integer(bottom, shared)
    first = min(wanted, WIDEST - whole.size.whole)
    last = wanted - first
    if first < 0 or under.size.whole + last > WIDEST:
        raise PackError("judge.too_wide", seen=whole.size.whole + wanted, allowed=WIDEST)
    shifted = _power(whole.column, first)
    result = _whole(shifted, under.column)
    if last:
        rest = _subtract(shifted, _multiply(result, under.column))
        result = _add(_power(result, last), _whole(_power(rest, last), under.column))
    scaled = _multiply(result, constant(Decimal(10) ** -wanted).column)
    return cast(ir.DecimalValue, _round(scaled, places).cast(kept))


def _integer(number: Plain, places: int) -> Plain:
    """Times 10 to the power of `places`, as a whole number: decimal(38, 0)."""
    size, integer = number.size, dt.Decimal(WIDEST, 0)
    wide = cast(ir.DecimalValue, number.column.cast(dt.Decimal(WIDEST, size.places)))
    if size.whole + 2 * size.places <= WIDEST:
        column = _power(wide, size.places).cast(integer)
    else:  # the digits after the point by themselves, for want of room
        fraction = wide % constant(ONE).column
        whole = _subtract(wide, fraction).cast(integer)
        column = _add(_power(whole, size.places), _power(fraction, size.places).cast(integer))
    grown = Size(EXACT.scaleb(size.most, Decimal(places)), 0).fits()
    return Plain(_power(cast(ir.DecimalValue, column), places - size.places), grown)


def _power(column: ir.Value, by: int) -> ir.DecimalValue:
    """Times 10 to the power of `by`."""
    numeric = cast(ir.DecimalValue, column)
    return numeric if by == 0 else _multiply(numeric, constant(Decimal(10) ** by).column)
