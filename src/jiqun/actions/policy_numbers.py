"""规则数值 numbers of a version that can be set otherwise: parameters of a place by tier, thresholds of clauses."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from jiqun.core.errors import InputError
from jiqun.rules import tree
from jiqun.rules.pack import Pack, ParameterDef, ParameterSet, Version
from jiqun.rules.tree import Constant, Label, Op
from jiqun.rules.values import BadValue

DOCUMENT = "draft"
"""Key of the document that numbers typed by an office cite."""
TYPED = Label("草案中填写的数", "numbers typed in a draft")
_NUMBER = re.compile(r"(?<![\w.\-])-?\d+(?:\.\d+)?(?![\w.\-])")
_TYPED = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,6})?")
"""As many digits as a column of the judge holds."""
_BESIDE = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number a clause needs that stands in the rule itself; node: id of the clause; line: of rule.toml where it begins."""

    node: str
    label: Label
    op: Op
    needed: Decimal
    unit: str
    line: int


def typed_number(text: str) -> Decimal | None:
    """A number as typed on a page, None for an empty field; BadValue for anything else and for one below 0."""
    plain = text.strip().replace(",", "").replace("，", "")
    if not plain:
        return None
    if not _TYPED.fullmatch(plain):
        raise BadValue("firm.negative" if plain[0] in "-−" else "firm.not_a_number", "0-9 .")
    return Decimal(plain)


def tiers_of(pack: Pack, version: Version) -> tuple[str, ...]:
    """The tiers of firms by which parameters differ, as the version names them; one empty tier where they do not."""
    if not pack.tier_field:
        return ("",)
    gate = version.applies
    if isinstance(gate, tree.OneOf) and gate.field.name == pack.tier_field:
        return gate.choices
    return tuple(dict.fromkeys(one.tier for one in pack.sets)) or ("",)


def parameters_read(pack: Pack, version: Version, tier: str) -> tuple[ParameterDef, ...]:
    """The parameters that matter for firms of a tier, in the order of the pack: of its clauses, its grades, its measures."""
    read = {
        *(name for node in clauses_for(pack, version, tier) for name in tree.parameters(node)),
        *tree.parameters((version.applies, version.grading)),
        *tree.parameters(tuple(one for each in version.measures for one in (each.amount, each.per))),
    }
    return tuple(one for one in pack.parameters if one.name in read)


def clauses_for(pack: Pack, version: Version, tier: str) -> tuple[tree.Node, ...]:
    """The clauses of a version that can apply to firms of a tier."""
    found = version.clauses.of if isinstance(version.clauses, tree.All) else (version.clauses,)
    return tuple(one for one in found if _is_for(one.about.when, pack.tier_field, tier))


def _is_for(guard: tree.Node | None, field: str, tier: str) -> bool:
    bound = isinstance(guard, tree.OneOf) and guard.field.name == field
    return not bound or not isinstance(guard, tree.OneOf) or tier in guard.choices


def thresholds(version: Version) -> Iterator[Threshold]:
    """Every number a clause of the version needs that is written there as a number."""
    for node in tree.walk((version.clauses, version.grading)):
        match node:
            case tree.Compare() | tree.PlatformSupplied():
                op, needed, unit = node.op, node.needed, node.unit
            case tree.ScoreReached():
                op, needed, unit = node.op, node.needed, "分"
            case tree.ScoreSum() | tree.Part():
                op, needed, unit = node.op, node.minimum, "分"
            case _:
                continue
        if isinstance(needed, Constant):
            yield Threshold(node.about.id, node.about.label, op, needed.value, unit, node.about.line)


def with_threshold(text: str, one: Threshold, value: Decimal) -> str:
    """The rule with another number in that clause.

    InputError `draft.not_in_text` when the clause does not say the number just once: then it is changed in the text
    """
    lines = text.splitlines(keepends=True)
    found: list[tuple[int, int, int]] = []
    for at in _block(lines, one.line - 1):
        bare = _BESIDE.sub(lambda part: " " * len(part.group()), lines[at])
        for number in _NUMBER.finditer(bare):
            if Decimal(number.group()) == one.needed:
                found.append((at, *number.span()))
    if len(found) != 1:
        raise InputError(
            "draft.not_in_text", seen=f"{one.node}: {one.needed:f}", allowed=f"rule.toml:{one.line}"
        )
    at, start, end = found[0]
    lines[at] = f"{lines[at][:start]}{value:f}{lines[at][end:]}"
    return "".join(lines)


def _block(lines: list[str], first: int) -> Iterator[int]:
    """The lines of a clause: of its table up to the next one, or the one line of a table in a line."""
    yield first
    if not lines[first].lstrip().startswith("["):
        return
    for at in range(first + 1, len(lines)):
        if lines[at].lstrip().startswith("["):
            return
        if not re.match(r"\s*(from|to|n|max|step|points|years|days)\s*=", lines[at]):
            yield at


def with_values(
    sets: Iterable[ParameterSet], place: tuple[str, str], on: date, values: Mapping[str, Decimal | None]
) -> tuple[ParameterSet, ...]:
    """The numbers of places with those of a county and tier on a day as typed; a set of its own where none holds.

    What was typed cites DOCUMENT and is marked U.
    """
    held = list(sets)
    same = [one for one in held if (one.region, one.tier) == place]
    now = next((one for one in same if one.holds(on)), None)
    if now is None:
        ends = min((one.starts for one in same if one.starts > on), default=None)
        return (*held, ParameterSet(*place, on, ends, dict(values), TYPED, DOCUMENT, "U"))
    if all(now.values.get(name) == value for name, value in values.items()):
        return tuple(held)
    changed = replace(now, values={**now.values, **values}, document=DOCUMENT, confidence="U")
    return tuple(changed if one is now else one for one in held)
