"""Industries 国民经济行业分类: the tree of GB/T 4754-2017, codes as text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from jiqun.core.errors import NotFound, PackError
from jiqun.core.packfiles import read_csv


class Level(IntEnum):
    """Depth in the tree: 门类, 大类, 中类, 小类."""

    SECTION = 1
    DIVISION = 2
    GROUP = 3
    CLASS = 4


@dataclass(frozen=True, slots=True)
class Industry:
    """One entry: code (`C`, `17`, `175`, `1751`), official name, level, code of the entry above."""

    code: str
    name: str
    level: Level
    parent: str
    section: str


class Industries:
    """The whole classification, looked up by code (行业代码)."""

    def __init__(self, industries: Iterable[Industry]) -> None:
        self._by_code: dict[str, Industry] = {}
        self._children: dict[str, list[str]] = {}
        for industry in industries:
            self._by_code[industry.code] = industry
            self._children.setdefault(industry.parent, []).append(industry.code)

    @classmethod
    def load(cls, folder: Path) -> "Industries":
        """Read `gbt4754_2017.csv` of the codes folder."""
        path = folder / "gbt4754_2017.csv"
        found: dict[str, Industry] = {}
        for row in read_csv(path, ("code", "name", "level", "parent", "section")):
            code = row["code"]
            if code in found:
                raise PackError("pack.duplicate_key", file=str(path), key=code)
            if row["parent"] and row["parent"] not in found:
                raise PackError("pack.unknown_parent", file=str(path), key=code, seen=row["parent"])
            level = Level(int(row["level"]))
            section = code if level is Level.SECTION else row["section"]
            found[code] = Industry(code, row["name"], level, row["parent"], section)
        return cls(found.values())

    def __iter__(self) -> Iterator[Industry]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def find(self, code: str) -> Industry | None:
        """The entry of that code, with or without its section letter (C17 is 17), or None."""
        plain = code.strip().upper()
        found = self._by_code.get(plain)
        if found is None and len(plain) > 1 and plain[0].isalpha():
            below = self._by_code.get(plain[1:])
            return below if below is not None and below.section == plain[0] else None
        return found

    def get(self, code: str) -> Industry:
        """The entry of that code; NotFound when there is none."""
        found = self.find(code)
        if found is None:
            raise NotFound("industry.not_found", seen=code, allowed="GB/T 4754-2017")
        return found

    def ancestors(self, code: str) -> tuple[Industry, ...]:
        """The entries above, nearest first, up to the section."""
        above: list[Industry] = []
        parent = self.get(code).parent
        while parent:
            above.append(self._by_code[parent])
            parent = above[-1].parent
        return tuple(above)

    def children(self, code: str) -> tuple[Industry, ...]:
        """The entries directly below, in the order of the standard; `""` gives the 20 sections."""
        key = self.get(code).code if code else ""
        return tuple(self._by_code[child] for child in self._children.get(key, ()))

    def section_of(self, code: str) -> Industry:
        """The section (门类) the entry belongs to."""
        return self._by_code[self.get(code).section]
