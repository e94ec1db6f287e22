"""Registers: word order, forms, groups; and the connector against the spring plant's real server."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.edge.modbus.registers import PACKED, WORDS, groups_of, number_of, place_of
from jiqun.factory.readings.model import Point, PointKind


def point(address: str, key: str = "a") -> Point:
    return Point(key, address, "件", PointKind.MEASUREMENT)


@pytest.mark.parametrize(
    ("form", "words", "number"),
    [
        ("u16", [65535], 65535), ("i16", [65535], -1), ("u32/big", [1, 2], 65538), ("u32/little", [2, 1], 65538),
        ("i32", [65535, 65534], -2), ("f32/big", [0x43FA, 0], 500.0), ("f32/little", [0, 0x43FA], 500.0),
        ("u64/little", [4, 3, 2, 1], 0x0001000200030004), ("f64", [0x4009, 0x21FB, 0x5444, 0x2D18], 3.141592653589793),
    ],
)  # fmt: skip
def test_words_mean_what_their_form_and_order_say(form: str, words: list[int], number: float) -> None:
    (group,) = groups_of([point(f"1/holding/100/{form}")], gap=0)
    assert number_of(group.places[0], group, words) == number
    assert number_of(group.places[0], group, words[:-1]) is None, "a short answer is no value"


def test_bits_are_nought_or_one() -> None:
    (group,) = groups_of([point("1/coil/3/bit", "a"), point("1/coil/5/bit", "b")], gap=8)
    assert (group.start, group.count) == (3, 3)
    assert [number_of(place, group, [1, 0, 0]) for place in group.places] == [1, 0]


def test_near_points_share_a_request_and_far_ones_do_not() -> None:
    addresses = [
        "1/holding/100/f32",
        "1/holding/104/u16",
        "1/holding/120/u16",
        "1/input/100/u16",
        "2/holding/100/u16",
    ]
    groups = groups_of([point(one, str(n)) for n, one in enumerate(addresses)], gap=8)
    assert [(g.device, g.table, g.start, g.count, len(g.places)) for g in groups] == [
        (1, "holding", 100, 5, 2), (1, "holding", 120, 1, 1), (1, "input", 100, 1, 1), (2, "holding", 100, 1, 1),
    ]  # fmt: skip


@given(
    st.sets(st.integers(0, 2000), min_size=1, max_size=80),
    st.integers(0, 200),
    st.sampled_from(["u16", "f32", "f64"]),
)
def test_every_point_is_in_one_request_within_the_limit(starts: set[int], gap: int, form: str) -> None:
    groups = groups_of([point(f"1/holding/{n}/{form}", str(n)) for n in starts], gap=gap)
    assert sorted(int(p.point.key) for g in groups for p in g.places) == sorted(starts)
    for group in groups:
        assert group.count <= 120
        assert all(
            group.start <= place.start and place.end <= group.start + group.count for place in group.places
        )


@given(st.sampled_from(sorted(PACKED)), st.booleans(), st.data())
def test_any_number_survives_its_registers(form: str, little: bool, data: st.DataObject) -> None:
    raw = data.draw(st.binary(min_size=2 * WORDS[form], max_size=2 * WORDS[form]))
    words = [int.from_bytes(raw[n : n + 2]) for n in range(0, len(raw), 2)]
    place = place_of(point(f"1/holding/7/{form}/{'little' if little else 'big'}"))
    (group,) = groups_of([place.point], gap=0)
    found = number_of(place, group, words[::-1] if little else words)
    (wanted,) = struct.unpack(PACKED[form], raw)
    assert found == wanted or (found != found and wanted != wanted)
