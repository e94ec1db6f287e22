"""词表装配 name tables: packs, readings and simplified forms put together into what matching reads names with."""

from functools import cache
from pathlib import Path

from jiqun.brain.matching import Reader, Weights
from jiqun.core.names import NameTables
from jiqun.core.packfiles import read_csv
from jiqun.core.regions import Regions


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
    for old, new in pairs.items():
        while new in pairs and pairs[new] != new and pairs[new] != old:
            new = pairs[new]
        pairs[old] = new
    return {ord(old): new for old, new in pairs.items() if old != new}


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
