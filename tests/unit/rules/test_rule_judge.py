"""The row judge: worked vectors of the packs, the four values through the tree, bands, ratios, guards, levels."""

# ruff: noqa: E501 - rules and rows written out, one a line

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_house import HEAD, ON, PACKS, VERSION, clause, firm, shipped, values_for, written

from jiqun.core.errors import InputError
from jiqun.core.states import NEVER
from jiqun.rules.firm import Firm
from jiqun.rules.judge import judge, judge_pack, parameters_for
from jiqun.rules.pack import Pack
from jiqun.rules.ranges import Range, shown
from jiqun.rules.reader import read_pack
from jiqun.rules.ruling import Ruling
from jiqun.rules.truth import State

D = Decimal

SIX = {
    "per_mu_tier": "规上", "land_own_mu": 8, "land_leased_in_mu": 3, "land_leased_out_mu": 1, "tax_paid_wan": 300,
    "industrial_value_added_wan": 1500, "energy_tce": 500, "pollutant_t": 0.3, "employees": 75, "rd_expense_wan": 125,
    "main_business_revenue_wan": 5000,
}  # fmt: skip


def judged(tmp_path: Path, body: str, on: date = ON, kind: str = "new", **values: object) -> Ruling:
    pack = read_pack(written(tmp_path, HEAD + VERSION + body), PACKS)
    return judge_pack(pack, firm(**values), on=on, kind=kind)  # type: ignore[arg-type]


def scored(item: str) -> str:
    return clause('kind = "score_sum"') + (
        '[[version.clause.part]]\nid = "part"\nlabel = { zh = "部", en = "part" }\n[[version.clause.part.item]]\n'
        f'id = "item"\nlabel = {{ zh = "项", en = "item" }}\n{item}\n'
    )


# Worked vectors


def test_huangyan_2022_gives_111_10() -> None:
    ruling = judge_pack(shipped()["zhejiang/per_mu"], firm(**SIX), on=date(2023, 9, 1))
    assert ruling.score is not None and ruling.score.exact is not None
    assert str(ruling.score.exact)[:8] == "111.0995" and str(shown(ruling.score.exact)) == "111.10"
    assert ruling.clause("tax_per_mu").value == 30 and ruling.clause("tax_per_mu").period == "2022"
    assert ruling.clause("rd_share").value == D("2.5") and ruling.clause("rd_share").unit == "%"
    assert ruling.level == "" and ruling.levels == ("A", "B", "C", "D"), "quotas are not published"


def test_at_the_bases_it_is_exactly_100() -> None:
    tce, emission, head = D("2.694"), D("4929.81"), D("18.14")
    added = D("136.16") * tce * emission * head
    land = added / D("136.16")
    at_base = firm(
        per_mu_tier="规上", land_own_mu=0, industrial_value_added_wan=added, energy_tce=added / tce, land_leased_in_mu=land,
        land_leased_out_mu=0, tax_paid_wan=D("24.097") * land, pollutant_t=D("136.16") * tce * head,
        employees=D("136.16") * tce * emission, rd_expense_wan=D("3.02"), main_business_revenue_wan=100,
    )  # fmt: skip
    ruling = judge_pack(shipped()["zhejiang/per_mu"], at_base, on=date(2023, 9, 1))
    assert ruling.score == Range.exactly(D(100)) and ruling.verdict is State.MET


def test_2026_new_and_re_review_take_different_versions() -> None:
    pack = shipped()["national/little_giant"]
    day = date(2026, 6, 1)
    assert pack.version_on(day, "new").key == "2026" and pack.version_on(day, "re_review").key == "2022"
    assert pack.version_on(date(2026, 3, 31), "new").key == "2022"
    assert pack.version_on(date(2027, 1, 1), "re_review").key == "2026"
    with pytest.raises(InputError, match=r"pack\.no_version"):
        pack.version_on(date(2022, 7, 31))
    with pytest.raises(InputError, match=r"pack\.no_kind"):
        pack.version_on(day, "renewal")


def test_an_unmet_clause_beats_an_unknown_one() -> None:
    pack = shipped()["national/little_giant"]
    told = judge_pack(pack, firm(segment_years=2), on=date(2026, 6, 1))
    assert told.verdict is State.UNMET
    assert judge_pack(pack, firm(segment_years=3), on=date(2026, 6, 1)).verdict is State.UNKNOWN


def test_a_missing_paper_is_named() -> None:
    ruling = judge_pack(shipped()["national/little_giant"], firm(rd_expense_wan=700), on=date(2026, 6, 1))
    assert ruling.clause("rd_sum").missing == ("rd_expense_wan@-1",)
    assert ruling.clause("rd_sum").period == "2024–2025"
    assert "rd_expense_wan@-1" in ruling.missing


