"""格中文字 cell words: dates, amounts, flags and stray marks as offices write them into a cell."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

_CONTROL = re.compile("[\x00\x1c-\x1f\ud800-\udfff]")
_UNSEEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_AMOUNT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d{1,3})?")
_FLAGS = {
    "": False, "0": False, "false": False, "no": False, "否": False,
    "1": True, "true": True, "yes": True, "是": True,
}  # fmt: skip
LONGEST_AMOUNT = 60
NOTHING = frozenset({"", "-", "—", "——", "－", "–", "/", "…"})
"""What stands in a cell where nothing is known."""


def is_suspect(text: str) -> bool:
    """Is there any control character in it, line breaks among them? One quick look for a whole row."""
    return _UNSEEN.search(text) is not None


def control_character(texts: Iterable[str], *, name: bool = False) -> str | None:
    """The first character among the texts that cannot be kept (a null, a separator, half a pair), written out, or None.

    name  a name holds no control character at all; in other texts old registers have stray ones, which do no harm
    """
    found = (_UNSEEN if name else _CONTROL).search("\n".join(texts))
    return f"U+{ord(found[0]):04X}" if found else None


def without_control(text: str) -> str:
    """The text with every such character shown as a middle dot."""
    return _CONTROL.sub("·", text)


def parse_amount(text: str) -> Decimal | None:
    """A decimal as written, thousands in threes allowed; None when it is none. Never NaN or infinite."""
    plain = text.strip().replace("，", ",")
    if len(plain) > LONGEST_AMOUNT or not any(map(str.isdigit, plain)) or not _AMOUNT.fullmatch(plain):
        return None
    return Decimal(plain.replace(",", ""))


def parse_flag(text: str) -> bool | None:
    """Yes or no, empty meaning no; None for anything else."""
    return _FLAGS.get(text.strip().lower())


def parse_date(text: str) -> date | None:
    """A day as offices write it: 2024-03-01, 2024/3/1, 2024.3.1, 20240301, 2024年3月1日; None when it is none."""
    try:
        if len(text) == 10 and text[4] == text[7] == "-":
            return date.fromisoformat(text)
        plain = (
            text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
        )
        plain = plain.split(" ")[0].split("T")[0]
        if plain.isdigit() and len(plain) == 8:
            return date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None
