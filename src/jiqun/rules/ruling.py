"""判定书 a ruling: the answer to a rule for one firm, clause by clause: what was seen, what is needed, what is missing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.rules.firm import Value
from jiqun.rules.ranges import Range
from jiqun.rules.tree import Label, Op
from jiqun.rules.truth import State

PARAMETER = "parameter:"
"""Stands before the name of a parameter among what is missing."""


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """The answer to one node, in the order of the file; a node inside another follows it and names it as `parent`.

    kind     what sort of node: compare, all, score_sum, part, band_table …
    state    of a score: met when its points are known, unknown or manual when they are a range
    value    what was seen, in `unit`, of `period` (years, or the day); None when nothing
    op, needed   what it was held against; needed is a number, a list of words, or None
    points   of a score or of a part of one
    missing  columns nobody has filled in and `parameter:NAME` of empty parameters; undefined: all are there but the number
             has no meaning (a ratio over nothing)
    clause, confidence   where in the document, and how sure we are of its text and of the numbers of the place it used
    numbers_from         keys of the documents those numbers are taken from
    guard    it says whether its parent applies, and is no part of it
    """

    id: str
    parent: str
    kind: str
    label: Label
    state: State
    value: Value = None
    unit: str = ""
    period: str = ""
    op: Op | None = None
    needed: Decimal | str | None = None
    points: Range | None = None
    most: Decimal | None = None
    missing: tuple[str, ...] = ()
    undefined: bool = False
    clause: str = ""
    confidence: str = ""
    changeable: bool = True
    guard: bool = False
    numbers_from: tuple[str, ...] = ()


@dataclass(slots=True)
class ClauseLine:
    """A clause result while it is being written; `frozen` gives the result."""

    id: str
    parent: str
    kind: str
    label: Label
    unit: str
    clause: str
    confidence: str
    changeable: bool
    state: State = State.NOT_APPLICABLE
    value: Value = None
    period: str = ""
    op: Op | None = None
    needed: Decimal | str | None = None
    points: Range | None = None
    most: Decimal | None = None
    missing: tuple[str, ...] = ()
    undefined: bool = False
    guard: bool = False

    def frozen(self) -> ClauseResult:
        """The result as it stays."""
        return ClauseResult(
            self.id, self.parent, self.kind, self.label, self.state, self.value, self.unit, self.period, self.op,
            self.needed, self.points, self.most, self.missing, self.undefined, self.clause, self.confidence, self.changeable,
            self.guard,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a version of a pack says of one firm on a day.

    score    total of the score that applied, None where the rule has none
    level    the level or grade when there is but one possible, else ""
    levels   every level still possible, "" among them for none
    missing  every column and parameter that keeps a clause unknown
    """

    pack: str
    version: str
    uscc: str
    on: date
    kind: str
    verdict: State
    score: Range | None
    level: str
    levels: tuple[str, ...]
    clauses: tuple[ClauseResult, ...]
    missing: tuple[str, ...] = ()

    def clause(self, key: str) -> ClauseResult:
        """The result of one node by its id; KeyError when the version has none."""
        for one in self.clauses:
            if one.id == key:
                return one
        raise KeyError(key)

    def in_state(self, state: State) -> tuple[ClauseResult, ...]:
        """The topmost clauses in that state."""
        return tuple(one for one in self.clauses if not one.parent and one.state is state)
