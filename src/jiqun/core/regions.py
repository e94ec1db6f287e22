"""Regions 行政区划: today's province, cities and 90 county units, and what older codes and names became."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from jiqun.core.errors import InputError, NotFound, PackError
from jiqun.core.packfiles import read_csv
from jiqun.core.placement import Placer

HOME = "330000"


class RegionLevel(StrEnum):
    """Province 省, city 设区市, county unit 县（市、区）."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Region:
    """One unit of today: six-digit code as text, level, code of the unit above, names in zh and en."""

    code: str
    level: RegionLevel
    parent: str
    name: Mapping[str, str]
    short: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A code or name that leads to several units of today; a township or street decides."""

    text: str
    candidates: tuple[Region, ...]


class Part(StrEnum):
    """What a unit of today took over from an old one."""

    ALL = "all"
    MAIN = "main"
    SHARE = "share"
    PIECE = "piece"


@dataclass(frozen=True, slots=True)
class Change:
    """An old unit, the time it stood, and one unit of today that took it over in whole or part (区划变更)."""

    old_code: str
    old_name: str
    since: date
    until: date
    new_code: str
    part: Part
    townships: tuple[str, ...]

    def held_on(self, day: date) -> bool:
        """Did the old unit stand on that day?"""
        return self.since <= day < self.until


class Regions:
    """Today's tree with its history."""

    def __init__(
        self, regions: Iterable[Region], changes: Iterable[Change], placer: Placer | None = None
    ) -> None:
        self._by_code = {region.code: region for region in regions}
        self._children: dict[str, list[Region]] = {}
        self._by_name: dict[str, list[Region]] = {}
        for region in self._by_code.values():
            self._children.setdefault(region.parent, []).append(region)
            for name in {*region.name.values(), *region.short.values()}:
                self._by_name.setdefault(name.casefold(), []).append(region)
        self._by_old: dict[str, list[Change]] = {}
        for change in changes:
            self._by_old.setdefault(change.old_code, []).append(change)
            self._by_old.setdefault(change.old_name, []).append(change)
        self._placer = placer

    @classmethod
    def load(cls, folder: Path) -> "Regions":
        """Read regions.csv, region_changes.csv, zj_townships.csv and zj_areas.csv of the codes folder."""
        regions = [_region(row) for row in read_csv(folder / "regions.csv", _REGION_COLUMNS)]
        known = {region.code for region in regions}
        path = folder / "region_changes.csv"
        changes = [_change(row, path, known) for row in read_csv(path, _CHANGE_COLUMNS)]
        return cls(regions, changes, _placer(folder, regions, changes))

    def __iter__(self) -> Iterator[Region]:
        return iter(self._by_code.values())

    def find(self, code: str) -> Region | None:
        """Today's unit of that code, or None."""
        return self._by_code.get(code)

    def get(self, code: str) -> Region:
        """Today's unit of that code; NotFound when there is none."""
        region = self._by_code.get(code)
        if region is None:
            raise NotFound("region.not_found", seen=code, allowed="330000 330100 330102 …")
        return region

    def children(self, code: str) -> tuple[Region, ...]:
        """The units directly below."""
        return tuple(self._children.get(code, ()))

    def ancestors(self, code: str) -> tuple[Region, ...]:
        """The units above, nearest first."""
        above: list[Region] = []
        parent = self.get(code).parent
        while parent:
            above.append(self.get(parent))
            parent = above[-1].parent
        return tuple(above)

    def cities(self) -> tuple[Region, ...]:
        """The 11 cities."""
        return self.children(HOME)

    def counties(self) -> tuple[Region, ...]:
        """The 90 county units, in code order."""
        return tuple(county for city in self.cities() for county in self.children(city.code))

    def covers(self, scope: str, code: str) -> bool:
        """Does the subtree of `scope` hold `code`? (管辖范围) False for codes that are not today's."""
        region = self._by_code.get(code)
        while region is not None:
            if region.code == scope:
                return True
            region = self._by_code.get(region.parent)
        return False

    def subtree(self, code: str) -> tuple[Region, ...]:
        """The unit itself and everything below it."""
        region = self.get(code)
        return (region, *(lower for child in self.children(code) for lower in self.subtree(child.code)))

    def resolve(
        self, code_or_name: str, *, on: date | None = None, within: str | None = None
    ) -> "Region | Ambiguous | None":
        """Today's unit for any present or former code or name.

        on      the day the code or name was used; None means today's meaning first, then the latest
        within  code of a city or province the unit must lie in today
        Gives Ambiguous when a unit was divided with no main heir, or when several carry the name.
        """
        text, within = self._without_path(code_or_name.strip(), within)
        found = self._meanings(text, on)
        if within is not None:
            found = [region for region in found if self.covers(within, region.code)]
        if not found:
            return None
        return found[0] if len(found) == 1 else Ambiguous(code_or_name, tuple(found))

    def history(self, code_or_name: str) -> tuple[Change, ...]:
        """Every change an old code or name went through, oldest first."""
        return tuple(
            sorted(self._by_old.get(code_or_name, ()), key=lambda change: (change.since, change.new_code))
        )

    def place(self, address: str, code: str) -> tuple[str | None, str]:
        """The county unit of an enterprise, from its address and the region part of its code, and how.

        `how` is a `Placing`; the code is None where the evidence does not decide, never a guess.
        """
        if self._placer is None:
            raise InputError("region.not_found", seen=address, allowed="zj_townships.csv")
        return self._placer.place(address, code)

    def _meanings(self, text: str, on: date | None) -> list[Region]:
        changes = self._by_old.get(text, [])
        held = [change for change in changes if on is not None and change.held_on(on)]
        if held:
            return self._heirs(held)
        today = [self._by_code[text]] if text in self._by_code else self._by_name.get(text.casefold(), [])
        if today:
            return today
        if changes:
            latest = max(change.until for change in changes)
            return self._heirs([c for c in changes if c.until == latest or c.old_code != text])
        if len(text) == 6 and text.isdigit() and text.endswith("01"):
            return [city for city in [self._by_code.get(text[:4] + "00")] if city is not None]
        if len(text) == 12 and text.isdigit():
            return self._meanings(text[:6], on)
        return []

    def _heirs(self, changes: list[Change]) -> list[Region]:
        codes = dict.fromkeys(c.new_code for c in changes if c.part is not Part.PIECE)
        return [self._by_code[code] for code in codes]

    def _without_path(self, text: str, within: str | None) -> tuple[str, str | None]:
        """浙江省杭州市余杭区 -> 余杭区 within 330100."""
        for length in (3, 2):
            for region in self._by_name.get(text[:length], ()):
                if region.level is not RegionLevel.COUNTY and len(text) > length + 1:
                    rest, inside = self._without_path(text[length:], region.code)
                    if rest in self._by_old or rest in self._by_name:
                        return rest, inside
        return text, within


