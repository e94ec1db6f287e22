"""导入主体: subjects other than enterprise lists — projects, parks, bodies, programmes.

The CSV columns are those of packs/tables/subject.csv; the whole row as it then stood is kept as a registration, so that
undoing a later batch puts it back.
"""

from dataclasses import replace
from datetime import datetime

import orjson

from jiqun.actions.desk import Desk
from jiqun.actions.entering import Entry, enter
from jiqun.actions.gathering import Gathered, rows_by_field, text_faults
from jiqun.actions.imports import ImportReport, Opened, Order, Progress
from jiqun.core.errors import JiqunError, RowError
from jiqun.core.facts import SubjectKey
from jiqun.core.regions import Region
from jiqun.lake.cell_words import parse_flag
from jiqun.lake.mapping import ColumnMap
from jiqun.ledger import batches, permissions, subjects
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.scopes import EVERYTHING
from jiqun.ledger.subjects import Counts, Subject, SubjectRow

REGION_DIGITS = 6
USCC_LENGTH = 18
ATTRIBUTES = ("parent", "locator", "note")


def run(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, progress: Progress
) -> ImportReport:
    """Import subjects; only who may write everywhere may add them."""
    permissions.check(by, Permission.EDIT_SUBJECT, target_scope=EVERYTHING)
    progress("核验 judging", 0, len(opened.table.rows))
    gathered: Gathered[SubjectRow] = Gathered(opened.table.file)
    for number, row in rows_by_field(opened):
        found = _subject(desk, order, gathered.file, number, row)
        if isinstance(found, SubjectRow):
            gathered.take(number, row, found.key, found)
        else:
            gathered.hold(number, row, found)
    accepted = keep_held(gathered.accepted, opened.mapping)
    hashes = subjects.row_hashes([row.key for _, row in accepted])
    fresh = [(n, row) for n, row in accepted if hashes.get(row.key) != subjects.digest(row)]
    created = sum(1 for _, row in fresh if row.key not in hashes)
    report = gathered.report(order, opened, Counts(created, len(fresh) - created, len(accepted) - len(fresh)))
    if order.dry_run:
        return report
    batch = batches.new_id(at)
    tables = {"registrations": _registrations(fresh, file=gathered.file, batch=batch, at=at)} if fresh else {}
    entry = Entry(order, opened, report, tables, gathered.held, batch)
    enter(desk, entry, lambda: subjects.upsert([row for _, row in fresh], batch=batch, at=at), by=by, at=at)
    return report


def keep_held(rows: list[tuple[int, SubjectRow]], mapping: ColumnMap) -> list[tuple[int, SubjectRow]]:
    """Where the file has no column for something the ledger knows of a subject, what is known stays."""
    given = {*mapping.columns, *mapping.constants}
    known = subjects.get_many([row.key for _, row in rows])
    return [(n, _with_held(row, known[row.key], given) if row.key in known else row) for n, row in rows]


def _with_held(row: SubjectRow, before: Subject, given: set[str]) -> SubjectRow:
    kept = {name: value for name, value in before.attributes.items() if name not in given}
    lacking = [name for name in ("label_en", "aliases", "region") if name not in given]
    stays = {name: getattr(before, name) for name in (*lacking, *(["city"] if "region" in lacking else []))}
    whole = replace(
        row, attributes=kept | row.attributes, code=row.code or before.code, uscc_grade=before.uscc_grade,
        industry_code=before.industry_code, provisional=row.provisional and before.provisional, **stays,
    )  # fmt: skip
    return replace(whole, region=row.region, city=row.city) if row.kind == "region" else whole


def _subject(
    desk: Desk, order: Order, file: str, number: int, row: dict[str, str]
) -> SubjectRow | list[RowError]:
    faults = text_faults(file, number, row)
    key = _key(row, file, number, faults)
    if not row.get("label_zh"):
        faults.append(RowError(file, number, "label_zh", "gate.name_missing", "", ""))
    told = row.get("region", "").removeprefix("region:")
    if key is not None and key.kind == "region":
        told = key.key
    synthetic = order.synthetic or bool(parse_flag(row.get("synthetic", "")))
    code = _region_code(desk, told, synthetic=synthetic)
    if told and not code:
        faults.append(
            RowError(file, number, "region", "gate.unknown_region", told[:80], "packs/codes/regions.csv")
        )
    if faults or key is None:
        return faults
    coded = key.kind == "region" or (key.kind == "enterprise" and len(key.key) == USCC_LENGTH)
    return SubjectRow(
        key=str(key), kind=key.kind, label_zh=row["label_zh"], label_en=row.get("label_en", ""),
        aliases=tuple(filter(None, map(str.strip, row.get("aliases", "").split(";")))), region=code,
        city=f"{code[:4]}00" if code else "", attributes={name: row[name] for name in ATTRIBUTES if row.get(name)},
        provisional=key.kind == "enterprise" and not coded, synthetic=synthetic, code=key.key if coded else "",
        source=row.get("source", "") or order.source,
    )  # fmt: skip


def _key(row: dict[str, str], file: str, number: int, faults: list[RowError]) -> SubjectKey | None:
    told = row.get("key", "")
    try:
        key = SubjectKey.parse(told)
    except JiqunError as error:
        faults.append(
            RowError(file, number, "key", error.code, told[:80], str(error.facts.get("allowed", "")))
        )
        return None
    if row.get("kind") not in (None, "", key.kind):
        faults.append(RowError(file, number, "kind", "gate.bad_subject", row["kind"][:80], key.kind))
    return key


def _region_code(desk: Desk, told: str, *, synthetic: bool) -> str:
    """Today's code of a place as told; a made-up subject may name a place no real code stands for."""
    region = desk.regions.resolve(told) if told else None
    if isinstance(region, Region):
        return region.code
    return told if synthetic and len(told) == REGION_DIGITS and told.isascii() and told.isdigit() else ""


def _registrations(
    fresh: list[tuple[int, SubjectRow]], *, file: str, batch: str, at: datetime
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
