"""Two factories of an enterprise: rules read the whole once both consented and sent; a change takes the whole back first."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from action_world import CrashError, World, crashing, key_of, officer
from shift_house import DAY, EVENING, OWNER, month_of_days, put, works

from jiqun.actions import factories as acts
from jiqun.actions import month_wholes, months
from jiqun.actions.held_firms import held_firm
from jiqun.actions.reading.months import months_page
from jiqun.core.errors import WrongState
from jiqun.factory.instants import MINUTE, midnight
from jiqun.ledger import audit, month_records
from jiqun.ledger.factories import Factory, FactoryPoint, Machine

pytestmark = pytest.mark.django_db
CONNECTED, PRODUCTION, COUNT = "dq_equipment_connected", "dq_collect_production", "factory_readings"


@pytest.fixture
def made(world: World) -> World:
    """spring: 1 of 3 machines connected. two: 1 of 1, read at noon of five days."""
    works(world)
    put(world, month_of_days(3))
    acts.make(world.desk, Factory("two", "二厂", key_of(1)), by=OWNER, at=EVENING)
    acts.describe(
        world.desk, "two", by=OWNER, at=EVENING, machines=[Machine("saw", "锯床")],
        points=[FactoryPoint("saw.running", "台", "measurement", "", "saw", "running")],
    )  # fmt: skip
    noon_of_days(world, 5)
    for key in ("spring", "two"):
        months.say_register(world.desk, key, complete=True, by=OWNER, at=EVENING)
        for indicator in (CONNECTED, PRODUCTION, COUNT, "factory_availability"):
            months.give_consent(world.desk, key, indicator, "2026-10", purpose="评测", by=OWNER, at=EVENING)
    return world


def noon_of_days(world: World, count: int) -> None:
    at = [midnight(date(2026, 10, 1) + timedelta(days=n)) + 720 * MINUTE for n in range(count)]
    put(world, [("two", "saw.running", us, 1.0, 0, us + 1) for us in at])


def send(world: World, key: str) -> months.Sent:
    return months.send(world.desk, key, "2026-10", by=OWNER, at=max(EVENING, world.now()))


def held(world: World) -> dict[str, object]:
    firm = held_firm(world.desk, key_of(1), by=officer("provincial_officer"), on=DAY + timedelta(days=30))
    return {name: firm.firm.values.get(name) for name in ("dq_equipment_connected_pct", PRODUCTION)}


NOTHING = {"dq_equipment_connected_pct": None, PRODUCTION: None}
WHOLE = {"dq_equipment_connected_pct": Decimal(50), PRODUCTION: True}


def why(world: World) -> dict[str, tuple[str, tuple[str, ...]]]:
    page = months_page(world.desk, OWNER, "two", "2026-10")
    return {one.indicator: (one.value, one.why) for one in page.wholes}


def test_the_whole_stands_once_both_sent_and_follows_what_they_send(made: World) -> None:
    first = send(made, "spring")
    assert held(made) == NOTHING
    assert why(made)[CONNECTED] == ("", ("site_unsent",))
    send(made, "two")
    assert held(made) == WHOLE, "2 of 4 machines"
    told = why(made)
    assert told[CONNECTED] == ("50", ())
    assert told[COUNT] == (str(3 * 378 + 5), ())
    assert told["factory_availability"] == ("", ("ratio_of_sites",))
    assert {one.factory for one in month_records.sent("two")} == {"two"}, (
        "the whole is no figure of the factory"
    )
    assert set(month_records.wholes(key_of(1))[0].evidence["sites"]) == {"spring", "two"}
    noon_of_days(made, 6)
    again = send(made, "two")
    assert COUNT in {one.indicator for one in again.figures}
    assert why(made)[COUNT] == (str(3 * 378 + 6 + 5), ())
    assert held(made) == WHOLE
    months.take_back(made.desk, "spring", first.batch, by=OWNER, at=made.now())
    assert held(made) == NOTHING, "what it rests on no longer holds"
    assert audit.list_page(action="factory.month_whole").total == 2


def test_a_kill_between_leaves_the_whole_unknown_and_the_next_sending_enters_it(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(made, "spring")
    with monkeypatch.context() as patch:
        patch.setattr(month_wholes, "enter", crashing)
        with pytest.raises(CrashError):
            send(made, "two")
    assert held(made) == NOTHING
    with pytest.raises(WrongState, match=r"month\.unchanged"):
        send(made, "two")
    assert held(made) == WHOLE


def test_without_the_consent_of_one_nothing_is_said_of_the_whole(made: World) -> None:
    months.withdraw_consent(made.desk, "two", CONNECTED, by=OWNER, at=EVENING)
    send(made, "spring")
    send(made, "two")
    assert held(made) == NOTHING | {PRODUCTION: True}
    assert why(made)[CONNECTED] == ("", ("site_unsent",))
