"""Units 计量单位: a table of symbols with exact factors, and the kinds a number can be.

Factors are fractions (亩 is 2000/3 square metres), so no conversion goes through a float. A
conversion whose result does not fit decimal(28,6) is refused unless the caller names a rounding.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from jiqun.core.errors import InputError, PackError
from jiqun.core.packfiles import Table, labels_in, tables_of, text_in, texts_in

PLACES = 6
DIGITS = 28
_SCALE = 10**PLACES
_LIMIT = 10 ** (DIGITS - PLACES)


class Kind(StrEnum):
    """What sort of number it is (数值性质); different sorts are never compared or added by mistake.

    The last three are no numbers but states (`core.states`): yes or no, one of some words, a day.
    """

    LEVEL = "level"
    SHARE = "share"
    GROWTH = "growth"
    POINTS = "points"
    COMPLETION = "completion"
    RANK = "rank"
    FLAG = "flag"
    CHOICE = "choice"
    DATE = "date"


_ADDABLE = frozenset({Kind.LEVEL, Kind.POINTS})


def comparable(a: Kind, b: Kind) -> bool:
    """May one number be held against the other? Only within one kind."""
    return a is b


def addable(a: Kind, b: Kind) -> bool:
    """May the two be added? Levels with levels, differences in points with each other; nothing else."""
    return a is b and a in _ADDABLE


class Rounding(StrEnum):
    """What to do with a result that decimal(28,6) cannot hold exactly."""

    REFUSE = "refuse"
    HALF_EVEN = "half_even"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its symbol is its key.

    dimension  dotted; a general classifier (个, dimension `count`) fits what lies under it
    factor     how many base units of its dimension it is worth
    """

    key: str
    label: Mapping[str, str]
    dimension: str
    factor: Fraction


def fits(a: Unit, b: Unit) -> bool:
    """Do both measure the same thing: one dimension, or one a general form of the other?"""
    one, other = a.dimension, b.dimension
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")


class UnitTable:
    """All units by symbol and alias (计量单位表)."""

    def __init__(self, units: Iterable[Unit], aliases: Mapping[str, str] | None = None) -> None:
        self._units = {unit.key: unit for unit in units}
        self._by_spelling = {_plain(key): unit for key, unit in self._units.items()}
        for alias, key in (aliases or {}).items():
            self._by_spelling[_plain(alias)] = self._units[key]
        self._seen: dict[str, Unit | None] = {}
        self._ratios: dict[
            tuple[str, str], tuple[int, int]
        ] = {}  # millionths of the second that the first is worth

    @classmethod
    def load(cls, path: Path) -> "UnitTable":
        """Read `packs/units.toml`; PackError names file and symbol."""
        units: dict[str, Unit] = {}
        aliases: dict[str, str] = {}
        for key, table in tables_of(path):
            units[key] = _unit(key, table, path)
            for alias in texts_in(table, "aliases", file=path, key=key):
                if aliases.setdefault(alias, key) != key:
                    raise PackError("pack.duplicate_key", file=str(path), key=alias)
        taken = {_plain(key): key for key in units}
        for alias, key in aliases.items():
            if taken.setdefault(_plain(alias), key) != key:
                raise PackError("pack.duplicate_key", file=str(path), key=alias)
        return cls(units.values(), aliases)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units.values())

    def __contains__(self, symbol: object) -> bool:
        return isinstance(symbol, str) and self.find(symbol) is not None

    def find(self, symbol: str) -> Unit | None:
        """The unit written so (full width, spaces and known aliases allowed for), or None."""
        unit = self._units.get(symbol)
        if unit is not None:
            return unit
        if symbol not in self._seen:
            self._seen[symbol] = self._by_spelling.get(_plain(symbol))
        return self._seen[symbol]

    def get(self, symbol: str) -> Unit:
        """The unit written so; InputError `gate.unknown_unit` when there is none."""
        unit = self.find(symbol)
        if unit is None:
            raise InputError("gate.unknown_unit", seen=symbol, allowed=" ".join(self._units))
        return unit

    def convert(
        self, value: Decimal, source: str, target: str, *, rounding: Rounding = Rounding.REFUSE
    ) -> Decimal:
        """The value in the target unit, exact.

        value     finite decimal in the source unit
        rounding  REFUSE raises `unit.not_exact` when decimal(28,6) cannot hold the result; HALF_EVEN
                  rounds it to six places
        """
        src, dst = self.get(source), self.get(target)
        if not value.is_finite():
            raise InputError("gate.bad_number", seen=str(value), allowed="0-9 . -")
        if not fits(src, dst):
            raise InputError("gate.unit_mismatch", seen=src.key, allowed=dst.key)
        ratio = self._ratios.get((src.key, dst.key))
        if ratio is None:
            ratio = self._ratios[src.key, dst.key] = (src.factor / dst.factor * _SCALE).as_integer_ratio()
        above, below = value.as_integer_ratio()
        whole, rest = divmod(above * ratio[0], below * ratio[1])
        if rest and rounding is Rounding.REFUSE:
            raise InputError("unit.not_exact", seen=f"{value} {src.key}", allowed=dst.key)
        if rest:
            whole = round(Fraction(above * ratio[0], below * ratio[1]))
        if abs(whole) >= _LIMIT * _SCALE:
            raise InputError("unit.too_large", seen=f"{value} {src.key}", allowed=dst.key)
        return _six_places(whole)


def _six_places(millionths: int) -> Decimal:
    """Millionths as a decimal without trailing zeros; independent of the decimal context."""
    whole, rest = divmod(abs(millionths), _SCALE)
    text = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return Decimal(f"-{text}" if millionths < 0 else text)


def _plain(symbol: str) -> str:
    """One spelling for all: compatibility forms folded, blanks and middle dots gone, lower case."""
    folded = unicodedata.normalize("NFKC", symbol).casefold()
    return "".join(c for c in folded if not c.isspace() and c not in "·・•")


def _unit(key: str, table: Table, path: Path) -> Unit:
    factor = text_in(table, "factor", file=path, key=key)
    try:
        worth = Fraction(factor)
    except (ValueError, ZeroDivisionError) as error:
        raise PackError("pack.bad_factor", file=str(path), key=key, seen=factor) from error
    if worth <= 0:
        raise PackError("pack.bad_factor", file=str(path), key=key, seen=factor)
    return Unit(
        key=key,
        label=labels_in(table, "label", file=path, key=key),
        dimension=text_in(table, "dimension", file=path, key=key),
        factor=worth,
    )
