"""读取规则包 reading a pack: rule.toml, source.toml and parameters/*.toml of one folder, all errors at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from jiqun.core.errors import InputError, PackErrors, RowError
from jiqun.rules import tree
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.node_reader import NodeReader
from jiqun.rules.operand_reader import OperandReader
from jiqun.rules.pack import (
    CONFIDENCE,
    KINDS,
    Document,
    Measure,
    NotEncoded,
    Pack,
    PackSource,
    ParameterDef,
    ParameterSet,
    Transition,
    Version,
)
from jiqun.rules.placing import Outer
from jiqun.rules.sheet import Sheet, View, as_number
from jiqun.rules.tree import About, Boundary, Field, Label, Level, Node, Quota

WHOLE = About("all", Label("全部条款", "all clauses"))
GATE = Label("适用范围", "to whom it applies")


def packs_root(folder: Path) -> Path:
    """The packs folder around a pack; InputError `rule.no_packs` when it stands in none."""
    for place in (folder.resolve(), *folder.resolve().parents):
        if (place / "tables" / "firm.csv").is_file():
            return place
    raise InputError("rule.no_packs", seen=str(folder), allowed="packs/<level>/<policy>")


def read_pack(folder: Path, packs: Path | None = None) -> Pack:
    """The pack in a folder; PackErrors with file and line of all that is wrong.

    packs  the packs folder whose field catalogue and units it uses; found around `folder` when not told (a draft
           somewhere else must tell it)
    """
    root = packs or packs_root(folder)
    errors: list[RowError] = []
    rule = Sheet(folder / "rule.toml", errors)
    source = read_source(Sheet(folder / "source.toml", errors))
    pack = PackReader(rule, Catalogue.load(root), source).pack(_key(folder, root), folder, root)
    if errors:
        raise PackErrors(errors)
    return pack


def read_all(root: Path) -> dict[str, Pack]:
    """Every pack under the packs folder by key; PackErrors with what is wrong in all of them."""
    packs: dict[str, Pack] = {}
    errors: list[RowError] = []
    for path in sorted(root.rglob("rule.toml")):
        try:
            pack = read_pack(path.parent, root)
            packs[pack.key] = pack
        except PackErrors as error:
            errors.extend(error.errors)
    if errors:
        raise PackErrors(errors)
    return packs


def _key(folder: Path, root: Path) -> str:
    """Its path under packs/; a draft elsewhere goes by its folder."""
    whole = folder.resolve()
    inside = whole.is_relative_to(root.resolve())
    return whole.relative_to(root.resolve()).as_posix() if inside else f"draft/{whole.name}"


def read_source(sheet: Sheet) -> PackSource:
    """The documents of a pack and what it leaves out."""
    sheet.root.only(("document", "not_encoded"))
    documents = tuple(_document(one) for one in sheet.root.views("document"))
    if not documents:
        sheet.root.wrong("document", "rule.missing_source", seen="document", allowed="[[document]]")
    left_out = tuple(
        NotEncoded(one.label("what"), one.label("why")) for one in sheet.root.views("not_encoded")
    )
    return PackSource(documents, left_out)


def _document(view: View) -> Document:
    view.only(
        (
            "key",
            "issuer",
            "title",
            "number",
            "issued",
            "effective",
            "address",
            "confidence",
            "checked_on",
            "note",
        )
    )
    return Document(
        view.text("key"), view.label("issuer"), view.label("title"), view.text("number", needed=False),
        view.day("issued", needed=False), view.day("effective", needed=False), view.text("address", needed=False),
        view.choice("confidence", CONFIDENCE), view.day("checked_on", needed=False),
    )  # fmt: skip


class PackReader:
    """Reads one rule.toml with the parameter files beside it."""

    def __init__(self, sheet: Sheet, catalogue: Catalogue, source: PackSource) -> None:
        self.sheet = sheet
        self.source = source
        self.parameters = self._definitions()
        self.operands = OperandReader(sheet, catalogue, self.parameters)

    def pack(self, key: str, folder: Path, packs: Path) -> Pack:
        """The whole pack; what is wrong stands in the sheet's errors."""
        root = self.sheet.root
        root.only(("pack", "parameter", "define", "version", "transition"))
        head = root.view("pack") or View(self.sheet, {}, ("pack",))
        head.only(("label", "regions", "title", "valid_years", "tier_field"))
        self._defines()
        versions = tuple(self._version(one, key) for one in root.views("version"))
        if not versions:
            root.wrong("version", "rule.missing_key", seen="version", allowed="[[version]]")
        for number, one in enumerate(versions):
            if one.key in [before.key for before in versions[:number]]:
                self.sheet.wrong(("version", number, "key"), "rule.duplicate_id", seen=one.key)
        self._one_for_a_day(versions, [(*root.place, "version", n) for n in range(len(versions))])
        return Pack(
            key, head.label(), self.source, versions, self._transitions(versions), tuple(self.parameters.values()),
            self._sets(folder), head.texts("regions"), self._named(head, "title", ("date",)), head.whole("valid_years", 0),
            self._named(head, "tier_field", ("text",)), folder, packs,
        )  # fmt: skip

    def _named(self, head: View, name: str, kinds: tuple[str, ...]) -> str:
        if name not in head:
            return ""
        return self.operands.field(head.text(name), (*head.place, name), kinds).name

    def _definitions(self) -> dict[str, ParameterDef]:
        found: dict[str, ParameterDef] = {}
        for one in self.sheet.root.views("parameter"):
            one.only(("name", "label", "unit"))
            name = one.text("name")
            if name in found:
                one.wrong("name", "rule.duplicate_id", seen=name)
            found[name] = ParameterDef(name, one.label(), one.text("unit", needed=False))
        return found

    def _defines(self) -> None:
        """Named values are read once by themselves, so that a cycle is found even where nobody uses them."""
        table = self.sheet.root.view("define")
        for name in table.data if table else ():
            self.operands.read({"defined": name}, ("define", name))

    def _version(self, view: View, pack: str) -> Version:
        view.only((
            "key", "label", "from", "to", "document", "boundary", "applies", "clause", "level", "grades", "measure",
        ))  # fmt: skip
        starts, ends = view.days()
        document = self._document(view)
        boundary = Boundary(view.choice("boundary", tuple(Boundary), Boundary.HIGHER_SCORE))
        nodes = NodeReader(self.operands, boundary)
        gate = view.view("applies")
        applies = None if gate is None else nodes.node(_labelled(gate), Outer(key="applies"))
        clauses = tuple(nodes.node(one, Outer(top=True)) for one in view.views("clause"))
        grading = self._grading(view, nodes)
        if not clauses and grading is None:
            view.wrong(
                "clause", "rule.missing_key", seen="clause", allowed="[[version.clause]] [[version.level]]"
            )
        return Version(
            view.text("key"), view.label(), starts, ends, document.key if document else "",
            document.confidence if document else "", tree.All(WHOLE, clauses), applies, grading,
            self._measures(view, grading), pack,
        )  # fmt: skip

    def _document(self, view: View) -> Document | None:
        key = view.text("document")
        found = self.source.document(key)
        if key and found is None:
            view.wrong(
                "document",
                "rule.missing_source",
                seen=key,
                allowed=[one.key for one in self.source.documents],
            )
        return found

    def _grading(self, view: View, nodes: NodeReader) -> tree.Grading | None:
        levels = tuple(self._level(one, nodes) for one in view.views("level"))
        table = view.view("grades")
        if levels and table is not None:
            view.wrong("grades", "rule.one_comparison", seen="level grades", allowed="level grades")
        if levels:
            return tree.Levels(levels)
        return None if table is None else self._quotas(table, nodes)

    def _level(self, view: View, nodes: NodeReader) -> Level:
        key = view.text("key")
        return Level(key, view.label(), nodes.node(view, Outer(key=f"level_{key}"), ("key",)))

    def _quotas(self, view: View, nodes: NodeReader) -> tree.Grading:
        view.only(("of", "group", "grade", "rule"))
        of = view.texts("of")
        for key in of or ("",):
            if key not in nodes.totals:
                view.wrong("of", "rule.unknown_reference", seen=key, allowed=nodes.totals or "—")
        place = (*view.place, "group")
        group = tuple(
            self.operands.field(one, place, ("text",)) for one in view.texts("group") if one != "region"
        )
        region = (Field("region"),) if "region" in view.texts("group") else ()
        grades = tuple(self._quota(one) for one in view.views("grade"))
        if not grades:
            view.wrong("grade", "rule.missing_key", seen="grade", allowed="[[version.grades.grade]]")
        return tree.RankQuota(of, grades, (*region, *group), self._grade_rules(view, nodes, grades))

    def _quota(self, view: View) -> Quota:
        view.only(("key", "label", "share"))
        if "share" not in view:
            return Quota(view.text("key"), view.label())
        place = (*view.place, "share")
        share = self.operands.in_unit(self.operands.read(view.data["share"], place), "%", place)
        return Quota(view.text("key"), view.label(), share)

    def _grade_rules(
        self, view: View, nodes: NodeReader, grades: Sequence[Quota]
    ) -> tuple[tree.GradeRule, ...]:
        rules: list[tree.GradeRule] = []
        for number, one in enumerate(view.views("rule")):
            one.only(("grade", "fixed", "when"))
            when = one.view("when")
            grade = one.choice("grade", [grade.key for grade in grades] or [""])
            if when is None:
                one.wrong("when", "rule.missing_key", seen="when", allowed="{ kind = … }")
                continue
            node = nodes.node(when, Outer(key=f"grade_rule.{number + 1}"))
            rules.append(tree.GradeRule(node, grade, one.yes("fixed", False)))
        return tuple(rules)

    def _measures(self, view: View, grading: tree.Grading | None) -> tuple[Measure, ...]:
        """What grades bring; each names grades or levels the version has."""
        found: list[Measure] = []
        known = (
            [one.key for one in (grading.levels if isinstance(grading, tree.Levels) else grading.grades)]
            if grading
            else []
        )
        for one in view.views("measure"):
            one.only(("id", "label", "grades", "clause", "amount", "unit", "per", "confidence"))
            for grade in one.texts("grades"):
                if grade not in known:
                    one.wrong("grades", "rule.unknown_reference", seen=grade, allowed=known or "—")
            amount, per = self._amount(one)
            found.append(
                Measure(
                    one.text("id"), one.label(), one.texts("grades"), one.text("clause", needed=False), amount,
                    one.text("unit", needed=False), per, one.choice("confidence", CONFIDENCE, "U"),
                )
            )  # fmt: skip
        return tuple(found)

    def _amount(self, view: View) -> tuple[tree.Operand | None, tree.Operand | None]:
        """What a measure is worth to a firm, and for each unit of what; both multiplied are in the unit it names."""
        if "amount" not in view:
            return None, None
        unit, place = view.text("unit", needed=False), (*view.place, "amount")
        amount = self.operands.read(view.data["amount"], place)
        if "per" not in view:
            return self.operands.in_unit(amount, unit, place), None
        per = self.operands.read(view.data["per"], (*view.place, "per"))
        return self.operands.in_unit(amount, self.operands.each(unit, per.unit), place), per.operand

    def _transitions(self, versions: Sequence[Version]) -> tuple[Transition, ...]:
        found: list[Transition] = []
        for one in self.sheet.root.views("transition"):
            one.only(("kind", "from", "to", "version", "clause"))
            starts, ends = one.days()
            version = one.choice("version", [known.key for known in versions] or [""])
            found.append(
                Transition(one.choice("kind", KINDS), starts, ends, version, one.text("clause", needed=False))
            )
        for kind in KINDS:
            same = [(n, one) for n, one in enumerate(found) if one.kind == kind]
            self._one_for_a_day([one for _, one in same], [("transition", n) for n, _ in same])
        return tuple(found)

    def _one_for_a_day(
        self, dated: Sequence[Version | Transition], places: Sequence[tuple[str | int, ...]]
    ) -> None:
        """No day has two."""
        for number, one in enumerate(dated):
            for before in dated[:number]:
                if overlap((one.starts, one.ends), (before.starts, before.ends)):
                    seen = f"{before.starts}…{before.ends or ''} {one.starts}…{one.ends or ''}"
                    self.sheet.wrong(places[number], "rule.two_values", seen=seen)

    def _sets(self, folder: Path) -> tuple[ParameterSet, ...]:
        found: list[ParameterSet] = []
        for path in sorted((folder / "parameters").glob("*.toml")):
            sheet = Sheet(path, self.sheet.errors)
            sheet.root.only(("set",))
            for view in sheet.root.views("set"):
                one = self._set(view)
                for before in found:
                    same = (before.region, before.tier) == (one.region, one.tier)
                    if same and overlap((one.starts, one.ends), (before.starts, before.ends)):
                        view.wrong("from", "rule.two_values", seen=f"{before.file}:{before.line}")
                found.append(one)
        return tuple(found)

    def _set(self, view: View) -> ParameterSet:
        view.only(("region", "tier", "from", "to", "label", "document", "confidence", "values"))
        starts, ends = view.days()
        document = self._document(view)
        return ParameterSet(
            view.text("region", needed=False), view.text("tier", needed=False), starts, ends,
            parameter_values(view.view("values"), self.parameters),
            view.label(), document.key if document else "",
            view.choice("confidence", CONFIDENCE, document.confidence if document else "U"),
            str(view.sheet.path), view.line,
        )  # fmt: skip


def parameter_values(table: View | None, known: Collection[str]) -> dict[str, Decimal | None]:
    """Numbers by parameter; "" is an empty parameter, which is unknown. A name that is not `known` is complained of."""
    found: dict[str, Decimal | None] = {}
    if table is None:
        return found
    for name, value in table.data.items():
        if name not in known:
            table.wrong(name, "rule.unknown_parameter", seen=name, allowed=known)
        number = as_number(value)
        if number is None and value != "":
            table.wrong(name, "rule.bad_value", seen=value, allowed='number ""')
        found[name] = number
    return found


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Do two spans, each from a day to the day it ends before, share a day?"""
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])


def _labelled(view: View) -> View:
    """A gate may go without a label."""
    data: Mapping[str, object] = {"label": {"zh": GATE.zh, "en": GATE.en}, **view.data}
    return View(view.sheet, data, view.place)


def clauses_of(version: Version) -> tuple[Node, ...]:
    """The top clauses of a version."""
    return version.clauses.of if isinstance(version.clauses, tree.All) else (version.clauses,)
