"""A trial of the per-mu score says what the judge says, whatever the numbers; costs count what is not known."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from jiqun.actions.judging_costs import Graded, cost_lines, possible
from jiqun.actions.policy_numbers import (
    Threshold,
    clauses_for,
    parameters_read,
    thresholds,
    tiers_of,
    typed_number,
    with_threshold,
    with_values,
)
from jiqun.brain.per_mu import items, near, shown, trial_score, tried, worth
from jiqun.core.errors import InputError
from jiqun.lake.judge_run import ColumnRuling, judge_firms
from jiqun.rules.firm import Firm, Value
from jiqun.rules.pack import Pack, Version
from jiqun.rules.reader import read_pack
from jiqun.rules.tree import Label, Op, ScoreSum
from jiqun.rules.truth import State
from jiqun.rules.values import BadValue

PACKS = Path(__file__).resolve().parents[3] / "packs"
ON, REGION, TIER = date(2023, 9, 1), "331003", "规上"
SHARES = {"quota_a": Decimal(20), "quota_b": Decimal(40), "quota_c": Decimal(30)}


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The per-mu pack."""
    return read_pack(PACKS / "zhejiang" / "per_mu", PACKS)


def score_of(pack: Pack) -> tuple[Version, ScoreSum]:
    """Its version with the score of firms above scale."""
    version = pack.versions[0]
    score = trial_score(version, clauses_for(pack, version, TIER))
    assert score is not None
    return version, score


def some_firm(dice: random.Random, place: int) -> Firm:
    """A firm with a hole here and there."""
    values: dict[str, Value] = {"per_mu_tier": TIER}
    whole = ("land_own_mu", "land_leased_in_mu", "land_leased_out_mu", "tax_paid_wan", "industrial_value_added_wan",
             "energy_tce", "pollutant_t", "employees", "rd_expense_wan", "main_business_revenue_wan")  # fmt: skip
    for name in whole:
        values[name] = Decimal(dice.randint(0, 40)) if dice.random() < 0.97 else None
    for name in ("emissions_recorded", "per_mu_veto"):
        values[name] = dice.choice([True, False, False, None])
    return Firm(f"F{place}", "", REGION, values)


def test_a_trial_is_what_the_column_judge_says(pack: Pack) -> None:
    version, score = score_of(pack)
    dice = random.Random(7)
    firms = [some_firm(dice, place) for place in range(300)]
    held = pack.parameters_on(REGION, ON, TIER)
    seen = [shown(version, score, firm, parameters=held, on=ON) for firm in firms]
    for turn in range(4):
        weights = {
            name: Decimal(dice.randint(0, 400)) / 10
            for name in held
            if name.startswith("weight") and held[name] is not None
        }
        limits = {
            "cap_pct": Decimal(150) if turn % 2 else None,
            "floor_points": Decimal(0) if turn > 1 else None,
        }
        values = {**held, **weights, **limits, **SHARES}
        judged = judge_firms(
            version, firms, parameters={(REGION, TIER): values}, on=ON, tier_field=pack.tier_field
        )
        placed = tried(version, score, seen, values)
        assert [one.level for one in judged] == [one.grade for one in placed]
        for ruling, one in zip(judged, placed, strict=True):
            exact = one.score.exact if one.score else None
            told = ruling.score.exact if ruling.score else None
            assert (exact is None) == (told is None)
            assert exact is None or told is None or abs(exact - told) < Decimal("1e-9")
        assert {one.grade for one in placed} == {"A", "B", "C", "D", ""}


def test_who_is_near_would_be_in_the_next_grade(pack: Pack) -> None:
    version, score = score_of(pack)
    dice = random.Random(11)
    held = {**pack.parameters_on(REGION, ON, TIER), **SHARES}
    seen = [
        shown(version, score, firm, parameters=held, on=ON)
        for firm in (some_firm(dice, place) for place in range(60))
    ]
    placed = tried(version, score, seen, held)
    steps = list(near(version, seen, placed))
    assert steps and [one.points for one in steps] == sorted(one.points for one in steps)
    first = steps[0]
    value = seen[first.place].values[0]
    more = worth(items(score)[0], first.points, held)
    assert value is not None and more is not None
    better = list(seen)
    better[first.place] = replace(
        seen[first.place], values=(value + more + Decimal("0.000001"), *seen[first.place].values[1:])
    )
    assert tried(version, score, better, held)[first.place].grade == first.grade


