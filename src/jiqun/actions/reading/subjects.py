"""主体 subjects: searching for one, and its profile — statements about it, what stands around it, its registration."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from jiqun.actions.desk import Desk
from jiqun.actions.reading.about import About, about_of
from jiqun.actions.reading.archive import Archive, Ask, StatementTable, link_of
from jiqun.actions.reading.merges import VerdictRow, verdicts_of
from jiqun.actions.reading.profile import NameLine, Sides, names_of, sides_of
from jiqun.actions.reading.relations import RelationGroup, relation_groups
from jiqun.actions.reading.statements import Label, Link
from jiqun.actions.reading.titles import OwnTitles, own_titles
from jiqun.core.facts import SUBJECT_KINDS, plain
from jiqun.lake.listing import Wanted
from jiqun.lake.records import RecordReader
from jiqun.ledger import search, subjects
from jiqun.ledger.permissions import ANYWHERE, Actor, can
from jiqun.ledger.roles import Permission

SIZE = 30
SEARCHED = 500
REGISTERED = (
    "name", "uscc", "uscc_grade", "status", "established_on", "legal_form", "capital_wan", "industry_code", "address",
    "region", "region_how",
)  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """One subject of a list or a search."""

    link: Link
    code: str
    region: Label | None
    provisional: bool
    facts: int


@dataclass(frozen=True)
class KindTotal:
    """How many subjects of a kind the ledger holds."""

    kind: str
    count: int
    made_up: int


@dataclass(frozen=True)
class SubjectsContext:
    """Search and list.

    total     number of subjects under this narrowing; None for a search, which stops when the page is full
    has_more  a further page exists
    """

    text: str
    kind: str
    region: str
    region_label: Label | None
    synthetic: bool
    hits: tuple[Hit, ...]
    kinds: tuple[KindTotal, ...]
    total: int | None
    page: int
    has_more: bool


@dataclass(frozen=True)
class Registration:
    """What the register says about an enterprise: column, its words, and the value as registered."""

    rows: tuple[tuple[str, str], ...]
    grade: str
    source: Link | None
    batch: str
    file: str
    row_no: int
    recorded_at: datetime


@dataclass(frozen=True)
class SubjectContext:
    """One subject.

    registration  the row of the register, for enterprises that have one
    about         where it was named, what was noted of it, what else the ledger keeps
    names         (enterprises) names it is or was known by; sides: what each source says, side by side
    verdicts      (enterprises) decisions of who is who that concern it, for who keeps enterprises
    held          (enterprises) its titles, and where it is a candidate for one
    """

    link: Link
    code: str
    aliases: tuple[str, ...]
    region: Label | None
    region_code: str
    provisional: bool
    about: About
    registration: Registration | None
    relations: tuple[RelationGroup, ...]
    table: StatementTable
    parts: tuple[Hit, ...] = ()
    names: tuple[NameLine, ...] = ()
    sides: Sides | None = None
    verdicts: tuple[VerdictRow, ...] = ()
    held: OwnTitles = field(default_factory=OwnTitles)


@dataclass(frozen=True)
class Seek:
    """What is searched for."""

    text: str = ""
    kind: str = ""
    region: str = ""
    synthetic: bool = False
    page: int = 1


def subjects_page(desk: Desk, actor: Actor, seek: Seek) -> SubjectsContext:
    """Search when there are words; else list what the ledger holds of a kind or place."""
    archive = Archive(desk, actor)
    made_up = seek.synthetic and can(actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE)
    kind = seek.kind if seek.kind in SUBJECT_KINDS else ""
    if seek.text.strip():
        found, total, more = _found(seek, kind, synthetic=made_up)
    else:
        wanted = subjects.SubjectFilter(kind=kind, region=seek.region, synthetic=None if made_up else False)
        page = subjects.list_page(wanted, page=seek.page, size=SIZE)
        found, total, more = list(page.rows), page.total, page.has_next
    return SubjectsContext(
        text=seek.text,
        kind=kind,
        region=seek.region,
        region_label=archive.region_label(seek.region) if seek.region else None,
        synthetic=made_up,
        hits=hits(archive, found),
        kinds=_kinds(),
        total=total,
        page=seek.page,
        has_more=more,
    )


def hits(archive: Archive, found: list[subjects.Subject] | list[search.SubjectHit]) -> tuple[Hit, ...]:
    """Subjects with the number of statements about each."""
    tallied = archive.tallied(Wanted(subjects=tuple(row.key for row in found))) if found else {}
    return tuple(
        Hit(
            link=link_of(row),
            code=row.code,
            region=archive.region_label(row.region) if row.region else None,
            provisional=row.provisional,
            facts=tallied.get(row.key, (0, 0))[0],
        )
        for row in found
    )


def subject_page(desk: Desk, actor: Actor, key: str, *, ask: Ask) -> SubjectContext:
    """Read one subject by its whole key, following merges."""
    archive = Archive(desk, actor)
    subject = archive.subject(key)
    is_enterprise = subject.kind == "enterprise"
    keeps = is_enterprise and can(actor, Permission.EDIT_SUBJECT, target_scope=ANYWHERE)
    return SubjectContext(
        link=link_of(subject),
        code=subject.code,
        aliases=subject.aliases,
        region=archive.region_label(subject.region) if subject.region else None,
        region_code=subject.region,
        provisional=subject.provisional,
        about=about_of(archive, subject),
        registration=_registration(archive, subject) if is_enterprise else None,
        relations=relation_groups(archive, subject.key),
        table=archive.table(Wanted(subject=subject.key), ask),
        parts=hits(archive, list(subjects.children(subject.code))) if subject.kind == "region" else (),
        names=names_of(archive, subject) if is_enterprise else (),
        sides=sides_of(archive, subject.key) if is_enterprise else None,
        verdicts=verdicts_of(archive, actor, subject.key) if keeps else (),
        held=own_titles(archive, subject.key) if is_enterprise else OwnTitles(),
    )


def _found(seek: Seek, kind: str, *, synthetic: bool) -> tuple[list[search.SubjectHit], int | None, bool]:
    """A page of hits; without made-up ones, the first SEARCHED hits are looked through for real ones."""
    offset = (max(1, seek.page) - 1) * SIZE
    if synthetic:
        found = search.search(
            seek.text, kind=kind or None, region=seek.region or None, limit=SIZE + 1, offset=offset
        )
        return found[:SIZE], None, len(found) > SIZE
    found = search.search(seek.text, kind=kind or None, region=seek.region or None, limit=SEARCHED)
    kept = [hit for hit in found if not hit.synthetic]
    return kept[offset : offset + SIZE], None, len(kept) > offset + SIZE


def _kinds() -> tuple[KindTotal, ...]:
    totals: dict[str, list[int]] = {}
    for row in subjects.counts_by_kind_and_region():
        totals.setdefault(row.kind, [0, 0])[row.synthetic] += row.count
    ordered = sorted(totals.items(), key=lambda item: -item[1][0])
    return tuple(KindTotal(kind, real, made_up) for kind, (real, made_up) in ordered)


def _registration(archive: Archive, subject: subjects.Subject) -> Registration | None:
    """The last registered row, column by column; nothing when no list has named it or it may not be seen."""
    held = RecordReader(archive.desk.lake).registrations(subject=subject.key)
    shown = [row for row in held if archive.may_see(subject.key, str(row["source"]))]
    if not shown:
        return None
    row = max(shown, key=lambda each: str(each["recorded_at"]))
    values = tuple((name, _written(row[name])) for name in REGISTERED if row[name] not in (None, ""))
    return Registration(
        rows=values,
        grade=str(row["uscc_grade"] or ""),
        source=archive.source_links.get(str(row["source"])),
        batch=str(row["batch"]),
        file=str(row["file"] or ""),
        row_no=int(str(row["row_no"] or 0)),
        recorded_at=row["recorded_at"],  # type: ignore[arg-type]
    )


def _written(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
