"""采信列 columns of trust: facts with how far their source is trusted, as an expression."""

import ibis
import ibis.expr.types as ir

from jiqun.core.trust import LAST
from jiqun.lake.compile import handed_in
from jiqun.lake.trust import TRUST


def with_trust(facts: ir.Table) -> ir.Table:
    """Facts with `trust_place` and `told_on` of their source; LAST and empty for a source that is not handed in."""
    rows = handed_in(TRUST, {"source": "text", "indicator": "text", "place": "int", "told_on": "text"})
    general = rows.filter(rows.indicator == "")
    general = general.select(of_source="source", place_of_all="place", day_of_source="told_on")
    own = rows.filter(rows.indicator != "").select(
        own_source="source", own_indicator="indicator", own_place="place"
    )
    joined = facts.left_join(general, facts.source == general.of_source)
    both = joined.left_join(own, [joined.source == own.own_source, joined.indicator == own.own_indicator])
    return both.mutate(
        trust_place=ibis.coalesce(both.own_place, both.place_of_all, LAST),
        told_on=ibis.coalesce(both.day_of_source, ""),
    ).drop("of_source", "place_of_all", "day_of_source", "own_source", "own_indicator", "own_place")
