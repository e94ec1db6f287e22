"""判定 the row judge: one version of a pack, one firm, one day; explains every clause. The reference for all else."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from jiqun.rules.firm import Firm
from jiqun.rules.marks import marked
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ranges import Range
from jiqun.rules.ruling import ClauseResult, Ruling
from jiqun.rules.tree import Field, Levels, RankQuota
from jiqun.rules.truth import State, all_of
from jiqun.rules.walker import Walker


def judge(
    version: Version, firm: Firm, *, parameters: Mapping[str, Decimal | None], on: date, kind: str = "new"
) -> Ruling:
    """What the version says of the firm on that day.

    parameters  of the place and day (`Pack.parameters_on`); None is unknown
    kind        new | re_review
    """
    walker = Walker(firm, parameters, on=on, kind=kind, confidence=version.confidence)
    applies = State.MET if version.applies is None else walker.condition(version.applies, "").state
    if applies is State.UNMET:
        return _ruling(version, walker, State.NOT_APPLICABLE, ())
    clauses = walker.clauses(version.clauses)
    levels = _levels(version, walker)
    states = [state for state in (*clauses, levels[1]) if state is not None]
    verdict = all_of(states) if applies is State.MET else applies
    return _ruling(version, walker, verdict, levels[0])


def judge_pack(pack: Pack, firm: Firm, *, on: date, kind: str = "new") -> Ruling:
    """The ruling by the version and the parameters that hold on that day where the firm is."""
    return judge_by(pack, pack.version_on(on, kind), firm, on=on, kind=kind)


def judge_by(pack: Pack, version: Version, firm: Firm, *, on: date, kind: str = "new") -> Ruling:
    """The ruling by a version and the parameters of the firm's place, marked with where these are from."""
    ruling = judge(version, firm, parameters=parameters_for(pack, firm, on=on), on=on, kind=kind)
    return marked(ruling, version, pack.sets_of(firm.region, on, _tier(pack, firm)))


def parameters_for(pack: Pack, firm: Firm, *, on: date) -> dict[str, Decimal | None]:
    """The parameters that hold for a firm: its county's, of its tier."""
    return pack.parameters_on(firm.region, on, _tier(pack, firm))


def _tier(pack: Pack, firm: Firm) -> str:
    return (firm.text(Field(pack.tier_field)) or "") if pack.tier_field else ""


def _levels(version: Version, walker: Walker) -> tuple[tuple[str, ...], State | None]:
    """The levels still possible and what that says of the whole; a grade by rank says nothing of it."""
    if isinstance(version.grading, Levels):
        return _first_level(version.grading, walker)
    if isinstance(version.grading, RankQuota):
        return grades_left(version.grading, walker), None
    return (), None


def _first_level(grading: Levels, walker: Walker) -> tuple[tuple[str, ...], State]:
    states = [(level.key, walker.condition(level.condition, "").state) for level in grading.levels]
    possible: list[str] = []
    doubts: list[State] = []
    for key, state in states:
        if state is State.MET:
            possible.append(key)
            break
        if state in (State.UNKNOWN, State.MANUAL):
            possible.append(key)
            doubts.append(state)
    else:
        possible.append("")
    if not doubts:
        return tuple(possible), State.MET if possible[0] else State.UNMET
    return tuple(possible), State.UNKNOWN if State.UNKNOWN in doubts else State.MANUAL


def grades_left(grading: RankQuota, walker: Walker) -> tuple[str, ...]:
    """The grades by rank that the rules of grades leave a firm, the best first."""
    left = [one.key for one in grading.grades]
    for rule in grading.rules:
        state = walker.condition(rule.when, "").state
        if state is State.MET and rule.fixed:
            return (rule.grade,)
        if state is State.MET and rule.grade in left:
            left = left[left.index(rule.grade) :]
    return tuple(left)


def _ruling(version: Version, walker: Walker, verdict: State, levels: tuple[str, ...]) -> Ruling:
    clauses = tuple(line.frozen() for line in walker.lines)
    missing = tuple(dict.fromkeys(name for one in clauses for name in one.missing))
    return Ruling(
        pack=version.pack,
        version=version.key,
        uscc=walker.firm.uscc,
        on=walker.on,
        kind=walker.kind,
        verdict=verdict,
        score=_score(clauses),
        level=levels[0] if len(levels) == 1 else "",
        levels=levels,
        clauses=clauses,
        missing=missing,
    )


def _score(clauses: tuple[ClauseResult, ...]) -> Range | None:
    """The total of the first score that applied."""
    for one in clauses:
        if one.kind == "score_sum" and one.state is not State.NOT_APPLICABLE:
            return one.points
    return None
