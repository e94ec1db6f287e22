"""逐条判定 walking the tree for one firm: every node gives an answer and leaves its line in the explanation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from jiqun.core.states import NEVER
from jiqun.rules import tree
from jiqun.rules.firm import Firm
from jiqun.rules.operands import Got, days_before, held_against, number, period
from jiqun.rules.ranges import NOTHING, ZERO, Range, best, hull, total
from jiqun.rules.ruling import ClauseLine
from jiqun.rules.scoring import band_points, option_points, ratio_points, step_points
from jiqun.rules.tree import About, Node, Op, Operand, Score
from jiqun.rules.truth import State, all_of, any_of, at_least, opposite


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node says; missing only where it is unknown, or its points a range."""

    state: State
    missing: tuple[str, ...] = ()
    points: Range | None = None


class Walker:
    """Judges nodes for one firm on one day and keeps what each said, in the order of the file."""

    def __init__(
        self, firm: Firm, parameters: Mapping[str, Decimal | None], *, on: date, kind: str, confidence: str
    ) -> None:
        self.firm = firm
        self.parameters = parameters
        self.on = on
        self.kind = kind
        self.confidence = confidence
        self.lines: list[ClauseLine] = []
        self.totals: dict[str, Answer] = {}

    # Conditions

    def clauses(self, node: Node) -> list[State]:
        """The states of the clauses of a version, without a line for the `All` that holds them."""
        inside = node.of if isinstance(node, tree.All) else (node,)
        return [self.condition(one, "").state for one in inside]

    def condition(self, node: Node, parent: str) -> Answer:
        """The state of a condition."""
        line = self._open(node, parent)
        guard = self._guard(node.about)
        if guard.state is State.NOT_APPLICABLE:
            return self._close(line, guard)
        answer = self._of(node, line)
        if guard.state is not State.MET:
            answer = replace(guard, points=answer.points)
        return self._close(line, answer)

    def _guard(self, about: About) -> Answer:
        """Does the node apply? Met when it does, not applicable when it does not, else unknown or manual."""
        if about.kinds and self.kind not in about.kinds:
            return Answer(State.NOT_APPLICABLE)
        if about.when is None:
            return Answer(State.MET)
        place = len(self.lines)
        answer = self.condition(about.when, about.id)
        self.lines[place].guard = True
        if answer.state in (State.UNMET, State.NOT_APPLICABLE):
            return Answer(State.NOT_APPLICABLE)
        return answer

    def _of(self, node: Node, line: ClauseLine) -> Answer:
        match node:
            case tree.Compare():
                return self._compare(node.value, node.op, node.needed, line)
            case tree.PlatformSupplied():
                return self._compare(node.value, node.op, node.needed, line)
            case tree.ScoreSum():
                return self._score_sum(node, line)
            case tree.ScoreReached():
                return self._reached(node, line)
            case tree.All() | tree.AnyOf() | tree.AtLeast() | tree.Veto() | tree.Exempts():
                return self._group(node, line)
            case _:
                return self._fact(node, line)

    def _fact(
        self,
        node: tree.Fact | tree.Manual,
        line: ClauseLine,
    ) -> Answer:
        """Conditions on one field that is no number."""
        if isinstance(node, tree.Manual):
            decided = self.firm.flag(node.decided) if node.decided else None
            line.value = decided
            return Answer(State.MANUAL if decided is None else _state(decided))
        field = node.field
        line.value, line.period, line.needed = self.firm.value(field), period(field, self.on), _words(node)
        holds = self._holds(node)
        return Answer(State.UNKNOWN, (field.column,)) if holds is None else Answer(_state(holds))

    def _holds(self, node: tree.Fact) -> bool | None:
        if isinstance(node, tree.Flag):
            flag = self.firm.flag(node.field)
            return None if flag is None else flag is node.wanted
        if isinstance(node, tree.OneOf):
            text = self.firm.text(node.field)
            return None if text is None else text in node.choices
        day = self.firm.day(node.field)
        if day is None:
            return None
        if isinstance(node, tree.TitleHeld):
            return day >= self.on
        if isinstance(node, tree.Dated):
            return day > NEVER and (node.since or day) <= day <= (node.until or day)
        edge = days_before(self.on, years=node.years, days=node.days)
        return edge <= day <= self.on if isinstance(node, tree.Within) else NEVER < day <= edge

    def _compare(self, operand: Operand, op: Op, limit: Operand, line: ClauseLine) -> Answer:
        got, needed = self._seen(operand, line), self._number(limit)
        line.op, line.needed = op, needed.value
        if got.value is None or needed.value is None:
            return Answer(State.UNKNOWN, _names((got.missing, needed.missing)))
        return Answer(held_against(op, Range.exactly(got.value), needed.value) or State.UNKNOWN)

    def _group(
        self, node: tree.All | tree.AnyOf | tree.AtLeast | tree.Veto | tree.Exempts, line: ClauseLine
    ) -> Answer:
        inside = (node.condition, node.waived_by) if isinstance(node, tree.Exempts) else node.of
        answers = [self.condition(one, node.about.id) for one in inside]
        states = [one.state for one in answers]
        missing: list[tuple[str, ...]] = [one.missing for one in answers if one.state is State.UNKNOWN]
        match node:
            case tree.All():
                state = all_of(states)
            case tree.AnyOf() | tree.Exempts():
                state = any_of(states)
            case tree.Veto():
                state = all_of(opposite(one) for one in states)
            case tree.AtLeast():
                n = self._number(node.n)
                line.needed = n.value
                state = State.UNKNOWN if n.value is None else at_least(states, int(n.value))
                missing.append(n.missing)
        return Answer(state, _names(missing) if state is State.UNKNOWN else ())

    # Scores

    def _score_sum(self, node: tree.ScoreSum, line: ClauseLine) -> Answer:
        parts = [self._part(one, node.about.id) for one in node.parts]
        points = total(one.points or NOTHING for one in parts).capped(self._limit(node.maximum))
        missing = _names(one.missing for one in parts)
        states = [one.state for part, one in zip(node.parts, parts, strict=True) if part.minimum is not None]
        if node.minimum is not None:
            states.append(self._reaches(points, missing, op=node.op, limit=node.minimum, line=line).state)
        if not states:
            states = [_known(points, missing)]
        state = all_of(states)
        self.totals[node.about.id] = Answer(state, missing, points)
        line.most = self._limit(node.maximum)
        return self.totals[node.about.id]

    def _part(self, part: tree.Part, parent: str) -> Answer:
        line = self._open(part, parent)
        items = [self.points(one, part.about.id) for one in part.items]
        points = total(one.points or NOTHING for one in items).capped(self._limit(part.maximum))
        missing = _names(one.missing for one in items)
        state = _known(points, missing)
        if part.minimum is not None:
            state = self._reaches(points, missing, op=part.op, limit=part.minimum, line=line).state
        line.most = self._limit(part.maximum)
        return self._close(line, Answer(state, missing, points))

    def _reached(self, node: tree.ScoreReached, line: ClauseLine) -> Answer:
        """A score that did not apply leaves this without a number: not applicable."""
        score = self.totals.get(node.of)
        if score is None or score.points is None:
            return Answer(State.NOT_APPLICABLE)
        return self._reaches(score.points, score.missing, op=node.op, limit=node.needed, line=line)

    def _reaches(
        self, points: Range, missing: tuple[str, ...], *, op: Op, limit: Operand, line: ClauseLine
    ) -> Answer:
        needed = self._number(limit)
        line.op, line.needed = op, needed.value
        if needed.value is None:
            return Answer(State.UNKNOWN, _names((missing, needed.missing)), points)
        state = held_against(op, points, needed.value)
        if state is None:
            return Answer(_known(points, missing), missing, points)
        return Answer(state, (), points)

    def points(self, node: Score, parent: str) -> Answer:
        """The points of a score node; not applicable ones are 0."""
        line = self._open(node, parent)
        guard = self._guard(node.about)
        if guard.state is State.NOT_APPLICABLE:
            return self._close(line, replace(guard, points=NOTHING))
        points, missing = self._points_of(node, line)
        if not missing and isinstance(node, tree.BandTable | tree.FirstMatch | tree.ExpertRange):
            points = self._settled(points, node.decided)
        if guard.state is not State.MET:
            points, missing = hull((NOTHING, points)), _names((guard.missing, missing))
        missing = () if points.exact is not None else missing
        return self._close(line, Answer(_known(points, missing), missing, points))

    def _points_of(self, node: Score, line: ClauseLine) -> tuple[Range, tuple[str, ...]]:
        match node:
            case tree.BandTable():
                got = self._seen(node.value, line)
                return band_points(node, got.value), got.missing
            case tree.PerStep():
                got, most = self._seen(node.value, line), self._limit(node.maximum)
                return step_points(node, got.value, most), got.missing
            case tree.Given():
                got, most = self._seen(node.value, line), self._limit(node.maximum)
                points = Range(ZERO, None) if got.value is None else Range.exactly(got.value)
                return points.capped(most), got.missing
            case tree.RatioToBase():
                return self._ratio(node, line)
            case tree.ExpertRange():
                line.value = self.firm.number(node.decided) if node.decided else None
                return node.points, ()
            case tree.MultiSelectCapped():
                ticked = [(one, self.firm.flag(one.field)) for one in node.options]
                empty = tuple(one.field.column for one, flag in ticked if flag is None)
                return option_points(ticked, self._limit(node.maximum)), empty
            case tree.FirstMatch():
                return self._first_match(node)
            case tree.BestOf():
                answers = [self.points(one, node.about.id) for one in node.of]
                return best(one.points or NOTHING for one in answers), _names(one.missing for one in answers)

    def _settled(self, points: Range, decided: tree.Field | None) -> Range:
        """The points an expert gave where the document allows them; others decide nothing."""
        given = self.firm.number(decided) if decided else None
        return points if given is None or not points.holds(given) else Range.exactly(given)

    def _first_match(self, node: tree.FirstMatch) -> tuple[Range, tuple[str, ...]]:
        possible: list[Range] = []
        missing: list[tuple[str, ...]] = []
        for case in node.cases:
            answer = self.condition(case.when, node.about.id)
            if answer.state in (State.MET, State.UNKNOWN, State.MANUAL):
                possible.append(case.points)
                missing.append(answer.missing)
            if answer.state is State.MET:
                return hull(possible), _names(missing)
        return hull((*possible, node.otherwise)), _names(missing)

    def _ratio(self, node: tree.RatioToBase, line: ClauseLine) -> tuple[Range, tuple[str, ...]]:
        """The rule for missing values is asked only where the value is missing."""
        got, base, weight = self._seen(node.value, line), self._number(node.base), self._number(node.weight)
        line.needed, line.most = base.value, weight.value
        missing = _names((got.missing, base.missing, weight.missing))
        if got.value is None and node.at_base is not None:
            answer = self.condition(node.at_base, node.about.id)
            if answer.state is State.MET and weight.value is not None:
                return Range.exactly(weight.value), ()
            missing = _names((missing, answer.missing))
        points = ratio_points(
            got.value, base.value, weight.value, cap=self._limit(node.cap), floor=self._limit(node.floor)
        )
        return points, missing

    # Small things

    def _number(self, operand: Operand) -> Got:
        return number(operand, self.firm, self.parameters)

    def _limit(self, operand: Operand | None) -> Decimal | None:
        """A cap or floor; none where its parameter is empty."""
        return None if operand is None else self._number(operand).value

    def _seen(self, operand: Operand, line: ClauseLine) -> Got:
        got = self._number(operand)
        line.value, line.period, line.undefined = got.value, period(operand, self.on), got.undefined
        return got

    def _open(self, node: Node | Score | tree.Part, parent: str) -> ClauseLine:
        about = node.about
        unit: str = getattr(node, "unit", "")
        line = ClauseLine(
            about.id, parent, KIND_OF[type(node)], about.label, unit, about.clause,
            about.confidence or self.confidence, about.changeable,
        )  # fmt: skip
        self.lines.append(line)
        return line

    def _close(self, line: ClauseLine, answer: Answer) -> Answer:
        line.state, line.missing, line.points = answer.state, answer.missing, answer.points
        return answer


