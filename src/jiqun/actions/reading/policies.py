"""评价页 what the pages of policies show: every pack with its documents and dates, one pack clause by clause."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from jiqun.actions import policy_packs, policy_runs
from jiqun.actions.desk import Desk
from jiqun.actions.policy_files import Run
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.policy_words import NOTHING, Words, joined, unit_words
from jiqun.actions.reading.statements import Label
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can
from jiqun.rules import tree
from jiqun.rules.left_out import policies_left_out
from jiqun.rules.pack import CONFIDENCE, KINDS, Document, NotEncoded, Pack, ParameterSet, Version
from jiqun.rules.showing import told

RUNS_SHOWN = 30
NOT_SO = Label("否", "no")
"""What is needed of each thing a veto names."""
OFFICIAL = ("A", "B")
"""Marks of what two sources, or one that cites the document, say; the rest is never shown as official."""

AnyNode: TypeAlias = tree.Node | tree.Score | tree.Part


@dataclass(frozen=True)
class DocumentLine:
    """A document as it is listed; `read_on` is when somebody read the official text, None when nobody has."""

    key: str
    issuer: Label
    title: Label
    number: str
    issued: date | None
    effective: date | None
    address: str
    confidence: str
    read_on: date | None


@dataclass(frozen=True)
class VersionLine:
    """A version as it is listed: from a day (included) to a day (excluded); `now`: it is in force today."""

    key: str
    label: Label
    starts: date
    ends: date | None
    now: bool
    confidence: str
    document: DocumentLine | None
    clauses: int


@dataclass(frozen=True)
class PackLine:
    """A pack as it is listed; confidence: the weakest mark among its versions; unofficial: clauses marked C or U."""

    key: str
    label: Label
    issuers: tuple[Label, ...]
    places: tuple[Label, ...]
    versions: tuple[VersionLine, ...]
    confidence: str
    clauses: int
    unofficial: int
    not_encoded: int


@dataclass(frozen=True)
class LeftOut:
    """What the pack leaves out, and why."""

    what: Label
    why: Label


@dataclass(frozen=True)
class ClauseLine:
    """One node of a rule: `depth` 0 is a clause; needed: what it needs or how its points come about.

    applies   where it applies, when not everywhere; kinds: to which kinds of application, when not to all
    official  two sources or one that cites the document say so
    """

    id: str
    depth: int
    kind: str
    label: Label
    needed: Label
    applies: Label
    kinds: tuple[str, ...]
    clause: str
    confidence: str
    official: bool


@dataclass(frozen=True)
class VersionClauses:
    """A version with its clauses, to whom it applies, the levels or grades it gives, and what a grade brings."""

    version: VersionLine
    applies: Label
    clauses: tuple[ClauseLine, ...]
    levels: tuple[Label, ...]
    by_rank: bool
    measures: tuple[tuple[Label, tuple[str, ...]], ...]


@dataclass(frozen=True)
class TransitionLine:
    """Which version judges one kind of application for some time."""

    kind: str
    starts: date
    ends: date | None
    version: Label
    clause: str


@dataclass(frozen=True)
class SetLine:
    """The numbers of one place for some time, in the order of the parameters; None is unknown."""

    label: Label
    tier: str
    starts: date
    ends: date | None
    confidence: str
    document: DocumentLine | None
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class PlaceParameters:
    """The numbers a place has set, a column for each time and tier; known: how many of all are told."""

    region: str
    place: Label
    sets: tuple[SetLine, ...]
    rows: tuple[tuple[Label, Label, tuple[Decimal | None, ...]], ...]
    known: int
    total: int


@dataclass(frozen=True)
class RunHead:
    """A run with the names of its pack and version; document: what it is judged by; place: of rows that name none."""

    run: Run
    pack: Label
    version: Label
    confidence: str
    document: DocumentLine | None
    place: Label | None


@dataclass(frozen=True)
class PoliciesContext:
    """Every pack; runs: those of your office, newest first; may_run: this person may judge a sheet.

    left_out  policies there is no pack for, and why
    """

    packs: tuple[PackLine, ...]
    runs: tuple[RunHead, ...]
    may_run: bool
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class PolicyContext:
    """One pack.

    parameters  by place; asked: numbers a place sets, which may all be unknown
    regions     places a sheet may lie in, for rows that name none
    """

    pack: PackLine
    documents: tuple[DocumentLine, ...]
    versions: tuple[VersionClauses, ...]
    transitions: tuple[TransitionLine, ...]
    parameters: tuple[PlaceParameters, ...]
    asked: tuple[tuple[Label, Label], ...]
    not_encoded: tuple[LeftOut, ...]
    runs: tuple[RunHead, ...]
    may_run: bool
    today: date
    regions: tuple[tuple[str, Label], ...]
    region: str
    kinds: tuple[str, ...] = KINDS


def policies_page(desk: Desk, actor: Actor) -> PoliciesContext:
    """Every pack of this installation."""
    archive = Archive(desk, actor)
    today = desk.now().date()
    lines = tuple(pack_line(archive, pack, today) for pack in policy_packs.packs(desk).values())
    return PoliciesContext(
        lines, heads(desk, actor), may_run(actor), _left_out(policies_left_out(desk.packs).values())
    )


def policy_page(desk: Desk, actor: Actor, key: str) -> PolicyContext:
    """One pack with its clauses and parameters."""
    archive = Archive(desk, actor)
    pack, today = policy_packs.pack(desk, key), desk.now().date()
    words = Words(pack, policy_packs.catalogue(desk))
    units = desk.units
    newest = sorted(pack.versions, key=lambda one: one.starts, reverse=True)
    return PolicyContext(
        pack_line(archive, pack, today),
        tuple(document_line(one) for one in pack.source.documents),
        tuple(_version_clauses(pack, one, today, words) for one in newest),
        tuple(
            TransitionLine(one.kind, one.starts, one.ends, of(pack.version(one.version).label), one.clause)
            for one in pack.transitions
        ),
        tuple(_places(archive, pack)),
        tuple((of(one.label), unit_words(units, one.unit)) for one in pack.parameters),
        _left_out(pack.source.not_encoded), heads(desk, actor, pack=key), may_run(actor), today,
        counties_of(archive, pack.regions), own_county(desk, actor),
    )  # fmt: skip


def _left_out(told: Iterable[NotEncoded]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(of(one.what), of(one.why)) for one in told)


def heads(desk: Desk, actor: Actor, *, pack: str = "") -> tuple[RunHead, ...]:
    """The runs of this person's office, newest first, as many as a page shows; those of packs that are gone are left out."""
    if not may_run(actor):
        return ()
    archive, known = Archive(desk, actor), policy_packs.packs(desk)
    mine = [one for one in policy_runs.mine(desk, by=actor, pack=pack) if one.pack in known]
    return tuple(head_of(archive, one) for one in mine[:RUNS_SHOWN])


