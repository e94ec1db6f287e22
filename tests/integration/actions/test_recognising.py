"""Automatic recognition from the ledger's enterprises to the title taken back, with a clock of the test's own."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import title_packs
from action_world import SHENGZHOU, XINCHANG, World, firm, key_of, officer
from title_packs import FIELD

from jiqun.actions import deciding, objecting, recognising, titling
from jiqun.actions import title_policy as policy
from jiqun.actions.desk import ZONE
from jiqun.actions.held_firms import held_firm
from jiqun.actions.recognising import NewRecognition
from jiqun.core.errors import InputError, JiqunError, NotAllowed, WrongState
from jiqun.ledger import audit, objections, recognitions, title_notices, titles
from jiqun.ledger.permissions import Actor, Grant
from jiqun.ledger.recognitions import Recognition
from jiqun.ledger.scopes import Scope

pytestmark = pytest.mark.django_db
COUNTY = Actor(9, "county", (Grant("county_officer", Scope("region", XINCHANG)),))
ELSEWHERE = Actor(11, "elsewhere", (Grant("county_officer", Scope("region", SHENGZHOU)),))
PROVINCE = Actor(12, "province", (Grant("provincial_officer", Scope()),))
RIVAL = Actor(8, "rival", (Grant("enterprise", Scope("enterprise", key_of(2))),))
FACTORY = Actor(7, "factory", (Grant("enterprise", Scope("enterprise", key_of(1))),))
FAR = Actor(6, "far", (Grant("enterprise", Scope("enterprise", key_of(4, SHENGZHOU))),))
ANALYST = officer("analyst")
BOTH = Actor(14, "both", (*FACTORY.grants, *COUNTY.grants))
ON = "2026-06-01"
START = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)  # a Monday


def day(n: int) -> datetime:
    """The n-th day after the start."""
    return START + timedelta(days=n)


@pytest.fixture
def told(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """1 and 2 meet the rule, 3 has too few people, 5 has told nothing of its R&D; 4 meets it in another county."""
    title_packs.use(monkeypatch, tmp_path)
    world.enterprises(*(firm(n) for n in (1, 2, 3, 5)), firm(4, SHENGZHOU))
    numbers = {1: ("75", "620"), 2: ("30", "100"), 3: ("19", "620"), 5: ("75", "")}
    rows = [(key_of(n), *each) for n, each in numbers.items()] + [(key_of(4, SHENGZHOU), "40", "400")]
    world.facts(
        *((key, "employee_count", "@2025", staff, "人") for key, staff, _ in rows),
        *((key, "rd_expense", "2025", spent, "万元") for key, _, spent in rows if spent),
    )
    return world


def started(world: World, by: Actor = COUNTY, region: str = XINCHANG, **more: object) -> Recognition:
    order = NewRecognition("draft/rd", region, str(more.pop("on", ON)), **more)  # type: ignore[arg-type]
    return recognising.start(world.desk, order, by=by, at=START)


def candidates(made: Recognition) -> dict[str, recognitions.Candidate]:
    return {one.subject: one for one in recognitions.candidates(made.id).rows}


def states(made: Recognition) -> Mapping[str, str]:
    return {key: one.state for key, one in candidates(made).items()}


def test_the_whole_story(told: World) -> None:
    """From the ledger's firms to a title, its reminders, its re-review, and to the day it is taken back."""
    desk = told.desk
    made = started(told)
    assert states(made) == {key_of(1): "candidate", key_of(2): "candidate"}
    assert (made.judged, made.verdicts) == (4, {"met": 2, "unknown": 1, "unmet": 1})
    clauses = {one["id"]: one for one in candidates(made)[key_of(1)].ruling["clauses"]}
    assert clauses["staff"]["state"] == "met" and clauses["research"]["seen"]["zh"].startswith("620")

    public = recognising.publish(desk, made.id, by=COUNTY, at=START)
    assert (public.public_from, public.public_until) == (date(2026, 11, 23), date(2026, 11, 30))
    first = candidates(made)[key_of(1)]
    objection = objecting.file_against(desk, first.id, "研发费用与审计报告不符", by=RIVAL, at=day(2))
    assert states(made)[key_of(1)] == "objected" and objection.due_on == date(2026, 11, 30)
    with pytest.raises(WrongState) as early:
        deciding.decide(desk, made.id, by=COUNTY, at=day(7))
    assert early.value.code == "recognition.still_public"

    done = deciding.decide(desk, made.id, by=COUNTY, at=day(8))
    assert (done.granted, done.refused, done.waiting, done.recognition.state) == (1, 0, 1, "publicity")
    objecting.move(desk, objection.id, "refuse", by=COUNTY, at=day(9), text="已核对，一致")
    assert states(made)[key_of(1)] == "candidate"
    done = deciding.decide(desk, made.id, by=COUNTY, at=day(9))
    assert (done.granted, done.waiting, done.recognition.state) == (1, 0, "decided")
    (title,) = titles.of_subject(key_of(1))
    assert (title.starts_on, title.valid_until) == (date(2026, 12, 2), date(2029, 12, 1))
    assert titles.titles_held([key_of(1)]) == {key_of(1): {FIELD: date(2029, 12, 1)}}
    assert title.ruling == first.ruling and title.how == "recognised"
    held = held_firm(
        desk, key_of(1), by=COUNTY, on=date(2027, 1, 1)
    )  # and so rules that ask for the title read it
    assert held.firm.values[FIELD] == title.valid_until and FIELD not in held.facts
    actions = [event.action for event in audit.of_target(f"recognition:{made.id}")]
    assert actions == [f"recognition.{verb}" for verb in ("decide", "decide", "publish", "start")]

    with pytest.raises(InputError) as nobody:  # both hold it now, nobody is left
        recognising.start(desk, NewRecognition("draft/rd", XINCHANG, "2026-12-02"), by=COUNTY, at=day(9))
    assert nobody.value.code == "recognition.nobody"

    assert titling.remind(desk, by=COUNTY, at=day(10)) == 0
    near = datetime(2029, 11, 27, 9, 0, tzinfo=ZONE)
    assert titling.remind(desk, by=COUNTY, at=near) == 4  # for each: may be reviewed again, and ends soon
    assert titling.remind(desk, by=COUNTY, at=near) == 0
    notices = title_notices.of_subjects([key_of(1)], unseen=True)
    assert [(one.kind, one.days) for one in notices[:2]] == [("expiring", 7), ("review", 180)]
    assert [one.kind for one in notices[2:]] == ["granted", "publicity"]

    _later_numbers(told)
    review = recognising.start(
        desk, NewRecognition("draft/rd", XINCHANG, "2029-11-27", kind="re_review"), by=COUNTY, at=near
    )
    assert list(states(review)) == [key_of(1)]  # the other's numbers of 2028 are not known
    recognising.publish(desk, review.id, by=COUNTY, at=near, days=1)
    deciding.decide(desk, review.id, by=COUNTY, at=near + timedelta(days=2))
    renewed, before = titles.of_subject(key_of(1))
    assert (renewed.starts_on, renewed.valid_until) == (date(2029, 12, 2), date(2032, 12, 1))
    assert (before.state, renewed.state) == ("replaced", "held")

    back = titling.take_back(desk, renewed.id, "弄虚作假", by=COUNTY, at=datetime(2030, 3, 1, 9, tzinfo=ZONE))
    assert back.state == "taken_back" and back.taken_back_why == "弄虚作假"
    assert titles.titles_held([key_of(1)]) == {key_of(1): {FIELD: date(2030, 2, 28)}}
    assert len(titles.of_subject(key_of(1))) == 2
    assert title_notices.of_subjects([key_of(1)])[0].kind == "taken_back"


