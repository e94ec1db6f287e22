"""审计导出 audit: the trail handed out as a file; handing it out is itself a line of the trail."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction

from jiqun.actions.desk import Desk
from jiqun.actions.export_files import Sheet, write_file
from jiqun.actions.reading.audit import Narrowing, given
from jiqun.lake.catalogue import Column
from jiqun.ledger import audit
from jiqun.ledger.permissions import ANYWHERE, Actor, check
from jiqun.ledger.roles import Permission

PAGE = 1000
COLUMNS = tuple(
    Column(name, "text", zh, en)
    for name, zh, en in (
        ("id", "编号", "number of the line"),
        ("at", "时刻", "instant"),
        ("by", "谁", "who"),
        ("action", "做了什么", "action"),
        ("target", "对象", "target"),
        ("target_label", "对象名称", "label of the target"),
        ("detail", "细节（JSON）", "detail as JSON text"),
        ("batch", "批次", "batch"),
        ("request_id", "请求编号", "id of the request"),
    )
)


def export(desk: Desk, path: Path, form: str, asked: Narrowing, *, by: Actor, at: datetime) -> int:
    """Write the narrowed trail under `path`; gives the number of lines."""
    del desk
    check(by, Permission.READ_AUDIT, target_scope=ANYWHERE)
    check(by, Permission.EXPORT, target_scope=ANYWHERE)
    narrowed = given(asked)
    count = write_file(Sheet("audit", COLUMNS, _rows(narrowed)), path, form)
    with transaction.atomic():
        detail = {
            "format": form,
            "rows": count,
            **{name: value for name, value in asdict(asked).items() if value},
        }
        audit.record(by, "audit.export", "audit", detail, at=at)
    return count


def _rows(narrowed: dict[str, Any]) -> Iterator[list[object]]:
    number = 1
    while True:
        page = audit.list_page(**narrowed, page=number, size=PAGE)
        for event in page.rows:
            values = {
                **asdict(event),
                "at": event.at.isoformat(),
                "detail": orjson.dumps(event.detail).decode(),
            }
            yield [values[column.name] for column in COLUMNS]
        if not page.has_next:
            return
        number += 1
