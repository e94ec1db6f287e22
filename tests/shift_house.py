"""A small spring works for tests of shifts and months: two machines on a line, readings written in minutes of a day."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from action_world import MORNING, World, firm, key_of, officer
from reading_files import write_readings

from jiqun.actions import factories as acts
from jiqun.actions.desk import ZONE
from jiqun.factory.instants import MINUTE, midnight
from jiqun.ledger.factories import Factory, FactoryPoint, Line, Machine, ShiftRow
from jiqun.ledger.shift_ends import ShiftKey

OWNER = officer("enterprise", "enterprise", key_of(1))
WORKER = officer("workshop", "enterprise", key_of(1))
OTHER = officer("enterprise", "enterprise", key_of(2))
OFFICE = officer("county_officer", "region", "330624")
DAY = date(2026, 10, 14)
EVENING = datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)
SPRING = Factory("spring", "弹簧厂", key_of(1))
EARLY = ShiftRow("早班", 480, 600, ((540, 550),))
EARLY_KEY = ShiftKey("spring", DAY, "早班")
Rows = list[tuple[str, str, int, float | None, int, int]]


def works(world: World) -> World:
    """The works with a coiler (60 s a piece) and a press on one line, a bench nobody connected, and a shift 08:00–10:00."""
    world.enterprises(firm(1), firm(2))
    acts.make(world.desk, SPRING, by=OWNER, at=MORNING)
    acts.describe(
        world.desk, "spring", by=OWNER, at=MORNING, lines=[Line("l1", "一线")],
        machines=[
            Machine("coil", "卷簧机", "l1", 1, product="S-12", ideal_cycle_s=Decimal(60)), Machine("press", "压机", "l1", 2),
            Machine("bench", "手工台", "l1", 3),
        ],
        points=[
            FactoryPoint("coil.running", "台", "measurement", "", "coil", "running"),
            FactoryPoint("coil.pieces", "件", "counter", "", "coil", "produced"),
            FactoryPoint("coil.scrap", "件", "counter", "", "coil", "scrap"),
            FactoryPoint("press.temperature", "摄氏度", "measurement", "", "press", "temperature"),
            FactoryPoint("plant.energy", "千瓦时", "counter", "", "", "energy"),
        ],
    )  # fmt: skip
    acts.set_shifts(world.desk, "spring", [EARLY], by=OWNER, at=MORNING)
    return world


def us(minute: float, day: date = DAY) -> int:
    """Microseconds of a minute of a day."""
    return midnight(day) + round(minute * MINUTE)


def said(point: str, steps: Iterable[tuple[float, float | None]], *, day: date = DAY, quality: int = 0) -> Rows:
    """Readings of a point: (minute of the day, value)."""
    return [("spring", point, us(at, day), value, quality, us(at, day) + 500_000) for at, value in steps]


def early_shift(day: date = DAY, *, until: int = 601, gap: tuple[int, int] = (0, 0)) -> Rows:
    """The coiler from 07:55: runs to 08:30, stands to 08:50, runs on; a piece a minute while it runs, every tenth is scrap.

    gap  minutes of the day from which nothing arrived
    """
    rows: Rows = []
    made = scrap = 0
    for minute in range(475, until):
        runs = not 510 <= minute < 530
        made += 1 if runs and minute > 475 else 0
        scrap += 1 if runs and minute > 475 and made % 10 == 0 else 0
        if gap[0] <= minute < gap[1]:
            continue
        told = (("coil.running", float(runs)), ("coil.pieces", made), ("coil.scrap", scrap))
        for point, value in told:
            rows += said(point, [(minute, value)], day=day)
    return rows


def put(world: World, rows: Rows) -> None:
    """Bring readings into the lake."""
    write_readings(world.desk.lake, rows)


def month_of_days(count: int, *, first: date = date(2026, 10, 1)) -> Rows:
    """The early shift of so many days from the first of the month on."""
    return [row for n in range(count) for row in early_shift(first + timedelta(days=n))]
