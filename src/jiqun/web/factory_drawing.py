"""工厂图形 pictures of factory pages: courses of points as small lines, waterfalls and histograms as data of charts."""

import json
from collections.abc import Iterable, Sequence

from jiqun.actions.reading.factory_live import FactoryLiveContext, LossShown
from jiqun.factory.machines.cycles import Cycles
from jiqun.web.factory_words import LOSSES, REASONS, duration

WIDE, HIGH = 192.0, 28.0
LOST = ("down", "delay", "changeover", "gap", "minor", "speed", "quality")


def spark(low: Sequence[float | None], high: Sequence[float | None]) -> tuple[str, ...]:
    """Polygons of a course between its least and greatest values; a step without readings parts them."""
    known = [one for one in (*low, *high) if one is not None]
    if not known:
        return ()
    least, greatest = min(known), max(known)
    step = WIDE / max(1, len(low))

    def down(value: float) -> float:
        return HIGH / 2 if greatest == least else 2 + (HIGH - 4) * (greatest - value) / (greatest - least)

    found: list[str] = []
    upper: list[str] = []
    lower: list[str] = []
    for place, (a, b) in enumerate(zip((*low, None), (*high, None), strict=True)):
        if a is None or b is None:
            if upper:
                found.append(" ".join((*upper, *reversed(lower))))
            upper, lower = [], []
            continue
        left, right = step * place, step * (place + 1)
        top, bottom = down(b) - 0.6, down(a) + 0.6
        upper += [f"{left:.1f},{top:.1f}", f"{right:.1f},{top:.1f}"]
        lower += [f"{left:.1f},{bottom:.1f}", f"{right:.1f},{bottom:.1f}"]
    return tuple(found)


def waterfall(losses: Iterable[LossShown]) -> dict[str, object]:
    """Data of the waterfall: each step with what is left before it; negative speed goes up."""
    kept = list(losses)
    left = sum(one.seconds for one in kept)
    rows: list[dict[str, object]] = []
    for one in kept:
        name = str(LOSSES.get(one.key, one.key))
        reason = str(REASONS.get(one.reason, one.reason))
        after = left - one.seconds
        rows.append(
            {
                "name": f"{name} {reason}".strip(), "key": one.key, "lost": one.key in LOST,
                "from": round(min(left, after) / 3600, 4), "size": round(abs(one.seconds) / 3600, 4),
                "say": ("−" if one.seconds < 0 else "") + duration(abs(one.seconds)),
            }
        )  # fmt: skip
        if one.key not in ("productive", "run_not_split"):
            left = after
    for row in rows:
        if row["key"] in ("productive", "run_not_split"):
            row["from"] = 0
    return {"rows": rows}


def histogram(cycles: Cycles, ideal_s: float | None, words: tuple[str, str, str]) -> dict[str, object]:
    """Data of the spread of cycles; words: ideal, median, pieces."""
    return {
        "edges": list(cycles.edges), "counts": list(cycles.counts), "ideal": ideal_s, "median": cycles.median_s,
        "words": list(words),
    }  # fmt: skip


def ages(page: FactoryLiveContext) -> str:
    """The last reading of each machine ("" of the factory) in microseconds, as JSON."""
    known = [tile.read_us for tile in page.tiles if tile.read_us is not None]
    last = {"": max(known)} if known else {}
    return json.dumps(last | {tile.key: tile.read_us for tile in page.tiles if tile.read_us is not None})
