"""经代理 batches through a broker: they leave the buffer only when the gate itself has answered.

A broker may lose what it holds, so without the gate's answer a batch is sent again; the copy before has expired at the
broker by then.
"""

from collections import Counter

from jiqun.edge.broker_call import BrokerCall
from jiqun.edge.config import GateConfig
from jiqun.factory.readings.contract import Answer, read_answer


class BrokerLine:
    """The line of batches through a broker (经代理)."""

    def __init__(self, site: str, config: GateConfig, counts: Counter[str]) -> None:
        self.call = BrokerCall(site, config, counts)

    def post(self, body: bytes) -> Answer:
        """Publish one request and wait for the gate's answer; Refused for any status but 200."""
        return read_answer(self.call.ask("batches", body))

    def close(self) -> None:
        """Hang up."""
        self.call.close()
