"""通路 lines to the gate: over HTTP, or through a broker; both carry a body and bring back the gate's own answer."""

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
