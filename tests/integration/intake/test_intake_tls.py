"""The lines from box to gate encrypted, against a real Mosquitto and a real gate: who gets in, and who does not why."""

import http.client
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from broker_house import Mosquitto
from gate_house import Box, Ledger, body, desk_of, gate_at, stored
from secure_house import authority_file, cellar, issued

from jiqun.actions.taking_tokens import TokenBook
from jiqun.core.errors import InputError, SourceDown
from jiqun.edge.config import GateConfig
from jiqun.edge.line import Refused
from jiqun.edge.lines import line_to
from jiqun.factory.readings.contract import topic_of
from jiqun.factory.readings.line_faults import fault_of
from jiqun.intake.http import HttpGate, Listening, Tls
from jiqun.intake.mqtt import Broker, Share, Worker

PASSWORDS = {"spring": "spring-secret", "dye": "dye-secret", "intake": "intake-secret"}
ACL = """pattern write jiqun/v1/%u/batches
pattern read jiqun/v1/%u/answers
user intake
topic read jiqun/v1/+/batches
topic write jiqun/v1/+/answers
"""
ALL = Share()


def tls_lines(*hosts: str, **words: Any) -> list[str]:
    certificate, key = issued("broker", *hosts, **words)
    return [
        f"cafile {authority_file()}",
        f"certfile {certificate}",
        f"keyfile {key}",
        f"acl_file {acl_file()}",
    ]


@cache
def acl_file() -> Path:
    """The access list of docs/how-to/run-the-intake.md."""
    file = cellar() / "acl"
    file.write_text(ACL)
    return file


@cache
def password_file() -> Path:
    file = cellar() / "passwords"
    file.write_text("".join(f"{name}:{word}\n" for name, word in PASSWORDS.items()))
    subprocess.run(["mosquitto_passwd", "-U", str(file)], check=True, capture_output=True)
    for name, word in PASSWORDS.items():
        (cellar() / f"{name}.password").write_text(word + "\n")
    return file


@pytest.fixture(scope="module")
def by_password(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """TLS with the works' own authority; users with passwords; the access list."""
    lines = [*tls_lines("localhost"), f"password_file {password_file()}", "allow_anonymous false"]
    opened = Mosquitto(tmp_path_factory.mktemp("by-password"), *lines, keeps=False)
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def by_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """TLS that asks every client for a certificate, whose common name is the user."""
    lines = [
        *tls_lines("localhost"),
        "require_certificate true",
        "use_identity_as_username true",
        "allow_anonymous false",
    ]
    opened = Mosquitto(tmp_path_factory.mktemp("by-certificate"), *lines, keeps=False)
    yield opened
    opened.stop()


def to_broker(
    broker: Mosquitto, host: str = "localhost", *, ca: str = "works ca", **words: Any
) -> GateConfig:
    told = {"token_file": None, "timeout_s": 20} | words
    return GateConfig(f"mqtts://{host}:{broker.port}", ca_file=authority_file(ca), **told)


def with_password(broker: Mosquitto, user: str = "spring", **words: Any) -> GateConfig:
    password_file()
    return to_broker(broker, token_file=cellar() / f"{user}.password", **words)


def with_certificate(broker: Mosquitto, name: str = "spring", **words: Any) -> GateConfig:
    certificate, key = issued(name, **words)
    return to_broker(broker, certificate_file=certificate, key_file=key)


def fault(config: GateConfig, site: str = "spring") -> str:
    """The word for why a line does not come about."""
    line = line_to(site, config, Counter())
    try:
        with pytest.raises((OSError, ValueError, http.client.HTTPException)) as said:
            line.post(body(site, Box().batch()))
    finally:
        line.close()
    text = f"{type(said.value).__name__}: {said.value}"
    assert not any(word in text for word in PASSWORDS.values())
    return fault_of(text)


class Worked:
    """One worker at a broker, with what it complained about."""

    def __init__(self, root: Path, broker: Broker) -> None:
        self.told: list[str] = []
        self.gate = gate_at(root, Ledger("spring", "dye"), writer="mqtt-1")
        self.worker = Worker(
            desk_of(self.gate), broker, ALL, told=lambda one: self.told.append(one.code if one else "")
        )
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.worker.run, args=(self.stop,), daemon=True)
        self.thread.start()

    def until(self, true: Any, seconds: float = 10) -> None:
        until(true, seconds)

    def close(self) -> None:
        self.stop.set()
        self.thread.join(10)
        self.gate.close()


