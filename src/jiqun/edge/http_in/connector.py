"""HTTP 接收: the door at which batches are posted; an id posted again is answered and not taken twice."""

import asyncio
import hashlib
import hmac

from jiqun.core.errors import InputError, JiqunError
from jiqun.edge.connection import UP, Connector, secret
from jiqun.edge.doors import Door, Reply, Request
from jiqun.edge.http_in.messages import Posted, read_posted, unpack
from jiqun.factory.readings.reasons import MALFORMED, TOO_LONG

ANSWER_S = 30


class HttpIn(Connector):
    """Takes batches over HTTP (HTTP 接收)."""

    port = 0

    async def session(self) -> None:
        """Keep the door open."""
        loop = asyncio.get_running_loop()
        token = secret(self.config, "token_file")

        def answer(request: Request) -> Reply:
            return self._answer(request, loop, token)

        door = Door(
            self.config.text("host"), self.config.whole("port"), answer, most_bytes=self.limits.message_bytes
        )
        self.port, self.state = door.port, UP
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.to_thread(door.close)

    def _answer(self, request: Request, loop: asyncio.AbstractEventLoop, token: str | None) -> Reply:
        """Called in a thread of the door."""
        if token is not None and not _bears(request, token):
            self.counts["without_token"] += 1
            return 401, {"error": "token"}
        if request.method != "POST":
            return 405, {"error": "POST"}
        try:
            posted = self._read(request, loop)
            mark = hashlib.blake2b(f"{self.name}\0{posted.id}".encode(), digest_size=16).digest()
            put = self.collector.put(self.name, posted.samples, marks=(mark,), refused=posted.refused)
            new = asyncio.run_coroutine_threadsafe(put, loop).result(ANSWER_S)
        except InputError as error:
            return (413 if error.code == "edge.message_too_long" else 400), {
                "error": error.code,
                "seen": str(error),
            }
        except (
            JiqunError,
            TimeoutError,
            RuntimeError,
        ) as error:  # full, slow, or just stopping: post it again
            return 503, {"error": str(error)}
        return 200, {"acknowledged": [posted.id], "again": not new}

    def _read(self, request: Request, loop: asyncio.AbstractEventLoop) -> Posted:
        limit = self.limits.message_bytes
        seen: object = request.body if request.body is not None else f"{request.size} B"
        try:
            if request.body is None:
                raise InputError("edge.message_too_long", seen=f"{request.size} B", allowed=limit)
            encoding = request.headers.get("content-encoding", "")
            return read_posted(unpack(request.body, encoding=encoding, most_bytes=limit))
        except InputError as error:
            reason = TOO_LONG if error.code == "edge.message_too_long" else MALFORMED
            loop.call_soon_threadsafe(self.collector.refuse, self.name, reason, request.path, seen)
            raise


def _bears(request: Request, token: str) -> bool:
    told = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(told.encode(), token.encode())
