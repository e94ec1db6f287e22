"""合计核对 checking totals: what a row of totals states beside what the rows above (or below) it add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jiqun.lake.forms.percents import amount_of
from jiqun.lake.forms.tables import FormTable, TotalRow

Range = tuple[int, int]


@dataclass(frozen=True)
class TotalFault:
    """A total that is not the sum of its rows.

    cell     the total's cell as a spreadsheet names it
    rows     how many rows were added; unknown: how many of them state nothing
    """

    sheet: str
    row: int
    column: str
    cell: str
    label: str
    stated: str
    summed: str
    difference: str
    rows: int
    unknown: int


@dataclass(frozen=True)
class Checked:
    """The outcome: how many totals were held against their rows, and those that differ."""

    checked: int
    faults: tuple[TotalFault, ...]


def check_totals(table: FormTable, columns: Iterable[str]) -> Checked:
    """Hold every total of these columns (such that add up) against its rows."""
    places = [(n, name) for n, name in enumerate(table.names) if name in set(columns)]
    totals = [row for row in table.totals if row.kind != "of_which"]
    amounts = {n: [_at(cells, n) for _, cells in table.data] for n, _ in places} if totals else {}
    checked, faults = 0, []
    for at, total in enumerate(totals):
        stated = {n: amount for n, _ in places if (amount := _at(total.cells, n)) is not None}
        best = _best(totals, at, stated, amounts, len(table.data))
        if not stated or best is None:
            continue
        checked += len(stated)
        for n, name in places:
            if n in stated and (
                fault := _fault(table, total, (n, name), stated[n], amounts[n][slice(*best)])
            ):
                faults.append(fault)
    return Checked(checked, tuple(faults))


def _at(cells: Sequence[object], n: int) -> Decimal | None:
    return amount_of(cells[n]) if n < len(cells) else None


def _best(
    totals: Sequence[TotalRow],
    at: int,
    stated: dict[int, Decimal],
    amounts: dict[int, list[Decimal | None]],
    count: int,
) -> Range | None:
    """The rows this total sums: of those it could mean, the ones most of its figures agree with."""
    total = totals[at]
    before = totals[at - 1].before if at else 0
    after = totals[at + 1].before if at + 1 < len(totals) else count
    whole, above, below = (0, count), (before, total.before), (total.before, after)
    ranges = [above, below] if total.kind == "subtotal" else [whole, above, below]
    ranges = [pair for pair in dict.fromkeys(ranges) if pair[0] < pair[1]]
    if not ranges:
        return None

    def agreeing(pair: Range) -> int:
        sums = {n: _sum(amounts[n][slice(*pair)]) for n in stated}
        return sum(1 for n, amount in stated.items() if _agree(amount, sums[n]))

    return max(ranges, key=agreeing)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _agree(stated: Decimal, summed: Decimal) -> bool:
    """Equal, as exactly as the total is written: a total without decimals may be rounded."""
    exponent = stated.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return abs(stated - summed) <= Decimal(5).scaleb(-digits - 1)


def _fault(
    table: FormTable,
    total: TotalRow,
    column: tuple[int, str],
    stated: Decimal,
    amounts: Sequence[Decimal | None],
) -> TotalFault | None:
    summed = _sum(amounts)
    if _agree(stated, summed):
        return None
    n, name = column
    cell = f"{table.columns[n].letter}{total.row}"
    unknown = sum(1 for amount in amounts if amount is None)
    return TotalFault(
        table.sheet, total.row, name, cell, total.label, _plain(stated), _plain(summed), _plain(stated - summed),
        len(amounts), unknown,
    )  # fmt: skip


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
