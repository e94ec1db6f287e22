"""通路 lines to the gate: over HTTP, or through a broker; both carry a body and bring back the gate's own answer.

Batches go by one line, the talk about orders by another, so that neither waits for the other.
"""

from collections import Counter
from typing import Protocol

from jiqun.core.errors import InputError
from jiqun.edge.config import GateConfig
from jiqun.edge.line import Line
from jiqun.factory.readings.contract import Answer, read_answer


class GateLine(Protocol):
    """What the gateway needs of a line (通路)."""

    def post(self, body: bytes) -> Answer:
        """Carry one request and bring the answer; Refused, OSError, HTTPException or InputError when there is none."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


def line_to(site: str, config: GateConfig, counts: Counter[str]) -> GateLine:
    """The line the address asks for; counts are shown in the box's status."""
    if config.through_broker:
        from jiqun.edge.broker_line import BrokerLine  # paho only where it is used

        return BrokerLine(site, config, counts)
    return HttpLine(config)


class HttpLine:
    """The line of batches over HTTP (HTTP 通路)."""

    def __init__(self, config: GateConfig) -> None:
        self.line = Line(config)

    def post(self, body: bytes) -> Answer:
        """Post one request; Refused for any status but 200."""
        try:
            return read_answer(self.line.post(body))
        except InputError:
            self.line.close()
            raise

    def close(self) -> None:
        """Hang up."""
        self.line.close()


READINGS, TALK = "/api/readings", "/api/box"


class TalkLine(Protocol):
    """What the box needs to talk about orders (通话)."""

    def ask(self, body: bytes, *, trial: str = "") -> bytes:
        """Say how the box fares, or what a trial saw, and bring the answer; fails as `GateLine.post` does."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


def talk_to(site: str, config: GateConfig, counts: Counter[str], *, purpose: str = "talk") -> TalkLine:
    """The line orders come by: the way the batches go."""
    if config.through_broker:
        return BrokerTalk(site, config, counts, purpose)
    return HttpTalk(config)


class HttpTalk:
    """The talk over HTTP, beside the address of batches (HTTP 通话)."""

    def __init__(self, config: GateConfig) -> None:
        self.line = Line(config)
        self.path = self.line.url.path.removesuffix(READINGS).rstrip("/") + TALK

    def ask(self, body: bytes, *, trial: str = "") -> bytes:
        """Post it; Refused for any status but 200."""
        path = f"{self.path}/trials/{trial}" if trial else self.path
        return self.line.post(body, path=path, encoding="")

    def close(self) -> None:
        """Hang up."""
        self.line.close()


class BrokerTalk:
    """The talk through a broker (经代理通话)."""

    def __init__(self, site: str, config: GateConfig, counts: Counter[str], purpose: str) -> None:
        from jiqun.edge.broker_call import BrokerCall  # paho only where it is used

        self.call = BrokerCall(site, config, counts, purpose=purpose)

    def ask(self, body: bytes, *, trial: str = "") -> bytes:
        """Publish it and wait for the answer; Refused for any status but 200."""
        return self.call.ask(f"box/trials/{trial}" if trial else "box", body)

    def close(self) -> None:
        """Hang up."""
        self.call.close()
