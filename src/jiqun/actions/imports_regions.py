"""导入地区行 rows about regions: each names a county, a city or the province, and its quantities are facts of it.

Nothing is entered into the register. A place nobody knows, one that was divided among several, and two rows that mean
the same place today wait in quarantine, so that no old boundary is counted as a new one unseen.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from jiqun.actions.desk import Desk
from jiqun.actions.entering import Entry, enter
from jiqun.actions.imports import ImportReport, Opened, Order, Progress
from jiqun.actions.imports_enterprises import hold_outside
from jiqun.actions.imports_facts import fact_columns
from jiqun.actions.quantities import check_quantities, facts_of_rows
from jiqun.core.errors import RowError
from jiqun.core.regions import Ambiguous, Region
from jiqun.lake.cell_words import NOTHING, plain_code
from jiqun.lake.files import beyond
from jiqun.lake.gate_enterprises import Judged, Registration
from jiqun.ledger import batches, permissions, subjects
from jiqun.ledger.permissions import Actor, Permission

SEEN = 80
NAMED_BY = ("region", "name")


def run(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, progress: Progress
) -> ImportReport:
    """Import an opened table of regions; with `dry_run` nothing is written."""
    permissions.check(by, Permission.IMPORT_DATA, target_scope=permissions.ANYWHERE)
    check_quantities(desk, opened.mapping.facts, file=opened.table.file)
    batch = batches.new_id(at)
    judged = judge_regions(desk, opened)
    hold_outside(judged, opened, by=by)
    facts = facts_of_rows(desk, order, opened, judged, at=at, batch=batch, progress=progress)
    said = {fact.row_no for fact in facts}
    rows = {item.row_no for item in judged.accepted}
    report = ImportReport(
        kind="enterprises", file=opened.table.file, rows=len(opened.table.rows), accepted=len(rows),
        unchanged=len(rows - said), quarantined=len(judged.held), flagged=len(judged.flagged), errors=judged.faults,
        flags=judged.flagged, placed={how: count for how, count in judged.placed.items() if count},
    )  # fmt: skip
    if order.dry_run:
        report.dry_run = True
        return report
    tables = {"facts": fact_columns(facts)} if facts else {}
    enter(desk, Entry(order, opened, report, tables, judged.held, batch), lambda: None, by=by, at=at)
    return report


def judge_regions(desk: Desk, opened: Opened) -> Judged:
    """Every row with the place it names today, or held with what is wrong with it."""
    judged = Judged()
    found: dict[str, list[Registration]] = defaultdict(list)
    rows = dict(opened.table.rows)
    for number, cells in opened.table.rows:
        place = _place(desk, opened, number, cells)
        if isinstance(place, RowError):
            judged.faults.append(place)
            judged.held[number] = opened.raw(cells)
        else:
            found[place.subject].append(place)
    for same in found.values():
        _settle(judged, opened, same, rows)
    judged.accepted.sort(key=lambda item: item.row_no)
    return judged


def _settle(
    judged: Judged, opened: Opened, same: Sequence[Registration], rows: Mapping[int, list[str]]
) -> None:
    """The rows of one place: one is taken; several that differ all wait, for which of them holds nobody can tell."""
    first = same[0]
    if all(rows[item.row_no] == rows[first.row_no] for item in same):
        judged.accepted.append(first)
        judged.placed["stated"] += 1
        for item in same[1:]:
            judged.flagged.append(_fault(opened, item, "gate.duplicate_row", f"row {first.row_no}"))
        return
    for item in same:
        others = ", ".join(f"row {one.row_no} {one.address}" for one in same if one is not item)
        judged.faults.append(_fault(opened, item, "gate.conflicting_row", others))
        judged.held[item.row_no] = opened.raw(rows[item.row_no])
    judged.faults.sort(key=lambda fault: fault.row or 0)


def _fault(opened: Opened, item: Registration, code: str, allowed: str) -> RowError:
    return RowError(opened.table.file, item.row_no, _column(opened), code, item.address, allowed)


def _column(opened: Opened) -> str:
    columns = opened.mapping.columns
    return next((columns[name] for name in NAMED_BY if name in columns), "region")


def _place(desk: Desk, opened: Opened, number: int, cells: Sequence[str]) -> Registration | RowError:
    """The place a row names, by the column of codes and that of names, which must not contradict each other."""
    file, column, width = opened.table.file, _column(opened), len(opened.table.columns)
    if more := beyond(list(cells), width):
        return RowError(file, number, "", "gate.too_many_cells", "".join(more.values())[:40], str(width))
    texts = _written(opened, cells)
    if not texts:
        return RowError(file, number, column, "gate.name_missing", "", "")
    meant = [desk.regions.resolve(text) for text in texts]
    seen = " ".join(texts)[:SEEN]
    choices = [_choices(one) for one in meant]
    common = [one for one in choices[0] if all(one in others for others in choices)]
    if len(common) != 1:
        told = "、".join(dict.fromkeys(f"{one.code} {one.name['zh']}" for some in choices for one in some))
        return RowError(file, number, column, "gate.unknown_region", seen, told or "packs/codes/regions.csv")
    region = common[0]
    key = f"region:{region.code}"
    if not subjects.exists([key]):
        return RowError(file, number, column, "gate.unknown_subject", key, "")
    return Registration(
        key,
        "",
        region.name["zh"],
        "absent",
        region.code,
        "stated",
        None,
        "",
        None,
        "",
        seen,
        "",
        "",
        "",
        number,
    )


def _choices(meant: Region | Ambiguous | None) -> tuple[Region, ...]:
    """The places of today a text may mean."""
    if isinstance(meant, Ambiguous):
        return meant.candidates
    return () if meant is None else (meant,)


def _written(opened: Opened, cells: Sequence[str]) -> list[str]:
    """What the row says of its place: code, name or both."""
    at = [
        opened.table.columns.index(opened.mapping.columns[name])
        for name in NAMED_BY
        if name in opened.mapping.columns
    ]
    texts = (plain_code(cells[n].strip()) for n in at if n < len(cells))
    return [text for text in texts if text not in NOTHING]
