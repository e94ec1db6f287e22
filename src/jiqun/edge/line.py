"""线路 line: one HTTP connection from the box to its gate, opened when needed and thrown away after any fault."""

import http.client
import re
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from jiqun.edge.config import GateConfig
from jiqun.edge.tls import trust
from jiqun.factory.readings.line_faults import LineFault, hung_up

MOST_ANSWER = 10_000_000
CODE = re.compile(rb'"code": ?"([a-z_]{1,30}\.[a-z_]{1,40})"')
ENDED = (ConnectionError, http.client.RemoteDisconnected)


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The gate answered, but not with an acknowledgement (未受理)."""

    def __init__(self, status: int, wait_s: float | None, code: str = "") -> None:
        super().__init__(f"HTTP {status} {code}".strip())
        self.status, self.wait_s = status, wait_s


def error_code(body: bytes) -> str:
    """The gate's own code of its refusal, such as intake.unknown_token; "" when the answer has none."""
    found = CODE.search(body[:2_000])
    return found[1].decode() if found else ""


class Line:
    """The connection of one sender (线路)."""

    def __init__(self, config: GateConfig) -> None:
        self.config = config
        self.url = urlsplit(config.address)
        self._open: http.client.HTTPConnection | None = None

    def post(self, body: bytes, *, path: str = "", encoding: str = "gzip") -> bytes:
        """Post one request, to the gate's own address unless a path is told; Refused for any status but 200.

        A kept connection that has ended meanwhile is opened anew.
        """
        there, kept = path or self.url.path or "/", self._open is not None
        try:
            try:
                return self._post(body, there, encoding)
            except (*ENDED, ssl.SSLEOFError) as error:
                self.close()
                if not kept:
                    raise self._ended(error) from error
            return self._post(body, there, encoding)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open.close()
        self._open = None

    def _post(self, body: bytes, path: str, encoding: str) -> bytes:
        if self._open is None:
            self._open = self._connect()
        self._open.request("POST", path, body, self._headers(encoding))
        answer = self._open.getresponse()
        told = answer.read(MOST_ANSWER)
        if answer.status != 200:
            self.close()
            wait = answer.getheader("Retry-After") or ""
            raise Refused(answer.status, float(wait) if wait.isdigit() else None, error_code(told))
        return told

    def _ended(self, error: Exception) -> Exception:
        """Why a new connection ended at once: over TLS mostly because of the certificate this box showed."""
        if isinstance(error, LineFault | ConnectionRefusedError) or self.config.certificate_file is None:
            return error
        return ConnectionError(hung_up(f"{type(error).__name__}: {error}"[:160], certificate=True))

    def _headers(self, encoding: str) -> Mapping[str, str]:
        found = {"Content-Type": "application/json"}
        if encoding:
            found["Content-Encoding"] = encoding
        if self.config.token_file is not None:
            found["Authorization"] = "Bearer " + self.config.token_file.read_text(encoding="utf-8").strip()
        return found

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self.url.hostname or "", self.url.port
        if self.url.scheme == "http":
            return http.client.HTTPConnection(host, port or 80, timeout=self.config.timeout_s)
        files = (self.config.ca_file, self.config.certificate_file, self.config.key_file)
        return http.client.HTTPSConnection(
            host, port or 443, timeout=self.config.timeout_s, context=trust(*files)
        )
