"""经代理通话 the talk of boxes behind a broker: questions wait for one thread, so that batches never wait for the ledger.

What waits is bounded, for each site and altogether; a question that finds no room is forgotten, and its box asks again.
"""

import gzip
import queue
import threading
from collections import Counter
from collections.abc import Callable, Mapping

import orjson

from jiqun.factory.readings.contract import GZIP
from jiqun.factory.readings.model import KEY
from jiqun.intake.mqtt_packets import RESPONSE_TOPIC, Message

Answer = Callable[[str, str, Mapping[str, str], bytes], tuple[int, Mapping[str, object]]]
Reply = Callable[[Message, bytes], None]
"""Gives the body of an answer to who asked, by the connection the question came by."""
MOST_WAITING, MOST_OF_A_SITE = 256, 8
PACK_FROM, MOST_ANSWER = 64_000, 4_000_000  # bytes: answers are packed from, and given up beyond


def is_talk(topic: str) -> bool:
    """Is this a question of a box?"""
    return topic.split("/")[3:4] == ["box"]


def talk_topic(batches: str) -> str:
    """What to subscribe to for the talk of the sites whose batches have that topic."""
    return batches.rpartition("/")[0] + "/box/#"


class Talks:
    """The questions of boxes, answered one after the other (通话).

    answer  status and object for a site, a path, headers and a body; what it raises is counted and left unanswered
    counts  talks, talk_dropped, talk_faults
    """

    def __init__(self, answer: Answer, counts: Counter[str]) -> None:
        self.answer, self.counts = answer, counts
        self.last_fault = ""
        self._waiting: queue.Queue[tuple[Reply, Message] | None] = queue.Queue()
        self._of_site: Counter[str] = Counter()
        self._room = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="talk", daemon=True)
        self._thread.start()

    def take(self, reply: Reply, message: Message) -> None:
        """Take a question in; never waits."""
        site = message.topic.split("/")[2]
        with self._room:
            full = self._waiting.qsize() >= MOST_WAITING or self._of_site[site] >= MOST_OF_A_SITE
            if full or not KEY.fullmatch(site):
                self.counts["talk_dropped"] += 1
                return
            self._of_site[site] += 1
        self._waiting.put((reply, message))

    def close(self) -> None:
        """Answer what waits, and end."""
        self._waiting.put(None)
        self._thread.join(10)

    def _run(self) -> None:
        while (one := self._waiting.get()) is not None:
            reply, message = one
            try:
                self._answered(reply, message)
            except Exception as error:  # noqa: BLE001 - the ledger away, or a defect of ours: told; the box asks again
                self.counts["talk_faults"] += 1
                self.last_fault = f"{type(error).__name__}: {error}"[:200]
            finally:
                with self._room:
                    site = message.topic.split("/")[2]
                    self._of_site[site] -= 1
                    self._of_site += Counter()  # sites of which nothing waits are forgotten

    def _answered(self, reply: Reply, message: Message) -> None:
        _, _, site, *rest = message.topic.split("/")
        if RESPONSE_TOPIC not in message.told:
            self.counts["talk_dropped"] += 1
            return
        headers = {"content-encoding": "gzip"} if message.payload[:2] == GZIP else {}
        status, told = self.answer(site, "/api/" + "/".join(rest), headers, message.payload)
        self.counts["talks"] += 1
        reply(message, packed({**told, "status": status}))


def packed(told: Mapping[str, object]) -> bytes:
    """An answer as it is published, gzip where it is long; what a broker would choke on becomes a refusal."""
    body = orjson.dumps(told)
    if len(body) <= PACK_FROM:
        return body
    body = gzip.compress(body, compresslevel=3)
    return body if len(body) <= MOST_ANSWER else orjson.dumps({"status": 413, "error": "box.talk_too_long"})
