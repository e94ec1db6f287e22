"""努力权重 effort weights: how hard it is to change what a rule reads, by field and by paper (`packs/efforts.toml`).

They are the house's own estimate; an office puts its own in place of them. Only the order of the steps depends on them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from jiqun.core.errors import RowError
from jiqun.rules import tree
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.pack import Version
from jiqun.rules.sheet import Sheet, View
from jiqun.rules.tree import Label

DEFAULT = Decimal(1)


@dataclass(frozen=True, slots=True)
class Effort:
    """A weight and what it stands for."""

    weight: Decimal
    label: Label


@dataclass(frozen=True, slots=True)
class Efforts:
    """Weights by field and by paper (its Chinese name); `own`: some of them are the office's."""

    default: Decimal
    fields: Mapping[str, Effort]
    papers: Mapping[str, Effort]
    catalogue: Catalogue
    own: bool = False

    def of_field(self, column: str) -> Effort:
        """What a column weighs: its own weight, else that of the paper it stands in, else the default."""
        name = column.partition("@")[0]
        known = self.catalogue.fields.get(name)
        paper = self.papers.get(known.paper.zh) if known else None
        return self.fields.get(name) or paper or Effort(self.default, Label("", ""))

    def of(self, columns: Iterable[str]) -> Decimal:
        """What a step weighs that reads these columns: as much as the heaviest."""
        return max((self.of_field(one).weight for one in columns), default=self.default)

    def by_clause(self, version: Version) -> dict[str, Decimal]:
        """The weight of every node of a version, as `gap.distance` asks for them."""
        whole = (version.applies, version.clauses, version.grading)
        nodes = ((getattr(one, "about", None), one) for one in tree.walk(whole))
        return {about.id: self.of(tree.columns(one)) for about, one in nodes if about is not None}


def read_efforts(path: Path, catalogue: Catalogue, own: Path | None = None) -> Efforts:
    """The weights that ship, with the office's own (`own`, where that file exists) in their place; PackErrors."""
    errors: list[RowError] = []
    shipped = _Weights(Sheet(path, errors), catalogue)
    mine = _Weights(Sheet(own, errors), catalogue) if own and own.is_file() else None
    shipped.sheet.refuse()
    default = (mine.default if mine else None) or shipped.default or DEFAULT
    if mine is None:
        return Efforts(default, shipped.fields, shipped.papers, catalogue)
    return Efforts(default, shipped.fields | mine.fields, shipped.papers | mine.papers, catalogue, own=True)


class _Weights:
    """One file of weights."""

    def __init__(self, sheet: Sheet, catalogue: Catalogue) -> None:
        self.sheet = sheet
        self.papers: dict[str, Effort] = {}
        self.fields: dict[str, Effort] = {}
        root = sheet.root
        root.only(("default", "effort"))
        self.default = _weight(root, "default") if "default" in root else None
        papers = {one.paper.zh for one in catalogue.fields.values()}
        for view in root.views("effort"):
            view.only(("weight", "label", "fields", "papers"))
            effort = Effort(_weight(view, "weight"), view.label())
            self._put(view, "fields", self.fields, (effort, catalogue.fields))
            self._put(view, "papers", self.papers, (effort, papers))

    def _put(
        self, view: View, name: str, into: dict[str, Effort], what: tuple[Effort, Iterable[str]]
    ) -> None:
        effort, known = what
        for number, one in enumerate(view.texts(name)):
            place = (*view.place, name, number)
            if one not in known:
                self.sheet.wrong(place, "rule.unknown_field", seen=one, allowed="packs/tables/firm.csv")
            if one in into:
                self.sheet.wrong(place, "rule.duplicate_id", seen=one)
            into[one] = effort


def _weight(view: View, name: str) -> Decimal:
    found = view.number(name)
    if found is not None and found <= 0:
        view.wrong(name, "rule.bad_value", seen=found, allowed="> 0")
    return found or DEFAULT
