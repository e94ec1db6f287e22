"""评价 judging the firms of a run: all of them by columns; one, when it answers, clause by clause, and the ranking anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from jiqun.actions.judging import judged_by
from jiqun.actions.judging_files import FirmFile
from jiqun.actions.policy_files import Line
from jiqun.lake.judge import tops
from jiqun.lake.judge_run import ColumnRuling
from jiqun.rules import tree
from jiqun.rules.firm import Firm
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ranking import Ranked, grades
from jiqun.rules.ruling import Ruling
from jiqun.rules.truth import State


def lines_of(pack: Pack, rows: Sequence[int], file: FirmFile, *, on: date, kind: str) -> tuple[Line, ...]:
    """What the pack says of every firm of a sheet; `rows` are the numbers of their rows."""
    version = pack.version_on(on, kind)
    judged = judged_by(pack, version, file, on=on, kind=kind)
    return tuple(
        _line(version, row, firm, one, one.states)
        for row, firm, one in zip(rows, file.firms, judged.rulings, strict=True)
    )


def line_of(version: Version, row: int, firm: Firm, ruling: Ruling) -> Line:
    """The ruling of one firm in short."""
    return _line(version, row, firm, ruling, {one.id: one.state for one in ruling.clauses if not one.parent})


def _line(
    version: Version, row: int, firm: Firm, one: ColumnRuling | Ruling, states: Mapping[str, State]
) -> Line:
    applies = one.verdict is not State.NOT_APPLICABLE
    unmet, unknown, manual = (
        tuple(node.about.id for node in tops(version) if applies and states.get(node.about.id) is state)
        for state in (State.UNMET, State.UNKNOWN, State.MANUAL)
    )
    return Line(
        row, firm.uscc, firm.name, firm.region, one.verdict.value, one.score.low if one.score else None,
        one.score.high if one.score else None, one.level, one.levels, _group(version, firm), unmet, unknown, manual,
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
