"""称号管理 titles: entered from a list, taken back, and their end called to mind in time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from jiqun.actions import policy_packs
from jiqun.actions import title_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.recognising import said
from jiqun.core.errors import RowError, RowErrors, WrongState
from jiqun.core.states import NEVER
from jiqun.core.uscc import Grade, grade
from jiqun.exchange.objections import day_of
from jiqun.lake.files import HandedIn, open_table
from jiqun.ledger import audit, subjects, title_notices, titles
from jiqun.ledger.permissions import Actor, check
from jiqun.ledger.scopes import Target
from jiqun.ledger.subjects import Subject
from jiqun.ledger.title_notices import Notice
from jiqun.ledger.titles import NewTitle, Title
from jiqun.rules.catalogue import Catalogue, FieldDef, title_name
from jiqun.rules.tree import Label
from jiqun.rules.values import BadValue, value_of

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("企业名称", "企业全称", "单位名称", "name"),
    "uscc": ("统一社会信用代码", "社会信用代码", "信用代码", "uscc"),
    "title": ("称号", "称号名称", "title"),
    "granted_on": ("认定日期", "granted_on"),
    "valid_until": ("有效期止", "有效期至", "valid_until"),
    "origin": ("文号", "认定文件", "document"),
}
NEEDED = ("title", "granted_on", "valid_until")
ORIGIN_MOST = 300
ROWS_MOST = 20_000
Row = Mapping[str, str]


@dataclass(frozen=True)
class Registered:
    """What a list brought: titles entered, and rows that say what was entered before."""

    file: str
    entered: int
    unchanged: int


@dataclass(frozen=True)
class _Kind:
    field: FieldDef
    label: Label


def register(desk: Desk, path: Path, *, by: Actor, at: datetime, name: str = "") -> Registered:
    """Enter titles from a list (CSV or workbook): the whole list, or none of it with every error.

    RowErrors title.refused; NotAllowed for an enterprise elsewhere
    """
    check(by, policy.RECOGNISE, target_scope=None)
    table = open_table(path, desk.limits, name=name or path.name)
    reader = _Reader(desk, table, at)
    rows = list(reader.rows())
    for one, _ in rows:
        policy.check_register(by, one.subject)
    if reader.errors:
        raise RowErrors(reader.errors, code="title.refused")
    made: list[Title] = []
    with transaction.atomic():
        for one, number in rows:
            if _is_there(one):
                continue
            try:
                made.append(titles.enter(one, by=by.label, at=at))
            except WrongState as error:
                reader.wrong(
                    number, "valid_until", error.code, str(one.valid_until), str(error.facts["until"])
                )
        if reader.errors:
            raise RowErrors(reader.errors, code="title.refused")
        told = {"file": table.file, "sha256": table.sha256, "entered": len(made), "rows": len(rows)}
        audit.record(by, "title.register", "titles", told, at=at, target_label=table.file)
        for title in made:
            detail = {"field": title.field, "until": str(title.valid_until), "file": table.file}
            audit.record(
                by, "title.enter", f"title:{title.id}", detail, at=at, target_label=title.subject_label
            )
    return Registered(table.file, len(made), len(rows) - len(made))


def take_back(desk: Desk, id: int, why: str, *, by: Actor, at: datetime) -> Title:
    """End a title; it stays in the record with who did it, when and why, and the enterprise is told."""
    del desk
    held, reason = titles.get(id), said(why, needed=True)
    policy.check_take_back(by, held)
    with transaction.atomic():
        done = titles.take_back(id, reason, by=by.label, at=at)
        text = f"{held.label_zh} · {reason}"[:500]
        title_notices.leave([Notice(held.subject, "taken_back", text, by.label[:150], at, id)])
        told = {"field": held.field, "text": reason[:300], "until": str(held.valid_until)}
        audit.record(by, "title.take_back", f"title:{id}", told, at=at, target_label=held.subject_label)
    return done


def remind(desk: Desk, *, by: Actor, at: datetime) -> int:
    """Leave the reminders whose day has come, each once; gives how many. For titles within the reach of `by`."""
    check(by, policy.RECOGNISE, target_scope=None)
    practice, on = desk.recognition, day_of(at)
    far, left = policy.deciding(by), title_notices.reminded()
    found = [
        Notice(one.subject, due.kind, f"{one.label_zh} · {one.valid_until}", by.label[:150], at, one.id, "", due.days)
        for one in titles.ending(on, days=max(practice.review, *practice.expiring))
        if far.covers(Target(one.subject, one.region))
        for due in practice.due(one.valid_until, on)
        if (one.id, due.kind, due.days) not in left
    ]  # fmt: skip
    if found:
        with transaction.atomic():
            title_notices.leave(found)
            audit.record(by, "title.remind", "titles", {"notices": len(found)}, at=at)
    return len(found)


def notices_seen(keys: Iterable[str], *, by: Actor, at: datetime) -> int:
    """Note that a person read the notices of the enterprises it speaks for; gives how many were new."""
    own = {subjects.resolve(grant.scope.key) for grant in by.grants if grant.scope.kind == "enterprise"}
    with transaction.atomic():
        return sum(title_notices.seen(key, by=by.label, at=at) for key in keys if key in own)


def kinds(desk: Desk) -> dict[str, Label]:
    """Every title there can be, by its field: what the pack that gives it calls it, else the catalogue."""
    given = {one.title: one.label for one in policy_packs.packs(desk).values() if one.title}
    return {key: kind.label for key, kind in _kinds(desk.packs, given).items()}


def _kinds(packs: Path, given: Mapping[str, Label]) -> dict[str, _Kind]:
    fields = Catalogue.load(packs).fields.values()
    return {
        one.name: _Kind(one, given.get(one.name) or title_name(one.label))
        for one in fields
        if one.kind == "date" and one.name.startswith("title_")
    }


def _is_there(new: NewTitle) -> bool:
    """Did an earlier list say the same?"""
    days = new.field, new.starts_on, new.valid_until
    return any((one.field, one.starts_on, one.valid_until) == days for one in titles.of_subject(new.subject))


class _Reader:
    """Reads a list row by row; what is wrong gathers in `errors`."""

    def __init__(self, desk: Desk, table: HandedIn, at: datetime) -> None:
        given = {one.title: one.label for one in policy_packs.packs(desk).values() if one.title}
        self.table, self.today = table, day_of(at)
        self.kinds = _kinds(desk.packs, given)
        self.errors: list[RowError] = []
        words = {
            key: (key, one.label.zh, one.label.en, *one.field.aliases) for key, one in self.kinds.items()
        }
        self._names = {word: key for key, those in words.items() for word in those}

    def wrong(self, row: int | None, column: str, code: str, seen: str = "", allowed: str = "") -> None:
        self.errors.append(RowError(self.table.file, row, column, code, seen[:80], allowed))

    def rows(self) -> Iterator[tuple[NewTitle, int]]:
        columns = self._header()
        told = [(number, cells) for number, cells in self.table.rows if any(cell.strip() for cell in cells)]
        if not told or len(told) > ROWS_MOST:
            self.wrong(None, "", "title.no_rows", str(len(told)), f"1–{ROWS_MOST}")
        for number, cells in told[:ROWS_MOST] if columns else ():
            row = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
            made = self._title(row, number)
            if made is not None:
                yield made, number

    def _header(self) -> dict[str, int]:
        known = {word: name for name, words in COLUMNS.items() for word in words}
        columns = {
            known[cell.strip()]: at for at, cell in enumerate(self.table.columns) if cell.strip() in known
        }
        lacking = [COLUMNS[name][0] for name in NEEDED if name not in columns]
        if "uscc" not in columns and "name" not in columns:
            lacking.insert(0, COLUMNS["uscc"][0])
        for name in lacking:
            self.wrong(1, name, "title.no_column", " ".join(self.table.columns), name)
        return {} if lacking else columns

    def _title(self, row: Row, number: int) -> NewTitle | None:
        before = len(self.errors)
        subject = self._subject(row, number)
        field = self._names.get(row["title"], "")
        if not field:
            names = " ".join(kind.label.zh for kind in self.kinds.values())
            self.wrong(number, "title", "title.no_kind", row["title"], names)
        granted, until = (self._day(row, name, number) for name in ("granted_on", "valid_until"))
        if granted and until and until < granted:
            self.wrong(number, "valid_until", "title.days", str(until), f"≥ {granted}")
        if granted and granted > self.today:
            self.wrong(number, "granted_on", "gate.date_in_future", str(granted), f"≤ {self.today}")
        if len(self.errors) > before or subject is None or granted is None or until is None:
            return None
        label = self.kinds[field].label
        return NewTitle(
            subject.key, subject.label_zh, subject.region, field, label.zh, label.en, "registered", granted, granted,
            until, origin=row.get("origin", "")[:ORIGIN_MOST], synthetic=subject.synthetic,
        )  # fmt: skip

    def _subject(self, row: Row, number: int) -> Subject | None:
        code, name = row.get("uscc", "").upper(), row.get("name", "")
        if code and grade(code) is Grade.MALFORMED:
            self.wrong(number, "uscc", "gate.malformed_uscc", code)
            return None
        found = subjects.by_code(code) if code else None
        named: Sequence[Subject] = subjects.named(name) if name and not code else ()
        if found is None and len(named) == 1:
            found = named[0]
        if found is None:
            code_of_error = "title.several" if len(named) > 1 else "title.no_enterprise"
            self.wrong(number, "uscc" if code else "name", code_of_error, code or name)
        return found

    def _day(self, row: Row, column: str, number: int) -> date | None:
        try:
            day = value_of(row[column], next(iter(self.kinds.values())).field)
        except BadValue:
            day = None
        if not isinstance(day, date) or day == NEVER:  # a day in a list of titles is never "never"
            self.wrong(number, column, "gate.bad_date", row[column], "2026-04-01")
            return None
        return day
