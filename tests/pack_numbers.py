"""规则包 what a pack says by the id of a clause, for tests that hold it against numbers typed a second time."""

from decimal import Decimal
from functools import cache

from rules_house import shipped

from jiqun.rules import tree
from jiqun.rules.pack import Pack
from jiqun.rules.tree import walk


def pack(key: str) -> Pack:
    return shipped()[key]


@cache
def node(key: str, version: str, clause: str) -> object:
    """The node of that id; of a version's clauses, levels and scores alike."""
    found = [
        one
        for one in walk(pack(key).version(version))
        if getattr(getattr(one, "about", None), "id", None) == clause
    ]
    assert len(found) == 1, f"{key} {version} {clause}: {len(found)} nodes"
    return found[0]


def numbers(one: object) -> list[str]:
    """Every comparison with a number inside a node, in the order of the file: field, operator, number."""
    return [
        f"{'+'.join(tree.columns(leaf.value))} {leaf.op} {leaf.needed.value}"
        for leaf in walk(one)
        if isinstance(leaf, tree.Compare | tree.PlatformSupplied) and isinstance(leaf.needed, tree.Constant)
    ]


def points(low: Decimal | None, high: Decimal | None) -> str:
    return str(low) if low == high else f"{low}-{high}"


def rows(table: str) -> list[str]:
    """The rows of a table typed as text; a row that goes on stands indented on the next line."""
    return table.strip().replace("\n    ", " ").splitlines()
