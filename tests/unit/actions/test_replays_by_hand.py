"""Replays by hand: ranks and their agreement, who rises and falls, counties, levels, moved weights; kept and shown again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from per_mu_rows import NUMBERS, ON, REGION, SHARES, TIER, D, firm, pack, version
from rules_house import HEAD, PACKS, VERSION, clause, written

from jiqun.actions import judging_replay
from jiqun.actions.judging_files import FirmFile
from jiqun.actions.judging_replay import Replay, Side, _agreement, _levels, _move, _ranks, replay_firms
from jiqun.actions.policy_numbers import with_values
from jiqun.actions.reading.policy_replays import MovesAsk, _cost, _is_wanted, _signed
from jiqun.actions.reading.statements import Label
from jiqun.actions.replay_files import Moved, ReplayFiles
from jiqun.core.errors import NotFound
from jiqun.lake.judge_run import ColumnRuling
from jiqun.rules.firm import Firm
from jiqun.rules.judge import judge
from jiqun.rules.pack import Version
from jiqun.rules.ranges import Range
from jiqun.rules.ranking import Ranked, grades
from jiqun.rules.reader import read_pack
from jiqun.rules.tree import RankQuota
from jiqun.rules.truth import State

R = "r20230901080000" + "0" * 12


def ruling(
    points: int | None = None, level: str = "", verdict: State = State.MET, uscc: str = "1"
) -> ColumnRuling:
    """What the judge says of a firm."""
    score = None if points is None else Range.exactly(D(points))
    return ColumnRuling(uscc, REGION, verdict, score, level, (level,) if level else (), {}, {}, {})


def by_rows(
    of: Version, firms: Sequence[Firm], *, parameters: dict[tuple[str, str], dict[str, Decimal | None]], on: date,
    kind: str, tier_field: str,
) -> list[ColumnRuling]:  # fmt: skip
    """The row judge in place of the columns, each county and tier ranked by itself."""
    found: list[ColumnRuling] = []
    for one in firms:
        held = parameters[one.region, str(one.values[tier_field])]
        said = judge(of, one, parameters=held, on=on, kind=kind)
        found.append(
            ColumnRuling(one.uscc, one.region, said.verdict, said.score, "", said.levels, {}, {}, {})
        )
    for key, held in parameters.items():
        group = [place for place, one in enumerate(firms) if (one.region, str(one.values[tier_field])) == key]
        ranked = [Ranked(str(n), _exact(found[n]), found[n].levels) for n in group]
        assert isinstance(of.grading, RankQuota)
        for place, level in grades(of.grading, ranked, held).items():
            found[int(place)] = replace(found[int(place)], level=level)
    return found


def _exact(one: ColumnRuling) -> Decimal | None:
    return one.score.exact if one.score else None


def side(**numbers: Decimal | None) -> Side:
    """The pack with the numbers by hand and these."""
    sets = with_values(pack().sets, (REGION, TIER), ON, {**NUMBERS, **SHARES, **numbers})
    return Side(replace(pack(), sets=sets), version(), ON)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged firm by firm."""
    monkeypatch.setattr(judging_replay, "judge_firms", by_rows)


FIRMS = tuple(
    firm(str(n), tax, power)
    for n, (tax, power) in enumerate(((100, 100), (80, 20), (60, 60), (40, 10), (20, 20)))
)
"""万元/亩 10 8 6 4 2, 元/千瓦时 1 4 1 4 1: points 80 128 56 104 32, so the grades are B A C B D."""


def played(before: Side, after: Side) -> Replay:
    """The five firms by both sides."""
    return replay_firms((before, after), FirmFile("表.csv", "", FIRMS, (), ()), "new")


def test_ranks_share_the_mean_of_their_places() -> None:
    assert _ranks([D(90), D(80), D(80), D(70)]) == [1, D("2.5"), D("2.5"), 4]
    assert _ranks([D(5), D(5), D(5)]) == [2, 2, 2]
    assert _ranks([]) == []


