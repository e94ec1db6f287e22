"""催报名单 what is taken away of a collection: the chasing list, and the sums by place."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from jiqun.actions.desk import Desk
from jiqun.actions.export_files import Sheet, write_file
from jiqun.actions.reading import collecting as reading
from jiqun.core.errors import InputError
from jiqun.lake.catalogue import Column
from jiqun.ledger import audit
from jiqun.ledger.permissions import ANYWHERE, Actor, check
from jiqun.ledger.roles import Permission

WHAT = ("chasing", "answers", "totals")
FORMATS = ("csv", "xlsx")


@dataclass(frozen=True)
class Written:
    """A file that was written."""

    what: str
    rows: int
    path: str


def write(
    desk: Desk, collection: str, what: str, path: Path, form: str, *, by: Actor, at: datetime
) -> Written:
    """Write who has not answered (chasing), how everybody stands (answers), or the sums by place (totals)."""
    check(by, Permission.EXPORT, target_scope=ANYWHERE)
    if what not in WHAT or form not in FORMATS:
        raise InputError("export.unknown_what", seen=f"{what}.{form}", allowed=" ".join((*WHAT, *FORMATS)))
    page = reading.collection_page(desk, by, collection, size=reading.EVERYBODY)
    sheet = _totals(page) if what == "totals" else _respondents(page, chasing=what == "chasing")
    rows = write_file(sheet, path, form)
    with transaction.atomic():
        target = f"collection:{collection}"
        audit.record(
            by, "collection.export", target, {"what": what, "rows": rows}, at=at, target_label=page.title
        )
    return Written(what, rows, str(path))


def _respondents(page: reading.CollectionContext, *, chasing: bool) -> Sheet:
    names = ("代码", "填报单位", "市", "县（市、区）", "状态", "逾期", "首次报送", "催报次数", "最近催报")
    rows = [
        (
            one.key.partition(":")[2], one.label, one.city.zh, one.county.zh, reading.STATE_ZH[one.state],
            "是" if one.late else "否", _said(one.first_sent_at), str(one.reminders), _said(one.reminded_at),
        )
        for one in page.respondents
        if not (chasing and one.answered)
    ]  # fmt: skip
    return Sheet("催报名单" if chasing else "填报情况", _columns(names), rows)


def _totals(page: reading.CollectionContext) -> Sheet:
    names = (
        "代码",
        "地区",
        "应报",
        "已报",
        "逾期",
        *(f"{head.label.zh}（{head.unit}）" for head in page.heads),
    )
    known = [f"{head.label.zh}：已知家数" for head in page.heads]
    rows = [
        (
            place.region, place.label.zh, str(place.asked), str(place.answered), str(place.late),
            *(None if one.value is None else one.value for one in place.sums), *(str(one.known) for one in place.sums),
        )
        for place in page.places
    ]  # fmt: skip
    return Sheet("汇总", _columns((*names, *known)), rows)


def _columns(names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(name, "text", name, name) for name in names)


def _said(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(reading.SHANGHAI):%Y-%m-%d %H:%M}"
