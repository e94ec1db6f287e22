"""更正 correcting: a statement is told anew under the same natural key; it comes in by the gate like every other row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from jiqun.actions.desk import Desk
from jiqun.actions.entering import Entry, enter
from jiqun.actions.imports import ImportReport, Opened, Order
from jiqun.actions.imports_facts import fact_columns, fact_gate, sort_out
from jiqun.core.errors import RowErrors, WrongState
from jiqun.core.facts import COLUMNS, Fact, plain, recorded_subject
from jiqun.lake.facts import FactReader
from jiqun.lake.files import HandedIn
from jiqun.lake.mapping import ColumnMap
from jiqun.ledger import batches
from jiqun.ledger.permissions import Actor

Row = Mapping[str, object]
ROW = 2


@dataclass(frozen=True)
class Correction:
    """What a statement is to say.

    value, unit  the number it should be, as written
    note         why, in words; it goes with the corrected statement
    name         what the batch is called, in place of a file
    """

    value: str
    unit: str
    note: str
    name: str


def statement(desk: Desk, fact_id: str) -> Row | None:
    """The statement of that id as known now; None when it does not hold any more."""
    return next(iter(FactReader(desk.lake).facts(ids=[fact_id])), None)


def holding(desk: Desk, fact_id: str) -> Row | None:
    """The statement that holds now under the natural key of a fact: the fact itself, or what corrected it since."""
    reader = FactReader(desk.lake)
    history = reader.history(fact_id)
    known = reader.facts(ids=[str(row["id"]) for row in history]) if history else []
    return known[-1] if known else None


def judged(desk: Desk, held: Row, correction: Correction, *, at: datetime, batch: str = "") -> Fact:
    """The corrected statement as the gate reads it; RowErrors with everything that is wrong with it."""
    source, made_up = str(held["source"]), bool(held["synthetic"])
    order = Order("facts", desk.home, source, name=correction.name, synthetic=made_up)
    gate = fact_gate(desk, order, correction.name, lambda text: text, at=at, batch=batch)
    fact, faults = gate.read(ROW, _row(held, correction))
    if fact is None:
        raise RowErrors(faults)
    return fact


def correct(
    desk: Desk,
    held: Row,
    correction: Correction,
    write: Callable[[str, Fact], object],
    *,
    by: Actor,
    at: datetime,
) -> Fact:
    """Enter the corrected statement with `supersedes`, its batch, outbox and audit rows in one ledger transaction.

    write  what else is entered in that transaction, told the batch and the fact
    Call it within `outbox.turn`. WrongState `objection.nothing_to_correct` when it says what holds already.
    """
    batch = batches.new_id(at)
    fact = judged(desk, held, correction, at=at, batch=batch)
    kept = sort_out(desk, [fact], at=at)
    if not kept.corrections:
        raise WrongState("objection.nothing_to_correct", seen=plain(fact.value))
    new = kept.new[0]
    row = _row(held, correction)
    table = HandedIn(correction.name, "", 0, tuple(COLUMNS), [(ROW, [row[name] for name in COLUMNS])])
    opened = Opened(table, ColumnMap({name: name for name in COLUMNS}))
    report = ImportReport("facts", correction.name, rows=1, accepted=1, updated=1)
    order = Order("facts", desk.home, new.source, name=correction.name, synthetic=new.synthetic)
    entry = Entry(order, opened, report, {"facts": fact_columns([new])}, {}, batch)
    enter(desk, entry, lambda: write(batch, new), by=by, at=at)
    return new


def _row(held: Row, correction: Correction) -> dict[str, str]:
    """The statement's own row with the corrected number; its words spoke of the old one and are left out.

    The subject is the one it was recorded for, which after a merge is not the one it goes by today: so the correction
    stays with what it corrects when the merge is taken back.
    """
    row = {name: _text(held[name]) for name in COLUMNS}
    return row | {
        "subject": recorded_subject(str(held["natural_key"])),
        "value": correction.value, "unit": correction.unit, "value_high": "", "bound": "=", "value_text": "", "quote": "",
        "note": correction.note, "period_inferred": "1" if held["period_inferred"] else "0",
    }  # fmt: skip


def _text(value: object) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else str(value)
