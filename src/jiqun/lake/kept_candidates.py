"""留存候选索引 kept candidates: the index over the enterprises on disk, so that a command need not build it anew.

One file: a line of JSON that says what it is, the enterprises as JSON, the keys as numbers. It holds only what can be
worked out again, so a file that is stale, cut short, damaged or of another machine is dropped and never an error.
Nothing in it is run: plain text and numbers, read only when their checksum agrees.
"""

import gc
import hashlib
import logging
import os
import sys
import tempfile
from array import array
from contextlib import suppress
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any

import orjson

from jiqun.brain.matching import Known
from jiqun.lake.candidates import CandidateIndex

FORMAT = 1
MOST_FILES = 2
SUFFIX = ".candidates"
_FIELDS = tuple(field.name for field in fields(Known))
_REGION, _PLACE = _FIELDS.index("region"), _FIELDS.index("place")


class KeptCandidates:
    """The kept indexes of one folder.

    recipe  what an index depends on besides the enterprises: word lists and the code that reads names
    stamp   the enterprises it was built over; another stamp, another index
    sight   whose view of the enterprises it is
    """

    def __init__(self, folder: Path, *, recipe: str, stamp: str) -> None:
        self.folder = folder
        self._made_of = {"format": FORMAT, "recipe": recipe, "stamp": stamp, "order": sys.byteorder}

    def load(self, sight: str) -> CandidateIndex | None:
        """The index as it was kept; None when there is none that still holds, and a file that does not is dropped."""
        path = self._path(sight)
        try:
            return self._read(path.read_bytes(), sight)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, IndexError) as error:
            _log.info("kept index dropped: %s", error)
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None

    def save(self, sight: str, index: CandidateIndex) -> None:
        """Keep an index; where that cannot be done the next command builds it again."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(self._path(sight), sight, index)
            self._tidy()
        except OSError as error:
            _log.warning("the index of enterprises could not be kept: %s", error)

    def _path(self, sight: str) -> Path:
        return self.folder / (hashlib.blake2b(sight.encode(), digest_size=16).hexdigest() + SUFFIX)

    def _read(self, data: bytes, sight: str) -> CandidateIndex:
        head, _, body = data.partition(b"\n")
        said: dict[str, Any] = orjson.loads(head)
        if {name: said[name] for name in self._made_of} != self._made_of or said["sight"] != sight:
            raise ValueError("made of something else")
        if said["digest"] != _digest(body):
            raise ValueError("damaged")
        rows: list[list[Any]] = orjson.loads(body[: said["known"]])
        keys = array("Q")
        keys.frombytes(body[said["known"] :])
        return CandidateIndex.kept(_known(rows), keys)

    def _write(self, path: Path, sight: str, index: CandidateIndex) -> None:
        rows = orjson.dumps(list(map(attrgetter(*_FIELDS), index.known)))
        body = rows + index.keys.tobytes()
        said = {**self._made_of, "sight": sight, "known": len(rows), "digest": _digest(body)}
        handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(orjson.dumps(said) + b"\n")
                file.write(body)
            os.replace(temporary, path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _tidy(self) -> None:
        """Indexes over enterprises as they no longer are go away, and the oldest when there are many."""
        held = sorted(self.folder.glob("*" + SUFFIX), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for n, path in enumerate(held):
            if n >= MOST_FILES or not self._is_current(path):
                path.unlink(missing_ok=True)

    def _is_current(self, path: Path) -> bool:
        with path.open("rb") as file:
            head = file.readline()
        try:
            said = orjson.loads(head)
            return {name: said[name] for name in self._made_of} == self._made_of
        except (ValueError, TypeError, KeyError):
            return False


def _known(rows: list[list[Any]]) -> list[Known]:
    """Enterprises from their rows; places that are the same are one object, as they are many.

    Nothing made here can be in a ring, so the collector of rings is kept from looking through it time and again.
    """
    places: dict[tuple[str, ...], tuple[str, ...]] = {}
    looking = gc.isenabled()
    gc.disable()
    try:
        for row in rows:
            for at in (_REGION, _PLACE):
                place = tuple(row[at])
                row[at] = places.setdefault(place, place)
        return [Known(*row) for row in rows]
    finally:
        if looking:
            gc.enable()


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=20).hexdigest()


_log = logging.getLogger("jiqun.matching")