@pytest.mark.parametrize(
    ("before", "after", "agreement", "moved"),
    [
        ([3, 2, 1], [3, 2, 1], "1", 0),
        ([3, 2, 1], [3, 1, 2], "0.5", 2),  # 1 − 6 × (0 + 1 + 1) ÷ (3 × 8)
        ([3, 2, 1], [1, 2, 3], "-1", 2),
        ([4, 3, 2, 1], [3, 4, 1, 2], "0.6", 4),  # 1 − 6 × 4 ÷ (4 × 15)
        ([3, 2, 1], [3, 3, 1], "0.8660", 2),  # ranks 1.5 1.5 3: shared 1.5, spread 2 × 1.5, 1.5 ÷ √3
        ([2, 2, 2], [3, 2, 1], "1", 0),  # no order there to change
        ([3], [9], "1", 0),
        ([3, None, 1], [3, 2, None], "1", 0),  # one pair is known on both sides
    ],
)
def test_agreement_by_hand(
    before: list[int | None], after: list[int | None], agreement: str, moved: int
) -> None:
    assert _agreement([ruling(one) for one in before], [ruling(one) for one in after]) == (
        D(agreement),
        moved,
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_agreement_is_alike_both_ways_and_never_beyond_one(pairs: list[tuple[int, int]]) -> None:
    one, other = ([ruling(pair[at]) for pair in pairs] for at in (0, 1))
    assert _agreement(one, other)[0] == _agreement(other, one)[0]
    assert -1 <= _agreement(one, other)[0] <= 1 and _agreement(one, one) == (1, 0)


@pytest.mark.parametrize(
    ("before", "after", "way", "told"),
    [
        (ruling(50, "C"), ruling(60, "B"), 1, ("C 50.00", "B 60.00")),
        (ruling(60, "A"), ruling(90, "D"), -1, ("A 60.00", "D 90.00")),  # the grade, not the points
        (ruling(60, "B"), ruling(90, "B"), 0, ("B 60.00", "B 90.00")),
        (ruling(60), ruling(60, "D"), 0, ("met 60.00", "D 60.00")),  # graded on one side only: met both times
        (ruling(None, "", State.UNKNOWN), ruling(60, "D"), 1, ("unknown", "D 60.00")),
        (ruling(60, "A"), ruling(None, "", State.NOT_APPLICABLE), -1, ("A 60.00", "not_applicable")),
        (ruling(None, "", State.UNMET), ruling(None, "", State.UNKNOWN), 1, ("unmet", "unknown")),
        (
            ruling(90),
            ruling(60),
            0,
            ("met 90.00", "met 60.00"),
        ),  # where grades are given points alone move nobody
    ],
)
def test_who_rises_and_who_falls(
    before: ColumnRuling, after: ColumnRuling, way: int, told: tuple[str, str]
) -> None:
    found, move = _move(FirmFile("", "", FIRMS, (), ()), 0, (before, after), (side(), side()))
    assert (found, move.before, move.after, move.name) == (way, *told, "企业0")


def test_points_decide_where_a_rule_has_no_grades(tmp_path: Path) -> None:
    plain = read_pack(written(tmp_path, HEAD + VERSION + clause('kind = "flag"\nfield = "own_brand"')), PACKS)
    one = Side(plain, plain.versions[0], ON)
    file = FirmFile("", "", FIRMS, (), ())
    assert _move(file, 0, (ruling(60), ruling(61)), (one, one))[0] == 1
    assert _move(file, 0, (ruling(60), ruling(99, "", State.UNMET)), (one, one))[0] == -1
    assert one.name == f"{plain.key} one 2023-09-01"


def test_levels_before_and_after_count_every_firm() -> None:
    old = [ruling(1, "A"), ruling(1, "B"), ruling(None, "", State.UNKNOWN)]
    new = [ruling(1, "A"), ruling(1, "A"), ruling(1, "D")]
    assert _levels(old, new) == {"A": (1, 2), "B": (1, 0), "D": (0, 1), "unknown": (1, 0)}


@pytest.mark.usefixtures("rows")
def test_the_same_on_both_sides_moves_nobody() -> None:
    found = played(side(amount_reward=D(10)), side(amount_reward=D(10)))
    assert (found.firms, found.same, found.rises, found.falls) == (5, 5, (), ())
    assert found.flows == {("A", "A"): 1, ("B", "B"): 2, ("C", "C"): 1, ("D", "D"): 1}
    reward = next(one for one in found.costs if one.measure == "reward")
    assert (reward.before.total, reward.difference) == (30, 0)  # one A, two B, 10 each


@pytest.mark.usefixtures("rows")
def test_other_weights_move_who_they_should() -> None:
    after = side(weight_tax_per_mu=D(100), weight_tax_per_kwh=D(0), amount_reward=D(10))
    found = played(side(amount_reward=D(10)), after)  # points 100 80 60 40 20: A B B C D
    assert [(one.uscc, one.before, one.after) for one in found.rises] == [
        ("0", "B 80.00", "A 100.00"), ("2", "C 56.00", "B 60.00"),
    ]  # fmt: skip
    assert [(one.uscc, one.before, one.after) for one in found.falls] == [
        ("1", "A 128.00", "B 80.00"), ("3", "B 104.00", "C 40.00"),
    ]  # fmt: skip
    assert found.same == 1 and found.levels == {"A": (1, 1), "B": (2, 2), "C": (1, 1), "D": (1, 1)}
    (here,) = found.regions
    assert (here.region, here.firms, here.rises, here.falls) == (REGION, 5, 2, 2)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("at_once", [200_000, 1])
def test_each_weight_is_moved_a_tenth_both_ways(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(judging_replay, "AT_ONCE", at_once)
    heard: list[int] = []
    file = FirmFile("", "", (firm("0", 100, 100), firm("1", 85, 85), firm("2", 20, 10)), (), ())
    # points 60 + 20 = 80, 51 + 20 = 71, 12 + 40 = 52; no tenth changes the order; 0.2 × 3 = 0.6: no A
    found = replay_firms((side(), side()), file, "new", lambda what, done, total: heard.append(done))
    told = [(one.weight, one.change, one.agreement, one.moved, one.regraded) for one in found.stability]
    names = [name for name in ("weight_tax_per_mu", "weight_tax_per_kwh") for _ in range(2)]
    assert [one for one in told if one[0] in names] == [
        (name, change, 1, 0, 0) for name, change in zip(names, ("-10 %", "+10 %") * 2, strict=True)
    ]
    assert heard == [0, 1, 2]


@pytest.mark.usefixtures("rows")
def test_a_close_race_is_turned_by_a_tenth() -> None:
    file = FirmFile("", "", (firm("0", 100, 100), firm("1", 38, 13)), (), ())
    # 60 + 20 = 80 and 22.8 + 20 × 38 ÷ 13 = 81.3; with 66 for tax 86 and 83.5: the order turns; with 54 it stays
    shares = {"quota_a": D(50), "quota_b": D(50)}
    found = replay_firms((side(**shares), side(**shares)), file, "new")
    told = {(one.weight, one.change): (one.agreement, one.moved, one.regraded) for one in found.stability}
    assert told["weight_tax_per_mu", "+10 %"] == (-1, 2, 2)
    assert told["weight_tax_per_mu", "-10 %"] == (1, 0, 0)
    assert told["weight_tax_per_kwh", "-10 %"] == (-1, 2, 2)  # 78 and 22.8 + 52.6 = 75.4


@pytest.mark.usefixtures("rows")
def test_what_came_of_it_is_kept_and_read_again(tmp_path: Path) -> None:
    found = played(side(), side(weight_tax_per_mu=D(100), weight_tax_per_kwh=D(0), amount_reward=D("0.1")))
    store = ReplayFiles(tmp_path)
    (tmp_path / R).mkdir()
    assert store.moves(R) == ()
    store.keep_result(R, found)
    assert [(one.way, one.uscc) for one in store.moves(R)] == [
        ("rise", "0"), ("rise", "2"), ("fall", "1"), ("fall", "3"),
    ]  # fmt: skip
    told = store.result(R)
    assert (told["rises"], told["falls"], told["same"], told["firms"]) == (2, 2, 1, 5)
    assert ["B", "A", 1] in told["flows"] and told["levels"]["A"] == [1, 1]
    reward = next(one for one in told["costs"] if one["measure"] == "reward")
    assert (reward["before"]["total"], reward["after"]["total"]) == (
        None,
        "0.3",
    )  # money is text, never a float
    assert all(isinstance(one["agreement"], str) for one in told["stability"])
    for id in ("r1", "../etc", R.replace("r", "d", 1)):
        with pytest.raises(NotFound, match=r"replay\.not_found"):
            store.read(id)


UP = Moved("rise", "91330624MA2", "新昌轴承", "330624", "B", "A")


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (MovesAsk(), True),
        (MovesAsk("rise"), True),
        (MovesAsk("fall"), False),
        (MovesAsk("sideways"), True),  # no way at all asks for both
        (MovesAsk(region="330683"), False),
        (MovesAsk(text="轴承"), True),
        (MovesAsk(text="MA2"), True),
        (MovesAsk("rise", "330624", "模具"), False),
    ],
)
def test_moves_that_are_asked_for(ask: MovesAsk, wanted: bool) -> None:
    assert _is_wanted(UP, ask) is wanted


