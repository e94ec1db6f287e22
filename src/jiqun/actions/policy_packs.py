"""规则包 the packs of this installation, each read once for as long as its files stay the same; drafts by their folder."""

from collections.abc import Hashable, Iterable
from functools import lru_cache
from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.core.errors import NotFound, PackErrors, RowError
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.pack import Pack
from jiqun.rules.reader import read_pack


def packs(desk: Desk) -> dict[str, Pack]:
    """Every pack by key; PackErrors with file and line of whatever is wrong in them."""
    found: dict[str, Pack] = {}
    errors: list[RowError] = []
    for key, folder in _folders(desk).items():
        try:
            found[key] = _kept(folder, desk)
        except PackErrors as error:
            errors.extend(error.errors)
    if errors:
        raise PackErrors(errors)
    return found


def pack(desk: Desk, key: str) -> Pack:
    """One pack; NotFound `rule.no_pack`, PackErrors of what is wrong with it."""
    folders = _folders(desk)
    if key not in folders:
        raise NotFound("rule.no_pack", seen=key, allowed=" ".join(folders))
    return _kept(folders[key], desk)


def stamp(desk: Desk, keys: Iterable[str]) -> Hashable:
    """What tells one state of some packs from the next, for whoever keeps an answer of theirs."""
    folders = _folders(desk)
    return tuple((key, _files(folders[key])) for key in keys if key in folders)


def find_pack(desk: Desk, key: str) -> Pack:
    """A pack by its key, or a draft by its folder; for who may read files of this machine. Raises what `pack` raises."""
    if key and key not in _folders(desk) and (Path(key) / "rule.toml").is_file():
        return _kept(Path(key), desk)
    return pack(desk, key)


def catalogue(desk: Desk) -> Catalogue:
    """The fields the packs read."""
    return Catalogue.load(desk.packs)


def _folders(desk: Desk) -> dict[str, Path]:
    """The folder of every pack by its key."""
    found = sorted(path.parent for path in desk.packs.rglob("rule.toml"))
    return {folder.relative_to(desk.packs).as_posix(): folder for folder in found}


def _kept(folder: Path, desk: Desk) -> Pack:
    return _read(folder.resolve(), desk.packs, _files(folder))


def _files(folder: Path) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*.toml")))


@lru_cache(maxsize=128)
def _read(folder: Path, root: Path, files: tuple[tuple[str, int], ...]) -> Pack:
    del files  # a changed file makes another key
    return read_pack(folder, root)
