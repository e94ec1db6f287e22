"""匹配名单 lists of names on the pages: hand one in, say which enterprise a name means, take a saying back, throw it away.

What a person says about a written name is remembered for the office and holds for every list: it is not asked again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from jiqun.actions.desk import Desk
from jiqun.actions.form_memory import office_of
from jiqun.actions.kept_rights import kept_actor
from jiqun.actions.match_files import WORKING, MatchFiles, MatchList
from jiqun.brain.matching import Asked
from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.lake.files import copy_within, open_table
from jiqun.ledger import audit, name_decisions, subjects
from jiqun.ledger.name_decisions import NameDecision
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check

ROWS_MOST = 200_000
NAME_MOST = 300
NAME_OF_LIST = 200
FIELDS = ("name", "code", "region", "address", "phone", "capital", "date")
HEADS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "企业名称",
        "单位名称",
        "公司名称",
        "名称",
        "企业",
        "单位",
        "纳税人名称",
        "用户名称",
        "户名",
        "name",
    ),
    "code": ("统一社会信用代码", "信用代码", "社会信用代码", "代码", "纳税人识别号", "uscc", "code"),
    "region": (
        "县（市、区）",
        "县市区",
        "区县",
        "所属区县",
        "所在地",
        "区划",
        "行政区划",
        "乡镇街道",
        "region",
    ),
    "address": ("地址", "住所", "注册地址", "企业地址", "经营地址", "用电地址", "address"),
    "phone": ("电话", "联系电话", "手机", "phone"),
    "capital": ("注册资本", "注册资本（万元）", "capital"),
    "date": ("成立日期", "成立时间", "注册日期", "date"),
}


@dataclass(frozen=True)
class HandIn:
    """A list as a person hands it in: a file, or names pasted one a line.

    name         of the file; columns: field → column where the header does not tell by itself
    pasted       text, one name a line; a tab parts name and code, or name and place
    """

    name: str = ""
    pasted: str = ""
    columns: Mapping[str, str] | None = None


def files(desk: Desk) -> MatchFiles:
    """The folder of lists of this home."""
    return MatchFiles(desk.home / "matching")


def receive(desk: Desk, stream: BinaryIO | None, order: HandIn, *, by: Actor, at: datetime) -> MatchList:
    """Take a list in and queue its matching.

    InputError: match.nothing, match.too_many, match.no_name_column, match.no_such_column, gate.* for a file nobody can read
    """
    from jiqun.actions import match_work

    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    store = files(desk)
    id = store.new_id(at)
    rows, columns = _pasted(order.pasted), ()
    if stream is not None:
        rows, columns = _of_file(desk, stream, order, id)
    if not rows:
        raise InputError("match.nothing")
    if len(rows) > ROWS_MOST:
        raise InputError("match.too_many", seen=str(len(rows)), allowed=str(ROWS_MOST))
    name = order.name[:NAME_OF_LIST] or rows[0].name
    made = MatchList(
        id, "names", name, by.label, by.user_id or 0, office_of(by), at, len(rows), columns, queued_at=at,
        actor=kept_actor(by),
    )  # fmt: skip
    with transaction.atomic():
        _note(by, "match.receive", made, {"rows": len(rows)}, at)
        store.start(made, rows)
        match_work.enqueue(id)
    return made


def search_duplicates(desk: Desk, *, by: Actor, at: datetime) -> MatchList:
    """Queue a search for duplicates; the one at work, if there is one, is given instead."""
    from jiqun.actions import match_work

    check(by, Permission.EDIT_SUBJECT, target_scope=ANYWHERE)
    running = [one for one in mine(desk, by=by, kind="dedupe") if one.state == WORKING]
    if running:
        return running[0]
    store = files(desk)
    made = MatchList(
        store.new_id(at), "dedupe", "", by.label, by.user_id or 0, office_of(by), at, queued_at=at,
        actor=kept_actor(by),
    )  # fmt: skip
    with transaction.atomic():
        _note(by, "dedupe.start", made, {}, at)
        for old in mine(desk, by=by, kind="dedupe"):
            store.remove(old.id)
        store.start(made)
        match_work.enqueue(made.id)
    return made


def read(desk: Desk, id: str, *, by: Actor) -> MatchList:
    """One of your lists; somebody else's does not exist for you."""
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    found = files(desk).read(id)
    if found.by_id != (by.user_id or 0):
        raise NotFound("match.list_not_found", seen=id)
    return found


def mine(desk: Desk, *, by: Actor, kind: str = "names") -> list[MatchList]:
    """Your lists, newest first."""
    return [one for one in files(desk).all() if one.by_id == (by.user_id or 0) and one.kind == kind]


