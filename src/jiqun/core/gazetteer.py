"""Gazetteer 地名录: read the place names at the head of a Chinese address, by table lookups only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

ROAD_STARTS = frozenset("路街弄巷道大东南西北中新老一二三支")
HEAD_TOKENS = 7
FILLERS = frozenset(" 　()（）、,，·:：;；-—/“”\"'*#")


class Rank(IntEnum):
    """What a place name stands for.

    SHORT is a county name without its ending (义乌), heard only at the head; LANDMARK is a road or
    place that tells between the parts of a divided unit and says nothing elsewhere.
    """

    PROVINCE = 0
    CITY = 1
    COUNTY = 2
    AREA = 3
    TOWNSHIP = 4
    SHORT = 5
    LANDMARK = 6


@dataclass(frozen=True, slots=True)
class Name:
    """A place name and the codes it may mean; `main` is the one it means unless a township says otherwise."""

    rank: Rank
    codes: frozenset[str]
    main: str | None


Reading: TypeAlias = list[Name | None]


class Gazetteer:
    """All place names, found by their first two characters and then by length, longest first."""

    def __init__(self, names: Iterable[tuple[str, Name]]) -> None:
        self._names: dict[str, Name] = {}
        lengths: dict[str, set[int]] = {}
        for text, name in names:
            kept = self._names.get(text)
            if kept is None or name.rank < kept.rank:
                self._names[text] = name
            elif kept.rank is name.rank:
                self._names[text] = _both(kept, name)
            lengths.setdefault(text[:2], set()).add(len(text))
        self._lengths: Mapping[str, tuple[int, ...]] = {
            head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()
        }

    def read_head(self, address: str) -> Reading:
        """The names that follow one another from the start of the address, one for each rank."""
        names, lengths = self._names, self._lengths
        reading: Reading = [None] * len(Rank)
        at = 0
        for _ in range(HEAD_TOKENS):
            for length in lengths.get(address[at : at + 2], ()):
                name = names.get(address[at : at + length])
                if name is not None and (
                    name.rank < Rank.SHORT
                    or (name.rank == Rank.SHORT and self._is_county(address, at + length))
                ):
                    break
            else:
                if address[at : at + 1] not in FILLERS:
                    break
                at += 1
                continue
            if reading[name.rank] is None:
                reading[name.rank] = name
            if name.rank == Rank.TOWNSHIP:
                break
            at += length
        return reading

    def _is_county(self, address: str, after: int) -> bool:
        """Is the short name a county rather than the name of a road (建德路)?"""
        if address[after : after + 1] not in ROAD_STARTS:
            return True
        following = address[after : after + 2]
        return any(address[after : after + n] in self._names for n in self._lengths.get(following, ()))

    def search(
        self, address: str, ranks: frozenset[Rank], within: frozenset[str]
    ) -> tuple[str, Rank] | tuple[None, None]:
        """The one code inside `within` that the first telling name of those ranks means, and its rank."""
        for at in range(len(address) - 1):
            for length in self._lengths.get(address[at : at + 2], ()):
                name = self._names.get(address[at : at + length])
                if name is None or name.rank not in ranks:
                    continue
                meant = name.codes & within
                if len(meant) == 1:
                    return next(iter(meant)), name.rank
        return None, None


def _both(a: Name, b: Name) -> Name:
    codes = a.codes | b.codes
    return Name(a.rank, codes, a.main if a.main == b.main else None)
