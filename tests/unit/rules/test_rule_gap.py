"""How far a firm is: in its own units, by the way that asks least, with what cannot be changed told apart; grades by rank."""

# ruff: noqa: E501 - rules and rows written out, one a line

from datetime import date
from decimal import Decimal
from pathlib import Path

from rules_house import HEAD, ON, PACKS, VERSION, clause, firm, shipped, written

from jiqun.rules.gap import distance, nearest
from jiqun.rules.judge import judge_pack
from jiqun.rules.ranking import Ranked, grades
from jiqun.rules.reader import read_pack
from jiqun.rules.ruling import Ruling
from jiqun.rules.tree import RankQuota
from jiqun.rules.truth import State

D = Decimal

DAY = date(2026, 6, 1)


def giant(**changed: object) -> Ruling:
    pack = shipped()["national/little_giant"]
    from jiqun.rules.cases import run_cases

    values = dict(next(one for one in run_cases(pack) if one.case.key == "meets_2026").case.firm.values)
    return judge_pack(pack, firm(**{**values, **changed}), on=DAY)  # type: ignore[arg-type]


def test_a_firm_that_meets_all_has_no_way_to_go() -> None:
    assert distance(giant()).gaps == ()


def test_what_is_short_is_told_in_its_own_unit() -> None:
    away = distance(
        giant(rd_expense_wan=620, **{"rd_expense_wan@-1": 460, "operating_revenue_wan@-1": 15000})
    )
    (gap,) = away.gaps
    assert (gap.clause, gap.value, gap.needed, gap.short, gap.unit) == (
        "rd_sum",
        D(1080),
        D(1200),
        D(120),
        "万元",
    )
    assert gap.share == D("0.1") and not away.closed


def test_what_is_too_much_is_short_the_other_way() -> None:
    (gap,) = distance(giant(total_liabilities_wan=8000)).gaps
    assert (gap.clause, gap.short, gap.unit) == ("debt_ratio", D(5), "%")


def test_of_several_ways_the_one_that_asks_least() -> None:
    (share,) = distance(giant(segment_share_pct=9, domestic_rank=30)).gaps
    assert (share.clause, share.top, share.short) == ("market.1", "market", D(1))
    (ip,) = distance(giant(class1_ip_self_filed_top3=3)).gaps
    assert (ip.clause, ip.short) == ("ip.condition", D(1)), (
        "an award within three years cannot be made up for"
    )


def test_a_veto_names_what_is_so() -> None:
    (gap,) = distance(giant(abnormal_list=True)).gaps
    assert gap.clause == "no_violation.1" and gap.value is True and gap.state is State.UNMET


def test_what_cannot_be_changed_within_a_year_closes_the_way() -> None:
    away = distance(giant(segment_years=2))
    assert away.closed and away.unmet[0].short == D(1)


def test_the_unknown_is_a_paper_to_bring_and_the_manual_waits_for_a_person() -> None:
    away = distance(giant(zjtx_dev_score=None, product_key_field_decided=None))
    assert [(one.state, one.missing) for one in away.gaps] == [
        (State.MANUAL, ()),
        (State.UNKNOWN, ("zjtx_dev_score",)),
    ]


def test_the_nearest_rung_asks_least_and_weights_are_the_offices() -> None:
    near, far = (
        distance(giant(class1_ip_self_filed_top3=3)),
        distance(giant(class1_ip_self_filed_top3=3, zjtx_dev_score=50)),
    )
    assert nearest([far, near]) is near and nearest([]) is None
    heavy = distance(giant(class1_ip_self_filed_top3=3), effort={"ip": D(5)})
    assert heavy.effort == D(5) and nearest([heavy, far]) is far


def test_of_a_score_the_points_that_are_short(tmp_path: Path) -> None:
    body = clause('kind = "score_sum"\nminimum = 60') + (
        '[[version.clause.part]]\nid = "part"\nlabel = { zh = "部", en = "part" }\nminimum = 20\n[[version.clause.part.item]]\n'
        'kind = "given"\nvalue = "zjtx_dev_score"\nmax = 100\n'
    )
    pack = read_pack(written(tmp_path, HEAD + VERSION + body), PACKS)
    gaps = distance(judge_pack(pack, firm(zjtx_dev_score=15), on=ON)).gaps
    assert [(one.clause, one.short) for one in gaps] == [("part", D(5)), ("one", D(45))]


# Grades by rank

SHARES = {"quota_a": D(20), "quota_b": D(50), "quota_c": D(20)}
ALL = ("A", "B", "C", "D")


def quota() -> RankQuota:
    grading = shipped()["zhejiang/per_mu"].versions[0].grading
    assert isinstance(grading, RankQuota)
    return grading


def test_ten_firms_are_cut_at_the_shares() -> None:
    firms = [Ranked(str(n), D(100 - n), ALL) for n in range(10)]
    found = grades(quota(), firms, SHARES)
    assert "".join(found[str(n)] for n in range(10)) == "AABBBBBCCD"


def test_equal_scores_share_the_better_grade_and_a_veto_holds_one_down() -> None:
    firms = [Ranked("a", D(90), ALL), Ranked("b", D(80), ALL), Ranked("c", D(80), ALL), Ranked("d", D(80), ("C", "D")),
             Ranked("e", D(10), ALL)]  # fmt: skip
    found = grades(quota(), firms, {"quota_a": D(40), "quota_b": D(20), "quota_c": D(20)})
    assert found == {"a": "A", "b": "A", "c": "A", "d": "C", "e": "D"}


def test_without_shares_or_without_a_score_nobody_is_graded() -> None:
    firms = [Ranked("a", D(90), ALL), Ranked("b", None, ALL), Ranked("v", D(95), ("D",))]
    assert grades(quota(), firms, {"quota_a": None}) == {"a": "", "b": "", "v": "D"}
    assert grades(quota(), firms, SHARES) == {"a": "D", "b": "", "v": "D"}, (
        "one firm alone is beyond every share below 100"
    )