def until(true: Any, seconds: float = 30) -> None:
    waited = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        waited.wait(0.02)
    raise AssertionError("it never came")


def of_worker(mosquitto: Mosquitto, **words: Any) -> Broker:
    told = {"ca_file": authority_file(), "tls": True, "first_wait_s": 0.05} | words
    return Broker("localhost", mosquitto.port, **told)


@pytest.fixture
def works(tmp_path: Path, by_password: Mosquitto) -> Iterator[Worked]:
    opened = Worked(tmp_path, of_worker(by_password, user="intake", password=PASSWORDS["intake"]))
    until(lambda: opened.worker.state == "up")
    yield opened
    opened.close()


@pytest.mark.broker
def test_a_box_sends_through_an_encrypted_broker_and_each_site_only_for_itself(
    works: Worked, by_password: Mosquitto, tmp_path: Path
) -> None:
    line, batch = line_to("spring", with_password(by_password), Counter()), Box().batch([1.0, 2.0])
    assert line.post(body("spring", batch)).acknowledged == {batch["id"]}
    with pytest.raises(Refused) as said:  # its own topic, and another's name inside: the worker refuses
        line.post(body("dye", Box().batch([9.0])))
    assert "intake.other_site" in str(said.value)
    # another's topic: the broker refuses
    stranger = line_to("dye", with_password(by_password), Counter())
    stranger.call.site = "spring"  # logged in as spring …
    stranger.call._open = stranger.call._connect()
    stranger.call.site = "dye"  # … and speaks for dye
    with pytest.raises(ConnectionError, match="publication refused") as refused:
        stranger.post(body("dye", Box().batch([9.0])))
    assert fault_of(str(refused.value)) == "topic_refused"
    line.close()
    assert works.worker.counts["messages"] == 2 and works.told == []
    assert stored(tmp_path, writers=["mqtt-1"]) == [1.0, 2.0]


@pytest.mark.broker
def test_nobody_hears_the_answers_or_batches_of_another_site(works: Worked, by_password: Mosquitto) -> None:
    heard: list[str] = []
    line = line_to("spring", with_password(by_password), Counter())
    line.call._open = line.call._connect()
    line.call._open.on_message = lambda _c, _d, message: heard.append(message.topic)
    line.call._open.subscribe([(topic_of("+"), 1), (topic_of("dye", "answers"), 1)])
    other, batch = line_to("dye", with_password(by_password, "dye"), Counter()), Box().batch([3.0])
    assert other.post(body("dye", batch)).acknowledged == {batch["id"]}
    assert heard == []
    other.close()
    line.close()


@pytest.mark.broker
def test_certificates_stand_for_users_at_box_and_worker(by_certificate: Mosquitto, tmp_path: Path) -> None:
    certificate, key = issued("intake")
    opened = Worked(tmp_path, of_worker(by_certificate, certificate=certificate, key=key))
    try:
        until(lambda: opened.worker.state == "up")
        line, batch = line_to("spring", with_certificate(by_certificate), Counter()), Box().batch([4.0])
        assert line.post(body("spring", batch)).acknowledged == {batch["id"]}
        line.close()
        impostor = line_to("dye", with_certificate(by_certificate, "spring"), Counter())
        with pytest.raises(ConnectionError, match="publication refused"):
            impostor.post(body("dye", Box().batch()))
        impostor.close()
    finally:
        opened.close()
    assert stored(tmp_path, writers=["mqtt-1"]) == [4.0]