def test_only_ratios_to_a_base_can_be_tried(pack: Pack) -> None:
    other = read_pack(PACKS / "national" / "innovative_sme", PACKS)
    assert trial_score(other.versions[0], clauses_for(other, other.versions[0], "")) is None
    version = pack.versions[0]
    assert tiers_of(pack, version) == ("规上", "规下")
    names = {one.name for one in parameters_read(pack, version, "规下")}
    assert {"weight_tax_per_kwh", "quota_a", "amount_reward"} <= names and "weight_rd_share" not in names


def test_costs_count_what_is_not_known(pack: Pack) -> None:
    version = pack.versions[0]
    firms = [
        Firm(str(n), "", REGION, {"per_mu_tier": TIER, "electricity_wan_kwh": power, "land_own_mu": Decimal(4),
             "land_leased_in_mu": Decimal(0), "land_leased_out_mu": Decimal(1)})
        for n, power in enumerate((Decimal(100), Decimal(50), None))
    ]  # fmt: skip
    values = {
        "amount_power_price": Decimal("0.1"),
        "amount_reward": Decimal(10),
        "amount_land_use_tax": Decimal("1.5"),
    }
    priced = replace(pack, sets=with_values(pack.sets, (REGION, TIER), ON, values))
    before = Graded(pack, version, ON, firms, [("A",), ("A", "B", "C", "D"), ()])
    after = Graded(priced, version, ON, firms, [("A",), ("D",), ("D",)])
    lines = {one.measure: one for one in cost_lines(before, after)}
    reward, power, land = lines["reward"], lines["power_price"], lines["land_use_tax"]
    assert (reward.before.firms, reward.before.unknown, reward.before.open, reward.before.total) == (
        1,
        1,
        1,
        None,
    )
    assert (reward.after.total, reward.difference) == (Decimal(10), None)
    assert (power.after.firms, power.after.known, power.after.unknown, power.after.total) == (
        2,
        Decimal("5.0"),
        1,
        None,
    )
    assert land.after.total == Decimal("4.5")  # 4 + 0 − 1 mu at 1.5
    assert pack.parameters_on(REGION, ON, TIER)["amount_reward"] is None


def test_possible_grades_of_a_firm_that_takes_no_part() -> None:
    ruling = ColumnRuling("", "", State.NOT_APPLICABLE, None, "", ("A", "B"), {}, {}, {})
    assert possible(ruling) == ()


RULE = """[[version.clause]]
id = "revenue"
kind = "compare"
value = "operating_revenue_wan"
ge = 5000  # 5000 万元
from = 5000
unit = "万元"

[[version.clause]]
ge = 5000
"""


def test_a_threshold_is_changed_where_it_stands() -> None:
    one = Threshold("revenue", Label("营收", "revenue"), Op.GE, Decimal(5000), "万元", 1)
    changed = with_threshold(RULE, one, Decimal("5500.5"))
    assert changed == RULE.replace("ge = 5000  #", "ge = 5500.5  #")
    with pytest.raises(InputError) as refused:
        with_threshold(RULE.replace("ge = 5000  #", "ge = 5000\nle = 5000  #"), one, Decimal(6000))
    assert refused.value.code == "draft.not_in_text"


@pytest.mark.parametrize(
    "key", ["national/little_giant", "national/specialised_sme", "national/innovative_sme"]
)
def test_every_threshold_that_can_be_changed_changes_just_itself(key: str, tmp_path: Path) -> None:
    pack = read_pack(PACKS / key, PACKS)
    text = (PACKS / key / "rule.toml").read_text(encoding="utf-8")
    version, done = pack.versions[0], 0
    (tmp_path / "source.toml").write_bytes((PACKS / key / "source.toml").read_bytes())
    held = {one.node: one.needed for one in thresholds(version)}
    for one in thresholds(version):
        try:
            changed = with_threshold(text, one, one.needed + 1)
        except InputError:
            continue
        (tmp_path / "rule.toml").write_text(changed, encoding="utf-8")
        now = {each.node: each.needed for each in thresholds(read_pack(tmp_path, PACKS).versions[0])}
        assert {node for node in held if now[node] != held[node]} == {one.node}, one
        done += 1
    assert done * 2 > len(held)


@pytest.mark.parametrize(("text", "value"), [("", None), (" 1,200.5 ", Decimal("1200.5")), ("0", Decimal(0))])
def test_numbers_as_they_are_typed(text: str, value: Decimal | None) -> None:
    assert typed_number(text) == value


@pytest.mark.parametrize("text", ["-1", "很多", "1e5", "12345678901", "0.1234567", "NaN"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        typed_number(text)
