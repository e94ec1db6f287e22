"""评价 judging the firms of a run: each by the version and the numbers that hold where it is, then graded by rank."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from jiqun.actions.policy_files import Line
from jiqun.rules import tree
from jiqun.rules.firm import Firm
from jiqun.rules.judge import judge_pack
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ranking import Ranked, grades
from jiqun.rules.ruling import Ruling
from jiqun.rules.truth import State

Told = Callable[[str, int, int], None]


def lines_of(
    pack: Pack, firms: Mapping[int, Firm], *, on: date, kind: str, told: Told | None = None
) -> tuple[Line, ...]:
    """What the pack says of every firm, by its row."""
    version = pack.version_on(on, kind)
    lines: list[Line] = []
    for row, firm in firms.items():
        lines.append(line_of(version, row, firm, judge_pack(pack, firm, on=on, kind=kind)))
        if told is not None:
            told("评价 judging", len(lines), len(firms))
    return graded(pack, version, lines, on=on)


def line_of(version: Version, row: int, firm: Firm, ruling: Ruling) -> Line:
    """A ruling in short."""
    tops = set(top_clauses(version))
    states = {
        state: tuple(one.id for one in ruling.in_state(state) if one.id in tops)
        for state in (State.UNMET, State.UNKNOWN, State.MANUAL)
    }
    score = ruling.score
    return Line(
        row, firm.uscc, firm.name, firm.region, ruling.verdict.value, score.low if score else None,
        score.high if score else None, ruling.level, ruling.levels, _group(version, firm), states[State.UNMET],
        states[State.UNKNOWN], states[State.MANUAL],
    )  # fmt: skip


def graded(pack: Pack, version: Version, lines: Sequence[Line], *, on: date) -> tuple[Line, ...]:
    """The lines with their grades where a version grades by rank; without one where a share is not known."""
    grading = version.grading
    if not isinstance(grading, tree.RankQuota):
        return tuple(lines)
    groups: dict[tuple[str, ...], list[Line]] = {}
    for one in lines:
        if one.verdict != State.NOT_APPLICABLE:
            groups.setdefault(one.group, []).append(one)
    found: dict[str, str] = {}
    names = [field.name for field in grading.group]
    for group, held in groups.items():
        told = dict(zip(names, group, strict=True))
        parameters = pack.parameters_on(told.get("region", ""), on, told.get(pack.tier_field, ""))
        found |= grades(grading, list(_ranked(held)), parameters)
    return tuple(replace(one, level=found.get(str(one.row), "")) for one in lines)


def top_clauses(version: Version) -> dict[str, tree.Label]:
    """The clauses of a version by id, with what they are called."""
    inside = version.clauses.of if isinstance(version.clauses, tree.All) else (version.clauses,)
    return {one.about.id: one.about.label for one in inside}


def _group(version: Version, firm: Firm) -> tuple[str, ...]:
    if not isinstance(version.grading, tree.RankQuota):
        return ()
    return tuple(
        firm.region if field.name == "region" else firm.text(field) or "" for field in version.grading.group
    )


def _ranked(lines: Iterable[Line]) -> Iterable[Ranked]:
    for one in lines:
        score: Decimal | None = one.low if one.low == one.high else None
        yield Ranked(str(one.row), score, one.levels)
