"""Points, configuration and the screen: mistakes told all at once; every odd value counted under its reason."""

import math
import re
from pathlib import Path

import pytest
from edge_house import LIMITS, NOW_US, PACKS
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import RowErrors
from jiqun.core.units import UnitTable
from jiqun.edge.config import read_config
from jiqun.edge.screen import Screen
from jiqun.factory.readings.manifests import connector_keys, manifest_of, quality_of
from jiqun.factory.readings.model import Point, PointKind, Quality, Reading, Refusal, Sample
from jiqun.factory.readings.reasons import FLAGS, REASONS

TEMPERATURE = Point("furnace.t", "a", "摄氏度", PointKind.MEASUREMENT, scale=0.1, deadband=0.5)
PIECES = Point("press.pieces", "b", "件", PointKind.COUNTER)
UNITS = UnitTable.load(PACKS / "units.toml")
GOOD = """site = "works"
[gate]
address = "http://127.0.0.1:8000/api/readings"
[buffer]
path = "edge.sqlite3"
[[connector]]
name = "in"
kind = "http_in"
port = 9000
points = "points.csv"
"""


def screen() -> Screen:
    return Screen((TEMPERATURE, PIECES), LIMITS, UNITS)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "not_a_number"), (math.inf, "infinite"), (-math.inf, "infinite"), ("12", "wrong_type"),
        (None, "wrong_type"), ([1], "wrong_type"), (b"\x00", "wrong_type"), (1e308, "too_large_a_number"),
        (10**400, "too_large_a_number"), pytest.param(-(10**5000), "too_large_a_number", id="very long"),
    ],
)  # fmt: skip
def test_a_value_that_is_no_number_is_refused_with_its_reason(value: object, reason: str) -> None:
    judge = screen()
    found = judge.judge(Sample("furnace.t", value, NOW_US), NOW_US)
    assert isinstance(found, Refusal) and found.reason == reason and len(found.seen) <= 200
    assert judge.counts[reason] == judge.counts["refused"] == 1


@pytest.mark.parametrize(
    ("read_us", "reason"),
    [(0, "too_old"), (NOW_US + 366 * 86_400_000_000, "too_new"), (NOW_US - 400 * 86_400_000_000, "too_old"),
     (-(10**30), "too_old")],
)  # fmt: skip
def test_1970_and_next_year_are_refused(read_us: int, reason: str) -> None:
    found = screen().judge(Sample("furnace.t", 1.0, read_us), NOW_US)
    assert isinstance(found, Refusal) and found.reason == reason


def test_unknown_points_and_changed_units_are_refused() -> None:
    judge = screen()
    assert judge.judge(Sample("nobody", 1.0, NOW_US), NOW_US).reason == "unknown_point"  # type: ignore[union-attr]
    assert judge.judge(Sample("furnace.t", 1.0, NOW_US, unit="°F"), NOW_US).reason == "unit_changed"  # type: ignore[union-attr]
    assert isinstance(judge.judge(Sample("furnace.t", 1.0, NOW_US, unit="摄氏度"), NOW_US), Reading)
    assert isinstance(judge.judge(Sample("furnace.t", 90.0, NOW_US, unit="℃"), NOW_US), Reading), (
        "an alias of the same unit"
    )


def test_scale_and_deadband_are_in_the_unit_of_the_point() -> None:
    judge = screen()
    values = [3000, 3003, 3006, 3006]
    found = [judge.judge(Sample("furnace.t", v, NOW_US + n), NOW_US) for n, v in enumerate(values)]
    assert [one and round(one.value, 6) for one in found] == [300.0, None, 300.6, None]  # type: ignore[union-attr]
    assert judge.counts["unchanged"] == 2
    assert judge.judge(Sample("furnace.t", 3006, NOW_US + 61_000_000), NOW_US + 61_000_000), (
        "said again after a minute"
    )
    assert judge.judge(Sample("furnace.t", 3006, NOW_US + 61_000_001, Quality.BAD), NOW_US + 61_000_001), (
        "quality is news"
    )


def test_a_counter_that_jumps_back_is_kept_flagged_and_counted() -> None:
    judge = screen()
    found = [judge.judge(Sample("press.pieces", v, NOW_US + n), NOW_US) for n, v in enumerate([5, 6, 2, 3])]
    assert [(one.value, one.flag) for one in found] == [(5, ""), (6, ""), (2, "counter_back"), (3, "")]  # type: ignore[union-attr]
    assert judge.counts["counter_back"] == 1
    late = judge.judge(Sample("press.pieces", 1, NOW_US), NOW_US)
    assert isinstance(late, Reading) and not late.flag, "a late reading is no jump"


