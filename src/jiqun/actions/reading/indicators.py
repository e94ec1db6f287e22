"""指标 indicators: the catalogue, and one indicator with its series, targets, sources side by side and clashes."""

from dataclasses import dataclass

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive, Ask, StatementTable
from jiqun.actions.reading.differences import Clash, Difference, clashes, explained
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.actions.reading.targets import Rung, ladder
from jiqun.core.indicators import Indicator
from jiqun.lake.listing import Wanted
from jiqun.ledger.permissions import Actor

SUBJECTS_SHOWN = 40
COMPARED = 1500


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
    compared  the latest outcome of each subject, largest first, when they are of one scope
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
    compared: tuple[Statement, ...]
    clashes: tuple[Clash, ...]
    differences: tuple[Difference, ...]
    table: StatementTable
    everything: bool


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
    ordered = tuple((kind, tuple(sorted(found, key=lambda entry: -entry.facts))) for kind, found in groups.items())
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
    points = archive.statements(Wanted(indicator=key, subject=chosen), sort="period", limit=COMPARED) if chosen else ()
    all_points = archive.statements(Wanted(indicator=key, real=True), sort="period", limit=COMPARED)
    scope = Wanted(indicator=key) if everything or not chosen else Wanted(indicator=key, subject=chosen)
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
        rungs=ladder((one for one in points if one.kind == item.kind.value), on=desk.now().date()),
        compared=compared(all_points),
        clashes=clashes(all_points),
        differences=explained(archive, indicator=key),
        table=archive.table(scope, ask),
        everything=everything or not chosen,
    )


def compared(statements: tuple[Statement, ...], *, most: int = 15) -> tuple[Statement, ...]:
    """The latest outcome of each place, largest first; one year, one scope and no breakdown, or nothing."""
    groups: dict[tuple[int, str], dict[str, Statement]] = {}
    for one in statements:
        plain = one.status == "actual" and one.base_value is not None and not one.breakdown
        if plain and one.subject.kind in ("region", "cluster"):
            groups.setdefault((one.year, one.scope), {})[one.subject.key] = one
    best = max(groups.values(), key=len, default={})
    if len(best) < 3:
        return ()
    ordered = sorted(best.values(), key=lambda one: one.base_value or 0, reverse=True)
    return tuple(ordered[:most])


def _first(tallied: dict[str, tuple[int, int]]) -> str:
    """The subject to show first: the one with most real statements, the province and the programme before others."""
    preferred = ("region:330000", "cluster:415x")
    ranked = sorted(tallied, key=lambda key: (key not in preferred, tallied[key][1] - tallied[key][0], key))
    return ranked[0] if ranked else ""


def _named(item: Indicator, text: str) -> bool:
    words = text.strip().casefold()
    return not words or any(words in name.casefold() for name in (item.key, *item.label.values()))