def head_of(archive: Archive, run: Run) -> RunHead:
    """A run with its names."""
    pack = policy_packs.pack(archive.desk, run.pack)
    version = version_line(pack, pack.version(run.version), run.day)
    place = archive.region_label(run.region) if run.region else None
    return RunHead(run, of(pack.label), version.label, version.confidence, version.document, place)


def may_run(actor: Actor) -> bool:
    """May this person judge a sheet?"""
    return can(actor, Permission.IMPORT_DATA, target_scope=ANYWHERE)


def own_county(desk: Desk, actor: Actor) -> str:
    """The county of this person's grants, "" when there is none or several."""
    held = {one.scope.key for one in actor.grants if one.scope.kind == "region"}
    found = desk.regions.find(held.pop()) if len(held) == 1 else None
    return found.code if found else ""


def pack_line(archive: Archive, pack: Pack, today: date) -> PackLine:
    """A pack as it is listed."""
    versions = tuple(version_line(pack, one, today) for one in pack.versions)
    nodes = {(version.key, one.id): one for version in pack.versions for one in told(version)}
    issuers = dict.fromkeys(of(one.issuer) for one in pack.source.documents)
    return PackLine(
        pack.key, of(pack.label), tuple(issuers), tuple(archive.region_label(code) for code in pack.regions), versions,
        max((one.confidence for one in versions), key=CONFIDENCE.index, default="U"),
        sum(one.clauses for one in versions),
        sum(one.confidence not in OFFICIAL for one in nodes.values()),
        len(pack.source.not_encoded),
    )  # fmt: skip