def test_no_source_time_and_no_value_are_said() -> None:
    judge = screen()
    assert judge.judge(Sample("press.pieces", 1, None), NOW_US).flag == "no_source_time"  # type: ignore[union-attr]
    gone = judge.judge(Sample("furnace.t", None, NOW_US, Quality.BAD), NOW_US)
    assert isinstance(gone, Reading) and gone.value is None and gone.flag == "no_value"


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text("aé中\x00", max_size=5),
        st.binary(max_size=5),
        st.lists(st.integers()),
    ),
    st.one_of(st.none(), st.integers()),
    st.sampled_from(Quality),
)
def test_nothing_raises_and_everything_is_counted(
    value: object, read_us: int | None, quality: Quality
) -> None:
    judge = screen()
    found = judge.judge(Sample("furnace.t", value, read_us, quality), NOW_US)
    assert (isinstance(found, Refusal) and found.reason in REASONS) or (
        isinstance(found, Reading) and found.flag in ("", *FLAGS)
    )
    assert judge.counts["readings"] + judge.counts["refused"] == 1


def written(
    folder: Path, config: str = GOOD, points: str = "key,address,unit,kind\nt,a,摄氏度,measurement\n"
) -> Path:
    (folder / "points.csv").write_text(points, encoding="utf-8")
    (folder / "edge.toml").write_text(config, encoding="utf-8")
    return folder / "edge.toml"


def test_a_sound_configuration_is_read(tmp_path: Path) -> None:
    config = read_config(written(tmp_path), packs=PACKS)
    assert config.site == "works" and config.buffer.path == tmp_path / "edge.sqlite3"
    assert config.connectors[0].whole("port") == 9000 and config.connectors[0].text("host") == "127.0.0.1"
    assert config.connectors[0].points == (Point("t", "a", "摄氏度", PointKind.MEASUREMENT),)


def test_everything_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    bad = (
        GOOD.replace("works", "Works!")
        .replace("http://127.0.0.1:8000/api/readings", "gate")
        .replace("9000", '"x"')
    )
    bad += 'speed = 3\n[[connector]]\nname = "in"\nkind = "telepathy"\n'
    points = "key,address,unit,kind,scale,deadband\nA b,x,摄氏度,measurement,1,0\n"
    points += "t,x,furlong,sometimes,0,-1\nt,x,件,total,a,\n"
    with pytest.raises(RowErrors) as caught:
        read_config(written(tmp_path, bad, points), packs=PACKS)
    told = {(Path(one.file).name, one.row, one.column.split(".")[-1]) for one in caught.value.errors}
    assert told >= {
        ("edge.toml", 1, "site"), ("edge.toml", 3, "address"), ("edge.toml", 9, "port"), ("edge.toml", 11, "speed"),
        ("edge.toml", 14, "kind"), ("points.csv", 2, "key"), ("points.csv", 3, "unit"), ("points.csv", 3, "kind"),
        ("points.csv", 3, "scale"), ("points.csv", 3, "deadband"), ("points.csv", 4, "key"), ("points.csv", 4, "scale"),
    }  # fmt: skip


def test_one_key_at_two_connectors_is_refused(tmp_path: Path) -> None:
    twice = GOOD + GOOD[GOOD.index("[[connector]]") :].replace('"in"', '"other"')
    with pytest.raises(RowErrors) as caught:
        read_config(written(tmp_path, twice), packs=PACKS)
    assert [one.code for one in caught.value.errors] == ["edge.named_twice"]


def test_every_connector_has_manifest_and_quality_card() -> None:
    assert connector_keys() == ("csv_drop", "http_in", "modbus", "mqtt_json", "opcua", "sparkplug")
    for key in connector_keys():
        manifest = manifest_of(key)
        assert re.fullmatch(manifest.pattern, manifest.example), key
        marks = {mark.key for mark in quality_of(key)}
        assert marks >= {"reconnects", "source_time", "quality", "bad_input", "nothing_twice", "security"}, (
            key
        )


def test_the_examples_are_sound() -> None:
    for name, count in (("spring", 37), ("dye", 22)):
        config = read_config(PACKS.parent / "example" / "edge" / f"{name}.toml", packs=PACKS)
        assert config.site == name and sum(len(one.points) for one in config.connectors) == count


def test_what_holds_unchanged_is_said_again_after_a_minute() -> None:
    judge, minute = screen(), 60_000_000
    judge.judge(Sample("press.pieces", 7, NOW_US), NOW_US)
    assert judge.again(["press.pieces", "furnace.t"], NOW_US + minute - 1) == []
    (again,) = judge.again(["press.pieces", "furnace.t"], NOW_US + minute)
    assert (again.value, again.read_us, again.flag) == (7.0, NOW_US + minute, "repeated")
    assert judge.again(["press.pieces"], NOW_US + 2 * minute - 1) == []
    assert judge.counts["repeated"] == 1


def test_what_is_bad_is_not_said_again() -> None:
    judge = screen()
    judge.judge(Sample("press.pieces", 7, NOW_US), NOW_US)
    judge.judge(Sample("press.pieces", None, NOW_US, Quality.BAD), NOW_US)
    assert judge.again(["press.pieces"], NOW_US + 10**12) == []


def test_a_counter_goes_on_from_what_was_said_again() -> None:
    judge, later = screen(), NOW_US + 90_000_000
    judge.judge(Sample("press.pieces", 7, NOW_US), NOW_US)
    judge.again(["press.pieces"], later)
    found = judge.judge(Sample("press.pieces", 8, later - 1_000), later)
    assert isinstance(found, Reading) and found.flag == ""
