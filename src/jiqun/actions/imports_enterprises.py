"""导入企业名单: every accepted row becomes a subject of the ledger and a registration in the lake, with its place.

The subject holds how the enterprise stands now; the registration keeps the source row, so that a batch can be undone
by writing the earlier row back. Columns mapped as quantities become facts of the same batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from jiqun.actions.desk import Desk
from jiqun.actions.entering import Entry, enter
from jiqun.actions.found_by_name import NamedRows, as_they_stand, find_by_name, hold_unfound
from jiqun.actions.imports import ImportReport, Opened, Order, Progress
from jiqun.actions.imports_facts import fact_columns, reach_of
from jiqun.actions.quantities import check_quantities, facts_of_rows
from jiqun.core.errors import RowError
from jiqun.core.facts import Fact, plain
from jiqun.core.periods import SHANGHAI
from jiqun.lake.gate_enterprises import EnterpriseGate, Judged, Registration
from jiqun.lake.mapping import ColumnMap
from jiqun.ledger import batches, permissions, subjects
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.subjects import Comparison, Subject, SubjectRow

CHUNK = 4000


@dataclass
class _Work:
    """One import under way: what the gate made of the file and what is new against the ledger."""

    judged: Judged
    compared: Comparison
    facts: list[Fact]
    completed: dict[int, SubjectRow]
    named: NamedRows

    @property
    def fresh(self) -> list[Registration]:
        """Accepted rows that are new or say something new; one completed from the ledger carries the whole subject."""
        positions = sorted((*self.compared.created, *self.compared.updated))
        return [self._carrying(self.judged.accepted[n], self.completed.get(n)) for n in positions]

    @staticmethod
    def _carrying(item: Registration, whole: SubjectRow | None) -> Registration:
        if whole is None:
            return item
        row = {name: getattr(whole, name) for name in SubjectRow.__dataclass_fields__}
        return item._replace(extra=orjson.dumps({"subject_row": row}).decode())


def run(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, progress: Progress
) -> ImportReport:
    """Import an opened list; with `dry_run` nothing is written."""
    permissions.check(by, Permission.IMPORT_DATA, target_scope=permissions.ANYWHERE)
    check_quantities(desk, opened.mapping.facts, file=opened.table.file)
    batch = batches.new_id(at)
    work = _judge(desk, order, opened, by=by, at=at, batch=batch, progress=progress)
    report = _report(order, opened, work)
    if order.dry_run:
        report.dry_run = True
        return report
    progress("入账 writing", 0, 1)
    entry = _entry(order, opened, work, report, at=at, batch=batch)
    enter(desk, entry, lambda: subjects.write(work.compared, batch=batch, at=at), by=by, at=at)
    progress("入账 writing", 1, 1)
    return report


def _judge(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, batch: str, progress: Progress
) -> _Work:
    table, mapping = opened.table, opened.mapping
    today = at.astimezone(SHANGHAI).date()
    named = find_by_name(desk, opened, by=by, progress=progress)
    gate = EnterpriseGate(
        desk.regions, today, mapping, table.columns, table.file, made_up_regions=made_up_regions(),
        found=named.found,
    )  # fmt: skip
    judged = gate.judge(table, _told(table.rows, progress))
    hold_unfound(judged, opened, named)
    hold_outside(judged, opened, by=by)
    facts = facts_of_rows(
        desk, order, opened, judged, at=at, batch=batch, progress=progress, notes=named.notes
    )
    rows = [subject_row(item, source=order.source, synthetic=order.synthetic) for item in judged.accepted]
    whole = as_they_stand(keep_held(rows, mapping), mapping)
    completed = {n: row for n, row in enumerate(whole) if row is not rows[n]}
    compared = subjects.compare(whole)
    return _Work(judged, compared, facts, completed, named)


def _told(rows: Sequence[tuple[int, list[str]]], progress: Progress) -> Iterator[tuple[int, list[str]]]:
    total = len(rows)
    for start in range(0, total, CHUNK):
        progress("核验 judging", start, total)
        yield from rows[start : start + CHUNK]
    progress("核验 judging", total, total)


def hold_outside(judged: Judged, opened: Opened, *, by: Actor) -> None:
    """Rows outside the scope of who imports wait in quarantine: an office writes only its own places."""
    reach = reach_of(by)
    if reach is None:
        return
    by_row = dict(opened.table.rows)
    kept: list[Registration] = []
    for item in judged.accepted:
        if reach(item.subject, item.region):
            kept.append(item)
            continue
        judged.faults.append(
            RowError(
                opened.table.file,
                item.row_no,
                "region",
                "auth.outside_scope",
                item.region or item.name,
                by.label,
            )
        )
        judged.held[item.row_no] = opened.raw(by_row[item.row_no])
        judged.placed[item.region_how] -= 1
    judged.accepted[:] = kept


def made_up_regions() -> frozenset[str]:
    """Codes of the synthetic places the ledger holds."""
    wanted = subjects.SubjectFilter(kind="region", synthetic=True)
    return frozenset(key.partition(":")[2] for key in subjects.all_keys(wanted))


COLUMN_OF = {"established_on": "established_on", "legal_form": "legal_form", "capital_wan": "capital", "address": "address",
             "status": "status", "extra": "business_scope"}  # fmt: skip


def keep_held(rows: list[SubjectRow], mapping: ColumnMap) -> list[SubjectRow]:
    """Where the file has no column for something the ledger knows, what is known stays: nothing is asked twice."""
    given = {*mapping.columns, *mapping.constants}
    lacking = [name for name, column in COLUMN_OF.items() if column not in given]
    places = not given & {"region", "address", "city"}
    if not lacking and not places and "industry_code" in given:
        return rows
    known = subjects.row_hashes([row.key for row in rows])
    held = subjects.get_many(known)
    return [
        _with_held(row, held[row.key], lacking, given, places) if row.key in held else row for row in rows
    ]


def _with_held(
    row: SubjectRow, before: Subject, lacking: list[str], given: set[str], places: bool
) -> SubjectRow:
    known = {name: before.attributes[name] for name in lacking if name in before.attributes}
    placed = (
        {"region": before.region, "city": before.city} if places or (before.region and not row.region) else {}
    )
    if placed:
        known["placed_by"] = before.attributes.get("placed_by", "")
    industry = {} if "industry_code" in given else {"industry_code": before.industry_code}
    return replace(row, attributes=row.attributes | known, aliases=before.aliases, **placed, **industry)


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
    counts = work.compared.counts
    return ImportReport(
        kind="enterprises",
        file=opened.table.file,
        rows=len(opened.table.rows),
        accepted=len(judged.accepted) + judged.repeated,
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged + judged.repeated,
        quarantined=len(judged.held),
        flagged=len(judged.flagged),
        placed={how: count for how, count in judged.placed.items() if count},
        matched=work.named.told({item.row_no for item in judged.accepted}),
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


def _entry(
    order: Order, opened: Opened, work: _Work, report: ImportReport, *, at: datetime, batch: str
) -> Entry:
    tables: dict[str, dict[str, Sequence[object]]] = {}
    fresh = work.fresh
    if fresh:
        columns = registration_columns(fresh, order=order, file=opened.table.file, at=at)
        tables["registrations"] = columns | {"batch": [batch] * len(fresh)}
    if work.facts:
        tables["facts"] = fact_columns(work.facts)
    return Entry(order, opened, report, tables, work.judged.held, batch)
