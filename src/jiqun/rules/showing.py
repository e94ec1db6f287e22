"""规则说明 a pack told to people: its documents, dates and clauses as text and as data; what differs between days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.rules import tree
from jiqun.rules.pack import Pack, Version
from jiqun.rules.tree import Constant, Field, Formula, Label, Operand, Parameter
from jiqun.rules.walker import KIND_OF

SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "eq": "="}


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that differs; empty where it is not there."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One node as people read it."""

    id: str
    depth: int
    kind: str
    label: Label
    needed: str
    clause: str
    confidence: str


def operand_text(operand: Operand) -> str:
    """An operand as it is written: rd_expense_wan@-1, percent(a, b), {quota_a}, 1200."""
    match operand:
        case Field():
            return operand.column
        case Constant():
            return plain(operand.value)
        case Parameter():
            return f"{{{operand.name}}}"
        case Formula():
            return f"{operand.name}({', '.join(operand_text(one) for one in operand.args)})"


def plain(value: Decimal) -> str:
    """A number without needless noughts or an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def told(version: Version) -> tuple[Told, ...]:
    """Every node of a version in the order of the file."""
    return tuple(
        _told(version.clauses.of if isinstance(version.clauses, tree.All) else (version.clauses,), 0, version)
    ) + (
        tuple(_told([one.condition for one in version.grading.levels], 0, version))
        if isinstance(version.grading, tree.Levels)
        else ()
    )


def _told(nodes: object, depth: int, version: Version) -> Iterator[Told]:
    if not isinstance(nodes, tuple | list):
        nodes = (nodes,)
    for node in nodes:  # pyright: ignore[reportUnknownVariableType]
        about = getattr(node, "about", None)  # pyright: ignore[reportUnknownArgumentType]
        if not isinstance(about, tree.About):
            continue
        yield Told(
            about.id, depth, KIND_OF[type(node)], about.label, needed_text(node), about.clause,  # pyright: ignore
            about.confidence or version.confidence,
        )  # fmt: skip
        for name in ("of", "condition", "waived_by", "parts", "items", "cases"):
            inner: object = getattr(node, name, ())  # pyright: ignore[reportUnknownArgumentType]
            if not isinstance(inner, str):
                yield from _told(inner, depth + 1, version)


def needed_text(node: object) -> str:
    """What a node needs, in signs: ≥ 5000 万元, ≥ 20 分 …; empty where it needs nothing by itself."""
    match node:
        case tree.Compare() | tree.PlatformSupplied():
            return (
                f"{operand_text(node.value)} {SIGNS[node.op]} {operand_text(node.needed)} {node.unit}".strip()
            )
        case tree.ScoreReached():
            return f"{node.of} {SIGNS[node.op]} {operand_text(node.needed)}"
        case tree.ScoreSum() | tree.Part():
            least = "" if node.minimum is None else f"{SIGNS[node.op]} {operand_text(node.minimum)}"
            return f"{least} / {operand_text(node.maximum)}" if node.maximum is not None else least
        case tree.OneOf():
            return f"{node.field.column} ∈ {' '.join(node.choices)}"
        case tree.Flag():
            return node.field.column if node.wanted else f"¬ {node.field.column}"
        case tree.Within() | tree.Aged():
            sign = "≤" if isinstance(node, tree.Within) else "≥"
            return f"{node.field.column} {sign} {node.years}y {node.days}d"
        case tree.Dated():
            return f"{node.field.column} ∈ {node.since or ''}…{node.until or ''}"
        case tree.TitleHeld():
            return node.field.column
        case tree.AtLeast():
            return f"{operand_text(node.n)} / {len(node.of)}"
        case tree.RatioToBase():
            return f"{operand_text(node.value)} ÷ {operand_text(node.base)} × {operand_text(node.weight)}"
        case tree.BandTable():
            bands = "; ".join(
                f"{_end(one.low)}–{_end(one.high)}: {_end(one.points.high)}" for one in node.bands
            )
            return f"{operand_text(node.value)} {bands}"
        case _:
            return ""


def _end(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def pack_object(pack: Pack, versions: tuple[Version, ...]) -> dict[str, object]:
    """The pack as plain data: what a page, an interface or `--json` shows."""
    return {
        "key": pack.key,
        "label": _label(pack.label),
        "documents": [
            {
                "key": one.key, "issuer": _label(one.issuer), "title": _label(one.title), "number": one.number,
                "issued": one.issued, "effective": one.effective, "address": one.address,
                "confidence": one.confidence, "checked_on": one.checked_on,
            }
            for one in pack.source.documents
        ],
        "not_encoded": [{"what": _label(one.what), "why": _label(one.why)} for one in pack.source.not_encoded],
        "versions": [
            {
                "key": one.key, "label": _label(one.label), "from": one.starts, "to": one.ends, "document": one.document,
                "confidence": one.confidence,
                "clauses": [
                    {
                        "id": each.id, "depth": each.depth, "kind": each.kind, "label": _label(each.label),
                        "needed": each.needed, "clause": each.clause, "confidence": each.confidence,
                    }
                    for each in told(one)
                ],
            }
            for one in versions
        ],
        "transitions": [
            {"kind": one.kind, "from": one.starts, "to": one.ends, "version": one.version, "clause": one.clause}
            for one in pack.transitions
        ],
    }  # fmt: skip


def pack_text(pack: Pack, versions: tuple[Version, ...], lang: str) -> str:
    """The pack as lines of text."""
    lines = [f"{pack.key}  {getattr(pack.label, lang)}"]
    for one in pack.source.documents:
        lines.append(
            f"  [{one.confidence}] {one.key}  {getattr(one.issuer, lang)} {getattr(one.title, lang)} {one.number}"
        )
    for version in versions:
        ends = version.ends or ""
        lines.append(
            f"\n{version.key}  {getattr(version.label, lang)}  {version.starts} … {ends}  [{version.confidence}]"
        )
        for each in told(version):
            head = "  " * (each.depth + 1) + f"{each.id}  {getattr(each.label, lang)}"
            clause = each.clause if each.depth == 0 else ""
            lines.append("  ".join(filter(None, (head, each.needed, clause, f"[{each.confidence}]"))))
    for left in pack.source.not_encoded:
        lines.append(f"\n— {getattr(left.what, lang)}: {getattr(left.why, lang)}")
    return "\n".join(lines)


def differences(
    pack: Pack, before: Version, after: Version, *, days: tuple[date, date], lang: str
) -> tuple[Changed, ...]:
    """What differs between two versions, and between the parameters of two days."""
    old, new = ({one.id: one for one in told(version)} for version in (before, after))
    found: list[Changed] = []
    for key in dict.fromkeys((*old, *new)):
        texts = tuple(_line(one.get(key), lang) for one in (old, new))
        if texts[0] != texts[1]:
            found.append(Changed(key, *texts))
    return (*found, *_parameter_differences(pack, days))


def _line(one: Told | None, lang: str) -> str:
    return "" if one is None else f"{getattr(one.label, lang)} {one.needed}".strip()


def _parameter_differences(pack: Pack, days: tuple[date, date]) -> Iterator[Changed]:
    for region, tier in dict.fromkeys((one.region, one.tier) for one in pack.sets):
        old, new = (pack.parameters_on(region, day, tier) for day in days)
        for name in old:
            if old[name] != new[name]:
                yield Changed(" ".join(filter(None, (region, tier, name))), _end(old[name]), _end(new[name]))


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}
