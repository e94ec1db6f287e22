"""Indicators 指标: what is counted, in which unit, of which kind, and how it adds up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from jiqun.core.errors import NotFound, PackError
from jiqun.core.packfiles import Table, labels_in, tables_of, text_in, texts_in
from jiqun.core.units import Kind, UnitTable


class Nature(StrEnum):
    """A stock is counted at a moment (时点数), a flow over a period (时期数)."""

    STOCK = "stock"
    FLOW = "flow"


class Adds(StrEnum):
    """How an indicator rolls up from parts to the whole (汇总方式)."""

    SUM = "sum"
    WEIGHTED_MEAN = "weighted_mean"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of `packs/indicators/*.toml`.

    expression  name of the formula that derives it from others; None when it is only ever stated
    aliases     what else offices call it in the headers of their forms
    choices     the words a choice may be, in their order
    """

    key: str
    label: Mapping[str, str]
    unit: str
    kind: Kind
    definition: Mapping[str, str]
    stock_or_flow: Nature
    adds: Adds
    expression: str | None = None
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


class IndicatorTable:
    """All indicators by key (指标目录)."""

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        self._by_key = {indicator.key: indicator for indicator in indicators}

    @classmethod
    def load(cls, folder: Path, units: UnitTable) -> "IndicatorTable":
        """Read every `*.toml` of the folder; PackError names file and key."""
        found: dict[str, Indicator] = {}
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise PackError("pack.unreadable", file=str(folder), reason="no *.toml")
        for file in files:
            for key, table in tables_of(file):
                if key in found:
                    raise PackError("pack.duplicate_key", file=str(file), key=key)
                found[key] = _indicator(key, table, file, units)
        return cls(found.values())

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def find(self, key: str) -> Indicator | None:
        """The indicator of that key, or None."""
        return self._by_key.get(key)

    def get(self, key: str) -> Indicator:
        """The indicator of that key; NotFound `gate.unknown_indicator` when there is none."""
        indicator = self._by_key.get(key)
        if indicator is None:
            raise NotFound("gate.unknown_indicator", seen=key, allowed="packs/indicators/*.toml")
        return indicator


Word = TypeVar("Word", bound=StrEnum)


def _indicator(key: str, table: Table, file: Path, units: UnitTable) -> Indicator:
    unit = text_in(table, "unit", file=file, key=key)
    if unit not in units:
        raise PackError("pack.unknown_unit", file=str(file), key=key, seen=unit)
    formula = table.get("expression")
    if formula is not None and (not isinstance(formula, str) or not formula):
        raise PackError("pack.missing_text", file=str(file), key=f"{key}.expression", seen=repr(formula))
    choices = texts_in(table, "choices", file=file, key=key)
    if bool(choices) != (table.get("kind") == Kind.CHOICE.value):
        raise PackError("pack.missing_text", file=str(file), key=f"{key}.choices", seen=repr(choices))
    return Indicator(
        key=key,
        label=labels_in(table, "label", file=file, key=key),
        unit=units.get(unit).key,
        kind=_word(Kind, table, "kind", file=file, key=key),
        definition=labels_in(table, "definition", file=file, key=key),
        stock_or_flow=_word(Nature, table, "stock_or_flow", file=file, key=key),
        adds=_word(Adds, table, "adds", file=file, key=key),
        expression=formula,
        aliases=tuple(texts_in(table, "aliases", file=file, key=key)),
        choices=choices,
    )


def _word(words: type[Word], table: Table, name: str, *, file: Path, key: str) -> Word:
    text = text_in(table, name, file=file, key=key)
    try:
        return words(text)
    except ValueError:
        raise PackError(
            "pack.unknown_word", file=str(file), key=f"{key}.{name}", seen=text, allowed=" ".join(words)
        ) from None
