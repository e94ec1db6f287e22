"""消息线路 line to a broker: one socket, packets in and out; read and written by one thread, filled from any.

What many threads want to say gathers and leaves in one call of the system, so that a group of messages that became
durable together is acknowledged together.
"""

import selectors
import socket
import ssl
import threading
import time

from jiqun.intake.mqtt_packets import PINGREQ_BYTES, read_length

CHUNK = 131_072
MOST_UNSENT = 1_000_000  # bytes the broker has not fetched; until it does, nothing more is read
_WANTS = (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError)


class Line:
    """One connection (消息线路). OSError when it cannot be made or is gone."""

    def __init__(
        self, host: str, port: int, *, tls: ssl.SSLContext | None = None, timeout_s: float = 10.0
    ) -> None:
        opened = socket.create_connection((host, port), timeout=timeout_s)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = tls.wrap_socket(opened, server_hostname=host) if tls else opened
        except BaseException:
            opened.close()
            raise
        self._socket.setblocking(False)
        self._woken_at, self._waking = socket.socketpair()
        for end in (self._woken_at, self._waking):
            end.setblocking(False)
        self._watched = selectors.DefaultSelector()
        self._watched.register(self._socket, selectors.EVENT_READ)
        self._watched.register(self._woken_at, selectors.EVENT_READ)
        self._out, self._in = bytearray(), bytearray()
        self._turn, self._woken = threading.Lock(), False
        self.keep_alive_s = 30.0
        self._said_at = time.monotonic()
        self._asked_at: float | None = None

    def put(self, content: bytes) -> None:
        """Say something, soon; from any thread."""
        with self._turn:
            self._out += content
            if self._woken:
                return
            self._woken = True
        try:
            self._waking.send(b"\0")
        except OSError:  # closed meanwhile: nobody is left to hear it
            return

    def turn(self, wait_s: float) -> list[tuple[int, bytes]]:
        """Send what there is, wait for something to come at most so long, give the packets that are whole.

        Each with its first byte. OSError when the other side hung up or fell silent.
        """
        self.flush()
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            wait_s = 0.0
        ready = {key.fileobj for key, _ in self._watched.select(wait_s)}
        if self._woken_at in ready:
            self._woken_at.recv(CHUNK)
            with self._turn:
                self._woken = False
            self.flush()
        came = self._read() if len(self._out) < MOST_UNSENT else False
        self._keep_alive(came)
        return self._whole() if came else []

    def flush(self) -> None:
        """Send as much as the other side takes now; from the thread of the line only."""
        with self._turn:
            content, self._out = self._out, bytearray()
        if not content:
            return
        sent = 0
        try:
            with memoryview(content) as view:
                while sent < len(content):
                    sent += self._socket.send(view[sent : sent + CHUNK])
        except _WANTS:
            pass
        if sent:
            self._said_at = time.monotonic()
        with self._turn:
            if sent < len(content):
                self._out[:0] = memoryview(content)[sent:]
            rest = len(self._out)
        reads = selectors.EVENT_READ if rest < MOST_UNSENT else 0
        events = reads | (selectors.EVENT_WRITE if rest else 0)
        if self._watched.get_key(self._socket).events != events:
            self._watched.modify(self._socket, events)

    def close(self, last: bytes = b"", *, wait_s: float = 0.0) -> None:
        """Hang up after a last word; the other side gets so long to read what was said before and hang up as well.

        A broker that hears the next session before it has read this one's end would deliver again what was acknowledged.
        """
        if self._socket.fileno() < 0:
            return
        until = time.monotonic() + wait_s
        self._watched.unregister(self._woken_at)
        try:
            self.put(last)
            while self._out and (left := until - time.monotonic()) > 0:
                self._watched.select(left)
                self.flush()
            self._socket.shutdown(socket.SHUT_WR)
            while (left := until - time.monotonic()) > 0:
                self._watched.select(left)
                self._read()
        except OSError:  # it hung up, as it should
            pass
        self._watched.close()
        for one in (self._socket, self._woken_at, self._waking):
            one.close()

    def _read(self) -> bool:
        try:
            came = self._socket.recv(CHUNK)
        except _WANTS:
            return False
        if not came:
            raise ConnectionError("the broker hung up")
        self._in += came
        return True

    def _whole(self) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        place, there = 0, len(self._in)
        with memoryview(self._in) as view:
            while place < there:
                told = read_length(self._in, place + 1)
                if told is None or told[1] + told[0] > there:
                    break
                size, start = told
                found.append((self._in[place], bytes(view[start : start + size])))
                place = start + size
        if place:
            del self._in[:place]
        return found

    def _keep_alive(self, came: bool) -> None:
        """Ask a silent broker whether it is there [3.1.2.10]; OSError when it does not answer."""
        now = time.monotonic()
        if came:
            self._asked_at = None
        elif self._asked_at is not None and now - self._asked_at > self.keep_alive_s:
            raise ConnectionError("the broker fell silent")
        if now - self._said_at > self.keep_alive_s / 2:
            self._said_at = now
            self._asked_at = self._asked_at or now
            self.put(PINGREQ_BYTES)
