"""总览 overview: the programme desk — targets beside outcomes, what is covered, what changed, where statements differ."""

from dataclasses import dataclass, field

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive, Count
from jiqun.actions.reading.cards import Card, cards
from jiqun.actions.reading.clusters import PROGRAMME, ClusterTile, tiles
from jiqun.actions.reading.differences import Difference, explained
from jiqun.actions.reading.map import FACTS, MapContext, counted_map
from jiqun.actions.reading.statements import Label, Statement
from jiqun.lake.listing import Wanted
from jiqun.ledger.permissions import Actor


@dataclass(frozen=True)
class Covered:
    """How much is known about one place or cluster.

    share  part of the largest, 0 to 100, for a bar
    """

    key: str
    label: Label
    count: Count
    share: int


@dataclass(frozen=True)
class OverviewContext:
    """The overview.

    counts       name → number: facts, documents, indicators, subjects, places, enterprises, projects
    cards        target-versus-outcome cards, in the pack's order
    cities       facts by city, its counties included
    clusters     statements and relations by cluster, those nothing is known of last
    changes      statements recorded last, real ones
    differences  explained differences, the first few; `difference_count` is how many there are
    """

    counts: dict[str, Count]
    cards: tuple[Card, ...]
    cities: tuple[Covered, ...]
    clusters: tuple[Covered, ...]
    changes: tuple[Statement, ...]
    differences: tuple[Difference, ...]
    difference_count: int
    synthetic: int = 0
    map: MapContext | None = field(default=None)


def overview(desk: Desk, actor: Actor, *, with_map: bool = False) -> OverviewContext:
    """Read the overview; `with_map` adds the cartogram of what is known, for the large screen."""
    archive = Archive(desk, actor)
    by_subject = archive.tallied(Wanted())
    differences = explained(archive)
    cluster_tiles = tiles(archive, by_subject)
    return OverviewContext(
        counts=counts(archive, by_subject),
        cards=cards(archive, on=desk.now().date()),
        cities=_cities(archive, by_subject),
        clusters=_clusters(cluster_tiles),
        changes=archive.statements(Wanted(real=True), sort="recorded", descending=True, limit=8),
        differences=differences[: 9 if with_map else 4],
        difference_count=len(differences),
        synthetic=sum(made_up for _, made_up in by_subject.values()),
        map=counted_map(archive, FACTS) if with_map else None,
    )


def counts(archive: Archive, by_subject: dict[str, tuple[int, int]]) -> dict[str, Count]:
    """The figures of the strip: real statements and what they speak of."""
    real = {key: facts - made_up for key, (facts, made_up) in by_subject.items() if facts > made_up}
    kinds = [key.partition(":")[0] for key in real]
    documents = archive.tallied(Wanted(real=True), by="source")
    indicators = archive.tallied(Wanted(real=True), by="indicator")
    numbers = {
        "facts": sum(real.values()),
        "documents": sum(1 for key in documents if _is_document(archive, key)),
        "indicators": len(indicators),
        "subjects": len(real),
        "places": kinds.count("region"),
        "enterprises": kinds.count("enterprise"),
        "projects": kinds.count("project"),
    }
    return {name: Count(name, number) for name, number in numbers.items()}


def _is_document(archive: Archive, key: str) -> bool:
    source = archive.sources.get(key)
    return source is not None and source.kind == "document"


def _cities(archive: Archive, by_subject: dict[str, tuple[int, int]]) -> tuple[Covered, ...]:
    regions = archive.desk.regions
    rows = []
    for city in regions.cities():
        known = sum(
            facts - made_up
            for region in regions.subtree(city.code)
            for facts, made_up in [by_subject.get(f"region:{region.code}", (0, 0))]
        )
        rows.append((f"region:{city.code}", Label(city.short["zh"], city.short["en"]), known))
    return _ranked("city-facts", rows)


def _clusters(cluster_tiles: tuple[ClusterTile, ...]) -> tuple[Covered, ...]:
    """Statements and relations by cluster; the programme as a whole stands apart."""
    shown = [tile for tile in cluster_tiles if tile.link.key != PROGRAMME]
    return _ranked("cluster-known", [(tile.link.key, tile.link.label, tile.about + tile.ties) for tile in shown])


def _ranked(name: str, rows: list[tuple[str, Label, int]]) -> tuple[Covered, ...]:
    most = max((known for _, _, known in rows), default=0) or 1
    ordered = sorted(rows, key=lambda row: -row[2])
    return tuple(
        Covered(key, label, Count(name, known, f"?about={key}"), round(100 * known / most)) for key, label, known in ordered
    )
