"""The words of `jiqun readings` become a question, or a mistake with its code."""

import pytest
from reading_files import at

from jiqun.actions.readings_export import ReadingsAsk, asked
from jiqun.core.errors import JiqunError

NOON = at("2026-11-22T12:00")
DAY = 86_400_000_000


def test_points_with_and_without_their_site() -> None:
    assert asked("", ["spring/a", "spring/b", "spring/a"], None, None) == ReadingsAsk("spring", ("a", "b"))
    assert asked("spring", ["a", "spring/b"], None, None) == ReadingsAsk("spring", ("a", "b"))
    assert asked("spring", [], None, None) == ReadingsAsk("spring")


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        ("2026-11-22", "2026-11-22", NOON - DAY // 2, NOON + DAY // 2),
        ("2026年11月22日", "2026/11/23", NOON - DAY // 2, NOON + DAY // 2 + DAY),
        ("2026-11-22T12:00", "2026-11-22 12:00:01", NOON, NOON + 1_000_000),
        ("2026-11-22T04:00:00Z", "2026-11-23T00:00", NOON, NOON + DAY // 2),  # an instant, not the day
        (None, "2026-11-22T12:00:00+08:00", None, NOON),
    ],
)
def test_days_are_whole_and_instants_are_not(
    first: str | None, last: str, start: int | None, end: int
) -> None:
    assert asked("s", [], first, last) == ReadingsAsk("s", (), start, end)


@pytest.mark.parametrize(
    ("site", "points", "first", "last", "code"),
    [
        ("", ["a"], None, None, "readings.no_site"),
        ("", [], None, None, "readings.no_site"),
        ("", ["/a"], None, None, "readings.no_site"),
        ("", ["spring/a", "dye/a"], None, None, "readings.two_sites"),
        ("dye", ["spring/a"], None, None, "readings.two_sites"),
        ("s", [], "yesterday", None, "factory.bad_instant"),
        ("s", [], "2026-11-22", "2026-11-21", "readings.nothing_between"),
        ("s", [], "2026-11-22T08:00", "2026-11-22T08:00", "readings.nothing_between"),
    ],
)
def test_mistakes_have_their_codes(
    site: str, points: list[str], first: str | None, last: str | None, code: str
) -> None:
    with pytest.raises(JiqunError) as told:
        asked(site, points, first, last)
    assert told.value.code == code
