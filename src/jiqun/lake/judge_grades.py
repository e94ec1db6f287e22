"""分档列 levels and grades in columns: the first level that is met, or the grade by rank within a group.

What is still possible is a set of bits, the first level or grade being bit 0; behind the last level stands a bit for none.
The twin of `rules.judge` for levels and of `rules.ranking` for grades.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import cast

import ibis
import ibis.expr.types as ir

from jiqun.lake.exact import Exact, Plain, Size, as_exact, constant
from jiqun.lake.judge_columns import MANUAL, MET, UNKNOWN, UNMET, small
from jiqun.lake.judge_conditions import Conditions, StateColumn
from jiqun.rules.tree import Levels, Op, RankQuota

_NO, _YES = ibis.literal(False), ibis.literal(True)
_COUNT = Size(Decimal(10) ** 10, 0)
BITS = "int64"


@dataclass(frozen=True, slots=True)
class Possible:
    """Levels still possible as bits, and what that says of the whole."""

    bits: ir.IntegerValue
    state: StateColumn


def _bit(place: int, holds: ir.BooleanValue) -> ir.IntegerValue:
    return cast(ir.IntegerValue, holds.ifelse(ibis.literal(1 << place, BITS), ibis.literal(0, BITS)))


def _sum(bits: list[ir.IntegerValue]) -> ir.IntegerValue:
    return reduce(
        lambda a, b: cast(ir.IntegerValue, a + b), bits, cast(ir.IntegerValue, ibis.literal(0, BITS))
    )


def first_level(grading: Levels, conditions: Conditions) -> Possible:
    """Every level that may be the highest one met; met at once when the first possible one is sure."""
    going: ir.BooleanValue = _YES
    bits: list[ir.IntegerValue] = []
    unknown, manual, any_met = _NO, _NO, _NO
    for place, level in enumerate(grading.levels):
        found = conditions.state(level.condition)
        if found is None:
            continue
        state = cast(ir.IntegerValue, ibis.coalesce(found, small(UNMET)))
        bits.append(_bit(place, going & (state != UNMET)))
        unknown = unknown | (going & (state == UNKNOWN))
        manual = manual | (going & (state == MANUAL))
        any_met = any_met | (going & (state == MET))
        going = going & (state != MET)
    bits.append(_bit(len(grading.levels), going))
    whole = ibis.cases(
        (unknown, small(UNKNOWN)), (manual, small(MANUAL)), (any_met, small(MET)), else_=small(UNMET)
    )
    return Possible(_sum(bits), cast(ir.IntegerValue, whole))


def grades_left(grading: RankQuota, conditions: Conditions) -> ir.IntegerValue:
    """Grades the rules leave a firm before it is ranked."""
    names = [one.key for one in grading.grades]
    last = len(names)
    best: ir.IntegerValue = cast(ir.IntegerValue, ibis.literal((1 << last) - 1, BITS))
    for rule in reversed(grading.rules):
        state = conditions.state(rule.when)
        if state is None or rule.grade not in names:
            continue
        place = names.index(rule.grade)
        met = cast(ir.BooleanValue, ibis.coalesce(state == MET, _NO))
        if rule.fixed:
            best = cast(ir.IntegerValue, met.ifelse(ibis.literal(1 << place, BITS), best))
        else:  # bits of this grade and all below
            kept = ((1 << last) - 1) & ~((1 << place) - 1)
            narrowed = cast(ir.IntegerValue, best & ibis.literal(kept, BITS))
            best = cast(ir.IntegerValue, met.ifelse(narrowed, best))
    return best


def ranked(table: ir.Table, grading: RankQuota, conditions: Conditions) -> ir.Table:
    """The table with `grade`, the place of the grade in the list, NULL where there is none.

    Needs columns score_low, score_high and levels (bits). Firms of one score share the better place; the fixed and those
    whose score is not known stand outside the ranking; nobody is graded where a share is not known.
    """
    groups = [table[one.column] for one in grading.group]
    single = _lowest(table, len(grading.grades), alone=True)
    free = cast(ir.BooleanValue, ibis.coalesce(single.isnull() & (table.score_low == table.score_high), _NO))
    window = ibis.window(group_by=[*groups, free], order_by=ibis.desc(table.score_low))
    place = (ibis.rank().over(window) + 1).cast("decimal(10,0)")
    count = table.count().over(ibis.window(group_by=[*groups, free])).cast("decimal(10,0)")
    cut, known = _cut(grading, conditions, place, count)
    best = _lowest(table, len(grading.grades), alone=False)
    by_rank = ibis.cases((free & known, ibis.greatest(cut, best)))
    return table.mutate(grade=ibis.coalesce(single, by_rank))


def _cut(
    grading: RankQuota, conditions: Conditions, place: ir.Value, count: ir.Value
) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """How many grades a place lies below, and whether every share is known."""
    hundred = Exact(constant(Decimal(100)))
    at, of = (Exact(Plain(cast(ir.DecimalValue, one), _COUNT)) for one in (place, count))
    reached: Exact | None = None
    below: list[ir.IntegerValue] = [small(0)]
    known: ir.BooleanValue = _YES
    for quota in grading.grades:
        if quota.share is None:
            continue
        share = as_exact(conditions.numbers.number(quota.share), quota.key)
        reached = share if reached is None else reached.plus(share)
        known = known & reached.known()
        if quota is not grading.grades[-1]:
            lies_below = at.times(hundred).compare(Op.GT, of.times(reached))
            below.append(cast(ir.IntegerValue, lies_below.cast("int8")))
    return reduce(lambda a, b: cast(ir.IntegerValue, a + b), below), known


def _lowest(table: ir.Table, grades: int, *, alone: bool) -> ir.IntegerValue:
    """The best grade still possible; with `alone` only where it is the only one."""
    cases: list[tuple[ir.BooleanValue, ir.IntegerValue]] = []
    for place in range(grades):
        alike = [1 << place] if alone else [bits for bits in range(1 << grades) if bits & -bits == 1 << place]
        cases.append((table.levels.isin(alike), ibis.literal(place, "int64")))
    return cast(ir.IntegerValue, ibis.cases(*cases))
