"""Every kind of node by hand: met, unmet, unknown, for a person, not applicable, and on the edge to the day and the unit."""

# ruff: noqa: E501 - rules written out, one a line

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from rules_house import HEAD, PACKS, VERSION, clause, firm, written

from jiqun.core.states import NEVER
from jiqun.rules.judge import judge_pack
from jiqun.rules.operands import days_before
from jiqun.rules.pack import Pack
from jiqun.rules.ranges import Range
from jiqun.rules.reader import read_pack
from jiqun.rules.ruling import Ruling
from jiqun.rules.truth import State
from jiqun.rules.walker import KIND_OF

D = Decimal
ON = date(2024, 2, 29)
"""A leap day: the day on which years back are hardest."""
LETTERS = {
    "m": State.MET, "u": State.UNMET, "?": State.UNKNOWN, "p": State.MANUAL, "-": State.NOT_APPLICABLE,
}  # fmt: skip
LABEL = 'label = { zh = "某", en = "x" }\n'


def read(folder: Path, body: str, **files: str) -> Pack:
    return read_pack(written(folder, HEAD + files.pop("head", "") + VERSION + body, **files), PACKS)


def judged(folder: Path, body: str, kind: str = "new", **values: object) -> Ruling:
    return judge_pack(read(folder, body), firm(**values), on=ON, kind=kind)  # type: ignore[arg-type]


def day(text: str) -> date:
    return date.fromisoformat(text)