def test_an_empty_parameter_is_unknown_and_named() -> None:
    ruling = judge_pack(shipped()["zhejiang/per_mu"], firm(region="330624", **SIX), on=date(2023, 9, 1))
    assert ruling.verdict is State.UNKNOWN
    assert "parameter:base_tax_per_mu" in ruling.clause("tax_per_mu").missing


def test_the_rule_for_missing_emissions_is_asked_only_where_they_are_missing() -> None:
    pack = shipped()["zhejiang/per_mu"]
    without = {key: value for key, value in SIX.items() if key != "pollutant_t"}
    points = {
        told: judge_pack(pack, firm(**without, emissions_recorded=told), on=ON)
        .clause("value_added_per_emission")
        .points
        for told in (True, False, None)
    }
    assert points[False] == Range.exactly(D(10)) and points[True] == points[None] == Range(None, None)
    assert (
        judge_pack(pack, firm(**SIX, emissions_recorded=False), on=ON).score
        == judge_pack(pack, firm(**SIX), on=ON).score
    )


def test_no_land_is_no_number() -> None:
    ruling = judge_pack(shipped()["zhejiang/per_mu"], firm(**{**SIX, "land_leased_out_mu": 11}), on=ON)
    assert ruling.verdict is State.UNKNOWN and ruling.clause("tax_per_mu").undefined


# Nodes one by one

BANDS = 'kind = "band_table"\nvalue = "segment_share_pct"\nunit = "%"\nbands = [{ to = 10, points = 0 }, { from = 10, to = 20, points = 5 }, { from = 20, points = 2 }]'


@pytest.mark.parametrize(
    ("boundary", "at_10", "at_20"),
    [("higher_score", 5, 5), ("half_open", 5, 2), ("right_closed", 0, 5)],
)
def test_who_owns_the_edge_of_a_band(tmp_path: Path, boundary: str, at_10: int, at_20: int) -> None:
    body = scored(f'{BANDS}\nboundary = "{boundary}"')
    for value, points in ((10, at_10), (20, at_20), (9.99, 0), (15, 5), (21, 2)):
        ruling = judged(tmp_path, body, segment_share_pct=value)
        assert ruling.score == Range.exactly(D(points)), value
    assert judged(tmp_path, body).score == Range(D(0), D(5))


@pytest.mark.parametrize(
    ("body", "values", "state"),
    [
        ('kind = "flag"\nfield = "own_brand"\nis = false', {"own_brand": False}, State.MET),
        ('kind = "one_of"\nfield = "rd_institution"\nchoices = ["省级"]', {"rd_institution": "市级"}, State.UNMET),
        ('kind = "within"\nfield = "maker_top50_on"\nyears = 3', {"maker_top50_on": date(2020, 9, 1)}, State.MET),
        ('kind = "within"\nfield = "maker_top50_on"\nyears = 3', {"maker_top50_on": date(2020, 8, 31)}, State.UNMET),
        ('kind = "within"\nfield = "maker_top50_on"\nyears = 3', {"maker_top50_on": date(2023, 9, 2)}, State.UNMET),
        ('kind = "within"\nfield = "maker_top50_on"\nyears = 3', {"maker_top50_on": NEVER}, State.UNMET),
        ('kind = "aged"\nfield = "established_on"\ndays = 365', {"established_on": date(2022, 9, 1)}, State.MET),
        ('kind = "aged"\nfield = "established_on"\ndays = 365', {"established_on": date(2022, 9, 2)}, State.UNMET),
        ('kind = "title_held"\nfield = "title_zjtx_until"', {"title_zjtx_until": ON}, State.MET),
        ('kind = "title_held"\nfield = "title_zjtx_until"', {"title_zjtx_until": NEVER}, State.UNMET),
        ('kind = "manual"\ndecided = "good_reputation_decided"', {}, State.MANUAL),
        ('kind = "manual"\ndecided = "good_reputation_decided"', {"good_reputation_decided": False}, State.UNMET),
        ('kind = "veto"\nfields = ["abnormal_list", "dishonest_list"]', {"abnormal_list": False}, State.UNKNOWN),
        ('kind = "veto"\nfields = ["abnormal_list", "dishonest_list"]', {"abnormal_list": True}, State.UNMET),
        ('kind = "at_least"\nn = 2\nfields = ["scene_design", "scene_process", "scene_service"]\nge = 3\nunit = "级"',
         {"scene_design": 3, "scene_process": 4}, State.MET),
        ('kind = "at_least"\nn = 2\nfields = ["scene_design", "scene_process", "scene_service"]\nge = 3\nunit = "级"',
         {"scene_design": 2, "scene_process": 4}, State.UNKNOWN),
        ('kind = "compare"\nvalue = "operating_revenue_wan"\nge = 0.5\nunit = "亿元"', {"operating_revenue_wan": 5000}, State.MET),
        ('kind = "compare"\nvalue = "operating_revenue_wan"\ngt = 5000\nunit = "万元"', {"operating_revenue_wan": 5000}, State.UNMET),
        ('kind = "compare"\nvalue = "domestic_rank"\neq = 1\nunit = "位"', {"domestic_rank": 1}, State.MET),
    ],
)  # fmt: skip
def test_each_kind_of_condition(tmp_path: Path, body: str, values: dict[str, object], state: State) -> None:
    ruling = judged(tmp_path, clause(body), **values)
    assert ruling.verdict is state
    empty = judged(tmp_path, clause(body))
    assert empty.verdict is (State.MANUAL if "manual" in body else State.UNKNOWN)


