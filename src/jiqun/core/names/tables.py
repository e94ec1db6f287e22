"""词表 word lists that names are read by: places with their history, trade words, legal forms, branch words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeAlias

from jiqun.core.names.folding import fold
from jiqun.core.packfiles import read_csv

Prefixes: TypeAlias = tuple[str, ...]
"""Places as the leading digits of their codes: 33 a province, 3306 a city, 330624 a county; "" is the whole country."""

ENDINGS = "省市县区"
VILLAGE = 3
"""So many characters of a village or street may follow a place in brackets."""
COUNTRY = ("中国", "中华人民共和国", "全国")


@lru_cache(maxsize=1 << 16)
def compatible(a: Prefixes, b: Prefixes) -> bool:
    """May both mean one place: is one of `a` within one of `b`, or the other way round?"""
    return any(x.startswith(y) or y.startswith(x) for x in a for y in b)


@dataclass(frozen=True)
class NameTables:
    """What the parser goes by; every word is folded.

    places     name of a place to what it means today
    inner      names that are a place only behind the city they lie in (short names of districts: 西湖)
    trades     trade words; forms: legal form to its class; branches: words a branch ends with
    shorter    long words to the short form people write (农业银行: 农行)
    simplify   see `fold`
    """

    places: Mapping[str, Prefixes]
    inner: Mapping[str, Prefixes]
    trades: frozenset[str]
    forms: Mapping[str, str]
    branches: frozenset[str]
    openers: frozenset[str]
    shorter: Mapping[str, str] = field(default_factory=dict[str, str])
    simplify: Mapping[int, str] = field(default_factory=dict[int, str])

    @classmethod
    def load(cls, packs: Path, simplify: Mapping[int, str]) -> "NameTables":
        """Read packs/codes and packs/names."""
        names = packs / "names"
        places, inner = _places(packs, simplify)
        forms = {fold(row["word"], simplify): row["class"] for row in read_csv(names / "forms.csv", _FORM)}
        kinds = read_csv(names / "branches.csv", _BRANCH)
        trades = {fold(row["word"], simplify) for row in read_csv(names / "trade_words.csv", ("word",))}
        return cls(
            places, inner, frozenset(trades), forms,
            frozenset(row["word"] for row in kinds if row["use"] == "ending"),
            frozenset(row["word"] for row in kinds if row["use"] == "opener"),
            {row["long"]: row["short"] for row in read_csv(names / "short_forms.csv", ("long", "short"))},
            simplify,
        )  # fmt: skip

    @cached_property
    def place_lengths(self) -> Mapping[str, tuple[int, ...]]:
        """How long the places are that begin with two given characters, longest first."""
        lengths: dict[str, set[int]] = {}
        for name in (*self.places, *self.inner):
            lengths.setdefault(name[:2], set()).add(len(name))
        return {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}

    @cached_property
    def opener(self) -> "re.Pattern[str]":
        """Finds the legal form after which a branch may be named, the longest that begins first."""
        words = sorted(self.openers, key=lambda word: (-len(word), word))
        return re.compile("|".join(map(re.escape, words)) or "(?!)")

    @cached_property
    def tails(self) -> tuple[str, ...]:
        """Branch words that say by themselves that it is a branch: 支行, 分公司, 营业厅."""
        return tuple(sorted(word for word in self.branches if 1 < len(word) < 5 and word[0] in "分支营办储"))

    @cached_property
    def long_words(self) -> "re.Pattern[str]":
        """Finds the words that have a short form, the longest first."""
        words = sorted(self.shorter, key=lambda word: (-len(word), word))
        return re.compile("|".join(map(re.escape, words)) or "(?!)")

    def shortened(self, text: str) -> str:
        """The text with every long word in its short form."""
        return self.long_words.sub(lambda found: self.shorter[found[0]], text)

    @cached_property
    def branch_words(self) -> tuple[str, ...]:
        """The words a branch ends with, as `str.endswith` takes them."""
        return tuple(sorted(self.branches))

    def fold(self, text: str) -> str:
        """`fold` with this table's characters."""
        return fold(text, self.simplify)

    def place(self, text: str) -> Prefixes:
        """What the name or code of a place means today, as in a column of a list; empty when it is not known."""
        folded = self.fold(text)
        if folded.isdigit() and len(folded) >= 6:
            return (folded[:6].removesuffix("00").removesuffix("00"),)
        return self._read(folded)[0]

    def chain(self, folded: str) -> Prefixes:
        """What a text means that is places, one within the other (绍兴市上虞区, 瑞安仙降); else empty."""
        found, rest = self._read(folded)
        return found if len(rest) <= VILLAGE else ()

    def _read(self, folded: str) -> tuple[Prefixes, str]:
        found: Prefixes = ()
        while folded:
            lengths = self.place_lengths.get(folded[:2], ())
            length = next((n for n in lengths if self._known(folded[:n])), 0)
            inner = self._known(folded[:length]) if length else ()
            if not inner or (found and not any(x.startswith(y) for x in inner for y in found)):
                break
            found, folded = inner, folded[length:]
        return found, folded

    def _known(self, text: str) -> Prefixes:
        return self.places.get(text) or self.inner.get(text, ())


_FORM, _BRANCH = ("word", "class"), ("word", "use")


def _places(packs: Path, simplify: Mapping[int, str]) -> tuple[dict[str, Prefixes], dict[str, Prefixes]]:
    """Today's names and short names, then those of old, then cities elsewhere; the first meaning of a name holds."""
    places: dict[str, Prefixes] = dict.fromkeys(COUNTRY, ("",))
    inner: dict[str, Prefixes] = {}
    for row in read_csv(packs / "codes" / "regions.csv", ("code", "level", "name_zh", "short_zh")):
        prefix = (row["code"].removesuffix("00").removesuffix("00"),)
        name, short = fold(row["name_zh"], simplify), fold(row["short_zh"], simplify)
        places.setdefault(name, prefix)
        (inner if name.endswith("区") and row["level"] == "county" else places).setdefault(short, prefix)
    for row in read_csv(packs / "names" / "places.csv", ("name", "code")):
        for name in _spellings(fold(row["name"], simplify)):
            places.setdefault(name, (row["code"],))
    for name, prefixes in _former(packs, simplify):
        places.setdefault(name, prefixes)
        short = name.removesuffix("地区").rstrip(ENDINGS)
        if len(short) > 1 and short not in places:
            (inner if name.endswith("区") else places).setdefault(short, prefixes)
    return places, inner


def _spellings(name: str) -> Iterable[str]:
    return (name, name + "市")


def _former(packs: Path, simplify: Mapping[int, str]) -> Iterable[tuple[str, Prefixes]]:
    """Names of old with all the units that took them over; 城区 and 郊区 say nothing by themselves."""
    heirs: dict[str, list[str]] = {}
    for row in read_csv(packs / "codes" / "region_changes.csv", ("old_name", "new_code", "part")):
        if row["part"] != "piece" and row["old_name"] not in ("城区", "郊区", "东城区", "南城区", "西城区"):
            code = row["new_code"].removesuffix("00").removesuffix("00")
            heirs.setdefault(fold(row["old_name"], simplify), []).append(code)
    return ((name, tuple(dict.fromkeys(codes))) for name, codes in heirs.items())