def _later_numbers(world: World) -> None:
    key = key_of(1)
    world.facts(
        (key, "employee_count", "@2028", "80", "人"), (key, "rd_expense", "2028", "700", "万元"),
        at=datetime(2029, 6, 1, tzinfo=ZONE),
    )  # fmt: skip


def test_an_objection_upheld_keeps_the_title_away(told: World) -> None:
    made = started(told)
    recognising.publish(told.desk, made.id, by=COUNTY, at=START)
    one = candidates(made)[key_of(1)]
    first = objecting.file_against(told.desk, one.id, "职工人数不实", by=RIVAL, at=day(1))
    second = objecting.file_against(told.desk, one.id, "同上", by=PROVINCE, at=day(1))
    with pytest.raises(WrongState) as twice:
        objecting.file_against(told.desk, one.id, "再提一次", by=RIVAL, at=day(1))
    assert twice.value.code == "objection.open_already"
    objecting.move(told.desk, first.id, "accept", by=COUNTY, at=day(2), text="属实")
    after = candidates(made)[key_of(1)]
    assert after.state == "refused" and "属实" in after.reason and after.judged_by == "county"
    objecting.move(told.desk, second.id, "refuse", by=COUNTY, at=day(2), text="另案已办")
    assert states(made)[key_of(1)] == "refused"
    done = deciding.decide(told.desk, made.id, by=COUNTY, at=day(8))
    assert (done.granted, titles.of_subject(key_of(1))) == (1, ())


