"""Noisy names 评测名录: 12,320 names as offices write them, made over a register, each with the enterprise it is, or none.

Kinds, 640 names each (drawn again where a kind has nothing to hold on to in a name):

region_dropped      宁波恒大机械有限公司 -> 恒大机械有限公司          form_swapped   有限公司 -> 有限责任公司, 厂 ...
region_added        province, city or county put in front             form_cut       有限公司 -> 有限
region_old          a unit by a name it had: 温岭市 -> 温岭县          form_gone      no legal form
region_bracket_end  恒大机械有限公司（宁波）                          char_dropped, char_doubled, char_swapped,
traditional         traditional characters                            char_look_alike, char_sound_alike
width_blanks        full width, stray blanks                                         one character anywhere in the name
trade_dropped       恒大有限公司, or one of two trade words           two_kinds      two of the above, of two families

not_in_register     2,080 names: region and brand of one enterprise, trade and legal form of another

Half of each kind has the name only. The other half has one to three of region, address, code, capital, date; half of
the codes are damaged by one character. A name that is none gets an address in that county, a code, a capital, a date of
its own. Two rules keep the labels true: a noisy name that spells the name of another enterprise is drawn again, and so
is a made-up one whose region, brand and trade are an enterprise's under another legal form, or whose trade holds the
other's. Enterprises that share a name once it is folded are left in; they can only be told by another column.

Every second name of a kind is for tuning, the other half is held out. The parser and word lists of the product are not
used here, except for the tables of regions.
"""

import csv
import gzip
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from benchmarks.matching_noise import FORMS, FREE_FORMS, LOOK_ALIKES, TRADES
from benchmarks.measure import ROOT
from jiqun.core import uscc

SEED = 20_415
EACH, NONE = 640, 2_080
KINDS = (
    "region_dropped", "region_added", "region_old", "region_bracket_end", "form_swapped", "form_cut", "form_gone",
    "char_dropped", "char_doubled", "char_swapped", "char_look_alike", "char_sound_alike", "traditional",
    "width_blanks", "trade_dropped", "two_kinds",
)  # fmt: skip
COLUMNS = ("region", "address", "code", "capital", "date")
DIGITS_AND_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Case:
    """One noisy name: its kind, what else its row says, and the code of the enterprise it is ("" for none)."""

    kind: str
    name: str
    truth: str
    code: str = ""
    region: str = ""
    address: str = ""
    capital: str = ""
    date: str = ""
    held_out: bool = False

    @property
    def bare(self) -> bool:
        """Is there nothing but the name?"""
        return not (self.code or self.region or self.address or self.capital or self.date)


@dataclass(frozen=True)
class Parts:
    """A name as the generator cuts it: region, brand, trade, form."""

    region: str
    brand: str
    trade: str
    form: str


