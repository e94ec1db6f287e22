"""冲突 conflicts: numbers of which sources say what cannot all hold, the largest difference first, as far as one may see."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.cells import told_of
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.core.errors import NotFound
from jiqun.core.states import STATES
from jiqun.lake.conflicts import conflicts, statements_of
from jiqun.lake.facts import Row
from jiqun.lake.listing import Wanted
from jiqun.ledger import sources, subjects
from jiqun.ledger.permissions import ANYWHERE, Actor, check
from jiqun.ledger.roles import Permission
from jiqun.ledger.subjects import SubjectFilter

SIZE_MOST = 500


@dataclass(frozen=True, slots=True)
class ConflictAsk:
    """Which conflicts: of an indicator, in a place and below, with a source taking part, of one subject; made-up too?"""

    indicator: str = ""
    region: str = ""
    source: str = ""
    subject: str = ""
    synthetic: bool = False
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True)
class Conflict:
    """One number on which sources do not agree.

    size        gap between the numbers furthest apart, as a part of the larger; gap: the same in the indicator's unit
    statements  what each source says; shown: the one pages show, and why
    in_words    a state: the words differ, and there is no telling by how much
    """

    subject: Link
    indicator: Link
    period: Label
    scope: str
    breakdown: str
    status: str
    unit: str
    low: Decimal
    high: Decimal
    gap: Decimal
    size: float
    statements: tuple[Statement, ...]
    shown: str
    why: Label
    synthetic: bool
    in_words: bool = False

    @property
    def percent(self) -> str:
        """The size for a reader."""
        return "≠" if self.in_words else f"{self.size * 100:.1f} %"


@dataclass(frozen=True)
class ConflictsContext:
    """One page of conflicts, the largest first, with what the list is narrowed to and what it can be narrowed to."""

    rows: tuple[Conflict, ...]
    total: int
    number: int
    pages: int
    size: int
    ask: ConflictAsk
    region_label: Label | None
    indicators: tuple[Link, ...]
    sources: tuple[Link, ...]


def conflicts_page(desk: Desk, actor: Actor, ask: ConflictAsk) -> ConflictsContext:
    """Read one page; whoever may read of enterprises sees those within his scope, and what is public."""
    check(actor, Permission.READ_ENTERPRISE, target_scope=ANYWHERE)
    archive = Archive(desk, actor)
    wanted = _wanted(archive, ask)
    size = max(1, min(ask.size, SIZE_MOST))
    found = conflicts(desk.lake, wanted, source=ask.source, limit=size, offset=(ask.page - 1) * size)
    label = archive.region_label(ask.region) if ask.region else None
    tallied = archive.tallied(Wanted(real=not ask.synthetic), by="indicator")
    links = archive.indicator_links
    return ConflictsContext(
        told(archive, wanted, found.rows), found.total, ask.page, max(1, -(-found.total // size)), size, ask, label,
        tuple(links[key] for key in tallied if key in links), tuple(archive.source_links.values()),
    )  # fmt: skip


def every(desk: Desk, actor: Actor, ask: ConflictAsk) -> Iterator[Conflict]:
    """All of them, page by page, for a file."""
    number = 1
    while True:
        page = conflicts_page(desk, actor, replace(ask, page=number, size=SIZE_MOST))
        yield from page.rows
        if number >= page.pages:
            return
        number += 1


def told(archive: Archive, wanted: Wanted, cells: list[Row]) -> tuple[Conflict, ...]:
    """Cells in conflict with what each source says of them."""
    numbered = [
        (int(str(row["number"])), str(row["id"])) for row in statements_of(archive.desk.lake, wanted, cells)
    ]
    ids = tuple(fact for _, fact in numbered)
    by_id = {one.id: one for one in archive.statements(Wanted(ids=ids))} if ids else {}
    of_cell: dict[int, list[Statement]] = {}
    for number, fact in numbered:
        if fact in by_id:
            of_cell.setdefault(number, []).append(by_id[fact])
    return tuple(_conflict(archive, cell, tuple(of_cell.get(n, ()))) for n, cell in enumerate(cells))


def _conflict(archive: Archive, cell: Row, statements: tuple[Statement, ...]) -> Conflict:
    indicator = str(cell["indicator"])
    known = archive.desk.indicators.find(indicator)
    choice = archive.desk.trust.choose((told_of(archive, one) for one in statements), indicator)
    low, high, gap = (Decimal(str(cell[name])).normalize() + 0 for name in ("low", "high", "gap"))
    first = statements[0] if statements else None
    return Conflict(
        subject=archive.link(str(cell["subject"])),
        indicator=archive.indicator_links.get(indicator, Link(indicator, "indicator", Label.of(indicator))),
        period=first.period_label if first else _days(cell["period_start"], cell["period_end"]),
        scope=str(cell["scope"] or ""), breakdown=str(cell["breakdown"] or ""), status=str(cell["status"]),
        unit=known.unit if known else "", low=low, high=high, gap=gap, size=float(str(cell["size"])),
        statements=statements, shown=choice.shown.id if choice else "",
        why=Label(choice.why_zh, choice.why_en) if choice else Label.of(""), synthetic=bool(cell["synthetic"]),
        in_words=str(cell["kind"]) in STATES,
    )  # fmt: skip


def _wanted(archive: Archive, ask: ConflictAsk) -> Wanted:
    if ask.indicator:
        archive.indicator_link(ask.indicator)
    if ask.source:
        sources.get(ask.source)
    if ask.region and archive.desk.regions.find(ask.region) is None:
        raise NotFound("region.not_found", seen=ask.region)
    inside: tuple[str, ...] = ()
    if ask.region:
        below = (f"region:{one.code}" for one in archive.desk.regions.subtree(ask.region))
        inside = tuple(dict.fromkeys((*below, *subjects.all_keys(SubjectFilter(region=ask.region)))))
    wanted = Wanted(indicator=ask.indicator, subject=ask.subject, subjects=inside, real=not ask.synthetic)
    return archive.narrowed(wanted)


def _days(start: object, end: object) -> Label:
    def plain(day: object) -> str:
        return day.isoformat() if isinstance(day, date | datetime) else str(day)

    return Label.of(f"{plain(start)}..{plain(end)}")
