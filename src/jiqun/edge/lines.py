"""通路 lines to the gate: over HTTP, or through a broker; both carry a body and bring back the gate's own answer."""

import http.client
import ssl
from collections import Counter
from typing import Protocol
from urllib.parse import urlsplit

from jiqun.edge.config import GateConfig
from jiqun.factory.readings.contract import Answer, read_answer


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The gate answered, but not with an acknowledgement (未受理)."""

    def __init__(self, status: int, wait_s: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.wait_s = status, wait_s


class Line(Protocol):
    """What the gateway needs of a line (通路)."""

    def post(self, body: bytes) -> Answer:
        """Carry one request and bring the answer; Refused, OSError, HTTPException or InputError when there is none."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


def line_to(site: str, config: GateConfig, counts: Counter[str]) -> Line:
    """The line the address asks for; counts are shown in the box's status."""
    if config.through_broker:
        from jiqun.edge.broker_line import BrokerLine  # paho only where it is used

        return BrokerLine(site, config, counts)
    return HttpLine(config)


class HttpLine:
    """One HTTP connection (HTTP 通路), opened when needed and thrown away after any fault."""

    def __init__(self, config: GateConfig) -> None:
        self.config = config
        self.url = urlsplit(config.address)
        self._open: http.client.HTTPConnection | None = None

    def post(self, body: bytes) -> Answer:
        """Post one request; Refused for any status but 200."""
        try:
            return self._post(body)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open.close()
        self._open = None

    def _post(self, body: bytes) -> Answer:
        if self._open is None:
            self._open = self._connect()
        self._open.request("POST", self.url.path or "/", body, self._headers())
        answer = self._open.getresponse()
        told = answer.read(10_000_000)
        if answer.status != 200:
            self.close()
            wait = answer.getheader("Retry-After") or ""
            raise Refused(answer.status, float(wait) if wait.isdigit() else None)
        return read_answer(told)

    def _headers(self) -> dict[str, str]:
        found = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        if self.config.token_file is not None:
            found["Authorization"] = "Bearer " + self.config.token_file.read_text(encoding="utf-8").strip()
        return found

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self.url.hostname or "", self.url.port
        if self.url.scheme == "http":
            return http.client.HTTPConnection(host, port or 80, timeout=self.config.timeout_s)
        trust = ssl.create_default_context(cafile=str(self.config.ca_file) if self.config.ca_file else None)
        return http.client.HTTPSConnection(host, port or 443, timeout=self.config.timeout_s, context=trust)
