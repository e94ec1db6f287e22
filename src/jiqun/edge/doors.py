"""门 doors: the small HTTP server of the box, for its status page and for batches machines post; loopback unless told."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson

Reply = tuple[int, object]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked (请求); body is None when it is longer than allowed, `size` then says how long."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    size: int


class Door:
    """An HTTP server in a thread of its own; `answer` is called in a thread per request (门)."""

    def __init__(self, host: str, port: int, answer: Callable[[Request], Reply], *, most_bytes: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30
            wbufsize = 65_536  # head and body in one packet, or the other side waits for the second
            server_version = "jiqun-edge"
            sys_version = ""

            def do_GET(self) -> None:
                _serve(self, answer, most_bytes)

            do_POST = do_GET  # noqa: N815 - the name http.server looks for

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name=f"door {port}",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Shut it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _serve(handler: BaseHTTPRequestHandler, answer: Callable[[Request], Reply], most: int) -> None:
    told = handler.headers.get("Content-Length") or "0"
    if not told.isdigit() or handler.headers.get("Transfer-Encoding"):
        _send(handler, (411, {"error": "Content-Length"}))
        return
    size = int(told)
    body = handler.rfile.read(size) if size <= most else None
    headers = {name.lower(): value for name, value in handler.headers.items()}
    _send(handler, answer(Request(handler.command, handler.path, headers, body, size)), close=body is None)


def _send(handler: BaseHTTPRequestHandler, reply: Reply, *, close: bool = False) -> None:
    status, value = reply
    body = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    handler.close_connection = handler.close_connection or close
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    if handler.close_connection:
        handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(body)
