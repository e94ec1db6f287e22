"""The firms ranked together, and what letters and briefs say of them: which group, whose letter, figures, days, ways up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from per_mu_rows import NUMBERS, ON, REGION, SHARES, TIER, D, firm, pack
from rules_house import PACKS, shipped

from jiqun.actions import per_mu_ground, policy_brief
from jiqun.actions.brief_text import Part
from jiqun.actions.desk import Desk
from jiqun.actions.per_mu_ground import Ground, GroundAsk, Member
from jiqun.actions.policy_brief import _Brief
from jiqun.actions.policy_numbers import with_values
from jiqun.actions.reading.policy_letters import DAYS_MOST, LettersAsk, _day, _days, _Writer
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import InputError
from jiqun.core.units import UnitTable
from jiqun.rules.pack import Pack
from jiqun.rules.tree import Field, OneOf, ScoreSum

DESK = cast(Desk, SimpleNamespace(units=UnitTable.load(PACKS / "units.toml")))
HERE = (firm("1", 100), firm("2", 90), firm("3", 70), firm("4", 30), firm("5", 10), firm("6", None))
"""万元/亩 10 9 7 3 1 and not known; electricity 50, so 元/千瓦时 2 1.8 1.4 0.6 0.2: points 100 90 70 30 10."""


def priced(shares: Mapping[str, Decimal | None] = SHARES, region: str = REGION) -> Pack:
    """The pack with the numbers by hand for one county and tier."""
    return replace(pack(), sets=with_values(pack().sets, (region, TIER), ON, {**NUMBERS, **shares}))


def group(firms: Sequence[Any] = HERE, of: Pack | None = None, **asked: str) -> Ground:
    """The group of these firms."""
    members = [Member(one, row, "", False) for row, one in enumerate(firms, start=2)]
    return per_mu_ground._ground(GroundAsk("p", **asked), of or priced(), ON, members)


def test_the_largest_group_is_shown_unless_another_is_asked_for() -> None:
    others = (
        firm("7", 1, region="330624", tier="规上"),
        firm("8", 1, tier="规上"),
        firm("9", 1, tier="别的"),
    )
    firms = (*HERE, *others)
    found = group(firms)
    assert (found.region, found.tier, len(found.members)) == (REGION, TIER, 6)
    assert found.regions == (("330624", 1), (REGION, 7))  # the firm of no known tier is ranked nowhere
    assert found.tiers == (("规上", 1), (TIER, 6))
    above = group(firms, tier="规上")
    assert [one.firm.uscc for one in above.members] == ["8"]
    there = group(firms, region="330624")
    assert (there.tier, [one.row for one in there.members]) == ("规上", [8])
    assert group(firms, region="110000").region == REGION  # nobody is there
    assert group(firms, tier="没有").tier == TIER
    assert (group(()).members, group(()).region, group((), region="330624").region) == ((), "", "330624")


def test_a_group_too_large_for_a_page_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(per_mu_ground, "FIRMS_MOST", 6)
    assert len(group().members) == 6
    with pytest.raises(InputError, match=r"per_mu\.too_many") as refused:
        group((*HERE, firm("7", 1)))
    assert refused.value.facts == {"seen": "7", "allowed": "6"}


def test_a_pack_without_ranks_is_no_ground() -> None:
    with pytest.raises(InputError, match=r"per_mu\.not_ranked"):
        group(of=shipped()["national/innovative_sme"])


def test_shares_stand_when_every_one_is_set() -> None:
    assert group().has_shares and not group(of=priced({})).has_shares
    assert not group(of=priced({"quota_a": D(20), "quota_b": D(40)})).has_shares
    names = {one.name for one in group().numbers}
    assert {"weight_tax_per_kwh", "quota_a", "amount_reward"} <= names and "weight_rd_share" not in names


def test_a_trial_changes_neither_the_group_nor_the_pack() -> None:
    here = group()
    held, placed = here.trial({})
    assert held.sets == here.pack.sets and [one.grade for one in placed] == ["A", "B", "B", "C", "D", ""]
    typed, tried = here.trial({"quota_a": D(60), "quota_b": D(0), "quota_c": D(0)})
    assert [one.grade for one in tried] == ["A", "A", "A", "D", "D", ""]
    assert typed.parameters_on(REGION, ON, TIER)["quota_a"] == 60
    assert here.parameters["quota_a"] == 20 and here.trial({})[1] == placed


def test_the_last_few_groups_are_kept() -> None:
    kept, here = per_mu_ground._Kept(), group()
    for n in range(per_mu_ground.KEPT):
        kept.put((n,), here)
    assert kept.get((0,)) is here  # asked for again: now the newest
    kept.put(("one more",), here)
    assert kept.get((1,)) is None and kept.get((0,)) is here
    kept.drop((0,))
    kept.drop(("never there",))
    assert kept.get((0,)) is None


def test_a_letter_has_figures_grade_and_the_way_to_the_next() -> None:
    writer = _Writer(DESK, group())
    second = writer.letter(1)
    assert (second.row, second.name, second.score) == (3, "企业2", "90")
    assert second.grade == Label("B 提升发展", "B, to be raised") and second.next is not None
    assert (second.next.zh, second.short) == ("A 重点发展", "10.00")
    tax, power = second.figures
    assert (tax.seen, tax.base, tax.weight, tax.points) == ("9", "10", "60", "54")
    assert (power.seen, power.points, power.at_base) == ("1.8", "36", False)
    ways = [text.split()[0] for _, text in second.ways]
    assert ways == ["1.6667", "0.5"]  # 10 × 10 ÷ 60 and 10 × 2 ÷ 40
    assert "财政奖补" in {one.zh for one in second.measures}
    first, untold = writer.letter(0), writer.letter(5)
    assert (first.next, first.short, first.ways) == (None, "", ())
    assert (untold.score, untold.grade, untold.measures) == ("", None, ())
    assert [one.points for one in untold.figures] == ["", ""]  # not known is not 0


def test_a_hair_below_is_still_told() -> None:
    hair = replace(HERE[1], values={**HERE[1].values, "tax_paid_wan": D("99.9999")})
    assert _Writer(DESK, group((HERE[0], hair, *HERE[2:]))).letter(1).short == "0.01"


@pytest.mark.parametrize(
    ("ask", "rows"),
    [
        (LettersAsk(), [2, 3, 4, 5, 6, 7]),
        (LettersAsk(grade="B"), [3, 4]),
        (LettersAsk(grade="-"), [7]),
        (LettersAsk(near=True), [3, 4, 5, 6]),
        (LettersAsk(grade="B", near=True), [3, 4]),
        (LettersAsk(grade="A", near=True), []),
        (LettersAsk(grade="A", row=5), [5]),  # one firm is asked for by its row alone
        (LettersAsk(row=99), []),
    ],
)
def test_who_gets_a_letter(ask: LettersAsk, rows: list[int]) -> None:
    here = group()
    writer = _Writer(DESK, here)
    assert [one.row for n, one in enumerate(here.members) if writer.is_wanted(n, ask)] == rows


def test_days_to_object() -> None:
    assert [_days(text) for text in ("", "1", "60")] == [0, 1, DAYS_MOST]
    for text in ("0", "61", "-5", "5.5", "五", "５", " 5"):
        with pytest.raises(InputError, match=r"letter\.bad_days"):
            _days(text)
    assert (_day("", ON), _day("2023-09-29", ON)) == (ON, date(2023, 9, 29))
    with pytest.raises(InputError, match=r"rule\.bad_day"):
        _day("29.9.2023", ON)


def brief(lang: str) -> _Brief:
    """A brief of three lines."""
    made = object.__new__(_Brief)
    made.lang = lang
    line = lambda *unmet, unknown=(): SimpleNamespace(unmet=unmet, unknown=unknown)  # noqa: E731
    made.lines = cast(Any, (line("rd"), line("rd", unknown=("staff",)), line(unknown=("staff", "rd"))))
    clauses = {"rd": Label("研发", "R&D"), "staff": Label("人员", "staff"), "fine": Label("好", "fine")}
    made.words = cast(Any, SimpleNamespace(clauses=clauses))
    return made


def test_a_brief_counts_clause_by_clause_what_holds_firms_back() -> None:
    part = brief("zh")._unknown()
    assert part.rows == (("研发", "2", "1"), ("人员", "0", "2"))  # what holds nobody back is left out
    assert (part.head, brief("en")._unknown().head) == (
        ("条款", "不符合", "材料不足"), ("Clause", "Not met", "Unknown"),
    )  # fmt: skip
    assert [brief(lang).say(None) for lang in ("zh", "en")] == ["", ""]
    assert [brief(lang).say("甲", "first") for lang in ("zh", "en")] == ["甲", "first"]
    assert set(policy_brief.VERDICTS) and all(one.zh and one.en for one in policy_brief.VERDICTS.values())


def test_a_brief_says_that_without_shares_nobody_is_graded() -> None:
    grade = SimpleNamespace(label=Label("甲", "first"), firms=2, percent=D("33.3"), lowest="")
    near = [
        SimpleNamespace(
            member=SimpleNamespace(firm=firm(str(n), 1)), score="54", grade="B", next="A", points="6"
        )
        for n in range(policy_brief.NEAR_MOST + 5)
    ]
    page = SimpleNamespace(
        place=Label("黄岩区", "Huangyan"), tier=TIER, grades=(grade,), official_shares=False, near=near
    )
    grades, steps = cast(tuple[Part, Part], tuple(brief("zh")._graded(cast(Any, page))))
    assert grades.title == "黄岩区 规下 分档" and grades.rows == (("甲", "2", "33.3", "—"),)
    assert grades.lines == ("分档比例未公布，未正式分档。",)
    assert len(steps.rows) == policy_brief.NEAR_MOST and steps.rows[0] == ("企业0", "54", "B → A", "6")
    page.official_shares, page.place = True, None
    grades, _ = brief("en")._graded(cast(Any, page))
    assert grades.lines == () and grades.title == "规下 grades"


def test_the_score_is_of_the_tier_that_is_shown() -> None:
    ids = {
        tier: group((*HERE, firm("8", 1, tier="规上")), tier=tier).score.about.id for tier in ("规上", TIER)
    }
    assert ids == {"规上": "score", TIER: "score_below"}
    guard = cast(ScoreSum, group().score).about.when
    assert isinstance(guard, OneOf) and guard.field == Field("per_mu_tier") and guard.choices == (TIER,)
