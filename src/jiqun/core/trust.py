"""Order of trust 采信顺序: which of several statements about one cell is shown, and why; all of them stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jiqun.core.errors import PackError
from jiqun.core.packfiles import Table, as_table, labels_in, read_toml, texts_in

LAST = 99
"""Place of a source the order does not name."""
UNKNOWN = "unknown"
REASONS = ("only", "place", "source", "exact", "newer", "later", "number")


@dataclass(frozen=True, slots=True)
class Told:
    """One statement of a cell, as far as trust needs to know it.

    kind       kind of its source; told_on: day of the source as ISO text, empty when nobody knows
    exact      the value is no bound and no estimate
    """

    id: str
    source: str
    kind: str
    told_on: str
    exact: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """The statement shown of a cell, the others in their order, and why: a key of `REASONS` and the sentence."""

    shown: Told
    others: tuple[Told, ...]
    because: str
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True)
class TrustOrder:
    """The order of `packs/trust.toml`: of every indicator, and of those with an order of their own."""

    default: tuple[str, ...]
    own: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Mapping[str, str]]
    because: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, path: Path) -> "TrustOrder":
        """Read the pack; PackError names file and key."""
        tables = {key: as_table(value, file=path, key=key) for key, value in read_toml(path).items()}
        kinds = _labels(tables.get("kind", {}), path, "kind")
        own = {
            key: _order(as_table(value, file=path, key=key), path, f"indicator.{key}", kinds)
            for key, value in tables.get("indicator", {}).items()
        }
        because = _labels(tables.get("because", {}), path, "because")
        for reason in REASONS:
            if reason not in because:
                raise PackError("pack.missing_text", file=str(path), key=f"because.{reason}", seen="")
        return cls(_order(tables.get("default", {}), path, "default", kinds), own, kinds, because)

    def place(self, indicator: str, source: str, kind: str) -> int:
        """How far up a source stands for an indicator: 0 is trusted most, LAST when the order does not name it."""
        order = self.own.get(indicator, self.default)
        for place, word in enumerate(order):
            if word in (kind, f"source:{source}"):
                return place
        return LAST

    def choose(self, told: Iterable[Told], indicator: str) -> Choice | None:
        """The statement to show of one cell and why; None when there is none. The order they come in does not matter."""
        ranked = sorted(told, key=lambda one: self._standing(one, indicator))
        if not ranked:
            return None
        shown, others = ranked[0], tuple(ranked[1:])
        because = self._because(shown, others[0], indicator) if others else "only"
        return Choice(
            shown, others, because, *(self._sentence(because, shown, others, lang) for lang in ("zh", "en"))
        )

    def _standing(self, one: Told, indicator: str) -> tuple[int, bool, int, float, str]:
        place = self.place(indicator, one.source, one.kind)
        return place, not one.exact, -_number(one.told_on), -one.recorded_at.timestamp(), one.id

    def _because(self, shown: Told, other: Told, indicator: str) -> str:
        if self.place(indicator, shown.source, shown.kind) != self.place(indicator, other.source, other.kind):
            return "place" if shown.kind != other.kind else "source"
        if shown.exact != other.exact:
            return "exact"
        if _number(shown.told_on) != _number(other.told_on):
            return "newer"
        return "later" if shown.recorded_at != other.recorded_at else "number"

    def _sentence(self, because: str, shown: Told, others: tuple[Told, ...], lang: str) -> str:
        other = others[0] if others else shown
        nothing = "不详" if lang == "zh" else "unknown"
        return self.because[because][lang].format(
            shown=self.kind_label(shown.kind)[lang],
            other=self.kind_label(other.kind)[lang],
            shown_on=shown.told_on or nothing,
            other_on=other.told_on or nothing,
        )

    def kind_label(self, kind: str) -> Mapping[str, str]:
        """What a kind of source is called."""
        return self.kinds.get(kind, self.kinds[UNKNOWN])


def _number(day: str) -> int:
    return int(day.replace("-", "")) if day else 0


def _order(table: Table, path: Path, key: str, kinds: Mapping[str, object]) -> tuple[str, ...]:
    order = texts_in(table, "order", file=path, key=key)
    for word in order:
        if word not in kinds and not word.startswith("source:"):
            raise PackError(
                "pack.unknown_word", file=str(path), key=f"{key}.order", seen=word, allowed=" ".join(kinds)
            )
    if not order or len(set(order)) != len(order):
        raise PackError("pack.not_texts", file=str(path), key=f"{key}.order", seen=repr(order))
    return order


def _labels(tables: Table, path: Path, key: str) -> dict[str, Mapping[str, str]]:
    return {
        name: labels_in(
            as_table(value, file=path, key=f"{key}.{name}"), "label", file=path, key=f"{key}.{name}"
        )
        for name, value in tables.items()
    }
