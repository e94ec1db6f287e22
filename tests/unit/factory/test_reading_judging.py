"""Judging a batch of a box: what is kept, what is held and why, and that nothing is lost between the two."""

import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.factory.readings.contract import Gap
from jiqun.factory.readings.judging import judge
from jiqun.factory.readings.reasons import FLAGS, GATE_REASONS, REASONS
from jiqun.factory.readings.taken import HeldRow, TakenBatch, TakingLimits

NOW = 1_790_000_000_000_000
HOUR = 3_600_000_000
KNOWN = {"furnace.temp": ("℃", "measurement"), "press.pieces": ("件", "counter")}
LIMITS = TakingLimits(24 * HOUR, 600_000_000, frozenset({"℃", "件", "kWh"}))


def batch(*rows: tuple[object, ...], **changed: object) -> dict[str, Any]:
    """A batch of the two known points; a row is point, read_us, value, quality, flag, its end left out at will."""
    whole = [(*row, *(0, NOW, 1.5, "good", "")[len(row) :]) for row in rows]
    names = ("point", "read_us", "value", "quality", "flag")
    told: dict[str, Any] = {
        "id": "abc-7",
        "sequence": 7,
        "made_us": NOW - 5,
        "points": [{"key": key, "unit": unit, "kind": kind} for key, (unit, kind) in KNOWN.items()],
        "readings": {name: [row[place] for row in whole] for place, name in enumerate(names)},
        "refused": [],
        "gaps": [],
    }
    return told | changed


def judged(told: dict[str, Any], limits: TakingLimits = LIMITS) -> TakenBatch:
    return judge(told, site="spring", known_points=KNOWN, arrived_us=NOW, limits=limits)


def rows(taken: TakenBatch) -> list[tuple[object, ...]]:
    columns = taken.columns
    whole = zip(columns.point, columns.read_us, columns.value, columns.quality, strict=True)
    return [
        (taken.points[p], us, None if math.isnan(v) else v, q, columns.flags.get(n, ""))
        for n, (p, us, v, q) in enumerate(whole)
    ]


def test_a_clean_batch_is_kept_as_it_is() -> None:
    taken = judged(batch((0, NOW - 3, 20.5), (1, NOW - 2, 7, "uncertain"), (0, NOW, -3.0, "bad")))
    assert rows(taken) == [
        ("furnace.temp", NOW - 3, 20.5, 0, ""),
        ("press.pieces", NOW - 2, 7.0, 1, ""),
        ("furnace.temp", NOW, -3.0, 2, ""),
    ]
    assert (taken.id, taken.stream, taken.sequence, taken.site) == ("abc-7", "abc", 7, "spring")
    assert (taken.made_us, taken.arrived_us, taken.held, taken.new_points) == (NOW - 5, NOW, (), {})
    assert taken.readings == 3


def test_a_batch_without_readings_is_a_batch() -> None:
    assert judged(batch()).readings == 0
    assert judged(batch(points=[])).points == ()


@pytest.mark.parametrize(
    ("row", "code", "seen"),
    [
        ((0, NOW, "12"), "wrong_type", "12"),
        ((0, NOW, True), "wrong_type", "True"),
        ((0, NOW, [1]), "wrong_type", "[1]"),
        ((0, NOW, None), "wrong_type", "None"),
        ((0, NOW, math.nan), "not_a_number", "nan"),
        ((0, NOW, math.inf), "infinite", "inf"),
        ((0, NOW, -math.inf), "infinite", "-inf"),
        ((0, NOW, 1e301), "too_large_a_number", "1e+301"),
        ((0, NOW, 10**400), "too_large_a_number", "integer of 1329 bits"),
        ((0, NOW - 24 * HOUR - 1), "too_old", "1.5"),
        ((0, 0), "too_old", "1.5"),
        ((0, -(10**30)), "too_old", f"1.5 · {-(10**30)}"),
        ((0, NOW + 600_000_001), "too_new", "1.5"),
        ((0, NOW + 366 * 24 * HOUR), "too_new", "1.5"),
        ((0, 1.5), "bad_instant", "1.5 · 1.5"),
        ((0, None), "bad_instant", "1.5 · None"),
        ((0, NOW, 1.5, "excellent"), "unknown_quality", "1.5 · excellent"),
        ((0, NOW, 1.5, 0), "unknown_quality", "1.5 · 0"),
        ((0, NOW, 1.5, ["good"]), "unknown_quality", "1.5 · ['good']"),
        ((0, NOW, 1.5, "good", "DROP TABLE"), "malformed", "1.5 · DROP TABLE"),
        ((0, NOW, 1.5, "good", 3), "malformed", "1.5 · 3"),
        ((2,), "bad_point", "1.5"),
        ((-1,), "bad_point", "1.5"),
        (("0",), "bad_point", "1.5"),
    ],
)
def test_a_bad_value_is_held_and_its_neighbours_are_kept(
    row: tuple[object, ...], code: str, seen: str
) -> None:
    taken = judged(batch((0, NOW, 1.0), row, (1, NOW, 2.0)))
    assert [one[2] for one in rows(taken)] == [1.0, 2.0]
    (held,) = taken.held
    assert (held.code, held.seen) == (code, seen)
    assert code in (*REASONS, *GATE_REASONS)
    assert held.allowed


