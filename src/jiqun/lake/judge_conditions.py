"""条款列 conditions folded into state columns; the twin of the conditions of `rules.walker`."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import cast

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from jiqun.core.states import NEVER
from jiqun.lake.exact import Exact, Number, Plain
from jiqun.lake.judge_columns import (
    GUESS,
    HOLDS,
    MANUAL,
    MET,
    SHORT,
    STATE,
    UNKNOWN,
    UNMET,
    Numbers,
    small,
)  # fmt: skip
from jiqun.rules import tree
from jiqun.rules.operands import days_before
from jiqun.rules.tree import Node, Op

StateColumn = ir.IntegerValue | None
"""A state for every firm; None where the node applies to none."""
SCORED = (tree.ScoreSum, tree.ScoreReached)
CONDITIONS = (
    tree.Compare, tree.Flag, tree.OneOf, tree.Within, tree.Aged, tree.Dated, tree.TitleHeld, tree.Manual,
    tree.PlatformSupplied, tree.All, tree.AnyOf, tree.AtLeast, tree.Exempts, tree.Veto, tree.ScoreSum, tree.ScoreReached,
)  # fmt: skip
Fact = (
    tree.Compare | tree.Flag | tree.OneOf | tree.Within | tree.Aged | tree.TitleHeld | tree.Manual | tree.PlatformSupplied
)  # fmt: skip
Holds = ir.BooleanValue | None
"""True, false or NULL for every firm; None where that says too little."""
SHORT_PLACES = 6


def is_scored(node: object) -> bool:
    """Does its answer depend on a score?"""
    return any(isinstance(one, SCORED) for one in tree.walk(node))


def asked(node: Node, kind: str) -> bool:
    """Is it asked of this kind of application?"""
    return not node.about.kinds or kind in node.about.kinds


def asked_nodes(judged: Iterable[Node], kind: str) -> list[object]:
    """Everything in the nodes, without what stands in a condition that is not asked of this kind of application."""
    nodes = [node for one in judged for node in tree.walk(one)]
    left = {
        id(inner)
        for node in nodes
        if isinstance(node, CONDITIONS) and not asked(node, kind)
        for inner in tree.walk(node)
        if isinstance(inner, CONDITIONS)
    }
    return [node for node in nodes if id(node) not in left]


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
    """Met or unmet; `otherwise` where it is NULL. A CASE is quickest over a column, but works out anything else twice."""
    if isinstance(holds.op(), ops.Field):
        chosen = ibis.cases((holds, small(MET)), (~holds, small(UNMET)), else_=small(otherwise))
        return cast(ir.IntegerValue, chosen)
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

    def holds(self, node: Node) -> Holds:
        """Whether a node holds, NULL where that is unknown; None where it may not apply, or a person or a count decides."""
        if node.about.when is not None or not asked(node, self.kind):
            return None
        match node:
            case tree.All():
                return self._together(node.of, and_)
            case tree.AnyOf():
                return self._together(node.of, or_)
            case tree.Exempts():
                return self._together((node.condition, node.waived_by), or_)
            case tree.Veto():
                found = self._together(node.of, or_)
                return None if found is None else ~found
            case tree.AtLeast() | tree.ScoreSum() | tree.ScoreReached() | tree.Manual():
                return None
            case _:
                return self._fact(node)

    def _together(self, nodes: Iterable[Node], join: Callable[..., ir.BooleanValue]) -> Holds:
        found = [self.holds(one) for one in nodes if asked(one, self.kind)]
        known = [one for one in found if one is not None]
        return reduce(join, known) if known and len(known) == len(found) else None

    def every(self, nodes: Sequence[Node]) -> StateColumn:
        """All of them, from their states: what 0, 1 and 3 have in common bit by bit is the least of them."""
        plain = [self.state(node) for node in nodes if self.holds(node) is not None]
        states = [self.state(node) for node in nodes if self.holds(node) is None]
        return all_of([reduce(and_, plain), *states] if plain else states)

    def _joined(
        self,
        nodes: Iterable[Node],
        together: Callable[..., ir.BooleanValue],
        join: Callable[[Iterable[StateColumn]], StateColumn],
    ) -> StateColumn:
        """What is but true, false or NULL is taken together first: one step for each, where a state takes four."""
        found = [(node, self.holds(node)) for node in nodes]
        plain = [holds for _, holds in found if holds is not None]
        states = [self.state(node) for node, holds in found if holds is None]
        return join([truth(reduce(together, plain)), *states] if plain else states)

    def _of(self, node: Node) -> StateColumn:
        match node:
            case tree.All():
                return self._joined(node.of, and_, all_of)
            case tree.AnyOf():
                return self._joined(node.of, or_, any_of)
            case tree.Exempts():
                return self._joined((node.condition, node.waived_by), or_, any_of)
            case tree.Veto():
                holds = self._together(node.of, or_)
                return (
                    all_of(opposite(self.state(one)) for one in node.of) if holds is None else truth(~holds)
                )
            case tree.AtLeast():
                return self._at_least(node)
            case tree.ScoreSum() | tree.ScoreReached():
                return self.scored(node)
            case tree.Manual():
                return small(MANUAL) if node.decided is None else truth(self._fact(node), MANUAL)
            case _:
                return truth(self._fact(node))

    def scored(self, node: tree.ScoreSum | tree.ScoreReached) -> StateColumn:
        """A condition on a score; only `judge_scores.Scored` has scores."""
        raise NotImplementedError(node.about.id)

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

    def _fact(self, node: Fact) -> ir.BooleanValue:
        """What a node asks by itself, from the column of an earlier stage where there is one."""
        name = HOLDS + node.about.id
        table = self.numbers.table
        return cast(ir.BooleanValue, table[name]) if name in table.columns else self._asks(node)

    def _asks(self, node: Fact) -> ir.BooleanValue:
        if isinstance(node, tree.Compare | tree.PlatformSupplied):
            return self.numbers.number(node.value).compare(node.op, self.numbers.number(node.needed))
        if isinstance(node, tree.Manual):
            assert node.decided is not None
            return self._flag(node.decided, True)
        if isinstance(node, tree.Flag):
            return self._flag(node.field, node.wanted)
        day, column = ibis.literal(self.on), self.numbers.table[node.field.column]
        if isinstance(node, tree.OneOf):
            return column.nullif("").isin(node.choices)
        if isinstance(node, tree.TitleHeld):
            return column >= day
        if isinstance(node, tree.Dated):
            edges = [column >= ibis.literal(node.since)] if node.since else []
            edges += [column <= ibis.literal(node.until)] if node.until else []
            return reduce(lambda a, b: a & b, edges, column > ibis.literal(NEVER))
        edge = ibis.literal(days_before(self.on, years=node.years, days=node.days))
        if isinstance(node, tree.Within):
            return (column >= edge) & (column <= day)
        return (column > ibis.literal(NEVER)) & (column <= edge)

    def _flag(self, field: tree.Field, wanted: bool) -> ir.BooleanValue:
        flag = cast(ir.BooleanValue, self.numbers.table[field.column])
        return flag if wanted else ~flag

    def facts(self, nodes: Iterable[object]) -> dict[str, ir.Value]:
        """What every node asks by itself, and about what a long quotient is, for a stage of their own.

        DuckDB works out an expression in a CASE once for every place it stands at, a column once.
        """
        found: dict[str, ir.Value] = {}
        for node in nodes:
            if isinstance(node, Fact) and not (isinstance(node, tree.Manual) and node.decided is None):
                found[HOLDS + node.about.id] = self._asks(node)
            if isinstance(node, tree.Compare | tree.PlatformSupplied) and _plain(self._sides(node)) is None:
                guess = self.numbers.number(node.value).guess(SHORT_PLACES)
                if guess is not None:
                    found[GUESS + node.about.id] = guess
        return found

    def short(self, node: tree.Compare | tree.PlatformSupplied) -> ir.DecimalValue:
        """How far the number is from what is needed, in its own unit: 0 where it is met, NULL where it is unknown."""
        nothing = ibis.literal(Decimal(0), "decimal(1,0)")
        return cast(ir.DecimalValue, ibis.cases((self._fact(node), nothing), else_=self._gap(node)))

    def _sides(self, node: tree.Compare | tree.PlatformSupplied) -> tuple[Number, Number]:
        return self.numbers.number(node.value), self.numbers.number(node.needed)

    def _gap(self, node: tree.Compare | tree.PlatformSupplied) -> ir.Value:
        """What is missing, or what is too much; from the numbers as they are shown, to six places."""
        value, needed = self._sides(node)
        plain = _plain((value, needed))
        if plain is not None:
            seen, wanted = plain
            gap = seen.plus(wanted, sign=-1) if node.op in (Op.LE, Op.LT) else wanted.plus(seen, sign=-1)
            return gap.column.abs() if node.op is Op.EQ else gap.column
        table, name = self.numbers.table, GUESS + node.about.id
        guess = cast(ir.FloatingValue, table[name]) if name in table.columns else None
        return _rounded_gap(value.rounded(SHORT_PLACES, guess), needed.rounded(SHORT_PLACES), node.op)

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
                    found[SHORT + node.about.id] = self.short(node)
        return found


def _plain(sides: tuple[Number, Number]) -> tuple[Plain, Plain] | None:
    """Two decimals with no more places than are shown, which a difference leaves as they are."""
    plain = [one.top for one in sides if isinstance(one, Exact) and one.bottom is None]
    if len(plain) < 2 or max(one.size.places for one in plain) > SHORT_PLACES:
        return None
    return plain[0], plain[1]


def _rounded_gap(seen: ir.DecimalValue, wanted: ir.DecimalValue, op: Op) -> ir.Value:
    if op is Op.EQ:
        return cast(ir.DecimalValue, wanted - seen).abs()
    return wanted - seen if op in (Op.GE, Op.GT) else seen - wanted
