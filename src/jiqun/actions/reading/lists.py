"""清单 plain lists for programs: facts, subjects, indicators and places, page by page, as far as one may read them."""

from dataclasses import dataclass
from datetime import date, datetime

from jiqun.actions.desk import Desk
from jiqun.actions.questions import known_subject
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.core.errors import InputError, NotFound
from jiqun.core.facts import SUBJECT_KINDS, Status
from jiqun.core.indicators import Indicator
from jiqun.core.regions import Ambiguous, Region
from jiqun.lake.listing import SORTS, Wanted
from jiqun.ledger import search, sources, subjects
from jiqun.ledger.permissions import ANYWHERE, Actor, can, check
from jiqun.ledger.roles import Permission


@dataclass(frozen=True)
class FactAsk:
    """Which facts are asked for; empty means no narrowing.

    as_of  as known at the end of that day or at that instant
    real   leave made-up facts out
    """

    subject: str = ""
    indicator: str = ""
    source: str = ""
    batch: str = ""
    status: str = ""
    kind: str = ""
    text: str = ""
    as_of: date | datetime | None = None
    real: bool = False
    sort: str = "subject"
    descending: bool = False
    page: int = 1
    size: int = 50


@dataclass(frozen=True)
class FactsContext:
    """One page of facts.

    total, number, pages, size  how many there are, which page this is, of how many, of how many rows
    synthetic                   how many of all are made up
    """

    rows: tuple[Statement, ...]
    total: int
    number: int
    pages: int
    size: int
    synthetic: int
    as_of: date | datetime | None


@dataclass(frozen=True)
class SubjectRow:
    """One subject in a list."""

    key: str
    kind: str
    code: str
    label: Label
    region: str
    industry_code: str
    uscc_grade: str
    provisional: bool
    synthetic: bool
    source: str


