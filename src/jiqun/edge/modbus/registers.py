"""寄存器 registers: addresses of points, the groups that are read at once, and what the words mean. Pure."""

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jiqun.factory.readings.model import Point

FORM = re.compile(r"(\d{1,3})/(holding|input|coil|discrete)/(\d{1,5})/(\w+?)(?:/(big|little))?")
WORDS = {"bit": 1, "u16": 1, "i16": 1, "u32": 2, "i32": 2, "f32": 2, "u64": 4, "i64": 4, "f64": 4}
PACKED = {
    "u16": ">H",
    "i16": ">h",
    "u32": ">I",
    "i32": ">i",
    "f32": ">f",
    "u64": ">Q",
    "i64": ">q",
    "f64": ">d",
}
MOST_REGISTERS, MOST_BITS = 120, 2_000  # in one request


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point stands in its device (寄存器位置); little: the low word first."""

    point: Point
    device: int
    table: str
    start: int
    form: str
    little: bool

    @property
    def end(self) -> int:
        """One past its last register."""
        return self.start + WORDS[self.form]


@dataclass(frozen=True, slots=True)
class Group:
    """Registers read by one request (轮询组)."""

    device: int
    table: str
    start: int
    count: int
    places: tuple[Place, ...]


def place_of(point: Point) -> Place:
    """The place an address tells; its form was checked with the configuration."""
    found = FORM.fullmatch(point.address)
    assert found is not None, point.address
    device, table, start, form, order = found.groups()
    return Place(point, int(device), table, int(start), form, order == "little")


def groups_of(points: Iterable[Point], *, gap: int) -> tuple[Group, ...]:
    """Requests that read every point, as few as the gap allows.

    gap  most registers nobody asked for between two points of one request
    """
    places = sorted(map(place_of, points), key=lambda one: (one.device, one.table, one.start, one.end))
    groups: list[list[Place]] = []
    for place in places:
        most = MOST_BITS if place.form == "bit" else MOST_REGISTERS
        last = groups[-1] if groups else []
        near = bool(last) and (last[0].device, last[0].table) == (place.device, place.table)
        end = max((one.end for one in last), default=0)
        if near and place.start - end <= gap and max(end, place.end) - last[0].start <= most:
            last.append(place)
        else:
            groups.append([place])
    return tuple(
        Group(one[0].device, one[0].table, one[0].start, max(p.end for p in one) - one[0].start, tuple(one))
        for one in groups
    )


def number_of(place: Place, group: Group, words: Sequence[int]) -> int | float | None:
    """What the words of a group say of a point; None when the answer is too short for it."""
    at = place.start - group.start
    own = words[at : at + WORDS[place.form]]
    if len(own) < WORDS[place.form]:
        return None
    if place.form == "bit":
        return int(bool(own[0]))
    ordered = reversed(own) if place.little else own
    packed = b"".join(struct.pack(">H", word & 0xFFFF) for word in ordered)
    number: int | float = struct.unpack(PACKED[place.form], packed)[0]
    return number
