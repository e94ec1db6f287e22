"""What pages of machines are told: tiles, shift so far, losses, one machine's day, evidence, series."""

import pytest
from live_house import DAY, KEY, NOON, NOW_US, stand
from reading_rows import put_readings
from web_house import SHENGZHOU, House, key_of

from jiqun.actions import factories as acts
from jiqun.actions.desk import Desk
from jiqun.actions.reading.factory_live import Tile, factory_list, factory_live
from jiqun.actions.reading.factory_machine import factory_machine
from jiqun.actions.reading.factory_minutes import Minutes
from jiqun.actions.reading.factory_series import factory_series
from jiqun.actions.reading.factory_site import sites_of
from jiqun.actions.reading.factory_why import WhyAsk, factory_why
from jiqun.core.errors import InputError, NotAllowed, NotFound
from jiqun.factory.instants import MINUTE, SECOND
from jiqun.ledger.factories import Factory

HOUR = 60 * MINUTE


@pytest.fixture(scope="module", autouse=True)
def works(module_house: House, django_db_blocker: pytest.FixtureRequest) -> None:
    """The works stand, for all tests of this module."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        stand(module_house)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon."""
    monkeypatch.setattr(Desk, "now", lambda _: NOON)


def tiles(house: House) -> dict[str, Tile]:
    page = factory_live(house.desk, house.actor("workshop"), KEY)
    return {tile.key: tile for line in page.lines for tile in line.tiles}


def test_tiles_say_how_machines_stand(house: House) -> None:
    found = tiles(house)
    coil, oven, bench = found["coil"], found["oven"], found["bench"]
    assert (coil.state.key, coil.pieces, coil.scrap, coil.cycle_s) == ("running", 299, 1, 2.0)
    assert (oven.state.key, oven.since and oven.since.minute, oven.queue) == ("starved", 58, 0)
    assert (oven.alarms, oven.priority, coil.alarms) == (1, 2, 0)
    assert (bench.state.key, bench.pieces, bench.oee.why) == ("unknown", None, ("no_time",))
    assert coil.age_s == 2 and not coil.is_old


def test_the_shift_so_far_is_a_range_where_nobody_knows(house: House) -> None:
    page = factory_live(house.desk, house.actor("workshop"), KEY)
    assert page.turn is not None and (page.turn.name, page.turn.starts.hour, page.turn.planned) == (
        "白班",
        8,
        True,
    )
    (line,) = [one for one in page.lines if one.key == "l1"]
    busy = 2 * (4 * 60 - 10) * 60  # two machines, four hours less the break
    assert sum(one.seconds for one in line.losses) == busy
    coil = tiles(house)["coil"]
    assert coil.oee.value is None and coil.oee.why == ("no_count",)
    assert coil.oee.low == pytest.approx(298 * 2 / (230 * 60), abs=1e-3)


