"""条款用词 what rules read and need, in words: fields by their names instead of columns, in both languages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.actions.reading.statements import Label
from jiqun.core.states import NEVER
from jiqun.core.units import UnitTable
from jiqun.rules import tree
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.firm import Value
from jiqun.rules.pack import Pack
from jiqun.rules.ranges import Range, shown
from jiqun.rules.ruling import PARAMETER
from jiqun.rules.showing import SIGNS, plain
from jiqun.rules.tree import Constant, Field, Formula, Operand, Parameter

NOTHING = Label("", "")
FORMULAS: dict[str, Label] = {
    "ratio": Label("{0} ÷ {1}", "{0} ÷ {1}"),
    "percent": Label("{0} ÷ {1}", "{0} ÷ {1}"),
    "percent_of": Label("{0} × {1} %", "{0} × {1} %"),
    "growth": Label("{0} 比 {1} 的增长", "growth of {0} over {1}"),
    "mean_growth": Label("{0} 两年平均增长", "mean growth of {0} over two years"),
    "two_year_compound_growth": Label("{0} 两年复合增长", "compound growth of {0} over two years"),
    "high_tech_growth": Label("{0} 三年增长率", "growth of {0} over three years"),
    "land_used": Label("{0} + {1} − {2}", "{0} + {1} − {2}"),
    "difference": Label("{0} − {1}", "{0} − {1}"),
}
JOINED = {
    "sum_years": (" + ", NOTHING), "mean_years": ("、", Label("平均：", "mean of ")),
    "highest": ("、", Label("最高：", "highest of ")), "lowest": ("、", Label("最低：", "lowest of ")),
}  # fmt: skip


@dataclass(frozen=True)
class Missing:
    """Something nobody has filled in: a field with the paper it is read from, or a number the place has not set.

    column  the column of the field; empty for a number of the place
    """

    column: str
    label: Label
    paper: Label


class Words:
    """The words of one pack."""

    def __init__(self, pack: Pack, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.parameters = {one.name: one for one in pack.parameters}
        self.documents = {one.key: one for one in pack.source.documents}

    def field(self, column: str) -> Label:
        """A column by its name: 营业收入（前1年）, Operating revenue (1 year before)."""
        name, _, back = column.partition("@-")
        found = self.catalogue.fields.get(name)
        if found is None:
            return Label(column, column)
        if not back:
            return Label(found.label.zh, found.label.en)
        before = f"{back} year{'s' if back != '1' else ''} before"
        return Label(f"{found.label.zh}（前{back}年）", f"{found.label.en} ({before})")

    def parameter(self, name: str) -> Label:
        """A number of the place by its name."""
        found = self.parameters.get(name)
        return Label(found.label.zh, found.label.en) if found else Label(name, name)

    def operand(self, operand: Operand) -> Label:
        """An operand: a field, a number, a number of the place, or a formula over such."""
        match operand:
            case Field():
                return self.field(operand.column)
            case Constant():
                return _both(plain(operand.value))
            case Parameter():
                return self.parameter(operand.name)
            case Formula():
                return self._formula(operand)

    def titles(self, documents: Iterable[str]) -> Label:
        """Documents by their titles."""
        titles = [self.documents[key].title for key in documents]
        return joined("；", *(Label(one.zh, one.en) for one in titles))

    def missing(self, names: Iterable[str]) -> tuple[Missing, ...]:
        """What is missing, by name."""
        return tuple(self._missing(name) for name in names)

    def needed(self, node: object) -> Label:
        """What a node needs, or how its points come about; empty where the nodes inside say it."""
        match node:
            case tree.Compare() | tree.PlatformSupplied():
                unit = unit_words(self.catalogue.units, node.unit)
                return joined(
                    " ", self.operand(node.value), _both(SIGNS[node.op]), self.operand(node.needed), unit
                )
            case tree.Flag() | tree.OneOf() | tree.Within() | tree.Aged() | tree.Dated() | tree.TitleHeld():
                return self._fact(node)
            case tree.ScoreSum() | tree.Part() | tree.ScoreReached() | tree.AtLeast() | tree.Veto():
                return self._whole(node)
            case tree.Exempts():
                return Label(
                    f"{node.waived_by.about.label.zh}的免于此项",
                    f"waived where {node.waived_by.about.label.en}",
                )
            case tree.Manual():
                return Label("由人判断", "a person decides")
            case _:
                return self._points(node)

    def _missing(self, name: str) -> Missing:
        if name.startswith(PARAMETER):
            told = Label("由当地文件规定", "set by the place")
            return Missing("", self.parameter(name.removeprefix(PARAMETER)), told)
        found = self.catalogue.fields.get(name.partition("@")[0])
        paper = Label(found.paper.zh, found.paper.en) if found else NOTHING
        return Missing(name, self.field(name), paper)

    def _formula(self, operand: Formula) -> Label:
        parts = [self.operand(one) for one in operand.args]
        if operand.name in JOINED:
            sign, before = JOINED[operand.name]
            return joined("", before, joined(sign, *parts))
        pattern = FORMULAS.get(operand.name)
        if pattern is None:
            return joined("", _both(f"{operand.name}("), joined(", ", *parts), _both(")"))
        kept = [_bracketed(part, one) for part, one in zip(parts, operand.args, strict=True)]
        return Label(
            pattern.zh.format(*(one.zh for one in kept)), pattern.en.format(*(one.en for one in kept))
        )

    def _fact(self, node: tree.Fact) -> Label:
        name = self.field(node.field.column)
        match node:
            case tree.Flag():
                said = YES if node.wanted else NO
            case tree.OneOf():
                return joined(" ", name, _both("∈"), _both("、".join(node.choices)))
            case tree.Dated():
                said = days_words(node.since, node.until)
            case tree.TitleHeld():
                said = Label("在有效期内", "not yet past")
            case tree.Within() | tree.Aged():
                within = isinstance(node, tree.Within)
                return joined("", name, Label("：", ": "), span_words(node.years, node.days, within=within))
        return joined("", name, Label("：", ": "), said)

    def _whole(self, node: tree.ScoreSum | tree.Part | tree.ScoreReached | tree.AtLeast | tree.Veto) -> Label:
        match node:
            case tree.ScoreReached():
                return joined(" ", _both(SIGNS[node.op]), self.operand(node.needed), POINTS)
            case tree.AtLeast():
                n = self.operand(node.n)
                return Label(f"{len(node.of)} 项中至少 {n.zh} 项", f"at least {n.en} of {len(node.of)}")
            case tree.Veto():
                return Label("均不得发生", "none of these")
            case tree.ScoreSum() | tree.Part():
                least = NOTHING
                if node.minimum:
                    least = joined(" ", _both(SIGNS[node.op]), self.operand(node.minimum), POINTS)
                most = self.operand(node.maximum) if node.maximum else NOTHING
                return joined("，", least, prefixed("满分 ", "of ", most))

    def _points(self, node: object) -> Label:
        match node:
            case tree.RatioToBase():
                parts = (node.value, node.base, node.weight)
                kept = [_bracketed(self.operand(one), one) for one in parts]
                return joined(" × ", joined(" ÷ ", *kept[:2]), kept[2])
            case tree.BandTable():
                unit = "" if not node.unit else f" {node.unit}"
                bands = "；".join(
                    f"{_end(one.low)}–{_end(one.high)}{unit}: {range_text(one.points)}" for one in node.bands
                )
                return joined("", self.operand(node.value), Label("：", ": "), _both(bands))
            case tree.PerStep():
                each = f"{plain(node.points)} / {plain(node.step)} {node.unit}".strip()
                return joined("", self.operand(node.value), Label("：", ": "), _both(each))
            case tree.FirstMatch():
                cases = [
                    joined(" ", one.when.about.label, _both(range_text(one.points))) for one in node.cases
                ]
                return joined(
                    "；", *cases, joined(" ", Label("其余", "else"), _both(range_text(node.otherwise)))
                )
            case tree.MultiSelectCapped():
                options = [
                    joined(" ", self.field(one.field.column), _both(plain(one.points)))
                    for one in node.options
                ]
                return joined("；", *options)
            case tree.ExpertRange():
                return prefixed("专家评分 ", "points given by an expert, ", _both(range_text(node.points)))
            case tree.Given():
                return self.operand(node.value)
            case _:
                return NOTHING


YES, NO, POINTS = Label("是", "yes"), Label("否", "no"), Label("分", "points")


def value_words(value: Value) -> Label:
    """A value as it was seen: a number, a word, a day, yes or no; empty when nothing is known."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Decimal):
        return _both(number_text(value))
    if isinstance(value, date):
        return Label("从未", "never") if value == NEVER else _both(value.isoformat())
    return _both(value)


