"""参数出处 marks of a ruling: a clause is no surer than the numbers of the place it used, and names their document."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from jiqun.rules import tree
from jiqun.rules.pack import CONFIDENCE, ParameterSet, Version
from jiqun.rules.ruling import ClauseResult, Ruling


def marked(ruling: Ruling, version: Version, sets: Mapping[str, ParameterSet]) -> Ruling:
    """The ruling with the mark of every clause as low as that of the numbers it used, and the documents of these.

    sets   by parameter, the set of the place from which it was taken (`Pack.sets_of`)
    """
    used = _used(version, sets) if sets else {}
    if not used:
        return ruling
    return replace(ruling, clauses=tuple(_marked(one, used.get(one.id, ())) for one in ruling.clauses))


def weakest(marks: Iterable[str]) -> str:
    """The mark that is least sure: C of A and C; U of none."""
    return max((one for one in marks if one), key=CONFIDENCE.index, default=CONFIDENCE[-1])


def _used(version: Version, sets: Mapping[str, ParameterSet]) -> dict[str, tuple[ParameterSet, ...]]:
    """The sets every node takes numbers from, those of the nodes inside it counted in."""
    read = _parameters(_Same(version))
    found = {id: tuple(sets[name] for name in names if name in sets) for id, names in read.items()}
    return {id: kept for id, kept in found.items() if kept}


class _Same:
    """A version as a key of what was worked out of it: itself and no other, without looking through its tree."""

    def __init__(self, version: Version) -> None:
        self.version = version

    def __hash__(self) -> int:
        return id(self.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.version is self.version


@lru_cache(maxsize=64)
def _parameters(same: _Same) -> dict[str, tuple[str, ...]]:
    """The parameters every node asks for, by its id; nodes that ask for none are left out."""
    version = same.version
    found: dict[str, tuple[str, ...]] = {}
    for node in tree.walk((version.applies, version.clauses, version.grading)):
        about = getattr(node, "about", None)
        names = tree.parameters(node) if isinstance(about, tree.About) else ()
        if names and isinstance(about, tree.About):
            found[about.id] = names
    return found


def _marked(one: ClauseResult, sets: tuple[ParameterSet, ...]) -> ClauseResult:
    if not sets:
        return one
    documents = tuple(dict.fromkeys(each.document for each in sets))
    sure = weakest((one.confidence, *(each.confidence for each in sets)))
    return replace(one, confidence=sure, numbers_from=documents)
