"""格中文字 cell words: dates, amounts, flags and stray marks as offices write them into a cell."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

_CONTROL = re.compile("[\x00\x1c-\x1f\ud800-\udfff]")
_UNSEEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_AMOUNT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d{1,3})?")
_FLAGS = {
    "": False, "0": False, "false": False, "no": False, "否": False,
    "1": True, "true": True, "yes": True, "是": True,
}  # fmt: skip
LONGEST_AMOUNT = 60
NOTHING = frozenset(
    (
        "",
        "-",
        "—",
        "——",
        "－",
        "–",
        "/",
        "／",
        "…",
        "--",
        "---",
        "－－",
        "———",
        "\\",
        "无",
        "暂无",
        "空",
        "N/A",
        "n/a",
    )
)
"""What stands in a cell where nothing is known: it is unknown, never zero."""
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0xA0: 0x20,
    0x2212: 0x2D,
}
_CODE_AS_NUMBER = re.compile(r"\d(\.\d+)?[eE]\+?\d{1,2}")
_CODE_WITH_POINT = re.compile(r"(\d+)\.0+")
_CHINESE = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE_DAY = re.compile(
    r"([〇零○一二三四五六七八九\d]{4})年([一二三四五六七八九十\d]{1,3})月(?:([一二三四五六七八九十\d]{1,3})[日号])?"
)
_MONTH = re.compile(r"(\d{4})(?:年(\d{1,2})月|[-/.](\d{1,2}))")
_SERIAL = re.compile(r"[2-5]\d{4}")
_SERIAL_ZERO = date(1899, 12, 30)


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
    plain = half_width(text).lstrip("¥￥").strip()
    if len(plain) > LONGEST_AMOUNT or not any(map(str.isdigit, plain)) or not _AMOUNT.fullmatch(plain):
        return None
    return Decimal(plain.replace(",", ""))


def half_width(text: str) -> str:
    """The text with full-width digits, letters and signs in their plain form, blanks around it gone."""
    return text.strip() if text.isascii() else text.translate(_FULL_WIDTH).strip()


def plain_code(text: str) -> str:
    """A code as it was meant: 330624.0, which a spreadsheet made of a code, is 330624."""
    plain = half_width(text)
    found = _CODE_WITH_POINT.fullmatch(plain)
    return found[1] if found else plain


def is_code_as_number(text: str) -> bool:
    """Has a spreadsheet turned a long code into a number (9.13306E+17)? Its last digits are lost."""
    return _CODE_AS_NUMBER.fullmatch(half_width(text)) is not None


def parse_flag(text: str) -> bool | None:
    """Yes or no, empty meaning no; None for anything else."""
    return _FLAGS.get(text.strip().lower())


def parse_date(text: str) -> date | None:
    """A day as offices write it: 2024-03-01, 2024/3/1, 2024.3.1, 20240301, 2024年3月1日, 二〇二四年三月一日; else None."""
    try:
        if len(text) == 10 and text[4] == text[7] == "-":
            return date.fromisoformat(text)
        plain = half_width(text)
        if found := _CHINESE_DAY.fullmatch(plain):
            return date(*map(_chinese_number, found.groups())) if found[3] else None
        plain = (
            plain.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
        )
        plain = plain.split(" ")[0].split("T")[0]
        if plain.isdigit() and len(plain) == 8:
            return date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def parse_loose_date(text: str) -> tuple[date | None, str]:
    """A day and how it was read: "" plainly, "month" when only the month is told (its first day), "serial" from the number a
    spreadsheet keeps for a date."""
    day = parse_date(text)
    if day is not None:
        return day, ""
    plain = half_width(text)
    try:
        if found := _CHINESE_DAY.fullmatch(plain):
            return date(_chinese_number(found[1]), _chinese_number(found[2]), 1), "month"
        if found := _MONTH.fullmatch(plain):
            return date(int(found[1]), int(found[2] or found[3]), 1), "month"
        if _SERIAL.fullmatch(plain):
            return _SERIAL_ZERO + timedelta(days=int(plain)), "serial"
    except (ValueError, OverflowError):
        pass
    return None, ""


def _chinese_number(text: str) -> int:
    """二〇二四 is 2024, 十二 is 12, 三十一 is 31."""
    if "十" not in text:
        return int(text.translate(_CHINESE))
    tens, _, ones = text.partition("十")
    return (int(tens.translate(_CHINESE)) if tens else 1) * 10 + (
        int(ones.translate(_CHINESE)) if ones else 0
    )


def chinese_digits(text: str) -> str:
    """二〇二四年十二月 as 2024年12月; text without Chinese numerals before 年, 月 or 日 as it is."""
    return _CHINESE_PART.sub(lambda found: str(_chinese_number(found[1])) + found[2], text)


_CHINESE_PART = re.compile(
    r"([〇零○一二三四五六七八九]{4}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])([年月日])"
)