def test_what_is_held_tells_point_unit_and_instant() -> None:
    (held,) = judged(batch((0, NOW - 25 * HOUR, 3.5))).held
    assert held == HeldRow(
        "furnace.temp", "too_old", "3.5", "≥ 2026-09-20T14:13:20+00:00", "℃", NOW - 25 * HOUR
    )
    (held,) = judged(batch((9, NOW, 3.5))).held
    assert (held.point, held.unit) == ("#9", "")


def test_bounds_are_kept_to_the_microsecond() -> None:
    taken = judged(batch((0, NOW - 24 * HOUR), (0, NOW + 600_000_000)))
    assert (taken.readings, taken.held) == (2, ())


def test_no_value_of_bad_quality_is_a_reading_without_value() -> None:
    taken = judged(batch((0, NOW, None, "bad", "no_value"), (0, NOW, 2.0)))
    assert rows(taken) == [("furnace.temp", NOW, None, 2, "no_value"), ("furnace.temp", NOW, 2.0, 0, "")]


def point(key: object = "oven.energy", unit: object = "kWh", kind: object = "counter") -> dict[str, object]:
    return {"key": key, "unit": unit, "kind": kind}


def test_a_point_met_for_the_first_time_is_new_and_not_wrong() -> None:
    taken = judged(batch((0, NOW, 1.0), points=[point(), point("furnace.temp", "℃", "measurement")]))
    assert taken.new_points == {"oven.energy": ("kWh", "counter")}
    assert rows(taken) == [("oven.energy", NOW, 1.0, 0, "")]


@pytest.mark.parametrize(
    ("told", "code", "allowed"),
    [
        (point("furnace.temp", "K", "measurement"), "unit_changed", "℃"),
        (point("furnace.temp", None, "measurement"), "unit_changed", "℃"),
        (point("furnace.temp", "℃", "counter"), "kind_changed", "measurement"),
        (point("Furnace", "℃", "measurement"), "bad_key", ""),
        (point(""), "bad_key", ""),
        (point(5), "bad_key", ""),
        (point([]), "bad_key", ""),
        (point("x" * 129), "bad_key", ""),
        (point(unit="furlong"), "unknown_unit", ""),
        (point(unit=["℃"]), "unknown_unit", ""),
        (point(kind="mood"), "unknown_kind", ""),
        (point(kind=[]), "unknown_kind", ""),
        ("furnace.temp", "bad_key", ""),
        ({}, "bad_key", ""),
        (None, "bad_key", ""),
    ],
)
def test_values_of_a_point_that_will_not_do_are_held(told: object, code: str, allowed: str) -> None:
    sound = point("press.pieces", "件", "counter")
    taken = judged(batch((0, NOW, 1.0), (1, NOW, 2.0), points=[told, sound]))
    assert [one[0] for one in rows(taken)] == ["press.pieces"]
    (held,) = taken.held
    assert held.code == code
    assert allowed in held.allowed
    assert not taken.new_points


def test_one_new_point_with_two_units_in_one_batch() -> None:
    taken = judged(batch((0, NOW, 1.0), (1, NOW, 2.0), points=[point(), point(unit="件")]))
    assert taken.new_points == {"oven.energy": ("kWh", "counter")}
    assert [(one.code, one.seen) for one in taken.held] == [("unit_changed", "2.0")]


def test_any_unit_will_do_where_none_are_given() -> None:
    told = batch((0, NOW, 1.0), points=[point(unit="斤")])
    assert judged(told, TakingLimits()).new_points == {"oven.energy": ("斤", "counter")}
    assert judged(batch((0,), points=[point(unit="x" * 33)]), TakingLimits()).held[0].code == "unknown_unit"


def test_a_counter_that_goes_back_is_kept_and_marked() -> None:
    taken = judged(
        batch((1, NOW - 9, 5.0), (1, NOW - 8, 4.0), (0, NOW, 2.0), (0, NOW, 1.0), (1, NOW - 7, 6.0))
    )
    assert [one[4] for one in rows(taken)] == ["", "counter_back", "", "", ""]
    assert not taken.held


def test_history_sent_later_is_no_counter_that_goes_back() -> None:
    taken = judged(batch((1, NOW - 1, 5.0), (1, NOW - 9, 4.0), (1, NOW - 8, None, "bad"), (1, NOW, 6.0)))
    assert not taken.columns.flags


def test_marks_of_the_box_are_kept() -> None:
    told = [(1, NOW - place, 1.0, "good", flag) for place, flag in enumerate(FLAGS)]
    assert [one[4] for one in rows(judged(batch(*told)))] == list(FLAGS)


