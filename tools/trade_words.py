"""行业词表 trade words: propose packs/names/trade_words.csv from names and from the classification of industries.

    PYTHONPATH=src python tools/trade_words.py NAMES.csv.gz [COLUMN]

A piece of two to four characters is a trade word when many different brands stand in front of it and it hardly ever
begins a name, and no one character stands before it as a rule (医 before 疗器械): that is counted over the names handed in. Words of GB/T 4754 that names use are added. What comes out is
a list of general words; no name is copied, and a person looks it through before it is committed.
"""

import csv
import gzip
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from jiqun.core.names import NameTables, parse
from jiqun.core.packfiles import read_csv

PACKS = Path(__file__).resolve().parent.parent / "packs"
ROUNDS, BRANDS_BEFORE, WITHIN, TORN = 3, 25, 0.9, 0.4


def main() -> int:
    """Count, choose, write."""
    path, column = Path(sys.argv[1]), (sys.argv[2:] or ["name"])[0]
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        names = [row[column] for row in csv.DictReader(file)]
    target = PACKS / "names" / "trade_words.csv"
    target.write_text("word\n", encoding="utf-8")
    tables = NameTables.load(PACKS, {})
    middles = [name.brand for name in (parse(text, tables) for text in names) if not name.branch]
    words = chosen(middles)
    words = {word for word in words if not word.endswith(("公司", "省", "市", "州"))}
    words |= {word for word in industry_words() if sum(word in middle[2:] for middle in middles) >= 5}
    target.write_text("word\n" + "".join(f"{word}\n" for word in sorted(words)), encoding="utf-8")
    print(len(words), "words")
    return 0


def chosen(middles: list[str]) -> set[str]:
    """Endings that many brands share, taken off again and again, so that words inside the trade are met too."""
    inside, starts, behind = Counter(), Counter(), defaultdict(Counter)
    for middle in middles:
        for size in (2, 3, 4):
            for at in range(len(middle) - size + 1):
                piece = middle[at : at + size]
                (starts if at < 1 else inside)[piece] += 1
                if at:
                    behind[piece][middle[at - 1]] += 1
    words: set[str] = set()
    rests = middles
    for _ in range(ROUNDS):
        before: dict[str, set[str]] = defaultdict(set)
        for rest in rests:
            for size in (2, 3, 4):
                if len(rest) >= size + 2:
                    before[rest[-size:]].add(rest[:-size])
        for word, brands in before.items():
            enough = len(brands) >= BRANDS_BEFORE * (1 if len(word) == 2 else 0.6)
            share = inside[word] / (inside[word] + starts[word])
            torn = behind[word].most_common(1)[0][1] > TORN * inside[word]
            if enough and share >= WITHIN and word.isalpha() and not torn and not _is_made_of(word, words, before):
                words.add(word)
        rests = [_without(rest, words) for rest in rests]
    return words


def _is_made_of(word: str, words: set[str], before: dict[str, set[str]]) -> bool:
    """Is it the last character of a brand and a word (达机械), rather than a word of its own?"""
    return len(word) == 3 and len(before.get(word[1:], ())) > 3 * len(before[word])


def _without(rest: str, words: set[str]) -> str:
    for size in (4, 3, 2):
        if len(rest) >= size + 2 and rest[-size:] in words:
            return rest[:-size]
    return rest


def industry_words() -> set[str]:
    """Pieces of the names of industries, cut at 和 及 与 的 and the marks."""
    rows = read_csv(PACKS / "codes" / "gbt4754_2017.csv", ("name",))
    pieces = {piece for row in rows for piece in re.split(r"[、，及和与的（）]|其他|未列明|制造业?|业$", row["name"])}
    return {piece for piece in pieces if 2 <= len(piece) <= 4}


if __name__ == "__main__":
    sys.exit(main())
