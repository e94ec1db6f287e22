"""词表装配 name tables: packs, readings and simplified forms put together into what matching reads names with."""

import hashlib
from functools import cache
from pathlib import Path

from jiqun.brain.matching import Reader, Weights, asked
from jiqun.core import names
from jiqun.core.names import NameTables
from jiqun.core.packfiles import read_csv
from jiqun.core.regions import Regions
from jiqun.lake import candidates


@cache
def name_reader(packs: Path) -> Reader:
    """The reader over a folder of packs; built once per process."""
    regions = Regions.load(packs / "codes")
    return Reader(
        NameTables.load(packs, simplified()),
        place=lambda address, code: regions.place(address, code)[0],
        sounds=sounds,
        alike=look_alikes(packs / "names" / "look_alikes.csv"),
    )


@cache
def recipe(packs: Path) -> str:
    """A text that is another one when names would be read otherwise: other word lists, or other code."""
    tables = name_reader(packs).tables
    words = [sorted(vars(tables)[name]) for name in ("trades", "branches", "openers")]
    pairs = [
        sorted(vars(tables)[name].items()) for name in ("places", "inner", "forms", "shorter", "simplify")
    ]
    found = hashlib.blake2b(repr((words, pairs)).encode(), digest_size=16)
    for module in (*_READING, *sorted(Path(names.__file__).parent.glob("*.py"))):
        found.update(Path(module).read_bytes())
    return found.hexdigest()


_READING = (asked.__file__, candidates.__file__)


@cache
def weights(packs: Path) -> Weights:
    """Weights and thresholds of a folder of packs."""
    return Weights.load(packs / "names" / "evidence.toml")


@cache
def simplified() -> dict[int, str]:
    """Code point of a traditional character to its simplified form, followed to the end."""
    import opencc

    table = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    pairs: dict[str, str] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        old, _, new = line.partition("\t")
        if len(old) == 1 and new.split():
            pairs[old] = new.split()[0]
    return {ord(old): last for old in pairs if (last := _followed(old, pairs)) != old}


def _followed(char: str, pairs: dict[str, str]) -> str:
    """Where following the pairs ends, so that folding what is folded changes nothing."""
    seen = {char}
    while char in pairs and pairs[char] not in seen:
        char = pairs[char]
        seen.add(char)
    return char


@cache
def sounds(char: str) -> frozenset[str]:
    """The readings of a character without tones, the front and back nasals as one."""
    from pypinyin import Style, pinyin

    readings = pinyin(char, style=Style.NORMAL, heteronym=True)
    return frozenset(
        sound.replace("ng", "n") for found in readings for sound in found if "一" <= char <= "鿿"
    )


def look_alikes(path: Path) -> dict[str, str]:
    """Character to those that look like it, from groups of look-alikes."""
    found: dict[str, str] = {}
    for row in read_csv(path, ("group",)):
        for char in row["group"]:
            found[char] = found.get(char, "") + row["group"].replace(char, "")
    return found
