"""连接器清单 manifests: what each connector is, which options it takes and how its addresses are written.

One folder of `edge` per connector with `manifest.toml` (read here), `quality.toml` (done, open, exempt) and its code.
Only the data are read here, so that the page that connects a machine says the same as the box.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jiqun.core.errors import RowErrors
from jiqun.rules.sheet import Sheet, View

FOLDER = Path(__file__).resolve().parents[2] / "edge"
TYPES = ("text", "whole", "yes", "file", "choice")
PROMISES = ("acknowledged", "polled", "subscribed")
STATES = ("done", "open", "exempt")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a choice (选词); the empty one is the default."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a connector (选项); `default` None means it must be given.

    A file's default lies in the folder `secrets` of the box. words: of a choice.
    """

    name: str
    type: str
    default: object
    zh: str
    en: str
    words: tuple[Word, ...] = ()

    def has(self, word: str) -> bool:
        """Is this one of its words?"""
        return any(one.key == word for one in self.words)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A connector (连接器).

    promise  acknowledged: the source keeps a value until the buffer has it; polled, subscribed: what changes while the
             edge is down is not seen
    pattern  regular expression of the address of a point
    """

    key: str
    zh: str
    en: str
    promise: str
    pattern: str
    example: str
    options: Mapping[str, Option]


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a quality card (质量卡)."""

    key: str
    state: str
    zh: str
    en: str


def connector_keys() -> tuple[str, ...]:
    """Every connector there is: folders with a manifest."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/manifest.toml")))


@lru_cache(maxsize=32)
def manifest_of(key: str) -> Manifest:
    """The manifest of a connector; RowErrors `edge.config_refused` when it is wrong."""
    sheet = Sheet(FOLDER / key / "manifest.toml", [])
    label = sheet.root.label()
    options = {one.text("name"): _option(one) for one in sheet.root.views("option")}
    found = Manifest(
        key, label.zh, label.en, sheet.root.choice("promise", PROMISES),
        sheet.root.text("pattern"), sheet.root.text("example"), options,
    )  # fmt: skip
    if sheet.errors:
        raise RowErrors(sheet.errors, code="edge.config_refused")
    return found


def quality_of(key: str) -> tuple[Mark, ...]:
    """The quality card of a connector; RowErrors when it is wrong."""
    sheet = Sheet(FOLDER / key / "quality.toml", [])
    marks = [
        Mark(one.text("key"), one.choice("state", STATES), (label := one.label("says")).zh, label.en)
        for one in sheet.root.views("mark")
    ]
    if sheet.errors:
        raise RowErrors(sheet.errors, code="edge.config_refused")
    return tuple(marks)


def _option(view: View) -> Option:
    label = view.label("says")
    words = tuple(
        Word(one.text("key", needed=False), (said := one.label("says")).zh, said.en)
        for one in view.views("words")
    )
    return Option(
        view.text("name"), view.choice("type", TYPES), view.data.get("default"), label.zh, label.en, words
    )
