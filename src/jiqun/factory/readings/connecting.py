"""接入用词 the words of connecting: protocols as the page tells them, roles of points, what unit and role a name suggests.

Guesses only fill a form that a person confirms.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.units import UnitTable
from jiqun.factory.readings.model import KEY, PointKind
from jiqun.rules.sheet import Sheet, View
from jiqun.rules.tree import Label


@dataclass(frozen=True, slots=True)
class Protocol:
    """One protocol as the page tells it (协议).

    fields  options of its connector it asks; more: those only some machines ask for; look: what is asked to look
    """

    key: str
    label: Label
    says: Label
    needs: Label
    example: str
    fields: tuple[str, ...]
    look: tuple[str, ...]
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookField:
    """One thing asked only to look around (试看选项); words: the choices, empty for free text."""

    key: str
    label: Label
    default: str | int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """What a point tells about its machine (测点角色)."""

    key: str
    label: Label
    kind: str
    unit: str
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a name and a unit suggest (猜测); `sure`: the machine itself told the unit."""

    role: str = ""
    kind: str = str(PointKind.MEASUREMENT)
    unit: str = ""
    scale: float = 1.0
    sure: bool = False


@dataclass(frozen=True, slots=True)
class ConnectingWords:
    """Everything of `packs/factory/connecting.toml` (接入用词)."""

    protocols: Mapping[str, Protocol]
    looks: Mapping[str, LookField]
    roles: Mapping[str, Role]
    units: Mapping[str, tuple[str, float]]

    @classmethod
    def load(cls, path: Path) -> "ConnectingWords":
        """Read the pack; PackErrors tells all that is wrong with it."""
        sheet = Sheet(path, [])
        root = sheet.root
        root.only(("protocol", "look", "role", "unit"))
        found = cls(
            {key: _protocol(key, view) for key, view in _named(root, "protocol")},
            {key: _look(key, view) for key, view in _named(root, "look")},
            {key: _role(key, view) for key, view in _named(root, "role")},
            {key.lower(): (view.text("unit"), _scale(view)) for key, view in _named(root, "unit")},
        )
        sheet.refuse()
        return found

    def guess(self, name: str, said: str, units: UnitTable) -> Guess:
        """What a browsed name and the unit the machine says suggest; nothing found leaves the unit empty."""
        last = re.split(r"[./:#]", name.strip().lower())[-1]
        role = next((one for one in self.roles.values() if _ends(last, one.ends)), None)
        kind = (role.kind if role else "") or str(PointKind.MEASUREMENT)
        told = said.strip()
        if told and told in units:
            return Guess(role.key if role else "", kind, units.get(told).key, sure=True)
        if told.lower() in self.units:
            unit, scale = self.units[told.lower()]
            return Guess(role.key if role else "", kind, unit, scale, sure=True)
        return Guess(role.key if role else "", kind, role.unit if role and not told else "")


def key_for(machine: str, name: str, taken: Iterable[str]) -> str:
    """A key for a point: its machine and the last part of its name, unlike those taken."""
    last = re.split(r"[./:#]", name.strip().lower())[-1]
    word = re.sub(r"[^a-z0-9_-]+", "_", last).strip("_-") or "point"
    base = f"{machine}.{word}" if machine else word
    known = set(taken)
    found, number = base[:120], 2
    while found in known or not KEY.fullmatch(found):
        found, number = f"{base[:115]}_{number}", number + 1
        if number > 10_000:
            return base
    return found


def _ends(last: str, ends: Iterable[str]) -> bool:
    return any(
        last == one or last.endswith((f"_{one}", f"-{one}")) or (not one.isascii() and last.endswith(one))
        for one in ends
    )


def _named(root: View, name: str) -> list[tuple[str, View]]:
    table = root.view(name)
    if table is None:
        return []
    return [(key, view) for key in table.data if (view := table.view(key)) is not None]


def _protocol(key: str, view: View) -> Protocol:
    view.only(("label", "says", "needs", "example", "fields", "look", "more"))
    return Protocol(
        key, view.label(), view.label("says"), view.label("needs"), view.text("example"), _texts(view, "fields"),
        _texts(view, "look"), _texts(view, "more"),
    )  # fmt: skip


def _look(key: str, view: View) -> LookField:
    view.only(("label", "default", "words"))
    default = view.data.get("default", "")
    return LookField(
        key, view.label(), default if isinstance(default, int) else str(default), _texts(view, "words")
    )


def _role(key: str, view: View) -> Role:
    view.only(("label", "kind", "unit", "ends"))
    kind = view.choice("kind", [str(one) for one in PointKind], str(PointKind.MEASUREMENT))
    return Role(key, view.label(), kind, view.text("unit", needed=False), _texts(view, "ends"))


def _scale(view: View) -> float:
    return float(view.number("scale") or 1) if "scale" in view else 1.0


def _texts(view: View, name: str) -> tuple[str, ...]:
    return view.texts(name) if name in view else ()
