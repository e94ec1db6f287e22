"""条款树 the closed tree of a rule: one frozen dataclass for each kind of node, and nothing else.

Operands give a number: Field | Formula | Parameter | Constant. Conditions give a state (`truth.State`). Score nodes give
points (`ranges.Range`). `rules.judge` walks the tree for one firm, `lake.judge` folds the same tree into columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias, cast

from jiqun.rules.ranges import Range
from jiqun.rules.terms import (
    Band,
    Boundary,
    Constant,
    Field,
    Formula,
    Label,
    Op,
    Operand,
    Option,
    Parameter,
    Quota,
)

__all__ = [
    "Band", "Boundary", "Constant", "Field", "Formula", "Label", "Op", "Operand", "Option", "Parameter", "Quota",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What every node carries.

    id          unique in its version; a node inside another without an id of its own is `<outer>.<n>`
    clause      the clause (条款) of the document it comes from
    confidence  A|B|C|U where it differs from the document's, else empty
    kinds       new | re_review; it applies to these only, to all when empty
    when        it applies only where this is met
    changeable  can a firm change it within a year (the way up)
    line        line of rule.toml, for messages
    """

    id: str
    label: Label
    clause: str = ""
    confidence: str = ""
    kinds: tuple[str, ...] = ()
    when: "Node | None" = None
    changeable: bool = True
    line: int = 0


# Conditions


@dataclass(frozen=True, slots=True)
class Compare:
    """A number held against what is needed; both in `unit`."""

    about: About
    value: Operand
    op: Op
    needed: Operand
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes-or-no field that must be yes (or no)."""

    about: About
    field: Field
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text field that must be one of these."""

    about: About
    field: Field
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """A date no longer ago than so many years and days; a date never (0001-01-01) is long ago."""

    about: About
    field: Field
    years: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Aged:
    """A date at least so many years and days ago."""

    about: About
    field: Field
    years: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Dated:
    """A date from `since` to `until`, both counted in, None where it is open; a date never (0001-01-01) is in no span."""

    about: About
    field: Field
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TitleHeld:
    """A title valid on the day judged: the field is the last day of its validity, 0001-01-01 when it was never held."""

    about: About
    field: Field


@dataclass(frozen=True, slots=True)
class Manual:
    """For a person to decide: the document gives no number. `decided` is the flag in which the decision stands."""

    about: About
    decided: Field | None = None


@dataclass(frozen=True, slots=True)
class PlatformSupplied:
    """A number only a platform computes, held against what is needed; `platform` is where a firm looks it up."""

    about: About
    value: Field
    op: Op
    needed: Operand
    platform: Label
    unit: str = ""


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these."""

    about: About
    of: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these is enough."""

    about: About
    of: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least n of these."""

    about: About
    n: Operand
    of: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Exempts:
    """A condition that is waived where `waived_by` is met."""

    about: About
    condition: "Node"
    waived_by: "Node"


@dataclass(frozen=True, slots=True)
class Veto:
    """None of these may be so (一票否决)."""

    about: About
    of: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a score: its items summed, capped at `maximum`; `op minimum` must hold where there is a minimum."""

    about: About
    items: "tuple[Score, ...]"
    maximum: Operand | None = None
    minimum: Operand | None = None
    op: Op = Op.GE


@dataclass(frozen=True, slots=True)
class ScoreSum:
    """Parts summed, capped at `maximum`.

    Met when the total and every part reach their minimum; without any minimum, when the total is known.
    """

    about: About
    parts: tuple[Part, ...]
    maximum: Operand | None = None
    minimum: Operand | None = None
    op: Op = Op.GE


@dataclass(frozen=True, slots=True)
class ScoreReached:
    """The total of another clause (a ScoreSum named by its id) held against what is needed."""

    about: About
    of: str
    op: Op
    needed: Operand


# Scores


