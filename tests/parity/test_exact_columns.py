"""Formulas in columns give what they give in rows, to the sixth place and at the edge, from empty to the longest."""

import itertools
from decimal import ROUND_HALF_UP, Context, Decimal

import ibis
import pytest

from jiqun.core.errors import PackError
from jiqun.lake.compile import compile_query
from jiqun.lake.exact import Exact, Plain, Root, Size, as_exact, constant
from jiqun.lake.formula_columns import COLUMN_FORMULAS
from jiqun.lake.judge_run import connect
from jiqun.rules.formulas import FORMULAS, apply
from jiqun.rules.tree import Op

VALUES = [None, *map(Decimal, ("0", "100", "105", "110.25", "-3", "9999999999.999999", "0.000001"))]
ROWS = list(itertools.product(VALUES, repeat=3))
EDGE = Decimal(5)
WIDE = Context(prec=60)


def test_every_formula_and_its_twin() -> None:
    table = ibis.table(dict.fromkeys("abc", "decimal") | {"row": "int64"}, name="lake_given")
    numbers = [Exact(Plain(table[name], Size.column(10, 6))) for name in "abc"]
    columns: dict[str, ibis.Value] = {}
    for name, one in FORMULAS.items():
        found = COLUMN_FORMULAS[name](*numbers[: 3 if one.most is None else one.least])
        columns |= {name: found.rounded(6), f"{name}≥": found.compare(Op.GE, Exact(constant(EDGE)))}
    query = compile_query(table.select("row", **columns))
    with connect() as database:
        typed = ", ".join(f"CAST(NULL AS DECIMAL(16, 6)) AS {name}" for name in "abc")
        database.execute(f"CREATE TABLE given AS SELECT {typed}, 0 AS row WHERE false")
        database.executemany(
            "INSERT INTO given VALUES (?, ?, ?, ?)", [(*row, n) for n, row in enumerate(ROWS)]
        )
        answers = database.execute(
            f"SELECT * FROM ({query.over({'given': 'given'})}) ORDER BY row"
        ).fetchall()
    for row, answer in zip(ROWS, answers, strict=True):
        seen = dict(zip(query.columns, answer, strict=True))
        for name, one in FORMULAS.items():
            expected = apply(name, row[: 3 if one.most is None else one.least])
            assert seen[f"{name}≥"] == (None if expected is None else expected >= EDGE), (name, row)
            places = None if expected is None else expected.quantize(Decimal("0.000001"), ROUND_HALF_UP, WIDE)
            assert seen[name] == places, (name, row)


def test_what_does_not_fit_is_refused_while_compiling() -> None:
    wide = Exact(constant(Decimal(10) ** 30))
    with pytest.raises(PackError, match=r"judge\.too_wide"):
        wide.times(wide)
    with pytest.raises(PackError, match=r"judge\.too_wide"):
        wide.compare(Op.GE, Root(wide))


def test_a_root_cannot_be_reckoned_with_and_says_so() -> None:
    root = Root(Exact(constant(Decimal(2))))
    with pytest.raises(PackError) as caught:
        as_exact(root, "growth_points")
    assert (caught.value.code, caught.value.facts["seen"]) == ("judge.root", "growth_points")
    whole = Exact(constant(Decimal(2)))
    assert as_exact(whole, "growth_points") is whole


def test_a_guess_rounds_as_the_exact_number_does() -> None:
    """At halves, beside halves, and where numbers are too long for a float to tell."""
    table = ibis.table(dict.fromkeys("ab", "decimal") | {"row": "int64"}, name="lake_given")
    a, b = (Exact(Plain(table[name], Size.column(10, 6))) for name in "ab")
    columns: dict[str, ibis.Value] = {}
    for name in ("ratio", "percent", "growth", "two_year_compound_growth"):
        number = COLUMN_FORMULAS[name](a, b)
        columns[name] = number.rounded(6, number.guess(6))
    query = compile_query(table.select("row", **columns))
    tops = (
        "1",
        "3",
        "5",
        "-5",
        "0",
        "0.000001",
        "9999999999.999999",
        "4567.891234",
        "-4567.89",
        "1.00050000000",
    )
    bottoms = (
        "2000000",
        "32",
        "64",
        "3",
        "7",
        "0.000001",
        "9999999999.999999",
        "1024",
        "333.333333",
        "0",
        "800000",
    )
    rows = [(Decimal(top), Decimal(bottom)) for top in tops for bottom in bottoms]
    with connect() as database:
        given = ", ".join(
            f"({top}::DECIMAL(16, 6), {bottom}::DECIMAL(16, 6), {n})" for n, (top, bottom) in enumerate(rows)
        )
        sources = {"given": f"(SELECT * FROM (VALUES {given}) AS t(a, b, row))"}
        answers = database.execute(f"SELECT * FROM ({query.over(sources)}) ORDER BY row").fetchall()
    for row, answer in zip(rows, answers, strict=True):
        for column, seen in zip(query.columns[1:], answer[1:], strict=True):
            expected = apply(column, row)
            wanted = None if expected is None else expected.quantize(Decimal("0.000001"), ROUND_HALF_UP, WIDE)
            assert seen == wanted, (column, row)
