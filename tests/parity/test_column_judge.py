"""The column judge says what the row judge says: every pack, firms near its thresholds, empty cells."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jiqun.core.states import NEVER
from jiqun.lake import judge_columns
from jiqun.lake.formula_columns import COLUMN_FORMULAS
from jiqun.lake.judge_conditions import CONDITIONS
from jiqun.lake.judge_run import ColumnRuling, connect, judge_firms
from jiqun.lake.judge_scores import SCORES
from jiqun.rules import tree
from jiqun.rules.firm import Firm, Value
from jiqun.rules.formulas import FORMULAS
from jiqun.rules.judge import judge, parameters_for
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ranges import Range
from jiqun.rules.ranking import Ranked, grades
from jiqun.rules.reader import read_all
from jiqun.rules.ruling import ClauseResult, Ruling
from jiqun.rules.tree import Op
from jiqun.rules.truth import State

PACKS = Path(__file__).resolve().parents[2] / "packs"
WIDE = Context(prec=60)
EACH = 150  # many firms at once: DuckDB takes longer to read the query than to judge them


@cache
def database() -> DuckDBPyConnection:
    return connect()


@cache
def packs() -> dict[str, Pack]:
    return read_all(PACKS)


def judged() -> list[tuple[str, str, str]]:
    """Every pack and version; a re-review apart only where a clause is asked of one kind of application alone."""
    return [
        (key, one.key, kind)
        for key, pack in packs().items()
        for one in pack.versions
        for kind in ("new", "re_review")
        if kind == "new" or any(isinstance(node, tree.About) and node.kinds for node in tree.walk(one))
    ]


def tiers(pack: Pack) -> list[str]:
    """Every tier a firm of the pack may be in, and none."""
    return sorted({one.tier for one in pack.sets} | {"", "其他"})


def day_of(version: Version) -> date:
    return version.starts + timedelta(days=60)


@cache
def numbers(version: Version) -> list[Decimal]:
    """The numbers a version asks for, and a little more and less."""
    found = {one.value for one in tree.walk(version) if isinstance(one, tree.Constant)}
    found |= {
        edge
        for one in tree.walk(version)
        if isinstance(one, tree.Band)
        for edge in (one.low, one.high)
        if edge is not None
    }
    for one in tree.walk(version):  # points an expert may give: in a band, on its ends and outside
        if isinstance(one, Range):
            found |= {end for end in (one.low, one.high) if end is not None}
    return sorted(
        {
            value + by
            for value in found | {Decimal(0), Decimal(1), Decimal(100)}
            for by in (Decimal(0), Decimal("0.01"), Decimal("-0.01"))
        }
    )


def values(version: Version, rng: random.Random) -> Iterator[tuple[str, Value]]:
    """A value for every column a version reads; one in six is empty."""
    near = numbers(version)
    on = day_of(version)
    days = [
        NEVER,
        on,
        on - timedelta(days=1),
        on + timedelta(days=1),
        on.replace(year=on.year - 3),
        on.replace(year=on.year - 3) - timedelta(days=1),
    ]
    ends = {
        end for one in tree.walk(version) if isinstance(one, tree.Dated) for end in (one.since, one.until)
    }
    days += [end + timedelta(days=by) for end in sorted(ends - {None}) for by in (-1, 0, 1)]
    texts = sorted(
        {choice for one in tree.walk(version) if isinstance(one, tree.OneOf) for choice in one.choices}
        | {"其他"}
    )
    for column, kind in judge_columns.reads(version).items():
        if rng.random() < 1 / 6:
            yield column, None
        elif kind == "number":
            scale = rng.choice(
                (Decimal(1), Decimal(1), Decimal(20), Decimal(1000), Decimal("1.05"), Decimal("0.03"))
            )
            yield column, (rng.choice(near) * scale).quantize(Decimal("0.0001"))
        elif kind == "flag":
            yield column, rng.random() < 0.7
        else:
            yield column, rng.choice(days) if kind == "date" else rng.choice(texts)


def firms(pack: Pack, version: Version, seed: int) -> list[Firm]:
    rng = random.Random(seed)
    regions = sorted({one.region for one in pack.sets} | {"330624"})
    return [Firm(f"F{n}", f"企业{n}", rng.choice(regions), dict(values(version, rng))) for n in range(EACH)]


def shown(value: Decimal | None, places: int) -> Decimal | None:
    return (
        None
        if value is None
        else value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=WIDE)
    )


def points(found: Range | None) -> Range | None:
    """Points as the columns keep them: to 12 places; nothing known on either side is nothing."""
    if found is None or (found.low is None and found.high is None):
        return None
    return Range(shown(found.low, 12), shown(found.high, 12))


def short(one: ClauseResult) -> Decimal | None:
    if not isinstance(one.value, Decimal) or not isinstance(one.needed, Decimal):
        return None
    if one.state is State.MET:
        return Decimal(0)
    seen, needed = shown(one.value, 6), shown(one.needed, 6)
    assert seen is not None and needed is not None
    gap = seen - needed if one.op in (Op.LE, Op.LT) else needed - seen
    return abs(gap) if one.op is Op.EQ else gap


def same(row: Ruling, column: ColumnRuling) -> None:
    assert column.uscc == row.uscc
    assert column.verdict is row.verdict
    assert column.score == points(row.score)
    for one in row.clauses:
        if one.kind in judge_kinds(CONDITIONS):
            assert column.states.get(one.id, State.NOT_APPLICABLE) is one.state, one.id
        if one.points is not None and one.id in column.points:
            assert column.points[one.id] == points(one.points), one.id
        if one.kind in ("compare", "platform_supplied") and one.state is not State.NOT_APPLICABLE:
            assert column.short.get(one.id) == short(one), one.id


@cache
def judge_kinds(kinds: tuple[type, ...]) -> frozenset[str]:
    from jiqun.rules.walker import KIND_OF

    return frozenset(KIND_OF[one] for one in kinds)


@pytest.mark.parametrize(("key", "name", "kind"), judged())
@settings(max_examples=1, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_rows_and_columns_agree(key: str, name: str, kind: str, seed: int) -> None:
    pack = packs()[key]
    version = pack.version(name)
    on = day_of(version)
    some = firms(pack, version, seed)
    everywhere = {
        (one.region, tier): pack.parameters_on(one.region, on, tier) for one in some for tier in tiers(pack)
    }
    found = judge_firms(
        version,
        some,
        parameters=everywhere,
        on=on,
        kind=kind,
        tier_field=pack.tier_field,
        every=True,
        database=database(),
    )
    assert len(found) == len(some)
    for firm, column in zip(some, found, strict=True):
        row = judge(version, firm, parameters=parameters_for(pack, firm, on=on), on=on, kind=kind)
        same(row, column)
        assert column.levels == row.levels


PER_MU = "zhejiang/per_mu"


@settings(max_examples=1, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_grades_by_rank_agree(seed: int) -> None:
    pack = packs()[PER_MU]
    (version,) = pack.versions
    grading, on = version.grading, date(2023, 9, 1)
    assert isinstance(grading, tree.RankQuota)
    some = [replace(one, region="331003") for one in firms(pack, version, seed)]
    shares = {"quota_a": Decimal(20), "quota_b": Decimal("33.4"), "quota_c": Decimal(30)}
    given_ = {("331003", tier): pack.parameters_on("331003", on, tier) | shares for tier in tiers(pack)}
    found = judge_firms(
        version, some, parameters=given_, on=on, tier_field=pack.tier_field, database=database()
    )
    for tier in tiers(pack):
        group = [
            one for one, firm in zip(found, some, strict=True) if (firm.values["per_mu_tier"] or "") == tier
        ]
        ranked = [Ranked(one.uscc, one.score.exact if one.score else None, one.levels) for one in group]
        assert {one.uscc: one.level for one in group} == grades(grading, ranked, given_["331003", tier])


def test_every_formula_has_a_column_twin() -> None:
    assert COLUMN_FORMULAS.keys() == FORMULAS.keys()


def test_every_kind_of_node_is_folded() -> None:
    from typing import get_args

    assert set(CONDITIONS) == set(get_args(tree.Node))
    assert set(SCORES) == set(get_args(tree.Score))
