"""行号 lines: on which line of a TOML file each table, key and list item stands, so that a complaint can point at it."""

import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_@.-]+|\"[^\"]*\")\s*=")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


class Lines:
    """Lines of a TOML file by path: ("version", 0, "clause", 2, "of", 1)."""

    def __init__(self, text: str) -> None:
        self._at: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = {}
        self._table: Path = ()
        self._list: Path = ()
        self._depth = 0
        for number, line in enumerate(text.splitlines(), start=1):
            self._read(line, number)

    def at(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it that is known."""
        while path not in self._at:
            path = path[:-1]
        return self._at[path]

    def _read(self, line: str, number: int) -> None:
        bare = _QUOTED.sub(lambda found: '"' + "x" * (len(found.group()) - 2) + '"', line).partition("#")[0]
        header = _HEADER.match(bare) if self._depth == 0 else None
        if header:
            self._open(_HEADER.match(line.partition("#")[0]) or header, number)
            return
        if self._depth == 0:
            self._key(line, bare, number)
        elif self._depth == 1 and bare.strip() and bare.strip() != "]":
            place = self._counts.get(self._list, -1) + 1
            self._counts[self._list] = place
            self._at[(*self._list, place)] = number
        self._depth = max(
            0, self._depth + sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")
        )

    def _key(self, line: str, bare: str, number: int) -> None:
        found = _KEY.match(line)
        if found:
            path = (*self._table, *_words(found.group(1)))
            self._at[path] = number
            if bare.rstrip().endswith("["):
                self._list = path

    def _open(self, header: re.Match[str], number: int) -> None:
        path: Path = ()
        words = _words(header.group(2))
        for word in words[:-1]:
            path = (*path, word)
            if path in self._counts:
                path = (*path, self._counts[path])
        path = (*path, words[-1])
        if header.group(1) == "[[":
            self._counts[path] = self._counts.get(path, -1) + 1
            self._at.setdefault(path, number)
            path = (*path, self._counts[path])
        self._at[path] = number
        self._table = path


def _words(text: str) -> list[str]:
    if text.startswith('"'):
        return [text.strip('"')]
    return [word.strip().strip('"') for word in text.split(".")]
