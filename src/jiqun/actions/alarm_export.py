"""报警日志导出 the journal of alarms handed out as a file; handing it out is itself a line of the trail."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.db import transaction

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.export_files import Sheet, write_file
from jiqun.actions.reading.alarm_journal import JournalAsk, journal_lines
from jiqun.lake.catalogue import Column
from jiqun.ledger import audit, factories
from jiqun.ledger.permissions import ANYWHERE, Actor, check
from jiqun.ledger.roles import Permission

COLUMNS = tuple(
    Column(name, "text", zh, en)
    for name, zh, en in (
        ("at", "时刻", "instant"),
        ("alarm", "报警编号", "key of the alarm"),
        ("alarm_name", "报警", "alarm"),
        ("point", "测点", "point"),
        ("machine", "设备", "machine"),
        ("priority", "优先级", "priority"),
        ("event", "事件", "event"),
        ("what", "发生了什么", "what happened"),
        ("before", "之前的状态", "state before"),
        ("after", "之后的状态", "state after"),
        ("by", "谁（空为过程）", "who, empty for the process"),
        ("why", "为什么", "why"),
        ("value", "数值", "value"),
        ("unit", "单位", "unit"),
        ("until", "到何时", "until when"),
        ("synthetic", "合成", "made up"),
    )
)


def export(desk: Desk, path: Path, form: str, key: str, ask: JournalAsk, *, by: Actor, at: datetime) -> int:
    """Write the narrowed journal under `path`; gives the number of lines."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    check(by, Permission.EXPORT, target_scope=ANYWHERE)
    count = write_file(
        Sheet("alarms", COLUMNS, _rows(desk, key, ask, synthetic=factory.synthetic)), path, form
    )
    told = {"format": form, "rows": count, **{name: value for name, value in asdict(ask).items() if value}}
    with transaction.atomic():
        audit.record(by, "alarm.export", f"factory:{key}", told, at=at, target_label=factory.name)
    return count


def _rows(desk: Desk, key: str, ask: JournalAsk, *, synthetic: bool) -> Iterator[list[object]]:
    for one in journal_lines(desk, key, ask):
        until = "" if one.until is None else one.until.isoformat(timespec="seconds")
        yield [
            one.at.isoformat(timespec="milliseconds"), one.limit, one.limit_name, one.point, one.machine_name,
            str(one.priority), one.name, str(one.what), str(one.before), str(one.after), one.by, one.why, one.value,
            one.unit, until, "1" if synthetic else "0",
        ]  # fmt: skip