KIND_OF: dict[type, str] = {
    tree.Compare: "compare", tree.Flag: "flag", tree.OneOf: "one_of", tree.Within: "within", tree.Aged: "aged",
    tree.Dated: "dated",
    tree.TitleHeld: "title_held", tree.Manual: "manual", tree.PlatformSupplied: "platform_supplied", tree.All: "all",
    tree.AnyOf: "any", tree.AtLeast: "at_least", tree.Exempts: "exempts", tree.Veto: "veto",
    tree.ScoreSum: "score_sum", tree.ScoreReached: "score_reached", tree.Part: "part",
    tree.BandTable: "band_table", tree.FirstMatch: "first_match", tree.MultiSelectCapped: "multi_select_capped",
    tree.PerStep: "per_step", tree.RatioToBase: "ratio_to_base", tree.ExpertRange: "expert_range",
    tree.Given: "given", tree.BestOf: "best_of",
}  # fmt: skip
"""What each kind of node is called in a pack."""


def _state(holds: bool) -> State:
    return State.MET if holds else State.UNMET


def _known(points: Range, missing: tuple[str, ...]) -> State:
    """Points known: met; open because something is missing: unknown; because an expert gives them: manual."""
    if points.exact is not None:
        return State.MET
    return State.UNKNOWN if missing or points.low is None or points.high is None else State.MANUAL


def _names(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


def _words(node: tree.Fact) -> str:
    """What is needed, for the explanation: choices, or a span of time."""
    if isinstance(node, tree.OneOf):
        return " ".join(node.choices)
    if isinstance(node, tree.Within | tree.Aged):
        return f"{node.years}y" if not node.days else f"{node.years}y {node.days}d"
    if isinstance(node, tree.Dated):
        return f"{node.since or ''}…{node.until or ''}"
    return "" if isinstance(node, tree.TitleHeld) else str(node.wanted).lower()
