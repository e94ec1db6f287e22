"""实时推送 server-sent events: a stream holds a thread of the server, so there are few at once and each ends soon.

Who finds no seat gets one event and is told to come again after three seconds: the page then lives by asking.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping

import orjson
from django.http import StreamingHttpResponse

Parts = Mapping[str, str]
"""Pieces of a page by name, as they are to stand there."""
RETRY_MS, STEP_S = 3000, 1.0


class Seats:
    """How many streams may be open at once in this process; a seat nobody gave back falls free by itself."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._taken: dict[int, float] = {}
        self._number = 0

    def take(self, most: int, *, seconds: float) -> int | None:
        """A seat for at most so many seconds, or None."""
        now = time.monotonic()
        with self._turn:
            self._taken = {seat: until for seat, until in self._taken.items() if until > now}
            if len(self._taken) >= most:
                return None
            self._number += 1
            self._taken[self._number] = now + seconds + 5
            return self._number

    def give_back(self, seat: int | None) -> None:
        """The seat is free."""
        with self._turn:
            self._taken.pop(seat or 0, None)


SEATS = Seats()


def stream(parts: Callable[[], Parts], *, most: int, seconds: float, seats: Seats = SEATS) -> StreamingHttpResponse:
    """The response: changed parts each second until `seconds` are over or the reader is gone; one event without a seat."""
    seat = seats.take(most, seconds=seconds)
    answer = StreamingHttpResponse(
        _events(parts, seconds if seat is not None else 0.0, lambda: seats.give_back(seat)),
        content_type="text/event-stream; charset=utf-8",
    )
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


def event(name: str, data: object) -> bytes:
    """One event as it travels."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def _events(parts: Callable[[], Parts], seconds: float, done: Callable[[], None]) -> Iterator[bytes]:
    last: dict[str, str] = {}
    until = time.monotonic() + seconds
    try:
        yield b"retry: %d\n\n" % (RETRY_MS if not seconds else 250)
        while True:
            found = parts()
            changed = {name: html for name, html in found.items() if last.get(name) != html}
            last.update(found)
            yield event("parts", {"parts": changed, "at_ms": round(time.time() * 1000)})
            if time.monotonic() + STEP_S > until:
                return
            time.sleep(STEP_S)
    finally:
        done()
