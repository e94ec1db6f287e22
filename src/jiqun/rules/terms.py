"""条款用词 the words of a rule: labels, comparisons, boundaries, operands that give a number, bands, options and grades."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from jiqun.rules.ranges import Range


@dataclass(frozen=True, slots=True)
class Label:
    """What something is called, in both languages."""

    zh: str
    en: str


class Op(StrEnum):
    """How a value is held against what is needed."""

    GE = "ge"
    GT = "gt"
    LE = "le"
    LT = "lt"
    EQ = "eq"


class Boundary(StrEnum):
    """On which side a value on the edge of a band falls (边界规则)."""

    HIGHER_SCORE = "higher_score"
    HALF_OPEN = "half_open"
    RIGHT_CLOSED = "right_closed"
    CONTINUOUS = "continuous"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the firm; year_back 1 is the year before the last full year. yearly: it is of a year, not of a day."""

    name: str
    year_back: int = 0
    yearly: bool = False

    @property
    def column(self) -> str:
        """Its column in an input file and its key in `Firm.values`: rd_expense_wan, rd_expense_wan@-1."""
        return f"{self.name}@-{self.year_back}" if self.year_back else self.name


@dataclass(frozen=True, slots=True)
class Formula:
    """A named pure function of `rules.formulas` over operands."""

    name: str
    args: "tuple[Operand, ...]"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number a jurisdiction sets for a year; empty is unknown."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of the rule itself."""

    value: Decimal


Operand: TypeAlias = Field | Formula | Parameter | Constant


@dataclass(frozen=True, slots=True)
class Band:
    """From low to high, None where it is open; who owns the edge says the table's boundary. `points` may be a range."""

    low: Decimal | None
    high: Decimal | None
    points: Range


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be ticked, with its points."""

    field: Field
    points: Decimal


@dataclass(frozen=True, slots=True)
class Quota:
    """A grade and its share of the ranked firms in %; None as share: all that are left."""

    key: str
    label: Label
    share: Operand | None = None
