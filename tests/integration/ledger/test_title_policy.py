"""Who may do what with a recognition 认定权限: every state with every action and every person, as tables."""

from dataclasses import replace
from datetime import date

import pytest
from gate_rows import PACKS
from ledger_rows import AT, firm

from jiqun.actions import title_policy as policy
from jiqun.core.errors import JiqunError, NotAllowed, WrongState
from jiqun.exchange.recognitions import RecognitionPractice
from jiqun.ledger import models, subjects
from jiqun.ledger.permissions import Actor, Grant, Permission
from jiqun.ledger.recognitions import Candidate, Recognition
from jiqun.ledger.scopes import Scope
from jiqun.ledger.titles import Title

pytestmark = pytest.mark.django_db
PRACTICE = RecognitionPractice.load(PACKS / "recognitions.toml")
A, B, FAR = "enterprise:A", "enterprise:B", "enterprise:F"
UNTIL = date(2026, 11, 30)
STATES = ("candidates", "publicity", "decided", "withdrawn")


def person(role: str, kind: str = "all", key: str = "", **more: object) -> Actor:
    return Actor(1, role, (Grant(role, Scope(kind, key)),), **more)  # type: ignore[arg-type]


PEOPLE = {
    "administrator": person("administrator"),
    "province": person("provincial_officer"),
    "city": person("county_officer", "region", "330600"),
    "county": person("county_officer", "region", "330624"),
    "next county": person("county_officer", "region", "330683"),
    "cluster": person("cluster_office", "cluster", "cluster:robots_cnc"),
    "analyst": person("analyst"),
    "auditor": person("auditor"),
    "firm": person("enterprise", "enterprise", A),
    "rival": person("enterprise", "enterprise", B),
    "far": person("enterprise", "enterprise", FAR),
    "nobody": Actor(None, "nobody"),
}
DECIDES = {"administrator", "province", "city", "county"}


@pytest.fixture(autouse=True)
def firms(db: None) -> None:
    subjects.upsert(
        [firm("A", "甲"), firm("B", "乙"), firm("F", "远", "330683"), firm("G", "外", "330102")],
        batch="b1",
        at=AT,
    )


def round_in(state: str, **changed: object) -> Recognition:
    made = Recognition(
        "r1", "draft/rd", "2026", "new", "330624", date(2026, 6, 1), "title_city_rd_centre_until", "研发中心", "R&D",
        3, 1, {"met": 1}, False, "", "county", AT, state,
    )  # fmt: skip
    if state in ("publicity", "decided"):
        made = replace(made, public_from=date(2026, 11, 23), public_until=UNTIL)
    return replace(made, **changed)  # type: ignore[arg-type]


def candidate(state: str = "candidate", subject: str = A) -> Candidate:
    return Candidate(subject, "甲", "A", "330624", {}, 1, "r1", state, "", 0, "", None)


def code_of(act: object) -> str:
    """The code of the refusal, or nothing."""
    try:
        act()  # type: ignore[operator]
    except JiqunError as error:
        return error.code
    return ""


@pytest.mark.parametrize("who", PEOPLE)
def test_who_starts_a_round(who: str) -> None:
    assert policy.can_start(PEOPLE[who], "330624") is (who in DECIDES)
    assert policy.can_start(PEOPLE[who], "330600") is (who in DECIDES - {"county"})
    assert policy.can_start(PEOPLE[who], "330000") is (who in {"administrator", "province"})


@pytest.mark.parametrize("who", PEOPLE)
def test_who_moves_a_round_in_which_state(who: str) -> None:
    """Who decides there makes each move in its own state; anybody else makes none in any."""
    moves = {
        (move, state) for move in PRACTICE.moves for state in STATES
        if policy.can_move(PRACTICE, PEOPLE[who], round_in(state), move)
    }  # fmt: skip
    allowed = {("publish", "candidates"), ("decide", "publicity")}
    allowed |= {("withdraw", "candidates"), ("withdraw", "publicity")}
    assert moves == (allowed if who in DECIDES else set())


@pytest.mark.parametrize("who", PEOPLE)
def test_who_reads_a_round_in_which_state(who: str) -> None:
    signed = who != "nobody"
    for state in STATES:
        public = state in ("publicity", "decided")
        assert policy.can_read(PEOPLE[who], round_in(state)) is (signed and (public or who in DECIDES)), state


