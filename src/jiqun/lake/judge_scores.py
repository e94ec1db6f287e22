"""得分列 scores folded into columns: every score node as its lowest and highest points and whether something is missing.

Points are decimal(38, 12): what comes of a division is kept to 12 places, halves away from zero. A side nothing bounds is
NULL. The twin of the scores of `rules.walker`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import cast

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from jiqun.lake.exact import WIDEST, Exact, Plain, Size, as_exact, constant
from jiqun.lake.judge_columns import GAP, HIGH, LOW, MANUAL, MET, UNKNOWN, UNMET, Numbers, small
from jiqun.lake.judge_conditions import Conditions, StateColumn, all_of
from jiqun.rules import tree
from jiqun.rules.ranges import Range, hull
from jiqun.rules.scoring import owns
from jiqun.rules.tree import Op, Score

POINT_PLACES = 12
POINTS = dt.Decimal(WIDEST, POINT_PLACES)
SCORES = (
    tree.BandTable, tree.FirstMatch, tree.MultiSelectCapped, tree.PerStep, tree.RatioToBase, tree.ExpertRange, tree.Given,
    tree.BestOf,
)  # fmt: skip
_SIZE = Size.column(WIDEST - POINT_PLACES, POINT_PLACES)
_NO = ibis.literal(False)
EARNED = "earned:"


def fixed(value: Decimal | None) -> ir.DecimalValue:
    """Points of the rule; NULL for no bound."""
    return cast(ir.DecimalValue, ibis.null(POINTS) if value is None else ibis.literal(value, POINTS))


@dataclass(frozen=True, slots=True)
class Points:
    """Lowest and highest points, NULL where nothing bounds them, and whether something is missing."""

    low: ir.DecimalValue
    high: ir.DecimalValue
    gap: ir.BooleanValue = _NO

    @classmethod
    def of(cls, points: Range, gap: ir.BooleanValue = _NO) -> "Points":
        """Points of the rule."""
        return cls(fixed(points.low), fixed(points.high), gap)

    @property
    def exact(self) -> ir.BooleanValue:
        """Is there but one value? Never NULL."""
        return cast(ir.BooleanValue, ibis.coalesce(self.low == self.high, _NO))

    def capped(self, most: ir.DecimalValue | None) -> "Points":
        """Nothing above; an empty cap caps nothing, an open low side stays open."""
        if most is None:
            return self
        low = ibis.cases((self.low.notnull(), ibis.least(self.low, most)))
        return Points(
            cast(ir.DecimalValue, low), cast(ir.DecimalValue, ibis.least(self.high, most)), self.gap
        )

    def floored(self, least: ir.DecimalValue | None) -> "Points":
        """Nothing below."""
        if least is None:
            return self
        high = ibis.cases((self.high.notnull(), ibis.greatest(self.high, least)))
        return Points(
            cast(ir.DecimalValue, ibis.greatest(self.low, least)), cast(ir.DecimalValue, high), self.gap
        )

    def known(self) -> ir.IntegerValue:
        """Met where the points are known, unknown where something is missing, else for an expert."""
        open_end = self.gap | self.low.isnull() | self.high.isnull()
        return cast(
            ir.IntegerValue,
            ibis.cases((self.exact, small(MET)), (open_end, small(UNKNOWN)), else_=small(MANUAL)),
        )

    def where(self, condition: ir.BooleanValue, otherwise: "Points") -> "Points":
        """These where the condition holds, else the others."""
        pairs = ((self.low, otherwise.low), (self.high, otherwise.high), (self.gap, otherwise.gap))
        low, high, gap = (ibis.cases((condition, one), else_=other) for one, other in pairs)
        return Points(cast(ir.DecimalValue, low), cast(ir.DecimalValue, high), cast(ir.BooleanValue, gap))


NOTHING = Range(Decimal(0), Decimal(0))


def total(parts: Sequence[Points]) -> Points:
    """The sum; open where one is."""
    if not parts:
        return Points.of(NOTHING)
    low = reduce(lambda a, b: a + b, (one.low for one in parts))
    high = reduce(lambda a, b: a + b, (one.high for one in parts))
    return Points(cast(ir.DecimalValue, low), cast(ir.DecimalValue, high), any_gap(parts))


def any_gap(parts: Iterable[Points]) -> ir.BooleanValue:
    """Is something missing in one of them?"""
    return reduce(lambda a, b: a | b, (one.gap for one in parts), _NO)


def earned(nodes: Iterable[object], numbers: Numbers) -> dict[str, ir.Value]:
    """value × weight ÷ base of every ratio, in a column of an earlier stage: so long a quotient is written once."""
    return {
        EARNED + node.about.id: numbers.number(node.value).times(numbers.number(node.weight))
        .over(numbers.number(node.base)).rounded(POINT_PLACES)
        for node in nodes if isinstance(node, tree.RatioToBase)
    }  # fmt: skip


class Items(Conditions):
    """Points of score nodes over a table in which every condition they ask has its state."""

    def points(self, node: Score) -> Points:
        """Points of a node, guards included; those that do not apply are 0."""
        guard = self.guard(node.about)
        if guard is None:
            return Points.of(NOTHING)
        points = self._of_score(node)
        if node.about.when is not None:
            nothing = Points.of(NOTHING)
            open_ = (guard == UNKNOWN) | (guard == MANUAL)
            missing = points.gap | (guard == UNKNOWN)
            doubted = Points(
                cast(
                    ir.DecimalValue, ibis.cases((points.low.notnull(), ibis.least(points.low, nothing.low)))
                ),
                cast(
                    ir.DecimalValue,
                    ibis.cases((points.high.notnull(), ibis.greatest(points.high, nothing.high))),
                ),
                cast(ir.BooleanValue, missing),
            )
            points = points.where(guard == MET, doubted.where(open_, nothing))
        return Points(points.low, points.high, points.gap & ~points.exact)

    def _of_score(self, node: Score) -> Points:
        match node:
            case tree.BandTable():
                return self._settled(self._bands(node), node.decided)
            case tree.PerStep():
                return self._steps(node)
            case tree.Given():
                given = self.numbers.number(node.value).rounded(POINT_PLACES)
                low = cast(ir.DecimalValue, ibis.coalesce(given, fixed(Decimal(0))))
                return Points(low, given, given.isnull()).capped(self.limit(node.maximum))
            case tree.RatioToBase():
                return self._ratio(node)
            case tree.ExpertRange():
                return self._settled(Points.of(node.points), node.decided)
            case tree.MultiSelectCapped():
                return self._options(node)
            case tree.FirstMatch():
                return self._settled(self._first_match(node), node.decided)
            case tree.BestOf():
                return self._best([self.points(one) for one in node.of])

    def limit(self, operand: tree.Operand | None) -> ir.DecimalValue | None:
        """A cap or floor in points."""
        return self.numbers.limit(operand, POINT_PLACES)

    def _bands(self, table: tree.BandTable) -> Points:
        value = self.numbers.number(table.value)
        known = value.known() if isinstance(value, Exact) else value.rounded(0).notnull()
        result = Points.of(table.bands[-1].points)
        for place in reversed(range(len(table.bands) - 1)):
            band = table.bands[place]
            if band.high is None:
                result = Points.of(band.points)
                continue
            op = Op.LE if owns(table.bands, place, table.boundary) else Op.LT
            inside = value.compare(op, Exact(constant(band.high)))
            result = Points.of(band.points).where(inside, result)
        anywhere = Points.of(hull(band.points for band in table.bands), ibis.literal(True))
        return result.where(cast(ir.BooleanValue, ibis.coalesce(known, _NO)), anywhere)

    def _steps(self, node: tree.PerStep) -> Points:
        value = as_exact(self.numbers.number(node.value), node.about.id)
        zero = fixed(Decimal(0))
        steps = value.over(Exact(constant(node.step))).whole()
        size = Size(Decimal(10) ** (WIDEST - POINT_PLACES - 6), 0)
        earned = Plain(steps, size).times(constant(node.points)).column.cast(POINTS)
        points = cast(ir.DecimalValue, ibis.cases((steps <= 0, zero), else_=earned))
        known = Points(points, points).capped(self.limit(node.maximum))
        most = self.limit(node.maximum)
        unknown = Points(zero, fixed(None) if most is None else most, ibis.literal(True))
        return known.where(steps.notnull(), unknown)

    def _settled(self, points: Points, decided: tree.Field | None) -> Points:
        """The points an expert gave where nothing is missing and the document allows them; others decide nothing."""
        if decided is None:
            return points
        given = self.numbers.number(decided).rounded(POINT_PLACES)
        allowed = (given >= points.low) & (given <= points.high) & ~points.gap
        return Points(given, given).where(cast(ir.BooleanValue, ibis.coalesce(allowed, _NO)), points)

    def _options(self, node: tree.MultiSelectCapped) -> Points:
        low, high = fixed(Decimal(0)), fixed(Decimal(0))
        gap: ir.BooleanValue = _NO
        for option in node.options:
            flag, points = self._flag(option.field, True), fixed(option.points)
            nothing = fixed(Decimal(0))
            low = cast(ir.DecimalValue, low + ibis.cases((flag, points), else_=nothing))
            high = cast(ir.DecimalValue, high + ibis.cases((~flag, nothing), else_=points))
            gap = gap | flag.isnull()
        return Points(low, high, gap).capped(self.limit(node.maximum))

    def _first_match(self, node: tree.FirstMatch) -> Points:
        going: ir.BooleanValue = ibis.literal(True)
        possible: list[tuple[ir.BooleanValue, Range]] = []
        gap: ir.BooleanValue = _NO
        for case in node.cases:
            state = self.state(case.when)
            if state is None:
                continue
            state = cast(ir.IntegerValue, ibis.coalesce(state, small(UNMET)))
            possible.append((going & (state != UNMET), case.points))
            gap = gap | (going & (state == UNKNOWN))
            going = going & (state != MET)
        possible.append((going, node.otherwise))
        low = ibis.least(*(ibis.cases((when, fixed(points.low))) for when, points in possible))
        high = ibis.greatest(*(ibis.cases((when, fixed(points.high))) for when, points in possible))
        open_low = [when for when, points in possible if points.low is None]
        open_high = [when for when, points in possible if points.high is None]
        return Points(_opened(low, open_low), _opened(high, open_high), gap)

    def _best(self, parts: Sequence[Points]) -> Points:
        low = ibis.greatest(*(one.low for one in parts)) if len(parts) > 1 else parts[0].low
        high = ibis.greatest(*(one.high for one in parts)) if len(parts) > 1 else parts[0].high
        bounded = _opened(high, [one.high.isnull() for one in parts])
        return Points(cast(ir.DecimalValue, low), bounded, any_gap(parts))

    def _ratio(self, node: tree.RatioToBase) -> Points:
        value, base, weight = (
            as_exact(self.numbers.number(one), node.about.id) for one in (node.value, node.base, node.weight)
        )
        cap, floor = self.limit(node.cap), self.limit(node.floor)
        earned = cast(ir.DecimalValue, self.numbers.table[EARNED + node.about.id])
        weighed = weight.rounded(POINT_PLACES)
        seen = ~value.known()
        gap = seen | base.top.column.isnull() | weighed.isnull()
        worked = Points(earned, earned).capped(cap).floored(floor)
        open_ = Points(fixed(None), fixed(None), gap).capped(cap).floored(floor)
        points = worked.where(earned.notnull(), open_)
        points = Points.of(NOTHING).where(cast(ir.BooleanValue, ibis.coalesce(weighed == 0, _NO)), points)
        if node.at_base is None:
            return points
        state = self.state(node.at_base)
        if state is None:
            return points
        at_base = seen & (state == MET) & weighed.notnull()
        return Points(weighed, weighed).where(cast(ir.BooleanValue, ibis.coalesce(at_base, _NO)), points)


def _opened(bound: ir.Value, when: Sequence[ir.BooleanValue]) -> ir.DecimalValue:
    """The bound, NULL where one of the conditions holds."""
    if not when:
        return cast(ir.DecimalValue, bound)
    opened = reduce(lambda a, b: a | b, when)
    return cast(ir.DecimalValue, ibis.cases((opened, ibis.null(POINTS)), else_=bound))


class Scored(Items):
    """States of conditions that hang on a score, over a table in which every item has its points."""

    def part(self, part: tree.Part) -> Points:
        """The items of a part, summed and capped."""
        return total([self._column(one.about.id) for one in part.items]).capped(self.limit(part.maximum))

    def total(self, node: tree.ScoreSum) -> Points:
        """The parts, summed and capped."""
        return total([self.part(one) for one in node.parts]).capped(self.limit(node.maximum))

    def scored(self, node: tree.ScoreSum | tree.ScoreReached) -> StateColumn:
        """A score that reaches its minima, or what another clause asks of it."""
        if isinstance(node, tree.ScoreReached):
            return self._reached(node)
        points = self.total(node)
        states = [self.part_state(one) for one in node.parts if one.minimum is not None]
        if node.minimum is not None:
            states.append(self.reaches(points, node.op, node.minimum))
        return all_of(states or [points.known()])

    def part_state(self, part: tree.Part) -> ir.IntegerValue:
        """Does a part reach its minimum? Without one: are its points known?"""
        points = self.part(part)
        return points.known() if part.minimum is None else self.reaches(points, part.op, part.minimum)

    def reaches(self, points: Points, op: Op, limit: tree.Operand) -> ir.IntegerValue:
        """Points held against what is needed by their bounds."""
        needed = self.numbers.number(limit).rounded(POINT_PLACES)
        met, unmet = _sides(points, op, needed)
        return cast(ir.IntegerValue, ibis.cases(
            (needed.isnull(), small(UNKNOWN)), (met, small(MET)), (unmet, small(UNMET)), else_=points.known()
        ))  # fmt: skip

    def _reached(self, node: tree.ScoreReached) -> StateColumn:
        found = self.scores.get(node.of)
        if found is None:
            return None
        score, applies = found
        if applies is None:
            return None
        state = self.reaches(self.total(score), node.op, node.needed)
        return cast(ir.IntegerValue, ibis.cases((applies, state)))

    scores: dict[str, tuple[tree.ScoreSum, ir.BooleanValue | None]]
    """Every score by its id, and for which firms it applies at all."""

    def _column(self, key: str) -> Points:
        table = self.numbers.table
        return Points(
            cast(ir.DecimalValue, table[LOW + key]), cast(ir.DecimalValue, table[HIGH + key]),
            cast(ir.BooleanValue, table[GAP + key]),
        )  # fmt: skip


def _sides(points: Points, op: Op, needed: ir.DecimalValue) -> tuple[ir.BooleanValue, ir.BooleanValue]:
    """Surely met, surely unmet; NULL counts as no."""
    low, high = points.low, points.high
    match op:
        case Op.GE:
            return low >= needed, high < needed
        case Op.GT:
            return low > needed, high <= needed
        case Op.LE:
            return high <= needed, low > needed
        case Op.LT:
            return high < needed, low >= needed
        case Op.EQ:
            return (low == needed) & (high == needed), (low > needed) | (high < needed)
