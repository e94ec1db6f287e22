"""工作夹 work folders: one folder per thing handed in for background work — what it is, how far the work is, who holds it.

Each folder has a file that says what is known (written whole or not at all), `progress.json`, and `work.lock`, held by
the process doing the work; it dies with it.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import orjson

from jiqun.core.errors import NotFound
from jiqun.lake.durable import write_durably

WORKING = "working"
"""State of a folder that waits for work."""
_AFTER_LETTER = re.compile(r"\d{14}[0-9a-f]{12}")


class Kept(Protocol):
    """What is known of a folder: a frozen dataclass with an id."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> str:
        """Its id."""
        ...


Held = TypeVar("Held", bound=Kept)


@dataclass(frozen=True)
class Progress:
    """How far the work is: what is being done, how many of how many."""

    what: str = ""
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        """Whole percent, 0 while nothing is known."""
        return min(100, self.done * 100 // self.total) if self.total else 0


@dataclass
class WorkFolders(Generic[Held]):
    """The folders of one kind; a subclass names the letter of its ids, its file and its error, and reads its things.

    LETTER   first letter of an id; FILE: the file that says what is known; MISSING: error code for what is not there
    """

    LETTER: ClassVar[str]
    FILE: ClassVar[str]
    MISSING: ClassVar[str]
    root: Path

    def made(self, held: dict[str, Any]) -> Held:
        """What is known, out of its file."""
        raise NotImplementedError

    def new_id(self, at: datetime) -> str:
        """An id that sorts by time and cannot be guessed."""
        return f"{self.LETTER}{at:%Y%m%d%H%M%S}{secrets.token_hex(6)}"

    def folder(self, id: str) -> Path:
        """The folder of one; NotFound for what is no id."""
        if not self._is_id(id):
            raise NotFound(self.MISSING, seen=id)
        return self.root / id

    def lock(self, id: str) -> Path:
        """Lock of the process that does the work."""
        return self.folder(id) / "work.lock"

    def save(self, known: Held) -> Held:
        """Write what is known, whole or not at all."""
        write_durably(self.folder(known.id) / self.FILE, orjson.dumps(asdict(known)))
        return known

    def read(self, id: str) -> Held:
        """What is known of one; NotFound when there is none."""
        try:
            held = orjson.loads((self.folder(id) / self.FILE).read_bytes())
        except FileNotFoundError:
            raise NotFound(self.MISSING, seen=id) from None
        for name in ("received_at", "queued_at"):
            held[name] = datetime.fromisoformat(held[name]) if held[name] else None
        return self.made(held)

    def change(self, id: str, **values: Any) -> Held:
        """Write some values anew."""
        return self.save(replace(self.read(id), **values))

    def all(self) -> Iterator[Held]:
        """Every one, newest first."""
        if not self.root.is_dir():
            return
        for folder in sorted(self.root.iterdir(), reverse=True):
            if self._is_id(folder.name) and (folder / self.FILE).is_file():
                yield self.read(folder.name)

    def tell(self, id: str, progress: Progress) -> None:
        """Note how far the work is."""
        write_durably(self.folder(id) / "progress.json", orjson.dumps(asdict(progress)))

    def progress(self, id: str) -> Progress:
        """How far the work was when last noted."""
        try:
            return Progress(**orjson.loads((self.folder(id) / "progress.json").read_bytes()))
        except (FileNotFoundError, orjson.JSONDecodeError):
            return Progress()

    def remove(self, id: str) -> None:
        """Throw one away with all its files."""
        folder = self.folder(id)
        for path in folder.glob("*"):
            path.unlink(missing_ok=True)
        folder.rmdir()

    def _is_id(self, text: str) -> bool:
        return text[:1] == self.LETTER and _AFTER_LETTER.fullmatch(text[1:]) is not None
