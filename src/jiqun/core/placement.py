"""Placement 落位: the county unit of an enterprise, from the region part of its code and its address."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from jiqun.core.gazetteer import Gazetteer, Name, Rank, Reading

UnitRow: TypeAlias = tuple[str, str, str, str]
HeirRow: TypeAlias = tuple[str, str, str, str, date, tuple[str, ...]]
AreaRow: TypeAlias = tuple[str, str, str]
HOME, HOME_PREFIX = "330000", "33"
NEW_NAME = "330114"  # 钱塘 was the name of a river and of half the city long before it was a district
GENERIC = frozenset({"城区", "郊区", "东城区", "南城区", "西城区"})
_KINDS = ("街道", "镇", "乡")
_NAMED = frozenset({Rank.COUNTY, Rank.AREA, Rank.TOWNSHIP})
_LOCAL = _NAMED | {Rank.SHORT, Rank.LANDMARK}


class Placing(StrEnum):
    """How an enterprise was placed, or why it was not (落位依据)."""

    CODE_AND_ADDRESS = "code_and_address"
    ADDRESS = "address"
    TOWNSHIP = "township"
    AREA = "area"
    LANDMARK = "landmark"
    CODE = "code"
    CODE_MAIN = "code_main"
    SPLIT_UNIT = "split_unit"
    CITY_ONLY = "city_only"
    OUTSIDE = "outside"
    NO_EVIDENCE = "no_evidence"


_HOW = {
    Rank.TOWNSHIP: Placing.TOWNSHIP,
    Rank.AREA: Placing.AREA,
    Rank.SHORT: Placing.LANDMARK,
    Rank.LANDMARK: Placing.LANDMARK,
}


class Placer:
    """Tables built once; `place` then only looks up."""

    def __init__(
        self,
        *,
        units: Iterable[UnitRow],
        heirs: Iterable[HeirRow],
        townships: Iterable[tuple[str, str]],
        areas: Iterable[AreaRow],
    ) -> None:
        units, heirs = list(units), list(heirs)
        self._home = frozenset(
            c for c, level, _, _ in units if level == "county" and c.startswith(HOME_PREFIX)
        )
        self._by_code = _code_names(units, heirs)
        self._names = Gazetteer(_names(units, heirs, list(townships), list(areas)))

    def place(self, address: str, code: str) -> tuple[str | None, Placing]:
        """The county unit and how it was found; (None, why) where the evidence does not decide."""
        reading = self._names.read_head(address)
        unit = self._by_code.get(code)
        county, city = reading[Rank.COUNTY] or reading[Rank.SHORT], reading[Rank.CITY]
        if (
            county is not None
            and county.rank is Rank.SHORT
            and city is not None
            and not county.codes & city.codes
        ):
            county = None
        if county is not None:
            if len(county.codes) == 1:
                agreed = unit is not None and unit.main == county.main
                return county.main, Placing.CODE_AND_ADDRESS if agreed else Placing.ADDRESS
            return self._from_divided(address, county, reading[Rank.TOWNSHIP], unit)
        area = reading[Rank.AREA]
        if area is not None and area.main and (unit is None or area.main[:4] == code[:4] or code == HOME):
            return area.main, Placing.AREA
        return self._from_code(address, reading, unit)

    def _from_divided(
        self, address: str, county: Name, township: Name | None, unit: Name | None
    ) -> tuple[str | None, Placing]:
        """The address names a county unit that has since been divided."""
        codes = county.codes
        local = _only(codes, township)
        if local:
            agreed = local == county.main and unit is not None and unit.main == local
            return local, Placing.CODE_AND_ADDRESS if agreed else Placing.TOWNSHIP
        found, rank = self._names.search(address, _LOCAL, codes)
        if found:
            return found, _by(rank)
        if unit is not None and len(both := codes & unit.codes) == 1:
            return next(iter(both)), Placing.CODE_AND_ADDRESS
        if county.main:
            agreed = unit is not None and unit.main == county.main
            return county.main, Placing.CODE_AND_ADDRESS if agreed else Placing.ADDRESS
        return None, Placing.SPLIT_UNIT

    def _from_code(self, address: str, reading: Reading, unit: Name | None) -> tuple[str | None, Placing]:
        """The address names no county unit: a township, else the code alone."""
        codes = self._candidates(reading, unit)
        local = _only(codes, reading[Rank.TOWNSHIP])
        if local:
            return local, Placing.TOWNSHIP
        if unit is not None and len(unit.codes) == 1 and codes == unit.codes:
            return unit.main, Placing.CODE
        divided = unit is not None and unit.rank is Rank.COUNTY
        found, rank = self._names.search(address, _LOCAL if divided else _NAMED, codes)
        if found:
            return found, _by(rank)
        if unit is not None and unit.main and unit.main in codes:
            return unit.main, Placing.CODE_MAIN
        return None, self._why(reading, unit)

    def _candidates(self, reading: Reading, unit: Name | None) -> frozenset[str]:
        """The county units the code allows; a city named in full overrules a code of another city."""
        city = reading[Rank.CITY]
        if unit is None:
            return city.codes if city is not None else self._home
        if city is None:
            return unit.codes
        both = unit.codes & city.codes
        return both or (city.codes if city.main else unit.codes)

    def _why(self, reading: Reading, unit: Name | None) -> Placing:
        province = reading[Rank.PROVINCE]
        if province is not None and not province.codes & self._home:
            return Placing.OUTSIDE
        if unit is not None and unit.rank is Rank.COUNTY:
            return Placing.SPLIT_UNIT
        return Placing.CITY_ONLY if unit is not None or reading[Rank.CITY] else Placing.NO_EVIDENCE


def _by(rank: Rank | None) -> Placing:
    return _HOW.get(rank, Placing.ADDRESS) if rank is not None else Placing.ADDRESS


def _only(codes: frozenset[str], name: Name | None) -> str | None:
    """The one code the name means among those, if it is one."""
    if name is None:
        return None
    both = codes & name.codes
    return next(iter(both)) if len(both) == 1 else None


def _code_names(units: list[UnitRow], heirs: list[HeirRow]) -> dict[str, Name]:
    """What each code in an old register can mean today: codes were given out before the changes."""
    found: dict[str, Name] = {}
    counties = [code for code, level, _, _ in units if level == "county" and code.startswith(HOME_PREFIX)]
    for code, level, _, _ in units:
        below = frozenset(c for c in counties if c.startswith(code[:2] if level == "province" else code[:4]))
        if level == "county":
            found[code] = Name(Rank.COUNTY, frozenset({code}), code)
        elif below:
            found[code] = Name(Rank.CITY, below, None)
            found[code[:4] + "01"] = found[code]
    today = {code: name for code, _, name, _ in units}
    for code, rows in _latest(heirs, 0).items():
        if code not in today or rows[0][1] == today[code]:
            found[code] = _heirs_name(rows)
    return found


def _latest(heirs: list[HeirRow], column: int) -> dict[str, list[HeirRow]]:
    """The rows of the last unit that bore each code (column 0) or name (column 1)."""
    grouped: dict[str, list[HeirRow]] = {}
    for row in heirs:
        grouped.setdefault(str(row[column]), []).append(row)
    return {key: [r for r in rows if r[4] == max(row[4] for row in rows)] for key, rows in grouped.items()}


def _heirs_name(rows: list[HeirRow]) -> Name:
    main = [new for _, _, new, part, _, _ in rows if part in ("all", "main")]
    return Name(Rank.COUNTY, frozenset(row[2] for row in rows), main[0] if len(main) == 1 else None)


def _names(
    units: list[UnitRow], heirs: list[HeirRow], townships: list[tuple[str, str]], areas: list[AreaRow]
) -> Iterator[tuple[str, Name]]:
    counties = [code for code, level, _, _ in units if level == "county" and code.startswith(HOME_PREFIX)]
    former = {name: _heirs_name(rows) for name, rows in _latest(heirs, 1).items() if name not in GENERIC}
    today = {name for _, level, name, _ in units if level != "county"}
    for code, level, name, short in units:
        if level == "county":
            kept = former.get(name) or Name(Rank.COUNTY, frozenset({code}), code)
            yield name, kept
            if code != NEW_NAME:
                yield short, Name(Rank.SHORT, kept.codes, kept.main)
            continue
        below = frozenset(c for c in counties if c.startswith(code[:2] if level == "province" else code[:4]))
        rank = Rank.PROVINCE if level == "province" else Rank.CITY
        yield name, Name(rank, below, code)
        yield short, Name(rank, below, None)
    yield from (
        (name, kept) for name, kept in former.items() if name not in today and not name.endswith("地区")
    )
    for name, county, use in areas:
        yield name, Name(Rank.AREA if use == "head" else Rank.LANDMARK, frozenset({county}), county)
    yield from _township_names(townships, heirs)


def _township_names(townships: list[tuple[str, str]], heirs: list[HeirRow]) -> Iterator[tuple[str, Name]]:
    moved = [(name, new) for _, _, new, _, _, names in heirs for name in names]
    for name, county in {*townships, *moved}:
        stem = next((name.removesuffix(kind) for kind in _KINDS if name.endswith(kind)), name)
        for kind in _KINDS:
            yield stem + kind, Name(Rank.TOWNSHIP, frozenset({county}), county)
        if len(stem) > 1:
            yield stem, Name(Rank.LANDMARK, frozenset({county}), county)
