"""列式判定 the column judge: a version's tree folded into one query that judges every firm at once.

One CTE each for what is read and which parameters hold (inputs), what each condition asks (facts), clause states, points,
scores, and grades by rank; the last one gives the verdict. `rules.judge` is the reference: both must agree on every firm.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import cast

import ibis
import ibis.expr.types as ir

from jiqun.lake.compile import Query, compile_stages, table_name
from jiqun.lake.judge_columns import (
    GAP,
    HIGH,
    LOW,
    MET,
    SHORT,
    STATE,
    UNMET,
    WHO,
    Numbers,
    Sizes,
    firm_table,
    parameter_table,
    small,
)  # fmt: skip
from jiqun.lake.judge_conditions import CONDITIONS, Conditions, StateColumn, all_of, asked_nodes, is_scored
from jiqun.lake.judge_grades import first_level, grades_left, ranked
from jiqun.lake.judge_scores import POINTS, SCORES, Items, Scored, earned
from jiqun.rules import tree
from jiqun.rules.pack import Version
from jiqun.rules.tree import Levels, Node, RankQuota


@dataclass(frozen=True, slots=True)
class Plan:
    """How a version is judged: its query and what its columns mean.

    Columns: row, uscc, region, verdict (int8), score_low, score_high, levels (bits), grade, `state:<id>` of every top clause
    (of every node when asked for), `short:<id>` of every comparison.
    """

    query: Query
    levels: tuple[str, ...]
    tops: tuple[str, ...]


@lru_cache(maxsize=64)
def plan(
    version: Version, *, kind: str, on: date, tier_field: str = "", sizes: Sizes = (), every: bool = False
) -> Plan:
    """The plan of a version for a kind of application on a day, compiled once.

    sizes   parameters the version may ask for, see `judge_run.sizes_of`
    every   a state for every node, and points for every score, not only for the top clauses
    """
    fold = _Fold(version, kind, on, sizes)
    stages = list(fold.stages(tier_field, every))
    return Plan(compile_stages(stages), level_keys(version), tuple(one.about.id for one in tops(version)))


def tops(version: Version) -> tuple[Node, ...]:
    """The clauses of a version."""
    return version.clauses.of if isinstance(version.clauses, tree.All) else (version.clauses,)


def level_keys(version: Version) -> tuple[str, ...]:
    """What each bit of `levels` stands for; "" for none of the levels."""
    match version.grading:
        case Levels():
            return (*(one.key for one in version.grading.levels), "")
        case RankQuota():
            return tuple(one.key for one in version.grading.grades)
        case None:
            return ()


class _Fold:
    def __init__(self, version: Version, kind: str, on: date, sizes: Sizes) -> None:
        self.version = version
        self.kind = kind
        self.on = on
        self.sizes = sizes
        self.judged = [*([version.applies] if version.applies else []), version.clauses]
        if isinstance(version.grading, Levels):
            self.judged += [one.condition for one in version.grading.levels]
        if isinstance(version.grading, RankQuota):
            self.judged += [one.when for one in version.grading.rules]
        self.nodes = asked_nodes(self.judged, kind)

    def stages(self, tier_field: str, every: bool) -> Iterator[tuple[str, ir.Table]]:
        """Every stage with its name, each over the table of the one before."""
        inputs = self._inputs(tier_field)
        yield "inputs", inputs
        facts = self._with(inputs, "inputs", self._facts)
        yield "facts", facts
        clauses = self._with(facts, "facts", self._conditions)
        yield "clauses", clauses
        points = self._with(clauses, "clauses", self._points)
        yield "points", points
        scores = self._with(points, "points", self._scores)
        yield "scores", scores
        yield "verdict", self._verdict(_table(scores, "scores"), every)

    def _inputs(self, tier_field: str) -> ir.Table:
        firms = firm_table(self.version, tier_field)
        if not self.sizes:
            return firms
        given = parameter_table(self.sizes)
        tier = ibis.coalesce(firms[tier_field], "") if tier_field else ibis.literal("")
        joined = firms.left_join(given, [firms.region == given.for_region, tier == given.for_tier])
        return joined.drop("for_region", "for_tier")

    def _with(
        self, before: ir.Table, name: str, columns: Callable[[ir.Table], dict[str, ir.Value]]
    ) -> ir.Table:
        over = _table(before, name)
        return over.mutate(**columns(over))

    def _facts(self, table: ir.Table) -> dict[str, ir.Value]:
        return Conditions(Numbers(table, self.sizes), kind=self.kind, on=self.on).facts(self.nodes)

    def _conditions(self, table: ir.Table) -> dict[str, ir.Value]:
        numbers = Numbers(table, self.sizes)
        states = Conditions(numbers, kind=self.kind, on=self.on).columns(self.nodes)
        return states | earned(self.nodes, numbers)

    def _points(self, table: ir.Table) -> dict[str, ir.Value]:
        items = Items(Numbers(table, self.sizes), kind=self.kind, on=self.on, known=self._known(table))
        found: dict[str, ir.Value] = {}
        for node in self.nodes:
            if isinstance(node, SCORES):
                points = items.points(node)
                key = node.about.id
                found |= {
                    LOW + key: points.low.cast(POINTS),
                    HIGH + key: points.high.cast(POINTS),
                    GAP + key: points.gap,
                }
        return found

    def _scored(self, table: ir.Table) -> Scored:
        scored = Scored(Numbers(table, self.sizes), kind=self.kind, on=self.on, known=self._known(table))
        scored.scores = {}
        for node in self.judged:
            self._find_scores(node, ibis.literal(True), scored)
        return scored

    def _find_scores(self, node: Node, above: ir.BooleanValue | None, scored: Scored) -> None:
        """Every score and whether it applies: its own guard and those of all it is in."""
        guard = (
            scored.guard(node.about) if not (node.about.when and is_scored(node.about.when)) else small(MET)
        )
        applies = None
        if above is not None and guard is not None:
            applies = (
                above
                if node.about.when is None
                else above & ibis.coalesce(guard != UNMET, ibis.literal(False))
            )
        if isinstance(node, tree.ScoreSum):
            scored.scores[node.about.id] = (node, cast(ir.BooleanValue | None, applies))
        for inner in _inside(node):
            self._find_scores(inner, cast(ir.BooleanValue | None, applies), scored)

    def _scores(self, table: ir.Table) -> dict[str, ir.Value]:
        scored = self._scored(table)
        found: dict[str, ir.Value] = {}
        for node in self.nodes:
            if isinstance(node, CONDITIONS) and is_scored(node):
                state = scored.state(node)
                if state is not None:
                    found[STATE + node.about.id] = state
            if isinstance(node, tree.ScoreSum):
                total = scored.total(node)
                found |= {LOW + node.about.id: total.low, HIGH + node.about.id: total.high}
            if isinstance(node, tree.Part):
                part = scored.part(node)
                found |= {LOW + node.about.id: part.low, HIGH + node.about.id: part.high}
                found[STATE + node.about.id] = scored.part_state(node)
        low = [(applies, table_low) for applies, table_low, _ in _first(scored)]
        high = [(applies, table_high) for applies, _, table_high in _first(scored)]
        found["score_low"] = ibis.cases(*low) if low else ibis.null(POINTS)
        found["score_high"] = ibis.cases(*high) if high else ibis.null(POINTS)
        return found

    def _known(self, table: ir.Table) -> dict[str, StateColumn]:
        """States of the stages before; None for a node that never applies."""
        known: dict[str, StateColumn] = {}
        for node in self.nodes:
            if isinstance(node, CONDITIONS):
                name = STATE + node.about.id
                if name in table.columns:
                    known[node.about.id] = cast(ir.IntegerValue, table[name])
                elif not is_scored(node):
                    known[node.about.id] = None
        return known

    def _verdict(self, table: ir.Table, every: bool) -> ir.Table:
        known = self._known(table)
        known = {one.about.id: None for one in self.nodes if isinstance(one, CONDITIONS)} | known
        conditions = Conditions(Numbers(table, self.sizes), kind=self.kind, on=self.on, known=known)
        states = [conditions.every(tops(self.version))]
        applies = small(MET) if self.version.applies is None else conditions.state(self.version.applies)
        judged = (
            cast(ir.BooleanValue, ibis.coalesce(applies != UNMET, ibis.literal(True)))
            if applies is not None
            else ibis.literal(True)
        )
        bits: ir.Value = ibis.literal(0, "int64")
        if isinstance(self.version.grading, Levels):
            possible = first_level(self.version.grading, conditions)
            bits = possible.bits
            states.append(possible.state)
        if isinstance(self.version.grading, RankQuota):
            bits = grades_left(self.version.grading, conditions)
        whole = all_of(states)
        verdict = _under(applies, whole)
        table = table.mutate(
            verdict=verdict, levels=judged.ifelse(bits, ibis.literal(0, "int64")),
            score_low=ibis.cases((judged, table.score_low)), score_high=ibis.cases((judged, table.score_high)),
        )  # fmt: skip
        if isinstance(self.version.grading, RankQuota):
            over = Conditions(Numbers(table, self.sizes), kind=self.kind, on=self.on)
            table = ranked(table, self.version.grading, over)
        else:
            table = table.mutate(grade=ibis.null("int64"))
        return table.select(
            *WHO, "verdict", "score_low", "score_high", "levels", "grade", *self._told(table, every)
        )

    def _told(self, table: ir.Table, every: bool) -> list[str]:
        """Columns of clauses to give back."""
        top = {STATE + one.about.id for one in tops(self.version)}
        marks = (STATE, LOW, HIGH, SHORT) if every else (SHORT,)
        return [name for name in table.columns if name in top or name.startswith(marks)]


def _under(applies: StateColumn, whole: StateColumn) -> ir.Value:
    """The verdict: nothing where the rule does not apply, what is not known of that where it is not known."""
    if applies is None:
        return ibis.null("int8")
    kept = ibis.null("int8") if whole is None else whole
    return ibis.cases((applies == MET, kept), (applies != UNMET, applies))


def _inside(node: Node) -> tuple[Node, ...]:
    match node:
        case tree.All() | tree.AnyOf() | tree.AtLeast() | tree.Veto():
            return node.of
        case tree.Exempts():
            return (node.condition, node.waived_by)
        case _:
            return ()


def _first(scored: Scored) -> Iterator[tuple[ir.BooleanValue, ir.Value, ir.Value]]:
    for node, applies in scored.scores.values():
        if applies is not None:
            total = scored.total(node)
            yield applies, total.low, total.high


def _table(before: ir.Table, name: str) -> ir.Table:
    """The answer of a stage as a table of its own."""
    return ibis.table(before.schema(), name=table_name(name))
