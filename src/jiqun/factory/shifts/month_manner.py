"""月度口径 the manner of `packs/factory/months.toml`: when a machine is connected, which points prove a collection."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import PackError
from jiqun.core.packfiles import Table, as_table, labels_in, read_toml, text_in, texts_in


@dataclass(frozen=True, slots=True)
class Collecting:
    """Roles of points that prove a collection; of_machines: only those of a machine do."""

    roles: frozenset[str]
    of_machines: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene a month's figure may serve as evidence for; its level is never set from here."""

    label: Mapping[str, str]
    says: Mapping[str, str]
    figure: str


@dataclass(frozen=True, slots=True)
class MonthManner:
    """Parameters of the figures of a month; see the pack for what each means."""

    engine: str
    days_least: int
    edge_minutes: int
    page_rows: int
    collect: Mapping[str, Collecting]
    scenes: Mapping[str, Scene]

    @classmethod
    def load(cls, path: Path) -> "MonthManner":
        """Read the pack; PackError names file and key."""
        whole = read_toml(path)
        collect = as_table(whole.get("collect"), file=path, key="collect")
        scenes = as_table(whole.get("scene", {}), file=path, key="scene")
        return cls(
            text_in(whole, "engine", file=path, key="engine"),
            *(_whole(whole, name, path) for name in ("days_least", "edge_minutes", "page_rows")),
            {key: _collecting(as_table(one, file=path, key=key), path, key) for key, one in collect.items()},
            {key: _scene(as_table(one, file=path, key=key), path, key) for key, one in scenes.items()},
        )  # fmt: skip


def _collecting(table: Table, path: Path, key: str) -> Collecting:
    return Collecting(frozenset(texts_in(table, "roles", file=path, key=key)), table.get("of_machines") is True)


def _scene(table: Table, path: Path, key: str) -> Scene:
    label, says = (labels_in(table, name, file=path, key=key) for name in ("label", "says"))
    return Scene(label, says, text_in(table, "figure", file=path, key=key))


def _whole(table: Table, name: str, path: Path) -> int:
    value = table.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PackError("pack.missing_text", file=str(path), key=name, seen=repr(value))
    return value
