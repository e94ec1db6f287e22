"""总览 overview: the programme desk — targets beside outcomes, what is covered, what changed, where statements differ."""

from dataclasses import dataclass, field

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive, Count
from jiqun.actions.reading.cards import Card, cards
from jiqun.actions.reading.clusters import PROGRAMME, ClusterTile, tiles
from jiqun.actions.reading.collecting_lines import Tasks as Collecting
from jiqun.actions.reading.collecting_lines import tasks as collecting_tasks
from jiqun.actions.reading.differences import Difference, explained, how_many
from jiqun.actions.reading.map import FACTS, MapContext, counted_map
from jiqun.actions.reading.objections import Tasks, tasks
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.actions.reading.titles import NoticeLine, notices_of, own_enterprises
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
    collecting   what waits for this person: answers to give, collections to follow
    differences  explained differences, the first few; `difference_count` is how many there are
    tasks        objections that wait for this person or the other side, with their deadlines
    own          enterprises this person speaks for; notices: of titles and recognitions it has not seen
    """

    counts: dict[str, Count]
    cards: tuple[Card, ...]
    cities: tuple[Covered, ...]
    clusters: tuple[Covered, ...]
    changes: tuple[Statement, ...]
    differences: tuple[Difference, ...]
    difference_count: int
    synthetic: int = 0
    tasks: Tasks = field(default_factory=Tasks)
    collecting: Collecting = field(default_factory=Collecting)
    own: tuple[Link, ...] = ()
    notices: tuple[NoticeLine, ...] = ()
    map: MapContext | None = field(default=None)


def overview(desk: Desk, actor: Actor, *, with_map: bool = False) -> OverviewContext:
    """Read the overview; `with_map` adds the cartogram of what is known, for the large screen."""
    archive = Archive(desk, actor)
    made_up = sum(synthetic for _, synthetic in archive.tallied(Wanted(), by="status").values())
    return OverviewContext(
        counts=counts(archive),
        cards=cards(archive, on=desk.now().date()),
        cities=_cities(archive),
        clusters=_clusters(tiles(archive)),
        changes=archive.statements(Wanted(real=True), sort="recorded", descending=True, limit=8),
        differences=explained(archive, limit=9 if with_map else 4),
        difference_count=how_many(),
        synthetic=made_up,
        tasks=tasks(archive),
        collecting=Collecting() if with_map else collecting_tasks(desk, actor),
        own=_own(archive),
        notices=notices_of(mine, unseen=True) if (mine := own_enterprises(actor)) else (),
        map=counted_map(archive, FACTS) if with_map else None,
    )


def counts(archive: Archive) -> dict[str, Count]:
    """The figures of the strip: real statements and what they speak of."""
    real = Wanted(real=True)
    kinds = archive.subjects_by_kind(real)
    sources = archive.tallied(real, by="source")
    numbers = {
        "facts": sum(facts for facts, _ in sources.values()),
        "documents": sum(1 for key in sources if _is_document(archive, key)),
        "indicators": len(archive.tallied(real, by="indicator")),
        "subjects": sum(kinds.values()),
        "places": kinds.get("region", 0),
        "enterprises": kinds.get("enterprise", 0),
        "projects": kinds.get("project", 0),
    }
    return {name: Count(name, number) for name, number in numbers.items()}


def _own(archive: Archive) -> tuple[Link, ...]:
    """The enterprises the actor's roles are held for."""
    keys = [grant.scope.key for grant in archive.actor.grants if grant.scope.kind == "enterprise"]
    return tuple(archive.link(key) for key in dict.fromkeys(keys))


def _is_document(archive: Archive, key: str) -> bool:
    source = archive.sources.get(key)
    return source is not None and source.kind == "document"


def _cities(archive: Archive) -> tuple[Covered, ...]:
    regions = archive.desk.regions
    tallied = archive.tallied(Wanted(kind="region", real=True))
    rows = []
    for city in regions.cities():
        known = sum(tallied.get(f"region:{region.code}", (0, 0))[0] for region in regions.subtree(city.code))
        rows.append((f"region:{city.code}", Label(city.short["zh"], city.short["en"]), known))
    return _ranked("city-facts", rows)


def _clusters(cluster_tiles: tuple[ClusterTile, ...]) -> tuple[Covered, ...]:
    """Statements and relations by cluster; the programme as a whole stands apart."""
    shown = [tile for tile in cluster_tiles if tile.link.key != PROGRAMME]
    return _ranked(
        "cluster-known", [(tile.link.key, tile.link.label, tile.about + tile.ties) for tile in shown]
    )


def _ranked(name: str, rows: list[tuple[str, Label, int]]) -> tuple[Covered, ...]:
    most = max((known for _, _, known in rows), default=0) or 1
    ordered = sorted(rows, key=lambda row: -row[2])
    return tuple(
        Covered(key, label, Count(name, known, f"?about={key}"), round(100 * known / most))
        for key, label, known in ordered
    )
