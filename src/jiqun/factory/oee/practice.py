"""停机分类口径 the practice of `packs/factory/oee.toml`: which word of a file is which state, and what a minor stop is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from jiqun.core.errors import PackError
from jiqun.core.packfiles import as_table, labels_in, read_toml, texts_in
from jiqun.factory.instants import SECOND
from jiqun.factory.oee.model import Kind


@dataclass(frozen=True, slots=True)
class Practice:
    """Kinds by word (folded), labels of states, and the threshold of minor stops in microseconds."""

    words: Mapping[str, Kind]
    labels: Mapping[str, Mapping[str, str]]
    minor_below: int

    @classmethod
    def load(cls, path: Path) -> "Practice":
        """Read the pack; PackError names file and key."""
        whole = read_toml(path)
        words: dict[str, Kind] = {}
        labels: dict[str, Mapping[str, str]] = {}
        for key, value in as_table(whole.get("state"), file=path, key="state").items():
            table = as_table(value, file=path, key=f"state.{key}")
            kind = table.get("kind")
            if kind not in get_args(Kind):
                raise PackError(
                    "pack.unknown_word", file=str(path), key=f"state.{key}.kind", seen=kind, allowed=" ".join(get_args(Kind))
                )  # fmt: skip
            labels[key] = labels_in(table, "label", file=path, key=f"state.{key}")
            for word in (key, *texts_in(table, "words", file=path, key=f"state.{key}")):
                if words.setdefault(folded(word), cast(Kind, kind)) != kind:
                    raise PackError("pack.duplicate_key", file=str(path), key=f"state.{key}.{word}")
        minor = whole.get("minor_stop_below_s")
        if not isinstance(minor, int) or minor < 0:
            raise PackError("pack.missing_text", file=str(path), key="minor_stop_below_s", seen=repr(minor))
        return cls(words, labels, minor * SECOND)


def folded(text: str) -> str:
    """A word as it is compared: without blanks at its ends, in small letters."""
    return text.strip().lower()