def test_a_made_up_round_is_for_those_who_may_see_such() -> None:
    made = round_in("publicity", synthetic=True)
    seen = {who for who, by in PEOPLE.items() if policy.can_read(by, made)}
    sees = {
        who
        for who, by in PEOPLE.items()
        if any(Permission.VIEW_SYNTHETIC in g.permissions for g in by.grants)
    }
    assert seen == sees and seen >= DECIDES


@pytest.mark.parametrize(
    ("state", "on", "code"),
    [
        ("candidates", date(2027, 1, 1), "recognition.state"),
        ("publicity", date(2026, 11, 23), "recognition.still_public"),
        ("publicity", date(2026, 11, 30), "recognition.still_public"),  # the last day is still public
        ("publicity", date(2026, 12, 1), ""),
        ("decided", date(2026, 12, 1), "recognition.state"),
        ("withdrawn", date(2026, 12, 1), "recognition.state"),
    ],
)
def test_deciding_waits_for_the_day_after(state: str, on: date, code: str) -> None:
    made, by = round_in(state), PEOPLE["county"]
    assert code_of(lambda: policy.check_decide(PRACTICE, by, made, [candidate()], on=on)) == code
    assert policy.can_decide(PRACTICE, by, made, on=on) is (not code)
    assert not policy.can_decide(PRACTICE, PEOPLE["next county"], made, on=on)


def test_a_publicity_without_an_end_is_never_over() -> None:
    made = round_in("publicity", public_until=None)
    assert not policy.can_decide(PRACTICE, PEOPLE["county"], made, on=date(2099, 1, 1))
    assert not policy.can_object(PEOPLE["rival"], made, candidate(), on=date(2026, 11, 24))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("held", ["candidate", "objected", "granted", "refused"])
def test_refusing_a_candidate(state: str, held: str) -> None:
    made, one = round_in(state), candidate(held)
    allowed = state in ("candidates", "publicity") and held == "candidate"
    assert {who for who, by in PEOPLE.items() if policy.can_refuse(by, made, one)} == (
        DECIDES if allowed else set()
    )
    if not allowed:
        with pytest.raises(WrongState) as told:
            policy.check_refuse(PEOPLE["county"], made, one)
        assert told.value.facts["seen"] == (held if state in ("candidates", "publicity") else state)


OBJECTS = {*DECIDES, "firm", "rival"}
"""Enterprises of the place and offices over it; of another place, or without the right, nobody."""


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("held", ["candidate", "objected", "granted", "refused"])
def test_objecting_to_a_candidate(state: str, held: str) -> None:
    made, one = round_in(state), candidate(held)
    for on in (date(2026, 11, 23), UNTIL, date(2026, 12, 1)):
        allowed = state == "publicity" and held in ("candidate", "objected") and on <= UNTIL
        able = {who for who, by in PEOPLE.items() if policy.can_object(by, made, one, on=on)}
        assert able == (OBJECTS if allowed else set()), on


def test_why_somebody_may_not_object() -> None:
    made, one, on = round_in("publicity"), candidate(), date(2026, 11, 24)
    told = {
        who: code_of(lambda by=by: policy.check_object(by, made, one, on=on)) for who, by in PEOPLE.items()
    }
    refused = {who: code for who, code in told.items() if code}
    assert refused == {
        "next county": "auth.scope", "cluster": "auth.scope", "far": "auth.scope",
        "analyst": "auth.role", "auditor": "auth.role", "nobody": "auth.role",
    }  # fmt: skip
    late = code_of(lambda: policy.check_object(PEOPLE["rival"], made, one, on=date(2026, 12, 1)))
    assert late == "recognition.not_public"


def test_an_office_of_a_town_within_the_place_objects_but_does_not_decide() -> None:
    made, town = round_in("publicity", region="330600"), PEOPLE["county"]
    elsewhere = candidate(subject=FAR)
    assert policy.can_object(town, made, elsewhere, on=UNTIL) and not policy.can_start(town, made.region)
    assert policy.can_object(PEOPLE["rival"], made, elsewhere, on=UNTIL), "an enterprise of the city"
    other = person("enterprise", "enterprise", "enterprise:G")
    assert not policy.can_object(other, made, elsewhere, on=UNTIL), "an enterprise of another city"


