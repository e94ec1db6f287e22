"""The digital radar by hand (R15): which level of a scene the next level counts from, and which scenes are constrained."""

from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from rules_house import PACKS, firm

from jiqun.rules.judge import judge
from jiqun.rules.pack import Version
from jiqun.rules.reader import read_pack
from jiqun.rules.tree import AtLeast, Compare, Constant, Levels, columns, walk
from jiqun.rules.truth import State

STARRED = {
    "design", "marketing", "production", "quality", "equipment", "safety", "energy", "purchase", "logistics", "finance",
}  # fmt: skip


@cache
def version() -> Version:
    return read_pack(PACKS / "national/sme_digital", PACKS).version_on(date(2026, 6, 1))


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_level_counts_scenes_of_its_own_level(level: int) -> None:
    grading = version().grading
    assert isinstance(grading, Levels)
    (one,) = [each for each in grading.levels if each.key == str(level)]
    counted = [each for each in walk(one.condition) if isinstance(each, AtLeast)]
    groups = sorted(({name.removeprefix("scene_") for name in columns(each)} for each in counted), key=len)
    assert groups[0] == STARRED and len(groups[-1]) == 16
    needed = {
        each.needed.value
        for group in counted
        for each in walk(group)
        if isinstance(each, Compare) and isinstance(each.needed, Constant)
    }
    assert needed == {Decimal(level)}


def test_scenes_nobody_told_of_leave_every_level_unknown() -> None:
    ruling = judge(version(), firm(), parameters={}, on=date(2026, 6, 1))
    levels = [one.state for one in ruling.clauses if one.id.startswith("level_") and not one.parent]
    assert levels == [State.UNKNOWN] * 4