def number_text(value: Decimal) -> str:
    """A number with thousands and at most four places."""
    return f"{round(value, 4).normalize():,f}"


def range_text(points: Range | None) -> str:
    """Points, or from where to where they may lie; empty for none."""
    if points is None:
        return ""
    if points.low is None and points.high is None:
        return ""
    if points.exact is not None:
        return _two_places(points.exact)
    return f"{_end(points.low)}–{_end(points.high)}"


def span_words(years: int, days: int, *, within: bool) -> Label:
    """No longer ago than, or at least so long ago."""
    zh = f"{years} 年" * bool(years) + f"{days} 天" * bool(days)
    en = " ".join(filter(None, (f"{years} years" * bool(years), f"{days} days" * bool(days))))
    return Label(f"{zh}以内", f"within {en}") if within else Label(f"满 {zh}", f"at least {en} ago")


def days_words(since: date | None, until: date | None) -> Label:
    """From a day to a day, both counted in; one of them alone where the other is open."""
    if since and until:
        return Label(f"{since} 至 {until}", f"from {since} to {until}")
    return Label(f"{since} 起", f"from {since}") if since else Label(f"不晚于 {until}", f"by {until}")


def span_text(text: str) -> Label:
    """A span as rulings write it (3y, 1y 90d), or words as they are."""
    parts = text.split()
    if not parts or not all(part[:-1].isdigit() and part[-1] in "yd" for part in parts):
        return _both("、".join(parts))
    zh = " ".join(part[:-1] + (" 年" if part[-1] == "y" else " 天") for part in parts)
    return Label(zh, " ".join(part[:-1] + (" years" if part[-1] == "y" else " days") for part in parts))