Told = list[tuple[object, str]]
SINGLE: dict[str, tuple[str, str, Told]] = {
    # name: (the clause, the column it reads, what the column says and what that means); None is always unknown
    "ge": ('kind = "compare"\nvalue = "employees"\nge = 20\nunit = "人"', "employees", [(20, "m"), (19, "u"), ("19.99", "u"), (0, "u")]),
    "gt": ('kind = "compare"\nvalue = "employees"\ngt = 20\nunit = "人"', "employees", [(20, "u"), ("20.01", "m")]),
    "le": ('kind = "compare"\nvalue = "employees"\nle = 20\nunit = "人"', "employees", [(20, "m"), ("20.01", "u")]),
    "lt": ('kind = "compare"\nvalue = "employees"\nlt = 20\nunit = "人"', "employees", [(20, "u"), ("19.99", "m")]),
    "eq": ('kind = "compare"\nvalue = "employees"\neq = 20\nunit = "人"', "employees", [(20, "m"), ("20.00", "m"), (21, "u"), (19, "u")]),
    "below nought": ('kind = "compare"\nvalue = "net_profit_wan"\ngt = 0\nunit = "万元"', "net_profit_wan", [(0, "u"), (-1, "u"), ("0.01", "m")]),
    "亿元": ('kind = "compare"\nvalue = "operating_revenue_wan"\nge = 1\nunit = "亿元"', "operating_revenue_wan", [(10000, "m"), ("9999.99", "u")]),
    "flag": ('kind = "flag"\nfield = "listed"', "listed", [(True, "m"), (False, "u")]),
    "no flag": ('kind = "flag"\nfield = "listed"\nis = false', "listed", [(True, "u"), (False, "m")]),
    "one of": ('kind = "one_of"\nfield = "per_mu_tier"\nchoices = ["规上"]', "per_mu_tier", [("规上", "m"), ("规下", "u"), ("", "?")]),
    "within a year": (
        'kind = "within"\nfield = "established_on"\nyears = 1', "established_on",
        [(day("2023-02-28"), "m"), (day("2023-02-27"), "u"), (ON, "m"), (day("2024-03-01"), "u"), (NEVER, "u")],
    ),
    "within a year and a day": (
        'kind = "within"\nfield = "established_on"\nyears = 1\ndays = 1', "established_on", [(day("2023-02-27"), "m"), (day("2023-02-26"), "u")],
    ),
    "within no days": ('kind = "within"\nfield = "established_on"\ndays = 0', "established_on", [(ON, "m"), (day("2024-02-28"), "u")]),
    "aged four years": (
        'kind = "aged"\nfield = "established_on"\nyears = 4', "established_on",
        [(day("2020-02-29"), "m"), (day("2020-03-01"), "u"), (day("1990-01-01"), "m"), (ON, "u"), (NEVER, "u")],
    ),
    "aged 60 days": ('kind = "aged"\nfield = "established_on"\ndays = 60', "established_on", [(day("2023-12-31"), "m"), (day("2024-01-01"), "u")]),
    "dated": (
        'kind = "dated"\nfield = "established_on"\nsince = 2020-01-01\nuntil = 2020-12-31', "established_on",
        [(day("2020-01-01"), "m"), (day("2020-12-31"), "m"), (day("2019-12-31"), "u"), (day("2021-01-01"), "u"), (NEVER, "u")],
    ),
    "dated since": ('kind = "dated"\nfield = "established_on"\nsince = 2020-01-01', "established_on", [(day("2199-01-01"), "m"), (day("2019-12-31"), "u")]),
    "dated until": ('kind = "dated"\nfield = "established_on"\nuntil = 2020-12-31', "established_on", [(day("1900-01-01"), "m"), (NEVER, "u")]),
    "title": (
        'kind = "title_held"\nfield = "title_zjtx_until"', "title_zjtx_until",
        [(ON, "m"), (day("2024-02-28"), "u"), (day("2027-12-31"), "m"), (NEVER, "u")],
    ),
    "platform": (
        'kind = "platform_supplied"\nvalue = "zjtx_dev_score"\nge = 60\nunit = "分"\nplatform = { zh = "平台", en = "platform" }',
        "zjtx_dev_score", [(60, "m"), ("59.99", "u")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SINGLE)
def test_a_condition_on_one_column(tmp_path: Path, name: str) -> None:
    body, column, told = SINGLE[name]
    pack = read(tmp_path, clause(body))
    for value, letter in [*told, (None, "?")]:
        seen = D(value) if isinstance(value, str) and value[:1].isdigit() else value
        ruling = judge_pack(pack, firm(**{column: seen}), on=ON)  # type: ignore[arg-type]
        assert ruling.verdict is ruling.clause("one").state is LETTERS[letter], (value, ruling.verdict)
        assert ruling.missing == ((column,) if letter == "?" else ())


@pytest.mark.parametrize(
    ("told", "letter"), [(True, "m"), (False, "u"), (None, "p")], ids=["decided", "refused", "undecided"]
)
def test_what_a_person_decides(tmp_path: Path, told: bool | None, letter: str) -> None:
    ruling = judged(
        tmp_path, clause('kind = "manual"\ndecided = "good_reputation_decided"'), good_reputation_decided=told
    )
    assert ruling.verdict is LETTERS[letter] and ruling.missing == (), "nobody can bring a paper for it"
    assert judged(tmp_path, clause('kind = "manual"')).verdict is State.MANUAL


PAIR = 'of = [{ kind = "flag", field = "listed" }, { kind = "manual", decided = "good_reputation_decided" }]'
GROUPS = [
    # the group, listed, decided → its state
    ('kind = "all"', "mm", "m"), ('kind = "all"', "um", "u"), ('kind = "all"', "?m", "?"), ('kind = "all"', "mp", "p"),
    ('kind = "all"', "?p", "?"), ('kind = "all"', "up", "u"),
    ('kind = "any"', "uu", "u"), ('kind = "any"', "um", "m"), ('kind = "any"', "?u", "?"), ('kind = "any"', "up", "p"), ('kind = "any"', "?p", "p"),
    ('kind = "at_least"\nn = 1', "?u", "?"), ('kind = "at_least"\nn = 1', "mp", "m"), ('kind = "at_least"\nn = 2', "mp", "p"),
    ('kind = "at_least"\nn = 2', "?m", "?"), ('kind = "at_least"\nn = 2', "mu", "u"), ('kind = "at_least"\nn = 2', "mm", "m"),
    ('kind = "veto"', "uu", "m"), ('kind = "veto"', "mu", "u"), ('kind = "veto"', "?u", "?"), ('kind = "veto"', "up", "p"), ('kind = "veto"', "mp", "u"),
]  # fmt: skip
FLAGS = {"m": True, "u": False, "?": None, "p": None}


@pytest.mark.parametrize(("head", "seen", "letter"), GROUPS)
def test_a_group(tmp_path: Path, head: str, seen: str, letter: str) -> None:
    ruling = judged(
        tmp_path, clause(f"{head}\n{PAIR}"), listed=FLAGS[seen[0]], good_reputation_decided=FLAGS[seen[1]]
    )
    assert ruling.verdict is LETTERS[letter]
    assert [one.parent for one in ruling.clauses] == ["", "one", "one"]
    assert ruling.clause("one").missing == (("listed",) if letter == "?" else ())


@pytest.mark.parametrize(
    ("staff", "listed", "letter"),
    [(20, False, "m"), (19, True, "m"), (19, False, "u"), (19, None, "?"), (None, True, "m"), (None, False, "?"), (20, None, "m")],
)  # fmt: skip
def test_a_waiver(tmp_path: Path, staff: int | None, listed: bool | None, letter: str) -> None:
    body = clause(
        'kind = "exempts"\ncondition = { kind = "compare", value = "employees", ge = 20, unit = "人" }\n'
        'waived_by = { kind = "flag", field = "listed" }'
    )
    assert judged(tmp_path, body, employees=staff, listed=listed).verdict is LETTERS[letter]


GUARD = 'when = { kind = "flag", field = "listed" }'
BY_PERSON = 'when = { kind = "manual", decided = "good_reputation_decided" }'
GUARDED = [
    # the guard, what it says, what is guarded says → the clause
    (GUARD, True, True, "m"), (GUARD, True, False, "u"), (GUARD, True, None, "?"), (GUARD, False, False, "-"), (GUARD, False, None, "-"),
    (GUARD, None, True, "?"), (GUARD, None, False, "?"), (BY_PERSON, None, True, "p"), (BY_PERSON, None, False, "p"),
    (BY_PERSON, True, False, "u"), (BY_PERSON, False, False, "-"), ('only = ["re_review"]', None, False, "-"), ('only = ["new"]', None, False, "u"),
]  # fmt: skip


@pytest.mark.parametrize(("guard", "says", "own", "letter"), GUARDED)
def test_a_guard(tmp_path: Path, guard: str, says: bool | None, own: bool | None, letter: str) -> None:
    """A clause of which nobody knows whether it applies is unknown, even where it would be unmet."""
    ruling = judged(
        tmp_path, clause(f'kind = "flag"\nfield = "own_brand"\n{guard}'), own_brand=own, listed=says, good_reputation_decided=says
    )  # fmt: skip
    assert ruling.clause("one").state is LETTERS[letter]
    assert ruling.verdict is LETTERS[letter]
    lines = [one for one in ruling.clauses if one.id == "one.when"]
    assert [one.guard for one in lines] == ([True] if "when" in guard else [])


@pytest.mark.parametrize(
    ("listed", "own", "letter"),
    [(True, True, "m"), (True, False, "u"), (False, False, "-"), (None, True, "?"), (None, False, "?")],
)
def test_to_whom_a_version_applies(
    tmp_path: Path, listed: bool | None, own: bool | None, letter: str
) -> None:
    gate = '[version.applies]\nkind = "flag"\nfield = "listed"\n'
    ruling = judged(
        tmp_path, gate + clause('kind = "flag"\nfield = "own_brand"'), listed=listed, own_brand=own
    )
    assert ruling.verdict is LETTERS[letter]
    assert [one.id for one in ruling.clauses] == (["applies"] if listed is False else ["applies", "one"])


# Scores


def item(body: str, *, head: str = "") -> str:
    return clause(f'kind = "score_sum"\n{head}') + (
        f'[[version.clause.part]]\nid = "part"\n{LABEL}[[version.clause.part.item]]\nid = "item"\n{LABEL}{body}\n'
    )


CASES = (
    'kind = "first_match"\notherwise = 1\ncase = [{ when = { kind = "flag", field = "listed" }, points = 9 }, '
    '{ when = { kind = "manual", decided = "good_reputation_decided" }, points = [4, 5] }]'
)
BEST = (
    f'kind = "best_of"\nof = [{{ kind = "given", value = "zjtx_dev_score", max = 8, {LABEL.strip()} }}, '
    f'{{ kind = "expert_range", points = 5, {LABEL.strip()} }}]'
)
BANDS = 'kind = "band_table"\nvalue = "segment_share_pct"\nunit = "%"\nbands = [{ to = 5, points = 0 }, { from = 5, points = [2, 4] }]'
ITEMS: list[tuple[str, dict[str, object], str, tuple[float, float | None]]] = [
    # the item, what is known, the state of the item, its points
    (BANDS, {"segment_share_pct": "4.99"}, "m", (0, 0)),
    (BANDS, {"segment_share_pct": "5"}, "p", (2, 4)),
    (BANDS, {}, "?", (0, 4)),
    (
        BANDS + '\ndecided = "expert_ip_advanced"',
        {"segment_share_pct": "5", "expert_ip_advanced": "3"},
        "m",
        (3, 3),
    ),
    (
        BANDS + '\ndecided = "expert_ip_advanced"',
        {"segment_share_pct": "5", "expert_ip_advanced": "4.5"},
        "p",
        (2, 4),
    ),
    (BANDS + '\ndecided = "expert_ip_advanced"', {"expert_ip_advanced": "3"}, "?", (0, 4)),
    (CASES, {"listed": True}, "m", (9, 9)),
    (CASES, {"listed": False, "good_reputation_decided": True}, "p", (4, 5)),
    (CASES, {"listed": False, "good_reputation_decided": False}, "m", (1, 1)),
    (CASES, {"listed": False}, "p", (1, 5)),
    (CASES, {}, "?", (1, 9)),
    (CASES, {"good_reputation_decided": True}, "?", (4, 9)),
    (BEST, {"zjtx_dev_score": "3"}, "m", (5, 5)),
    (BEST, {"zjtx_dev_score": "9"}, "m", (8, 8)),
    (BEST, {}, "?", (5, 8)),
    ('kind = "given"\nvalue = "zjtx_dev_score"', {}, "?", (0, None)),
    ('kind = "given"\nvalue = "zjtx_dev_score"', {"zjtx_dev_score": "0"}, "m", (0, 0)),
    ('kind = "expert_range"\npoints = [2, 3]', {}, "p", (2, 3)),
    ('kind = "expert_range"\npoints = 3', {}, "m", (3, 3)),
    (
        'kind = "multi_select_capped"\neach = 2\noptions = ["listed", "own_brand"]',
        {"listed": True},
        "?",
        (2, 4),
    ),
    (
        'kind = "multi_select_capped"\neach = 2\nmax = 2\noptions = ["listed", "own_brand"]',
        {"listed": True},
        "m",
        (2, 2),
    ),
    ('kind = "expert_range"\npoints = 3\n' + GUARD, {"listed": True}, "m", (3, 3)),
    ('kind = "expert_range"\npoints = 3\n' + GUARD, {"listed": False}, "-", (0, 0)),
    ('kind = "expert_range"\npoints = 3\n' + GUARD, {}, "?", (0, 3)),
    ('kind = "expert_range"\npoints = 3\n' + BY_PERSON, {}, "p", (0, 3)),
    ('kind = "expert_range"\npoints = 0\n' + GUARD, {}, "m", (0, 0)),
]


@pytest.mark.parametrize(("body", "values", "letter", "points"), ITEMS)
def test_an_item_of_a_score(
    tmp_path: Path, body: str, values: dict[str, object], letter: str, points: tuple[float, float | None]
) -> None:
    typed = {name: D(value) if isinstance(value, str) else value for name, value in values.items()}
    ruling = judged(tmp_path, item(body), **typed)
    found = ruling.clause("item")
    assert (found.state, found.points) == (
        LETTERS[letter],
        Range(*(None if one is None else D(one) for one in points)),
    )
    assert ruling.score == found.points, "a score of one item is that item"
    assert bool(found.missing) is (letter == "?")


REACHED = clause('kind = "score_reached"\nof = "one"\nge = 5', "two")


@pytest.mark.parametrize(
    ("score", "letter"), [(None, "?"), (0, "u"), ("4.99", "u"), (5, "m"), (9, "m")]
)  # fmt: skip
def test_a_score_that_must_be_reached(tmp_path: Path, score: object, letter: str) -> None:
    seen = D(score) if isinstance(score, str) else score
    ruling = judged(tmp_path, item('kind = "given"\nvalue = "zjtx_dev_score"') + REACHED, zjtx_dev_score=seen)
    assert ruling.clause("two").state is LETTERS[letter]


def test_a_score_that_does_not_apply_is_not_to_be_reached(tmp_path: Path) -> None:
    body = item('kind = "given"\nvalue = "zjtx_dev_score"', head='only = ["re_review"]') + REACHED
    ruling = judged(tmp_path, body, zjtx_dev_score=9)
    assert ruling.clause("two").state is ruling.verdict is State.NOT_APPLICABLE and ruling.score is None
    assert judged(tmp_path, body, kind="re_review", zjtx_dev_score=9).verdict is State.MET


def test_an_empty_limit_is_unknown_and_an_empty_cap_is_none(tmp_path: Path) -> None:
    """A minimum nobody has told leaves the score unknown; a cap nobody has told caps nothing."""
    least = f'[[parameter]]\nname = "least"\n{LABEL}unit = "分"\n'
    for key, state in (("minimum", State.UNKNOWN), ("max", State.MET)):
        body = item('kind = "given"\nvalue = "zjtx_dev_score"', head=f'{key} = {{ parameter = "least" }}')
        pack = read(tmp_path, body, head=least)
        ruling = judge_pack(pack, firm(zjtx_dev_score=90), on=ON)
        assert ruling.clause("one").state is state and ruling.score == Range.exactly(D(90))


def test_at_least_of_an_empty_number_is_unknown_and_names_it(tmp_path: Path) -> None:
    count = f'[[parameter]]\nname = "count"\n{LABEL}unit = ""\n'
    body = clause('kind = "at_least"\nn = { parameter = "count" }\nfields = ["listed", "own_brand"]')
    ruling = judge_pack(read(tmp_path, body, head=count), firm(listed=True, own_brand=True), on=ON)
    assert (ruling.verdict, ruling.missing) == (State.UNKNOWN, ("parameter:count",))


def test_every_kind_of_condition_and_score_stands_in_this_file() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    untold = {kind for kind in KIND_OF.values() if f'kind = "{kind}"' not in text}
    assert untold == {"part", "per_step", "ratio_to_base"}, (
        "a part has no kind; steps and ratios: formula cases"
    )


@pytest.mark.parametrize(
    ("on", "years", "days", "back"),
    [
        ("2024-02-29", 1, 0, "2023-02-28"), ("2024-02-29", 4, 0, "2020-02-29"), ("2024-02-29", 0, 60, "2023-12-31"), ("2024-03-01", 1, 0, "2023-03-01"),
        ("2023-03-01", 0, 1, "2023-02-28"), ("2024-03-01", 0, 1, "2024-02-29"), ("2024-01-01", 0, 1, "2023-12-31"),
        ("2024-01-01", 1, 1, "2022-12-31"), ("2024-06-30", 0, 0, "2024-06-30"),
    ],
)  # fmt: skip
def test_so_many_years_and_days_before(on: str, years: int, days: int, back: str) -> None:
    assert days_before(day(on), years=years, days=days) == day(back)
    assert days_before(day(on), years=years, days=days + 1) == day(back) - timedelta(days=1)
