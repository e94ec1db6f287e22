"""变动 changes: what a correction changed — the number itself, and every figure that rests on it, before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Link
from jiqun.lake.dependents import Cell, Computed, FigureKey, Graph, recompute
from jiqun.lake.facts import FactReader
from jiqun.ledger import subjects

INSTANT = timedelta(microseconds=1)
PLACES = 4


@dataclass(frozen=True, slots=True)
class Change:
    """One figure before and after; None where it is not known. how: stated | sum | derived; known: parts a sum rests on."""

    how: str
    subject: Link
    indicator: Link
    year: int
    unit: str
    before: Decimal | None
    after: Decimal | None
    known: int = 0

    @property
    def is_changed(self) -> bool:
        """Does it differ?"""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Changes:
    """What a correction changed.

    rows        the number itself, then the figures that rest on it
    recomputed  how many of them were worked out anew
    """

    rows: tuple[Change, ...]
    recomputed: int


def graph_of(desk: Desk) -> Graph:
    """What depends on what."""
    return Graph(desk.indicators, desk.units)


def wholes_of(desk: Desk, subject: str) -> dict[str, tuple[str, ...]]:
    """The county, city and province a subject is counted in, each with the subjects it is the sum of.

    A made-up county and its city stand in no table of regions; they are no part of the real province.
    """
    held = subjects.get_many([subject]).get(subject)
    code = held.region if held and held.kind == "enterprise" else ""
    if not code:
        return {}
    prefixes = {code: code, f"{code[:4]}00": code[:4]}
    if desk.regions.find(code) is not None:
        prefixes[f"{code[:2]}0000"] = code[:2]
    known = subjects.exists([f"region:{whole}" for whole in prefixes])
    everything = subjects.places(f"{code[:2]}0000")
    return {
        f"region:{whole}": tuple(key for key, place in everything if place.startswith(prefix))
        for whole, prefix in prefixes.items()
        if f"region:{whole}" in known
    }


def changes_of(archive: Archive, fact_id: str) -> Changes:
    """What the correction of that id changed when it was recorded; as known just before, and at that instant."""
    desk = archive.desk
    found = [row for row in FactReader(desk.lake).history(fact_id) if row["id"] == fact_id]
    if not found:
        return Changes((), 0)
    row, at = found[0], found[0]["recorded_at"]
    assert isinstance(at, datetime)
    cell = cell_of(row)
    parts = wholes_of(desk, cell.subject)
    question = ("changes", fact_id, tuple((whole, len(inside)) for whole, inside in parts.items()))

    def work_out() -> tuple[dict[FigureKey, Computed], dict[FigureKey, Computed]]:
        graph = graph_of(desk)
        return (
            recompute(desk.lake, graph, cell, parts, as_of=at - INSTANT),
            recompute(desk.lake, graph, cell, parts, as_of=at),
        )

    before, after = desk.lake.kept(question, ("facts", "batches"), work_out)
    own = _own(archive, row, at)
    return Changes((own, *_rows(archive, before, after)), len(after))


def cell_of(row: Mapping[str, object]) -> Cell:
    """The cell a fact stands in."""
    ends = row["period_end"]
    year = (ends - timedelta(days=1)).year  # type: ignore[operator]
    return Cell(
        str(row["subject"]), str(row["indicator"]), year, str(row["status"]), str(row["scope"] or ""),
        bool(row["synthetic"]),
    )  # fmt: skip


def _own(archive: Archive, row: Mapping[str, object], at: datetime) -> Change:
    """The corrected number itself, beside what it superseded."""
    earlier = [
        old for old in FactReader(archive.desk.lake).history(str(row["id"])) if old["id"] == row["supersedes"]
    ]
    old = earlier[0]["base_value"] if earlier else None
    cell = cell_of(row)
    return Change(
        "stated", archive.link(cell.subject), archive.indicator_links[cell.indicator], cell.year,
        archive.desk.indicators.get(cell.indicator).unit, _plain(old), _plain(row["base_value"]),
    )  # fmt: skip


def _rows(
    archive: Archive, before: Mapping[FigureKey, Computed], after: Mapping[FigureKey, Computed]
) -> Sequence[Change]:
    links = archive.links({key.subject for key in after})
    nothing = Computed(None)
    return [
        Change(
            key.how, links[key.subject], archive.indicator_link(key.indicator), key.year,
            archive.desk.indicators.get(key.indicator).unit,
            _shown(key, before.get(key, nothing).value), _shown(key, now.value), now.known,
        )
        for key, now in after.items()
        if now.value is not None or before.get(key, nothing).value is not None
    ]  # fmt: skip


def _shown(key: FigureKey, value: Decimal | None) -> Decimal | None:
    """A sum as it is; a quotient to the places a reader needs."""
    return _plain(value if value is None or key.how == "sum" else round(value, PLACES))


def _plain(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value)).normalize() + 0
