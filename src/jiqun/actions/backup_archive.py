"""备份文件 backup archive: one ZIP with a manifest that names every member, its size and its hash.

Knows neither Django nor the lake, so that a copy can be unpacked and proved whole before either is opened.
"""

import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Self

import orjson

from jiqun.core.errors import InputError, WrongState
from jiqun.lake.durable import fsync_file, fsync_folder

FORMAT = 1
MANIFEST = "manifest.json"
PACKED_ALREADY = (".parquet", ".gz", ".xlsx", ".zip", ".png")
CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself.

    about  versions, counts and how the ledger was written
    files  member to (bytes, SHA-256)
    """

    about: Mapping[str, Any]
    files: Mapping[str, tuple[int, str]]


@dataclass
class ArchiveWriter:
    """An archive being written; it has its name only once it is whole and on the disk."""

    path: Path
    files: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._partial = self.path.with_name(self.path.name + ".partial")
        handle = os.open(
            self._partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600
        )
        self._file = os.fdopen(handle, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        self._zip.close()
        self._file.close()
        if kind is not None:
            self._partial.unlink(missing_ok=True)
            return
        fsync_file(self._partial)
        os.replace(self._partial, self.path)
        fsync_folder(self.path.parent)

    def add(self, name: str, source: Path) -> None:
        """Put a file in under a name with forward slashes."""
        member = zipfile.ZipInfo(name)
        member.compress_type = zipfile.ZIP_STORED if name.endswith(PACKED_ALREADY) else zipfile.ZIP_DEFLATED
        member.external_attr = (stat.S_IFREG | 0o600) << 16
        with source.open("rb") as file, self._zip.open(member, "w", force_zip64=True) as out:
            self.files[name] = _copied(file, out)

    def finish(self, about: Mapping[str, Any]) -> None:
        """Write the manifest; the last thing put in."""
        files = {
            name: {"bytes": size, "sha256": digest} for name, (size, digest) in sorted(self.files.items())
        }
        shape = {"format": FORMAT, **about, "files": files}
        self._zip.writestr(MANIFEST, orjson.dumps(shape, default=str, option=orjson.OPT_INDENT_2))


def read_manifest(path: Path) -> Manifest:
    """The manifest of an archive; InputError backup.not_ours, backup.damaged or backup.newer."""
    if not path.is_file():
        raise InputError("gate.no_such_file", seen=str(path))
    with path.open("rb") as file:
        packed = file.read(2) == b"PK"
    try:
        with zipfile.ZipFile(path) as packed_files:
            shape = orjson.loads(packed_files.read(MANIFEST))
    except KeyError:
        raise InputError("backup.not_ours", seen=path.name) from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, EOFError) as error:
        code = "backup.damaged" if packed else "backup.not_ours"
        raise InputError(code, file=path.name, seen=f"{path.name}: {error}"[:200]) from None
    if not isinstance(shape, dict) or "files" not in shape:
        raise InputError("backup.not_ours", seen=path.name)
    if int(shape.pop("format", 0)) > FORMAT:
        raise InputError("backup.newer", seen=str(shape.get("jiqun", "")))
    files = {name: (int(told["bytes"]), str(told["sha256"])) for name, told in shape.pop("files").items()}
    return Manifest(shape, files)


def unpack(path: Path, home: Path) -> Manifest:
    """Put every member under `home`, whole or not at all; the home must be missing or empty.

    Everything is unpacked beside the home and proved by its hash before it takes the home's place.
    """
    check_empty(home)
    manifest = read_manifest(path)
    home.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{home.name}.restoring-", dir=home.parent))
    try:
        with zipfile.ZipFile(path) as packed:
            for name, told in manifest.files.items():
                _unpack_one(packed, name, told, aside, archive=path.name)
        if home.is_dir():
            home.rmdir()
        os.replace(aside, home)
        fsync_folder(home.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest


def check_empty(home: Path) -> None:
    """WrongState `backup.not_empty` when something lies in the home already."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise WrongState("backup.not_empty", seen=str(home))


def clear(home: Path) -> None:
    """Take a home away whose restoring failed half-way, so that it can be tried again."""
    shutil.rmtree(home, ignore_errors=True)


def _unpack_one(
    packed: zipfile.ZipFile, name: str, told: tuple[int, str], folder: Path, *, archive: str
) -> None:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name:
        raise InputError("backup.damaged", file=archive, seen=f"{archive}: {name}"[:200])
    target = folder / parts
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    try:
        with packed.open(name) as source, target.open("wb") as out:
            found = _copied(source, out, most=told[0])
    except (KeyError, zipfile.BadZipFile, OSError, EOFError, ValueError, zlib.error) as error:
        raise InputError("backup.damaged", file=archive, seen=f"{archive}: {name}: {error}"[:200]) from None
    if found != told:
        raise InputError("backup.damaged", file=archive, seen=f"{archive}: {name}")
    fsync_file(target)


def _copied(source: BinaryIO | Any, target: BinaryIO | Any, *, most: int | None = None) -> tuple[int, str]:
    """Copy, counting and hashing; stops one piece beyond `most`, so that a swollen member fills no disk."""
    size, digest = 0, hashlib.sha256()
    while piece := source.read(CHUNK):
        size += len(piece)
        digest.update(piece)
        target.write(piece)
        if most is not None and size > most:
            break
    return size, digest.hexdigest()
