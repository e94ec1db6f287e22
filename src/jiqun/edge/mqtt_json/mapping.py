"""JSON 映射: which part of which topic's message is which point: `topic#/pointer` (RFC 6901). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from jiqun.core.errors import InputError
from jiqun.edge.instants import FORMS, read_instant
from jiqun.factory.readings.model import Point, Sample
from jiqun.factory.readings.reasons import MALFORMED

Refused = tuple[str, str, object]
ABSENT = object()


def found_at(message: object, pointer: str) -> object:
    """What stands at a pointer; `ABSENT` where nothing does."""
    at = message
    for word in pointer.split("/")[1:]:
        name = word.replace("~1", "/").replace("~0", "~")
        if isinstance(at, dict):
            at = at.get(name, ABSENT)
        elif isinstance(at, list) and name.isdecimal() and len(name) < 7 and int(name) < len(at):
            at = at[int(name)]
        else:
            return ABSENT
    return at


@dataclass(frozen=True, slots=True)
class _Wanted:
    key: str
    pointer: str


class Mapping:
    """The points of one broker by topic (JSON 映射)."""

    def __init__(self, points: Iterable[Point], *, time: str, form: str) -> None:
        if form not in FORMS:
            raise InputError("edge.bad_message", seen=form, allowed=" ".join(FORMS))
        self.time, self.form = time, form
        self._by_topic: dict[str, list[_Wanted]] = {}
        for point in points:
            topic, _, pointer = point.address.partition("#")
            self._by_topic.setdefault(topic, []).append(_Wanted(point.key, pointer))

    @property
    def topics(self) -> list[str]:
        """Every topic a point lives in."""
        return sorted(self._by_topic)

    def read(self, topic: str, payload: bytes) -> tuple[list[Sample], list[Refused]]:
        """Samples of one message; what of it cannot be read is refused. A part that is absent is no value and no fault."""
        try:
            message = orjson.loads(payload)
        except ValueError as error:
            return [], [(MALFORMED, topic, f"{error}: {payload[:60]!r}")]
        read_us = None
        if self.time:
            told = found_at(message, self.time)
            read_us = read_instant(told, self.form)
            if read_us is None and told is not ABSENT:
                return [], [(MALFORMED, f"{topic}#{self.time}", told)]
        samples = [
            Sample(one.key, value, read_us)
            for one in self._by_topic.get(topic, ())
            if (value := found_at(message, one.pointer)) is not ABSENT
        ]
        return samples, []
