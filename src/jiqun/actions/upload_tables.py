"""来件中的表 tables of an upload: what is kept of each table of a file: its columns, samples, proposal, mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from jiqun.actions.desk import Desk
from jiqun.actions.form_memory import Recalled, form_of, recall
from jiqun.actions.forms import knowledge
from jiqun.core.errors import InputError
from jiqun.lake.forms.opening import FormFile
from jiqun.lake.forms.proposal import Proposal, propose_columns
from jiqun.lake.forms.tables import FormTable
from jiqun.lake.mapping import QuantityColumn, propose, table_fields
from jiqun.ledger.permissions import Actor

PREVIEW_ROWS = 12
CELL_SHOWN = 120
NOTED = 40
Kept = dict[str, Any]


def describe(desk: Desk, form: FormFile, *, kind: str, by: Actor) -> tuple[Kept, ...]:
    """What is kept of every table, ready to be shown: the first, those like it and those that ask nothing are included."""
    found = [_described(desk, table, form.file, kind=kind, by=by) for table in form.tables]
    for n, table in enumerate(found):
        table["include"] = n == 0 or table["form"] == found[0]["form"] or table["complete"]
    return tuple(found)


def _described(desk: Desk, table: FormTable, file: str, *, kind: str, by: Actor) -> Kept:
    proposal = propose_columns(table, knowledge(desk, kind), file=file) if kind == "enterprises" else None
    known = recall(desk, table.names, proposal, kind=kind, by=by)
    draft = known.mapping if known else _draft(desk, table, proposal, kind)
    return {
        "sheet": table.sheet,
        "titles": list(table.titles),
        "header": list(table.header),
        "columns": list(table.names),
        "letters": [column.letter for column in table.columns],
        "hidden": [column.name for column in table.columns if column.hidden],
        "sample": [[cell[:CELL_SHOWN] for cell in row] for row in table.sample(PREVIEW_ROWS)],
        "total": len(table.data),
        "totals": [{"row": row.row, "label": row.label} for row in table.totals[:NOTED]],
        "left_out": [asdict(item) for item in table.left_out[:NOTED]],
        "left_out_count": len(table.left_out),
        "form": form_of(table.names),
        "proposal": asdict(proposal) if proposal else None,
        "complete": bool(
            proposal and proposal.is_complete and any(c.role == "quantity" for c in proposal.columns)
        ),
        "memory": _memory(known),
        "draft": draft,
        "settled": draft if known and known.is_known else None,
        "without_code": _without_code(table, draft),
    }


def _memory(known: Recalled | None) -> Kept | None:
    if known is None:
        return None
    return {
        "is_known": known.is_known, "by": known.by, "at": known.at.isoformat(), "gone": list(known.gone),
        "new": list(known.new),
    }  # fmt: skip


def _draft(desk: Desk, table: FormTable, proposal: Proposal | None, kind: str) -> Kept:
    """The mapping as it stands in the form before anybody touched it; what must be asked is left empty in it."""
    if proposal is None:
        return propose(table.names, table_fields(desk.packs, kind.removesuffix("s"))).as_json()
    facts = [
        {name: getattr(one, name) for name in QuantityColumn.__dataclass_fields__ if hasattr(one, name)}
        for one in proposal.columns
        if one.role == "quantity"
    ]
    return {**proposal.mapping().as_json(), "facts": facts}


def _without_code(table: FormTable, draft: Mapping[str, Any]) -> str:
    """Rows without a code: a form that brings figures speaks of enterprises that are known; a plain list enters them."""
    told = draft.get("rows", {}).get("without_code")
    if told:
        return told
    column = draft.get("columns", {}).get("uscc", "")
    names: Sequence[str] = table.names
    lacking = not column or sum(1 for _ in table.cells_of(names.index(column))) < len(table.data)
    return "match" if lacking and draft.get("facts") else "enter"


def check_percentages(facts: Sequence[QuantityColumn], table: Mapping[str, Any], *, file: str) -> None:
    """Refuse a column of percentages nobody can read until a person says how it writes them: InputError names it."""
    columns = (table.get("proposal") or {}).get("columns", ())
    asked = {one["column"] for one in columns if "reads" in one["asks"]}
    for item in facts:
        if item.unit == "%" and not item.reads and item.column in asked:
            raise InputError(
                "gate.percent_undecided", file=file, column=item.column, allowed="percent fraction"
            )
