"""地图 the map: one tile for each of the 90 county units, coloured by an indicator of a year; grey means nothing known."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Label, Link
from jiqun.core.errors import NotFound
from jiqun.core.tiles import Tile, Tiles
from jiqun.lake.listing import Wanted, cells_of, years_of
from jiqun.ledger import subjects
from jiqun.ledger.permissions import Actor

FACTS, ENTERPRISES, PROJECTS = "facts", "enterprises", "projects"
COUNTED: Mapping[str, Label] = {
    FACTS: Label("事实条数（含下辖主体）", "Statements (with subjects placed there)"),
    ENTERPRISES: Label("登记企业数", "Enterprises in the register"),
    PROJECTS: Label("项目数", "Projects"),
}
CLASSES = 5


@dataclass(frozen=True)
class Cell:
    """One tile of the map.

    x, y       column and row, from 0
    value      in `MapContext.unit`; None where nothing is known
    quantile   1 to 5; 0 where nothing is known
    fact       id of the fact shown; empty for counts
    """

    code: str
    label: Label
    short: Label
    city: str
    x: int
    y: int
    value: Decimal | None
    quantile: int
    bound: str = "="
    scope: str = ""
    fact: str = ""
    synthetic: bool = False


@dataclass(frozen=True)
class Step:
    """One class of the legend: from and to, both included."""

    quantile: int
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Choice:
    """One indicator that can be picked, with the number of county statements it has."""

    key: str
    label: Label
    count: int


@dataclass(frozen=True)
class MapContext:
    """The map.

    indicator  key of an indicator, or facts | enterprises | projects for what we counted
    years      years something is known for, latest first; empty for counts
    synthetic  made-up county data was asked for and is shown, marked
    known      number of tiles with a value
    """

    indicator: str
    label: Label
    definition: Label
    unit: str
    kind: str
    year: int
    years: tuple[int, ...]
    status: str
    synthetic: bool
    counted: tuple[Choice, ...]
    choices: tuple[Choice, ...]
    cells: tuple[Cell, ...]
    steps: tuple[Step, ...]
    known: int
    width: int
    height: int
    cities: tuple[Link, ...]


@dataclass(frozen=True)
class Pick:
    """What the reader picked."""

    indicator: str = FACTS
    year: int = 0
    status: str = "actual"
    synthetic: bool = False


@dataclass(frozen=True)
class Known:
    """What is known about one county."""

    value: Decimal
    bound: str = "="
    scope: str = ""
    fact: str = ""
    synthetic: bool = False


def map_page(desk: Desk, actor: Actor, pick: Pick) -> MapContext:
    """Read the map for a pick."""
    archive = Archive(desk, actor)
    if pick.indicator in COUNTED:
        return counted_map(archive, pick.indicator, synthetic=pick.synthetic)
    found = desk.indicators.find(pick.indicator)
    if found is None:
        raise NotFound("gate.unknown_indicator", seen=pick.indicator, allowed="packs/indicators")
    wanted = archive.narrowed(_counties(pick, archive))
    years = tuple(years_of(desk.lake, wanted))
    year = pick.year if pick.year in years else (years[0] if years else 0)
    known = _known(archive, pick, year)
    return _context(
        archive,
        known,
        indicator=found.key,
        label=archive.indicator_links[found.key].label,
        definition=Label(found.definition["zh"], found.definition["en"]),
        unit=found.unit,
        kind=found.kind.value,
        year=year,
        years=years,
        status=pick.status,
        synthetic=pick.synthetic,
    )


def counted_map(archive: Archive, name: str, *, synthetic: bool = False) -> MapContext:
    """The map of a number we counted: facts, enterprises or projects."""
    counts = counted_values(archive, name, synthetic=synthetic)
    made_up = synthetic and name != FACTS
    known = {code: Known(Decimal(number), synthetic=made_up) for code, number in counts.items() if number}
    explained = Label("账本里数出来的，不是谁说的", "Counted in the ledger, not stated by anyone")
    return _context(
        archive, known, indicator=name, label=COUNTED[name], definition=explained, unit="", kind="count",
        year=0, years=(), status="", synthetic=synthetic,
    )  # fmt: skip


def counted_values(archive: Archive, name: str, *, synthetic: bool = False) -> dict[str, int]:
    """What we counted, by code of the place; real and made-up ones are never in one number."""
    if name == FACTS:
        return _facts_by_place(archive)
    kind = {ENTERPRISES: "enterprise", PROJECTS: "project"}[name]
    counts: dict[str, int] = {}
    for row in subjects.counts_by_kind_and_region():
        if row.kind == kind and row.synthetic == synthetic:
            counts[row.region] = counts.get(row.region, 0) + row.count
    return counts


def _facts_by_place(archive: Archive) -> dict[str, int]:
    """Real statements by place: about the place itself, or about a subject placed there."""
    tallied = archive.tallied(Wanted(real=True))
    elsewhere = subjects.get_many(key for key in tallied if not key.startswith("region:"))
    counts: dict[str, int] = {}
    for key, (number, _) in tallied.items():
        held = elsewhere.get(key)
        code = key.partition(":")[2] if key.startswith("region:") else held.region if held else ""
        counts[code] = counts.get(code, 0) + number
    return counts


def _counties(pick: Pick, archive: Archive) -> Wanted:
    keys = tuple(f"region:{county.code}" for county in archive.desk.regions.counties())
    return Wanted(
        indicator=pick.indicator, status=pick.status, subjects=keys, real=not pick.synthetic, whole=True
    )


def _known(archive: Archive, pick: Pick, year: int) -> dict[str, Known]:
    """What is known of each county in the year; a real statement before a made-up one."""
    wanted = archive.narrowed(_counties(pick, archive))
    found: dict[str, Known] = {}
    for row in cells_of(archive.desk.lake, wanted, year=year) if year else ():
        value = row["base_value"] if row["base_value"] is not None else row["value"]
        code = str(row["subject"]).partition(":")[2]
        if value is not None and code not in found:
            shown = Decimal(str(value)).normalize() + 0
            found[code] = Known(
                shown, str(row["bound"]), str(row["scope"]), str(row["id"]), bool(row["synthetic"])
            )
    return found


def _context(archive: Archive, known: Mapping[str, Known], **said: object) -> MapContext:
    regions = archive.desk.regions
    tiles = Tiles.load(archive.desk.packs / "codes")
    values = sorted(known[tile.region].value for tile in tiles if tile.region in known)
    steps = _steps(values)
    cells = tuple(_cell(archive, tile, known.get(tile.region), steps) for tile in tiles)
    by_indicator = archive.tallied(
        Wanted(
            subjects=tuple(f"region:{county.code}" for county in regions.counties()),
            real=not said["synthetic"],
            whole=True,
        ),
        by="indicator",
    )
    links = archive.indicator_links
    choices = tuple(
        Choice(key, links[key].label, number) for key, (number, _) in by_indicator.items() if key in links
    )
    return MapContext(
        counted=tuple(Choice(key, label, 0) for key, label in COUNTED.items()),
        choices=choices,
        cells=cells,
        steps=steps,
        known=len(values),
        width=tiles.columns,
        height=tiles.rows,
        cities=tuple(
            Link(city.code, "region", Label(city.short["zh"], city.short["en"])) for city in regions.cities()
        ),
        **said,  # type: ignore[arg-type]
    )


def _cell(archive: Archive, tile: Tile, known: Known | None, steps: tuple[Step, ...]) -> Cell:
    region = archive.desk.regions.get(tile.region)
    value = None if known is None else known.value
    return Cell(
        code=tile.region,
        label=archive.region_label(tile.region),
        short=Label(region.short["zh"], region.short["en"]),
        city=region.parent,
        x=tile.col,
        y=tile.row,
        value=value,
        quantile=0 if value is None else next(step.quantile for step in steps if value <= step.high),
        bound="=" if known is None else known.bound,
        scope="" if known is None else known.scope,
        fact="" if known is None else known.fact,
        synthetic=known is not None and known.synthetic,
    )


def _steps(values: list[Decimal]) -> tuple[Step, ...]:
    """Five classes of about equal size; fewer when there are fewer different values."""
    different = sorted(set(values))
    if not different:
        return ()
    count = min(CLASSES, len(different))
    cuts = [
        different[min(len(different) - 1, (len(different) * part) // count - 1)]
        for part in range(1, count + 1)
    ]
    first = CLASSES - count if count < CLASSES else 0
    steps, low = [], different[0]
    for number, high in enumerate(cuts, start=1):
        steps.append(Step(first + number if count > 1 else 3, low, high))
        low = next((value for value in different if value > high), high)
    return tuple(steps)
