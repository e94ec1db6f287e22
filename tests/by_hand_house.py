"""For examples worked out by hand from the facts: one firm with something changed, and tables of cases held against a pack.

A case is a plain tuple: what is put in, and last what must come out.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from rules_house import firm, shipped

from jiqun.rules.judge import judge, parameters_for
from jiqun.rules.ranges import Range
from jiqun.rules.ruling import ClauseResult, Ruling
from jiqun.rules.truth import State

MET, UNMET, UNKNOWN, MANUAL, NOT_APPLICABLE = (
    State.MET, State.UNMET, State.UNKNOWN, State.MANUAL, State.NOT_APPLICABLE,
)  # fmt: skip
Values = Mapping[str, object]
Points = float | tuple[float | None, float | None]
"""Points as a table of cases writes them: a number, or (lowest, highest)."""

CLEAN_2022 = dict.fromkeys(
    ("abnormal_list", "dishonest_list", "prohibited_product", "major_accident_3y", "data_event_3y", "env_offence_3y",
     "quality_problem_3y", "data_fraud_3y"), False,
)  # fmt: skip
"""Nothing against the firm, in the words of 2022: a *major* accident counts (facts, common base gate)."""
CLEAN_2026 = dict.fromkeys(
    ("abnormal_list", "dishonest_list", "prohibited_product", "accident_3y", "data_event_3y", "env_offence_3y",
     "quality_problem_3y", "data_fraud_3y"), False,
)  # fmt: skip
"""In the words of 2026: a *larger* accident counts."""


class Bench:
    """One pack on one day, and a firm to which each case does something."""

    def __init__(
        self,
        key: str,
        good: Values,
        *,
        on: date,
        kind: str = "new",
        version: str = "",
        region: str = "331003",
    ) -> None:
        self.pack = shipped()[key]
        self.good = good
        self.on = on
        self.kind = kind
        self.version = version
        self.region = region

    def ruling(
        self,
        changed: Values | None = None,
        *,
        kind: str = "",
        on: date | None = None,
        given: Mapping[str, str] | None = None,
    ) -> Ruling:
        """The ruling on the firm with `changed`; `given` are parameters of the place set on the spot."""
        day, sort = on or self.on, kind or self.kind
        who = firm(region=self.region, **{**self.good, **(changed or {})})  # type: ignore[arg-type]
        version = self.pack.version(self.version) if self.version else self.pack.version_on(day, sort)
        parameters = parameters_for(self.pack, who, on=day)
        parameters |= {name: Decimal(value) for name, value in (given or {}).items()}
        return judge(version, who, parameters=parameters, on=day, kind=sort)

    def clause(self, clause: str, changed: Values, *, kind: str = "") -> ClauseResult:
        """What one clause says."""
        return self.ruling(changed, kind=kind).clause(clause)

    def state(self, clause: str, changed: Values, *, kind: str = "") -> State:
        """The state of one clause."""
        return self.clause(clause, changed, kind=kind).state

    def points(self, item: str, changed: Values) -> Points | None:
        """The points of one item as a table writes them."""
        return written(self.clause(item, changed).points)

    def most(self) -> dict[str, float]:
        """The most points the score and each of its parts may give."""
        lines = self.ruling().clauses
        return {
            one.id: float(one.most)
            for one in lines
            if one.kind in ("score_sum", "part") and one.most is not None
        }

    def verdict(self, changed: Values, *, kind: str = "") -> State:
        """The state of the whole."""
        return self.ruling(changed, kind=kind).verdict


def written(points: Range | None) -> Points | None:
    """Points as a table of cases writes them."""
    if points is None or points.exact is not None:
        return None if points is None or points.exact is None else float(points.exact)
    low, high = points.low, points.high
    return None if low is None else float(low), None if high is None else float(high)


def hold(cases: Sequence[tuple[object, ...]], answer: Callable[..., object]) -> None:
    """Every case must come out as it says; those that do not are shown all at once, with what came instead."""
    assert cases
    wrong = [(*case, "but got", got) for case in cases if (got := answer(*case[:-1])) != case[-1]]
    assert not wrong, wrong
