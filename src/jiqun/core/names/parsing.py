"""名称解析 parsing: region, brand 字号, trade 行业, legal form 组织形式, branch 分支机构 and brackets of a folded name.

No character is lost: the texts of the pieces, one after the other, are the folded name.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from jiqun.core.names.slips import SLIPPED_LENGTHS, slipped_form
from jiqun.core.names.tables import ENDINGS, NameTables, Prefixes, compatible

LONGEST_FORM, LONGEST_TRADE = 10, 5
PLACES_IN_A_ROW = 4
_FORMER = re.compile(r"(?:从属名称|第二名称|第二厂名|原名称?|曾用名|又名|原|挂|一称|二称)+(.+)")
_STEMLESS = frozenset({"limited", "stock", "company", "group", "factory", "partnership", "cut"})


class Piece(NamedTuple):
    """A part of the folded name: region, brand, trade, form, branch, bracket or former, and its text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart.

    folded  the whole in its one spelling; pieces: its parts in order
    region  what its places mean today, the narrowest; empty when it names none
    stem    what is left without region and legal form: what two spellings of one enterprise share
    former  other names it gives for itself in brackets
    """

    folded: str
    pieces: tuple[Piece, ...]
    region: Prefixes
    brand: str
    trade: str
    form: str
    form_class: str
    branch: str
    stem: str
    former: tuple[str, ...] = ()


def parse(text: str, tables: NameTables) -> Name:
    """Take a name apart; `text` need not be folded."""
    folded = tables.fold(text)
    return _Reading(folded, tables).name()


class _Reading:
    """One name on its way: what stands before and behind the part that is not yet read."""

    def __init__(self, folded: str, tables: NameTables) -> None:
        self.folded, self.tables = folded, tables
        self.region: Prefixes = ()
        self.former: list[str] = []
        self.front: list[Piece] = []
        self.back: list[Piece] = []
        self.branch = self.form = self.form_class = ""

    def name(self) -> Name:
        rest = self._bracket_behind(self._places(self.folded))
        rest = self._branch(rest)
        rest = self._form(rest)
        rest, inside = self._bracket_behind(rest), len(self.back)
        if len(self.back) == inside and not self.form:
            rest = self._form(rest)
        brand, trade = self._split(rest)
        middle = [Piece("brand", brand), Piece("trade", trade)] if trade else [Piece("brand", brand)]
        pieces = [piece for piece in (*self.front, *middle, *reversed(self.back)) if piece.text]
        kept = "" if self.form_class in _STEMLESS else self.form
        stem = self._plain(rest + kept) + self._branch_stem()
        return Name(
            self.folded, tuple(pieces), self.region, brand, trade, self.form, self.form_class, self.branch,
            stem or self.folded, tuple(self.former),
        )  # fmt: skip

    def _places(self, rest: str) -> str:
        """The places the name begins with, each within the one before."""
        for _ in range(PLACES_IN_A_ROW):
            length, found = self._place_at(rest)
            if not length or length == len(rest):
                break
            self.region = found
            self.front.append(Piece("region", rest[:length]))
            rest = rest[length:]
        return rest

    def _place_at(self, rest: str) -> tuple[int, Prefixes]:
        if rest.startswith("("):
            end = rest.find(")")
            found = self.tables.places.get(rest[1:end], ()) if end > 0 else ()
            return (end + 1, found) if found else (0, ())
        for length in self.tables.place_lengths.get(rest[:2], ()):
            found = self.tables.places.get(rest[:length], ())
            if not found and self.region:
                found = self.tables.inner.get(rest[:length], ())
            if found and (not self.region or _within(found, self.region)):
                return length, found
        return 0, ()

    def _bracket_behind(self, rest: str) -> str:
        """Brackets at the end: a place, a legal form, a name of old, or words of their own."""
        while rest.endswith(")") and (start := rest.rfind("(")) > 0:
            inside = rest[start + 1 : -1]
            place = self.tables.chain(inside)
            form = self.tables.forms.get(inside, "")
            known = _FORMER.fullmatch(inside)
            if place and (not self.region or _within(place, self.region)):
                self.region = place
            elif known:
                self.former.append(known[1])
            elif form and not self.form:
                self.form, self.form_class = inside, form
            elif not place and not form and not _is_whole_name(inside, self.tables):
                break
            elif not place and not form:
                self.former.append(inside)
            kind = "region" if place else "former" if known or not form else "form"
            self.back.append(Piece(kind, rest[start:]))
            rest = rest[:start]
        return rest

    def _branch(self, rest: str) -> str:
        """What follows the legal form of the whole: 某某有限公司[临平分公司]."""
        if not rest.endswith(self.tables.branch_words):
            return rest
        for found in self.tables.opener.finditer(rest, 2, len(rest) - 1):
            behind = rest[found.end() :]
            if behind not in self.tables.forms:
                self.branch = behind
                self.back.append(Piece("branch", behind))
                return rest[: found.end()]
        return rest

    def _form(self, rest: str) -> str:
        """The legal form the name ends with, the longest that leaves something in front; a branch keeps its word."""
        if not self.branch and self._is_tail(rest):
            return rest
        for length in range(min(LONGEST_FORM, len(rest) - 1), 0, -1):
            form = rest[-length:]
            kind = self.tables.forms.get(form)
            if kind is None and length in SLIPPED_LENGTHS:
                form = slipped_form(form)
                kind = self.tables.forms.get(form)
            if kind is not None:
                if self.form_class in ("", "partnership"):
                    self.form, self.form_class = form, kind
                self.back.append(Piece("form", rest[-length:]))
                return rest[:-length]
        return rest

    def _split(self, rest: str) -> tuple[str, str]:
        """Brand and trade: the longest ending made of trade words, with a brand of two characters or more, or none."""
        size, words = len(rest), self.tables.trades
        reached = [size]
        for start in range(size - 1, -1, -1):
            for end in reached:
                if end - start <= LONGEST_TRADE and rest[start:end] in words:
                    reached.append(start)
                    break
        last = reached[-1]
        cut = 0 if last == 0 and size > 3 else min((at for at in reached if at > 1), default=size)
        return rest[:cut], rest[cut:]

    def _plain(self, text: str) -> str:
        """Without brackets, long words in their short form, and in a branch without inner form its places short."""
        text = self.tables.shortened(text.replace("(", "").replace(")", ""))
        if not self.branch and self._is_tail(text):
            for at in range(2, len(text) - 3):
                if (shorter := self._place_short(text[at:])) != text[at:]:
                    return text[:at] + shorter
        return text

    def _is_tail(self, text: str) -> bool:
        return text.endswith(self.tables.tails)

    def _branch_stem(self) -> str:
        """The branch without legal form, its place short: 云和县支行 and 云和支行 are one."""
        text = self.branch
        if not self._is_tail(text):
            for length in range(min(LONGEST_FORM, len(text) - 2), 0, -1):
                if self.tables.forms.get(text[-length:]) in _STEMLESS:
                    text = text[:-length]
                    break
        return self._place_short(self.tables.shortened(text))

    def _place_short(self, text: str) -> str:
        for length in self.tables.place_lengths.get(text[:2], ()) if text else ():
            if (
                2 < length <= len(text)
                and text[:length] in self.tables.places
                and text[length - 1] in ENDINGS
            ):
                return text[: length - 1] + text[length:]
        return text


def _within(inner: Prefixes, outer: Prefixes) -> bool:
    return any(x.startswith(y) for x in inner for y in outer) and compatible(inner, outer)


def _is_whole_name(text: str, tables: NameTables) -> bool:
    """Is what stands in brackets a name by itself (a place in front, a legal form behind)?"""
    return len(text) > 5 and any(text[-n:] in tables.forms for n in range(LONGEST_FORM, 0, -1))
