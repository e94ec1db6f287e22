"""Numerals 数字写法: how a number is written on a page."""

from decimal import Decimal

from jiqun.core.facts import plain


def number(value: object) -> str:
    """A number with thousands set apart and nothing else changed."""
    if value is None or value == "":
        return ""
    text = plain(value) if isinstance(value, Decimal) else str(value)
    whole, dot, rest = text.partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{dot}{rest}" if digits.isdigit() else text