@pytest.mark.broker
def test_every_refusal_of_a_broker_has_its_word(
    by_password: Mosquitto, by_certificate: Mosquitto, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong-word")
    password_file()
    other = issued("spring", by="another ca")
    mixed = {"certificate_file": issued("spring")[0], "key_file": other[1]}
    told = {
        "wrong password": fault(to_broker(by_password, token_file=wrong)),
        "no login": fault(to_broker(by_password)),
        "authority unknown": fault(with_password(by_password, ca="another ca")),
        "other name": fault(with_password(by_password, host="127.0.0.1")),
        "no client certificate": fault(to_broker(by_certificate)),
        "client of another authority": fault(
            to_broker(by_certificate, certificate_file=other[0], key_file=other[1])
        ),
        "client expired": fault(with_certificate(by_certificate, days=(-9, -1))),
        "key of another certificate": fault(to_broker(by_certificate, **mixed)),
        "no certificate in the file": fault(to_broker(by_certificate, certificate_file=wrong)),
        "no such file": fault(to_broker(by_certificate, certificate_file=tmp_path / "none")),
    }
    assert told == {
        "wrong password": "wrong_login", "no login": "needs_login", "authority unknown": "server_unknown",
        "other name": "name_mismatch", "no client certificate": "needs_certificate",
        "client of another authority": "not_trusted_there", "client expired": "own_expired",
        "key of another certificate": "bad_pem", "no certificate in the file": "bad_pem", "no such file": "no_file",
    }  # fmt: skip


@pytest.mark.broker
def test_an_expired_broker_and_one_without_tls_are_named(tmp_path: Path) -> None:
    late = Mosquitto(tmp_path / "late", *tls_lines("localhost", days=(-9, -1)), keeps=False)
    plain = Mosquitto(tmp_path / "plain", keeps=False)
    try:
        assert fault(to_broker(late)) == "server_expired"
        assert fault(to_broker(plain)) == "no_tls"
        opened = Worked(tmp_path / "lake", of_worker(plain))
        until(lambda: opened.told)
        opened.close()
        assert opened.told == ["line.no_tls"]
    finally:
        late.stop()
        plain.stop()


@pytest.mark.broker
def test_a_worker_says_once_what_is_wrong_and_once_that_it_goes_on(
    by_password: Mosquitto, by_certificate: Mosquitto, tmp_path: Path
) -> None:
    for number, (broker, word) in enumerate((
        (of_worker(by_password, user="intake", password="no"), "line.wrong_login"),
        (of_worker(by_password), "line.needs_login"),
        (of_worker(by_password, ca_file=authority_file("another ca")), "line.server_unknown"),
        (of_worker(by_password, ca_file=tmp_path / "none"), "line.no_file"),
        (of_worker(by_certificate), "line.needs_certificate"),
    )):  # fmt: skip
        opened = Worked(tmp_path / str(number), broker)
        until(lambda opened=opened: opened.worker.counts["sessions_lost"] >= 2)
        opened.close()
        assert opened.told == [word], broker
        assert opened.worker.state == "connecting"


@pytest.mark.broker
def test_a_worker_goes_on_when_the_broker_lets_it_in(by_password: Mosquitto, tmp_path: Path) -> None:
    by_password.stop()
    opened = Worked(tmp_path, of_worker(by_password, user="intake", password=PASSWORDS["intake"]))
    until(lambda: opened.told == ["line.refused"])
    by_password.start()
    until(lambda: opened.told == ["line.refused", ""])
    opened.close()


class Served:
    """A gate that speaks TLS itself, or plainly behind a proxy."""

    def __init__(self, root: Path, *, tls: bool = True, days: tuple[int, int] = (-1, 30)) -> None:
        self.gate = gate_at(root, Ledger("spring", "dye"))
        certificate, key = issued("gate", "localhost", days=days)
        told = Tls(certificate, key, authority_file()) if tls else None
        tokens = {"spring-token": "spring"}
        self.door = HttpGate(desk_of(self.gate), TokenBook(tokens.get), Listening(port=0, tls=told))

    def config(self, host: str = "localhost", port: int = 0, **words: Any) -> GateConfig:
        told = {"token_file": None, "ca_file": authority_file(), "timeout_s": 20} | words
        return GateConfig(f"https://{host}:{port or self.door.port}/api/readings", **told)

    def close(self) -> None:
        self.door.close()
        self.gate.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    opened = Served(tmp_path)
    yield opened
    opened.close()


def certified(name: str, **words: Any) -> dict[str, Path]:
    certificate, key = issued(name, **words)
    return {"certificate_file": certificate, "key_file": key}


def test_a_box_with_a_certificate_named_like_its_site_sends_over_https(
    served: Served, tmp_path: Path
) -> None:
    line, batch = line_to("spring", served.config(**certified("spring")), Counter()), Box().batch([5.0])
    assert line.post(body("spring", batch)).acknowledged == {batch["id"]}
    with pytest.raises(Refused, match=r"403 intake\.other_site"):
        line.post(body("dye", Box().batch()))
    line.close()
    assert stored(tmp_path) == [5.0]


def test_without_certificate_a_token_opens_and_nothing_is_told_what_is_missing(
    served: Served, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("spring-token\n")
    (tmp_path / "old").write_text("old-token\n")
    batch = Box().batch([6.0])
    line = line_to("spring", served.config(token_file=tmp_path / "token"), Counter())
    assert line.post(body("spring", batch)).acknowledged == {batch["id"]}
    line.close()
    for words, code in (({}, "no_token"), ({"token_file": tmp_path / "old"}, "unknown_token")):
        line = line_to("spring", served.config(**words), Counter())
        with pytest.raises(Refused, match=rf"401 intake\.{code}"):
            line.post(body("spring", Box().batch()))


def test_every_refusal_of_an_encrypted_gate_has_its_word(served: Served, tmp_path: Path) -> None:
    plain, late = Served(tmp_path / "plain", tls=False), Served(tmp_path / "late", days=(-9, -1))
    told = {
        "authority unknown": fault(served.config(ca_file=authority_file("another ca"))),
        "authority of the system": fault(served.config(ca_file=None)),
        "other name": fault(served.config(host="127.0.0.1")),
        "client of another authority": fault(served.config(**certified("spring", by="another ca"))),
        "client expired": fault(served.config(**certified("spring", days=(-9, -1)))),
        "gate expired": fault(late.config()),
        "gate without tls": fault(plain.config()),
    }
    plain.close()
    late.close()
    assert told == {
        "authority unknown": "server_unknown", "authority of the system": "server_unknown", "other name": "name_mismatch",
        "client of another authority": "not_trusted_there", "client expired": "own_expired",
        "gate expired": "server_expired", "gate without tls": "no_tls",
    }  # fmt: skip


def test_a_gate_behind_a_proxy_that_speaks_tls_is_reached_with_a_token(tmp_path: Path) -> None:
    """As docs/how-to/secure-the-lines.md says: the proxy has the certificate, the gate listens on this machine alone."""
    served = Served(tmp_path, tls=False)
    certificate, key = issued("proxy", "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    (tmp_path / "token").write_text("spring-token")
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_proxy, args=(door, context, served.door.port), daemon=True).start()
        config = served.config(port=door.getsockname()[1], token_file=tmp_path / "token")
        line, batch = line_to("spring", config, Counter()), Box().batch([7.0])
        assert line.post(body("spring", batch)).acknowledged == {batch["id"]}
        line.close()
    served.close()
    assert stored(tmp_path) == [7.0]


def _proxy(door: socket.socket, context: ssl.SSLContext, port: int) -> None:
    """One connection, one request, one answer."""
    one = context.wrap_socket(door.accept()[0], server_side=True)
    with socket.create_connection(("127.0.0.1", port)) as gate:
        one.settimeout(0.3)
        try:
            while data := one.recv(65_536):
                gate.sendall(data)
        except TimeoutError:
            pass
        one.sendall(gate.recv(65_536))


def test_addresses_with_a_password_in_them_are_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from jiqun.intake.parts import read_broker

    with pytest.raises(InputError) as said:
        read_broker("mqtts://intake:s3cret@broker:8883")
    assert said.value.code == "intake.bad_broker" and "s3cret" not in str(said.value.facts)
    monkeypatch.setenv("JIQUN_BROKER_CERT", "/c.pem")
    monkeypatch.setenv("JIQUN_BROKER_KEY", "/k.pem")
    found = read_broker("mqtts://broker")
    assert (found.certificate, found.key, found.port) == (Path("/c.pem"), Path("/k.pem"), 8883)


def test_a_fault_of_the_broker_is_an_error_with_a_sentence() -> None:
    from gate_house import messages

    sentence = messages().sentence(SourceDown("line.wrong_login", seen="Not authorized"), "en")
    assert "does not accept this user" in sentence and "Not authorized" in sentence