@pytest.mark.parametrize(
    ("item", "values", "points"),
    [
        ('kind = "expert_range"\npoints = [7, 8]', {}, (7, 8)),
        ('kind = "expert_range"\npoints = [7, 8]\ndecided = "expert_ip_advanced"', {"expert_ip_advanced": 7.5}, (7.5, 7.5)),
        ('kind = "per_step"\nvalue = "segment_years"\nunit = "年"\nstep = 2\npoints = 1\nmax = 5', {"segment_years": 7}, (3, 3)),
        ('kind = "per_step"\nvalue = "segment_years"\nunit = "年"\nstep = 2\npoints = 1\nmax = 5', {}, (0, 5)),
        ('kind = "multi_select_capped"\noptions = ["own_brand", "quality_award", "listed"]\neach = 3\nmax = 5',
         {"own_brand": True, "quality_award": True, "listed": False}, (5, 5)),
        ('kind = "multi_select_capped"\noptions = ["own_brand", { field = "listed", points = 0.9 }]\neach = 3', {"own_brand": True}, (3, 3.9)),
        ('kind = "given"\nvalue = "province_characteristic_points"\nmax = 15', {}, (0, 15)),
        ('kind = "given"\nvalue = "province_characteristic_points"\nmax = 15', {"province_characteristic_points": 20}, (15, 15)),
        (('kind = "first_match"\notherwise = 0\ncase = [{ when = { kind = "compare", value = "class1_ip_high_value", ge = 1, unit = "件" },'
         ' points = 20 }, { when = { kind = "compare", value = "class1_ip", ge = 1, unit = "件" }, points = 10 }]'),
         {"class1_ip": 1}, (10, 20)),
        (('kind = "best_of"\nof = [{ kind = "given", value = "province_characteristic_points", max = 5, label = { zh = "甲", en = "a" } },'
         ' { kind = "expert_range", points = [2, 3], label = { zh = "乙", en = "b" } }]'), {"province_characteristic_points": 1}, (2, 3)),
    ],
)  # fmt: skip
def test_each_kind_of_points(
    tmp_path: Path, item: str, values: dict[str, object], points: tuple[float, float]
) -> None:
    low, high = (D(str(end)) for end in points)
    ruling = judged(tmp_path, scored(item), **values)
    assert ruling.score == Range(low, high)
    known = State.MET if low == high else State.UNKNOWN if ruling.clause("one").missing else State.MANUAL
    assert ruling.verdict is known


def test_a_total_and_its_parts_have_minima(tmp_path: Path) -> None:
    body = clause('kind = "score_sum"\nminimum = 10') + "".join(
        f'[[version.clause.part]]\nid = "{key}"\nlabel = {{ zh = "部", en = "part" }}\nabove = 2\n[[version.clause.part.item]]\n'
        f'kind = "given"\nvalue = "{field}"\nmax = 10\nlabel = {{ zh = "项", en = "item" }}\n'
        for key, field in (("a", "province_characteristic_points"), ("b", "zjtx_dev_score"))
    )
    for a, b, state in (
        (8, 3, "met"),
        (9, 2, "unmet"),
        (3, 3, "unmet"),
        (8, None, "unknown"),
        (1, None, "unmet"),
    ):
        told = judged(tmp_path, body, province_characteristic_points=a, zjtx_dev_score=b)  # type: ignore[arg-type]
        assert told.verdict == state, (a, b)


def test_a_clause_for_one_kind_of_application_or_some_firms_alone(tmp_path: Path) -> None:
    body = clause('kind = "flag"\nfield = "own_brand"\nonly = ["new"]') + clause(
        'kind = "flag"\nfield = "quality_award"\nwhen = { kind = "flag", field = "listed" }', "two"
    )
    assert judged(tmp_path, body, kind="re_review", listed=False).verdict is State.NOT_APPLICABLE
    assert judged(tmp_path, body, own_brand=True, listed=False).verdict is State.MET
    assert judged(tmp_path, body, own_brand=True, listed=True, quality_award=False).verdict is State.UNMET
    assert judged(tmp_path, body, own_brand=True, quality_award=True).verdict is State.UNKNOWN
    assert judged(tmp_path, body, own_brand=False).verdict is State.UNMET


