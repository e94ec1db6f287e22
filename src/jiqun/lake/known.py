"""Known 已知的事实: expressions over the facts table; each gives the facts' own columns unless it says otherwise.

Grain throughout: one row per fact. Values are in `unit`, base values in the indicator's unit.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

OF_SOURCE = "source:"
WITHDRAWN, BROUGHT_BACK = "withdrawn", "brought_back"
"""Events of a source stand among those of batches, under OF_SOURCE and its key."""


def undone(batches: ir.Table, as_of: ir.Value | None = None) -> ir.Table:
    """Batches taken back by then; one column `batch`, one row per batch."""
    events = batches.filter(batches.event == "undone")
    if as_of is not None:
        events = events.filter(events.recorded_at <= as_of)
    return events.select("batch").distinct()


def withdrawn(batches: ir.Table, as_of: ir.Value | None = None) -> ir.Table:
    """Sources withdrawn by then and not brought back; one column `source`, one row per source."""
    events = batches.filter(batches.event.isin([WITHDRAWN, BROUGHT_BACK]))
    if as_of is not None:
        events = events.filter(events.recorded_at <= as_of)
    order = [events.recorded_at.desc(), events.event.asc()]
    ranked = events.mutate(turn=ibis.row_number().over(group_by="batch", order_by=order))
    last = ranked.filter(ranked.turn == 0, ranked.event == WITHDRAWN)
    return last.select(source=last.batch.substr(len(OF_SOURCE)))


def recorded(facts: ir.Table, batches: ir.Table, as_of: ir.Value | None = None) -> ir.Table:
    """Facts recorded by then whose batch was not undone and whose source was not withdrawn by then.

    Corrected ones are still among them.

    as_of  instant (UTC, without zone), included; None means everything there is
    """
    if as_of is not None:
        facts = facts.filter(facts.recorded_at <= as_of)
    return facts.anti_join(undone(batches, as_of), "batch").anti_join(withdrawn(batches, as_of), "source")


def known(facts: ir.Table, batches: ir.Table, as_of: ir.Value | None = None) -> ir.Table:
    """Facts as known at an instant: recorded, not undone, and not superseded by a fact that is itself known then."""
    then = recorded(facts, batches, as_of)
    corrections = then.filter(then.supersedes.notnull()).select(corrected="supersedes")
    return then.anti_join(corrections, then.id == corrections.corrected)


def of_subject(facts: ir.Table, subject: ir.Value | str) -> ir.Table:
    """Facts of one subject."""
    return facts.filter(facts.subject == subject)


def of_indicator(facts: ir.Table, indicator: ir.Value | str) -> ir.Table:
    """Facts of one indicator."""
    return facts.filter(facts.indicator == indicator)


def of_source(facts: ir.Table, source: ir.Value | str) -> ir.Table:
    """Facts one source states."""
    return facts.filter(facts.source == source)


def of_batch(facts: ir.Table, batch: ir.Value | str) -> ir.Table:
    """Facts one batch brought."""
    return facts.filter(facts.batch == batch)


def real(facts: ir.Table) -> ir.Table:
    """Facts that are not made up for demonstration."""
    return facts.filter(~facts.synthetic)


def with_year(facts: ir.Table) -> ir.Table:
    """Facts with `year`, the year their period ends in: the year a reader files them under."""
    last_day = facts.period_end - ibis.interval(days=1)
    return facts.mutate(year=last_day.year().cast("int64"))


def month_of(day: ir.DateValue) -> ir.DateValue:
    """First day of the month. Put together from its parts: engines disagree on the type a truncated day has."""
    return ibis.date(day.year(), day.month(), 1)


def series(
    facts: ir.Table,
    *,
    subjects: Sequence[str],
    indicators: Sequence[str],
    statuses: Sequence[str] = (),
    years: tuple[int, int] | None = None,
) -> ir.Table:
    """Facts of some subjects and indicators, with `year`.

    statuses  actual, target, estimate, claim; empty means all
    years     first and last year, both included; None means all
    """
    chosen = with_year(
        facts.filter(facts.subject.isin(list(subjects)), facts.indicator.isin(list(indicators)))
    )
    if statuses:
        chosen = chosen.filter(chosen.status.isin(list(statuses)))
    if years is not None:
        chosen = chosen.filter(chosen.year.between(*years))
    return chosen


def subject_kind(facts: ir.Table) -> ir.StringValue:
    """Kind of the subject: what stands before the colon (region, enterprise, cluster …)."""
    return facts.subject.substr(0, facts.subject.find(":"))
