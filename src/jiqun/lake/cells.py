"""Cells 格: one number per subject, indicator, year, status, scope and synthetic mark; what sums and formulas work on.

`value` is in the indicator's unit, decimal(28,6).
"""

import ibis
import ibis.expr.types as ir

from jiqun.lake.known import with_year
from jiqun.lake.trusted_columns import with_trust

CELL = ("subject", "indicator", "year", "status", "scope", "breakdown", "synthetic")

SAME_CELL = (
    "subject", "indicator", "period_start", "period_end", "is_instant", "scope", "breakdown", "status", "kind",
    "synthetic",
)  # fmt: skip
"""What makes two facts speak of one cell of the ledger: the very period, not the year it is filed under."""


def one_per_cell(facts: ir.Table, *, any_scope: bool = False) -> ir.Table:
    """One fact per cell, with `year`; columns are those of the facts.

    Left out: periods that do not lie in one calendar year. Of several facts for one cell the first of these decides:
    an earlier start (the whole year before its fourth quarter, a span before a moment), a later end, then the order of
    trust (`core.trust`): the place of its source, an exact value, a later day of the source, a later record, the lower id.
    any_scope  one fact whatever its scope: one without a scope before one with, then the scope's own order
    """
    spans = with_trust(with_year(facts).filter(lambda t: t.period_start.year() == t.year))
    cell = [name for name in CELL if not (any_scope and name == "scope")]
    order = [spans.scope.asc()] if any_scope else []
    order += [spans.period_start.asc(), spans.period_end.desc(), *by_trust(spans)]
    ranked = spans.mutate(rank_in_cell=ibis.row_number().over(group_by=cell, order_by=order))
    return ranked.filter(ranked.rank_in_cell == 0).drop("rank_in_cell", "trust_place", "told_on")


def by_trust(facts: ir.Table) -> list[ir.Value]:
    """How facts `with_trust` of one cell are ordered, the one to show first."""
    hedged = ibis.ifelse(facts.bound == "=", 0, 1)
    return [
        facts.trust_place.asc(), hedged.asc(), facts.told_on.desc(), facts.recorded_at.desc(), facts.id.asc(),
    ]  # fmt: skip


def cells(facts: ir.Table) -> ir.Table:
    """Cells of facts that hold for a subject as a whole (no breakdown) and have a value in the indicator's unit.

    Columns: subject, indicator, year, status, scope, synthetic, value, bound.
    """
    whole = facts.filter(facts.breakdown == "", facts.base_value.notnull())
    chosen = one_per_cell(whole)
    return chosen.select(
        "subject", "indicator", "year", "status", "scope", "synthetic", "bound", value=chosen.base_value
    )