def test_what_comes_after_the_last_reckoning_is_added(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tiles(house)["coil"].pieces
    later = NOW_US + 4 * SECOND
    put_readings(
        house.desk.lake,
        KEY,
        {"coil.pieces": [(NOW_US + SECOND, 1301.0), (NOW_US + 3 * SECOND, 1303.0)]},
        arrived_us=later,
    )
    monkeypatch.setattr(Desk, "now", lambda _: NOON.replace(second=4))
    coil = tiles(house)["coil"]
    assert before == 299 and coil.pieces == 303 and coil.age_s == 1


def test_old_values_are_told_as_old(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "now", lambda _: NOON.replace(minute=5))
    coil = tiles(house)["coil"]
    assert coil.state.key == "gap" and coil.is_old and coil.age_s == 302


def test_no_calendar_no_machines(house: House) -> None:
    acts.set_shifts(house.desk, KEY, [], by=house.actor("enterprise"), at=NOON)
    sites_of(house.desk).forget(KEY)
    page = factory_live(house.desk, house.actor("enterprise"), KEY)
    assert page.turn is not None and not page.turn.entered and page.has_readings and page.has_machines
    sites_of(house.desk).forget(KEY)
    acts.make(house.desk, Factory("bare", "空厂", key_of("330624")), by=house.actor("administrator"), at=NOON)
    bare = factory_live(house.desk, house.actor("enterprise"), "bare")
    assert bare.turn is None and not bare.has_machines and bare.can_run
    cards = factory_list(house.desk, house.actor("workshop")).cards
    assert [one.factory.key for one in cards] == ["bare", KEY]


def test_others_see_nothing(house: House) -> None:
    acts.make(
        house.desk, Factory("other", "别家", key_of(SHENGZHOU)), by=house.actor("administrator"), at=NOON
    )
    for role, key in (
        ("county_officer", KEY),
        ("provincial_officer", KEY),
        ("enterprise", "other"),
        ("workshop", "other"),
    ):
        by = house.actor(role)
        for ask in (
            lambda by=by, key=key: factory_live(house.desk, by, key),
            lambda by=by, key=key: factory_machine(house.desk, by, key, "coil"),
            lambda by=by, key=key: factory_why(house.desk, by, key, WhyAsk("oee", "coil")),
            lambda by=by, key=key: factory_series(house.desk, by, key, "coil.pieces", start_us=1, end_us=2),
        ):
            with pytest.raises(NotAllowed):
                ask()


def test_one_machine_over_its_day(house: House) -> None:
    page = factory_machine(house.desk, house.actor("workshop"), KEY, "oven")
    seconds = {one.state.key: one.seconds for one in page.times}
    assert seconds["running"] == 480 and seconds["starved"] == 118 + 2
    assert sum(seconds.values()) == 12 * 3600 and sum(one.width for one in page.bar) == pytest.approx(
        500, abs=0.1
    )
    assert [(one.seconds, one.kind, one.reason, one.minor) for one in page.stops] == [
        (120, "delay", "starved", True)
    ]
    assert page.cycles is not None and page.cycles.median_s == 4 and page.cycles.pieces == 118
    (shift,) = page.shifts
    assert (shift.name, shift.produced, shift.busy_s) == ("白班", 119, 230 * 60)
    assert [one.name for one in page.products] == ["S-12"]
    temperature = next(one for one in page.points if one.key == "oven.temperature")
    assert temperature.value is not None and max(filter(None, temperature.high)) == 426
    yesterday = factory_machine(house.desk, house.actor("workshop"), KEY, "oven", day=DAY.replace(day=3))
    assert [(one.state.key, one.seconds) for one in yesterday.times] == [("unknown", 86400)]
    with pytest.raises(NotFound):
        factory_machine(house.desk, house.actor("workshop"), KEY, "none")


def test_a_number_leads_to_its_readings(house: House) -> None:
    by = house.actor("workshop")
    ask = WhyAsk("pieces", "coil", start_us=NOW_US - 4 * HOUR, end_us=NOW_US)
    why = factory_why(house.desk, by, KEY, ask)
    assert (why.value, why.points[0].key, why.points[0].readings) == ("299", "coil.pieces", 300)
    assert why.batch_count == 1 and why.batches[0].readings == why.looked_at - 300 + why.batches[0].readings
    for what in ("state", "scrap", "cycle", "oee", "losses"):
        found = factory_why(house.desk, by, KEY, WhyAsk(what, "coil", start_us=NOW_US - HOUR, end_us=NOW_US))
        assert found.value and found.steps and found.points
    point = factory_why(house.desk, by, KEY, WhyAsk(point="oven.temperature", end_us=NOW_US))
    assert point.unit == "摄氏度" and point.points[0].good == 300
    for bad in (WhyAsk("oee", "none"), WhyAsk(point="none")):
        with pytest.raises(NotFound):
            factory_why(house.desk, by, KEY, bad)
    with pytest.raises(InputError):
        factory_why(house.desk, by, KEY, WhyAsk("oee", "coil", start_us=5, end_us=4))


def test_oee_and_its_factors_open_rule_steps_batches_and_files(house: House) -> None:
    by = house.actor("workshop")
    page = factory_machine(house.desk, by, KEY, "coil")
    (shift,) = page.shifts
    for line, more in (
        (page.whole, {}),
        (shift, {"shift": shift.name}),
        (page.products[0], {"product": "S-12"}),
    ):
        shown = {"oee": line.oee, "availability": line.availability, "effectiveness": line.effectiveness,
                 "quality": line.quality}  # fmt: skip
        for what, share in shown.items():
            why = factory_why(
                house.desk, by, KEY, WhyAsk(what, "coil", start_us=page.start_us, end_us=page.end_us, **more)
            )
            edges = (share.value, share.value) if share.value is not None else (share.low, share.high)
            told = [f"{one * 100:.1f}" if one is not None else "?" for one in edges]
            assert why.value in (f"{told[0]} %", f"{told[0]} – {told[1]} %"), what
            assert why.rule is not None and "÷" in why.rule.formula and why.rule.version.startswith("jiqun ")
            assert why.steps[-1].output == why.value and len(why.steps) == (7 if what == "oee" else 4)
            assert why.of == shift.name * ("shift" in more) + "S-12" * ("product" in more)
            assert why.batches and sum(one.rows for one in why.files) == sum(
                one.readings for one in why.points
            )
    nothing = factory_why(
        house.desk, by, KEY, WhyAsk("oee", "coil", start_us=page.start_us, end_us=page.end_us, shift="x")
    )
    assert nothing.value == "?" and nothing.rule is not None
    assert factory_why(house.desk, by, KEY, WhyAsk("pieces", "coil", end_us=NOW_US)).rule is None


def test_a_series_keeps_extremes_and_says_its_limits(house: House) -> None:
    by = house.actor("workshop")
    found = factory_series(house.desk, by, KEY, "oven.temperature", start_us=NOW_US - HOUR, end_us=0, most=20)
    assert (
        max(filter(None, found.high)) == 426
        and min(filter(None, found.low)) == 420
        and found.end_us == NOW_US
    )
    assert len(found.t_us) <= 21 and found.bucket_us > 0
    with pytest.raises(NotFound):
        factory_series(house.desk, by, KEY, "none", start_us=1, end_us=2)
    with pytest.raises(InputError):
        factory_series(house.desk, by, KEY, "coil.pieces", start_us=2, end_us=2)


def test_the_last_minutes_are_kept_and_late_readings_find_their_place(house: House) -> None:
    minutes = Minutes(sites_of(house.desk).reader, KEY)
    keys, start, end = ("oven.queue",), NOW_US - 10 * MINUTE, NOW_US + 20 * SECOND
    assert [row[2] for row in minutes.rows(keys, start, end)] == [9.0, 0.0]
    late = {
        "oven.queue": [(NOW_US + 5 * SECOND, 4.0), (NOW_US - 5 * MINUTE, 8.0)],
        "coil.queue": [(NOW_US, 1.0)],
    }
    put_readings(house.desk.lake, KEY, late, arrived_us=NOW_US + 8 * SECOND)
    again = {"oven.queue": [(NOW_US + 5 * SECOND, 4.0)]}
    put_readings(house.desk.lake, KEY, again, arrived_us=NOW_US + 9 * SECOND)
    assert [row[2] for row in minutes.rows(keys, start, end)] == [9.0, 8.0, 0.0, 4.0]
    assert [row[2] for row in minutes.rows(keys, NOW_US - MINUTE, NOW_US)] == []
    assert [row[2] for row in minutes.rows(("coil.queue",), NOW_US - MINUTE, end)] == [1.0]
