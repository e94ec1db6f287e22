"""差一字 edits: where two spellings part, and what kind of slip would make one of the other."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

NUMERALS = frozenset("0123456789一二三四五六七八九十东南西北")


class Edit(NamedTuple):
    """The one place where two texts part: what was written, what is known, and from where on in the known one."""

    kind: str
    seen: str
    known: str
    at: int


def one_edit(
    seen: str, known: str, sounds: Callable[[str], frozenset[str]], alike: Mapping[str, str]
) -> Edit:
    """Name the slip between two texts one edit apart: doubled, dropped, added, swapped, sound, look, replaced, number."""
    start = 0
    while start < len(seen) and start < len(known) and seen[start] == known[start]:
        start += 1
    tail = 0
    most = min(len(seen), len(known)) - start
    while tail < most and seen[-1 - tail] == known[-1 - tail]:
        tail += 1
    was, should = seen[start : len(seen) - tail], known[start : len(known) - tail]
    return Edit(_kind(was, should, seen[start - 1 : start], sounds, alike), was, should, start)


def _kind(
    was: str, should: str, before: str, sounds: Callable[[str], frozenset[str]], alike: Mapping[str, str]
) -> str:
    if set(was + should) & NUMERALS and was != before:
        return "number"
    if not should:
        return "doubled" if was == before else "added"
    if not was:
        return "dropped"
    if len(was) == len(should) == 2 and was == should[::-1]:
        return "swapped"
    if len(was) == len(should) == 1:
        if was in alike.get(should, ""):
            return "look"
        if sounds(was) & sounds(should):
            return "sound"
    return "replaced"
