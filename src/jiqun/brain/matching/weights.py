"""权重与阈值 weights and thresholds: what each piece of evidence counts, what it says, from when on it is a match."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jiqun.brain.matching.model import Evidence
from jiqun.core.errors import PackError
from jiqun.core.packfiles import as_table, read_toml, text_in


class Mark(NamedTuple):
    """A piece of evidence found: its key, what was written, what is known."""

    kind: str
    seen: str = ""
    known: str = ""


@dataclass(frozen=True)
class Weights:
    """Points by evidence (negative speaks against), sentences, and three thresholds.

    match   the score from which a name is a match, when no other enterprise stands within `margin`
    review  the score from which a person is asked
    """

    points: Mapping[str, float]
    sentences: Mapping[str, tuple[str, str]]
    match: float
    review: float
    margin: float

    @classmethod
    def load(cls, path: Path) -> "Weights":
        """Read packs/names/evidence.toml."""
        tables = read_toml(path)
        points: dict[str, float] = {}
        sentences: dict[str, tuple[str, str]] = {}
        limits: dict[str, float] = {}
        for key, value in tables.items():
            table = as_table(value, file=path, key=key)
            if key == "thresholds":
                limits = {name: _number(table.get(name), path, f"{key}.{name}") for name in _LIMITS}
                continue
            points[key] = _number(table.get("points", 0), path, f"{key}.points")
            sentences[key] = (text_in(table, "zh", file=path, key=key), text_in(table, "en", file=path, key=key))
        if not limits:
            raise PackError("pack.missing_text", file=str(path), key="thresholds", seen="")
        return cls(points, sentences, limits["match"], limits["review"], limits["margin"])

    def evidence(self, mark: Mark) -> Evidence:
        """The sentences of a mark."""
        zh, en = (
            text.replace("{seen}", mark.seen).replace("{known}", mark.known)
            for text in self.sentences[mark.kind]
        )
        return Evidence(mark.kind, zh, en)


_LIMITS = ("match", "review", "margin")


def _number(value: object, path: Path, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PackError("pack.missing_text", file=str(path), key=key, seen=repr(value))
    return float(value)
