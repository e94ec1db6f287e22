"""导出 exports: facts or enterprises, as far as one may read them, as CSV, workbook or Parquet.

The column `synthetic` is always there; made-up rows can be left out, never mixed in unmarked. Each export is a line of
the audit trail.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

from django.db import transaction

from jiqun import settings
from jiqun.actions.desk import Desk
from jiqun.actions.export_files import FORMATS, Row, Sheet, write_file
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.enterprises import hidden
from jiqun.core.errors import InputError, NotFound
from jiqun.lake import listing
from jiqun.lake.catalogue import FACTS, Column
from jiqun.lake.listing import Wanted
from jiqun.ledger import audit, sources, subjects
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can, check
from jiqun.ledger.subjects import Subject, SubjectFilter

WHAT = ("facts", "enterprises")
PIECE = 20_000
INTERNAL = ("natural_key", "content_hash")
FACT_COLUMNS = tuple(column for column in FACTS.columns if column.name not in INTERNAL)
ENTERPRISE_COLUMNS = (
    Column("subject", "text", "主体", "Subject"),
    Column("uscc", "text", "统一社会信用代码", "Unified social credit code"),
    Column("name", "text", "企业名称", "Name"),
    Column("uscc_grade", "text", "代码核验", "valid, checksum_mismatch or empty"),
    Column("provisional", "bool", "暂记", "True while only the name is known"),
    Column("region", "text", "区划代码", "County unit of today"),
    Column("region_name", "text", "县（市、区）", "Name of the county unit"),
    Column("industry_code", "text", "行业代码", "Industry code, GB/T 4754-2017"),
    Column("established_on", "text", "成立日期", "Day of establishment"),
    Column("legal_form", "text", "企业类型", "Legal form"),
    Column("capital_wan", "decimal", "注册资本", "Registered capital", "万元"),
    Column("address", "text", "住所", "Address"),
    Column("status", "text", "登记状态", "Status of the registration"),
    Column("source", "text", "来源", "Source key"),
    Column("batch", "text", "批次", "Batch that wrote the row last"),
    Column("synthetic", "bool", "是否合成", "True for made-up demonstration data"),
)


@dataclass(frozen=True)
class ExportAsk:
    """What is exported; empty fields do not narrow.

    what    facts | enterprises
    form    csv | xlsx | parquet
    real    True leaves made-up rows out
    region  this place and all below; cluster: (enterprises) a cluster or chain; q: (enterprises) words of the name
    as_of   (facts) as known on that day or at that instant
    """

    what: str
    form: str
    subject: str = ""
    indicator: str = ""
    source: str = ""
    batch: str = ""
    status: str = ""
    kind: str = ""
    region: str = ""
    cluster: str = ""
    q: str = ""
    real: bool = False
    as_of: date | datetime | None = None


@dataclass(frozen=True)
class ExportReport:
    """What was written: how many rows, under which path, how many bytes."""

    what: str
    form: str
    rows: int
    path: Path
    bytes: int

    def as_json(self) -> dict[str, object]:
        """The object `--json` prints."""
        return {"ok": True, "what": self.what, "format": self.form, "rows": self.rows, "path": str(self.path),
                "bytes": self.bytes}  # fmt: skip


def export(desk: Desk, ask: ExportAsk, path: Path, *, by: Actor, at: datetime) -> ExportReport:
    """Write an export under `path`.

    InputError: export.unknown_what, export.unknown_format, export.too_many_rows; NotFound for unknown keys
    """
    check(by, Permission.EXPORT, target_scope=ANYWHERE)
    if ask.what not in WHAT:
        raise InputError("export.unknown_what", seen=ask.what, allowed=" ".join(WHAT))
    if ask.form not in FORMATS:
        raise InputError("export.unknown_format", seen=ask.form, allowed=" ".join(FORMATS))
    _check_keys(desk, ask)
    most = int(settings.setting("JIQUN_EXPORT_ROWS"))
    sheet = _facts(desk, ask, by, most) if ask.what == "facts" else _enterprises(desk, ask, by, most)
    partial = path.with_name(path.name + ".partial")
    try:
        rows = write_file(sheet, partial, ask.form)
        with transaction.atomic():
            told = {item.name: _told(value) for item in fields(ask) if (value := getattr(ask, item.name))}
            audit.record(by, f"export.{ask.what}", ask.what, {**told, "rows": rows}, at=at)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return ExportReport(ask.what, ask.form, rows, path, path.stat().st_size)


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _check_keys(desk: Desk, ask: ExportAsk) -> None:
    """A key nobody knows is an error, not an empty file."""
    if ask.subject and not subjects.exists([ask.subject]):
        raise NotFound("subject.unknown", seen=ask.subject)
    if ask.cluster and not subjects.exists([ask.cluster]):
        raise NotFound("subject.unknown", seen=ask.cluster)
    if ask.indicator:
        desk.indicators.get(ask.indicator)
    if ask.source:
        sources.get(ask.source)
    if ask.region and desk.regions.find(ask.region) is None and not subjects.exists([f"region:{ask.region}"]):
        raise NotFound("region.not_found", seen=ask.region)


def _facts(desk: Desk, ask: ExportAsk, by: Actor, most: int) -> Sheet:
    archive = Archive(desk, by)
    wanted = archive.narrowed(
        Wanted(
            subject=ask.subject, indicator=ask.indicator, source=ask.source, batch=ask.batch, status=ask.status,
            kind=ask.kind, real=ask.real, subjects=_within(ask.region), as_of=ask.as_of,
        )
    )  # fmt: skip
    total = listing.counted(desk.lake, wanted)
    if total > most:
        raise InputError("export.too_many_rows", seen=str(total), allowed=str(most))
    return Sheet("facts", FACT_COLUMNS, _fact_rows(desk, wanted))


def _within(region: str) -> tuple[str, ...]:
    """Every subject of a place and all below it, the place itself among them; empty when no place is asked for."""
    return (f"region:{region}", *subjects.all_keys(SubjectFilter(region=region))) if region else ()


def _fact_rows(desk: Desk, wanted: Wanted) -> Iterator[Row]:
    offset = 0
    while True:
        rows = listing.listed(desk.lake, wanted, limit=PIECE, offset=offset)
        for row in rows:
            yield [row[column.name] for column in FACT_COLUMNS]
        if len(rows) < PIECE:
            return
        offset += PIECE


def _enterprises(desk: Desk, ask: ExportAsk, by: Actor, most: int) -> Sheet:
    check(by, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    real = ask.real or not can(by, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE)
    wanted = SubjectFilter(
        kind="enterprise",
        region=ask.region,
        cluster=ask.cluster,
        q=ask.q,
        batch=ask.batch,
        synthetic=False if real else None,
    )
    if subjects.list_page(wanted, size=1).total > most:
        raise InputError("export.too_many_rows", seen=f"> {most}", allowed=str(most))
    is_hidden = hidden(Archive(desk, by))
    seen = (item for item in subjects.iterate(wanted) if not is_hidden(item))
    return Sheet("enterprises", ENTERPRISE_COLUMNS, (_enterprise(desk, item) for item in islice(seen, most)))


def _enterprise(desk: Desk, item: Subject) -> Row:
    region = desk.regions.find(item.region) if item.region else None
    more = item.attributes
    return (
        item.key, item.code, item.label_zh, item.uscc_grade, item.provisional, item.region,
        region.name["zh"] if region else "", item.industry_code, more.get("established_on", ""),
        more.get("legal_form", ""), _amount(more.get("capital_wan")), more.get("address", ""), more.get("status", ""),
        item.source, item.batch, item.synthetic,
    )  # fmt: skip


def _amount(text: object) -> Decimal | None:
    return Decimal(str(text)) if text else None
