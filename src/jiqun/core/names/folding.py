"""名称归一 folding: one spelling for half and full width, traditional and simplified, stray blanks and marks."""

import re
import unicodedata
from collections.abc import Mapping

_PLAIN = re.compile(r"[一-鿿A-Z0-9()]*")
_DROPPED = re.compile(r"[^\w()]|_")
_BRACKETS = {ord(mark): "(" for mark in "[{【〔〖《〈「『<"} | {ord(mark): ")" for mark in "]}】〕〗》〉」』>"}


def fold(text: str, simplify: Mapping[int, str]) -> str:
    """The one spelling of a name: what is left is letters, digits, Chinese characters and round brackets.

    simplify  code point of a traditional character to its simplified form, as `str.translate` takes it
    Folding what is folded changes nothing.
    """
    folded = text.translate(simplify)
    while not _PLAIN.fullmatch(folded) or folded != text:
        text = folded
        folded = _DROPPED.sub("", unicodedata.normalize("NFKC", folded).translate(_BRACKETS).upper())
        folded = folded.translate(simplify)
        if folded == text:
            break
    return folded
