"""条款列 conditions folded into state columns; the twin of the conditions of `rules.walker`."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import cast

import ibis
import ibis.expr.types as ir

from jiqun.lake.exact import Exact, Number
from jiqun.lake.judge_columns import MANUAL, MET, SHORT, STATE, UNKNOWN, UNMET, Numbers, small
from jiqun.rules import tree
from jiqun.rules.firm import NEVER
from jiqun.rules.operands import days_before
from jiqun.rules.tree import Node, Op

StateColumn = ir.IntegerValue | None
"""A state for every firm; None where the node applies to none."""
SCORED = (tree.ScoreSum, tree.ScoreReached)
CONDITIONS = (
    tree.Compare, tree.Flag, tree.OneOf, tree.Within, tree.Aged, tree.Dated, tree.TitleHeld, tree.Manual,
    tree.PlatformSupplied, tree.All, tree.AnyOf, tree.AtLeast, tree.Exempts, tree.Veto, tree.ScoreSum, tree.ScoreReached,
)  # fmt: skip
SHORT_PLACES = 6


def is_scored(node: object) -> bool:
    """Does its answer depend on a score?"""
    return any(isinstance(one, SCORED) for one in tree.walk(node))


def all_of(states: Iterable[StateColumn]) -> StateColumn:
    """Unmet beats unknown beats manual beats met."""
    return _joined(ibis.least, states)


def any_of(states: Iterable[StateColumn]) -> StateColumn:
    """Met beats manual beats unknown beats unmet."""
    return _joined(ibis.greatest, states)


def _joined(join: Callable[..., ir.Value], states: Iterable[StateColumn]) -> StateColumn:
    kept = [state for state in states if state is not None]
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else cast(ir.IntegerValue, join(*kept))


def truth(holds: ir.BooleanValue, otherwise: int = UNKNOWN) -> ir.IntegerValue:
    """Met or unmet; `otherwise` where it is NULL."""
    return cast(ir.IntegerValue, ibis.coalesce(holds.cast("int8") * small(MET), small(otherwise)))


def opposite(state: StateColumn) -> StateColumn:
    """Met for unmet and the other way round."""
    if state is None:
        return None
    turned = ibis.cases((state == UNMET, small(MET)), (state == MET, small(UNMET)), else_=state)
    return cast(ir.IntegerValue, turned)


def guarded(guard: StateColumn, state: ir.IntegerValue) -> StateColumn:
    """The state where the guard is met, nothing where it is unmet or does not apply, else what the guard is."""
    if guard is None:
        return None
    kept = ibis.cases(
        (guard == MET, state), (guard == UNKNOWN, small(UNKNOWN)), (guard == MANUAL, small(MANUAL))
    )
    return cast(ir.IntegerValue, kept)


class Conditions:
    """States of nodes over one table, for one kind of application on one day.

    known   states an earlier stage has worked out, by the id of the node
    """

    def __init__(
        self, numbers: Numbers, *, kind: str, on: date, known: dict[str, StateColumn] | None = None
    ) -> None:
        self.numbers = numbers
        self.kind = kind
        self.on = on
        self.known = known or {}

    def state(self, node: Node) -> StateColumn:
        """The state of a node, guards included."""
        if node.about.id in self.known:
            return self.known[node.about.id]
        guard = self.guard(node.about)
        if guard is None:
            return None
        state = self._of(node)
        if node.about.when is None or state is None:
            return state
        return guarded(guard, state)

    def guard(self, about: tree.About) -> StateColumn:
        """Met where the node applies; None where it never does."""
        if about.kinds and self.kind not in about.kinds:
            return None
        return small(MET) if about.when is None else self.state(about.when)

    def _of(self, node: Node) -> StateColumn:
        match node:
            case tree.Compare() | tree.PlatformSupplied():
                value, needed = self.numbers.number(node.value), self.numbers.number(node.needed)
                return truth(value.compare(node.op, needed))
            case tree.All():
                return all_of(self.state(one) for one in node.of)
            case tree.AnyOf():
                return any_of(self.state(one) for one in node.of)
            case tree.Exempts():
                return any_of((self.state(node.condition), self.state(node.waived_by)))
            case tree.Veto():
                return all_of(self._turned(one) for one in node.of)
            case tree.AtLeast():
                return self._at_least(node)
            case tree.ScoreSum() | tree.ScoreReached():
                return self.scored(node)
            case _:
                return self._fact(node)

    def scored(self, node: tree.ScoreSum | tree.ScoreReached) -> StateColumn:
        """A condition on a score; only `judge_scores.Scored` has scores."""
        raise NotImplementedError(node.about.id)

    def _turned(self, node: Node) -> StateColumn:
        """The opposite; of a plain flag without a detour."""
        if isinstance(node, tree.Flag) and node.about.when is None and not node.about.kinds:
            return truth(self._flag(node.field, not node.wanted))
        return opposite(self.state(node))

    def _at_least(self, node: tree.AtLeast) -> ir.IntegerValue:
        states = [state for state in (self.state(one) for one in node.of) if state is not None]
        needed = self.numbers.number(node.n).rounded(0)

        def enough(least: int) -> ir.BooleanValue:
            counted = [(state >= least).ifelse(small(1), small(0)) for state in states]
            return reduce(lambda a, b: a + b, counted, small(0)) >= needed

        return cast(ir.IntegerValue, ibis.cases(
            (needed.isnull(), small(UNKNOWN)), (enough(MET), small(MET)), (enough(MANUAL), small(MANUAL)),
            (enough(UNKNOWN), small(UNKNOWN)), else_=small(UNMET),
        ))  # fmt: skip

    def _fact(self, node: tree.Fact | tree.Manual) -> ir.IntegerValue:
        table, day = self.numbers.table, ibis.literal(self.on)
        if isinstance(node, tree.Manual):
            return small(MANUAL) if node.decided is None else truth(self._flag(node.decided, True), MANUAL)
        if isinstance(node, tree.Flag):
            return truth(self._flag(node.field, node.wanted))
        column = table[node.field.column]
        if isinstance(node, tree.OneOf):
            return truth(column.nullif("").isin(node.choices))
        if isinstance(node, tree.TitleHeld):
            return truth(column >= day)
        if isinstance(node, tree.Dated):
            edges = [column >= ibis.literal(node.since)] if node.since else []
            edges += [column <= ibis.literal(node.until)] if node.until else []
            return truth(reduce(lambda a, b: a & b, edges, column > ibis.literal(NEVER)))
        edge = ibis.literal(days_before(self.on, years=node.years, days=node.days))
        if isinstance(node, tree.Within):
            return truth((column >= edge) & (column <= day))
        return truth((column > ibis.literal(NEVER)) & (column <= edge))

    def _flag(self, field: tree.Field, wanted: bool) -> ir.BooleanValue:
        flag = cast(ir.BooleanValue, self.numbers.table[field.column])
        return flag if wanted else ~flag

    def short(self, node: tree.Compare | tree.PlatformSupplied) -> ir.DecimalValue | None:
        """How far the number is from what is needed, in its own unit: 0 where it is met, NULL where it is unknown."""
        value, needed = self.numbers.number(node.value), self.numbers.number(node.needed)
        holds = value.compare(node.op, needed)
        nothing = ibis.literal(Decimal(0), "decimal(1,0)")
        return cast(ir.DecimalValue, ibis.cases((holds, nothing), (~holds, _gap(value, needed, node.op))))

    def columns(self, nodes: Iterable[object]) -> dict[str, ir.Value]:
        """A column for the state of every condition that needs no score, and one for how far it is short."""
        found: dict[str, ir.Value] = {}
        for node in nodes:
            if not isinstance(node, CONDITIONS) or is_scored(node):
                continue
            state = self.state(node)
            if state is not None:
                found[STATE + node.about.id] = state
                if isinstance(node, tree.Compare | tree.PlatformSupplied):
                    found[SHORT + node.about.id] = cast(ir.Value, self.short(node))
        return found


def _gap(value: Number, needed: Number, op: Op) -> ir.Value:
    """What is missing, or what is too much; from the numbers as they are shown, to six places."""
    plain = [one.top for one in (value, needed) if isinstance(one, Exact) and one.bottom is None]
    if len(plain) == 2 and max(one.size.places for one in plain) <= SHORT_PLACES:
        seen, wanted = plain
        gap = seen.plus(wanted, sign=-1) if op in (Op.LE, Op.LT) else wanted.plus(seen, sign=-1)
        return gap.column.abs() if op is Op.EQ else gap.column
    return _rounded_gap(value.rounded(SHORT_PLACES), needed.rounded(SHORT_PLACES), op)


def _rounded_gap(seen: ir.DecimalValue, wanted: ir.DecimalValue, op: Op) -> ir.Value:
    if op is Op.EQ:
        return cast(ir.DecimalValue, wanted - seen).abs()
    return wanted - seen if op in (Op.GE, Op.GT) else seen - wanted
