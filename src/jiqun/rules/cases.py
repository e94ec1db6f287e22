"""案例 cases: firms with the answer a pack must give them, written by those who wrote the rule; every pack has some."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from jiqun.core.errors import InputError, PackErrors, RowError
from jiqun.core.states import NEVER
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.firm import Firm, Value
from jiqun.rules.judge import judge, parameters_for
from jiqun.rules.pack import KINDS, Pack
from jiqun.rules.ranges import Range, shown
from jiqun.rules.reader import parameter_values, read_pack
from jiqun.rules.ruling import Ruling
from jiqun.rules.sheet import Sheet, View, as_number
from jiqun.rules.tree import Label
from jiqun.rules.truth import State

TESTS = ("pass", "fail", "unknown", "boundary")
EXPECTED = ("verdict", "version", "score", "level", "clauses", "points")
KEYS = ("key", "like", "tests", "about", "on", "kind", "region", "parameters", "firm", "expect")


@dataclass(frozen=True, slots=True)
class Case:
    """A firm, a day and what the pack must say; `line` of cases.toml.

    parameters   numbers that stand in for those of the place, so that a case can be told where a place has published none
    """

    key: str
    tests: str
    about: Label
    firm: Firm
    on: date
    kind: str
    parameters: Mapping[str, Decimal | None]
    expect: Mapping[str, object]
    line: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What came out otherwise than expected."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case came out; no ruling where there was none to give."""

    pack: str
    case: Case
    ruling: Ruling | None
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Just as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack that was checked, with its cases."""

    pack: Pack
    results: tuple[CaseResult, ...]


def run_cases(pack: Pack) -> list[CaseResult]:
    """Every case of a pack; PackErrors when cases.toml is wrong."""
    errors: list[RowError] = []
    cases = read_cases(pack, errors)
    if errors:
        raise PackErrors(errors)
    return [_run(pack, case) for case in cases]


def check_pack(folder: Path, packs: Path | None = None) -> Checked:
    """Read a pack and run its cases; PackErrors with everything wrong, failed cases among it."""
    pack = read_pack(folder, packs)
    results = run_cases(pack)
    file = str(pack.folder / "cases.toml")
    errors = [
        RowError(
            file, one.case.line, f"{one.case.key} {each.what}", "rule.case_failed", each.got, each.expected
        )
        for one in results
        for each in one.differences
    ]
    if errors:
        raise PackErrors(errors)
    return Checked(pack, tuple(results))


def read_cases(pack: Pack, errors: list[RowError]) -> tuple[Case, ...]:
    """The cases of a pack; what is wrong goes to `errors`, a kind of case nobody wrote among it."""
    sheet = Sheet(pack.folder / "cases.toml", errors)
    sheet.root.only(("case",))
    reader = _CaseReader(Catalogue.load(pack.packs), pack)
    cases = tuple(reader.case(view) for view in sheet.root.views("case"))
    for kind in TESTS:
        if not any(case.tests == kind for case in cases):
            sheet.wrong((), "rule.missing_case", seen=kind, allowed=TESTS)
    return cases


class _CaseReader:
    """Reads cases one after another; a later one may be like an earlier."""

    def __init__(self, catalogue: Catalogue, pack: Pack) -> None:
        self.catalogue = catalogue
        self.pack = pack
        self.seen: dict[str, Case] = {}

    def case(self, view: View) -> Case:
        view.only(KEYS)
        key = view.text("key")
        like = self._like(view)
        values = dict(like.firm.values) if like else {}
        values.update(self._values(view))
        region = view.text("region", needed=False) or (like.firm.region if like else "")
        on = view.day("on", needed=like is None) or (like.on if like else date.min)
        case = Case(
            key, view.choice("tests", TESTS), view.label("about"), Firm(key, key, region, values), on,
            view.choice("kind", KINDS, like.kind if like else "new"),
            {**(like.parameters if like else {}), **self._parameters(view)}, self._expect(view), view.line,
        )  # fmt: skip
        if key in self.seen:
            view.wrong("key", "rule.duplicate_id", seen=key)
        self.seen[key] = case
        return case

    def _like(self, view: View) -> Case | None:
        key = view.text("like", needed=False)
        if key and key not in self.seen:
            view.wrong("like", "rule.case_missing_like", seen=key, allowed=self.seen)
        return self.seen.get(key)

    def _values(self, view: View) -> dict[str, Value]:
        table = view.view("firm") or View(view.sheet, {}, (*view.place, "firm"))
        values: dict[str, Value] = {}
        for column, value in table.data.items():
            field = self.catalogue.field(column)
            if field is None:
                table.wrong(column, "rule.unknown_field", seen=column, allowed="packs/tables/firm.csv")
                continue
            kind = self.catalogue.fields[field.name].kind
            values[column] = _typed(value, kind)
            if values[column] is None and value != "":
                table.wrong(column, "rule.bad_value", seen=value, allowed=kind)
        return values

    def _parameters(self, view: View) -> dict[str, Decimal | None]:
        """Numbers by parameter, read as those of a place are."""
        return parameter_values(view.view("parameters"), [one.name for one in self.pack.parameters])

    def _expect(self, view: View) -> Mapping[str, object]:
        table = view.view("expect")
        if table is None:
            view.wrong("expect", "rule.missing_key", seen="expect", allowed="{ verdict = … }")
            return {}
        table.only(EXPECTED)
        table.choice("verdict", tuple(State))
        table.view("clauses")  # refused where it is no table
        points = table.view("points")
        for scores, names in ((table, ("score",)), (points, points.data if points else ())):
            for name in names:
                if scores and name in scores and _told(scores.data[name]) is None:
                    scores.wrong(
                        name, "rule.bad_value", seen=scores.data[name], allowed="number [lowest, highest]"
                    )
        return table.data


def _typed(value: object, kind: str) -> Value:
    """A value of a case in the type of its field; None when it is empty or of another type."""
    if kind == "number":
        return as_number(value)
    if kind == "flag":
        return value if isinstance(value, bool) else None
    if kind == "date":
        return value if isinstance(value, date) else NEVER if value == "never" else None
    return value if isinstance(value, str) and value else None


def _run(pack: Pack, case: Case) -> CaseResult:
    try:
        version = pack.version_on(case.on, case.kind)
    except InputError as error:
        return CaseResult(
            pack.key, case, None, (Difference("version", str(case.expect.get("version", "")), str(error)),)
        )
    numbers = {**parameters_for(pack, case.firm, on=case.on), **case.parameters}
    ruling = judge(version, case.firm, parameters=numbers, on=case.on, kind=case.kind)
    return CaseResult(pack.key, case, ruling, tuple(_differences(case.expect, ruling)))


def _differences(expect: Mapping[str, object], ruling: Ruling) -> Iterator[Difference]:
    """What differs, one by one; what a case does not name may be anything."""
    got: dict[str, str] = {"verdict": ruling.verdict, "version": ruling.version, "level": ruling.level}
    for name, value in got.items():
        if name in expect and expect[name] != value:
            yield Difference(name, str(expect[name]), value)
    if "score" in expect and not _same_score(expect["score"], ruling.score):
        yield Difference("score", told_score(_told(expect["score"])), told_score(ruling.score))
    states = {one.id: one.state for one in ruling.clauses}
    for key, state in cast(Mapping[str, object], expect.get("clauses", {})).items():
        if states.get(key) != state:
            yield Difference(f"clauses.{key}", str(state), str(states.get(key, "—")))
    points = {one.id: one.points for one in ruling.clauses}
    for key, told in cast(Mapping[str, object], expect.get("points", {})).items():
        if not _same_score(told, points.get(key)):
            yield Difference(f"points.{key}", told_score(_told(told)), told_score(points.get(key)) or "—")


def _told(value: object) -> Range | None:
    """The score a case names: a number, or [low, high] with "" for a side without bound."""
    if isinstance(value, list):
        ends = cast(list[object], value)
        return Range(as_number(ends[0]), as_number(ends[1])) if len(ends) == 2 else None
    number = as_number(value)
    return None if number is None else Range.exactly(number)


def _same_score(told: object, got: Range | None) -> bool:
    return told_score(_told(told)) == told_score(got)


def told_score(score: Range | None, places: int = 2) -> str:
    """A score as it is printed: 111.10, 60.00–80.00, 40.00– where nothing bounds it."""
    if score is None:
        return ""
    low, high = (_told_end(end, places) for end in (score.low, score.high))
    return low if score.exact is not None else f"{low}–{high}"


def _told_end(end: Decimal | None, places: int) -> str:
    return "" if end is None else str(shown(end, places))
