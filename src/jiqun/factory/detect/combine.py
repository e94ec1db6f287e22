"""合并规则 rows beyond a limit become warnings: held for some rows, closed after some quiet ones, near ones joined."""

from collections.abc import Sequence

from jiqun.factory.detect.model import Settings

Interval = tuple[int, int]


def intervals(beyond: Sequence[bool], settings: Settings) -> list[Interval]:
    """Half-open stretches of rows: `hold` rows in a row beyond the limit open one (from the first of them), `release`
    rows within it close one (before the first of them), and those with fewer than `join` rows between are one."""
    found: list[Interval] = []
    start, over, within = None, 0, 0
    for row, is_beyond in enumerate(beyond):
        over, within = (over + 1, 0) if is_beyond else (0, within + 1)
        if start is None and over >= settings.hold:
            start = row + 1 - over
        elif start is not None and within >= settings.release:
            _add(found, (start, row + 1 - within), settings.join)
            start = None
    if start is not None:
        _add(found, (start, len(beyond) - within), settings.join)
    return found


def _add(found: list[Interval], one: Interval, join: int) -> None:
    if found and one[0] - found[-1][1] < join:
        found[-1] = (found[-1][0], one[1])
    else:
        found.append(one)
