"""已知的数 what the ledger knows beforehand: values that need not be asked, earlier ones, and the neighbours'."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from jiqun.actions.collecting import cells_of
from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.brain.collecting.checks import Group, Past, group_of
from jiqun.brain.collecting.forms import Cell, earlier_periods, period_of
from jiqun.brain.collecting.states import ANSWERED
from jiqun.core.errors import InputError
from jiqun.core.facts import plain
from jiqun.core.periods import Period
from jiqun.core.trust import UNKNOWN, Told
from jiqun.core.units import Rounding
from jiqun.lake.listing import Row, Wanted
from jiqun.ledger.collection_answers import Answer
from jiqun.ledger.collections import Collection
from jiqun.ledger.permissions import Actor
from jiqun.ledger.subjects import resolve_many

Place = tuple[str, str, str, date, date, bool]


@dataclass(frozen=True, slots=True)
class Known:
    """A value the ledger holds: in the cell's unit, with the fact it is and who said it."""

    value: Decimal
    fact: str
    source: str
    period: str


@dataclass(frozen=True)
class Beforehand:
    """What is known before anything is typed, by cell.

    known  the value asked for, already in the ledger from elsewhere
    past   the last period's value, or the same period's a year before
    """

    known: Mapping[str, Known] = field(default_factory=dict)
    past: Mapping[str, Known] = field(default_factory=dict)

    def pasts(self) -> dict[str, Past]:
        """Earlier values as the checks take them."""
        return {key: Past(one.value, one.period) for key, one in self.past.items()}


def beforehand(
    desk: Desk, by: Actor, collection: Collection, respondents: Sequence[str]
) -> dict[str, Beforehand]:
    """What the ledger knows of each respondent, as far as this person may see it."""
    cells, period = cells_of(collection), Period.parse(collection.period)
    today = resolve_many(respondents)
    wanted = Wanted(
        subjects=tuple(dict.fromkeys(today.get(one, one) for one in respondents)),
        indicators=tuple(sorted({cell.indicator for cell in cells})),
        status="actual",
    )
    archive = Archive(desk, by)
    held = _shown(archive, archive.rows(wanted))
    found: dict[str, Beforehand] = {}
    for respondent in respondents:
        subject = today.get(respondent, respondent)
        known: dict[str, Known] = {}
        past: dict[str, Known] = {}
        for cell in cells:
            nature = desk.indicators.get(cell.indicator).stock_or_flow
            now = _value(desk, cell, subject, period_of(cell, period, nature), held)
            if now is not None and now.source != collection.id:
                known[cell.key] = now
            earlier = (
                _value(desk, cell, subject, one, held) for one in earlier_periods(cell, period, nature)
            )
            if (last := next(filter(None, earlier), None)) is not None:
                past[cell.key] = last
        found[respondent] = Beforehand(known, past)
    return found


def neighbours(desk: Desk, collection: Collection, answers: Iterable[Answer]) -> "Neighbours":
    """The answers of a collection as neighbours of one another."""
    return Neighbours(desk, cells_of(collection), [one for one in answers if one.state in ANSWERED])


class Neighbours:
    """Answers already given, by trade and place; nobody is a neighbour of itself."""

    def __init__(self, desk: Desk, cells: Sequence[Cell], answers: Sequence[Answer]) -> None:
        self._desk = desk
        self._cells = [cell.key for cell in cells if cell.far is not None]
        self._groups: dict[tuple[str, str], list[Answer]] = {}
        for one in answers if self._cells else ():
            for group in _groups_of(one):
                self._groups.setdefault(group, []).append(one)

    def of(self, answer: Answer) -> dict[str, Group]:
        """The nearest group with enough known answers, cell by cell."""
        found: dict[str, Group] = {}
        for cell in self._cells:
            for place, trade in _groups_of(answer):
                values = [
                    Decimal(one.sent[cell]["value"])
                    for one in self._groups.get((place, trade), ())
                    if one.respondent != answer.respondent and one.sent.get(cell, {}).get("value")
                ]
                if (group := group_of(self._label(place, trade), values)) is not None:
                    found[cell] = group
                    break
        return found

    def _label(self, place: str, trade: str) -> dict[str, str]:
        region = self._desk.regions.find(place)
        industry = self._desk.industries.find(trade)
        where = region.name if region else {"zh": "同县", "en": "same county"} if place else None
        what = industry.name if industry else ""
        zh = "、".join(filter(None, (where["zh"] if where else "", what)))
        en = ", ".join(filter(None, (where["en"] if where else "", f"trade {trade} {what}" if trade else "")))
        return {"zh": zh, "en": en}


def _groups_of(answer: Answer) -> list[tuple[str, str]]:
    """Same trade and county, same trade, same county — the nearest first."""
    trade = answer.industry[:2]
    nearest = ((answer.region, trade), ("", trade), (answer.region, ""))
    return [pair for pair in dict.fromkeys(nearest) if any(pair)]


def _shown(archive: Archive, rows: Iterable[Row]) -> dict[Place, Row]:
    """The statement the order of trust shows of each cell: exact, about the subject as a whole."""
    cells: dict[Place, dict[str, Row]] = {}
    for row in rows:
        if row["breakdown"] or row["bound"] != "=" or row["base_value"] is None:
            continue
        place = (
            str(row["subject"]), str(row["indicator"]), str(row["scope"]), row["period_start"], row["period_end"],
            bool(row["is_instant"]),
        )  # fmt: skip
        cells.setdefault(place, {})[str(row["id"])] = row  # type: ignore[arg-type]
    found = {}
    for place, told in cells.items():
        choice = archive.desk.trust.choose((_told(archive, row) for row in told.values()), place[1])
        assert choice is not None
        found[place] = told[choice.shown.id]
    return found


def _told(archive: Archive, row: Row) -> Told:
    source = archive.sources.get(str(row["source"]))
    kind, day = (source.kind, source.told_on) if source else (UNKNOWN, "")
    at = row["recorded_at"]
    assert isinstance(at, datetime)
    return Told(str(row["id"]), str(row["source"]), kind, day, True, at)


def _value(
    desk: Desk, cell: Cell, respondent: str, period: Period, held: Mapping[Place, Row]
) -> Known | None:
    row = held.get((respondent, cell.indicator, cell.scope, period.start, period.end, period.is_instant))
    if row is None:
        return None
    value = in_unit(desk, row, cell)
    return None if value is None else Known(value, str(row["id"]), str(row["source"]), str(row["period"]))


def in_unit(desk: Desk, row: Row, cell: Cell) -> Decimal | None:
    """The value of a fact in the cell's unit; None when it does not convert."""
    if str(row["unit"]) == cell.unit and row["value"] is not None:
        return Decimal(plain(Decimal(str(row["value"]))))
    if row["base_value"] is None:
        return None
    unit = desk.indicators.get(cell.indicator).unit
    try:
        return desk.units.convert(
            Decimal(str(row["base_value"])), unit, cell.unit, rounding=Rounding.HALF_EVEN
        )
    except InputError:
        return None