class Maker:
    """Makes the cases over the rows of one register."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self.rows = rows
        self.chance = random.Random(SEED)
        self.names = {_plain(row["name"]) for row in rows}
        self.places, self.old, self.county = _regions()
        self.kinds: dict[str, Callable[[str, dict[str, str]], str]] = {
            kind: getattr(self, kind) for kind in KINDS if kind != "two_kinds"
        }

    def cases(self) -> list[Case]:
        """All of them, in a fixed order."""
        made: list[Case] = []
        for kind in KINDS:
            made += [self._noisy(kind, n) for n in range(EACH)]
        made += [self._crossed(n) for n in range(NONE)]
        return made

    def _noisy(self, kind: str, n: int) -> Case:
        for _ in range(5000):
            row = self.chance.choice(self.rows)
            name = self._two(row) if kind == "two_kinds" else self.kinds[kind](row["name"], row)
            plain = _plain(name)
            if name and name != row["name"] and (plain == _plain(row["name"]) or plain not in self.names):
                case = Case(kind, name, row["uscc"], held_out=n % 2 == 1)
                return self._with_columns(case, row) if n // 2 % 2 else case
        raise SystemExit(f"no name of the register takes {kind}")

    def _two(self, row: dict[str, str]) -> str:
        first, second = self.chance.sample(KINDS[:-1], 2)
        if first.split("_")[0] == second.split("_")[0]:
            return ""
        once = self.kinds[first](row["name"], row)
        twice = self.kinds[second](once, row) if once and once != row["name"] else ""
        return twice if twice != once else ""

    def _crossed(self, n: int) -> Case:
        while True:
            one, other = self.chance.sample(self.rows, 2)
            a, b = self.cut(one["name"]), self.cut(other["name"])
            if not (a.region and a.brand and a.trade and b.trade and b.form) or _overlap(a.trade, b.trade):
                continue
            if (a.region.rstrip("省市县区"), a.brand + b.trade) in self.cores:
                continue
            name = a.region + a.brand + b.trade + b.form
            if _plain(name) not in self.names:
                case = Case("not_in_register", name, "", held_out=n % 2 == 1)
                return self._with_columns(case, self._elsewhere(one)) if n // 2 % 2 else case

    def _elsewhere(self, row: dict[str, str]) -> dict[str, str]:
        """A row of an enterprise that is not in the register: of that county, everything else its own."""
        near = self.chance.choice(self.of_county[row["reg_authority_code"]])
        other = self.chance.choice(self.rows)
        body = "91" + row["reg_authority_code"] + "".join(self.chance.choices("0123456789", k=9))
        address = near["address"] + f"{self.chance.randint(1, 899)}号"
        return row | {"uscc": body + uscc.check_character(body), "address": address, "capital": other["capital"],
                      "reg_date": other["reg_date"]}  # fmt: skip

    def _with_columns(self, case: Case, row: dict[str, str]) -> Case:
        wanted = self.chance.sample(COLUMNS, self.chance.randint(1, 3))
        told = {
            "region": self.county.get(row["reg_authority_code"], row["city"] + "市"),
            "address": row["address"],
            "code": self._code(row["uscc"]),
            "capital": row["capital"] and row["capital"] + row["capital_unit"],
            "date": row["reg_date"],
        }
        return replace(case, **{column: told[column] for column in wanted})

    def _code(self, code: str) -> str:
        if self.chance.random() < 0.5:
            return code
        at = self.chance.randrange(len(code))
        other = self.chance.choice([c for c in DIGITS_AND_LETTERS if c != code[at]])
        return code[:at] + ("" if self.chance.random() < 0.5 else other) + code[at + 1 :]

    # what is taken off or put on

    def cut(self, name: str) -> Parts:
        """Region, brand, trade, form as plain lists tell them; a part that is not told is empty."""
        region = next((name[:n] for n in range(8, 1, -1) if name[:n] in self.places), "")
        if region and (inner := next((n for n in range(4, 1, -1) if name[len(region) :][:n] in self.places), 0)):
            region = name[: len(region) + inner]
        rest = name[len(region) :]
        form = next((form for form in FORMS if rest.endswith(form) and len(rest) > len(form) + 1), "")
        rest = rest.removesuffix(form)
        trade = ""
        while word := next((w for w in TRADES if rest.endswith(w) and len(rest) >= len(w) + 2), ""):
            rest, trade = rest.removesuffix(word), word + trade
        return Parts(region, rest, trade, form)

    @cached_property
    def cores(self) -> set[tuple[str, str]]:
        """Region, and brand with trade, of every enterprise: what a made-up name must not be."""
        parts = [self.cut(row["name"]) for row in self.rows]
        return {(part.region.rstrip("省市县区"), part.brand + part.trade) for part in parts}

    @cached_property
    def of_county(self) -> dict[str, list[dict[str, str]]]:
        """Rows by the county of their code."""
        found: dict[str, list[dict[str, str]]] = {}
        for row in self.rows:
            found.setdefault(row["reg_authority_code"], []).append(row)
        return found

    @cached_property
    def by_sound(self) -> dict[str, list[str]]:
        """Characters that names use, by how they are read."""
        from pypinyin import lazy_pinyin

        used = Counter(char for row in self.rows for char in row["name"])
        found: dict[str, list[str]] = {}
        for char in sorted(char for char, times in used.items() if times >= 20 and "一" <= char <= "鿿"):
            found.setdefault(lazy_pinyin(char)[0], []).append(char)
        return found

    def region_dropped(self, name: str, row: dict[str, str]) -> str:
        region = self.cut(name).region
        return name[len(region) :] if region and len(name) > len(region) + 3 else ""

    def region_added(self, name: str, row: dict[str, str]) -> str:
        city, county = row["city"] + "市", self.county.get(row["reg_authority_code"], "")
        region = self.cut(name).region
        if region.startswith(row["city"]) or not county:
            fronts = ["浙江省", "浙江"]
        elif region:
            fronts = ["浙江省", "浙江", city, row["city"], "浙江省" + city]
        else:
            fronts = [row["city"], city, county, "浙江", "浙江省" + county]
        front = self.chance.choice(fronts)
        return "" if name.startswith(("浙江", front, "中国")) else front + name

    def region_old(self, name: str, row: dict[str, str]) -> str:
        region = self.cut(name).region
        for size in range(len(region), 1, -1):
            for at in range(len(region) - size + 1):
                old = self.old.get(region[at : at + size])
                if old and region[at + size : at + size + 1] not in ("省", "市", "县", "区"):
                    return name.replace(region[at : at + size], self.chance.choice(old), 1)
        return ""

    def region_bracket_end(self, name: str, row: dict[str, str]) -> str:
        region = self.cut(name).region
        mark = self.chance.choice(("（{}）", "({})"))
        return name[len(region) :] + mark.format(region) if region and not name.endswith(("）", ")")) else ""

    def form_swapped(self, name: str, row: dict[str, str]) -> str:
        form = self.cut(name).form
        others = [other for other in FREE_FORMS if other != form]
        return name.removesuffix(form) + self.chance.choice(others) if form else ""

    def form_cut(self, name: str, row: dict[str, str]) -> str:
        form = self.cut(name).form
        return name[: -self.chance.randint(1, len(form) - 1)] if len(form) > 1 else ""

    def form_gone(self, name: str, row: dict[str, str]) -> str:
        form = self.cut(name).form
        return name.removesuffix(form) if form else ""

    def char_dropped(self, name: str, row: dict[str, str]) -> str:
        at = self.chance.randrange(len(name))
        return name[:at] + name[at + 1 :]

    def char_doubled(self, name: str, row: dict[str, str]) -> str:
        at = self.chance.randrange(len(name))
        return name[: at + 1] + name[at:]

    def char_swapped(self, name: str, row: dict[str, str]) -> str:
        at = self.chance.randrange(len(name) - 1)
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]

    def char_look_alike(self, name: str, row: dict[str, str]) -> str:
        places = [n for n, char in enumerate(name) if char in LOOK_ALIKES]
        if not places:
            return ""
        at = self.chance.choice(places)
        return name[:at] + self.chance.choice(LOOK_ALIKES[name[at]]) + name[at + 1 :]

    def char_sound_alike(self, name: str, row: dict[str, str]) -> str:
        from pypinyin import lazy_pinyin

        at = self.chance.randrange(len(name))
        others = [char for char in self.by_sound.get(lazy_pinyin(name[at])[0], ()) if char != name[at]]
        return name[:at] + self.chance.choice(others) + name[at + 1 :] if others else ""

    def traditional(self, name: str, row: dict[str, str]) -> str:
        return _traditional(name)

    def width_blanks(self, name: str, row: dict[str, str]) -> str:
        wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in name)
        for _ in range(self.chance.randint(1, 2)):
            at = self.chance.randint(0, len(wide))
            wide = wide[:at] + self.chance.choice((" ", "　", "\u00a0", "  ")) + wide[at:]
        return wide

    def trade_dropped(self, name: str, row: dict[str, str]) -> str:
        parts = self.cut(name)
        if not parts.trade or not parts.form or len(parts.brand) < 2:
            return ""
        words = [word for word in TRADES if parts.trade.endswith(word) and word != parts.trade]
        kept = words[0] if words and self.chance.random() < 0.5 else ""
        return parts.region + parts.brand + kept + parts.form


def cases(register: Path, *, held_out: bool) -> list[Case]:
    """One half of the cases over a register, in a fixed order."""
    return [case for case in Maker(read(register)).cases() if case.held_out is held_out]


def read(register: Path) -> list[dict[str, str]]:
    """The rows of a register."""
    with gzip.open(register, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _plain(name: str) -> str:
    """A name without what folding takes away, as far as equality of two names of the register goes."""
    return name.translate({ord("（"): "(", ord("）"): ")", ord(" "): None, ord("　"): None, 0xA0: None}).upper()


def _overlap(a: str, b: str) -> bool:
    return a in b or b in a or len(set(a) & set(b)) > 1


def _regions() -> tuple[frozenset[str], dict[str, list[str]], dict[str, str]]:
    """Names that stand in front, names of old by today's, counties by the code of their office."""
    codes = ROOT / "packs" / "codes"
    with (codes / "regions.csv").open(encoding="utf-8", newline="") as file:
        regions = list(csv.DictReader(file))
    with (codes / "region_changes.csv").open(encoding="utf-8", newline="") as file:
        changes = list(csv.DictReader(file))
    names = {row["code"]: row["name_zh"] for row in regions}
    places = {row["name_zh"] for row in regions} | {row["short_zh"] for row in regions if len(row["short_zh"]) > 1}
    old: dict[str, list[str]] = {}
    for row in changes:
        today = names.get(row["new_code"], "")
        if row["part"] in ("all", "main") and today not in ("", row["old_name"]) and len(row["old_name"]) > 1:
            for name in (today, today[:-1]) if len(today) > 2 else (today,):
                if row["old_name"] not in old.setdefault(name, []) and "城区" not in row["old_name"]:
                    old[name].append(row["old_name"])
    county = {row["old_code"]: row["old_name"] for row in changes} | names
    return frozenset(places | {row["old_name"] for row in changes}), old, county


_CONVERTER: list[object] = []


def _traditional(name: str) -> str:
    if not _CONVERTER:
        from opencc import OpenCC

        _CONVERTER.append(OpenCC("s2t"))
    return str(_CONVERTER[0].convert(name))  # type: ignore[attr-defined]
