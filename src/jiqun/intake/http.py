"""HTTP 网关 the gate over HTTP: `POST /api/readings` as the contract says, `GET /health`, `GET /status`.

A thread per connection of Python's own server, behind a limit of connections and a deadline for each request; what waits
for the disk costs nobody else anything. TLS and client certificates by settings; a proxy in front may do the same.
"""

import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR, socket
from typing import Any, cast
from urllib.parse import urlsplit

import orjson

from jiqun.actions.taking_tokens import TokenBook
from jiqun.core.errors import InputError, JiqunError, NotAllowed, NotFound, SourceDown
from jiqun.intake.requests import Desk, Outcome, refusal

REQUEST_S = 60.0
PATH = "/api/readings"
BOX = "/api/box"
BOX_BYTES = 1_000_000

Other = Callable[[str, str, Mapping[str, str], bytes, str], tuple[int, object]]
"""Answers a request of a box that is no batch: method, path, headers, body, site → status and object."""


@dataclass(frozen=True, slots=True)
class Tls:
    """TLS by files (加密). client_ca: certificates of clients it signed name their site in the common name."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and how it listens (监听)."""

    host: str = "127.0.0.1"
    port: int = 8001
    tls: Tls | None = None
    most_connections: int = 200
    request_s: float = REQUEST_S


class HttpGate:
    """The HTTP door of the gate, in threads of its own (HTTP 网关).

    other  answers what a box asks beside its batches
    """

    def __init__(
        self, desk: Desk, tokens: TokenBook, listening: Listening, *, other: Other | None = None
    ) -> None:
        self.desk, self.tokens, self.listening, self.other = desk, tokens, listening, other
        self.counts: Counter[str] = Counter()
        try:
            self._server = _Server(self)
        except OSError as error:
            raise SourceDown(
                "intake.port_in_use", seen=f"{listening.host}:{listening.port}: {error}"
            ) from error
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="http", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Take nothing more; what is being answered is answered."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def answer(self, request: "_Request") -> Outcome:
        """The outcome of one request; never raises for what a stranger sent."""
        try:
            return self._routed(request)
        except JiqunError as error:
            self.counts[error.code] += 1
            return refusal(error, self.desk.messages)

    def _routed(self, request: "_Request") -> Outcome:
        path = urlsplit(request.path).path
        if path == "/health":
            return Outcome(200, {"ok": True})
        if path == "/status":
            return Outcome(200, self._status(request))
        if path == PATH:
            if request.method != "POST":
                raise InputError("intake.no_method", seen=request.method, allowed="POST")
            site = self._site(request)
            ticket = self.desk.submit(site, request.body(self.desk.most_bytes))
            self.counts["requests"] += 1
            return Outcome(200, ticket.answer())
        if self.other is not None and (path == BOX or path.startswith(BOX + "/trials/")):
            site = self._site(request)
            status, told = self.other(request.method, path, request.headers, request.body(BOX_BYTES), site)
            return Outcome(status, cast(Mapping[str, object], told))
        raise NotFound("intake.no_path", seen=path[:200], allowed=f"{PATH} /health /status")

    def _site(self, request: "_Request") -> str:
        """The site whose token or certificate this is; NotAllowed when it is nobody's."""
        word, _, token = request.headers.get("authorization", "").partition(" ")
        if word.lower() == "bearer" and token.strip():
            site = self.tokens.site(token.strip())
            if site is None:
                raise NotAllowed(
                    "intake.unknown_token", seen="Bearer …", allowed="jiqun factory token issue SITE"
                )
            return site
        if request.certified:
            return request.certified
        raise NotAllowed("intake.no_token", allowed="Authorization: Bearer …")

    def _status(self, request: "_Request") -> dict[str, object]:
        """Everything to who asks from this machine without a token; to others their own site."""
        told = self.desk.gate.status() | {"requests": dict(self.counts)}
        if request.from_here and "authorization" not in request.headers and not request.certified:
            return told
        site = self._site(request)
        sites = cast(dict[str, object], told["sites"])
        return {"sites": {site: sites[site]} if site in sites else {}}


