"""匹配名单 matching a list: every row of a file decided and written out, row by row; stopped anywhere, it goes on.

What is decided is kept beside the output (`OUT.partial`) as it comes. A second run of the same order goes on behind the
last whole line, as long as file, columns, word lists and enterprises are the same; else it begins anew.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from jiqun.actions.desk import Desk
from jiqun.actions.export_files import Row, Sheet, write_file
from jiqun.actions.matching import CHUNK, Matcher, Progress, decisions, matcher
from jiqun.brain.matching import Asked, Candidate, Decision
from jiqun.core.errors import InputError
from jiqun.lake.catalogue import Column
from jiqun.lake.files import HandedIn, open_table
from jiqun.ledger import audit
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check

FORMS = ("csv", "xlsx")
FIELDS = ("name", "region", "address", "code", "phone", "capital", "date")
DURABLE_EVERY = 8
OUT_COLUMNS = (
    Column("row", "int", "原表行号", "Row of the list as a spreadsheet counts"),
    Column("name", "text", "原名称", "Name as it was written"),
    Column("decision", "text", "判定", "match, review or none"),
    Column("uscc", "text", "统一社会信用代码", "Code of the enterprise; empty with none"),
    Column("matched_name", "text", "匹配企业", "Its name; empty with none"),
    Column("score", "decimal", "得分", "From 0 to 1"),
    Column("evidence", "text", "依据", "Why, in one sentence"),
    Column("runner_up", "text", "次选企业", "The next best enterprise"),
    Column("runner_up_uscc", "text", "次选代码", "Its code"),
    Column("runner_up_score", "decimal", "次选得分", "Its score"),
)


@dataclass(frozen=True)
class MatchOrder:
    """What is to be matched: the file, the column of each field (only the name must be there), where the answer goes."""

    path: Path
    columns: dict[str, str]
    out: Path
    sheet: str = ""
    lang: str = "zh"
    processes: int = 1


@dataclass
class MatchReport:
    """What came of it: rows by decision, how many were there from an earlier run."""

    file: str
    out: Path
    rows: int = 0
    resumed: int = 0
    counts: Counter[str] = field(default_factory=Counter[str])
    notes: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """The object `--json` prints."""
        return {"ok": True, "file": self.file, "out": str(self.out), "rows": self.rows, "resumed": self.resumed,
                **{name: self.counts[name] for name in ("match", "review", "none")},
                "notes": [list(note) for note in self.notes]}  # fmt: skip


def match_file(
    desk: Desk, order: MatchOrder, *, by: Actor, at: datetime, progress: Progress | None = None
) -> MatchReport:
    """Decide every row of a list and write the answer as CSV or workbook.

    InputError: export.unknown_format, match.no_such_column and what `open_table` refuses; NotAllowed
    """
    check(by, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    check(by, Permission.EXPORT, target_scope=ANYWHERE)
    form = order.out.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise InputError("export.unknown_format", seen=form, allowed=" ".join(FORMS))
    table = open_table(order.path, desk.limits, sheet=order.sheet)
    rows = _asked(table, order.columns)
    using = matcher(desk, by, progress=progress)
    partial = order.out.with_name(order.out.name + ".partial")
    report = MatchReport(table.file, order.out, len(rows), notes=table.notes)
    kept = _Kept(partial, _fingerprint(desk, table, order, using), [row.row for row in rows])
    report.resumed = kept.done
    kept.go_on(using, rows, order, progress)
    sheet = Sheet("match", OUT_COLUMNS, _counted(kept.rows(), report.counts))
    written = order.out.with_name(order.out.name + ".written")
    try:
        write_file(sheet, written, form)
        with transaction.atomic():
            told = {"file": table.file, "sha256": table.sha256, "rows": len(rows), **report.counts}
            audit.record(by, "match.file", "enterprises", told, at=at)
        written.replace(order.out)
    finally:
        written.unlink(missing_ok=True)
    partial.unlink(missing_ok=True)
    return report


def _asked(table: HandedIn, columns: dict[str, str]) -> list[Asked]:
    """The rows of the file as questions."""
    places: dict[str, int] = {}
    for name, column in columns.items():
        if column and column not in table.columns:
            raise InputError("match.no_such_column", file=table.file, seen=column,
                             allowed="、".join(filter(None, table.columns)))  # fmt: skip
        if column:
            places[name] = table.columns.index(column)
    return [
        Asked(number, **{name: cells[n].strip() if n < len(cells) else "" for name, n in places.items()})
        for number, cells in table.rows
    ]


def _fingerprint(desk: Desk, table: HandedIn, order: MatchOrder, using: Matcher) -> str:
    """What the answer depends on; another fingerprint and what was kept is of no use."""
    packs = sorted((desk.packs / "names").iterdir()) + sorted((desk.packs / "codes").glob("region*.csv"))
    digest = hashlib.sha256()
    for part in (table.sha256, repr(sorted(order.columns.items())), order.sheet, order.lang, using.stamp):
        digest.update(part.encode() + b"\0")
    for path in packs:
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _Kept:
    """Rows decided so far, one JSON line each behind a line with the fingerprint; a torn last line is cut off."""

    def __init__(self, path: Path, fingerprint: str, numbers: list[int]) -> None:
        self.path, self.done = path, 0
        good = 0
        if path.is_file():
            with path.open("rb") as file:
                if file.readline() == fingerprint.encode() + b"\n":
                    good = file.tell()
                    for number, line in zip(numbers, file, strict=False):
                        if not line.endswith(b"\n") or not line.startswith(f"[{number},".encode()):
                            break
                        good, self.done = good + len(line), self.done + 1
        with path.open("r+b" if good else "wb") as file:
            file.truncate(good)
            if not good:
                file.write(fingerprint.encode() + b"\n")

    def go_on(
        self, using: Matcher, rows: Sequence[Asked], order: MatchOrder, progress: Progress | None
    ) -> None:
        """Decide the rows that are left, keeping each piece as it comes."""
        done = self.done

        def onwards(what: str, so_far: int, _: int) -> None:
            if progress is not None:
                progress(what, done + so_far, len(rows))

        with self.path.open("ab") as file:
            answers = decisions(using, rows[done:], progress=onwards, processes=order.processes)
            pieces = 0
            while piece := list(islice(answers, CHUNK)):
                lines = (json.dumps(_line(one, order.lang), ensure_ascii=False) + "\n" for one in piece)
                file.write("".join(lines).encode())
                file.flush()
                pieces += 1
                if pieces % DURABLE_EVERY == 0:
                    os.fsync(file.fileno())

    def rows(self) -> Iterator[Row]:
        """What was kept, as rows of the output."""
        with self.path.open(encoding="utf-8") as file:
            next(file)
            for line in file:
                yield json.loads(line)


def _line(one: Decision, lang: str) -> Row:
    """One row of the output; with none no enterprise is named as the one, only why not."""
    best = one.best if one.decision != "none" else None
    second = one.runner_up if best is not None else one.best
    return [
        one.asked.row, one.asked.name, one.decision, _code(best), best.name if best else "",
        best.score if best else None, told(one, lang), second.name if second else "", _code(second),
        second.score if second else None,
    ]  # fmt: skip


def told(one: Decision, lang: str) -> str:
    """The evidence of a decision as one sentence in zh or en."""
    best = one.best if one.decision != "none" else None
    items = ([one.reason] if one.reason else []) + list(best.evidence if best else ())
    return ("；" if lang == "zh" else "; ").join(item.zh if lang == "zh" else item.en for item in items)


def _code(candidate: Candidate | None) -> str:
    """The code of an enterprise; one that is known by name only has none."""
    key = candidate.subject.partition(":")[2] if candidate else ""
    return key if len(key) == 18 and key.isascii() else ""


def _counted(rows: Iterator[Row], counts: Counter[str]) -> Iterator[Row]:
    for row in rows:
        counts[str(row[2])] += 1
        yield row
