"""表头记忆 form memory: the mapping an office settled once for a form is used again, unasked, while the header is the same.

What the form itself tells anew each time (its period) is read anew. Where the header changed, what is still there is carried
over and what changed is said; where the period was typed by a person, only the period is asked again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jiqun.actions.desk import Desk
from jiqun.core.indicators import Nature
from jiqun.lake.forms.periods import applied, as_flow, as_stock, without_time
from jiqun.lake.forms.proposal import Proposal
from jiqun.lake.mapping import QuantityColumn
from jiqun.ledger import mappings
from jiqun.ledger.mappings import Saved
from jiqun.ledger.permissions import Actor, Permission, scopes_for

ALIKE = 0.5


@dataclass(frozen=True)
class Recalled:
    """What is remembered of a form.

    mapping   as it was settled, its periods told anew
    is_known  may it be used unasked? The header is the same, this office settled it, and every period is told
    by, at    who settled it, when
    gone, new columns that are not there any more, and that were not there
    """

    mapping: dict[str, Any]
    is_known: bool
    by: str
    at: datetime
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def form_of(columns: Sequence[str]) -> str:
    """Fingerprint of a form: its header."""
    return hashlib.sha256("\x1f".join(columns).encode()).hexdigest()[:40]


def office_of(by: Actor) -> str:
    """The office an actor speaks for: the first scope it may import for."""
    held = scopes_for(by, Permission.IMPORT_DATA)
    return f"{held[0].kind}:{held[0].key}" if held else ""


def recall(
    desk: Desk, columns: Sequence[str], proposal: Proposal | None, *, kind: str, by: Actor
) -> Recalled | None:
    """What is remembered of a form with this header, or of the one most like it."""
    office = office_of(by)
    saved = mappings.find(form_of(columns), kind=kind, office=office)
    if saved is not None:
        mapping, told = _renewed(desk, saved.mapping, proposal)
        return Recalled(mapping, told and saved.office == office, saved.saved_by, saved.saved_at)
    return _most_alike(desk, columns, proposal, mappings.of_office(office, kind=kind))


def _most_alike(
    desk: Desk, columns: Sequence[str], proposal: Proposal | None, held: Sequence[Saved]
) -> Recalled | None:
    present = {name for name in columns if name}
    best = max(held, key=lambda saved: _alike(present, saved), default=None)
    if best is None or _alike(present, best) < ALIKE:
        return None
    before = {name for name in best.header if name}
    moved = _moved(before - present, present - before)
    mapping, _ = _renewed(desk, _carried(best.mapping, present, moved), proposal)
    gone = tuple(name for name in best.header if name in before - present and name not in moved)
    new = tuple(name for name in columns if name in present - before and name not in moved.values())
    changed = tuple(f"{old} → {name}" for old, name in moved.items())
    return Recalled(mapping, False, best.saved_by, best.saved_at, gone, (*new, *changed))


def _alike(present: set[str], saved: Saved) -> float:
    bare, before = (
        {without_time(name) for name in present},
        {without_time(name) for name in saved.header if name},
    )
    return len(bare & before) / max(1, len(bare | before))


def _moved(gone: set[str], new: set[str]) -> dict[str, str]:
    """Columns that differ in the time they name alone: 2023年营业收入 is 2024年营业收入 now."""
    by_bare: dict[str, list[str]] = {}
    for name in new:
        by_bare.setdefault(without_time(name), []).append(name)
    found = {old: by_bare.get(without_time(old), []) for old in sorted(gone)}
    return {old: names[0] for old, names in found.items() if len(names) == 1}


def _carried(mapping: Mapping[str, Any], present: set[str], moved: Mapping[str, str]) -> dict[str, Any]:
    def now(column: str) -> str:
        return column if column in present else moved.get(column, "")

    return {
        **mapping,
        "columns": {field: now(column) for field, column in mapping.get("columns", {}).items()},
        "facts": [
            {**item, "column": now(item["column"])}
            for item in mapping.get("facts", ())
            if now(item["column"])
        ],
        "ignored": [column for column in mapping.get("ignored", ()) if column in present],
    }


def _renewed(
    desk: Desk, mapping: Mapping[str, Any], proposal: Proposal | None
) -> tuple[dict[str, Any], bool]:
    """The mapping with its periods told anew, and whether every one could be told."""
    facts, told = [], True
    for item in mapping.get("facts", ()):
        period = _period_now(desk, item, proposal)
        told = told and bool(period)
        facts.append({**item, "period": period or item["period"]})
    return {**mapping, "facts": facts}, told


def _period_now(desk: Desk, item: Mapping[str, Any], proposal: Proposal | None) -> str:
    source, _, relative = str(item.get("period_from", "")).partition(":")
    if source == "header":
        columns = proposal.columns if proposal else ()
        return next(
            (one.period for one in columns if one.column == item["column"] and one.period), item["period"]
        )
    indicator = desk.indicators.find(item["indicator"])
    if source != "title" or proposal is None or indicator is None:
        return ""
    period = applied(proposal.period, relative, header=item["column"])
    return (as_stock if indicator.stock_or_flow is Nature.STOCK else as_flow)(period) if period else ""


def with_origin(item: QuantityColumn, table: Mapping[str, Any]) -> QuantityColumn:
    """A settled quantity with where its period was read; typed by a person when it is not what the form tells."""
    columns = (table.get("proposal") or {}).get("columns", ())
    told = next((one for one in columns if one["column"] == item.column), None)
    same = told is not None and told["period"] == item.period
    return replace(item, period_from=told["period_from"] if told and same else "")


def for_sister(desk: Desk, mapping: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping for a table with the same header: its periods are those its own title or sheet tells."""
    told = {one["column"]: one for one in (table.get("proposal") or {}).get("columns", ())}
    base = (table.get("proposal") or {}).get("period", "")
    facts = []
    for item in mapping.get("facts", ()):
        indicator = desk.indicators.find(item["indicator"])
        source, _, relative = str(item.get("period_from", "")).partition(":")
        period = item["period"]
        if source == "title" and base and indicator is not None:
            shape = as_stock if indicator.stock_or_flow is Nature.STOCK else as_flow
            period = shape(applied(base, relative, header=item["column"])) or period
        reads = item.get("reads") or told.get(item["column"], {}).get("reads", "")
        facts.append({**item, "period": period, "reads": reads})
    return {**mapping, "facts": facts}
