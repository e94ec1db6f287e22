"""集群 clusters: the fifteen of the programme and all others, and one cluster with what belongs to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from jiqun.actions.desk import Desk
from jiqun.actions.reading.about import About, about_of
from jiqun.actions.reading.archive import Archive, Ask, Count, StatementTable
from jiqun.actions.reading.cells import shown_of
from jiqun.actions.reading.relations import RelationGroup, relation_groups
from jiqun.actions.reading.statements import Label, Link
from jiqun.actions.reading.targets import LadderOf, ladders
from jiqun.core.packfiles import read_csv
from jiqun.lake.listing import Wanted
from jiqun.ledger import membership, relations, subjects
from jiqun.ledger.permissions import Actor
from jiqun.ledger.subjects import SubjectFilter

PROGRAMME = "cluster:415x"
INSIDE = (
    "member_of",
    "part_of",
    "in_chain",
    "in_segment",
    "core_area_of",
    "cooperation_area_of",
    "chain_leader_of",
)
AREAS = ("core_area_of", "cooperation_area_of")
MEMBERS_MOST = 400


@dataclass(frozen=True)
class ClusterTile:
    """One cluster of the list.

    group    key of the world-class group it belongs to; empty for clusters outside the fifteen
    about    statements about the cluster and what belongs to it, made-up ones apart
    areas    core and cooperation areas; members: enterprises and others that belong to it
    ties     relations that name it
    counts   statements, areas and members, each with the way to how it was counted
    """

    link: Link
    group: str
    about: int
    areas: tuple[Link, ...]
    members: int
    ties: int
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class ClusterGroup:
    """One of the four world-class groups with its clusters."""

    key: str
    label: Label
    tiles: tuple[ClusterTile, ...]


@dataclass(frozen=True)
class ClustersContext:
    """The list of clusters: the programme as a whole, the four groups, and clusters outside the fifteen."""

    programme: ClusterTile | None
    groups: tuple[ClusterGroup, ...]
    others: tuple[ClusterTile, ...]


@dataclass(frozen=True)
class ClusterContext:
    """One cluster.

    ladders    targets and outcomes of its quantities by year
    table      statements about it, and about its members when `of` is "all"
    own        how many are about it alone; stated: with its members
    relations  areas, chains, leaders, enterprises, projects … by relation
    """

    link: Link
    aliases: tuple[str, ...]
    group: Label | None
    region: Label | None
    of: str
    ladders: tuple[LadderOf, ...]
    table: StatementTable
    own: int
    stated: int
    relations: tuple[RelationGroup, ...]
    about: About


def groups_of_pack(desk: Desk) -> tuple[tuple[str, Label, tuple[str, ...]], ...]:
    """The four groups of `packs/clusters.csv`: key, label, cluster keys."""
    rows = read_csv(desk.packs / "clusters.csv", ("key", "group_key", "group_zh", "group_en"))
    labels = {row["group_key"]: Label(row["group_zh"], row["group_en"]) for row in rows}
    return tuple(
        (key, label, tuple(f"cluster:{row['key']}" for row in rows if row["group_key"] == key))
        for key, label in labels.items()
    )


def clusters_page(desk: Desk, actor: Actor) -> ClustersContext:
    """Read the list of clusters."""
    archive = Archive(desk, actor)
    found = tiles(archive)
    by_key = {tile.link.key: tile for tile in found}
    groups = tuple(
        ClusterGroup(key, label, tuple(by_key[name] for name in names))
        for key, label, names in groups_of_pack(desk)
    )
    others = [tile for tile in found if not tile.group and tile.link.key != PROGRAMME]
    return ClustersContext(by_key.get(PROGRAMME), groups, tuple(sorted(others, key=lambda tile: -tile.about)))


def tiles(archive: Archive) -> tuple[ClusterTile, ...]:
    """Every cluster: those of the pack (registered or not), then all others the ledger holds."""
    group_of = {name: key for key, _, names in groups_of_pack(archive.desk) for name in names}
    page = subjects.list_page(SubjectFilter(kind="cluster", synthetic=False), size=1000)
    listed = [row.key for row in page.rows if row.attributes.get("level") != "group"]
    keys = list(dict.fromkeys([*group_of, *listed]))
    inside = _inside()
    named = {*keys, *(member for members in inside.values() for member, _ in members)}
    links = archive.links(named)
    by_subject = archive.tallied(Wanted(subjects=tuple(sorted(named)), real=True))
    return tuple(_tile(key, group_of.get(key, ""), links, inside.get(key, []), by_subject) for key in keys)


def cluster_page(desk: Desk, actor: Actor, key: str, *, ask: Ask, of: str = "all") -> ClusterContext:
    """Read one cluster; `of` is "own" for statements about the cluster alone, "all" with its members'."""
    archive = Archive(desk, actor)
    subject = archive.subject(f"cluster:{key}")
    members = member_keys(subject.key)
    chosen = (subject.key,) if of == "own" else (subject.key, *members)
    table = archive.table(Wanted(subjects=chosen), ask)
    own = archive.statements(Wanted(subject=subject.key), sort="period", limit=500)
    stated = sum(
        count for count, _ in archive.tallied(Wanted(subjects=(subject.key, *members)), by="status").values()
    )
    group = next((label for _, label, names in groups_of_pack(desk) if subject.key in names), None)
    return ClusterContext(
        link=archive.link(subject.key),
        aliases=subject.aliases,
        group=group,
        region=archive.region_label(subject.region) if subject.region else None,
        of=of,
        ladders=ladders(shown_of(archive, own), on=desk.now().date()),
        table=table,
        own=len(own),
        stated=stated,
        relations=relation_groups(archive, subject.key),
        about=about_of(archive, subject),
    )


