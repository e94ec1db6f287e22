"""导入主体与关系: subjects other than enterprise lists (projects, parks, bodies, programmes) and what ties them.

The CSV columns are those of packs/tables/subject.csv and relation.csv; the whole former row is kept as a registration,
so that undoing a batch puts it back.
"""

from collections.abc import Iterator
from datetime import datetime

import orjson

from jiqun.actions.desk import Desk
from jiqun.actions.entering import Entry, enter
from jiqun.actions.imports import ImportReport, Opened, Order, Progress
from jiqun.core.errors import JiqunError, RowError
from jiqun.core.facts import SubjectKey
from jiqun.core.regions import Region
from jiqun.lake.files import beyond
from jiqun.ledger import batches, permissions, relations, subjects
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.relations import PREDICATES, RelationRow
from jiqun.ledger.scopes import EVERYTHING
from jiqun.ledger.subjects import Counts, SubjectRow

QUOTE_LIMIT = 40


def _rows(opened: Opened) -> Iterator[tuple[int, dict[str, str]]]:
    table, mapping = opened.table, opened.mapping
    at = {name: table.columns.index(column) for name, column in mapping.columns.items()}
    for number, cells in table.rows:
        yield (
            number,
            dict(mapping.constants)
            | {name: cells[n].strip() if n < len(cells) else "" for name, n in at.items()}
            | beyond(cells, len(table.columns)),
        )


def run(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, progress: Progress
) -> ImportReport:
    """Import subjects; only who may write everywhere may add them."""
    permissions.check(by, Permission.EDIT_SUBJECT, target_scope=EVERYTHING)
    progress("核验 judging", 0, len(opened.table.rows))
    faults: list[RowError] = []
    held: dict[int, dict[str, str]] = {}
    accepted: list[tuple[int, SubjectRow]] = []
    for number, row in _rows(opened):
        found = _subject(desk, order, opened.table.file, number, row)
        if isinstance(found, RowError):
            faults.append(found)
            held[number] = row
        else:
            accepted.append((number, found))
    hashes = subjects.row_hashes([row.key for _, row in accepted])
    fresh = [(n, row) for n, row in accepted if hashes.get(row.key) != subjects.digest(row)]
    created = sum(1 for _, row in fresh if row.key not in hashes)
    counts = Counts(created, len(fresh) - created, len(accepted) - len(fresh))
    report = _report(order, opened, len(accepted), counts, faults=faults, held=held)
    if order.dry_run:
        return report
    batch = batches.new_id(at)
    tables = (
        {"registrations": _registrations(order, opened.table.file, fresh, batch=batch, at=at)}
        if fresh
        else {}
    )
    entry = Entry(order, opened, report, tables, held, batch)
    enter(desk, entry, lambda: subjects.upsert([row for _, row in fresh], batch=batch, at=at), by=by, at=at)
    return report


def _subject(desk: Desk, order: Order, file: str, number: int, row: dict[str, str]) -> SubjectRow | RowError:
    try:
        key = SubjectKey.parse(row.get("key", ""))
    except JiqunError as error:
        return RowError(
            file, number, "key", error.code, row.get("key", ""), str(error.facts.get("allowed", ""))
        )
    more = "".join(cell for name, cell in row.items() if name.startswith("+"))
    if more:
        return RowError(file, number, "", "gate.too_many_cells", more[:40], "")
    if not row.get("label_zh"):
        return RowError(file, number, "label_zh", "gate.name_missing", "", "")
    told = row.get("region", "").removeprefix("region:")
    region = desk.regions.resolve(told) if told else None
    synthetic = order.synthetic or row.get("synthetic", "") == "1"
    code = region.code if isinstance(region, Region) else (told if synthetic else "")
    if told and not code:
        return RowError(file, number, "region", "gate.unknown_region", told, "packs/codes/regions.csv")
    attributes = {name: row[name] for name in ("parent", "locator", "note") if row.get(name)}
    return SubjectRow(
        key=str(key), kind=key.kind, label_zh=row["label_zh"], label_en=row.get("label_en", ""),
        aliases=tuple(filter(None, row.get("aliases", "").split(";"))), region=code, city=f"{code[:4]}00" if code else "",
        attributes=attributes, provisional=key.kind == "enterprise" and len(key.key) != 18, synthetic=synthetic,
        code=key.key if key.kind == "region" or (key.kind == "enterprise" and len(key.key) == 18) else "",
        source=row.get("source", "") or order.source,
    )  # fmt: skip


