"""目标与结果 targets beside outcomes: one quantity's targets and outcomes year by year, and whether each was reached.

A verdict is met, unmet, open (not due yet), unknown (due, but no outcome is stated) or manual (the two are not of one
kind or scope, so a person has to judge). Missing evidence is never "met".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.actions.reading.statements import Label, Link, Statement

FULL = Decimal(100)
NEAR = Decimal("0.03")
LARGEST = Decimal("1e30")


@dataclass(frozen=True, slots=True)
class Rung:
    """One year of a quantity.

    verdict  met | unmet | open | unknown | manual; empty when there is no target
    reason   scope | kind | about — why a person has to look; early, late — a later or
             earlier day than the target's shows that it was reached
    """

    year: int
    target: Statement | None
    outcome: Statement | None
    verdict: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LadderOf:
    """Targets and outcomes of one quantity: a subject's indicator."""

    subject: Link
    indicator: Link
    rungs: tuple[Rung, ...]

    @property
    def title(self) -> Label:
        """Both names."""
        subject, indicator = self.subject.label, self.indicator.label
        return Label(f"{subject.zh} · {indicator.zh}", f"{subject.en} · {indicator.en}")


def ladders(statements: Iterable[Statement], *, on: date, most: int = 40) -> tuple[LadderOf, ...]:
    """A ladder for each subject and indicator that has a target."""
    groups: dict[tuple[str, str], list[Statement]] = {}
    for one in statements:
        groups.setdefault((one.subject.key, one.indicator.key), []).append(one)
    aimed = [group for group in groups.values() if any(one.status == "target" for one in group)]
    return tuple(
        LadderOf(group[0].subject, group[0].indicator, ladder(group, on=on)) for group in aimed[:most]
    )


def ladder(statements: Iterable[Statement], *, on: date) -> tuple[Rung, ...]:
    """Years with a target or an outcome, earliest first; each target meets the best outcome of its year."""
    statements = list(statements)
    rungs: list[Rung] = []
    for year in sorted({item.year for item in statements}):
        of_year = [item for item in statements if item.year == year]
        outcomes = [item for item in of_year if item.status in ("actual", "estimate")]
        targets = [item for item in of_year if item.status == "target"]
        rungs += [_rung(target, outcomes, statements, on=on) for target in targets]
        if not targets and outcomes:
            rungs.append(Rung(year, None, best_outcome(outcomes), ""))
    return tuple(rungs)


def _rung(target: Statement, outcomes: list[Statement], every: list[Statement], *, on: date) -> Rung:
    """A flow is held against its own year; a stock against its own day, else against what was reached before or after."""
    outcome = best_outcome(outcomes, like=target)
    if target.is_instant:
        stocks = [item for item in every if item.status == "actual" and item.is_instant]
        then = best_outcome((item for item in stocks if item.ends == target.ends), like=target)
        if then is not None:
            return Rung(target.year, target, then, *judged(target, then, on=on))
        return _beside(target, stocks, outcome, on=on)
    return Rung(target.year, target, outcome, *judged(target, outcome, on=on))


def _beside(target: Statement, stocks: list[Statement], outcome: Statement | None, *, on: date) -> Rung:
    """No outcome speaks of the target's very day: the last one before it, or the first one after it, may decide."""
    before = max(
        (item for item in stocks if item.ends < target.ends), key=lambda item: item.ends, default=None
    )
    after = min(
        (item for item in stocks if item.ends > target.ends), key=lambda item: item.ends, default=None
    )
    for found, reason in ((before, "early"), (after, "late")):
        if found is not None and judged(target, found, on=on)[0] == "met":
            return Rung(target.year, target, found, "met", reason)
    return Rung(target.year, target, outcome, "unknown" if target.ends <= on else "open")


def best_outcome(outcomes: Iterable[Statement], *, like: Statement | None = None) -> Statement | None:
    """The outcome to show: same scope first, then an exact value, then the latest period."""
    ranked = sorted(
        outcomes,
        key=lambda item: (
            like is not None and bool(like.scope) and same_scope(item, like),
            item.status == "actual",
            item.base_value is not None,
            item.bound == "=",
            item.ends,
        ),
    )
    return ranked[-1] if ranked else None


def judged(target: Statement, outcome: Statement | None, *, on: date) -> tuple[str, str]:
    """The verdict and, where a person has to look, why."""
    if outcome is None or outcome.status == "estimate":
        return ("unknown" if target.ends <= on else "open"), ""
    if outcome.kind != target.kind or (outcome.unit_label != target.unit_label and target.base_value is None):
        return "manual", "kind"
    if target.scope and outcome.scope and not same_scope(target, outcome):
        return "manual", "scope"
    return _compared(target, outcome)


def same_scope(one: Statement, other: Statement) -> bool:
    """Do both speak of the same part of the world, as far as their words say?"""
    return _scope_words(one) == _scope_words(other) and one.breakdown == other.breakdown


def value_of(statement: Statement) -> Decimal | None:
    """The comparable value: in the indicator's unit; 全覆盖 is 100 %."""
    if statement.base_value is not None:
        return statement.base_value
    return FULL if "全覆盖" in statement.value_text and statement.kind == "share" else statement.value


def interval(statement: Statement) -> tuple[Decimal, Decimal] | None:
    """The lowest and highest value the words allow; None when there is no value."""
    value = value_of(statement)
    if value is None:
        return None
    match statement.bound:
        case "≥" | ">":
            return value, LARGEST
        case "≤" | "<":
            return -LARGEST, value
        case "≈":
            return value - abs(value) * NEAR, value + abs(value) * NEAR
        case "range":
            high = statement.value_high
            return value, value if high is None or statement.value is None else value + high - statement.value
    return value, value


def _compared(target: Statement, outcome: Statement) -> tuple[str, str]:
    wanted, reached = value_of(target), interval(outcome)
    if wanted is None or reached is None:
        return "manual", "about"
    low, high = reached
    if target.bound in ("≤", "<"):
        low, high, wanted = -high, -low, -wanted
    if low >= wanted:
        return "met", "scope" if not same_scope(target, outcome) else ""
    if high < wanted:
        return "unmet", "scope" if not same_scope(target, outcome) else ""
    return "manual", "about"


def _scope_words(statement: Statement) -> frozenset[str]:
    text = statement.scope.replace("，", ";").replace(",", ";").replace("；", ";")
    drop = ("全省", "累计", "累计培育", "力争", "")
    words = (word.strip().removesuffix("企业") for word in text.split(";"))
    return frozenset(word for word in words if word not in drop)
