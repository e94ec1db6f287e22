"""The HTTP gate over real sockets: the contract, tokens, certificates, limits, strangers."""

import gzip
import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gate_house import Box, Ledger, body, certificates, desk_of, gate_at, stored, together
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiqun.actions.taking_tokens import TokenBook
from jiqun.core.errors import SourceDown
from jiqun.factory.readings.contract import encode, read_answer
from jiqun.intake.http import HttpGate, Listening, Tls

TOKENS = {"jqf_spring": "spring", "jqf_dye": "dye"}


class Served:
    """A gate with its door, and a client."""

    def __init__(self, root: Path, **words: Any) -> None:
        self.root, self.ledger = root, Ledger("spring", "dye")
        self.gate = gate_at(root, self.ledger)
        other = words.pop("other", None)
        listening = Listening(port=0, **({"request_s": 5.0} | words))
        self.door = HttpGate(desk_of(self.gate), TokenBook(TOKENS.get), listening, other=other)

    def ask(
        self, content: bytes = b"", *, path: str = "/api/readings", method: str = "POST", **headers: str
    ) -> tuple[int, dict[str, Any], http.client.HTTPResponse]:
        line = http.client.HTTPConnection("127.0.0.1", self.door.port, timeout=10)
        told = {"Authorization": "Bearer jqf_spring"} | {
            name.replace("_", "-"): v for name, v in headers.items()
        }
        line.request(method, path, content, {name: value for name, value in told.items() if value})
        answer = line.getresponse()
        raw = answer.read()
        line.close()
        return answer.status, json.loads(raw) if raw else {}, answer

    def close(self) -> None:
        self.door.close()
        self.gate.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    opened = Served(tmp_path)
    yield opened
    opened.close()


def refused(answer: tuple[int, dict[str, Any], Any], status: int, code: str) -> dict[str, Any]:
    """An error in the one shape, in both languages, that acknowledges nothing."""
    assert answer[0] == status, answer[1]
    error = answer[1]["error"]
    assert error["code"] == code and set(error) == {"code", "message", "seen", "allowed", "next"}
    assert all(error[part][lang] for part in ("message", "next") for lang in ("zh", "en"))
    assert answer[1]["acknowledged"] == [] == answer[1]["refused"]
    return error


def test_a_request_of_the_contract_is_answered_when_it_is_durable(served: Served) -> None:
    box = Box()
    one, two = box.batch([1.0, 2.0]), box.batch([3.0])
    status, said, answer = served.ask(body("spring", one, two))
    assert status == 200 and said == {"acknowledged": [one["id"], two["id"]], "refused": []}
    assert answer.getheader("Content-Type", "").startswith("application/json")
    assert served.ask(body("spring", one))[1]["acknowledged"] == [one["id"]]
    assert stored(served.root) == [1.0, 2.0, 3.0]


def test_plain_json_is_taken_as_well(served: Served) -> None:
    one = Box().batch([1.0])
    plain = json.dumps({"contract": 1, "site": "spring", "batches": [one]}).encode()
    assert served.ask(plain)[1]["acknowledged"] == [one["id"]]


def test_who_shows_no_token_or_a_wrong_one_is_told_so(served: Served) -> None:
    content = body("spring", Box().batch())
    told = served.ask(content, Authorization="")
    refused(told, 401, "intake.no_token")
    assert told[2].getheader("WWW-Authenticate") == "Bearer"
    for wrong in ("Bearer nonsense", "Bearer jqf_spring2", "Basic jqf_spring", "Bearer", "Bearer \xff\xfe"):
        assert served.ask(content, Authorization=wrong)[0] == 401
    assert stored(served.root) == []


def test_a_site_writes_only_its_own(served: Served) -> None:
    for named in ("dye", None, 7, ["spring"]):
        error = refused(served.ask(encode_site(named)), 403, "intake.other_site")
        assert error["allowed"] == "spring"
    assert stored(served.root) == []


def encode_site(site: object) -> bytes:
    return gzip.compress(json.dumps({"contract": 1, "site": site, "batches": [Box().batch()]}).encode())


def test_what_is_too_large_is_413_before_and_after_unpacking(served: Served) -> None:
    refused(served.ask(b"x" * 1_000_001), 413, "intake.too_large")
    bomb = gzip.compress(b'{"contract": 1, "site": "spring", "batches": [' + b" " * 50_000_000 + b"]}")
    assert len(bomb) < 100_000
    refused(served.ask(bomb), 413, "intake.too_large")
    many = encode("spring", [b"{}"] * 2001)
    refused(served.ask(many), 413, "intake.too_large")
    assert served.ask(path="/health", method="GET")[0] == 200


DEEP = b"[" * 1000 + b"]" * 1000  # deeper than Python writes, and than the JSON library writes


