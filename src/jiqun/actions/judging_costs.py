"""措施成本 what the measures of grades come to over judged firms: so much for each firm, before and after.

An amount nobody has set, or a firm whose land or electricity is not known, is unknown: counted, never taken for nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from jiqun.lake.judge_run import ColumnRuling
from jiqun.rules.firm import Firm
from jiqun.rules.operands import number
from jiqun.rules.pack import Measure, Pack, Version
from jiqun.rules.ranges import EXACT, ZERO
from jiqun.rules.tree import Field, Label
from jiqun.rules.truth import State


@dataclass(frozen=True, slots=True)
class Cost:
    """One measure over the firms of its grades.

    firms    firms of these grades; open: firms that may be of them, whose grade is not known
    known    what it comes to for those of whom it is known, in the unit of the measure
    unknown  firms of whom it is not: the amount is an empty parameter, or what it is counted by is not told
    """

    firms: int = 0
    known: Decimal = ZERO
    unknown: int = 0
    open: int = 0

    @property
    def total(self) -> Decimal | None:
        """What it comes to; None where that is not known of every firm."""
        return None if self.unknown or self.open else self.known

    def as_json(self) -> dict[str, object]:
        """As it is printed."""
        return asdict(self) | {"total": self.total}


@dataclass(frozen=True, slots=True)
class CostLine:
    """A measure before and after, and the difference where both are known; confidence: the mark of the measure."""

    measure: str
    label: Label
    grades: tuple[str, ...]
    unit: str
    confidence: str
    before: Cost
    after: Cost
    difference: Decimal | None

    def as_json(self) -> dict[str, object]:
        """As it is printed; `total` is null where it is not known of every firm."""
        return asdict(self) | {"before": self.before.as_json(), "after": self.after.as_json()}


@dataclass(frozen=True, slots=True)
class Graded:
    """Firms with the grades or levels each may be of (one where it is known), as a version of a pack gave them on a day."""

    pack: Pack
    version: Version
    on: date
    firms: Sequence[Firm]
    levels: Sequence[tuple[str, ...]]


def cost_lines(before: Graded, after: Graded) -> tuple[CostLine, ...]:
    """Every measure either side has, in the order of the side that is to hold."""
    old, new = (costs_of(side) for side in (before, after))
    measures = {one.id: one for side in (after, before) for one in reversed(side.version.measures)}
    wanted = dict.fromkeys(one.id for side in (after, before) for one in side.version.measures)
    return tuple(_line(measures[key], old.get(key, Cost()), new.get(key, Cost())) for key in wanted)


def costs_of(side: Graded) -> dict[str, Cost]:
    """Every measure of the version by its id."""
    parameters = _Parameters(side.pack, side.on)
    return {one.id: _cost(one, side, parameters) for one in side.version.measures}


def possible(one: ColumnRuling) -> tuple[str, ...]:
    """The grades or levels a firm may be of: one where it is known, none where the rule does not apply."""
    if one.verdict is State.NOT_APPLICABLE:
        return ()
    return (one.level,) if one.level else one.levels


def _line(one: Measure, old: Cost, new: Cost) -> CostLine:
    known = old.total is not None and new.total is not None
    difference = EXACT.subtract(new.known, old.known) if known else None
    return CostLine(one.id, one.label, one.grades, one.unit, one.confidence, old, new, difference)


class _Parameters:
    """The parameters of a firm's place and tier, looked up once for each."""

    def __init__(self, pack: Pack, on: date) -> None:
        self.pack, self.on = pack, on
        self.tier = Field(pack.tier_field) if pack.tier_field else None
        self.found: dict[tuple[str, str], Mapping[str, Decimal | None]] = {}

    def of(self, firm: Firm) -> Mapping[str, Decimal | None]:
        """What holds where the firm is."""
        key = firm.region, (firm.text(self.tier) or "") if self.tier else ""
        if key not in self.found:
            self.found[key] = self.pack.parameters_on(key[0], self.on, key[1])
        return self.found[key]


def _cost(one: Measure, side: Graded, parameters: _Parameters) -> Cost:
    open = sum(len(held) > 1 and not set(one.grades).isdisjoint(held) for held in side.levels)
    firms = [
        firm
        for firm, held in zip(side.firms, side.levels, strict=True)
        if len(held) == 1 and held[0] in one.grades
    ]
    worth = [_worth(one, firm, parameters.of(firm)) for firm in firms]
    known = _sum(value for value in worth if value is not None)
    return Cost(len(firms), known, sum(value is None for value in worth), open)


def _worth(one: Measure, firm: Firm, parameters: Mapping[str, Decimal | None]) -> Decimal | None:
    """What the measure is worth to one firm; None where that is not known."""
    if one.amount is None:
        return None
    amount = number(one.amount, firm, parameters).value
    per = Decimal(1) if one.per is None else number(one.per, firm, parameters).value
    return None if amount is None or per is None else EXACT.multiply(amount, per)


def _sum(values: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total
