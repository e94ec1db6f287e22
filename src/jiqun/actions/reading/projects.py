"""项目 projects: every project the ledger knows, with its place, who is behind it and what is stated about it."""

from dataclasses import dataclass

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.lake.listing import Wanted
from jiqun.ledger import relations, subjects
from jiqun.ledger.permissions import Actor

SIZE = 60
BEHIND = ("undertakes", "operates", "owns_share_of", "hosts")
FIRST = (
    "investment",
    "project_investment",
    "output_value",
    "capacity",
    "land_area_mu",
    "floor_area",
    "compute_capacity",
)


@dataclass(frozen=True)
class ProjectRow:
    """One project: where, who is behind it, its statements, the first few told."""

    link: Link
    region: Label | None
    region_code: str
    behind: tuple[Link, ...]
    facts: int
    statements: tuple[Statement, ...]
    source: Link | None


@dataclass(frozen=True)
class ProjectsContext:
    """The list of projects."""

    rows: tuple[ProjectRow, ...]
    text: str
    region: str
    regions: tuple[Link, ...]
    total: int
    page: int
    pages: int
    sort: str


def projects_page(
    desk: Desk, actor: Actor, *, text: str = "", region: str = "", sort: str = "facts", page: int = 1
) -> ProjectsContext:
    """Read a page of projects, those most is stated about first unless sorted by name or place."""
    archive = Archive(desk, actor)
    wanted = subjects.SubjectFilter(kind="project", q=text, region=region, synthetic=False)
    tallied = archive.tallied(Wanted(kind="project", real=True))
    if sort == "facts":
        found, total, number, pages = _by_facts(wanted, tallied, page)
    else:
        listed = subjects.list_page(wanted, sort=sort, page=page, size=SIZE)
        found, total, number, pages = list(listed.rows), listed.total, listed.number, listed.pages
    keys = tuple(row.key for row in found)
    told = archive.statements(Wanted(subjects=keys, real=True), limit=SIZE * 20) if keys else ()
    behind = _behind(archive, set(keys))
    rows = tuple(_row(archive, row, told, behind, tallied.get(row.key, (0, 0))[0]) for row in found)
    cities = tuple(Link(c.code, "region", Label(c.short["zh"], c.short["en"])) for c in desk.regions.cities())
    return ProjectsContext(rows, text, region, cities, total, number, pages, sort)


def _by_facts(
    wanted: subjects.SubjectFilter, tallied: dict[str, tuple[int, int]], page: int
) -> tuple[list[subjects.Subject], int, int, int]:
    keys = sorted(subjects.all_keys(wanted), key=lambda key: (-tallied.get(key, (0, 0))[0], key))
    pages = max(1, -(-len(keys) // SIZE))
    number = max(1, min(page, pages))
    shown = keys[(number - 1) * SIZE : number * SIZE]
    held = subjects.get_many(shown)
    return [held[key] for key in shown], len(keys), number, pages


def _behind(archive: Archive, keys: set[str]) -> dict[str, tuple[Link, ...]]:
    found: dict[str, list[str]] = {}
    for row in relations.relations_with(predicate=BEHIND):
        if row.object in keys and not row.synthetic:
            found.setdefault(row.object, []).append(row.subject)
    links = archive.links({name for names in found.values() for name in names})
    return {key: tuple(links[name] for name in dict.fromkeys(names)) for key, names in found.items()}


def _row(
    archive: Archive,
    row: subjects.Subject,
    told: tuple[Statement, ...],
    behind: dict[str, tuple[Link, ...]],
    facts: int,
) -> ProjectRow:
    own = [one for one in told if one.subject.key == row.key]
    own.sort(key=lambda one: FIRST.index(one.indicator.key) if one.indicator.key in FIRST else len(FIRST))
    return ProjectRow(
        link=archive.link(row.key),
        region=archive.region_label(row.region) if row.region else None,
        region_code=row.region,
        behind=behind.get(row.key, ()),
        facts=facts,
        statements=tuple(own[:4]),
        source=archive.source_links.get(row.source),
    )
