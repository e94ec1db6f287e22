"""列式判定的列 what the column judge reads and writes: its columns, their types, and states as small numbers.

States are int8: 0 unmet, 1 unknown, 2 manual, 3 met, NULL where the clause does not apply. So `all` is the least of its
parts and `any` the greatest, and what does not apply is left out of both.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from jiqun.lake.exact import Exact, Number, Plain, Size, as_exact, constant
from jiqun.lake.formula_columns import COLUMN_FORMULAS
from jiqun.rules import tree
from jiqun.rules.firms import PLACES
from jiqun.rules.pack import Version
from jiqun.rules.truth import State

UNMET, UNKNOWN, MANUAL, MET = range(4)
STATE_OF: Mapping[int | None, State] = {
    UNMET: State.UNMET, UNKNOWN: State.UNKNOWN, MANUAL: State.MANUAL, MET: State.MET, None: State.NOT_APPLICABLE,
}  # fmt: skip
WHOLE = 10
"""Digits of a number of a firm: up to 9,999,999,999.999999 in its unit."""
SQL_TYPE = {
    "number": f"DECIMAL({WHOLE + PLACES}, {PLACES})",
    "flag": "BOOLEAN",
    "date": "DATE",
    "text": "VARCHAR",
}
_IBIS_TYPE = {"number": "decimal", "flag": "boolean", "date": "date", "text": "string"}
WHO = ("row", "uscc", "region")
FIRMS, PARAMETERS = "firms", "parameters"
PARAMETER = "parameter:"
STATE, LOW, HIGH, GAP, SHORT = "state:", "low:", "high:", "gap:", "short:"
"""Before the id of a node: its state, its points, whether something is missing for them, how far a number is short."""
HOLDS, GUESS = "holds:", "guess:"
"""Before the id of a node: what it asks taken by itself, true, false or NULL; about what its number is, in millionths."""

Sizes = tuple[tuple[str, Decimal, int], ...]
"""Every parameter with the largest value it has anywhere and its digits after the point."""


def small(value: int) -> ir.IntegerScalar:
    """A state."""
    return ibis.literal(value, "int8")


def reads(version: Version) -> dict[str, str]:
    """Columns of a firm the version reads, in the order of the file, each with its kind: number, flag, date or text."""
    found: dict[str, str] = {}
    for node in tree.walk(version):
        for field, kind in _fields(node):
            found.setdefault(field.column, kind)
    return {name: kind for name, kind in found.items() if name not in WHO}


def _fields(node: object) -> Iterator[tuple[tree.Field, str]]:
    match node:
        case tree.Flag() | tree.Option():
            yield node.field, "flag"
        case tree.OneOf():
            yield node.field, "text"
        case tree.Within() | tree.Aged() | tree.Dated() | tree.TitleHeld():
            yield node.field, "date"
        case tree.Manual():
            if node.decided is not None:
                yield node.decided, "flag"
        case tree.RankQuota():
            yield from ((one, "text") for one in node.group)
        case _:
            for name in (
                "value",
                "needed",
                "n",
                "minimum",
                "maximum",
                "base",
                "weight",
                "cap",
                "floor",
                "amount",
                "share",
                "decided",
            ):
                yield from _operand(getattr(node, name, None))


def _operand(operand: object) -> Iterator[tuple[tree.Field, str]]:
    if isinstance(operand, tree.Field):
        yield operand, "number"
    elif isinstance(operand, tree.Formula):
        for one in operand.args:
            yield from _operand(one)


def firm_table(version: Version, tier_field: str) -> ir.Table:
    """The firms handed in: row (a number of their own), uscc, region, and every column that is read."""
    columns = {"row": "int64", "uscc": "string", "region": "string"}
    columns |= {name: _IBIS_TYPE[kind] for name, kind in reads(version).items()}
    if tier_field:
        columns.setdefault(tier_field, "string")
    return ibis.table(columns, name=f"lake_{FIRMS}")


def parameter_table(sizes: Sizes) -> ir.Table:
    """The parameters handed in: one row for each place and tier."""
    columns = {"for_region": "string", "for_tier": "string"} | {
        PARAMETER + name: "decimal" for name, _, _ in sizes
    }
    return ibis.table(columns, name=f"lake_{PARAMETERS}")


class Numbers:
    """Operands as exact columns of one table."""

    def __init__(self, table: ir.Table, sizes: Sizes) -> None:
        self.table = table
        self.sizes = {name: Size(most, places) for name, most, places in sizes}

    def number(self, operand: tree.Operand) -> Number:
        """The column of an operand; NULL where the row judge would have None."""
        match operand:
            case tree.Constant():
                return Exact(constant(operand.value))
            case tree.Field():
                return Exact(Plain(self.table[operand.column], Size.column(WHOLE, PLACES)))
            case tree.Parameter():
                size = self.sizes.get(operand.name)
                if size is None:
                    return Exact(Plain(ibis.null(dt.Decimal(1, 0)), Size(Decimal(0), 0)))
                return Exact(Plain(self.table[PARAMETER + operand.name], size))
            case tree.Formula():
                return COLUMN_FORMULAS[operand.name](
                    *(as_exact(self.number(one), operand.name) for one in operand.args)
                )

    def limit(self, operand: tree.Operand | None, places: int) -> ir.DecimalValue | None:
        """A cap or floor as a decimal; None where there is none (NULL where its parameter is empty)."""
        return None if operand is None else self.number(operand).rounded(places)
