"""A table over statements at hand says the same as one asked of the lake."""

import pytest
from statement_rows import statement, target

from jiqun.actions.reading.archive import Ask, table_of

POINTS = [
    statement("2023", "1"),
    statement("2024", "2", synthetic=True),
    target("2025", "3"),
    statement("2022", "4"),
]


def test_it_is_ordered_by_period_and_turned() -> None:
    up = table_of(POINTS, Ask(sort="period"))
    assert [one.year for one in up.rows] == [2022, 2023, 2024, 2025]
    assert [one.year for one in table_of(POINTS, Ask(sort="period", descending=True)).rows] == [
        2025,
        2024,
        2023,
        2022,
    ]


@pytest.mark.parametrize(
    ("ask", "total", "made_up", "statuses"),
    [
        (Ask(), 4, 1, {"actual": 3, "target": 1}),
        (Ask(real=True), 3, 0, {"actual": 2, "target": 1}),
        (Ask(status="target"), 1, 0, {"actual": 3, "target": 1}),
        (Ask(status="claim"), 0, 0, {"actual": 3, "target": 1}),
    ],
)
def test_it_counts_before_it_narrows_by_status(
    ask: Ask, total: int, made_up: int, statuses: dict[str, int]
) -> None:
    table = table_of(POINTS, ask)
    assert (table.total, table.made_up, dict(table.statuses)) == (total, made_up, statuses)


def test_pages_know_their_rows() -> None:
    last = table_of(POINTS, Ask(size=3, page=9))
    assert (last.ask.page, last.pages, last.first, last.last, len(last.rows)) == (2, 2, 4, 4, 1)
    nothing = table_of([], Ask())
    assert (nothing.pages, nothing.first, nothing.last) == (1, 0, 0)
