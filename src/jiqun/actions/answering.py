"""一次问清 answering for an enterprise of the ledger: answers become facts by the one gate, with source, batch and audit.

A firm answers for itself, an office for the firms of its scope. Answers are refused whole or taken whole; what is known
once is not asked again. They stand under a source of whoever answered, which is not public.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from jiqun.actions import policy_packs
from jiqun.actions.batching import scope_of
from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import HeldFirm, held_firm
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.actions.policy_sheets import read_answers
from jiqun.core.errors import InputError, RowErrors
from jiqun.ledger import subjects
from jiqun.ledger.permissions import Actor, Permission, can, check
from jiqun.rules.catalogue import NO_INDICATOR, FieldDef
from jiqun.rules.tree import Field

SOURCE = "answers-"
"""How the key of a source of answers begins."""
FILE = "一次问清"
COLUMNS = ("subject", "indicator", "period", "value", "value_text", "unit", "status", "synthetic", "note")


def is_answer(source: str) -> bool:
    """Is that source one of answers?"""
    return source.startswith(SOURCE)


def not_asked(desk: Desk, key: str, *, by: Actor) -> frozenset[str]:
    """Columns that cannot be answered here: the ledger has no indicator for them; or this person may not say it.

    What an authority decides (…_decided, points of experts, titles) a firm does not say of itself.
    """
    catalogue = policy_packs.catalogue(desk)
    is_office = can(by, Permission.EDIT_SUBJECT, target_scope=subjects.target_of(key))
    closed = [
        one
        for one in catalogue.fields.values()
        if not _is_open(one) or (not is_office and _is_decided(one.name))
    ]
    return frozenset(Field(one.name, back).column for one in closed for back in range(one.years + 1))


def can_answer(key: str, *, by: Actor) -> bool:
    """May this person answer for that enterprise?"""
    return can(by, Permission.IMPORT_DATA, target_scope=subjects.target_of(key))


def check_answer(key: str, *, by: Actor) -> None:
    """NotAllowed unless this person may answer for that enterprise."""
    check(by, Permission.IMPORT_DATA, target_scope=subjects.target_of(key))


def answer(
    desk: Desk, key: str, given: Mapping[str, str], *, on: date, by: Actor, at: datetime
) -> ImportReport:
    """Enter what was answered about an enterprise, of the last full year before `on` or as of that day.

    NotFound, NotAllowed; InputError `policy.no_answer`; RowErrors with every answer that cannot be read: none is taken then
    """
    held = held_firm(desk, key, by=by, on=on)
    check_answer(held.key, by=by)
    catalogue = policy_packs.catalogue(desk)
    kept = read_answers(given, catalogue, file=FILE, row=1)
    if not kept:
        raise InputError("policy.no_answer")
    closed = sorted(not_asked(desk, held.key, by=by) & kept.keys())
    if closed:
        raise InputError("ladder.not_asked", seen=" ".join(closed))
    return _entered(desk, held, list(_rows(held, kept, catalogue.fields, on)), by=by, at=at)


def _entered(
    desk: Desk, held: HeldFirm, rows: list[dict[str, str]], *, by: Actor, at: datetime
) -> ImportReport:
    path = desk.uploads / f"{SOURCE}{at:%Y%m%d%H%M%S%f}.csv"
    order = Order("facts", path, source_of(by, held), name=f"{FILE}.csv", synthetic=held.synthetic)
    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        tried = run_import(desk, replace(order, dry_run=True), by=by, at=at)
        if tried.errors:
            columns = {number: row["note"].partition(" ")[0] for number, row in enumerate(rows, start=2)}
            raise RowErrors(
                [replace(one, column=columns.get(one.row or 0, one.column)) for one in tried.errors], code="firm.refused"
            )  # fmt: skip
        return run_import(desk, order, by=by, at=at)
    finally:
        path.unlink(missing_ok=True)


def source_of(by: Actor, held: HeldFirm) -> str:
    """The source answers of this person stand under: of its office or enterprise; made-up firms have one of their own."""
    scope = scope_of(by)
    whose = f"{scope.kind}-{scope.key.removeprefix('enterprise:')}".rstrip("-")[:60]
    return f"{SOURCE}{'made-up-' if held.synthetic else ''}{whose}"


def _rows(
    held: HeldFirm, kept: Mapping[str, str], fields: Mapping[str, FieldDef], on: date
) -> Iterator[dict[str, str]]:
    for column, text in kept.items():
        name, _, back = column.partition("@-")
        known = fields[name]
        number = known.kind == "number"
        yield {
            "subject": held.key, "indicator": known.indicator,
            "period": str(on.year - 1 - int(back or 0)) if known.yearly else f"@{on.isoformat()}",
            "value": text.rstrip("%％") if number else "", "value_text": "" if number else text, "unit": known.unit,
            "status": "actual", "synthetic": "1" if held.synthetic else "0", "note": f"{column} 一次问清",
        }  # fmt: skip


def _is_open(one: FieldDef) -> bool:
    return bool(one.indicator) and one.indicator not in NO_INDICATOR


def _is_decided(name: str) -> bool:
    return name.endswith("_decided") or name.startswith(("title_", "expert_"))