@dataclass(frozen=True, slots=True)
class BandTable:
    """Points by the band a number falls in; the bands are in order, without gap or overlap.

    decided   the field in which an expert's points stand: they count where they lie in the band
    """

    about: About
    value: Operand
    bands: tuple[Band, ...]
    boundary: Boundary
    unit: str = ""
    decided: Field | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Points where a condition is met."""

    when: "Node"
    points: Range


@dataclass(frozen=True, slots=True)
class FirstMatch:
    """Points of the first case that is met, else `otherwise`; `decided` as in a band table."""

    about: About
    cases: tuple[Case, ...]
    otherwise: Range
    decided: Field | None = None


@dataclass(frozen=True, slots=True)
class MultiSelectCapped:
    """Points of the options that are so, capped."""

    about: About
    options: tuple[Option, ...]
    maximum: Operand | None = None


@dataclass(frozen=True, slots=True)
class PerStep:
    """`points` for every full `step` of a number, capped; never below 0."""

    about: About
    value: Operand
    step: Decimal
    points: Decimal
    maximum: Operand | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class RatioToBase:
    """value ÷ base × weight (亩均). `cap` and `floor` are points, not applied where their parameter is empty.

    at_base   where this is met the firm gets the points of the base, that is the weight (missing-emission rule)
    """

    about: About
    value: Operand
    base: Operand
    weight: Operand
    cap: Operand | None = None
    floor: Operand | None = None
    at_base: "Node | None" = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ExpertRange:
    """Points an expert gives between two bounds; `decided` is the field in which they stand once given."""

    about: About
    points: Range
    decided: Field | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """Points that come from outside (a province's own part, a platform), capped."""

    about: About
    value: Operand
    maximum: Operand | None = None


@dataclass(frozen=True, slots=True)
class BestOf:
    """The highest of several; the firm chooses."""

    about: About
    of: "tuple[Score, ...]"


Fact: TypeAlias = Flag | OneOf | Within | Aged | Dated | TitleHeld
"""A condition on one field that is no number."""
Node: TypeAlias = (
    Compare | Flag | OneOf | Within | Aged | Dated | TitleHeld | Manual | PlatformSupplied | All | AnyOf | AtLeast | Exempts
    | Veto | ScoreSum | ScoreReached
)  # fmt: skip
Score: TypeAlias = (
    BandTable | FirstMatch | MultiSelectCapped | PerStep | RatioToBase | ExpertRange | Given | BestOf
)


# What is made of clauses: a level, a grade


@dataclass(frozen=True, slots=True)
class Level:
    """A level and when a firm is on it; levels stand from the highest down."""

    key: str
    label: Label
    condition: Node


@dataclass(frozen=True, slots=True)
class Levels:
    """The first level whose condition is met, the higher ones being unmet (等级)."""

    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class GradeRule:
    """Where `when` is met the grade is at best `grade`, or just that when it is `fixed`."""

    when: Node
    grade: str
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class RankQuota:
    """Grades by rank (亩均分档): firms of one group ranked, best first, by the first clause of `of` that applies."""

    of: tuple[str, ...]
    grades: tuple[Quota, ...]
    group: tuple[Field, ...] = ()
    rules: tuple[GradeRule, ...] = ()


Grading: TypeAlias = Levels | RankQuota


def walk(node: object) -> Iterator[object]:
    """The node and every dataclass below it, in the order of the file; guards (`when`) come before what they guard."""
    if isinstance(node, tuple):
        for item in cast(tuple[object, ...], node):
            yield from walk(item)
    elif is_dataclass(node) and not isinstance(node, type):
        yield node
        for part in fields(node):
            yield from walk(getattr(node, part.name))


def columns(node: object) -> tuple[str, ...]:
    """Every column of a firm that a node reads, once, in the order of the file."""
    return tuple(dict.fromkeys(one.column for one in walk(node) if isinstance(one, Field)))


def parameters(node: object) -> tuple[str, ...]:
    """Every parameter a node reads, once."""
    return tuple(dict.fromkeys(one.name for one in walk(node) if isinstance(one, Parameter)))
