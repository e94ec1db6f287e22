"""关系 relations: what stands around a subject, grouped by kind of tie and read from its side."""

from dataclasses import dataclass

from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Link
from jiqun.ledger import relations
from jiqun.ledger.relations import Relation

MOST = 300
ORDER = (
    "part_of", "member_of", "core_area_of", "cooperation_area_of", "located_in", "chief_of_chain", "chain_leader_of",
    "in_chain", "in_segment", "supplies", "partner_of", "operates", "undertakes", "hosts", "owns_share_of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tie:
    """One relation as seen from the subject: the other end, since when, and every place that states it."""

    other: Link
    valid_from: str
    valid_to: str
    said: tuple["Said", ...]
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One place that states a relation."""

    source: Link | None
    locator: str
    quote: str
    note: str


@dataclass(frozen=True, slots=True)
class RelationGroup:
    """Relations of one predicate in one direction.

    direction  out: the subject is the first end ("part of …"); in: the second ("consists of …")
    """

    predicate: str
    direction: str
    kind: str
    ties: tuple[Tie, ...]


def relation_groups(archive: Archive, key: str) -> tuple[RelationGroup, ...]:
    """Relations of a subject in the order pages show them; the other ends of one group are of one kind."""
    rows = relations.relations_of(key)[: MOST * 4]
    links = archive.links({row.subject for row in rows} | {row.object for row in rows})
    groups: dict[tuple[str, str, str], dict[str, list[Relation]]] = {}
    for row in rows:
        outward = row.subject == key
        other = row.object if outward else row.subject
        group = groups.setdefault((row.predicate, "out" if outward else "in", links[other].kind), {})
        group.setdefault(other, []).append(row)
    found = {
        name: [_tie(archive, links[other], told) for other, told in ends.items()]
        for name, ends in groups.items()
    }
    return tuple(RelationGroup(*name, tuple(ties[:MOST])) for name, ties in sorted(found.items(), key=_place))


def _tie(archive: Archive, other: Link, told: list[Relation]) -> Tie:
    return Tie(
        other=other,
        valid_from=min((row.valid_from for row in told if row.valid_from), default=""),
        valid_to=max((row.valid_to for row in told if row.valid_to), default=""),
        said=tuple(
            Said(archive.source_links.get(row.source), row.locator, row.quote, row.note) for row in told
        ),
        synthetic=any(row.synthetic for row in told),
    )


def _place(item: tuple[tuple[str, str, str], list[Tie]]) -> tuple[int, str, str]:
    predicate, direction, kind = item[0]
    return (ORDER.index(predicate) if predicate in ORDER else len(ORDER), direction, kind)
