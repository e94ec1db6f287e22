"""Figures 数: a computed number with its unit, its day, its sources and the steps that led to it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.core.errors import InputError
from jiqun.core.units import Kind, addable


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a number came from: a fact of the ledger, or a place in a document.

    key       document or register key, e.g. "002"
    locator   place inside it, e.g. "L120-L124" or "row 17"
    fact_id   the fact that carries the number; empty when there is none
    batch     the batch that brought it; empty when there is none
    """

    key: str
    locator: str = ""
    fact_id: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the reckoning (依据): what was done, with what, giving what."""

    text_zh: str
    text_en: str
    inputs: tuple[str, ...]
    output: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that can be followed to its sources; value None means evidence missing (材料不足).

    None is never zero and never "target met": whatever is built on it is None as well.
    """

    name: str
    value: Decimal | None
    unit: str
    as_of: date
    sources: tuple[SourceRef, ...] = ()
    steps: tuple[Step, ...] = ()
    kind: Kind = Kind.LEVEL

    @property
    def is_missing(self) -> bool:
        """True when the evidence for the number is not there."""
        return self.value is None


def total(name: str, parts: tuple[Figure, ...], *, as_of: date) -> Figure:
    """The sum of figures of one kind and one unit (合计).

    Gives None when one part is missing. Raises InputError for no parts at all, for kinds that do
    not add (shares, growth rates, ranks …) and for differing units: convert first.
    """
    if not parts:
        raise InputError("figure.nothing_to_add", name=name)
    first = parts[0]
    for part in parts:
        if not addable(first.kind, part.kind):
            raise InputError("figure.kinds_do_not_add", name=name, seen=part.kind, allowed=first.kind)
        if part.unit != first.unit:
            raise InputError("figure.units_differ", name=name, seen=part.unit, allowed=first.unit)
    known = [part.value for part in parts if part.value is not None]
    value = sum(known, Decimal(0)) if len(known) == len(parts) else None
    missing = len(parts) - len(known)
    step = Step(
        text_zh=f"{missing} 项材料不足，不能相加" if missing else f"{len(parts)} 项相加",
        text_en=f"{missing} parts missing, no sum" if missing else f"{len(parts)} parts added",
        inputs=tuple(f"{part.name}={_shown(part)}" for part in parts),
        output="" if value is None else f"{value} {first.unit}",
    )
    sources = tuple(dict.fromkeys(source for part in parts for source in part.sources))
    steps = tuple(dict.fromkeys(step for part in parts for step in part.steps))
    return Figure(name, value, first.unit, as_of, sources, (*steps, step), first.kind)


def _shown(part: Figure) -> str:
    return "—" if part.value is None else f"{part.value} {part.unit}"