def version_line(pack: Pack, version: Version, today: date) -> VersionLine:
    """A version as it is listed."""
    clauses = sum(1 for one in told(version) if not one.depth)
    document = pack.source.document(version.document)
    return VersionLine(
        version.key, of(version.label), version.starts, version.ends, version.holds(today), version.confidence,
        document_line(document) if document else None, clauses,
    )  # fmt: skip


def document_line(one: Document) -> DocumentLine:
    """A document as it is listed."""
    return DocumentLine(
        one.key, of(one.issuer), of(one.title), one.number, one.issued, one.effective, one.address, one.confidence,
        one.checked_on,
    )  # fmt: skip


def of(label: tree.Label) -> Label:
    """A label of a pack as pages have it."""
    return Label.of(label.zh, label.en)


def _version_clauses(pack: Pack, version: Version, today: date, words: Words) -> VersionClauses:
    whole = tree.walk((version.clauses, version.grading))
    nodes = {one.about.id: one for one in whole if isinstance(one, AnyNode)}
    barred = {each.about.id for one in nodes.values() if isinstance(one, tree.Veto) for each in one.of}
    lines = tuple(
        ClauseLine(
            one.id, one.depth, one.kind, of(one.label),
            NOT_SO if one.id in barred else words.needed(nodes.get(one.id)),
            _applies(nodes.get(one.id), words),
            _kinds(nodes.get(one.id)), one.clause, one.confidence, one.confidence in OFFICIAL,
        )
        for one in told(version)
    )  # fmt: skip
    measures = tuple((of(one.label), one.grades) for one in version.measures)
    applies = words.needed(version.applies) if version.applies else NOTHING
    return VersionClauses(
        version_line(pack, version, today), applies, lines, _levels(version, words),
        isinstance(version.grading, tree.RankQuota), measures,
    )  # fmt: skip


def _applies(node: AnyNode | None, words: Words) -> Label:
    when = node.about.when if node is not None else None
    said = words.needed(when)
    return said if said.zh or when is None else of(when.about.label)


def _kinds(node: AnyNode | None) -> tuple[str, ...]:
    return node.about.kinds if node is not None else ()


def _levels(version: Version, words: Words) -> tuple[Label, ...]:
    match version.grading:
        case tree.Levels():
            return tuple(of(one.label) for one in version.grading.levels)
        case tree.RankQuota():
            return tuple(
                joined("：", of(one.label), words.operand(one.share)) if one.share else of(one.label)
                for one in version.grading.grades
            )
        case _:
            return ()


def _places(archive: Archive, pack: Pack) -> Iterator[PlaceParameters]:
    units = archive.desk.units
    for region in dict.fromkeys(one.region for one in pack.sets):
        kept = [one for one in pack.sets if one.region == region]
        sets = tuple(_set_line(pack, one) for one in kept)
        rows = tuple(
            (of(one.label), unit_words(units, one.unit), tuple(each.values[at] for each in sets))
            for at, one in enumerate(pack.parameters)
        )
        values = [value for _, _, row in rows for value in row]
        place = archive.region_label(region) if region else Label("各地", "everywhere")
        yield PlaceParameters(region, place, sets, rows, sum(one is not None for one in values), len(values))


def _set_line(pack: Pack, one: ParameterSet) -> SetLine:
    document = pack.source.document(one.document)
    return SetLine(
        of(one.label), one.tier, one.starts, one.ends, one.confidence, document_line(document) if document else None,
        tuple(one.values.get(each.name) for each in pack.parameters),
    )  # fmt: skip


def counties_of(archive: Archive, places: tuple[str, ...]) -> tuple[tuple[str, Label], ...]:
    """The counties within some places, all of them where none is named."""
    regions = archive.desk.regions
    return tuple(
        (county.code, Label.of(county.name["zh"], county.name["en"]))
        for county in regions.counties()
        if not places or any(regions.covers(code, county.code) for code in places)
    )
