"""Conflicts: bounds respected, units converted, size by the gap, scope and source; held against plain Python."""

from datetime import date
from decimal import Decimal
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lake_rows import fact, write

from jiqun.lake.conflicts import NEAR, conflicts, statements_of
from jiqun.lake.listing import Wanted
from jiqun.lake.store import Lake

D = Decimal


def pair(
    number: int, one: tuple[str, str, str], other: tuple[str, str, str], **more: object
) -> list[dict[str, object]]:
    """Two statements of one cell: (bound, value, upper value)."""
    rows = []
    for n, (bound, value, high) in enumerate((one, other)):
        told = {"bound": bound, "base_value": D(value), "base_value_high": D(high) if high else None}
        rows.append(fact(number * 10 + n, subject=f"enterprise:{number}", source=f"s{n}", **told, **more))
    return rows


CASES = {
    1: (("≥", "9", ""), ("=", "9.19", ""), None),
    2: (("=", "9", ""), ("=", "9.19", ""), D("0.19") / D("9.19")),
    3: (("=", "10", ""), ("=", "8", ""), D("0.2")),
    4: (("<", "10", ""), ("=", "12", ""), D(2) / D(12)),
    5: (("≤", "10", ""), ("≥", "10", ""), None),
    6: (("≈", "100", ""), ("=", "102.9", ""), None),
    7: (("≈", "100", ""), ("=", "110", ""), D(7) / D(110)),
    8: (("range", "1", "3"), ("=", "2", ""), None),
    9: (("range", "1", "3"), ("=", "4", ""), D("0.25")),
    10: (("=", "-5", ""), ("=", "5", ""), D(2)),
    11: (("=", "0", ""), ("=", "0", ""), None),
    12: ((">", "5", ""), (">", "9", ""), None),
}


@pytest.fixture
def filled(lake: Lake) -> Lake:
    rows = [row for number, (one, other, _) in CASES.items() for row in pair(number, one, other)]
    write(lake, "facts", rows)
    return lake


def test_what_conflicts_and_by_how_much(filled: Lake) -> None:
    found = conflicts(filled, Wanted())
    sizes = {int(str(row["subject"]).partition(":")[2]): row["size"] for row in found.rows}
    expected = {number: size for number, (_, _, size) in CASES.items() if size is not None}
    assert sizes == {number: pytest.approx(float(size)) for number, size in expected.items()}
    assert [row["size"] for row in found.rows] == sorted((row["size"] for row in found.rows), reverse=True)
    assert found.total == len(expected)
    assert conflicts(filled, Wanted(), limit=2, offset=2).total == len(expected)
    assert conflicts(filled, Wanted(), limit=2, offset=50).total == len(expected)


def test_what_each_source_says_of_them(filled: Lake) -> None:
    found = conflicts(filled, Wanted(), limit=2)
    told = statements_of(filled, Wanted(), found.rows)
    assert [row["number"] for row in told] == [0, 0, 1, 1]
    assert [row["id"] for row in told] == ["f100", "f101", "f90", "f91"]
    assert statements_of(filled, Wanted(), []) == []


def test_other_cells_do_not_meet(lake: Lake) -> None:
    base = fact(1, base_value=D(1))
    others = [
        {"scope": "规上"}, {"breakdown": "size=大型"}, {"status": "target"}, {"synthetic": True}, {"indicator": "tax"},
        {"period_end": date(2020, 7, 1)}, {"subject": "region:330603"}, {"kind": "growth"}, {"base_value": None},
    ]  # fmt: skip
    write(
        lake,
        "facts",
        [base, *({**fact(n, base_value=D(9)), **more} for n, more in enumerate(others, start=2))],
    )
    assert conflicts(lake, Wanted()).total == 0


def test_narrowed_by_source_subject_and_what_may_not_be_seen(lake: Lake) -> None:
    write(lake, "facts", [*pair(1, ("=", "1", ""), ("=", "2", "")), *pair(2, ("=", "1", ""), ("=", "3", ""))])
    write(lake, "facts", [fact(99, subject="enterprise:3", source="s9", base_value=D(1))])
    assert conflicts(lake, Wanted(), source="s1").total == 2
    assert conflicts(lake, Wanted(), source="s9").total == 0
    assert conflicts(lake, Wanted(subject="enterprise:2")).total == 1
    assert conflicts(lake, Wanted(subjects=("enterprise:1", "enterprise:9"))).total == 1
    hidden = Wanted(withheld=("s1",), seen=("enterprise:2",))
    assert [row["subject"] for row in conflicts(lake, hidden).rows] == ["enterprise:2"]


def test_a_correction_settles_a_conflict(lake: Lake) -> None:
    rows = pair(1, ("=", "1", ""), ("=", "2", ""))
    write(lake, "facts", rows)
    write(lake, "facts", [{**rows[0], "id": "f500", "supersedes": rows[0]["id"], "base_value": D(2)}])
    assert conflicts(lake, Wanted()).total == 0


bounds = st.sampled_from(["=", "≥", ">", "≈", "<", "≤"])
told = st.lists(st.tuples(bounds, st.integers(-50, 50).map(D)), min_size=2, max_size=4)


def apart(statements: list[tuple[str, Decimal]]) -> Decimal:
    """Twin in plain Python: the gap between the intervals furthest apart, nought when a number lies in all."""
    lows = [v - abs(v) * NEAR if b == "≈" else v for b, v in statements if b not in ("<", "≤")]
    highs = [v + abs(v) * NEAR if b == "≈" else v for b, v in statements if b not in (">", "≥")]
    return max(max(lows, default=D("-1e9")) - min(highs, default=D("1e9")), D(0))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(told, min_size=1, max_size=6))
def test_it_agrees_with_plain_python(lake: Lake, cells: list[list[tuple[str, Decimal]]]) -> None:
    place = f"enterprise:{crc32(str(cells).encode())}"
    rows = [
        fact(
            n * 10 + m, id=f"f{place}{n}{m}", subject=place, indicator=f"i{n}", bound=bound, base_value=value
        )
        for n, cell in enumerate(cells)
        for m, (bound, value) in enumerate(cell)
    ]
    write(lake, "facts", rows)
    seen = {str(row["indicator"]): D(str(row["gap"])) for row in conflicts(lake, Wanted(subject=place)).rows}
    expected = {f"i{n}": apart(cell) for n, cell in enumerate(cells)}
    assert seen == {key: gap for key, gap in expected.items() if gap > 0}
