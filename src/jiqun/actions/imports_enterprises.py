"""导入企业名单: every accepted row becomes a subject of the ledger and a registration in the lake, with its place.

The subject holds how the enterprise stands now; the registration keeps the source row, so that a batch can be undone
by writing the earlier row back. Columns mapped as quantities become facts of the same batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from jiqun.actions import batching
from jiqun.actions.desk import Desk
from jiqun.actions.entering import Entry, enter
from jiqun.actions.imports import ImportReport, Opened, Order, Progress
from jiqun.actions.imports_facts import fact_columns, facts_of_rows, reach_of
from jiqun.core.errors import RowError
from jiqun.core.facts import Fact, plain
from jiqun.lake.gate_enterprises import EnterpriseGate, Judged, Registration
from jiqun.ledger import permissions, subjects
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.subjects import SubjectRow

CHUNK = 4000


@dataclass
class _Work:
    """One import under way: what the gate made of the file and what is new against the ledger."""

    judged: Judged
    rows: list[SubjectRow]
    changed: list[int]
    created: int
    facts: list[Fact]


def run(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, progress: Progress
) -> ImportReport:
    """Import an opened list; with `dry_run` nothing is written."""
    permissions.check(by, Permission.IMPORT_DATA, target_scope=permissions.ANYWHERE)
    batch = batching.new_id(at)
    work = _judge(desk, order, opened, by=by, at=at, batch=batch, progress=progress)
    report = _report(order, opened, work)
    if order.dry_run:
        report.dry_run = True
        return report
    progress("入账 writing", 0, 1)
    rows = [work.rows[n] for n in work.changed]
    entry = _entry(order, opened, work, report, at=at, batch=batch)
    enter(desk, entry, lambda: subjects.upsert(rows, batch=batch, at=at), by=by, at=at)
    progress("入账 writing", 1, 1)
    return report


def _judge(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, batch: str, progress: Progress
) -> _Work:
    table, mapping = opened.table, opened.mapping
    gate = EnterpriseGate(
        desk.regions, at.date(), mapping, table.columns, table.file, made_up_regions=made_up_regions()
    )
    judged = gate.judge(table, _told(table.rows, progress))
    _hold_outside(judged, opened, by=by)
    synthetic = order.synthetic
    rows = [subject_row(item, source=order.source, synthetic=synthetic) for item in judged.accepted]
    held = subjects.row_hashes([row.key for row in rows])
    changed = [n for n, row in enumerate(rows) if held.get(row.key) != subjects.digest(row)]
    created = sum(1 for n in changed if rows[n].key not in held)
    facts: list[Fact] = []
    if mapping.facts:
        found = facts_of_rows(desk, order, opened, judged, at=at, batch=batch, progress=progress)
        facts = found.accepted
        judged.faults.extend(found.faults)
        judged.held.update(found.held)
    return _Work(judged, rows, changed, created, facts)


def _told(rows: Sequence[tuple[int, list[str]]], progress: Progress) -> Iterator[tuple[int, list[str]]]:
    total = len(rows)
    for start in range(0, total, CHUNK):
        progress("核验 judging", start, total)
        yield from rows[start : start + CHUNK]
    progress("核验 judging", total, total)


def _hold_outside(judged: Judged, opened: Opened, *, by: Actor) -> None:
    """Rows outside the scope of who imports wait in quarantine: an office writes only its own places."""
    reach = reach_of(by)
    if reach is None:
        return
    kept: list[Registration] = []
    for item in judged.accepted:
        if reach(item.subject, item.region):
            kept.append(item)
            continue
        judged.faults.append(
            RowError(opened.table.file, item.row_no, "region", "auth.outside_scope", item.region or item.name, by.label)
        )
        judged.held[item.row_no] = {"name": item.name, "uscc": item.uscc, "address": item.address}
    judged.accepted[:] = kept


def made_up_regions() -> frozenset[str]:
    """Codes of the synthetic places the ledger holds."""
    wanted = subjects.SubjectFilter(kind="region", synthetic=True)
    return frozenset(key.partition(":")[2] for key in subjects.all_keys(wanted))


def subject_row(item: Registration, *, source: str, synthetic: bool) -> SubjectRow:
    """The subject an accepted row stands for."""
    attributes: dict[str, str] = {}
    if item.established_on:
        attributes["established_on"] = item.established_on.isoformat()
    if item.legal_form:
        attributes["legal_form"] = item.legal_form
    if item.capital_wan is not None:
        attributes["capital_wan"] = plain(item.capital_wan)
    if item.address:
        attributes["address"] = item.address
    if item.status:
        attributes["status"] = item.status
    if item.extra:
        attributes["extra"] = item.extra
    attributes["placed_by"] = item.region_how
    return SubjectRow(
        key=item.subject,
        label_zh=item.name,
        code=item.uscc,
        region=item.region,
        city=f"{item.region[:4]}00" if item.region else "",
        uscc_grade="" if item.uscc_grade == "absent" else item.uscc_grade,
        industry_code=item.industry_code,
        attributes=attributes,
        provisional=not item.uscc,
        synthetic=synthetic,
        source=source,
    )


def _report(order: Order, opened: Opened, work: _Work) -> ImportReport:
    judged = work.judged
    accepted = len(judged.accepted) + judged.repeated
    return ImportReport(
        kind="enterprises",
        file=opened.table.file,
        rows=len(opened.table.rows),
        accepted=accepted,
        created=work.created,
        updated=len(work.changed) - work.created,
        unchanged=accepted - len(work.changed),
        quarantined=len(judged.held),
        flagged=len(judged.flagged),
        placed=dict(judged.placed),
        errors=judged.faults,
        flags=judged.flagged,
    )


def registration_columns(
    items: Sequence[Registration], *, order: Order, file: str, at: datetime
) -> dict[str, Sequence[object]]:
    """Accepted rows as columns of the table `registrations`."""
    columns: dict[str, Sequence[object]] = {
        name: [getattr(item, name) for item in items] for name in Registration._fields
    }
    size = len(items)
    return columns | {
        "source": [order.source] * size,
        "file": [file] * size,
        "recorded_at": [at] * size,
        "synthetic": [order.synthetic] * size,
    }


def _entry(order: Order, opened: Opened, work: _Work, report: ImportReport, *, at: datetime, batch: str) -> Entry:
    tables: dict[str, dict[str, Sequence[object]]] = {}
    fresh = [work.judged.accepted[n] for n in work.changed]
    if fresh:
        columns = registration_columns(fresh, order=order, file=opened.table.file, at=at)
        tables["registrations"] = columns | {"batch": [batch] * len(fresh)}
    if work.facts:
        tables["facts"] = fact_columns(work.facts)
    return Entry(order, opened, report, tables, work.judged.held, batch)