def test_one_of_two_objections_withdrawn_leaves_the_candidate_waiting(told: World) -> None:
    made = started(told)
    recognising.publish(told.desk, made.id, by=COUNTY, at=START)
    one = candidates(made)[key_of(1)]
    first = objecting.file_against(told.desk, one.id, "一", by=RIVAL, at=day(1))
    second = objecting.file_against(told.desk, one.id, "二", by=PROVINCE, at=day(1))
    objecting.move(told.desk, first.id, "withdraw", by=RIVAL, at=day(2))
    assert states(made)[key_of(1)] == "objected"
    objecting.move(told.desk, second.id, "withdraw", by=PROVINCE, at=day(2))
    assert states(made)[key_of(1)] == "candidate"


def test_a_number_corrected_meanwhile_is_judged_again(told: World) -> None:
    """Told otherwise before the decision, the enterprise that no longer meets the rule is refused and told why."""
    made = started(told)
    recognising.publish(told.desk, made.id, by=COUNTY, at=START)
    told.facts(
        (key_of(2), "rd_expense", "2025", "99", "万元"), (key_of(1), "rd_expense", "2025", "600", "万元")
    )
    done = deciding.decide(told.desk, made.id, by=COUNTY, at=day(8))
    assert (done.granted, done.refused) == (1, 1)
    assert states(made) == {key_of(1): "granted", key_of(2): "refused"}
    assert "unmet" in candidates(made)[key_of(2)].reason


def test_a_title_entered_meanwhile_is_not_given_twice(told: World) -> None:
    made = started(told)
    recognising.publish(told.desk, made.id, by=COUNTY, at=START)
    rows = [(firm(2)[0], "达标研发中心", "2026-11-24", "2029-11-23")]
    path = told.file(("企业名称", "称号", "认定日期", "有效期止"), rows)
    assert titling.register(told.desk, path, by=COUNTY, at=day(1)).entered == 1
    done = deciding.decide(told.desk, made.id, by=COUNTY, at=day(8))
    assert (done.granted, done.refused) == (1, 1) and "holds the title" in candidates(made)[key_of(2)].reason


CANNOT_START: tuple[tuple[dict[str, object], str], ...] = (
    ({"pack": "draft/by_person"}, "recognition.nobody"),
    ({"pack": "draft/untitled"}, "recognition.no_title"),
    ({"pack": "zhejiang/per_mu"}, "recognition.no_title"),
    ({"pack": "draft/yearless"}, "recognition.years"),
    ({"pack": "draft/yearless", "region": "330000", "years": 2}, "recognition.elsewhere"),
    ({"years": 2}, "recognition.years"),
    ({"on": "2026-11-24"}, "recognition.future"),
    ({"on": "yesterday"}, "rule.bad_day"),
    ({"kind": "renewal"}, "pack.no_kind"),
    ({"kind": "re_review"}, "recognition.nobody"),
    ({"on": "2019-01-01"}, "pack.no_version"),
    ({"pack": "draft/none"}, "rule.no_pack"),
    ({"region": "999999"}, "subject.not_found"),
)


def test_what_cannot_be_started(told: World) -> None:
    for order, code in CANNOT_START:
        whole = {"pack": "draft/rd", "region": XINCHANG, "on": ON, **order}
        with pytest.raises(JiqunError) as refused:
            recognising.start(told.desk, NewRecognition(**whole), by=PROVINCE, at=START)  # type: ignore[arg-type]
        assert refused.value.code == code, order
        if order == {"pack": "draft/by_person"}:
            assert refused.value.facts["seen"] == "manual 2 unknown 1 unmet 1"
    assert recognitions.list_page(everything=True).total == 0


