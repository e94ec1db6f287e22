"""Points and grades in columns by hand: sums, caps and floors of open ranges, what is known of them, and cuts by rank."""

import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import ibis
import pytest
from per_mu_rows import ALL, SHARES, D, version

from jiqun.lake.exact import Exact, constant
from jiqun.lake.judge_columns import MANUAL, MET, UNKNOWN, UNMET
from jiqun.lake.judge_conditions import Conditions
from jiqun.lake.judge_grades import ranked
from jiqun.lake.judge_scores import Points, _sides, fixed, total
from jiqun.rules.ranges import Range
from jiqun.rules.ranking import Ranked, grades
from jiqun.rules.tree import Op, Operand, Parameter, RankQuota

YES = ibis.literal(True)
ROWS = ibis.table({"region": "string", "per_mu_tier": "string", "row": "int64", "levels": "int64",
                   "score_low": "decimal(38, 12)", "score_high": "decimal(38, 12)"}, name="scored")  # fmt: skip


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with a table of firms to be ranked."""
    made = duckdb.connect(config={"threads": 1})
    made.execute(
        "CREATE TABLE scored (region VARCHAR, per_mu_tier VARCHAR, row BIGINT, levels BIGINT,"
        " score_low DECIMAL(38, 12), score_high DECIMAL(38, 12))"
    )
    yield made
    made.close()


def between(low: int | None, high: int | None, *, gap: bool = False) -> Points:
    """Points from low to high."""
    return Points.of(
        Range(None if low is None else D(low), None if high is None else D(high)), ibis.literal(gap)
    )


def of(database: duckdb.DuckDBPyConnection, **asked: Points | ibis.Value) -> dict[str, Any]:
    """Every value asked for, in one query: points as (low, high, gap)."""
    columns: dict[str, ibis.Value] = {}
    for name, one in asked.items():
        parts = {"low": one.low, "high": one.high, "gap": one.gap} if isinstance(one, Points) else {"is": one}
        columns |= {f"{name}.{part}": value for part, value in parts.items()}
    database.execute("DELETE FROM scored")
    database.execute("INSERT INTO scored VALUES ('', '', 0, 0, 0, 0)")
    row = database.execute(str(ibis.to_sql(ROWS.select(**columns), dialect="duckdb"))).fetchone()
    assert row is not None
    told = dict(zip(columns, row, strict=True))
    return {
        name: tuple(told[f"{name}.{part}"] for part in ("low", "high", "gap"))
        if isinstance(one, Points)
        else told[f"{name}.is"]
        for name, one in asked.items()
    }


def test_caps_and_floors_of_ranges(database: duckdb.DuckDBPyConnection) -> None:
    found = of(
        database,
        capped=between(10, 90).capped(fixed(D(50))),
        below=between(60, 90).capped(fixed(D(50))),
        open_high=between(10, None).capped(fixed(D(50))),
        open_low=between(None, 90).capped(fixed(D(50))),
        no_cap=between(10, None).capped(None),
        empty_cap=between(10, 90).capped(fixed(None)),
        floored=between(-10, 3).floored(fixed(D(5))),
        open_floor=between(None, None).floored(fixed(D(5))),
        both=between(None, None, gap=True).capped(fixed(D(90))).floored(fixed(D(0))),
    )
    assert found == {
        "capped": (10, 50, False), "below": (50, 50, False), "open_high": (10, 50, False),
        "open_low": (None, 50, False), "no_cap": (10, None, False), "empty_cap": (10, 90, False),
        "floored": (5, 5, False), "open_floor": (5, None, False), "both": (0, 90, True),
    }  # fmt: skip


def test_sums_are_open_where_a_part_is(database: duckdb.DuckDBPyConnection) -> None:
    found = of(
        database,
        none=total([]),
        sure=total([between(60, 60), between(40, 40)]),
        span=total([between(0, 90), between(20, 20)]),
        open=total([between(None, 90, gap=True), between(20, 20)]),
        chosen=between(1, 2).where(YES, between(3, 4, gap=True)),
        other=between(1, 2).where(~YES, between(3, 4, gap=True)),
    )
    assert found == {
        "none": (0, 0, False), "sure": (100, 100, False), "span": (20, 110, False), "open": (None, 110, True),
        "chosen": (1, 2, False), "other": (3, 4, True),
    }  # fmt: skip


def test_what_is_known_of_points(database: duckdb.DuckDBPyConnection) -> None:
    found = of(
        database,
        exact=between(5, 5, gap=True).known(),
        expert=between(0, 5).known(),
        missing=between(0, 5, gap=True).known(),
        open=between(0, None).known(),
        unbounded=between(None, None).known(),  # ibis makes `==` with a literal NULL an IS NULL: it was met
        is_exact=between(5, 5).exact,
        not_exact=between(None, None).exact,
    )
    assert found == {
        "exact": MET, "expert": MANUAL, "missing": UNKNOWN, "open": UNKNOWN, "unbounded": UNKNOWN,
        "is_exact": True, "not_exact": False,
    }  # fmt: skip
    assert len({MET, MANUAL, UNKNOWN, UNMET}) == 4


@pytest.mark.parametrize(
    ("op", "expected"),
    [  # of 60…80: needed 60, 70, 80, 90; + surely met, − surely not, ? open
        (Op.GE, "+??-"), (Op.GT, "??--"), (Op.LE, "??++"), (Op.LT, "-??+"), (Op.EQ, "???-"),
    ],
)  # fmt: skip
def test_points_are_held_against_what_is_needed_by_their_bounds(
    database: duckdb.DuckDBPyConnection, op: Op, expected: str
) -> None:
    asked = {}
    for needed in (60, 70, 80, 90):
        met, unmet = _sides(between(60, 80), op, fixed(D(needed)))
        asked[str(needed)] = ibis.cases((met, "+"), (unmet, "-"), else_="?")
    assert "".join(of(database, **asked).values()) == expected


def in_columns(
    database: duckdb.DuckDBPyConnection, rows: list[tuple[str, Decimal | None, tuple[str, ...]]],
    shares: Mapping[str, Decimal | None],
) -> str:  # fmt: skip
    """Grades of firms (tier, score, grades left) as the columns give them, - for none."""
    database.execute("DELETE FROM scored")
    for row, (tier, score, levels) in enumerate(rows):
        bits = sum(1 << ALL.index(one) for one in levels)
        database.execute(
            "INSERT INTO scored VALUES ('331003', ?, ?, ?, ?, ?)", [tier, row, bits, score, score]
        )

    def number(operand: Operand) -> Exact:
        assert isinstance(operand, Parameter)
        share = shares[operand.name]
        one = constant(share or D(0))
        return Exact(one if share is not None else type(one)(cast(Any, ibis.null("decimal(3, 0)")), one.size))

    grading = version().grading
    assert isinstance(grading, RankQuota)
    conditions = cast(Conditions, SimpleNamespace(numbers=SimpleNamespace(number=number)))
    query = ranked(ROWS, grading, conditions).order_by("row").select("grade")
    found = database.execute(str(ibis.to_sql(query, dialect="duckdb"))).fetchall()
    return "".join("-" if one is None else ALL[one] for (one,) in found)


@pytest.mark.parametrize(
    ("scores", "shares", "expected"),
    [
        ((9, 7, 5, 3, 1), (20, 40, 30), "ABBCD"),  # cuts 1, 3, 4.5
        ((9, 9, 7, 5, 1), (20, 40, 30), "AABCD"),  # the two share place 1
        ((5, 5, 5, 5, 5), (20, 40, 30), "AAAAA"),
        ((9, 7, 5, 3, 1), (20, 20, 20), "ABCDD"),  # 60 in all
        ((9, 7, 5, 3, 1), (60, 60, 30), "AAABB"),  # 150 in all
        ((9, None, 5, 3, 1), (20, 40, 30), "B-BCD"),  # four are ranked: cuts 0.8, 2.4, 3.6
        ((9, 7, 5, 3, 1), (20, None, 30), "-----"),
    ],
)
def test_cuts_by_rank(
    database: duckdb.DuckDBPyConnection, scores: tuple[int | None, ...], shares: tuple[int | None, ...],
    expected: str,
) -> None:  # fmt: skip
    rows = [("规下", None if one is None else D(one), ALL) for one in scores]
    told = {
        name: None if one is None else D(one)
        for name, one in zip(("quota_a", "quota_b", "quota_c"), shares, strict=True)
    }
    assert in_columns(database, rows, told) == expected


def test_columns_grade_as_rows_do_in_every_group(database: duckdb.DuckDBPyConnection) -> None:
    dice = random.Random(5)
    kinds = (ALL, ALL, ALL, ("D",), ("B", "C", "D"))
    rows = [
        (dice.choice(["规上", "规下"]), dice.choice([None, *map(D, range(12))]), dice.choice(kinds))
        for _ in range(90)
    ]
    grading = version().grading
    assert isinstance(grading, RankQuota)
    expected = [""] * len(rows)
    for tier in ("规上", "规下"):
        group = [
            Ranked(str(n), score, levels)
            for n, (of_tier, score, levels) in enumerate(rows)
            if of_tier == tier
        ]
        for place, grade in grades(grading, group, SHARES).items():
            expected[int(place)] = grade
    assert in_columns(database, rows, SHARES) == "".join(one or "-" for one in expected)
    assert set(expected) == {*ALL, ""}