@dataclass(frozen=True)
class SubjectsList:
    """One page of subjects; `total` is None for a search, which does not count."""

    rows: tuple[SubjectRow, ...]
    total: int | None
    number: int
    size: int
    has_more: bool


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator of the catalogue."""

    key: str
    label: Label
    definition: Label
    unit: str
    kind: str
    stock_or_flow: str
    adds: str
    expression: str | None
    facts: int


@dataclass(frozen=True)
class IndicatorsList:
    """The catalogue."""

    rows: tuple[IndicatorRow, ...]
    total: int


@dataclass(frozen=True)
class RegionRow:
    """One unit of today."""

    code: str
    level: str
    parent: str
    label: Label


@dataclass(frozen=True)
class RegionsList:
    """Places, in order of code."""

    rows: tuple[RegionRow, ...]
    total: int


@dataclass(frozen=True)
class RegionContext:
    """One place: what it is called today, what lies above and below it, and codes it took over."""

    region: RegionRow
    above: tuple[RegionRow, ...]
    below: tuple[RegionRow, ...]
    asked: str
    is_old_name: bool


def facts_list(desk: Desk, actor: Actor, ask: FactAsk) -> FactsContext:
    """One page of facts; NotFound for keys nobody knows."""
    archive = Archive(desk, actor)
    subject = _known(desk, archive, ask)
    if ask.status and ask.status not in set(Status):
        raise InputError("gate.bad_status", seen=ask.status, allowed=" ".join(Status))
    if ask.kind and ask.kind not in SUBJECT_KINDS:
        raise InputError("gate.bad_subject", seen=ask.kind, allowed=" ".join(SUBJECT_KINDS))
    wanted = Wanted(
        subject=subject, indicator=ask.indicator, source=ask.source, batch=ask.batch, status=ask.status, kind=ask.kind,
        text=ask.text, real=ask.real, as_of=ask.as_of,
    )  # fmt: skip
    counts = archive.tallied(wanted, by="status").values()
    total, made_up = (sum(pair[part] for pair in counts) for part in (0, 1))
    number = max(1, min(ask.page, -(-total // ask.size)))
    sort = ask.sort if ask.sort in SORTS else "subject"
    rows = archive.statements(
        wanted, sort=sort, descending=ask.descending, limit=ask.size, offset=(number - 1) * ask.size
    )
    return FactsContext(rows, total, number, max(1, -(-total // ask.size)), ask.size, made_up, ask.as_of)


def _known(desk: Desk, archive: Archive, ask: FactAsk) -> str:
    if ask.indicator:
        archive.indicator_link(ask.indicator)
    if ask.source:
        sources.get(ask.source)
    return archive.subject(known_subject(desk, ask.subject)).key if ask.subject else ""


def subjects_list(
    desk: Desk,
    actor: Actor,
    wanted: subjects.SubjectFilter,
    *,
    sort: str = "label",
    page: int = 1,
    size: int = 50,
) -> SubjectsList:
    """One page of subjects; with words, the best hits first."""
    archive = Archive(desk, actor)
    if wanted.kind and wanted.kind not in SUBJECT_KINDS:
        raise InputError("gate.bad_subject", seen=wanted.kind, allowed=" ".join(SUBJECT_KINDS))
    if wanted.region and desk.regions.find(wanted.region) is None:
        raise NotFound("region.not_found", seen=wanted.region)
    if not can(actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE):
        wanted = subjects.SubjectFilter(**{**_fields(wanted), "synthetic": False})
    if wanted.q:
        offset = (page - 1) * size
        found = search.search(
            wanted.q, kind=wanted.kind or None, region=wanted.region or None, limit=size + 1, offset=offset
        )
        keys = [
            hit.key for hit in found[:size] if wanted.synthetic is None or hit.synthetic == wanted.synthetic
        ]
        held = subjects.get_many(keys)
        rows = tuple(_subject_row(held[key]) for key in keys if key in held)
        return SubjectsList(_readable(archive, rows), None, page, size, len(found) > size)
    listed = subjects.list_page(wanted, sort=sort, page=page, size=size)
    rows = tuple(map(_subject_row, listed.rows))
    return SubjectsList(_readable(archive, rows), listed.total, listed.number, listed.size, listed.has_next)


def indicators_list(desk: Desk, actor: Actor, *, q: str = "") -> IndicatorsList:
    """The catalogue, with the number of facts of each this person may see."""
    tallied = Archive(desk, actor).tallied(Wanted(), by="indicator")
    rows = tuple(
        indicator_row(item, tallied.get(item.key, (0, 0))[0])
        for item in desk.indicators
        if not q
        or any(q.casefold() in text.casefold() for text in (item.key, item.label["zh"], item.label["en"]))
    )
    return IndicatorsList(rows, len(rows))


def indicator(desk: Desk, actor: Actor, key: str) -> IndicatorRow:
    """One indicator; NotFound when it is not in the catalogue."""
    archive = Archive(desk, actor)
    item = desk.indicators.get(key)
    return indicator_row(item, sum(pair[0] for pair in archive.tallied(Wanted(indicator=key)).values()))


def indicator_row(item: Indicator, facts: int) -> IndicatorRow:
    """An indicator as programs read it."""
    return IndicatorRow(
        item.key, Label(item.label["zh"], item.label["en"]), Label(item.definition["zh"], item.definition["en"]), item.unit,
        item.kind.value, item.stock_or_flow.value, item.adds.value, item.expression, facts,
    )  # fmt: skip


def regions_list(desk: Desk, actor: Actor, *, level: str = "") -> RegionsList:
    """Places of the province, of one level or all."""
    check(actor, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    rows = tuple(
        _region_row(region)
        for region in desk.regions
        if region.code.startswith("33") and (not level or region.level.value == level)
    )
    return RegionsList(rows, len(rows))


def region(desk: Desk, actor: Actor, text: str) -> RegionContext:
    """One place by a code or name of today or of old; NotFound, or InputError when it means several."""
    check(actor, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    found = desk.regions.resolve(text)
    if found is None:
        raise NotFound("region.not_found", seen=text)
    if isinstance(found, Ambiguous):
        raise InputError(
            "region.ambiguous", seen=text, allowed=" ".join(item.code for item in found.candidates)
        )
    above = desk.regions.ancestors(found.code)
    below = desk.regions.children(found.code)
    old = text not in (found.code, found.name["zh"], found.short["zh"])
    return RegionContext(
        _region_row(found), tuple(map(_region_row, above)), tuple(map(_region_row, below)), text, old
    )


def subject_link(desk: Desk, actor: Actor, key: str) -> Link:
    """The subject a key leads to today."""
    archive = Archive(desk, actor)
    return archive.link(archive.subject(known_subject(desk, key)).key)


def _region_row(item: Region) -> RegionRow:
    return RegionRow(item.code, item.level.value, item.parent, Label(item.name["zh"], item.name["en"]))


def _subject_row(item: subjects.Subject) -> SubjectRow:
    return SubjectRow(
        item.key, item.kind, item.code, Label.of(item.label_zh, item.label_en), item.region, item.industry_code,
        item.uscc_grade, item.provisional, item.synthetic, item.source,
    )  # fmt: skip


def _readable(archive: Archive, rows: tuple[SubjectRow, ...]) -> tuple[SubjectRow, ...]:
    """Without enterprises only an office's own sheet knows, for who may not read that sheet."""
    return tuple(row for row in rows if row.kind != "enterprise" or archive.may_see(row.key, row.source))


def _fields(wanted: subjects.SubjectFilter) -> dict[str, object]:
    return {name: getattr(wanted, name) for name in wanted.__dataclass_fields__}
