"""Unified social credit codes 统一社会信用代码: shape, check character and grade by GB 32100-2015.

A code is 18 characters of 0-9 and A-Z without I, O, S, V, Z: registering department, kind of
organisation, six digits of the registering office's region, nine of the organisation code, one
check character. Early pilot codes can fail the check, so a mismatch is a grade, not a refusal.
"""

import unicodedata
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
_BASE = 34
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTU"


class _ToDigits(dict[int, str]):
    def __missing__(self, key: int) -> str:
        return "!"


# The weights are 3**place modulo 31, and 34 is 3 modulo 31: the weighted sum is the code read from
# right to left as one number in base 34, which `int` does in C.
_TO_DIGITS = _ToDigits(zip(map(ord, ALPHABET), _DIGITS, strict=True))


class Grade(StrEnum):
    """How good a code is (代码质量)."""

    VALID = "valid"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    MALFORMED = "malformed"


def normalise(text: str) -> str:
    """The code in its plain spelling: half width, upper case, no blanks, hyphens or invisible marks."""
    if len(text) == LENGTH and text.isascii() and text.isalnum():
        return text.upper()
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in folded if c.isprintable() and not c.isspace() and c not in "-‐–—")


def check_character(body: str) -> str:
    """The 18th character for the 17 given ones; ValueError for a wrong length or character."""
    if len(body) != LENGTH - 1:
        raise ValueError(f"17 characters needed, not {len(body)}")
    return ALPHABET[-int(body.translate(_TO_DIGITS)[::-1], _BASE) % 31]


def grade(code: str) -> Grade:
    """Grade of a code as written; spelling is forgiven, see `normalise`."""
    plain = normalise(code)
    digits = plain.translate(_TO_DIGITS)
    if len(digits) != LENGTH or not digits[2:8].isdigit():
        return Grade.MALFORMED
    try:
        sum_of_body = int(digits[16::-1], _BASE)
    except ValueError:
        return Grade.MALFORMED
    if ALPHABET[-sum_of_body % 31] == plain[17]:
        return Grade.VALID
    return Grade.CHECKSUM_MISMATCH if digits[17] != "!" else Grade.MALFORMED


def region_part(code: str) -> str:
    """Digits 3 to 8: the region of the office that registered it, which need not be where it works."""
    return normalise(code)[2:8]
