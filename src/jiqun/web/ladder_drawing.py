"""梯度图 data of the charts of ladders: titles over the years, the digital radar of sixteen scenes."""

from jiqun.actions.reading.firm_ladder import DigitalContext
from jiqun.actions.reading.ladders import LadderContext

HIGHEST = 4
"""Scenes have the levels 0 to 4."""


def years(page: LadderContext, lang: str) -> dict[str, object]:
    """One line for each rung, the lowest first."""
    names = {rung.key: getattr(rung.label, lang) for rung in page.rungs}
    return {
        "periods": [str(one.year) for one in page.years],
        "series": [
            {"name": names[rung.key], "points": [dict(one.counts)[rung.key] for one in page.years]}
            for rung in page.lowest_first
        ],
    }


def radar(page: DigitalContext, lang: str) -> dict[str, object]:
    """The levels of the scenes, None where nobody has told, and the level the next one counts from."""
    names = [getattr(one.label, lang) + ("*" if one.constrained else "") for one in page.scenes]
    levels = [None if one.level is None else float(one.level) for one in page.scenes]
    needed = [None if one.needed is None else float(one.needed) for one in page.scenes]
    title, climb = getattr(page.link.label, lang), page.ladder.climb
    return {
        "highest": HIGHEST, "names": names, "name": title, "levels": levels,
        "next": getattr(climb.label, lang) if climb else "", "needed": needed if climb else [],
    }  # fmt: skip
