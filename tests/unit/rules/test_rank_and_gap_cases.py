"""Grades by rank and the way up, by hand: ties, fixed grades, shares that do not add up; the cheapest of several ways."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_house import HEAD, ON, PACKS, VERSION, clause, firm, written

from jiqun.rules.gap import Distance, Gap, distance, nearest
from jiqun.rules.judge import judge_pack
from jiqun.rules.ranking import Ranked, grades
from jiqun.rules.reader import read_pack
from jiqun.rules.tree import Constant, Field, Label, Operand, Parameter, Quota, RankQuota
from jiqun.rules.truth import State

D = Decimal
NAME = Label("级", "grade")
EVERY = ("A", "B", "C", "D")


def ranked(*shares: Operand | int | None) -> RankQuota:
    """Grades A, B … with these shares; a bare number is a share of the rule itself."""
    made = [Constant(D(one)) if isinstance(one, int) else one for one in shares]
    return RankQuota(
        ("score",), tuple(Quota(name, NAME, one) for name, one in zip(EVERY, made, strict=False))
    )


def graded(grading: RankQuota, scores: list[object], **parameters: Decimal | None) -> str:
    """The grades of firms with these scores, in their order, a dot for none."""
    firms = [
        Ranked(str(n), None if score is None else D(str(score)), EVERY[: len(grading.grades)])
        for n, score in enumerate(scores)
    ]
    found = grades(grading, firms, parameters)
    return "".join(found[str(n)] or "." for n in range(len(scores)))


FOUR = ranked(20, 50, 20, None)
CUTS = [
    # scores of the firms, their grades; cut at 20, 70 and 90 % of them
    ([], ""),
    ([50], "D"),  # one firm is the whole of its group, beyond every share below 100
    ([50, 40], "BD"),  # places 1 and 2 of 2: cuts at 0.4, 1.4 and 1.8
    ([10, 20, 30, 40, 50], "DCBBA"),  # cuts at 1, 3.5 and 4.5
    ([50, 50, 50, 50, 50], "AAAAA"),  # all share the first place
    ([50, 40, 40, 40, 40], "ABBBB"),
    ([50, 50, 40, 40, 40], "AABBB"),
    ([50, 40, 30, 30, 10], "ABBBD"),  # two in place 3
    ([90, None, 80, None, 70, 60, 50], "A.B.BCD"),  # who has no score takes nobody's place
    ([None, None], ".."),
    ([0, -5, -5, -9, 3], "BBBDA"),  # points may be below nought
    (["80.004", "80.003", "80.0030", 1, 0], "ABBCD"),  # 80.003 is 80.0030
]


def test_firms_are_cut_at_the_shares() -> None:
    wrong = []
    for scores, expected in CUTS:
        if (got := graded(FOUR, list(scores))) != expected:
            wrong.append((scores, expected, got))
    assert wrong == []


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((100, 0, 0, None), "AAAAAAAAAA"),
        ((0, 0, 0, None), "DDDDDDDDDD"),
        ((0, 100, 0, None), "BBBBBBBBBB"),
        ((50, 50, 0, 0), "AAAAABBBBB"),
        ((10, 20, 30, 20), "ABBCCCDDDD"),  # they reach 80: the last grade takes who is left
        ((80, 80, 80, 80), "AAAAAAAABB"),  # they reach beyond 100: the better grades come first
        ((15, 15, None), "ABBCCCCCCC"),  # 1.5 firms are one
        ((33, 33, 34), "AAABBBCCCC"),
        ((None,), "AAAAAAAAAA"),
        ((20,), "AAAAAAAAAA"),
    ],
)
def test_shares_that_do_not_add_up_leave_nobody_without_a_grade(
    shares: tuple[int | None, ...], expected: str
) -> None:
    assert graded(ranked(*shares), [100 - n for n in range(10)]) == expected


def test_a_share_nobody_has_told_grades_nobody() -> None:
    grading = ranked(Parameter("a"), Parameter("b"), None)
    assert graded(grading, [3, 2, 1], a=D(34), b=D(33)) == "ABC"
    assert graded(grading, [3, 2, 1], a=D(34), b=None) == "..."
    assert graded(grading, [3, 2, 1], a=D(34)) == "..."
    assert graded(ranked(Field("employees"), None), [3, 2]) == "..", "a share is a number or a parameter"


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (("A", "B", "C", "D"), "A"),
        (("B", "C", "D"), "B"),  # at best B
        (("C", "D"), "C"),
        (("D",), "D"),  # fixed
        (("A",), "A"),
    ],
)
def test_the_best_firm_is_held_down_by_the_rules_of_grades(levels: tuple[str, ...], expected: str) -> None:
    firms = [Ranked("best", D(99), levels), *(Ranked(str(n), D(n), EVERY) for n in range(9))]
    found = grades(FOUR, firms, {})
    assert found["best"] == expected
    fixed = len(levels) == 1
    assert found["8"] == "A", "a fixed grade takes no place" if fixed else "one held down keeps its place"
    assert [key for key, grade in found.items() if grade == "A" and key != "best"] == (["8"])


def test_a_fixed_grade_stands_without_a_score_and_without_shares() -> None:
    firms = [Ranked("fixed", None, ("D",)), Ranked("free", D(1), EVERY)]
    assert grades(FOUR, firms, {}) == {"fixed": "D", "free": "D"}
    assert grades(ranked(Parameter("a"), None), firms, {}) == {"fixed": "D", "free": ""}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.randoms())
def test_the_order_of_the_file_grades_nobody_and_a_better_score_no_worse(
    scores: list[int], random: object
) -> None:
    found = graded(FOUR, list(scores))
    for one, grade in zip(scores, found, strict=True):
        for other, its in zip(scores, found, strict=True):
            assert one < other or grade <= its, (scores, found)
            assert one != other or grade == its
    assert graded(FOUR, list(reversed(scores))) == found[::-1]


# The way up

FLAG = '{{ kind = "flag", field = "{0}"{1} }}'
STAFF = '{ kind = "compare", value = "employees", ge = 100, unit = "人" }'


def away(
    folder: Path, body: str, *, of: str = "", effort: dict[str, Decimal] | None = None, **values: object
) -> Distance:
    pack = read_pack(written(folder, HEAD + VERSION + body), PACKS)
    return distance(judge_pack(pack, firm(**values), on=ON), of=of, effort=effort)  # type: ignore[arg-type]


def ids(found: Distance) -> list[str]:
    return [one.clause for one in found.gaps]


def group(kind: str, *nodes: str, rest: str = "") -> str:
    return clause(f'kind = "{kind}"\nof = [{", ".join(nodes)}]\n{rest}')


BRAND, LISTED, FIXED = (
    FLAG.format("own_brand", ""), FLAG.format("listed", ""), FLAG.format("listed", ", changeable = false"),
)  # fmt: skip
WAYS = {
    # what is put together, what is known, what is between the firm and it
    "all: everything": ("all", (BRAND, STAFF), {"own_brand": False, "employees": 50}, ["one.1", "one.2"]),
    "all: what is met is no step": ("all", (BRAND, STAFF), {"own_brand": True, "employees": 50}, ["one.2"]),
    "any: what is half way": ("any", (BRAND, STAFF), {"own_brand": False, "employees": 50}, ["one.2"]),
    "any: unknown before unmet": ("any", (BRAND, STAFF), {"employees": 99}, ["one.1"]),
    "any: what can be changed": ("any", (FIXED, STAFF), {"listed": False, "employees": 1}, ["one.2"]),
    "any: the first of two alike": ("any", (BRAND, LISTED), {"own_brand": False, "listed": False}, ["one.1"]),
    "any: met is no step": ("any", (BRAND, STAFF), {"own_brand": False, "employees": 100}, []),
    "veto: what is so": ("veto", (BRAND, LISTED), {"own_brand": True, "listed": False}, ["one.1"]),
    "veto: all that is so": (
        "veto",
        (BRAND, LISTED),
        {"own_brand": True, "listed": True},
        ["one.1", "one.2"],
    ),
    "veto: what is not known": ("veto", (BRAND, LISTED), {"own_brand": False}, ["one.2"]),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_way_through_a_group(tmp_path: Path, name: str) -> None:
    kind, nodes, values, expected = WAYS[name]
    assert ids(away(tmp_path, group(kind, *nodes), **values)) == expected


@pytest.mark.parametrize(
    ("n", "values", "expected"),
    [
        (1, {"own_brand": False, "listed": False, "employees": 50}, ["one.3"]),
        (2, {"own_brand": False, "listed": False, "employees": 50}, ["one.3", "one.1"]),
        (3, {"own_brand": False, "listed": False, "employees": 50}, ["one.3", "one.1", "one.2"]),
        (2, {"own_brand": True, "listed": False, "employees": 50}, ["one.3"]),
        (2, {"own_brand": True, "employees": 50}, ["one.2"]),
        (2, {"own_brand": True, "listed": True, "employees": 50}, []),
        (3, {"own_brand": True, "listed": True}, ["one.3"]),
    ],
)
def test_of_at_least_n_the_cheapest_that_are_still_needed(
    tmp_path: Path, n: int, values: dict[str, object], expected: list[str]
) -> None:
    body = group("at_least", BRAND, LISTED, STAFF, rest=f"n = {n}")
    assert sorted(ids(away(tmp_path, body, **values))) == sorted(expected)


def test_weights_of_the_office_choose_the_way(tmp_path: Path) -> None:
    body = group("any", BRAND, LISTED)
    no = {"own_brand": False, "listed": False}
    assert ids(away(tmp_path, body, **no)) == ["one.1"]
    heavy = away(tmp_path, body, effort={"one.1": D(9), "one": D(2)}, **no)
    assert ids(heavy) == ["one.2"] and heavy.effort == 2, "what has no weight of its own takes its clause's"
    assert away(tmp_path, body, effort={"one.1": D(9), "one.2": D(8)}, **no).effort == 8


def test_a_clause_of_which_nobody_knows_whether_it_applies_is_not_passed_over(tmp_path: Path) -> None:
    """All inside is met, and yet the clause is unknown: the paper that says whether it applies is asked for."""
    guard = 'when = { kind = "flag", field = "listed" }'
    for kind in ("all", "any", "veto"):
        brand = kind != "veto"
        (gap,) = away(tmp_path, group(kind, BRAND, rest=guard), own_brand=brand).gaps
        assert (gap.clause, gap.state, gap.missing) == ("one", State.UNKNOWN, ("listed",)), kind
        assert ids(away(tmp_path, group(kind, BRAND, rest=guard), own_brand=brand, listed=True)) == []
        assert ids(away(tmp_path, group(kind, BRAND, rest=guard), own_brand=not brand, listed=False)) == []


def test_an_exemption_is_a_way_like_any_other(tmp_path: Path) -> None:
    body = clause(f'kind = "exempts"\ncondition = {STAFF}\nwaived_by = {FIXED}')
    assert ids(away(tmp_path, body, employees=50, listed=False)) == ["one.condition"]
    assert ids(away(tmp_path, body, employees=50, listed=True)) == []
    assert ids(away(tmp_path, body, employees=50)) == ["one.waived_by"]


def test_a_level_is_asked_for_by_its_name_and_is_no_gap_of_the_rule(tmp_path: Path) -> None:
    level = '\n[[version.level]]\nkey = "large"\nlabel = { zh = "大", en = "large" }\nkind = "compare"\n'
    body = (
        clause('kind = "flag"\nfield = "own_brand"') + level + 'value = "employees"\nge = 100\nunit = "人"\n'
    )
    assert ids(away(tmp_path, body, own_brand=True, employees=60)) == []
    (gap,) = away(tmp_path, body, of="level_large", own_brand=True, employees=60).gaps
    assert (gap.short, gap.share, gap.unit, gap.top) == (D(40), D("0.4"), "人", "level_large")


@pytest.mark.parametrize(
    ("limit", "seen", "short", "share"),
    [
        ("ge = 100", 60, "40", "0.4"), ("gt = 100", 100, "0", "0"), ("le = 100", 130, "30", "0.3"),
        ("lt = 100", 100, "0", "0"), ("le = 100", 900, "800", "1"), ("ge = 100", 0, "100", "1"),
        ("eq = 100", 90, "10", "0.1"), ("le = 0", 5, "5", None),
    ],
)  # fmt: skip
def test_how_short_in_its_own_unit(
    tmp_path: Path, limit: str, seen: int, short: str, share: str | None
) -> None:
    (gap,) = away(
        tmp_path, clause(f'kind = "compare"\nvalue = "employees"\n{limit}\nunit = "人"'), employees=seen
    ).gaps
    assert (gap.short, gap.share) == (D(short), None if share is None else D(share))


def rung(*gaps: tuple[State, bool, str]) -> Distance:
    """A rung with these gaps: state, changeable, effort."""
    made = (
        Gap(str(n), str(n), NAME, state, None, None, None, "", None, None, (), free, D(effort))
        for n, (state, free, effort) in enumerate(gaps)
    )
    return Distance("p", "v", "u", tuple(made))


def test_rungs_are_ordered_by_what_they_ask() -> None:
    """First what cannot be changed, then effort, then how much is unknown; the earlier one of two alike."""
    order = [
        rung(),
        rung((State.MANUAL, True, "50")),
        rung((State.UNKNOWN, True, "50")),
        rung((State.UNMET, True, "0.5")),
        rung((State.UNMET, True, "1")),
        rung((State.UNMET, True, "1"), (State.UNKNOWN, True, "1")),
        rung((State.UNMET, True, "1"), (State.UNMET, True, "1")),
        rung((State.UNMET, False, "0.1")),
    ]
    costs = [one.cost() for one in order]
    assert costs == sorted(costs) and costs[0] == costs[1]
    assert nearest(list(reversed(order))) is order[1] and nearest(order) is order[0]
    assert [one.closed for one in order] == [False] * 7 + [True]
    assert order[5].effort == 2 and order[1].effort == 0 and order[2].effort == 50
    assert (len(order[5].unmet), len(order[5].unknown)) == (1, 1)


def test_what_does_not_apply_is_no_gap(tmp_path: Path) -> None:
    body = clause('kind = "flag"\nfield = "own_brand"\nonly = ["re_review"]')
    assert ids(away(tmp_path, body, own_brand=False)) == []
    pack = read_pack(written(tmp_path, HEAD + VERSION + body), PACKS)
    again = judge_pack(pack, firm(own_brand=False), on=date(2023, 9, 1), kind="re_review")
    assert ids(distance(again)) == ["one"]