_REGION_COLUMNS = ("code", "level", "parent", "name_zh", "name_en", "short_zh", "short_en")
_CHANGE_COLUMNS = ("old_code", "old_name", "since", "until", "known_to", "new_code", "part", "townships")


def _region(row: Mapping[str, str]) -> Region:
    return Region(
        code=row["code"],
        level=RegionLevel(row["level"]),
        parent=row["parent"],
        name={"zh": row["name_zh"], "en": row["name_en"]},
        short={"zh": row["short_zh"], "en": row["short_en"]},
    )


def _change(row: Mapping[str, str], path: Path, known: set[str]) -> Change:
    if row["new_code"] not in known:
        raise PackError("pack.unknown_region", file=str(path), key=row["old_code"], seen=row["new_code"])
    return Change(
        old_code=row["old_code"],
        old_name=row["old_name"],
        since=date.fromisoformat(row["since"]),
        until=date.fromisoformat(row["until"]),
        new_code=row["new_code"],
        part=Part(row["part"]),
        townships=tuple(filter(None, row["townships"].split(";"))),
    )


def _placer(folder: Path, regions: Iterable[Region], changes: Iterable[Change]) -> Placer:
    townships = read_csv(folder / "zj_townships.csv", ("code", "name", "county", "state"))
    areas = read_csv(folder / "zj_areas.csv", ("name", "county", "use"))
    return Placer(
        units=[
            (region.code, region.level.value, region.name["zh"], region.short["zh"]) for region in regions
        ],
        heirs=[(c.old_code, c.old_name, c.new_code, c.part.value, c.until, c.townships) for c in changes],
        townships=[(row["name"], row["county"]) for row in townships],
        areas=[(row["name"], row["county"], row["use"]) for row in areas],
    )
