"""填报值 values as people write them: texts of a sheet or of a case become numbers, days, yes or no; empty is unknown."""

import re
from decimal import Decimal, InvalidOperation

from jiqun.core.states import read_day, read_flag
from jiqun.rules.catalogue import FieldDef
from jiqun.rules.firm import Value

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
        flag = read_flag(plain)
        if flag is None:
            raise BadValue("firm.bad_flag", "是 否 yes no")
        return flag
    if field.kind == "date":
        day = read_day(plain)
        if day is None:
            raise BadValue("firm.bad_date", "2026-04-01 无 never")
        return day
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
