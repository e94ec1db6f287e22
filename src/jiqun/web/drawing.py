"""Drawing 画图: from contexts to the geometry and data of charts; numbers become floats here and nowhere before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from jiqun.actions.reading.indicators import IndicatorContext, PlacesContext
from jiqun.actions.reading.map import Cell, MapContext
from jiqun.actions.reading.statements import Statement
from jiqun.actions.reading.targets import value_of
from jiqun.web import words
from jiqun.web.numerals import number

NAME_MOST, LONG_NAME = 11, 7
TILE_W, TILE_H, STEP_X, STEP_Y, EDGE = 52, 40, 56, 44, 4


@dataclass(frozen=True)
class Dot:
    """One point of a small trend, in the units of its box."""

    x: float
    y: float
    status: str
    say: str

    @property
    def left(self) -> float:
        """Left corner of a diamond."""
        return self.x - 4

    @property
    def right(self) -> float:
        """Right corner."""
        return self.x + 4

    @property
    def top(self) -> float:
        """Upper corner."""
        return self.y - 4

    @property
    def bottom(self) -> float:
        """Lower corner."""
        return self.y + 4


def trend(points: Iterable[Statement], lang: str) -> dict[str, object]:
    """Dots and line of a card's trend: 150 wide, 60 high, the last 12 for the years."""
    known = [(one, value) for one in points if (value := value_of(one)) is not None]
    if len(known) < 2:
        return {"points": ()}
    days = [last_day(one).toordinal() for one, _ in known]
    values = [float(value) for _, value in known]
    across, down = _scale(min(days), max(days), 8, 142), _scale(max(values), min(values), 8, 42)
    dots = [
        Dot(
            across(day),
            down(value),
            one.status,
            f"{one.period_label.zh if lang == 'zh' else one.period_label.en}: {words.said(one, lang)}",
        )
        for (one, _), day, value in zip(known, days, values, strict=True)
    ]
    joined = " ".join(f"{dot.x},{dot.y}" for dot in dots if dot.status == "actual")
    years = [one.year for one, _ in known]
    return {
        "points": dots,
        "line": joined if joined.count(",") > 1 else "",
        "first": min(years),
        "last": max(years),
    }


def series(page: IndicatorContext, lang: str) -> dict[str, object]:
    """The series of an indicator's subject: periods in order, one line for each status and scope."""
    shown = [one for one in page.points if one.kind == page.kind and value_of(one) is not None]
    lines: dict[tuple[str, str], list[Statement]] = {}
    for one in shown:
        stated = ";".join(value for _, value in one.breakdown)
        lines.setdefault((one.status, " · ".join(filter(None, (one.scope, stated)))), []).append(one)
    in_order = sorted(shown, key=lambda one: (one.ends, one.starts))
    return {
        "unit": getattr(page.unit_label, lang),
        "periods": list(dict.fromkeys(getattr(one.period_label, lang) for one in in_order)),
        "series": [
            {
                "name": " · ".join(filter(None, (str(words.WORDS["status"].get(status, status)), scope))),
                "status": status,
                "joined": status == "actual" and len(found) > 1,
                "points": [
                    _point(one, lang) for one in sorted(found, key=lambda one: (one.ends, one.starts))
                ],
            }
            for (status, scope), found in sorted(lines.items())
        ],
    }


def ranking(page: PlacesContext, lang: str) -> dict[str, object]:
    """Bars of the places compared."""
    rows = []
    for place in page.places:
        bound = place.bound if place.bound in words.SIGNS else ""
        name, say = getattr(place.subject.label, lang), f"{bound} {number(place.value)} {page.unit}".strip()
        row = {
            "name": name,
            "value": float(place.value),
            "say": say,
            "tip": f"{name}\n{page.year}: {say}\n{page.scope}".strip(),
        }
        rows.append({**row, "why": reverse("why-fact", args=[place.fact])})
    return {"rows": rows}


def tiles(page: MapContext, lang: str) -> dict[str, object]:
    """The cartogram: tiles with their class, words and the way on, and the edges between cities."""
    return {
        "width": page.width * STEP_X + EDGE,
        "height": page.height * STEP_Y + EDGE,
        "label": getattr(page.label, lang),
        "tiles": [_tile(cell, page, lang) for cell in page.cells],
        "edges": _edges(page.cells),
    }


def last_day(one: Statement) -> date:
    """The last day of the period, where the point stands."""
    return date.fromordinal(one.ends.toordinal() - 1)


def _point(one: Statement, lang: str) -> dict[str, object]:
    value = value_of(one)
    scope = f"\n{one.scope}" if one.scope else ""
    name, period = getattr(one.subject.label, lang), getattr(one.period_label, lang)
    return {
        "on": period,
        "value": None if value is None else float(value),
        "tip": f"{name}\n{period}: {words.said(one, lang)}{scope}\n{one.source.key} {one.locator}",
        "why": reverse("why-fact", args=[one.id]),
    }


def _tile(cell: Cell, page: MapContext, lang: str) -> dict[str, object]:
    x, y = cell.x * STEP_X + EDGE, cell.y * STEP_Y + EDGE
    shown = "" if cell.value is None else _short(cell.value)
    bound = cell.bound if cell.bound not in ("=", "range") else ""
    known = f"{bound} {number(cell.value)} {page.unit}".strip() if cell.value is not None else "—"
    name = getattr(cell.short, lang)[:NAME_MOST]
    css = f"q{cell.quantile}" if cell.quantile else "none"
    return {
        "x": x, "y": y, "cx": x + TILE_W / 2, "y1": y + (18 if shown else 24), "y2": y + 32,
        "css": f"{css} is-synthetic" if cell.synthetic else css,
        "name": name,
        "name_css": " ".join(filter(None, ("named" if shown else "", "is-long" if len(name) > LONG_NAME else ""))),
        "value": f"{bound}{shown}",
        "say": "\n".join(filter(None, (getattr(cell.label, lang), known, cell.scope))),
        "why": why_of(cell, page),
        "address": why_of(cell, page) or reverse("subject", args=[f"region:{cell.code}"]),
    }  # fmt: skip


def why_of(cell: Cell, page: MapContext) -> str:
    """Where the number of a tile is explained; empty for a tile without one, and for made-up counts."""
    if cell.fact:
        return reverse("why-fact", args=[cell.fact])
    if cell.value is None or cell.synthetic:
        return ""
    return reverse("why-count", args=[f"map-{page.indicator}"]) + f"?about=region:{cell.code}"


def _short(value: Decimal) -> str:
    """The number as a tile shows it: digits are only cut after the point."""
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return number(round(value, places).normalize() + 0)


def _edges(cells: Sequence[Cell]) -> str:
    """Lines between neighbouring tiles of different cities, and around the whole."""
    city = {(cell.x, cell.y): cell.city for cell in cells}
    parts = []
    for (x, y), here in city.items():
        left, top = x * STEP_X + EDGE / 2, y * STEP_Y + EDGE / 2
        right, bottom = left + STEP_X, top + STEP_Y
        if city.get((x + 1, y)) != here:
            parts.append(f"M{right} {top}V{bottom}")
        if city.get((x, y + 1)) != here:
            parts.append(f"M{left} {bottom}H{right}")
        if (x - 1, y) not in city:
            parts.append(f"M{left} {top}V{bottom}")
        if (x, y - 1) not in city:
            parts.append(f"M{left} {top}H{right}")
    return "".join(parts)


def _scale(low: float, high: float, start: float, end: float):
    span = (high - low) or 1
    return lambda value: (
        round(start + (value - low) / span * (end - start), 1) if high != low else round((start + end) / 2, 1)
    )
