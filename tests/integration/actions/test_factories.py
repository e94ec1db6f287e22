"""Factories: made by their enterprise, described, their boxes' tokens; every write leaves its audit line."""

from datetime import date
from decimal import Decimal

import pytest
from action_world import MORNING, World, firm, key_of, officer

from jiqun.actions import factories as acts
from jiqun.actions.reading.factories import factories_page, factory_page
from jiqun.core.errors import InputError, NotAllowed, NotFound, RowErrors, WrongState
from jiqun.factory.oee.model import Shift
from jiqun.ledger import audit, factories, factory_tokens
from jiqun.ledger.factories import Factory, FactoryPoint, Line, Machine, ShiftRow
from jiqun.ledger.permissions import Actor

OWNER = officer("enterprise", "enterprise", key_of(1))
WORKER = officer("workshop", "enterprise", key_of(1))
OFFICE = officer("county_officer", "region", "330624")
SPRING = Factory("spring", "弹簧厂", key_of(1))


@pytest.fixture
def made(world: World) -> World:
    world.enterprises(firm(1), firm(2))
    acts.make(world.desk, SPRING, by=OWNER, at=MORNING)
    return world


def test_a_factory_has_the_place_of_its_enterprise(made: World) -> None:
    assert factories.get("spring").region == "330624"
    (line,) = audit.list_page(action="factory.make").rows
    assert (line.target, line.by) == ("factory:spring", "enterprise")


def test_a_key_is_given_once(made: World) -> None:
    with pytest.raises(WrongState, match=r"factory\.key_taken"):
        acts.make(made.desk, SPRING, by=OWNER, at=MORNING)


@pytest.mark.parametrize("key", ["", "A", "弹簧", "a b", "-a", "a" * 65])
def test_what_is_no_key(made: World, key: str) -> None:
    with pytest.raises(InputError, match=r"factory\.bad_key"):
        acts.make(made.desk, Factory(key, "厂", key_of(1)), by=OWNER, at=MORNING)


@pytest.mark.parametrize("by", [OFFICE, WORKER, officer("enterprise", "enterprise", key_of(2))])
def test_nobody_else_makes_or_runs_it(made: World, by: Actor) -> None:
    with pytest.raises(NotAllowed):
        acts.make(made.desk, Factory("two", "厂", key_of(1)), by=by, at=MORNING)
    with pytest.raises(NotAllowed):
        acts.describe(made.desk, "spring", by=by, at=MORNING, lines=[Line("l1", "一线")])
    with pytest.raises(NotAllowed):
        acts.issue_token(made.desk, "spring", "盒", by=by, at=MORNING)


def test_machine_data_is_not_for_offices(made: World) -> None:
    assert [one.key for one in factories_page(made.desk, WORKER).factories] == ["spring"]
    with pytest.raises(NotAllowed):
        factory_page(made.desk, OFFICE, "spring")


def test_lines_machines_and_points(made: World) -> None:
    acts.describe(
        made.desk, "spring", by=OWNER, at=MORNING, lines=[Line("l1", "一线")],
        machines=[Machine("m1", "卷簧机", "l1", 1, ideal_cycle_s=Decimal("2.0")), Machine("m2", "手工台")],
        points=[FactoryPoint("m1.pieces", "件", "counter", "产量", "m1", "produced")],
    )  # fmt: skip
    seen = factory_page(made.desk, OWNER, "spring")
    assert [one.key for one in seen.machines] == ["m2", "m1"]
    assert seen.machines[1].ideal_cycle_s == Decimal("2.0")
    assert seen.points[0].first_seen_at == MORNING
    acts.describe(made.desk, "spring", by=OWNER, at=MORNING, machines=[Machine("m1", "卷簧机甲", "l1", 1)])
    assert [one.name for one in factories.machines("spring")] == ["手工台", "卷簧机甲"]


def test_every_mistake_is_told_at_once(made: World) -> None:
    with pytest.raises(RowErrors) as caught:
        acts.describe(
            made.desk, "spring", by=OWNER, at=MORNING, lines=[Line("L", "")],
            machines=[Machine("m1", "机", "nowhere", ideal_cycle_s=Decimal(0))],
            points=[FactoryPoint("p", "件", "counter", machine="m9")],
        )  # fmt: skip
    assert {one.code for one in caught.value.errors} == {
        "factory.bad_key", "factory.no_such_line", "factory.bad_cycle", "factory.no_such_machine",
    }  # fmt: skip
    assert factories.machines("spring") == ()


def test_points_seen_for_the_first_time(made: World) -> None:
    seen = [("a", "件", "counter"), ("b", "千瓦", "measurement")]
    assert factories.register_points("spring", seen, at=MORNING) == 2
    assert (
        factories.register_points("spring", [("a", "千克", "total"), ("c", "件", "total")], at=MORNING) == 1
    )
    assert {one.key: one.unit for one in factories.points("spring")} == {"a": "件", "b": "千瓦", "c": "件"}
    with pytest.raises(NotFound, match=r"factory\.unknown"):
        factories.register_points("elsewhere", seen, at=MORNING)


def test_the_calendar_is_replaced_as_a_whole(made: World) -> None:
    night = ShiftRow("夜班", 1200, 1920, ((1440, 1470),), (1, 2, 3, 4, 5), first=date(2026, 1, 1))
    acts.set_shifts(made.desk, "spring", [ShiftRow("白班", 480, 1200), night], by=OWNER, at=MORNING)
    acts.set_shifts(made.desk, "spring", [night], by=OWNER, at=MORNING)
    assert factories.shifts("spring") == (night,)
    hour = 3_600_000_000
    assert night.as_shift() == Shift(
        "夜班", 20 * hour, 32 * hour, ((24 * hour, 24 * hour + hour // 2),), weekdays=frozenset({1, 2, 3, 4, 5}),
        first=date(2026, 1, 1),
    )  # fmt: skip
    before = audit.list_page(action="factory.shifts").rows[0].detail["before"]
    assert [row["name"] for row in before] == ["白班", "夜班"]


@pytest.mark.parametrize(
    "shift",
    [
        ShiftRow("x", 600, 600), ShiftRow("x", 600, 500), ShiftRow("x", 1500, 1600), ShiftRow("x", 0, 2881),
        ShiftRow("x", 480, 960, ((470, 490),)), ShiftRow("", 480, 960), ShiftRow("x", 480, 960, (), (8,)),
    ],
)  # fmt: skip
def test_shifts_that_cannot_be(made: World, shift: ShiftRow) -> None:
    with pytest.raises(RowErrors):
        acts.set_shifts(made.desk, "spring", [shift], by=OWNER, at=MORNING)
    assert factories.shifts("spring") == ()


def test_a_token_opens_its_factory_until_it_is_revoked(made: World) -> None:
    token, words = acts.issue_token(made.desk, "spring", "一号盒", by=OWNER, at=MORNING)
    found = factory_tokens.find(words, at=MORNING)
    assert found is not None
    assert (found.factory, found.prefix) == ("spring", token.prefix)
    assert factory_tokens.find(words + "x", at=MORNING) is None
    assert factory_tokens.find("jqf_nothing", at=MORNING) is None
    acts.revoke_token(made.desk, "spring", token.prefix, by=OWNER, at=MORNING)
    assert factory_tokens.find(words, at=MORNING) is None
    with pytest.raises(WrongState):
        acts.revoke_token(made.desk, "spring", token.prefix, by=OWNER, at=MORNING)
    assert words not in str([row.detail for row in audit.list_page(size=100).rows])
    assert factory_page(made.desk, WORKER, "spring").tokens == ()