def test_one_round_of_a_kind_in_a_place_at_a_time(told: World) -> None:
    made = started(told)
    with pytest.raises(WrongState) as refused:
        started(told)
    assert refused.value.code == "recognition.open_already"
    with pytest.raises(InputError) as silent:
        recognising.withdraw(told.desk, made.id, " ", by=COUNTY, at=START)
    assert silent.value.code == "recognition.say_why"
    assert recognising.withdraw(told.desk, made.id, "改日再办", by=COUNTY, at=START).state == "withdrawn"
    assert started(told).state == "candidates"


START_AS = {ELSEWHERE: "auth.scope", ANALYST: "auth.role", FACTORY: "auth.role"}


def test_who_may_start_publish_and_decide(told: World) -> None:
    made = started(told)
    assert policy.can_start(COUNTY, XINCHANG) and policy.can_start(PROVINCE, XINCHANG)
    for by, code in START_AS.items():
        assert not policy.can_start(by, XINCHANG) and not policy.can_read(by, made)
        assert recognitions.list_page(within=policy.places(by)).total == 0
        for step in (
            lambda by=by: started(told, by),
            lambda by=by: recognising.publish(told.desk, made.id, by=by, at=START),
            lambda by=by: recognising.withdraw(told.desk, made.id, "x", by=by, at=START),
            lambda by=by: recognising.refuse(told.desk, candidates(made)[key_of(1)].id, "x", by=by, at=START),
            lambda by=by: deciding.decide(told.desk, made.id, by=by, at=day(9)),
        ):
            with pytest.raises(NotAllowed) as refused:
                step()
            assert refused.value.code == code


def test_a_county_does_not_decide_for_the_province(told: World) -> None:
    with pytest.raises(NotAllowed):
        started(told, COUNTY, "330600")
    made = started(told, PROVINCE, "330600")
    assert set(states(made)) == {key_of(1), key_of(2), key_of(4, SHENGZHOU)}
    assert not policy.can_start(COUNTY, "330600") and policy.places(COUNTY) == (XINCHANG,)


OBJECT_AS = {
    RIVAL: "",
    FACTORY: "",
    COUNTY: "",
    PROVINCE: "",
    FAR: "auth.scope",
    ELSEWHERE: "auth.scope",
    ANALYST: "auth.role",
}


def test_who_may_object_and_when(told: World) -> None:
    made = started(told)
    one = candidates(made)[key_of(1)]
    assert not policy.can_object(RIVAL, made, one, on=date(2026, 11, 23))
    public = recognising.publish(told.desk, made.id, by=COUNTY, at=START)
    for by, code in OBJECT_AS.items():
        assert policy.can_object(by, public, one, on=date(2026, 11, 30)) is not bool(code), by.label
        assert not policy.can_object(by, public, one, on=date(2026, 12, 1)), by.label
        if code:
            with pytest.raises(NotAllowed) as refused:
                objecting.file_against(told.desk, one.id, "不符", by=by, at=day(1))
            assert refused.value.code == code
    made_by_rival = objecting.file_against(told.desk, one.id, "不符", by=RIVAL, at=day(1))
    assert objections.list_page((), filed_by=RIVAL.user_id).total == 1
    with pytest.raises(NotAllowed):  # who objected does not answer, nor does the enterprise itself
        objecting.move(told.desk, made_by_rival.id, "refuse", by=FACTORY, at=day(1), text="不实")
    assert objecting.move(told.desk, made_by_rival.id, "withdraw", by=RIVAL, at=day(1)).state == "withdrawn"


def test_nobody_decides_about_his_own_enterprise(told: World) -> None:
    made = started(told)
    recognising.publish(told.desk, made.id, by=COUNTY, at=START)
    with pytest.raises(NotAllowed) as own:
        deciding.decide(told.desk, made.id, by=BOTH, at=day(8))
    assert own.value.code == "recognition.own_enterprise"
    refused = recognising.refuse(told.desk, candidates(made)[key_of(1)].id, "已停产", by=COUNTY, at=day(1))
    assert refused.state == "refused"
    assert deciding.decide(told.desk, made.id, by=BOTH, at=day(8)).granted == 1
    (title,) = titles.of_subject(key_of(2))
    with pytest.raises(NotAllowed):
        titling.take_back(told.desk, title.id, "x", by=ELSEWHERE, at=day(9))
    assert policy.can_take_back(COUNTY, title) and not policy.can_take_back(RIVAL, title)
