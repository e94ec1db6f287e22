"""表头单位 units in headers (营业收入（万元）, 用地面积/亩): taken apart into the name, the unit, and what is left."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jiqun.core.units import UnitTable

_BRACKETS = re.compile(r"[（(\[【]([^（）()\[\]【】]*)[)）\]】]")
_UNIT_IS = re.compile(r"(?:金额|计量)?单位\s*[:：]\s*([^\s，,；;）)]+)")
_TAIL = re.compile(r"(.+?)\s*[/／,，:：、\s]\s*([^/／,，:：、\s]{1,8})")
_TIMES = frozenset(("年", "月", "天", "日", "小时", "分钟", "次", "位", "名", "单"))


@dataclass(frozen=True)
class HeaderParts:
    """A header text taken apart.

    texts   its parts without units and brackets, from the top down
    unit    the unit it states; empty when it states none
    aside   what else stood in brackets (含税, 规上)
    """

    texts: tuple[str, ...]
    unit: str = ""
    aside: str = ""


def header_parts(parts: Sequence[str], units: UnitTable) -> HeaderParts:
    """Take the parts of a joined header apart; the lowest unit counts."""
    texts: list[str] = []
    unit, aside = "", []
    for part in parts:
        text, own, besides = _one(part, units)
        unit = own or unit
        aside.extend(besides)
        if text:
            texts.append(text)
    return HeaderParts(tuple(texts), unit, " ".join(aside))


def _one(part: str, units: UnitTable) -> tuple[str, str, list[str]]:
    unit, aside = "", []
    for inside in _BRACKETS.findall(part):
        told = _UNIT_IS.sub(r"\1", inside).strip()
        known = _known(told, units)
        if known:
            unit = known
        elif told:
            aside.append(told)
    text = _BRACKETS.sub("", part).strip()
    if found := _UNIT_IS.search(text):
        unit = _known(found[1], units) or unit
        text = _UNIT_IS.sub("", text).strip()
    if text in units and text not in _TIMES:
        return "", _known(text, units), aside
    if (tail := _TAIL.fullmatch(text)) and (known := _known(tail[2], units)) and tail[2] not in _TIMES:
        return tail[1], known, aside
    if text.endswith(("%", "％")) and len(text) > 1:
        return text[:-1], "%", aside
    return text, unit, aside


def _known(text: str, units: UnitTable) -> str:
    found = units.find(text) if text else None
    return found.key if found else ""


def unit_of_titles(titles: Sequence[str], units: UnitTable) -> str:
    """The unit a title row states for the whole form (单位：万元); empty for none or for several (单位：万元、亩)."""
    found = [name for title in titles for name in _UNIT_IS.findall(title)]
    known = [_known(re.split(r"[、/]", name)[0], units) for name in found if not re.search(r"[、/]", name)]
    return next(filter(None, known), "")