def test_what_the_box_refused_and_lost_is_carried_over() -> None:
    refused = {
        "key": "Ns=2;x",
        "reason": "unknown_point",
        "seen": "17",
        "arrived_us": NOW,
        "read_us": NOW - 4,
    }
    gap = {"from_us": NOW - HOUR, "to_us": NOW, "count": 40, "reason": "overflow"}
    taken = judged(batch(refused=[refused, refused | {"read_us": None}], gaps=[gap]))
    assert taken.held == (
        HeldRow("Ns=2;x", "unknown_point", "17", read_us=NOW - 4),
        HeldRow("Ns=2;x", "unknown_point", "17"),
    )
    assert taken.gaps == (Gap(NOW - HOUR, NOW, 40, "overflow"),)


@pytest.mark.parametrize("one", [None, 3, {}, {"key": "a", "reason": "No such word"}, {"reason": "bad_row"}])
def test_a_refusal_that_cannot_be_read_is_held_whole(one: object) -> None:
    (held,) = judged(batch(refused=[one])).held
    assert (held.code, held.seen) == ("malformed", str(one))


@pytest.mark.parametrize("word", [{"from_us": "x"}, {"to_us": 10**30}, {"count": -1}, {"count": 1.5}])
def test_a_gap_that_cannot_be_read_is_held_whole(word: dict[str, object]) -> None:
    gap = {"from_us": NOW, "to_us": NOW, "count": 1, "reason": "overflow"} | word
    taken = judged(batch(gaps=[gap]))
    assert (taken.gaps, taken.held[0].code) == ((), "malformed")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"id": None}, "readings.not_a_batch"),
        ({"id": ""}, "readings.not_a_batch"),
        ({"id": "a b"}, "readings.not_a_batch"),
        ({"id": "x" * 201}, "readings.not_a_batch"),
        ({"sequence": "7"}, "readings.not_a_batch"),
        ({"sequence": -1}, "readings.not_a_batch"),
        ({"sequence": True}, "readings.not_a_batch"),
        ({"sequence": 2**62}, "readings.not_a_batch"),
        ({"points": {}}, "readings.not_a_batch"),
        ({"refused": "none"}, "readings.not_a_batch"),
        ({"gaps": 3}, "readings.not_a_batch"),
        ({"readings": []}, "readings.not_a_batch"),
        ({"readings": {}}, "readings.uneven_columns"),
        ({"readings": batch((0,))["readings"] | {"value": []}}, "readings.uneven_columns"),
        ({"readings": batch((0,))["readings"] | {"flag": ""}}, "readings.uneven_columns"),
    ],
)
def test_what_is_no_batch_as_a_whole_is_refused_with_a_code(changed: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as told:
        judged(batch((0,), (0,)) | changed)
    assert told.value.code == code


@pytest.mark.parametrize(
    ("key", "stream"),
    [("abc-7", "abc"), ("a-b-7", "a-b"), ("abc-07", ""), ("-7", ""), ("odd", ""), ("abc-17", "")],
)
def test_the_stream_is_what_stands_before_the_number(key: str, stream: str) -> None:
    assert judged(batch(id=key)).stream == stream


def test_a_sealing_instant_that_is_none_is_not_made_up() -> None:
    assert judged(batch(made_us="yesterday")).made_us is None
    assert judged(batch(made_us=10**30)).made_us is None


def test_text_that_no_store_takes_is_made_storable() -> None:
    (held,) = judged(batch((0, NOW, "\ud800 half"))).held
    assert held.seen == "? half"
    (held,) = judged(batch((0, NOW, "x" * 10_000))).held
    assert len(held.seen) == 200


VALUES = st.one_of(
    st.floats(), st.integers(), st.none(), st.booleans(), st.text(max_size=3), st.lists(st.none(), max_size=1)
)
ROWS = st.tuples(
    st.sampled_from([0, 1, 2, -1, "0", None, True]),
    st.sampled_from([NOW, NOW - HOUR, NOW - 30 * HOUR, NOW + HOUR, 0, 2**70, 1.0, None]),
    VALUES,
    st.sampled_from(["good", "bad", "uncertain", "", None, 0]),
    st.sampled_from(["", "counter_back", "?", None]),
)


@settings(max_examples=50)
@given(st.lists(ROWS, max_size=8))
def test_every_value_is_either_kept_or_held(told: list[tuple[object, ...]]) -> None:
    taken = judged(batch(*told))
    assert taken.readings + len(taken.held) == len(told)
    for key, read_us, value, quality, flag in rows(taken):
        assert key in KNOWN
        assert NOW - 24 * HOUR <= int(str(read_us)) <= NOW + 600_000_000
        assert quality in (0, 1, 2)
        assert flag in ("", "counter_back")
        assert value is None or abs(float(str(value))) <= 1e300
    orjson.dumps([[one.point, one.code, one.seen, one.allowed] for one in taken.held])


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-HOUR, 0), st.floats(-1e6, 1e6)), max_size=30))
def test_the_quick_way_and_the_careful_way_agree(told: list[tuple[int, int, float]]) -> None:
    """One faulty row more sends a batch the careful way; the rest must come out the same."""
    sound = [(point, NOW + ago, value, "good", "") for point, ago, value in told]
    quick, careful = judged(batch(*sound)), judged(batch(*sound, (0, NOW, "x")))
    assert rows(quick) == rows(careful)
    assert json.dumps(list(quick.columns.point)) == json.dumps(list(careful.columns.point))