def member_keys(key: str) -> tuple[str, ...]:
    """What belongs to a cluster, places apart: enterprises, chains, projects …, at most MEMBERS_MOST."""
    under = membership.groups_under(key)
    found = {
        row.subject
        for name in under
        for row in relations.relations_of(name)
        if row.predicate in INSIDE and row.object == name
    }
    real = {name for name in found | under if not name.startswith("region:")} - {key}
    return tuple(sorted(real))[:MEMBERS_MOST]


def inside_of(key: str) -> list[tuple[str, str]]:
    """What is directly inside one cluster, and by which relation."""
    return [
        (row.subject, row.predicate)
        for row in relations.relations_of(key)
        if row.object == key and row.predicate in INSIDE and not row.synthetic
    ]


def _inside() -> dict[str, list[tuple[str, str]]]:
    """For each cluster, chain or segment: what is directly inside it, and by which relation."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in relations.relations_with(predicate=INSIDE):
        if row.object.startswith("cluster:") and not row.synthetic:
            found.setdefault(row.object, []).append((row.subject, row.predicate))
    return found


def _tile(
    key: str,
    group: str,
    links: Mapping[str, Link],
    inside: list[tuple[str, str]],
    by_subject: Mapping[str, tuple[int, int]],
) -> ClusterTile:
    areas = [member for member, predicate in inside if predicate in AREAS]
    members = {member for member, predicate in inside if predicate not in AREAS}
    counted = {
        name: by_subject.get(name, (0, 0)) for name in {key, *members} if not name.startswith("region:")
    }
    about = sum(facts for facts, _ in counted.values())
    query = f"?about={key}"
    return ClusterTile(
        link=links[key],
        group=group,
        about=about,
        areas=tuple(links[name] for name in dict.fromkeys(areas)),
        members=len(members),
        ties=len(inside),
        counts=(
            Count("cluster-facts", about, query),
            Count("cluster-areas", len(set(areas)), query),
            Count("cluster-members", len(members), query),
        ),
    )
