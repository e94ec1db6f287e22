"""Character bigrams 二元切分: what full text over Chinese names is made of.

Word splitters cut 专精特新 wrongly and trigrams miss two-character words, so every name is cut into all its pairs
of neighbouring characters, and a search asks for all pairs of what was typed.
"""

import unicodedata
from collections.abc import Iterable

LONGEST_NAME = 300


def normalised(text: str) -> str:
    """Fold width and case and leave out punctuation and spaces: 「浙江（杭州）ＡＢ厂」 → 浙江杭州ab厂."""
    folded = text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
    folded = folded.casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def pairs(text: str) -> list[str]:
    """All pairs of neighbouring characters of normalised `text`, in order."""
    return [text[at : at + 2] for at in range(len(text) - 1)]


def marks(kind: str, region: str, aliases: Iterable[str]) -> list[str]:
    """Words longer than a pair that let a search narrow by kind, by place, and by a whole alias."""
    words = ["kindenterprise"] if kind == "enterprise" else ["kind" + normalised(kind), "kindother"]
    if len(region) == 6:
        words += ["region" + region[:2], "region" + region[:4], "region" + region]
    words += ["alias" + alias for alias in aliases]
    return words


def region_mark(region: str) -> str:
    """The word that stands for a place and all below it: 330600 → region3306."""
    return "region" + normalised(subtree_prefix(region))


def subtree_prefix(region: str) -> str:
    """The digits all codes of a subtree share: 330000 → 33, 330600 → 3306, 330624 → 330624."""
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region
