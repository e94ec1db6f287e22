"""努力权重与帮扶 the weights of this office and what helps: read once for as long as their files stay the same.

The weights that ship stand in `packs/efforts.toml`; an office's own in `HOME/efforts.toml`.
"""

from functools import lru_cache
from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.efforts import Efforts, read_efforts
from jiqun.rules.helps import Help, read_helps

OWN = "efforts.toml"


def efforts_of(desk: Desk) -> Efforts:
    """The weights that count here; PackErrors with file and line, of the office's own file too."""
    own = desk.home / OWN
    return _efforts(desk.packs, _stamp(desk.packs / "efforts.toml"), own, _stamp(own))


def helps_of(desk: Desk) -> tuple[Help, ...]:
    """What helps with what."""
    return _helps(desk.packs, _stamp(desk.packs / "helps.toml"))


def _stamp(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=4)
def _efforts(packs: Path, shipped: int, own: Path, changed: int) -> Efforts:
    del shipped, changed  # a changed file makes another key
    return read_efforts(packs / "efforts.toml", Catalogue.load(packs), own)


@lru_cache(maxsize=2)
def _helps(packs: Path, changed: int) -> tuple[Help, ...]:
    del changed
    return read_helps(packs / "helps.toml", Catalogue.load(packs))