LEVELS = "".join(
    f'\n[[version.level]]\nkey = "{key}"\nlabel = {{ zh = "级", en = "level" }}\nkind = "compare"\n'
    f'value = "employees"\nge = {at}\nunit = "人"\n'
    for key, at in (("large", 1000), ("small", 20))
)


def test_levels_from_the_highest_down(tmp_path: Path) -> None:
    assert judged(tmp_path, LEVELS, employees=1000).level == "large"
    assert judged(tmp_path, LEVELS, employees=999).level == "small"
    nobody = judged(tmp_path, LEVELS, employees=5)
    assert (nobody.verdict, nobody.level, nobody.levels) == (State.UNMET, "", ("",))
    unknown = judged(tmp_path, LEVELS)
    assert (unknown.verdict, unknown.levels) == (State.UNKNOWN, ("large", "small", ""))


def test_a_level_may_ask_for_a_score(tmp_path: Path) -> None:
    body = scored('kind = "given"\nvalue = "zjtx_dev_score"\nmax = 100') + (
        '\n[[version.level]]\nkey = "high"\nlabel = { zh = "高", en = "high" }\nkind = "score_reached"\nof = "one"\nge = 80\n'
    )
    assert judged(tmp_path, body, zjtx_dev_score=80).level == "high"
    assert judged(tmp_path, body, zjtx_dev_score=79).levels == ("",)
    assert judged(tmp_path, body).levels == ("high", "")


# Knowing more never undoes what was known


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_value_more_never_undoes_an_answer(data: st.DataObject) -> None:
    pack = data.draw(st.sampled_from(sorted(shipped().values(), key=lambda one: one.key)))
    on, kind = (
        data.draw(st.sampled_from([ON, date(2026, 6, 1)])),
        data.draw(st.sampled_from(["new", "re_review"])),
    )
    every = data.draw(st.fixed_dictionaries(values_for(pack)))
    every.pop("emissions_recorded", None)  # says why a value is missing: with the value it is never asked
    hidden = data.draw(st.sets(st.sampled_from(sorted(every)), max_size=4))
    some = {key: None if key in hidden else value for key, value in every.items()}
    try:
        version = pack.version_on(on, kind)
    except InputError:
        return
    less, more = (_ruling(pack, version.key, values, on=on, kind=kind) for values in (some, every))
    _compatible(less, more)


def _ruling(pack: Pack, key: str, values: dict[str, object], *, on: date, kind: str) -> Ruling:
    who = Firm("x", "x", "331003", values)  # type: ignore[arg-type]
    return judge(pack.version(key), who, parameters=parameters_for(pack, who, on=on), on=on, kind=kind)


def _compatible(less: Ruling, more: Ruling) -> None:
    if less.verdict in (State.MET, State.UNMET):
        assert more.verdict is less.verdict
    after = {one.id: one for one in more.clauses}
    for one in less.clauses:
        later = after.get(one.id)
        if (
            later is None
            or "." in one.id
            or (later.points is not None and later.state is not one.state is State.MET)
        ):
            continue
        if one.state in (State.MET, State.UNMET) and one.kind not in ("part", "score_sum"):
            assert later.state is one.state, one.id
    if less.score is not None and more.score is not None:
        assert less.score.low is None or (more.score.low is not None and more.score.low >= less.score.low)
        assert less.score.high is None or (more.score.high is not None and more.score.high <= less.score.high)
    assert set(more.levels) <= set(less.levels) or less.verdict is State.NOT_APPLICABLE


def test_a_firm_of_which_nothing_is_known_meets_nothing() -> None:
    for pack in shipped().values():
        for version in pack.versions:
            ruling = _ruling(pack, version.key, {}, on=version.starts, kind="new")
            assert ruling.verdict in (State.UNKNOWN, State.MANUAL), pack.key
            assert not [
                one.id
                for one in ruling.clauses
                if one.state is State.MET and one.kind not in ("part", "score_sum")
            ]


def test_points_an_expert_may_not_give_decide_nothing() -> None:
    pack = shipped()["national/high_tech"]
    version = pack.version_on(ON, "new").key
    open_, decided, beyond = (
        _ruling(pack, version, values, on=ON, kind="new").clause("ip_advanced")
        for values in ({}, {"expert_ip_advanced": D("7")}, {"expert_ip_advanced": D("9")})
    )
    assert open_.points == beyond.points == Range(D(0), D(8)) and beyond.value == 9
    assert decided.points == Range.exactly(D(7))
