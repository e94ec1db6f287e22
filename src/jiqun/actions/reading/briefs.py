"""简报内容 what a brief says of a place, a cluster or an indicator: targets beside outcomes, statements, sources."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.clusters import member_keys
from jiqun.actions.reading.differences import Difference, explained
from jiqun.actions.reading.relations import RelationGroup, relation_groups
from jiqun.actions.reading.statements import Label, Statement
from jiqun.actions.reading.targets import LadderOf
from jiqun.actions.reading.targets import ladders as ladders_of
from jiqun.core.errors import NotFound
from jiqun.lake.listing import Wanted
from jiqun.ledger.permissions import Actor
from jiqun.ledger.sources import Source

KINDS = ("region", "cluster", "indicator")
STATEMENTS_MOST = 300
MEMBERS_STATED = 80


@dataclass(frozen=True)
class BriefContext:
    """A brief.

    title      what it is about
    at         instant it was made
    ladders    quantities with a target
    own        statements about the thing itself; others: about what belongs to it or lies in it
    sources    every source quoted, in order of first mention; its number is its place in the list
    left_out   statements that did not fit
    synthetic  true when it is about something made up
    """

    kind: str
    key: str
    title: Label
    definition: Label | None
    at: datetime
    ladders: tuple[LadderOf, ...]
    own: tuple[Statement, ...]
    others: tuple[Statement, ...]
    relations: tuple[RelationGroup, ...]
    differences: tuple[Difference, ...]
    sources: tuple[Source, ...]
    left_out: int
    synthetic: bool

    def number_of(self, source: str) -> int:
        """Number of a source in the list, from 1."""
        return next((place for place, found in enumerate(self.sources, start=1) if found.key == source), 0)


def read_brief(desk: Desk, actor: Actor, kind: str, key: str) -> BriefContext:
    """Read what a brief says; NotFound for another kind or a key nobody knows.

    Made-up data enters only the brief of a made-up thing.
    """
    archive = Archive(desk, actor)
    if kind not in KINDS:
        raise NotFound("brief.unknown_kind", seen=kind, allowed=" ".join(KINDS))
    return _of_indicator(archive, key) if kind == "indicator" else _of_subject(archive, f"{kind}:{key}")


def _of_subject(archive: Archive, key: str) -> BriefContext:
    subject = archive.subject(key)
    own = archive.statements(
        Wanted(subject=subject.key, real=not subject.synthetic), limit=STATEMENTS_MOST + 1
    )
    inside = _inside(archive, subject.key)
    others: tuple[Statement, ...] = ()
    if inside:
        wanted = Wanted(subjects=inside, real=not subject.synthetic)
        others = archive.statements(wanted, limit=STATEMENTS_MOST + 1)
    shown = (*own[:STATEMENTS_MOST], *others[:MEMBERS_STATED])
    return BriefContext(
        kind=subject.kind,
        key=subject.key,
        title=archive.link(subject.key).label,
        definition=None,
        at=archive.desk.now(),
        ladders=ladders_of(own, on=archive.desk.now().date()),
        own=own[:STATEMENTS_MOST],
        others=others[:MEMBERS_STATED],
        relations=relation_groups(archive, subject.key),
        differences=_differences(archive, shown),
        sources=_sources(archive, shown),
        left_out=max(0, len(own) - STATEMENTS_MOST) + max(0, len(others) - MEMBERS_STATED),
        synthetic=subject.synthetic,
    )


def _of_indicator(archive: Archive, key: str) -> BriefContext:
    link = archive.indicator_link(key)
    definition = archive.desk.indicators.get(key).definition
    own = archive.statements(Wanted(indicator=key, real=True), limit=STATEMENTS_MOST + 1)
    return BriefContext(
        kind="indicator",
        key=key,
        title=link.label,
        definition=Label(definition["zh"], definition["en"]),
        at=archive.desk.now(),
        ladders=ladders_of(own, on=archive.desk.now().date()),
        own=own[:STATEMENTS_MOST],
        others=(),
        relations=(),
        differences=explained(archive, indicator=key),
        sources=_sources(archive, own[:STATEMENTS_MOST]),
        left_out=max(0, len(own) - STATEMENTS_MOST),
        synthetic=False,
    )


def _inside(archive: Archive, key: str) -> tuple[str, ...]:
    """What belongs to a cluster; the places right below a place."""
    kind, _, code = key.partition(":")
    if kind == "cluster":
        return member_keys(key)
    return tuple(f"region:{region.code}" for region in archive.desk.regions.children(code))


def _differences(archive: Archive, statements: Iterable[Statement]) -> tuple[Difference, ...]:
    """Explained differences that speak of one of these statements."""
    told = {one.id for one in statements}
    return tuple(one for one in explained(archive) if told & {said.id for said in one.statements})


def _sources(archive: Archive, statements: Iterable[Statement]) -> tuple[Source, ...]:
    keys = dict.fromkeys(one.source.key for one in statements)
    return tuple(archive.sources[key] for key in keys if key in archive.sources)