@pytest.mark.parametrize(
    "content",
    [b"", b"garbage", b"\x1f\x8b", gzip.compress(b"[]"), gzip.compress(b'{"contract": 2}'), b'{"contract": 1}',
     gzip.compress(b"{}") + b"more", gzip.compress(b"x" * 2000)[:-9], b'{"contract": 1, "batches": {}}', b"\xff\xfe\x00",
     b"[" * 100_000, b'{"contract": 1, "site": "spring", "batches": [NaN]}',
     DEEP, b'{"contract": %b}' % DEEP, b'{"contract": 1, "batches": {"a": %b}}' % DEEP],
    ids=map(str, range(15)),  # what is packed carries the second of its packing
)  # fmt: skip
def test_what_is_no_request_is_400(served: Served, content: bytes) -> None:
    refused(served.ask(content), 400, "edge.bad_request")
    assert served.door.counts["edge.bad_request"] == 1


def test_lengths_that_are_none(served: Served) -> None:
    def raw(head: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", served.door.port), timeout=5) as line:
            line.sendall(
                b"POST /api/readings HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer jqf_spring\r\n" + head
            )
            return line.recv(200)

    assert b" 411 " in raw(b"\r\n")
    assert b" 411 " in raw(b"Content-Length: -1\r\n\r\n")
    assert b" 411 " in raw("Content-Length: ²\r\n\r\n".encode())
    assert b" 411 " in raw(b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    assert b" 413 " in raw(b"Content-Length: 99999999999999999999999\r\n\r\n")


def test_other_addresses_and_methods(served: Served) -> None:
    refused(served.ask(path="/"), 404, "intake.no_path")
    refused(served.ask(path="/api/readings", method="GET"), 405, "intake.no_method")
    status, told, _ = served.ask(path="/health", method="GET", Authorization="")
    assert (status, told) == (200, {"ok": True})
    assert served.ask(path="/health", method="HEAD")[1] == {}


def test_status_shows_all_to_this_machine_and_a_site_its_own(served: Served) -> None:
    served.ask(body("spring", Box().batch([1.0, 2.0])))
    served.ask(body("dye", Box().batch([3.0])), Authorization="Bearer jqf_dye")
    told = served.ask(path="/status", method="GET", Authorization="")[1]
    assert set(told["sites"]) == {"spring", "dye"} and told["sites"]["spring"]["readings"] == 2
    assert told["sites"]["dye"]["last_arrival_us"] and told["queue"]["readings"] == 0
    assert set(served.ask(path="/status", method="GET")[1]["sites"]) == {"spring"}
    assert served.ask(path="/status", method="GET", Authorization="Bearer no")[0] == 401


def test_busy_is_429_and_a_fault_503_both_with_a_time_to_come_again(served: Served) -> None:
    for error, status, code in (
        (SourceDown("intake.busy", seen=1, allowed=0), 429, "intake.busy"),
        (SourceDown("intake.disk_full", seen="x"), 503, "intake.disk_full"),
        (SourceDown("store.down", seen="x"), 503, "store.down"),
    ):

        def raises(*_: object, error: SourceDown = error) -> Any:
            raise error

        served.gate.submit, kept = raises, served.gate.submit  # type: ignore[method-assign]
        told = served.ask(body("spring", Box().batch()))
        refused(told, status, code)
        assert int(told[2].getheader("Retry-After", "0")) >= 1
        served.gate.submit = kept  # type: ignore[method-assign]


def test_a_defect_of_ours_takes_nothing_down(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    served.gate.submit, kept = lambda *_: 1 / 0, served.gate.submit  # type: ignore[method-assign]
    with pytest.raises(http.client.HTTPException):
        served.ask(body("spring", Box().batch()))
    served.gate.submit = kept  # type: ignore[method-assign]
    assert served.ask(body("spring", Box().batch()))[0] == 200
    assert served.door.counts["defects"] == 1 and "ZeroDivisionError" in capsys.readouterr().err


def test_a_connection_is_kept_for_many_requests_and_closed_when_a_body_was_left_unread(
    served: Served,
) -> None:
    line, box = http.client.HTTPConnection("127.0.0.1", served.door.port, timeout=5), Box()
    for _ in range(3):
        line.request(
            "POST", "/api/readings", body("spring", box.batch()), {"Authorization": "Bearer jqf_spring"}
        )
        answer = line.getresponse()
        assert len(read_answer(answer.read()).acknowledged) == 1 and not answer.will_close
    line.request("POST", "/api/readings", body("spring", box.batch()))
    answer = line.getresponse()
    answer.read()
    assert answer.status == 401 and answer.will_close
    assert served.door.counts["connections"] == 1


def test_a_slow_stranger_is_hung_up_on_and_a_connection_too_many_as_well(tmp_path: Path) -> None:
    served = Served(tmp_path, request_s=0.3, most_connections=2)
    slow = [socket.create_connection(("127.0.0.1", served.door.port), timeout=5) for _ in range(3)]
    slow[0].sendall(b"POST /api/read")
    assert [one.recv(10) for one in slow] == [b"", b"", b""]
    assert served.door.counts["connections_refused"] >= 1 and served.door.counts["too_slow"] >= 1
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            assert served.ask(body("spring", Box().batch()))[0] == 200
            break
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
    served.close()


def test_many_boxes_at_once(served: Served) -> None:
    boxes, done = [Box() for _ in range(12)], []

    def work(box: Box) -> Callable[[], None]:
        return lambda: done.extend(
            served.ask(body("spring", box.batch([float(n)], key=f"p{box.stream}")))[0] for n in range(5)
        )

    together([work(box) for box in boxes])
    assert done == [200] * 60 and len(stored(served.root)) == 60


def test_what_a_box_asks_beside_its_batches_is_handed_on(tmp_path: Path) -> None:
    asked: list[object] = []

    def other(method: str, path: str, headers: Any, content: bytes, site: str) -> tuple[int, object]:
        asked.append((method, path, headers["x-a"], content, site))
        return 202, {"ok": 1}

    served = Served(tmp_path, other=other)
    assert served.ask(b"abc", path="/api/box/trials/7", x_a="b")[:2] == (202, {"ok": 1})
    assert asked == [("POST", "/api/box/trials/7", "b", b"abc", "spring")]
    assert served.ask(b"abc", path="/api/box", Authorization="")[0] == 401
    assert served.ask(b"abc", path="/api/boxes")[0] == 404
    served.close()


def test_a_revoked_token_is_seen_within_ten_seconds() -> None:
    now, works, asked = [0.0], [True], []

    def find(token: str) -> str | None:
        asked.append(token)
        return "spring" if works[0] else None

    book = TokenBook(find, monotonic=lambda: now[0])
    assert [book.site("t") for _ in range(5)] == ["spring"] * 5 and len(asked) == 1
    works[0], now[0] = False, 4.9
    assert book.site("t") == "spring"
    now[0] = 9.9
    assert book.site("t") is None and len(asked) == 2


def test_a_certificate_whose_name_is_the_site_opens_it(tmp_path: Path) -> None:
    certificates(tmp_path)
    served = Served(
        tmp_path / "lake", tls=Tls(tmp_path / "server.pem", tmp_path / "server.key", tmp_path / "ca.pem")
    )

    def ask(certificate: str, site: str) -> tuple[int, Any]:
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        if certificate:
            trust.load_cert_chain(tmp_path / f"{certificate}.pem", tmp_path / f"{certificate}.key")
        line = http.client.HTTPSConnection("localhost", served.door.port, timeout=5, context=trust)
        line.request("POST", "/api/readings", body(site, Box().batch()))
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())

    assert ask("spring", "spring")[0] == 200
    assert ask("spring", "dye")[1]["error"]["code"] == "intake.other_site"
    assert ask("", "spring")[1]["error"]["code"] == "intake.no_token", (
        "told in words, not by a broken handshake"
    )
    with pytest.raises((OSError, http.client.HTTPException)):
        ask("stranger", "spring")
    served.close()


def test_a_port_in_use_and_a_certificate_that_is_none_are_told(served: Served, tmp_path: Path) -> None:
    with pytest.raises(SourceDown) as said:
        HttpGate(desk_of(served.gate), TokenBook(TOKENS.get), Listening(port=served.door.port))
    assert said.value.code == "intake.port_in_use"
    with pytest.raises(SourceDown) as said:
        HttpGate(
            desk_of(served.gate),
            TokenBook(TOKENS.get),
            Listening(port=0, tls=Tls(tmp_path / "a", tmp_path / "b")),
        )
    assert said.value.code == "intake.no_certificate"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(["id", "sequence", "made_us", "points", "readings", "refused", "gaps"])
BATCHES = JSON | st.dictionaries(NAMES, JSON, max_size=7) | st.builds(
    lambda name, value: Box("fuzz").batch() | {name: value}, NAMES, JSON
)  # fmt: skip


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    opened = Served(tmp_path_factory.mktemp("fuzz"))
    yield opened
    opened.close()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(BATCHES, max_size=3))
def test_whatever_is_posted_is_answered(standing: Served, batches: list[Any]) -> None:
    content = json.dumps({"contract": 1, "site": "spring", "batches": batches})
    status, said, _ = standing.ask(content.encode("utf-8", "surrogatepass"))
    assert status in (200, 400)
    if status == 200:
        named = len(said["acknowledged"]) + len(said["refused"])
        assert named == len(batches), "each is named, in one or the other"


@pytest.mark.fuzz
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(BATCHES, max_size=3) | st.binary(max_size=300))
def test_whatever_is_posted_is_answered_many_times(standing: Served, batches: Any) -> None:
    if isinstance(batches, bytes):
        assert standing.ask(batches)[0] == 400
        return
    assert standing.ask(
        json.dumps({"contract": 1, "site": "spring", "batches": batches}).encode("utf-8", "ignore")
    )[0] in (200, 400)