class _Request:
    """One request; its body is read only when somebody wants it (请求)."""

    def __init__(self, handler: "_Handler") -> None:
        self.method, self.path = handler.command, handler.path
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.certified = handler.certified
        self.from_here = str(handler.client_address[0]) in ("127.0.0.1", "::1")
        self._handler = handler

    def body(self, most: int) -> bytes:
        """The body; InputError `intake.no_length`, `intake.too_large`, `edge.bad_request` when it is cut short."""
        told = self.headers.get("content-length", "")
        if not told.isascii() or not told.isdigit() or "transfer-encoding" in self.headers:
            raise InputError("intake.no_length", seen=told[:40], allowed="Content-Length")
        size = int(told[:18])
        if size > most:
            raise InputError("intake.too_large", seen=size, allowed=most)
        body = self._handler.rfile.read(size)
        self._handler.body_read = True
        if len(body) < size:
            raise InputError("edge.bad_request", seen=f"{len(body)} < {size}", allowed="Content-Length")
        return body


class _Handler(BaseHTTPRequestHandler):
    """One connection (连接)."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "jiqun-intake", ""
    wbufsize = 65_536
    timeout = 30
    certified = ""
    body_read = False
    server: "_Server"

    def setup(self) -> None:
        super().setup()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()  # here, not where connections are accepted: a slow one keeps nobody waiting
            self.certified = _common_name(self.connection.getpeercert())

    def do_GET(self) -> None:
        self.body_read = False
        outcome = self.server.gate.answer(_Request(self))
        body = orjson.dumps(outcome.told, default=str)
        # A body that was not read stands between this request and the next.
        unread = not self.body_read and self.headers.get("Content-Length", "0") != "0"
        self.close_connection = self.close_connection or unread or "Transfer-Encoding" in self.headers
        self.send_response(outcome.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if outcome.retry_after_s is not None:
            self.send_header("Retry-After", str(outcome.retry_after_s))
        if outcome.status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.server.extend(self.request)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET  # noqa: N815 - the names http.server looks for

    def log_message(self, format: str, *args: object) -> None:
        del format, args


class _Server(ThreadingHTTPServer):
    """Python's server with a limit of connections and a deadline for each (服务器)."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, gate: HttpGate) -> None:
        self.gate, self.told = gate, gate.listening
        self._deadlines: dict[socket, float] = {}
        self._turn = threading.Lock()
        super().__init__((self.told.host, self.told.port), _Handler)
        if self.told.tls is not None:
            self.socket = _context(self.told.tls).wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Hang up on a connection too many: a box tries again."""
        del client_address
        with self._turn:
            room = len(self._deadlines) < self.told.most_connections
            if room:
                self._deadlines[request] = time.monotonic() + self.told.request_s
        self.gate.counts["connections" if room else "connections_refused"] += 1
        return room

    def extend(self, request: socket) -> None:
        """A request was answered: the next has its own time."""
        with self._turn:
            if request in self._deadlines:
                self._deadlines[request] = time.monotonic() + self.told.request_s

    def service_actions(self) -> None:
        """Hang up on who takes too long, byte by byte or silent."""
        now = time.monotonic()
        with self._turn:
            late = [one for one, end in self._deadlines.items() if end < now]
        for one in late:
            self.gate.counts["too_slow"] += 1
            try:
                socket.shutdown(one, SHUT_RDWR)  # the plain one: TLS would unwrap under the reader's hands
            except OSError:
                with self._turn:
                    self._deadlines.pop(one, None)

    def shutdown_request(self, request: Any) -> None:
        """The connection has ended."""
        with self._turn:
            self._deadlines.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is no fault of ours; anything else is, and is told once with its place."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            self.gate.counts["connections_broken"] += 1
            return
        self.gate.counts["defects"] += 1
        super().handle_error(request, client_address)


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(tls.certificate, tls.key)
        if tls.client_ca is not None:
            context.load_verify_locations(tls.client_ca)
            context.verify_mode = ssl.CERT_OPTIONAL  # who has none is told so, in words
    except OSError as error:
        raise SourceDown("intake.no_certificate", seen=f"{tls.certificate}: {error}") from error
    return context


def _common_name(certificate: Mapping[str, Any] | None) -> str:
    """Common name of a certificate the TLS library has already verified; "" without one."""
    for part in (certificate or {}).get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return str(value)
    return ""
