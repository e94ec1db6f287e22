"""比对 comparing: what was asked against one enterprise; every agreement and difference becomes a piece of evidence."""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from jiqun.brain.matching.asked import AskedName, Reader
from jiqun.brain.matching.edits import Edit, one_edit
from jiqun.brain.matching.model import Known
from jiqun.brain.matching.weights import Mark, Weights
from jiqun.core import uscc
from jiqun.core.names import Prefixes, compatible

COMPANIES = frozenset({"limited", "stock", "company", "group", "cut"})
COMMON_CAPITAL = frozenset({"10", "30", "50", "100", "200", "500", "1000"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """How well one enterprise fits: points from 1 downwards (a column that agrees adds), and why."""

    known: Known
    points: float
    marks: tuple[Mark, ...]


def compare(
    asked: AskedName, known: Known, reader: Reader, weights: Weights, *, brand_is_known: bool = False
) -> Comparison | None:
    """Weigh one enterprise; None when the names have too little in common and no code speaks for it.

    brand_is_known  does another enterprise bear the brand just as it was written? Then a slip is less likely.
    """
    wording = _wording(asked, known, reader, brand_is_known)
    if wording is None:
        if not asked.code or _code(asked.code, known.code).kind not in ("code_same", "code_damaged"):
            return None
        unsaid = Mark("name_unsaid")
        wording = [Mark("name_differs", asked.name.folded, known.folded) if asked.name.folded else unsaid]
    marks = wording + _columns(asked, known)
    if known.former:
        marks.append(Mark("name_former", known=known.folded))
    points = weights.points
    return Comparison(known, round(1 + sum(points[mark.kind] for mark in marks), 6), tuple(marks))


def _wording(asked: AskedName, known: Known, reader: Reader, brand_is_known: bool) -> list[Mark] | None:
    """What the two names say; None when they are not two spellings of one."""
    name = asked.name
    if name.folded == known.folded:
        return [Mark("name_same")]
    if name.stem == known.stem:
        return [Mark("core_same"), *_region(asked, known), *_form(asked, known)]
    if OSA.distance(name.folded, known.folded, score_cutoff=1) == 1:
        return _whole_edit(asked, known, reader, brand_is_known)
    apart = OSA.distance(name.stem, known.stem, score_cutoff=2)
    around = [*_region(asked, known), *_form(asked, known)]
    if apart == 1:
        edit = one_edit(name.stem, known.stem, reader.sounds, reader.alike)
        return _stem_edit(asked, known, edit, reader, brand_is_known) + around
    trade = _trade(asked, known)
    if trade is not None:
        return [trade, *_thin(asked), *around]
    if apart == 2 and min(len(name.stem), len(known.stem)) >= 5:
        return [_two_edits(asked, known, reader), *around]
    if _is_other(asked, known):
        return None
    if OSA.distance(name.folded, known.folded, score_cutoff=2) == 2 and len(known.folded) >= 9:
        return [Mark("name_two_edits", name.folded, known.folded)]
    return None


def _whole_edit(asked: AskedName, known: Known, reader: Reader, brand_is_known: bool) -> list[Mark]:
    """One slip in the whole name; in place and legal form it weighs little."""
    edit = one_edit(asked.name.folded, known.folded, reader.sounds, reader.alike)
    front = known.folded.find(known.stem)
    if front >= 0 and front <= edit.at < front + len(known.stem) and not (edit.at == front and not edit.known):
        inner = Edit(edit.kind, edit.seen, edit.known, edit.at - front)
        return _stem_edit(asked, known, inner, reader, brand_is_known)
    if asked.name.region and not _is_near(asked, known):
        return [Mark("edit_outside", edit.seen, edit.known), Mark("region_differs", *_places(asked, known))]
    return [Mark("edit_outside", edit.seen, edit.known)]


def _stem_edit(
    asked: AskedName, known: Known, edit: Edit, reader: Reader, brand_is_known: bool
) -> list[Mark]:
    in_trade = bool(known.trade) and edit.at >= len(known.brand)
    if in_trade:
        if _is_trade(asked.name.trade, reader) and asked.name.brand == known.brand:
            return [Mark("trade_other", asked.name.trade, known.trade)]
        return [Mark("core_one_edit"), Mark(f"trade_{edit.kind}", edit.seen, edit.known)]
    marks = [Mark("core_one_edit"), Mark(f"brand_{edit.kind}", edit.seen, edit.known)]
    if brand_is_known and edit.kind != "doubled":
        marks.append(Mark("brand_is_known", asked.name.brand))
    return marks


def _is_other(asked: AskedName, known: Known) -> bool:
    """Do brand and legal form stand where they stood, and is it a word between them that differs?"""
    a = asked.name
    return bool(a.trade and known.trade) and (a.brand == known.brand or a.trade == known.trade)


def _two_edits(asked: AskedName, known: Known, reader: Reader) -> Mark:
    a, both = asked.name, (asked.name.stem, known.stem)
    if a.trade == known.trade and known.trade:
        return Mark("brand_other", a.brand, known.brand) if len(known.brand) < 4 else Mark("core_two_edits", *both)
    if a.stem.startswith(known.brand) and _is_trade(a.stem[len(known.brand) :], reader):
        return Mark("trade_other", a.stem[len(known.brand) :], known.trade)
    start = next((n for n, pair in enumerate(zip(*both, strict=False)) if pair[0] != pair[1]), 0)
    if start >= 2 and _is_trade(a.stem[start:], reader) and len(a.stem) - start <= 4:
        return Mark("trade_other", a.stem[start:], known.stem[start:])
    return Mark("core_two_edits", *both)


def _is_trade(text: str, reader: Reader) -> bool:
    return len(text) > 1 and (text in reader.tables.trades or text[-2:] in reader.tables.trades)


def _trade(asked: AskedName, known: Known) -> Mark | None:
    """Is one the other without (some) trade words?"""
    a, k = asked.name, known
    if len(k.brand) >= 2 and a.stem.startswith(k.brand):
        rest = a.stem[len(k.brand) :]
        if not rest:
            return Mark("trade_gone", known=k.stem[len(k.brand) :])
        if rest in k.trade:
            return Mark("trade_part", rest, k.trade)
    if len(a.stem) >= 4 and k.stem.startswith(a.stem):
        return Mark("trade_part", a.stem, k.stem)
    if len(a.brand) >= 2 and a.brand == k.brand and k.trade and k.trade in a.trade:
        return Mark("trade_more", a.trade, k.trade)
    return None


def _thin(asked: AskedName) -> list[Mark]:
    """A name of two characters and nothing else is borne by many."""
    return [Mark("name_thin", asked.name.stem)] if len(asked.name.stem) <= 2 and not asked.name.region else []


def _is_near(asked: AskedName, known: Known) -> bool:
    region = asked.name.region
    return compatible(region, known.place) or bool(known.region and compatible(region, known.region))


def _places(asked: AskedName, known: Known) -> tuple[str, str]:
    front = next((piece.text for piece in asked.name.pieces if piece.kind == "region"), "")
    return front, known.folded[: known.folded.find(known.brand)] if known.brand else ""


def _region(asked: AskedName, known: Known) -> list[Mark]:
    """The place in the name against those in the other name and where it is registered."""
    region = asked.name.region
    if not region:
        return [Mark("region_unsaid")] if known.region else []
    if region == known.region:
        return [Mark("region_same")]
    if not _is_near(asked, known):
        return [Mark("region_differs", *_places(asked, known))]
    return [Mark("region_wider" if _wider(region, known.region) else "region_near", *_places(asked, known))]


@lru_cache(maxsize=1 << 16)
def _wider(outer: Prefixes, inner: Prefixes) -> bool:
    return "" not in outer and any(x.startswith(y) for x in inner for y in outer if x != y)


def _form(asked: AskedName, known: Known) -> list[Mark]:
    form, other = asked.name.form, known.form
    if form == other:
        return [Mark("form_same")]
    if not form or asked.name.form_class == "cut":
        return [Mark("form_unsaid", known=other)]
    kinds = {asked.name.form_class, known.form_class}
    return [Mark("form_near" if kinds <= COMPANIES or len(kinds) == 1 else "form_differs", form, other)]


def _columns(asked: AskedName, known: Known) -> list[Mark]:
    """What the other columns say; a column that is empty on either side says nothing."""
    marks: list[Mark] = []
    if asked.code and known.code:
        marks.append(_code(asked.code, known.code))
    if asked.places and known.place:
        near = compatible(asked.places, known.place)
        marks.append(Mark("place_same" if near else "place_differs", asked.asked.region or asked.asked.address))
    if asked.address and known.address:
        alike = _address(asked.address, known.address)
        marks.append(Mark(alike))
    for kind, seen, other in (("phone", asked.phone, known.phone), ("date", asked.date, known.date)):
        if seen and other:
            marks.append(Mark(f"{kind}_same" if seen == other else f"{kind}_differs", seen, other))
    if asked.capital and known.capital:
        same = asked.capital == known.capital
        kind = "capital_differs" if not same else "capital_common" if same and asked.capital in COMMON_CAPITAL else "capital_same"
        marks.append(Mark(kind, asked.capital, known.capital))
    return marks


def _code(code: str, known: str) -> Mark:
    if code == known:
        return Mark("code_same")
    valid = _is_valid(code)
    if not valid and OSA.distance(code, known, score_cutoff=1) == 1:
        return Mark("code_damaged", code, known)
    return Mark("code_differs" if valid else "code_unlike", code, known)


@lru_cache(maxsize=1024)
def _is_valid(code: str) -> bool:
    return uscc.grade(code) is uscc.Grade.VALID


def _address(seen: str, known: str) -> str:
    if seen == known:
        return "address_same"
    longest = max(len(seen), len(known))
    apart = OSA.distance(seen, known, score_cutoff=longest // 3)
    if apart <= longest // 3 or (min(len(seen), len(known)) >= 5 and (seen in known or known in seen)):
        return "address_near"
    return "address_differs"
