"""填报值 values as people write them: texts of a sheet or of a case become numbers, days, yes or no; empty is unknown."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from jiqun.rules.catalogue import FieldDef
from jiqun.rules.firm import NEVER, Value

YES = frozenset(("是", "有", "yes", "y", "true", "1", "√"))
NO = frozenset(("否", "无", "没有", "no", "n", "false", "0", "×"))
NEVER_WORDS = frozenset(("无", "没有", "从未", "never", "none", "no", "否"))
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
"""A day, with the midnight a spreadsheet may add."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
PERCENT = "%"


class BadValue(Exception):  # noqa: N818 - it becomes a row error and is never shown by itself
    """A value that cannot be read: the code of its sentence and what is allowed."""

    def __init__(self, code: str, allowed: str) -> None:
        super().__init__(code)
        self.code = code
        self.allowed = allowed


def value_of(text: str, field: FieldDef) -> Value:
    """What a text says of a field; None when it is empty, BadValue when it says nothing."""
    plain = text.strip()
    if not plain:
        return None
    if field.kind == "number":
        return _number(plain, field)
    if field.kind == "flag":
        word = plain.lower()
        if word in YES or word in NO:
            return word in YES
        raise BadValue("firm.bad_flag", "是 否 yes no")
    if field.kind == "date":
        return _day(plain)
    if field.choices and plain not in field.choices:
        raise BadValue("firm.bad_choice", " ".join(field.choices))
    return plain


def _number(plain: str, field: FieldDef) -> Decimal:
    """A number in the unit of its field. A percentage between 0 and 1 without % is taken for 0.03 written for 3 %."""
    percent = field.unit == PERCENT and plain[-1] in "%％"
    digits = (
        plain.rstrip("%％").replace(",", "").replace("，", "").strip()
        if percent
        else re.sub("[,，]", "", plain)
    )
    if not _NUMBER.fullmatch(digits):
        raise BadValue("firm.not_a_number", f"0-9 . - {field.unit}".strip())
    try:
        number = Decimal(digits)
    except InvalidOperation as error:
        raise BadValue("firm.not_a_number", "0-9 . -") from error
    if field.unit == PERCENT and not percent and 0 < number < 1:
        raise BadValue("firm.percent_as_fraction", f"{number * 100} {digits}%")
    if number < 0 and not field.signed:
        raise BadValue("firm.negative", "≥ 0")
    return number


def _day(plain: str) -> date:
    if plain.lower() in NEVER_WORDS:
        return NEVER
    found = _DAY.fullmatch(plain)
    try:
        if found:
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    raise BadValue("firm.bad_date", "2026-04-01 无 never")
