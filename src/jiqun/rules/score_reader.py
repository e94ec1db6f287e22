"""读取计分 reading scores: bands without gap or overlap, first matches, capped choices, ratios to a base."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias, cast

from jiqun.rules import tree
from jiqun.rules.operand_reader import Measured
from jiqun.rules.placing import COMMON, Outer, inside
from jiqun.rules.ranges import NOTHING, Range
from jiqun.rules.sheet import View, as_number
from jiqun.rules.tree import About, Band, Boundary, Case, Field, Label, Operand, Option, Score

if TYPE_CHECKING:
    from jiqun.rules.node_reader import NodeReader

Read: TypeAlias = Callable[[View, About], Score]
EDGES = (Boundary.HIGHER_SCORE, Boundary.HALF_OPEN, Boundary.RIGHT_CLOSED)
BEST = Label("以下取最高", "the best of these")


class ScoreReader:
    """Reads the score nodes of one version; conditions inside them go back to the node reader."""

    def __init__(self, nodes: "NodeReader", boundary: Boundary) -> None:
        self.nodes = nodes
        self.operands = nodes.operands
        self.boundary = boundary
        self._kinds: dict[str, tuple[tuple[str, ...], Read]] = {
            "band_table": (("value", "unit", "bands", "boundary", "decided"), self._bands),
            "first_match": (("case", "otherwise", "decided"), self._first),
            "multi_select_capped": (("options", "each", "max"), self._multi),
            "per_step": (("value", "unit", "step", "points", "max"), self._steps),
            "ratio_to_base": (("value", "base", "weight", "cap", "floor", "at_base"), self._ratio),
            "expert_range": (("points", "decided"), self._expert),
            "given": (("value", "max"), self._given),
            "best_of": (("of",), self._best),
        }

    def score(self, view: View, outer: Outer) -> Score:
        """The score node a table describes."""
        kind = view.choice("kind", self._kinds)
        if view.data.get("kind") != kind:
            return tree.ExpertRange(self.nodes.about(view, outer, BEST), NOTHING)  # refused already
        keys, read = self._kinds[kind]
        view.only((*COMMON, *keys))
        return read(view, self.nodes.about(view, outer, BEST if kind == "best_of" else None))

    def points_limit(self, view: View, name: str) -> Operand | None:
        """A number of points, or a parameter; None when it is absent."""
        if name not in view:
            return None
        place = (*view.place, name)
        found = self.operands.read(view.data[name], place)
        return self.operands.in_unit(found, "分", place) if found.unit else found.operand

    def _value(self, view: View) -> Measured:
        return self.operands.read(view.data.get("value"), (*view.place, "value"))

    def _unit(self, view: View, value: Measured) -> str:
        """The unit of a value; where the table tells one it must be that."""
        told = view.text("unit", needed=False)
        if value.unit is not None and told and told != value.unit:
            view.wrong("unit", "rule.unit_mismatch", seen=told, allowed=value.unit or "—")
        if value.unit and not told:
            view.wrong("unit", "rule.missing_unit", seen="unit", allowed=value.unit)
        return value.unit or ""

    def _points(self, view: View, name: str) -> Range:
        """Points: a number, or [lowest, highest]."""
        value = view.data.get(name)
        if isinstance(value, list):
            ends = [as_number(one) for one in cast(list[object], value)]
            if len(ends) == 2 and ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]:
                return Range(ends[0], ends[1])
            view.wrong(name, "rule.bad_value", seen=cast(list[object], value), allowed="[lowest, highest]")
            return NOTHING
        found = view.number(name)
        return NOTHING if found is None else Range.exactly(found)

    def _bands(self, view: View, about: About) -> Score:
        value = self._value(view)
        boundary = Boundary(view.choice("boundary", EDGES, self.boundary))
        bands = tuple(self._band(one) for one in view.views("bands"))
        self._whole(view, bands)
        unit = self._unit(view, value)
        return tree.BandTable(about, value.operand, bands, boundary, unit, self._decided(view))

    def _band(self, view: View) -> Band:
        view.only(("from", "to", "points"))
        low, high = (view.number(name) if name in view else None for name in ("from", "to"))
        return Band(low, high, self._points(view, "points"))

    def _whole(self, view: View, bands: tuple[Band, ...]) -> None:
        """Bands go from the lowest to the highest, open at both ends, each beginning where the one before ends."""
        if not bands:
            view.wrong("bands", "rule.missing_key", seen="bands", allowed="{ from = 1, to = 2, points = 5 }")
            return
        if bands[0].low is not None or bands[-1].high is not None:
            seen = f"{_edge(bands[0].low)} … {_edge(bands[-1].high)}"
            view.wrong("bands", "rule.band_gap", seen=seen, allowed="{ to = … } … { from = … }")
        for number, (one, after) in enumerate(pairwise(bands), start=1):
            place = (*view.place, "bands", number)
            seen = f"{_edge(one.low)}–{_edge(one.high)}, {_edge(after.low)}–{_edge(after.high)}"
            if one.high is None or after.low is None or one.high > after.low:
                view.sheet.wrong(place, "rule.band_overlap", seen=seen)
            elif one.high < after.low:
                view.sheet.wrong(place, "rule.band_gap", seen=seen)
            elif one.low is not None and one.low >= one.high:
                view.sheet.wrong((*view.place, "bands", number - 1), "rule.band_overlap", seen=seen)

    def _first(self, view: View, about: About) -> Score:
        cases: list[Case] = []
        for number, one in enumerate(view.views("case")):
            found = one.view("when")
            one.only(("when", "points"))
            if found is None:
                one.wrong("when", "rule.missing_key", seen="when", allowed="{ kind = … }")
                continue
            cases.append(Case(self.nodes.node(found, inside(about, number)), self._points(one, "points")))
        return tree.FirstMatch(about, tuple(cases), self._points(view, "otherwise"), self._decided(view))

    def _multi(self, view: View, about: About) -> Score:
        """Options as names of flags worth `each`, or as { field, points }."""
        options: list[Option] = []
        for number, one in enumerate(view.items("options")):
            place = (*view.place, "options", number)
            if isinstance(one, str):
                field = self.operands.field(one, place, ("flag",))
                options.append(Option(field, (view.number("each") if not options else None) or _each(view)))
            elif isinstance(one, dict):
                table = View(view.sheet, cast(dict[str, object], one), place)
                table.only(("field", "points"))
                field = self.operands.field(table.text("field"), (*place, "field"), ("flag",))
                options.append(Option(field, table.number("points") or Decimal(0)))
            else:
                view.sheet.wrong(
                    place, "rule.bad_value", seen=one, allowed='"flag" { field = "flag", points = 2 }'
                )
        if not options:
            view.wrong("options", "rule.missing_key", seen="options", allowed='["flag", …]')
        return tree.MultiSelectCapped(about, tuple(options), self.points_limit(view, "max"))

    def _steps(self, view: View, about: About) -> Score:
        value = self._value(view)
        step, points = view.number("step"), view.number("points")
        if step is not None and step <= 0:
            view.wrong("step", "rule.bad_value", seen=step, allowed="> 0")
        return tree.PerStep(
            about, value.operand, step or Decimal(1), points or Decimal(0), self.points_limit(view, "max"),
            self._unit(view, value),
        )  # fmt: skip

    def _ratio(self, view: View, about: About) -> Score:
        value = self._value(view)
        place = (*view.place, "base")
        base = self.operands.in_unit(
            self.operands.read(view.data.get("base"), place), value.unit or "", place
        )
        weight = self.points_limit(view, "weight")
        if weight is None:
            view.wrong("weight", "rule.missing_key", seen="weight", allowed="number { parameter = … }")
        at_base = view.view("at_base")
        return tree.RatioToBase(
            about, value.operand, base, weight or tree.Constant(Decimal(0)), self.points_limit(view, "cap"),
            self.points_limit(view, "floor"), None if at_base is None else self.nodes.node(at_base, inside(about, 0)),
            value.unit or "",
        )  # fmt: skip

    def _expert(self, view: View, about: About) -> Score:
        return tree.ExpertRange(about, self._points(view, "points"), self._decided(view))

    def _decided(self, view: View) -> Field | None:
        if "decided" not in view:
            return None
        return self.operands.field(view.text("decided"), (*view.place, "decided"), ("number",))

    def _given(self, view: View, about: About) -> Score:
        place = (*view.place, "value")
        value = self.operands.in_unit(self._value(view), "分", place)
        return tree.Given(about, value, self.points_limit(view, "max"))

    def _best(self, view: View, about: About) -> Score:
        found = tuple(self.score(one, inside(about, n)) for n, one in enumerate(view.views("of")))
        if not found:
            view.wrong("of", "rule.missing_key", seen="of", allowed="of = [ { kind = … } ]")
        return tree.BestOf(about, found)


def _each(view: View) -> Decimal:
    return as_number(view.data.get("each")) or Decimal(0)


def _edge(value: Decimal | None) -> str:
    return "" if value is None else str(value)
