"""差距 gap: how far a firm is from a rule, clause by clause in its own unit, and which rung is nearest (晋档).

Where one of several is enough, the way that asks least is taken. Nothing is guessed: what is unknown is named as a paper to
bring, what a person decides stays for that person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jiqun.rules.firm import Value
from jiqun.rules.ranges import EXACT, ZERO
from jiqun.rules.ruling import ClauseResult, Ruling
from jiqun.rules.tree import Label, Op
from jiqun.rules.truth import State

ONE = Decimal(1)
GROUPS = ("all", "any", "at_least", "exempts", "veto")
COUNTED = ("all", "any", "exempts")


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing between a firm and a rule.

    clause, top   id of the node, and of the clause of the version it belongs to
    state    unmet: `short` of it is missing, in `unit`; unknown: `missing` has to be brought; manual: a person decides
    value, op, needed   what was seen and what it was held against
    share    how much of what is needed is missing, 0–1, where that has a meaning
    changeable   a firm can change it within a year
    effort   weight of the effort, 1 unless the office says otherwise
    """

    clause: str
    top: str
    label: Label
    state: State
    value: Value
    op: Op | None
    needed: Decimal | str | None
    unit: str
    short: Decimal | None
    share: Decimal | None
    missing: tuple[str, ...]
    changeable: bool
    effort: Decimal


@dataclass(frozen=True, slots=True)
class Distance:
    """All that is between a firm and a rule; `closed` when something of it cannot be changed within a year."""

    pack: str
    version: str
    uscc: str
    gaps: tuple[Gap, ...]

    @property
    def closed(self) -> bool:
        """Something unmet that a firm cannot change within a year."""
        return any(one.state is State.UNMET and not one.changeable for one in self.gaps)

    @property
    def unmet(self) -> tuple[Gap, ...]:
        """What has to be done."""
        return tuple(one for one in self.gaps if one.state is State.UNMET)

    @property
    def unknown(self) -> tuple[Gap, ...]:
        """What has to be shown."""
        return tuple(one for one in self.gaps if one.state is State.UNKNOWN)

    @property
    def effort(self) -> Decimal:
        """Efforts of all steps together."""
        return sum((one.effort for one in self.gaps if one.state is not State.MANUAL), ZERO)

    def cost(self) -> tuple[int, Decimal, int, Decimal]:
        """What ways are ranked by: what cannot be changed, effort of what is unmet, what is unknown, how far."""
        shares = sum((ONE if one.share is None else one.share for one in self.unmet), ZERO)
        fixed = sum(1 for one in self.unmet if not one.changeable)
        return fixed, sum((one.effort for one in self.unmet), ZERO), len(self.unknown), shares


def distance(ruling: Ruling, *, effort: Mapping[str, Decimal] | None = None, of: str = "") -> Distance:
    """How far the firm is from what it was judged by.

    effort  weights by clause id or by the id of its top clause; 1 where nothing is said
    of      only this node, e.g. `level_large` for the next level; all top clauses when empty
    """
    reader = _Reader(ruling, effort or {})
    tops = [
        one for one in ruling.clauses
        if (one.id == of if of else not one.parent and not one.id.startswith(("level_", "grade_rule", "applies")))
    ]  # fmt: skip
    gaps = [gap for one in tops for gap in reader.below(one, one.id)]
    return Distance(ruling.pack, ruling.version, ruling.uscc, tuple(gaps))


def nearest(distances: Sequence[Distance]) -> Distance | None:
    """The rung that asks least; the earlier one where two ask the same. None of none."""
    return min(distances, key=Distance.cost, default=None)


class _Reader:
    """Walks the results of one ruling from the top down to what is not met."""

    def __init__(self, ruling: Ruling, effort: Mapping[str, Decimal]) -> None:
        self.effort = effort
        self.inside: dict[str, list[ClauseResult]] = {}
        for one in ruling.clauses:
            if one.parent and not one.guard:
                self.inside.setdefault(one.parent, []).append(one)

    def below(self, one: ClauseResult, top: str, *, wanted: bool = True) -> list[Gap]:
        """The gaps of a node: what keeps it from being met, or from being unmet where that is wanted (a veto)."""
        good = State.MET if wanted else State.UNMET
        if one.state in (good, State.NOT_APPLICABLE):
            return []
        inner = self.inside.get(one.id, [])
        if one.kind not in GROUPS or not inner or not wanted:
            return [*self._parts(one, inner, top), self._gap(one, top, wanted=wanted)]
        ways = [
            self.below(each, top, wanted=one.kind != "veto")
            for each in inner
            if each.state is not State.NOT_APPLICABLE
        ]
        needed = len(ways) if one.kind in ("all", "veto") else 1
        if one.kind == "at_least":
            needed = int(one.needed) if isinstance(one.needed, Decimal) else len(ways)
        if needed < len(ways):
            ways.sort(key=_cost)
        gaps = [gap for way in ways[:needed] for gap in way]
        return gaps or [
            self._gap(one, top, wanted=wanted)
        ]  # all is well inside: whether it applies is not known

    def _parts(self, one: ClauseResult, inner: Sequence[ClauseResult], top: str) -> list[Gap]:
        """Of a score: the parts below their own minimum."""
        if one.kind != "score_sum":
            return []
        return [
            self._gap(part, top, wanted=True)
            for part in inner
            if part.needed is not None and part.state is State.UNMET
        ]

    def _gap(self, one: ClauseResult, top: str, *, wanted: bool) -> Gap:
        state = one.state if one.state in (State.UNKNOWN, State.MANUAL) else State.UNMET
        short = _short(one) if state is State.UNMET and wanted else None
        needed = one.needed if isinstance(one.needed, Decimal) else None
        share = None
        if short is not None and needed:
            share = min(EXACT.divide(short, needed).copy_abs(), ONE)
        weight = self.effort.get(one.id, self.effort.get(top, ONE))
        return Gap(
            one.id, top, one.label, state, one.value, one.op, one.needed, one.unit, short, share, one.missing,
            one.changeable, weight,
        )  # fmt: skip


def _short(one: ClauseResult) -> Decimal | None:
    """How far what was seen is from what is needed, in its own unit; of a score, in points."""
    seen = one.value if isinstance(one.value, Decimal) else one.points.high if one.points else None
    if not isinstance(one.needed, Decimal) or seen is None:
        return None
    return EXACT.subtract(seen, one.needed) if one.op in (Op.LE, Op.LT) else EXACT.subtract(one.needed, seen)


def _cost(way: Sequence[Gap]) -> tuple[int, Decimal, int, Decimal]:
    return Distance("", "", "", tuple(way)).cost()
