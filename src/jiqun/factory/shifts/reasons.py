"""停机原因 reasons of stops: what a person said why a machine stood, laid over what the machine itself told."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from jiqun.factory.oee.model import Event, Kind
from jiqun.factory.oee.timeline import Part, Piece

STOPS: tuple[Part, ...] = ("down", "delay", "changeover", "planned", "minor")
EXPLAINED: tuple[Kind, ...] = ("down", "delay", "changeover", "planned")


@dataclass(frozen=True, slots=True)
class StopWord:
    """A person's word: this machine stood from `start` to `end` for that reason, which counts as `kind`."""

    machine: str
    start: int
    end: int
    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One standstill of a machine in a shift; reason "" is unknown. part: what it counts as; `minor` is a short one."""

    machine: str
    line: str
    start: int
    end: int
    part: Part
    reason: str

    @property
    def micros(self) -> int:
        """Its length."""
        return self.end - self.start


def reasoned(events: Sequence[Event], words: Sequence[StopWord]) -> tuple[Event, ...]:
    """The events with the words of people laid over the stops they speak of, cut where a word begins or ends.

    Running stays running and a gap stays a gap, whatever is said of it; of two words about one instant the later in
    `words` holds.
    """
    return tuple(piece for event in events for piece in _cut(event, words))


def stops_of(pieces: Iterable[Piece]) -> tuple[Stop, ...]:
    """Standstills of one machine within shifts, in order; pieces that follow each other for one reason are one stop."""
    found: list[Stop] = []
    for piece in pieces:
        if not piece.shift or piece.part not in STOPS:
            continue
        stop = Stop(piece.machine, piece.line, piece.start, piece.end, piece.part, piece.reason)
        last = found[-1] if found else None
        if last and (last.end, last.part, last.reason) == (stop.start, stop.part, stop.reason):
            found[-1] = replace(last, end=stop.end)
        else:
            found.append(stop)
    return tuple(found)


def gaps_of(pieces: Iterable[Piece]) -> tuple[Stop, ...]:
    """Stretches of one machine's planned time of which nobody knows what it did, joined where they touch."""
    found: list[Stop] = []
    for piece in pieces:
        if not piece.shift or piece.part != "gap":
            continue
        gap = Stop(piece.machine, piece.line, piece.start, piece.end, "gap", "")
        if found and found[-1].end == gap.start:
            found[-1] = replace(found[-1], end=gap.end)
        else:
            found.append(gap)
    return tuple(found)


def _cut(event: Event, words: Sequence[StopWord]) -> Iterator[Event]:
    about = [
        one for one in words
        if one.machine == event.machine and one.start < event.end and one.end > event.start
    ]  # fmt: skip
    if event.kind not in EXPLAINED or not about:
        yield event
        return
    cuts = {event.start, event.end} | {
        at for one in about for at in (one.start, one.end) if event.start < at < event.end
    }
    for start, end in pairwise(sorted(cuts)):
        said = next((one for one in reversed(about) if one.start <= start and end <= one.end), None)
        told = replace(event, start=start, end=end)
        yield replace(told, kind=said.kind, reason=said.reason) if said else told
