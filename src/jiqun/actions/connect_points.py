"""选测点 points chosen on the page: what a row of the form says, and everything that can be wrong with it, told at once."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jiqun.actions.desk import Desk
from jiqun.core.errors import RowError, RowErrors
from jiqun.factory.readings.manifests import manifest_of
from jiqun.factory.readings.model import KEY, PointKind
from jiqun.ledger import connections, factories
from jiqun.ledger.connections import Draft
from jiqun.ledger.factories import Factory

MOST = 500


@dataclass(frozen=True, slots=True)
class ChosenPoint:
    """One point as the form says it; scale and deadband None where what was typed is no number."""

    key: str
    address: str
    unit: str
    kind: str = "measurement"
    scale: float | None = 1.0
    deadband: float | None = 0.0
    name: str = ""
    role: str = ""


def told_point(one: ChosenPoint) -> dict[str, Any]:
    """The part of a point the box is told."""
    return {"key": one.key, "address": one.address, "unit": one.unit, "kind": one.kind, "scale": one.scale,
            "deadband": one.deadband}  # fmt: skip


def number_of(text: str, default: float) -> float | None:
    """A number as typed; the default for nothing, None for what is none."""
    if not text.strip():
        return default
    try:
        found = float(text.strip().replace("，", ".").replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) < 1e15 else None


def check_points(desk: Desk, factory: Factory, draft: Draft, rows: Sequence[ChosenPoint]) -> None:
    """RowErrors connect.points_refused with everything that is wrong with the points of a draft."""
    judge = _Judge(desk, factory, draft)
    if not 1 <= len(rows) <= MOST:
        judge.wrong(None, "", "connect.no_points", str(len(rows)), f"1–{MOST}")
    for number, one in enumerate(rows[:MOST], start=1):
        judge.point(number, one)
    if judge.errors:
        raise RowErrors(judge.errors, code="connect.points_refused")


class _Judge:
    def __init__(self, desk: Desk, factory: Factory, draft: Draft) -> None:
        self.desk, self.factory, self.draft = desk, factory, draft
        self.errors: list[RowError] = []
        self.manifest = manifest_of(draft.kind)
        others = [one for one in connections.of_factory(factory.key) if one.name != draft.connection]
        self.owner = {row["key"]: one.name for one in others for row in one.points}
        self.known = {one.key: one for one in factories.points(factory.key, retired=True)}
        self.machine = str(draft.told.get("machine") or "")
        self.seen: set[str] = set()

    def wrong(self, row: int | None, column: str, code: str, seen: str, allowed: str) -> None:
        self.errors.append(RowError(self.factory.name, row, column, code, seen[:80], allowed))

    def point(self, row: int, one: ChosenPoint) -> None:
        if not KEY.fullmatch(one.key):
            self.wrong(row, "key", "connect.bad_point", one.key, "a-z 0-9 . _ -")
        if one.key in self.seen or one.key in self.owner:
            self.wrong(row, "key", "connect.key_taken", one.key, f"≠ {self.owner.get(one.key, one.key)}")
        self.seen.add(one.key)
        if not re.fullmatch(self.manifest.pattern, one.address):
            self.wrong(row, "address", "connect.bad_point", one.address, self.manifest.example)
        self._plain(row, one)
        self._as_before(row, one)

    def _plain(self, row: int, one: ChosenPoint) -> None:
        if one.unit not in self.desk.units:
            self.wrong(row, "unit", "connect.bad_unit", one.unit, "packs/units.toml")
        if one.kind not in set(PointKind):
            self.wrong(row, "kind", "connect.bad_point", one.kind, " ".join(PointKind))
        if not one.scale:
            self.wrong(row, "scale", "connect.bad_point", str(one.scale), "≠ 0")
        if one.deadband is None or one.deadband < 0:
            self.wrong(row, "deadband", "connect.bad_point", str(one.deadband), "≥ 0")
        if one.role and one.role not in self.desk.connecting.roles:
            self.wrong(row, "role", "connect.bad_point", one.role, " ".join(self.desk.connecting.roles))

    def _as_before(self, row: int, one: ChosenPoint) -> None:
        """A point that has readings keeps its unit and its behaviour, or they would mean two things."""
        before = self.known.get(one.key)
        if before is None:
            return
        if (before.unit, before.kind) != (one.unit, one.kind):
            self.wrong(
                row,
                "unit",
                "connect.meaning_changed",
                f"{one.unit} {one.kind}",
                f"{before.unit} {before.kind}",
            )
        if before.machine and self.machine != before.machine and one.key not in self.owner:
            self.wrong(row, "key", "connect.other_machine", one.key, before.machine)