def test_nobody_decides_about_his_own_under_whatever_key() -> None:
    both = Actor(3, "both", (*PEOPLE["county"].grants, *PEOPLE["firm"].grants))
    made, on = round_in("publicity"), date(2026, 12, 1)
    for act in (
        lambda: policy.check_decide(PRACTICE, both, made, [candidate()], on=on),
        lambda: policy.check_refuse(both, made, candidate()),
        lambda: policy.check_register(both, A),
        lambda: policy.check_stranger(both, A),
    ):
        with pytest.raises(NotAllowed) as told:
            act()
        assert told.value.code == "recognition.own_enterprise"
    assert code_of(lambda: policy.check_decide(PRACTICE, both, made, [candidate(subject=B)], on=on)) == ""
    models.Subject.objects.filter(key=B).update(merged_into=A)
    assert code_of(lambda: policy.check_stranger(both, B)) == "recognition.own_enterprise", (
        "what was merged into his"
    )


def title(state: str = "held", subject: str = A) -> Title:
    day = date(2026, 12, 1)
    return Title(
        subject, "甲", "330624", "title_zjtx_until", "专精特新", "s", "registered", day, day, date(2029, 11, 30),
        id=1, state=state,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["held", "replaced", "taken_back"])
def test_who_takes_a_title_back_in_which_state(state: str) -> None:
    able = {who for who, by in PEOPLE.items() if policy.can_take_back(by, title(state))}
    assert able == (DECIDES if state == "held" else set())
    if state != "held":
        assert code_of(lambda: policy.check_take_back(PEOPLE["county"], title(state))) == "title.not_held"
        assert code_of(lambda: policy.check_take_back(PEOPLE["analyst"], title(state))) == "auth.role"


def test_who_sees_the_numbers_of_a_ruling() -> None:
    """Who decides there, and who may read the enterprise: itself and its offices; no rival, no reader."""
    able = {who for who, by in PEOPLE.items() if policy.can_see_ruling(by, A, "330624")}
    assert able == {*DECIDES, "firm"}
    assert {who for who, by in PEOPLE.items() if policy.can_see_ruling(by, FAR, "")} == {
        "administrator", "province", "city", "next county", "far",
    }  # fmt: skip


WITHIN = (
    ("330624", "330624", True), ("330624", "330600", True), ("330624", "330000", True), ("330600", "330624", False),
    ("330683", "330624", False), ("330000", "330600", False), ("330102", "330600", False),
)  # fmt: skip


@pytest.mark.parametrize(("region", "place", "inside"), WITHIN)
def test_what_lies_in_a_place(region: str, place: str, inside: bool) -> None:
    assert policy.within(region, place) is inside


PLACES = {
    "administrator": ("330000",), "province": ("330000",), "city": ("330600",), "county": ("330624",),
    "next county": ("330683",), "cluster": (), "analyst": (), "auditor": (), "firm": (), "rival": (), "far": (),
    "nobody": (),
}  # fmt: skip


def test_places_somebody_decides_for() -> None:
    assert {who: policy.places(by) for who, by in PEOPLE.items()} == PLACES
    assert {who for who, by in PEOPLE.items() if policy.everywhere(by)} == {"administrator", "province"}


def test_a_token_narrows_what_its_person_decides() -> None:
    """A token for one county, or without the right, does less than the person it was issued to."""
    narrow = replace(PEOPLE["province"], token_scope=Scope("region", "330683"))
    assert not policy.can_start(narrow, "330624") and policy.can_start(narrow, "330683")
    assert policy.places(narrow) == () and not policy.everywhere(narrow)
    reading = replace(PEOPLE["province"], token_scopes=frozenset({Permission.READ_PUBLIC}))
    assert not policy.can_start(reading, "330624") and policy.can_read(reading, round_in("publicity"))
    assert code_of(lambda: policy.check_start(reading, "330624")) == "auth.token_scope"
    assert not policy.deciding(reading).any_of


def test_a_right_withdrawn_is_a_right_gone() -> None:
    """A role no longer known gives nothing, whatever its scope."""
    gone = person("deputy", "region", "330624")
    assert not policy.can_start(gone, "330624") and policy.places(gone) == ()
    assert not policy.can_take_back(gone, title())
