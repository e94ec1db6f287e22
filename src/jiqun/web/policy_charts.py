"""评价图 data of the charts of policies: firms by grade as a scatter, from grade to grade as a Sankey; in one language."""

from typing import Any

from jiqun.actions.reading.per_mu import PerMuContext
from jiqun.actions.reading.policy_replays import ReplayContext
from jiqun.actions.reading.statements import Label


def scatter(page: PerMuContext, lang: str) -> dict[str, Any]:
    """Firms by their two figures; `marks` has a letter for each: the place of its grade, "-" for none."""
    return {
        "axes": [_axis(one, lang) for one in page.axes],
        "grades": [_said(one.label, lang) for one in page.grades],
        "none": {"zh": "未分档", "en": "no grade"}[lang],
        "points": [[x, y] for x, y, _ in page.points],
        "names": page.names,
        "addresses": page.addresses,
        "marks": page.marks,
    }


def sankey(page: ReplayContext, lang: str) -> dict[str, Any]:
    """Firms from where they were to where they are now; a node for each side of each grade or verdict."""
    names = {key: _said(label, lang) for key, label in page.words}
    sides = [list(dict.fromkeys(flow[side] for flow in page.flows)) for side in (0, 1)]
    order = list(names)
    nodes = [
        {
            "name": f"{side}:{key}",
            "say": names.get(key, key),
            "depth": side,
            "turn": order.index(key) if key in order else 0,
        }
        for side in (0, 1)
        for key in sorted(sides[side], key=lambda one: order.index(one) if one in order else 99)
    ]
    links = [{"source": f"0:{was}", "target": f"1:{now}", "value": firms} for was, now, firms in page.flows]
    return {"nodes": nodes, "links": links, "unit": {"zh": "家", "en": "firms"}[lang]}


def _axis(axis: tuple[Label, Label], lang: str) -> str:
    label, unit = axis
    return f"{_said(label, lang)} ({_said(unit, lang)})"


def _said(label: Label, lang: str) -> str:
    return label.zh if lang == "zh" else label.en