def test_money_on_the_page_is_a_total_or_the_part_that_is_known() -> None:
    unit = Label("万元", "10k yuan")
    part = _cost({"firms": 3, "open": 0, "known": "7.005", "total": None}, unit)
    assert (part.total, part.known, part.firms) == ("", "7", 3)  # 7.005 to two places, halves to even
    whole = _cost({"firms": 3, "open": 0, "known": "7.5", "total": "7.5"}, unit)
    assert (whole.total, whole.known) == ("7.5", "")
    none = _cost({"firms": 3, "open": 0, "known": "0", "total": None}, unit)
    assert (none.total, none.known) == ("", "")
    assert [_signed(D(one)) for one in ("2", "-2", "0")] == ["+2", "-2", "0"]


def test_a_sankey_has_a_node_for_each_side() -> None:
    from jiqun.web.policy_charts import sankey

    words = (("A", Label("甲", "first")), ("met", Label("符合", "met")))
    flows = (("met", "A", 3), ("A", "A", 2), ("met", "gone", 1))
    found = sankey(SimpleNamespace(words=words, flows=flows), "zh")  # type: ignore[arg-type]
    assert [(one["name"], one["say"], one["depth"]) for one in found["nodes"]] == [
        ("0:A", "甲", 0), ("0:met", "符合", 0), ("1:A", "甲", 1), ("1:gone", "gone", 1),
    ]  # fmt: skip
    assert sum(one["value"] for one in found["links"]) == 6 and found["unit"] == "家"
    names = {one["name"] for one in found["nodes"]}
    assert all({one["source"], one["target"]} <= names for one in found["links"])


def test_a_scatter_speaks_one_language() -> None:
    from jiqun.web.policy_charts import scatter

    page = SimpleNamespace(
        axes=((Label("税", "tax"), Label("万元", "CNY")),), grades=[SimpleNamespace(label=Label("甲", "first"))],
        points=((1.5, 2.5, 7),), names=("某",), addresses=("/x",), marks="-",
    )  # fmt: skip
    found = scatter(page, "en")  # type: ignore[arg-type]
    assert (found["axes"], found["grades"], found["none"]) == (["tax (CNY)"], ["first"], "no grade")
    assert found["points"] == [[1.5, 2.5]] and found["marks"] == "-"