def _registrations(
    order: Order, file: str, fresh: list[tuple[int, SubjectRow]], *, batch: str, at: datetime
) -> dict[str, list[object]]:
    size = len(fresh)
    whole = [{name: getattr(row, name) for name in SubjectRow.__dataclass_fields__} for _, row in fresh]
    return {
        "subject": [row.key for _, row in fresh],
        "uscc": [row.code if row.kind == "enterprise" else "" for _, row in fresh],
        "name": [row.label_zh for _, row in fresh],
        "uscc_grade": [row.uscc_grade for _, row in fresh],
        "region": [row.region for _, row in fresh],
        "region_how": ["stated" if row.region else "" for _, row in fresh],
        "extra": [orjson.dumps({"subject_row": row}).decode() for row in whole],
        "row_hash": [subjects.digest(row) for _, row in fresh],
        "source": [row.source for _, row in fresh],
        "file": [file] * size,
        "row_no": [number for number, _ in fresh],
        "batch": [batch] * size,
        "recorded_at": [at] * size,
        "synthetic": [row.synthetic for _, row in fresh],
        **{
            name: [None] * size
            for name in ("established_on", "legal_form", "capital_wan", "industry_code", "address", "status")
        },
    }


def run_relations(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, progress: Progress
) -> ImportReport:
    """Import relations; both ends must be known."""
    permissions.check(by, Permission.EDIT_SUBJECT, target_scope=EVERYTHING)
    progress("核验 judging", 0, len(opened.table.rows))
    rows = list(_rows(opened))
    known = subjects.exists({row.get(end, "") for _, row in rows for end in ("subject", "object")})
    faults: list[RowError] = []
    held: dict[int, dict[str, str]] = {}
    accepted: list[RelationRow] = []
    for number, row in rows:
        found = _relation_faults(row, known, opened.table.file, number)
        if found:
            faults.extend(found)
            held[number] = row
            continue
        accepted.append(
            RelationRow(
                **{name: row.get(name, "") for name in ("subject", "predicate", "object", "valid_from", "valid_to",
                                                        "locator", "quote", "note")},
                source=row.get("source", "") or order.source,
                synthetic=order.synthetic or row.get("synthetic", "") == "1",
            )
        )  # fmt: skip
    batch = batches.new_id(at)
    report = _report(order, opened, len(accepted), relations.compared(accepted), faults=faults, held=held)
    if not order.dry_run:
        entry = Entry(order, opened, report, {}, held, batch)
        enter(desk, entry, lambda: relations.upsert_relations(accepted, batch=batch), by=by, at=at)
    return report


def _relation_faults(row: dict[str, str], known: set[str], file: str, number: int) -> list[RowError]:
    faults = [
        RowError(file, number, end, "gate.unknown_subject", row.get(end, ""), "jiqun subjects search")
        for end in ("subject", "object")
        if row.get(end, "") not in known
    ]
    if row.get("predicate", "") not in PREDICATES:
        faults.append(
            RowError(
                file,
                number,
                "predicate",
                "gate.unknown_predicate",
                row.get("predicate", ""),
                " ".join(PREDICATES),
            )
        )
    more = "".join(cell for name, cell in row.items() if name.startswith("+"))
    if more:
        faults.append(RowError(file, number, "", "gate.too_many_cells", more[:40], ""))
    if len(row.get("quote", "")) > QUOTE_LIMIT:
        faults.append(
            RowError(file, number, "quote", "gate.quote_too_long", row["quote"], f"≤ {QUOTE_LIMIT}")
        )
    return faults


def _report(
    order: Order,
    opened: Opened,
    accepted: int,
    counts: Counts,
    *,
    faults: list[RowError],
    held: dict[int, dict[str, str]],
) -> ImportReport:
    return ImportReport(
        kind=order.kind, file=opened.table.file, rows=len(opened.table.rows), accepted=accepted, created=counts.created,
        updated=counts.updated, unchanged=counts.unchanged, quarantined=len(held), errors=faults, dry_run=order.dry_run,
    )  # fmt: skip
