"""请求 requests: one body of the contract, over HTTP or from a broker, and the outcome both answer with."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from jiqun.actions.taking import Gate, Ticket
from jiqun.core.errors import InputError, JiqunError, NotAllowed
from jiqun.core.messages import Messages
from jiqun.factory.readings.contract import decode
from jiqun.factory.readings.reasons import told

MOST_BATCHES = 2_000
LARGE = 1_000_000  # bodies larger than this are unpacked one after the other, so that many at once do not fill the memory
STATUS = {
    "intake.too_large": 413,
    "intake.no_length": 411,
    "intake.no_token": 401,
    "intake.unknown_token": 401,
    "intake.busy": 429,
    "intake.no_path": 404,
    "intake.no_method": 405,
}
RETRY_AFTER_S = {429: 1, 503: 5}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is answered (应答): a status of HTTP, a JSON object, and when to come again."""

    status: int
    told: Mapping[str, object]
    retry_after_s: int | None = None


@dataclass(slots=True)
class Desk:
    """What both doors share (受理台): the gate, the sentences, the largest body, counts of what was no request."""

    gate: Gate
    messages: Messages
    most_bytes: int
    _large: threading.Lock = field(default_factory=threading.Lock)

    def read(self, site: str, body: bytes) -> list[object]:
        """The batches of a body that a site sent.

        InputError `intake.too_large`, `edge.bad_request`; NotAllowed `intake.other_site` when it names another site.
        """
        if len(body) > self.most_bytes:
            raise InputError("intake.too_large", seen=len(body), allowed=self.most_bytes)
        if len(body) <= LARGE // 20:
            request = decode(body, most_bytes=self.most_bytes)
        else:
            with self._large:
                request = decode(body, most_bytes=self.most_bytes)
        named, batches = request.get("site"), request.get("batches")
        if not isinstance(batches, list):
            raise InputError("edge.bad_request", seen=told(batches)[:80], allowed='"batches": […]')
        if named != site:
            raise NotAllowed("intake.other_site", seen=told(named)[:80], allowed=site)
        if len(cast(list[object], batches)) > MOST_BATCHES:
            raise InputError("intake.too_large", seen=len(cast(list[object], batches)), allowed=MOST_BATCHES)
        return cast(list[object], batches)

    def submit(self, site: str, body: bytes) -> Ticket:
        """Hand a body to the gate."""
        return self.gate.submit(site, self.read(site, body))

    def outcome(self, answer: Callable[[], Mapping[str, object]]) -> Outcome:
        """The outcome of what `answer` gives or raises; what is a defect of ours is a 500 and told as one."""
        try:
            return Outcome(200, answer())
        except JiqunError as error:
            return refusal(error, self.messages)


def refusal(error: JiqunError, messages: Messages) -> Outcome:
    """An error in the one shape: code, sentence in both languages, what was seen, what is allowed, what to do next."""
    status = STATUS.get(error.code, error.http_status)
    told = {
        "code": error.code,
        "message": {lang: messages.what(error.code, lang, error.facts) for lang in ("zh", "en")},
        "seen": _text(error.facts.get("seen")),
        "allowed": _text(error.facts.get("allowed")),
        "next": {lang: messages.next_step(error.code, lang, error.facts) for lang in ("zh", "en")},
    }
    return Outcome(status, {"acknowledged": [], "refused": [], "error": told}, RETRY_AFTER_S.get(status))


def _text(fact: object) -> str:
    return "" if fact is None else str(fact)[:200]
