"""口径差异 differences: where two statements differ in scope, date or meaning, or cannot both hold — and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jiqun import settings
from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.actions.reading.targets import interval, same_scope
from jiqun.core.packfiles import read_csv
from jiqun.lake.listing import Row, Wanted
from jiqun.ledger.permissions import Actor

COLUMNS = ("key", "indicator", "title_zh", "title_en", "explanation_zh", "explanation_en", "fact_hints")
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, explained by a person who read both places.

    places      (source, first line, last line) of the statements it speaks of
    statements  those statements, in reading order
    """

    key: str
    title: Label
    explanation: Label
    indicators: tuple[Link, ...]
    places: tuple[Place, ...]
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """Statements about one thing and one year that do not say the same, found by comparing them.

    verdict  conflict (cannot both hold) | rounding (both can hold) | scope (they speak of different parts)
    """

    verdict: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class DifferencesContext:
    """The page of differences: those explained, with their statements."""

    differences: tuple[Difference, ...]


def differences_page(desk: Desk, actor: Actor) -> DifferencesContext:
    """Every explained difference with its statements."""
    archive = Archive(desk, actor)
    return DifferencesContext(explained(archive))


def explained(archive: Archive, *, indicator: str = "", limit: int | None = None) -> tuple[Difference, ...]:
    """Explained differences (of one indicator), with the statements they speak of."""
    rows = [row for row in _rows() if not indicator or indicator in row["indicator"].split(";")][:limit]
    if not rows:
        return ()
    found = _candidates(archive)
    spoken = {row["key"]: [fact for fact in found if _speaks(row, fact)] for row in rows}
    told = {
        one.id: one
        for one in archive.tell({str(f["id"]): f for facts in spoken.values() for f in facts}.values())
    }
    return tuple(
        _difference(archive, row, tuple(told[str(f["id"])] for f in spoken[row["key"]])) for row in rows
    )


def how_many() -> int:
    """How many differences are explained."""
    return len(_rows())


def _candidates(archive: Archive) -> list[Row]:
    """Facts of the indicators and sources any difference speaks of; asked once for each state of the ledger."""
    rows = _rows()
    indicators = tuple(sorted({key for row in rows for key in row["indicator"].split(";")}))
    sources = tuple(sorted({place[0] for row in rows for place in _places(row["fact_hints"])}))
    return archive.rows(Wanted(indicators=indicators, sources=sources), sort="source")


def _speaks(row: Mapping[str, str], fact: Row) -> bool:
    """Is the fact of one of the difference's indicators, and at one of its places?"""
    first, last = lines_of(str(fact["locator"] or ""))
    places = _places(row["fact_hints"])
    there = any(fact["source"] == source and first <= end and start <= last for source, start, end in places)
    return there and fact["indicator"] in row["indicator"].split(";")


def clashes(statements: Iterable[Statement], *, limit: int = 20) -> tuple[Clash, ...]:
    """Pairs of statements about one subject, indicator, year, kind and status that do not say the same."""
    groups: dict[tuple[object, ...], list[Statement]] = {}
    for one in statements:
        if one.base_value is not None:
            key = (
                one.subject.key,
                one.indicator.key,
                one.year,
                one.kind,
                one.status,
                one.is_instant,
                one.breakdown,
            )
            groups.setdefault(key, []).append(one)
    found = [clash for group in groups.values() for clash in _clashes_in(group)]
    order = {"conflict": 0, "rounding": 1, "scope": 2}
    return tuple(sorted(found, key=lambda clash: order[clash.verdict])[:limit])


def _clashes_in(group: list[Statement]) -> list[Clash]:
    found = []
    for position, one in enumerate(group):
        for other in group[position + 1 :]:
            if (one.base_value, one.bound) == (other.base_value, other.bound) or one.starts != other.starts:
                continue
            found.append(Clash(_verdict(one, other), (one, other)))
    return found


def _verdict(one: Statement, other: Statement) -> str:
    if one.scope and other.scope and not same_scope(one, other):
        return "scope"
    mine, theirs = interval(one), interval(other)
    if mine is None or theirs is None:
        return "rounding"
    return "rounding" if mine[0] <= theirs[1] and theirs[0] <= mine[1] else "conflict"


def _difference(archive: Archive, row: Mapping[str, str], statements: tuple[Statement, ...]) -> Difference:
    keys = row["indicator"].split(";")
    return Difference(
        key=row["key"],
        title=Label(row["title_zh"], row["title_en"]),
        explanation=Label(row["explanation_zh"], row["explanation_en"]),
        indicators=tuple(archive.indicator_links[key] for key in keys if key in archive.indicator_links),
        places=_places(row["fact_hints"]),
        statements=statements,
    )


@lru_cache(maxsize=4096)
def lines_of(locator: str) -> tuple[int, int]:
    """`L120-L124` as (120, 124); (0, 0) when it is not lines."""
    first, _, last = locator.replace("L", "").partition("-")
    return (int(first), int(last or first)) if first.isdigit() and (last or first).isdigit() else (0, 0)


@lru_cache(maxsize=256)
def _places(hints: str) -> tuple[Place, ...]:
    parts = (hint.strip().partition(":") for hint in hints.split(";") if hint.strip())
    return tuple((source, *lines_of(locator)) for source, _, locator in parts)


def _rows() -> list[dict[str, str]]:
    path = Path(settings.EXAMPLE_DIR) / "differences.csv"
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else []


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> list[dict[str, str]]:
    del changed
    return read_csv(path, COLUMNS)
