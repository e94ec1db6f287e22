"""企业画像 the profile of an enterprise: names it was known by, and what each source says of it, side by side."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.cells import shown_of
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.lake.listing import Wanted
from jiqun.lake.registrations import RegistrationReader
from jiqun.ledger import subjects
from jiqun.ledger.subjects import Subject

STATEMENTS_MOST = 2000
ROWS_MOST = 300


@dataclass(frozen=True)
class NameLine:
    """A name the enterprise is or was known by.

    how    registered (a list said so) | merged (the name of one that was merged into it) | alias
    since  when it was first recorded here; code: the code it stood under
    """

    name: str
    code: str
    how: str
    since: datetime | None
    source: Link | None


@dataclass(frozen=True)
class SideCell:
    """What one source says in one cell; `shown` marks the one that stands wherever only one is shown."""

    statement: Statement
    shown: bool


@dataclass(frozen=True)
class SideRow:
    """One cell of the ledger: indicator, period, scope, breakdown and status, with what each source says of it.

    told     per column of the table, the statements of that source
    differs  do the sources say different things?
    """

    indicator: Link
    period_label: Label
    scope: str
    breakdown: tuple[tuple[str, str], ...]
    status: str
    told: tuple[tuple[SideCell, ...], ...]
    differs: bool


@dataclass(frozen=True)
class Sides:
    """Sources side by side: a column per source, a row per cell; `differing` rows say different things.

    total  rows in all; those shown first are those that differ
    """

    sources: tuple[Link, ...]
    rows: tuple[SideRow, ...]
    total: int
    differing: int


def sides_of(archive: Archive, key: str) -> Sides:
    """What each source says of an enterprise, as far as this person may see it."""
    statements = archive.statements(Wanted(subject=key), sort="indicator", limit=STATEMENTS_MOST)
    return side_by_side(statements, {one.id for one in shown_of(archive, statements)})


def side_by_side(statements: Sequence[Statement], shown: Container[str]) -> Sides:
    """Statements arranged: rows that differ first, then by indicator and period; columns by how much they tell.

    shown  ids of the statements the order of trust shows for their cells
    """
    cells: dict[tuple[object, ...], list[Statement]] = defaultdict(list)
    told: dict[str, list[Statement]] = defaultdict(list)
    for one in statements:
        when = one.starts, one.ends, one.is_instant
        cells[one.indicator.key, *when, one.scope, one.breakdown, one.status, one.synthetic].append(one)
        told[one.source.key].append(one)
    sources = sorted(told, key=lambda key: (-len(told[key]), key))
    rows = [_row(found, sources, shown) for found in cells.values()]
    rows.sort(key=lambda row: not row.differs)
    columns = tuple(told[key][0].source for key in sources)
    return Sides(columns, tuple(rows[:ROWS_MOST]), len(rows), sum(row.differs for row in rows))


def _row(found: list[Statement], sources: list[str], shown: Container[str]) -> SideRow:
    first = found[0]
    told = tuple(
        tuple(SideCell(one, one.id in shown) for one in found if one.source.key == source)
        for source in sources
    )
    differs = len({_said(one) for one in found}) > 1
    return SideRow(
        first.indicator, first.period_label, first.scope, first.breakdown, first.status, told, differs
    )


def _said(one: Statement) -> tuple[object, ...]:
    """What makes two statements say the same: the value in the indicator's unit and its bound, else the words."""
    value = one.base_value if one.base_value is not None else one.value
    return (value, one.bound, one.value_high) if value is not None else (one.value_text,)


def names_of(archive: Archive, subject: Subject) -> tuple[NameLine, ...]:
    """Every name an enterprise is or was known by: registered now and before, of those merged into it, and aliases."""
    family = {one.key: one for one in (subject, *subjects.merged_under(subject.key))}
    found: dict[tuple[str, str], NameLine] = {}
    for row in RegistrationReader(archive.desk.lake).names(list(family)):
        one, source = family[str(row["subject"])], str(row["source"])
        if not archive.may_see(one.key, source):
            continue
        since = row["since"]
        assert isinstance(since, datetime)
        since = since.replace(tzinfo=UTC)
        name, code = str(row["name"]), str(row["uscc"] or "")
        how = "registered" if one is subject else "merged"
        found.setdefault((name, code), NameLine(name, code, how, since, archive.source_links.get(source)))
    for one in family.values():
        if archive.may_see(one.key, one.source):
            for line in _labels(archive, one, merged=one is not subject):
                found.setdefault((line.name, line.code), line)
    return tuple(found.values())


def _labels(archive: Archive, one: Subject, *, merged: bool) -> Iterable[NameLine]:
    source = archive.source_links.get(one.source)
    yield NameLine(one.label_zh, one.code, "merged" if merged else "registered", None, source)
    for alias in one.aliases:
        yield NameLine(alias, one.code, "alias", None, source)
