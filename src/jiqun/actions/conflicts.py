"""冲突导出 conflicts: the list of numbers sources do not agree on, as a file; handing it out is a line of the trail."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from jiqun import settings
from jiqun.actions.desk import Desk
from jiqun.actions.export_files import Sheet, write_file
from jiqun.actions.reading.conflicts import ConflictAsk, conflicts_page, every
from jiqun.core.errors import InputError
from jiqun.core.facts import plain
from jiqun.lake.catalogue import Column
from jiqun.ledger import audit
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check

COLUMNS = (
    Column("number", "int", "冲突序号", "Number of the conflict"),
    Column("subject", "text", "主体", "Subject"),
    Column("subject_label", "text", "名称", "Name"),
    Column("indicator", "text", "指标", "Indicator"),
    Column("period", "text", "期间", "Period"),
    Column("scope", "text", "口径", "Scope"),
    Column("breakdown", "text", "分组", "Breakdown"),
    Column("status", "text", "性质", "Status"),
    Column("size_percent", "decimal", "相差（%）", "Difference as a part of the larger", "%"),
    Column("source", "text", "来源", "Source"),
    Column("value", "text", "数值", "Value with its bound, as stated"),
    Column("unit", "text", "单位", "Unit"),
    Column("fact", "text", "事实编号", "Fact"),
    Column("shown", "bool", "是否采信显示", "True for the one pages show"),
    Column("synthetic", "bool", "是否合成", "True for made-up data"),
)


def export(desk: Desk, path: Path, form: str, ask: ConflictAsk, *, by: Actor, at: datetime) -> int:
    """Write the narrowed list under `path`, one row per statement; gives the number of conflicts."""
    check(by, Permission.EXPORT, target_scope=ANYWHERE)
    total = conflicts_page(desk, by, ask).total
    most = int(settings.setting("JIQUN_EXPORT_ROWS"))
    if total > most:
        raise InputError("export.too_many_rows", seen=str(total), allowed=str(most))
    write_file(Sheet("conflicts", COLUMNS, _rows(desk, ask, by)), path, form)
    with transaction.atomic():
        told = {name: value for name, value in asdict(ask).items() if value and name not in ("page", "size")}
        audit.record(by, "conflicts.export", "conflicts", {"format": form, "rows": total, **told}, at=at)
    return total


def _rows(desk: Desk, ask: ConflictAsk, by: Actor) -> Iterator[list[object]]:
    for number, one in enumerate(every(desk, by, ask), start=1):
        size = Decimal(repr(round(one.size * 100, 2)))
        for told in one.statements:
            bound = "" if told.bound == "=" else told.bound
            yield [
                number, one.subject.key, one.subject.label.zh, one.indicator.key, told.period, one.scope, one.breakdown,
                one.status, size, told.source.key, f"{bound}{plain(told.value)}", told.unit, told.id,
                told.id == one.shown, one.synthetic,
            ]  # fmt: skip