def unit_words(units: UnitTable, unit: str) -> Label:
    """A unit in both languages; what the table does not know stays as it is."""
    if not unit or unit not in units:
        return _both(unit)
    found = units.get(unit)
    english = found.label["en"]
    return Label(found.label["zh"], f"× {english}" if english[:1].isdigit() else english)


def joined(sign: str, *parts: object) -> Label:
    """Labels one after the other, empty ones left out."""

    def kept(lang: str) -> list[str]:
        return [text for one in parts if (text := str(getattr(one, lang)))]

    english = {"；": "; ", "：": ": ", "、": ", ", "，": ", "}.get(sign, sign)
    return Label(sign.join(kept("zh")), english.join(kept("en")))


def prefixed(zh: str, en: str, label: Label) -> Label:
    """Words before a label; nothing before nothing."""
    return Label(zh + label.zh, en + label.en) if label.zh else NOTHING


def _both(text: str) -> Label:
    return Label(text, text)


def _bracketed(label: Label, operand: Operand) -> Label:
    """A formula inside a formula stands in brackets."""
    return Label(f"({label.zh})", f"({label.en})") if isinstance(operand, Formula) else label


def _end(value: Decimal | None) -> str:
    return "" if value is None else _two_places(value)


def _two_places(value: Decimal) -> str:
    """Points as documents print them: 111.10, 60."""
    points = shown(value)
    return plain(points) if points == points.to_integral_value() else str(points)
