"""规则包 the packs of this installation, read once for as long as their files stay the same."""

from functools import lru_cache
from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.core.errors import NotFound
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.pack import Pack
from jiqun.rules.reader import read_all


def packs(desk: Desk) -> dict[str, Pack]:
    """Every pack by key; PackErrors with file and line of whatever is wrong in them."""
    files = sorted(
        (str(path), path.stat().st_mtime_ns)
        for folder in {path.parent for path in desk.packs.rglob("rule.toml")}
        for path in folder.rglob("*.toml")
    )
    return _read(desk.packs, tuple(files))


def pack(desk: Desk, key: str) -> Pack:
    """One pack; NotFound `rule.no_pack`."""
    found = packs(desk)
    if key not in found:
        raise NotFound("rule.no_pack", seen=key, allowed=" ".join(found))
    return found[key]


def catalogue(desk: Desk) -> Catalogue:
    """The fields the packs read."""
    return Catalogue.load(desk.packs)


@lru_cache(maxsize=2)
def _read(root: Path, files: tuple[tuple[str, int], ...]) -> dict[str, Pack]:
    del files  # a changed file makes another key
    return read_all(root)
