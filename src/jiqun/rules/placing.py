"""条款位置 where a node stands in a rule file: what it is in, its number there, and what it takes over from it."""

from dataclasses import dataclass

from jiqun.rules.tree import About

COMMON = ("id", "label", "clause", "confidence", "only", "when", "kind", "changeable")
"""Keys every node may have."""
OF_PART = ("id", "label", "clause", "confidence", "changeable")
"""Keys a part of a score may have: it always applies, what is in it may not."""


@dataclass(frozen=True, slots=True)
class Outer:
    """What a node is in.

    id, number   the outer node and the place in it: the id of a node that names none is `<id>.<number + 1>`
    top          a clause of a version, which must tell id, clause and label itself
    key          the id, where it is given by the place (`applies`, `<id>.when`)
    confidence   how sure we are of the outer node, which holds for what is inside too
    """

    id: str = ""
    number: int = 0
    top: bool = False
    key: str = ""
    confidence: str = ""

    @property
    def default_id(self) -> str:
        """The id of a node that names none."""
        return self.key or f"{self.id}.{self.number + 1}"


def inside(about: About, number: int = 0, *, key: str = "") -> Outer:
    """Inside a node."""
    return Outer(about.id, number, key=key, confidence=about.confidence)