def answer(desk: Desk, id: str, row: int, choice: str, *, by: Actor, at: datetime) -> NameDecision:
    """Say which enterprise a row means (its key), or that it is none of ours (empty); remembered for the office."""
    held, asked = _asked(desk, id, row, by=by)
    subject = subjects.resolve(choice) if choice else ""
    if subject and (not subject.startswith("enterprise:") or not subjects.exists([subject])):
        raise InputError("match.unknown_choice", seen=choice, allowed="enterprise:…")
    said = NameDecision(written_of(asked), asked.name, subject, by.label, at)
    with transaction.atomic():
        before = name_decisions.save(held.office, said)
        told = {"row": row, "subject": subject, "before": before.subject if before else ""}
        _note(by, "match.answer", held, told, at, label=asked.name)
    return said


def take_answer_back(desk: Desk, id: str, row: int, *, by: Actor, at: datetime) -> bool:
    """Forget what was said about the name in a row; says whether anything was."""
    held, asked = _asked(desk, id, row, by=by)
    with transaction.atomic():
        gone = name_decisions.forget(held.office, written_of(asked))
        if gone:
            _note(by, "match.take_back", held, {"row": row}, at, label=asked.name)
    return gone


def said_before(asked: Iterable[Asked], *, by: Actor) -> dict[int, str]:
    """Rows whose written name this person's office has settled, with the enterprise it means today ("" for none of ours)."""
    said = settled_as(asked, by=by)
    today = subjects.resolve_many(said.values())
    return {row: today.get(subject, "") for row, subject in said.items()}


def settled_as(asked: Iterable[Asked], *, by: Actor) -> dict[int, str]:
    """As `said_before`, with the enterprise as it was settled, merged meanwhile or not."""
    rows = {one.row: written_of(one) for one in asked}
    known = name_decisions.of_office(office_of(by), rows.values())
    return {row: known[text].subject for row, text in rows.items() if text in known}


def throw_away(desk: Desk, id: str, *, by: Actor, at: datetime) -> None:
    """Remove a list; what was said about its names stays remembered."""
    held = read(desk, id, by=by)
    if held.state == WORKING:
        raise WrongState("match.not_done", seen=held.state)
    with transaction.atomic():
        _note(by, "match.throw_away", held, {}, at)
    files(desk).remove(id)


def written_of(asked: Asked) -> str:
    """What makes a row the same question as another."""
    return name_decisions.written(asked.name, region=asked.region, code=asked.code)


def _asked(desk: Desk, id: str, row: int, *, by: Actor) -> tuple[MatchList, Asked]:
    held = read(desk, id, by=by)
    if held.state == WORKING:
        raise WrongState("match.not_done", seen=held.state)
    for asked in files(desk).rows(id):
        if asked.row == row:
            return held, asked
    raise NotFound("match.row_not_found", seen=str(row))


def _pasted(text: str) -> tuple[Asked, ...]:
    """Names one a line; what follows a tab is a code when it has digits, else a place."""
    rows: list[Asked] = []
    for number, line in enumerate(text.splitlines(), start=1):
        name, *more = (part.strip() for part in line.split("\t"))
        codes = [part for part in more if any(map(str.isdigit, part))]
        places = [part for part in more if part and part not in codes]
        if name:
            rows.append(Asked(number, name[:NAME_MOST], "".join(codes[:1])[:40], "".join(places[:1])[:120]))
    return tuple(rows)


def _of_file(
    desk: Desk, stream: BinaryIO, order: HandIn, id: str
) -> tuple[tuple[Asked, ...], tuple[tuple[str, str], ...]]:
    folder = desk.uploads
    path = folder / f"{id}.part"
    try:
        copy_within(stream, path, desk.limits, name=order.name)
        table = open_table(path, desk.limits, name=order.name)
    finally:
        Path(path).unlink(missing_ok=True)
    columns = columns_of(table.columns, order.columns or {})
    at = {field: table.columns.index(column) for field, column in columns.items()}
    rows = (
        Asked(number, **{field: cells[n].strip()[:NAME_MOST] for field, n in at.items() if n < len(cells)})
        for number, cells in table.rows
        if at["name"] < len(cells) and cells[at["name"]].strip()
    )
    return tuple(rows), tuple(columns.items())


def columns_of(header: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """Which column is what: as said, else as the header tells; InputError where no column is the name."""
    found: dict[str, str] = {}
    for field in FIELDS:
        told = said.get(field, "").strip()
        if told and told not in header:
            raise InputError("match.no_such_column", seen=told, allowed=" · ".join(filter(None, header)))
        plain = {column.strip().casefold(): column for column in reversed(header)}
        known = (plain[head] for head in HEADS[field] if head in plain)
        column = (
            told
            or next(known, "")
            or _containing(header, HEADS[field][:3] if field in ("name", "code") else ())
        )
        if column and column not in found.values():
            found[field] = column
    if "name" not in found:
        raise InputError("match.no_name_column", seen=" · ".join(filter(None, header)))
    return found


def _containing(header: Sequence[str], words: Sequence[str]) -> str:
    return next((column for column in header for word in words if word in column), "")


def _note(
    by: Actor, action: str, held: MatchList, detail: Mapping[str, object], at: datetime, *, label: str = ""
) -> None:
    audit.record(by, action, f"match:{held.id}", dict(detail), at=at, target_label=label or held.name)
