"""指标 indicators: the catalogue, and one indicator with its series, targets, sources side by side and clashes."""

from dataclasses import dataclass
from decimal import Decimal

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive, Ask, StatementTable, table_of
from jiqun.actions.reading.cells import shown_of
from jiqun.actions.reading.differences import Clash, Difference, clashes, explained
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.actions.reading.targets import Rung, ladder
from jiqun.core.indicators import Indicator
from jiqun.lake.listing import Row, Wanted, cells_of, years_of
from jiqun.ledger.permissions import Actor

SUBJECTS_SHOWN = 40
COMPARED = 15
FEWEST = 3
POINTS_MOST = 600


@dataclass(frozen=True)
class Entry:
    """One indicator of the list, with the number of statements and how many of them are made up."""

    link: Link
    unit: str
    kind: str
    facts: int
    made_up: int


@dataclass(frozen=True)
class IndicatorsContext:
    """The list of indicators by kind of number, those with statements first."""

    groups: tuple[tuple[str, tuple[Entry, ...]], ...]
    text: str
    known: int
    total: int


@dataclass(frozen=True)
class SubjectChoice:
    """A subject the indicator is stated for, and how often."""

    link: Link
    facts: int


@dataclass(frozen=True)
class IndicatorContext:
    """One indicator.

    subject   the subject whose series is drawn; None when nothing is stated
    points    that subject's statements by period; rungs: its targets and outcomes by year
    table     statements, of the subject or of all
    """

    link: Link
    definition: Label
    unit: str
    unit_label: Label
    kind: str
    nature: str
    adds: str
    subjects: tuple[SubjectChoice, ...]
    subject: Link | None
    points: tuple[Statement, ...]
    rungs: tuple[Rung, ...]
    clashes: tuple[Clash, ...]
    differences: tuple[Difference, ...]
    table: StatementTable
    everything: bool


@dataclass(frozen=True)
class PlaceValue:
    """One county unit's outcome, in the indicator's unit; `fact` leads to its evidence."""

    subject: Link
    value: Decimal
    bound: str
    fact: str


@dataclass(frozen=True)
class PlacesContext:
    """County units side by side: one year, one scope, largest first; `known` is how many there are in all."""

    link: Link
    unit: str
    year: int
    scope: str
    known: int
    places: tuple[PlaceValue, ...]


def indicators_page(desk: Desk, actor: Actor, *, text: str = "", unused: bool = False) -> IndicatorsContext:
    """Read the catalogue, narrowed by words of the name; `unused` shows those without statements as well."""
    archive = Archive(desk, actor)
    tallied = archive.tallied(Wanted(), by="indicator")
    groups: dict[str, list[Entry]] = {}
    for item in desk.indicators:
        facts, made_up = tallied.get(item.key, (0, 0))
        if (facts or unused or text) and _named(item, text):
            entry = Entry(archive.indicator_links[item.key], item.unit, item.kind.value, facts, made_up)
            groups.setdefault(item.kind.value, []).append(entry)
    ordered = tuple(
        (kind, tuple(sorted(found, key=lambda entry: -entry.facts))) for kind, found in groups.items()
    )
    return IndicatorsContext(ordered, text, len(tallied), len(desk.indicators))


def indicator_page(
    desk: Desk, actor: Actor, key: str, *, ask: Ask, subject: str = "", everything: bool = False
) -> IndicatorContext:
    """Read one indicator for one subject (the one stated most often unless named)."""
    archive = Archive(desk, actor)
    item = desk.indicators.get(key)
    tallied = archive.tallied(Wanted(indicator=key, real=ask.real))
    chosen = subject if subject in tallied else _first(tallied)
    shown = list(tallied)[:SUBJECTS_SHOWN]
    links = archive.links({*shown, *([chosen] if chosen else [])})
    points = (
        archive.statements(Wanted(indicator=key, subject=chosen), sort="period", limit=POINTS_MOST)
        if chosen
        else ()
    )
    everything = everything or not chosen
    return IndicatorContext(
        link=archive.indicator_links[key],
        definition=Label(item.definition["zh"], item.definition["en"]),
        unit=item.unit,
        unit_label=archive.unit_labels[item.unit],
        kind=item.kind.value,
        nature=item.stock_or_flow.value,
        adds=item.adds.value,
        subjects=tuple(SubjectChoice(links[name], tallied[name][0]) for name in shown),
        subject=links[chosen] if chosen else None,
        points=points,
        rungs=ladder(
            (one for one in shown_of(archive, points) if one.kind == item.kind.value), on=desk.now().date()
        ),
        clashes=clashes(points),
        differences=explained(archive, indicator=key),
        table=_table(archive, key, chosen if not everything else "", points, ask),
        everything=everything,
    )


def _table(
    archive: Archive, key: str, subject: str, points: tuple[Statement, ...], ask: Ask
) -> StatementTable:
    """The statements of the subject, from its points when they are all there; else asked of the lake."""
    if subject and ask.sort == "period" and not ask.text and len(points) < POINTS_MOST:
        return table_of(points, ask)
    return archive.table(Wanted(indicator=key, subject=subject), ask)


def places_page(desk: Desk, actor: Actor, key: str) -> PlacesContext:
    """Read the county units side by side; nothing when fewer than three are known with one scope."""
    archive = Archive(desk, actor)
    item = desk.indicators.get(key)
    regions = tuple(f"region:{region.code}" for region in desk.regions.counties())
    wanted = archive.narrowed(Wanted(indicator=key, status="actual", subjects=regions, real=True))
    years = years_of(desk.lake, wanted)
    groups: dict[str, list[Row]] = {}
    for cell in cells_of(desk.lake, wanted, year=years[0]) if years else ():
        if cell["base_value"] is not None:
            groups.setdefault(str(cell["scope"]), []).append(cell)
    scope, cells = max(groups.items(), key=lambda group: len(group[1]), default=("", []))
    shown = cells if len(cells) >= FEWEST else []
    places = [
        PlaceValue(
            subject=archive.link(str(cell["subject"])),
            value=Decimal(str(cell["base_value"])).normalize() + 0,
            bound=str(cell["bound"]),
            fact=str(cell["id"]),
        )
        for cell in shown
    ]
    ranked = tuple(sorted(places, key=lambda place: place.value, reverse=True)[:COMPARED])
    return PlacesContext(
        archive.indicator_links[key], item.unit, years[0] if years else 0, scope, len(places), ranked
    )


def _first(tallied: dict[str, tuple[int, int]]) -> str:
    """The subject to show first: the one with most real statements, the province and the programme before others."""
    preferred = ("region:330000", "cluster:415x")
    ranked = sorted(tallied, key=lambda key: (key not in preferred, tallied[key][1] - tallied[key][0], key))
    return ranked[0] if ranked else ""


def _named(item: Indicator, text: str) -> bool:
    words = text.strip().casefold()
    return not words or any(words in name.casefold() for name in (item.key, *item.label.values()))
