"""来源 sources: what the ledger rests on, and one source with every fact taken from it in reading order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.differences import lines_of
from jiqun.actions.reading.statements import Link, Statement
from jiqun.actions.withdrawals import can_bring_back, can_withdraw
from jiqun.lake.listing import Row, Wanted
from jiqun.ledger import sources
from jiqun.ledger.permissions import Actor

SIZE = 100
READ_WHOLE = 5000


@dataclass(frozen=True)
class SourceRow:
    """One source: dates (and whether they are inferred), and how many facts were taken from it."""

    link: Link
    kind: str
    publisher: str
    published_on: date | None
    published_inferred: bool
    speaks_as_of: date | None
    speaks_inferred: bool
    licence: str
    url: str
    note: str
    facts: int
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class SourcesContext:
    """The list of sources."""

    rows: tuple[SourceRow, ...]


@dataclass(frozen=True)
class Passage:
    """One place of a document with the statements taken from it."""

    locator: str
    first_line: int
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class SourceContext:
    """One source with what was taken from it, in reading order.

    can_withdraw  may this reader withdraw it, or bring it back?
    """

    source: SourceRow
    passages: tuple[Passage, ...]
    subjects: int
    total: int
    page: int
    pages: int
    text: str
    status: str
    can_withdraw: bool = False


def sources_page(desk: Desk, actor: Actor) -> SourcesContext:
    """Read the list of sources, documents first."""
    archive = Archive(desk, actor)
    tallied = archive.tallied(Wanted(), by="source")
    order = ("document", "register", "office_sheet", "readings", "user", "synthetic")
    rows = [
        source_row(archive, found, tallied.get(found.key, (0, 0))[0]) for found in archive.sources.values()
    ]
    return SourcesContext(tuple(sorted(rows, key=lambda row: (order.index(row.kind), row.link.key))))


def source_page(
    desk: Desk, actor: Actor, key: str, *, page: int = 1, text: str = "", status: str = ""
) -> SourceContext:
    """Read one source; a document is read by line, anything else in the order of its rows."""
    archive = Archive(desk, actor)
    found = sources.get(key)
    wanted = Wanted(source=key, text=text, status=status)
    total = sum(facts for facts, _ in archive.tallied(wanted, by="status").values())
    pages = max(1, -(-total // SIZE))
    number = max(1, min(page, pages))
    if total <= READ_WHOLE:
        rows = sorted(archive.rows(wanted, sort="source"), key=_place)
        told = archive.tell(rows[(number - 1) * SIZE : number * SIZE])
    else:
        told = archive.statements(wanted, sort="source", limit=SIZE, offset=(number - 1) * SIZE)
    facts = sum(facts for facts, _ in archive.tallied(Wanted(source=key), by="status").values())
    subjects = sum(archive.subjects_by_kind(Wanted(source=key)).values())
    row = source_row(archive, found, facts)
    may = can_withdraw(actor, found) or can_bring_back(actor, found)
    return SourceContext(row, passages(told), subjects, total, number, pages, text, status, may)


def _place(row: Row) -> tuple[int, int, int]:
    return (*lines_of(str(row["locator"] or "")), int(str(row["row_no"] or 0)))


def passages(statements: Iterable[Statement]) -> tuple[Passage, ...]:
    """Statements in a row that were taken from one place, together."""
    found: list[tuple[str, list[Statement]]] = []
    for one in statements:
        if not found or found[-1][0] != one.locator:
            found.append((one.locator, []))
        found[-1][1].append(one)
    return tuple(Passage(locator, lines_of(locator)[0], tuple(told)) for locator, told in found)


def source_row(archive: Archive, found: sources.Source, facts: int = 0) -> SourceRow:
    """A source with its dates and the number of facts taken from it."""
    return SourceRow(
        link=archive.source_links[found.key],
        kind=found.kind,
        publisher=found.publisher,
        published_on=found.published_on,
        published_inferred=found.published_inferred,
        speaks_as_of=found.speaks_as_of,
        speaks_inferred=found.speaks_inferred,
        licence=found.licence,
        url=found.url,
        note=found.note,
        facts=facts,
        withdrawn_at=found.withdrawn_at,
    )
