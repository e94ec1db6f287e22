"""读取条款 reading conditions: one table of a rule file becomes one node; every kind says which keys it takes."""

from collections.abc import Callable
from typing import TypeAlias

from jiqun.rules import tree
from jiqun.rules.operand_reader import NOUGHT, OperandReader
from jiqun.rules.pack import CONFIDENCE, KINDS
from jiqun.rules.placing import COMMON, Outer, inside
from jiqun.rules.score_reader import ScoreReader
from jiqun.rules.sheet import View
from jiqun.rules.tree import About, Constant, Field, Label, Node, Op, Operand

OPS = tuple(op.value for op in Op)
GROUPS = {
    "all": Label("以下全部满足", "all of these"),
    "any": Label("以下任一满足", "any of these"),
    "at_least": Label("以下至少满足若干项", "at least so many of these"),
    "veto": Label("不得有以下任一情形", "none of these"),
    "exempts": Label("满足条件或符合豁免情形", "the condition, or what waives it"),
    "score_sum": Label("总分", "total score"),
    "score_reached": Label("得分达到", "score reached"),
    "manual": Label("人工判断", "for a person to decide"),
}
"""What a node inside another is called when it has no label of its own and no field to take it from."""


Read: TypeAlias = Callable[[View, About], Node]


class NodeReader:
    """Reads the conditions of one version."""

    def __init__(self, operands: OperandReader, boundary: tree.Boundary) -> None:
        self.operands = operands
        self.scores = ScoreReader(self, boundary)
        self.seen: dict[str, int] = {}
        self.totals: list[str] = []
        self._open_totals: list[str] = []
        self._kinds: dict[str, tuple[tuple[str, ...], Read]] = {
            "compare": (("value", "unit", *OPS), self._compare),
            "flag": (("field", "is"), self._flag),
            "one_of": (("field", "choices"), self._one_of),
            "within": (("field", "years", "days"), self._within),
            "aged": (("field", "years", "days"), self._aged),
            "dated": (("field", "since", "until"), self._dated),
            "title_held": (("field",), self._title),
            "manual": (("decided",), self._manual),
            "platform_supplied": (("value", "unit", "platform", *OPS), self._platform),
            "all": (("of", "fields", "unit", *OPS), self._all),
            "any": (("of", "fields", "unit", *OPS), self._any),
            "at_least": (("of", "n", "fields", "unit", *OPS), self._at_least),
            "veto": (("of", "fields", "unit", *OPS), self._veto),
            "exempts": (("condition", "waived_by"), self._exempts),
            "score_sum": (("part", "max", "minimum", "above"), self._score_sum),
            "score_reached": (("of", *OPS), self._reached),
        }

    def node(self, view: View, outer: Outer, extra: tuple[str, ...] = ()) -> Node:
        """The node a table describes; `extra` are keys that belong to what holds it."""
        kind = view.choice("kind", self._kinds)
        if view.data.get("kind") != kind:
            return tree.Manual(
                self.about(view, outer, GROUPS["manual"])
            )  # refused already; nothing more is said of it
        keys, read = self._kinds[kind]
        view.only((*COMMON, *keys, *extra))
        return read(view, self.about(view, outer, GROUPS.get(kind)))

    def about(self, view: View, outer: Outer, default: Label | None) -> About:
        """What every node carries; only a top clause must say it all."""
        key = view.text("id", needed=outer.top and not outer.key) or outer.default_id
        if key in self.seen:
            view.wrong("id", "rule.duplicate_id", seen=key, allowed=f"line {self.seen[key]}")
        self.seen[key] = view.line
        if outer.top or "label" in view or default is None:
            label = view.label() if outer.top or "label" in view else self._field_label(view)
        else:
            label = default
        only = view.texts("only")
        for word in only:
            if word not in KINDS:
                view.wrong("only", "rule.bad_value", seen=word, allowed=KINDS)
        guard = view.view("when")
        sure = view.choice("confidence", CONFIDENCE) if "confidence" in view else outer.confidence
        when = None if guard is None else self.node(guard, Outer(key, key=f"{key}.when", confidence=sure))
        changeable = view.yes("changeable", True)
        return About(key, label, self._clause(view, outer), sure, only, when, changeable, view.line)

    def _clause(self, view: View, outer: Outer) -> str:
        if outer.top and "clause" not in view:
            view.wrong("clause", "rule.missing_clause", seen="clause", allowed='"附件2 第一条"')
            return ""
        return view.text("clause", needed=outer.top)

    def _field_label(self, view: View) -> Label:
        """The label of the field a leaf reads."""
        for name in ("field", "value", "decided"):
            column = view.data.get(name)
            found = self.operands.catalogue.field(column) if isinstance(column, str) else None
            if found is not None:
                return self.operands.catalogue.fields[found.name].label
        return view.label()

    # Leaves

    def _compare(self, view: View, about: About) -> Node:
        value = self.operands.read(view.data.get("value"), (*view.place, "value"))
        op, needed, unit = self._limit(view, value.unit)
        return tree.Compare(about, value.operand, op, needed, unit)

    def _platform(self, view: View, about: About) -> Node:
        field = self._field(view, "value", ("number",))
        known = self.operands.catalogue.fields.get(field.name)
        op, needed, unit = self._limit(view, known.unit if known else None)
        return tree.PlatformSupplied(about, field, op, needed, view.label("platform"), unit)

    def _limit(self, view: View, unit: str | None) -> tuple[Op, Operand, str]:
        """The one comparison of a table: its operator, what is needed, and the unit both are in."""
        told = [name for name in OPS if name in view]
        if len(told) != 1:
            view.wrong("", "rule.one_comparison", seen=" ".join(told) or "—", allowed=OPS)
            return Op.GE, NOUGHT, unit or ""
        place = (*view.place, told[0])
        needed = self.operands.read(view.data[told[0]], place)
        stated = view.text("unit", needed=False)
        if unit and not stated and isinstance(needed.operand, Constant):
            view.wrong("unit", "rule.missing_unit", seen=needed.operand.value, allowed=unit)
        unit = unit if unit is not None else (needed.unit or stated)
        if stated and not unit:
            view.wrong("unit", "rule.unit_mismatch", seen=stated, allowed="—")
        return Op(told[0]), self.operands.converted(needed, stated, unit, place), unit

    def _field(self, view: View, name: str, kinds: tuple[str, ...]) -> Field:
        return self.operands.field(view.text(name), (*view.place, name), kinds)

    def _flag(self, view: View, about: About) -> Node:
        return tree.Flag(about, self._field(view, "field", ("flag",)), view.yes("is", True))

    def _one_of(self, view: View, about: About) -> Node:
        field = self._field(view, "field", ("text",))
        choices = view.texts("choices")
        known = self.operands.catalogue.fields.get(field.name)
        for word in choices:
            if known and known.choices and word not in known.choices:
                view.wrong("choices", "rule.bad_value", seen=word, allowed=known.choices)
        if not choices:
            view.wrong("choices", "rule.missing_key", seen="choices", allowed='["…"]')
        return tree.OneOf(about, field, choices)

    def _span(self, view: View) -> tuple[Field, int, int]:
        if "years" not in view and "days" not in view:
            view.wrong("years", "rule.missing_key", seen="years", allowed="years days")
        return self._field(view, "field", ("date",)), view.whole("years", 0), view.whole("days", 0)

    def _within(self, view: View, about: About) -> Node:
        return tree.Within(about, *self._span(view))

    def _aged(self, view: View, about: About) -> Node:
        return tree.Aged(about, *self._span(view))

    def _dated(self, view: View, about: About) -> Node:
        since, until = (view.day(name, needed=False) for name in ("since", "until"))
        if since is None and until is None:
            view.wrong("since", "rule.missing_key", seen="since", allowed="since until")
        if since and until and until < since:
            view.wrong("until", "rule.dates_reversed", seen=f"{since} {until}")
        return tree.Dated(about, self._field(view, "field", ("date",)), since, until)

    def _title(self, view: View, about: About) -> Node:
        return tree.TitleHeld(about, self._field(view, "field", ("date",)))

    def _manual(self, view: View, about: About) -> Node:
        return tree.Manual(about, self._field(view, "decided", ("flag",)) if "decided" in view else None)

    # Groups

    def _inside(self, view: View, about: About) -> tuple[Node, ...]:
        """The nodes of `of`, then one for each of `fields`: a comparison where the table has one, else a flag."""
        nodes = [self.node(one, inside(about, number)) for number, one in enumerate(view.views("of"))]
        compared = any(name in view for name in OPS)
        for number, column in enumerate(view.texts("fields"), start=len(nodes)):
            nodes.append(self._short(view, inside(about, number), column=column, compared=compared))
        if not nodes:
            view.wrong("of", "rule.missing_key", seen="of", allowed="of = [ { kind = … } ]")
        return tuple(nodes)

    def _short(self, view: View, outer: Outer, *, column: str, compared: bool) -> Node:
        place = (*view.place, "fields", outer.number)
        field = self.operands.field(column, place, ("number",) if compared else ("flag",))
        known = self.operands.catalogue.fields.get(field.name)
        label = known.label if known else Label(column, column)
        about = About(outer.default_id, label, confidence=outer.confidence, line=view.line)
        self.seen[about.id] = view.line
        if not compared:
            return tree.Flag(about, field)
        op, needed, unit = self._limit(view, known.unit if known else None)
        return tree.Compare(about, field, op, needed, unit)

    def _all(self, view: View, about: About) -> Node:
        return tree.All(about, self._inside(view, about))

    def _any(self, view: View, about: About) -> Node:
        return tree.AnyOf(about, self._inside(view, about))

    def _veto(self, view: View, about: About) -> Node:
        return tree.Veto(about, self._inside(view, about))

    def _at_least(self, view: View, about: About) -> Node:
        n = self.operands.read(view.data.get("n"), (*view.place, "n"))
        nodes = self._inside(view, about)
        if isinstance(n.operand, Constant) and not 0 < n.operand.value <= len(nodes):
            view.wrong("n", "rule.bad_value", seen=n.operand.value, allowed=f"1–{len(nodes)}")
        return tree.AtLeast(about, n.operand, nodes)

    def _exempts(self, view: View, about: About) -> Node:
        parts = [
            self._one(view, name, Outer(about.id, key=f"{about.id}.{name}"))
            for name in ("condition", "waived_by")
        ]
        return tree.Exempts(about, parts[0], parts[1])

    def _one(self, view: View, name: str, outer: Outer) -> Node:
        found = view.view(name)
        if found is not None:
            return self.node(found, outer)
        view.wrong(name, "rule.missing_key", seen=name, allowed="{ kind = … }")
        return tree.Manual(About(outer.default_id, GROUPS["manual"]))

    # Scores held against something

    def _score_sum(self, view: View, about: About) -> Node:
        self._open_totals.append(about.id)
        parts = tuple(self._part(one, inside(about, n)) for n, one in enumerate(view.views("part")))
        self._open_totals.pop()
        self.totals.append(about.id)
        if not parts:
            view.wrong("part", "rule.missing_key", seen="part", allowed="[[…part]]")
        return tree.ScoreSum(about, parts, *self._limits(view))

    def _part(self, view: View, outer: Outer) -> tree.Part:
        view.only((*COMMON, "item", "max", "minimum", "above"))
        about = self.about(view, outer, None)
        items = tuple(self.scores.score(one, inside(about, n)) for n, one in enumerate(view.views("item")))
        if not items:
            view.wrong("item", "rule.missing_key", seen="item", allowed="[[…part.item]]")
        return tree.Part(about, items, *self._limits(view))

    def _limits(self, view: View) -> tuple[Operand | None, Operand | None, Op]:
        """`max`, and `minimum` (that or more) or `above` (more than that)."""
        strict = "above" in view
        if strict and "minimum" in view:
            view.wrong("above", "rule.one_comparison", seen="minimum above", allowed="minimum above")
        maximum, minimum = (
            self.scores.points_limit(view, name) for name in ("max", "above" if strict else "minimum")
        )
        return maximum, minimum, Op.GT if strict else Op.GE

    def _reached(self, view: View, about: About) -> Node:
        of = view.text("of")
        if of in self._open_totals:
            view.wrong("of", "rule.cycle", seen=" → ".join((*self._open_totals, of)))
        elif of not in self.totals:
            view.wrong("of", "rule.unknown_reference", seen=of, allowed=self.totals or "—")
        op, needed, _ = self._limit(view, "")
        return tree.ScoreReached(about, of, op, needed)
