"""Cells 格: one number per subject, indicator, year, status, scope and synthetic mark; what sums and formulas work on.

`value` is in the indicator's unit, decimal(28,6).
"""

import ibis
import ibis.expr.types as ir

from jiqun.lake.known import with_year

CELL = ("subject", "indicator", "year", "status", "scope", "breakdown", "synthetic")


def one_per_cell(facts: ir.Table, *, any_scope: bool = False) -> ir.Table:
    """One fact per cell, with `year`; columns are those of the facts.

    Left out: periods that do not lie in one calendar year. Of several facts for one cell the first of these decides:
    an earlier start (the whole year before its fourth quarter, a span before a moment), a later end, a later record, the
    lower id.
    any_scope  one fact whatever its scope: one without a scope before one with, then the scope's own order
    """
    spans = with_year(facts).filter(lambda t: t.period_start.year() == t.year)
    cell = [name for name in CELL if not (any_scope and name == "scope")]
    order = [spans.scope.asc()] if any_scope else []
    order += [spans.period_start.asc(), spans.period_end.desc(), spans.recorded_at.desc(), spans.id.asc()]
    ranked = spans.mutate(rank_in_cell=ibis.row_number().over(group_by=cell, order_by=order))
    return ranked.filter(ranked.rank_in_cell == 0).drop("rank_in_cell")


def cells(facts: ir.Table) -> ir.Table:
    """Cells of facts that hold for a subject as a whole (no breakdown) and have a value in the indicator's unit.

    Columns: subject, indicator, year, status, scope, synthetic, value, bound.
    """
    whole = facts.filter(facts.breakdown == "", facts.base_value.notnull())
    chosen = one_per_cell(whole)
    return chosen.select(
        "subject", "indicator", "year", "status", "scope", "synthetic", "bound", value=chosen.base_value
    )
