"""A spring works under the eyes of pages: two machines on a line with ten minutes of readings before a fixed instant."""

import shutil
from datetime import date, datetime
from decimal import Decimal

from reading_rows import Given, put_readings
from web_house import XINCHANG, House, key_of

from jiqun.actions import factories as acts
from jiqun.actions.desk import ZONE
from jiqun.factory.instants import MINUTE, SECOND, micros_of
from jiqun.ledger import alarms
from jiqun.ledger.alarms import AlarmLimit, AlarmRow
from jiqun.ledger.factories import Factory, FactoryPoint, Line, Machine, ShiftRow

KEY = "spring"
NOON = datetime(2026, 11, 4, 12, 0, tzinfo=ZONE)
DAY = date(2026, 11, 4)
NOW_US = micros_of(NOON)
ROLES = {"running": ("running", "台", "measurement"), "produced": ("pieces", "件", "counter"),
         "scrap": ("scrap", "件", "counter"), "queue": ("queue", "件", "measurement")}  # fmt: skip


def works(house: House, *, shifts: bool = True) -> None:
    """The works of the first enterprise of 新昌: a coiler of 2 s and a furnace of 3 s a piece; a shift from 08:00 to 20:00."""
    owner = house.actor("enterprise")
    acts.make(house.desk, Factory(KEY, "试验弹簧厂", key_of(XINCHANG), XINCHANG), by=owner, at=NOON)
    points = [
        FactoryPoint(f"{machine}.{key}", unit, kind, "", machine, role)
        for machine in ("coil", "oven")
        for role, (key, unit, kind) in ROLES.items()
    ]
    points.append(FactoryPoint("oven.temperature", "摄氏度", "measurement", "炉温", "oven", "temperature"))
    acts.describe(
        house.desk, KEY, by=owner, at=NOON, lines=[Line("l1", "一号线", 1)],
        machines=[
            Machine("coil", "卷簧机", "l1", 1, product="S-12", ideal_cycle_s=Decimal(2)),
            Machine("oven", "回火炉", "l1", 2, product="S-12", ideal_cycle_s=Decimal(3)),
            Machine("bench", "手工台", "", 1),
        ],
        points=points,
    )  # fmt: skip
    if shifts:
        acts.set_shifts(house.desk, KEY, [ShiftRow("白班", 480, 1200, ((690, 700),))], by=owner, at=NOON)


def readings(*, until_us: int = NOW_US, minutes: int = 10) -> Given:
    """The last minutes: the coiler runs, a piece every 2 s; the furnace stands for two minutes, with nothing before it."""
    start = until_us - minutes * MINUTE
    every = range(start, until_us, 2 * SECOND)
    stands = until_us - 2 * MINUTE
    made = [one for one in every if one < stands and (one - start) // SECOND % 4 == 0]
    return {
        "coil.running": [(start, 1.0), *((one, 1.0) for one in range(start + MINUTE, until_us, MINUTE))],
        "coil.pieces": [(one, 1000.0 + place) for place, one in enumerate(every)],
        "coil.scrap": [(start, 7.0), (start + MINUTE, 8.0)],
        "coil.queue": [(start, 50.0)],
        "oven.running": [(start, 1.0), (stands, 0.0), (stands + MINUTE, 0.0)],
        "oven.pieces": [(one, 500.0 + place) for place, one in enumerate(made)],
        "oven.scrap": [(start, 0.0)],
        "oven.queue": [(start, 9.0), (stands, 0.0)],
        "oven.temperature": [(one, 420.0 + one // SECOND % 7) for one in every],
    }


def live(house: House, **more: int) -> None:
    """The works with its readings in the lake."""
    works(house)
    put_readings(house.desk.lake, KEY, readings(**more), arrived_us=NOW_US - SECOND)


def alarm(house: House) -> None:
    """An alarm of the furnace stands open."""
    del house
    limit = AlarmLimit("oven.hot", "oven.temperature", "炉温高", "high", 426.0, priority=2)
    alarms.put_limits(KEY, [limit], by="test", at=NOON)
    row = alarms.locked(KEY)["oven.hot"]
    raised = NOW_US - 30 * SECOND
    alarms.keep(KEY, [AlarmRow(row.limit, "unacknowledged", raised_us=raised, value=427.0, changed_us=raised)], [])


def stand(house: House) -> House:
    """The works with readings and an alarm, for a whole module of tests; the lake is remembered so."""
    live(house)
    alarm(house)
    shutil.rmtree(house.desk.home / "lake-kept")
    house.keep_lake()
    return house
