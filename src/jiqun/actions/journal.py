"""工作日志 a journal of long work: each thing done is a line, so that a killed run goes on where it stopped."""

import os
from pathlib import Path
from typing import Any

import orjson

SYNC_EVERY = 500


class Journal:
    """Lines of JSON under a mark; a journal of another mark is begun anew, a last line cut short is left out.

    mark  fingerprint of the work: what it is done to and how
    """

    def __init__(self, path: Path, mark: str) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.done: list[dict[str, Any]] = lines(path, mark)
        head = orjson.dumps({"mark": mark}) + b"\n"
        kept = b"".join(orjson.dumps(line) + b"\n" for line in self.done)
        temporary = path.with_name(path.name + ".tmp")
        temporary.write_bytes(head + kept)
        os.replace(temporary, path)
        self._file = path.open("ab")
        self._since = 0

    def add(self, line: dict[str, Any]) -> None:
        """Write down one more thing done."""
        self._file.write(orjson.dumps(line) + b"\n")
        self.done.append(line)
        self._since += 1
        if self._since >= SYNC_EVERY:
            self.keep()

    def keep(self) -> None:
        """Put what is written on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._since = 0

    def close(self) -> None:
        """Keep and close it."""
        self.keep()
        self._file.close()


def lines(path: Path, mark: str) -> list[dict[str, Any]]:
    """What a journal of this mark holds; nothing when there is none."""
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = []
    for line in path.read_bytes().split(b"\n"):
        try:
            found.append(orjson.loads(line))
        except orjson.JSONDecodeError:
            break  # the end, or a line a kill cut short
    return found[1:] if found and found[0].get("mark") == mark else []
