"""百分数写法 how a column writes percentages (35 %, 35 or 0.35): decided from the column, with evidence, or asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jiqun.lake.cell_words import NOTHING, half_width, parse_amount

CLEAR = 5
SIGNS = ("%", "％")


@dataclass(frozen=True)
class Saying:
    """A sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Reading:
    """How bare numbers of a column are meant (percent | fraction), empty when it must be asked; and why."""

    reads: str
    why: Saying


def amount_of(cell: object) -> Decimal | None:
    """The number in a cell, a percent sign aside; None for nothing and for text."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return parse_amount(format(cell, ".15g"))
    text = half_width(str(cell)).rstrip("%").rstrip()
    return None if text in NOTHING else parse_amount(text)


def decide_percent(cells: Iterable[object], *, header_says: bool) -> Reading:
    """How a column of percentages is written.

    header_says  does the header say %?
    """
    bare: list[Decimal | float] = []
    signed = 0
    for cell in cells:
        if type(cell) is float:
            bare.append(abs(cell))
        elif isinstance(cell, str) and half_width(cell).endswith(SIGNS):
            signed += 1
        elif (amount := amount_of(cell)) is not None:
            bare.append(abs(amount))
    if not bare:
        return Reading("percent", Saying(f"{signed} 格都带 % 号", f"all {signed} cells carry a % sign"))
    return _of_bare(bare, signed, header_says=header_says)


def _of_bare(bare: Sequence[Decimal | float], signed: int, *, header_says: bool) -> Reading:
    largest, count = Decimal(format(max(bare), ".15g")), len(bare)
    seen_zh, seen_en = f"{count} 个数，最大 {largest:f}", f"{count} numbers, the largest {largest:f}"
    if largest > CLEAR or (largest > 1 and header_says):
        return Reading(
            "percent", Saying(f"{seen_zh}，大于 1：35 即 35%", f"{seen_en}, above 1: 35 means 35 %")
        )
    if largest > 1:
        return Reading("", Saying(f"{seen_zh}：可能是 {largest:f}%，也可能是 {largest * 100:f}%",
                                  f"{seen_en}: {largest:f} % or {largest * 100:f} %?"))  # fmt: skip
    fractional = any(amount != int(amount) for amount in bare)
    if fractional and (not header_says or signed):
        return Reading("fraction", Saying(f"{seen_zh}，都在 0 与 1 之间：0.35 即 35%",
                                          f"{seen_en}, all between 0 and 1: 0.35 means 35 %"))  # fmt: skip
    return Reading("", Saying(f"{seen_zh}，都不大于 1，而表头写着 %：0.35 是 0.35% 还是 35%？",
                              f"{seen_en}, none above 1, yet the header says %: is 0.35 really 35 %?"))  # fmt: skip


def as_percent(text: str) -> str:
    """A bare fraction as a percentage: 0.35 is 35; what carries a sign, and what is no number, stays as it is."""
    if half_width(text).endswith(SIGNS):
        return text
    amount = parse_amount(text)
    return text if amount is None else f"{(amount * 100).normalize():f}"
