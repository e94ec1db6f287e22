"""OPC UA encrypted, against real servers: every policy offered, users by password and certificate, refusals in words."""

import asyncio
import contextlib
import shutil
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from edge_house import LIMITS, PACKS
from secure_house import SecurePlant, authority_file, box_secrets, issued, pair, secure_plant

from jiqun.core.units import UnitTable
from jiqun.edge.clocks import BoxClock
from jiqun.edge.config import ConnectorConfig
from jiqun.edge.listening import watched
from jiqun.edge.opcua import security
from jiqun.edge.opcua.browse import browsed
from jiqun.edge.opcua.certificates import read_certificate, told_of
from jiqun.edge.opcua.security import connected
from jiqun.edge.plant import opcua_secure
from jiqun.edge.plant.opcua_server import command_plant
from jiqun.factory.readings.line_faults import LineFault, fault_of
from jiqun.factory.readings.manifests import manifest_of
from jiqun.factory.readings.model import Point, PointKind

BOX = "box"
BEST = "Basic256Sha256-SignAndEncrypt"
POINT = Point("t", "ns=2;s=furnace.temperature", "摄氏度", PointKind.MEASUREMENT)


@pytest.fixture(scope="module")
def plant() -> SecurePlant:
    return secure_plant()


@pytest.fixture
def secrets(tmp_path: Path, plant: SecurePlant) -> Path:
    return box_secrets(tmp_path / "secrets", plant)


def config(
    secrets: Path, plant: SecurePlant, points: tuple[Point, ...] = (), **words: Any
) -> ConnectorConfig:
    manifest = manifest_of("opcua")
    told = {
        one.name: secrets / str(one.default) if one.type == "file" and one.default else one.default
        for one in manifest.options.values()
    }
    login = {"user": "operator", "password_file": secrets / "password", "security": BEST}
    address = {"address": plant.address, "interval_ms": 100}
    return ConnectorConfig("spring", manifest, told | login | address | words, points)


def tried(made: ConnectorConfig) -> float:
    async def once() -> float:
        client = await connected(made)
        try:
            value = await client.get_node(POINT.address).read_value()
        finally:
            await client.disconnect()
        return float(value)

    return asyncio.run(once())


def refused(made: ConnectorConfig) -> LineFault:
    with pytest.raises(LineFault) as said:
        tried(made)
    assert fault_of(f"{type(said.value).__name__}: {said.value}") == said.value.word
    return said.value


@pytest.mark.parametrize(
    "policy",
    [
        BEST,
        "Basic256Sha256-Sign",
        "Aes128_Sha256_RsaOaep-SignAndEncrypt",
        "Aes256_Sha256_RsaPss-SignAndEncrypt",
    ],
)
def test_every_policy_the_plant_offers_is_spoken(secrets: Path, plant: SecurePlant, policy: str) -> None:
    assert tried(config(secrets, plant, security=policy)) > 300


@pytest.mark.parametrize("policy", [BEST, "Basic256Sha256-Sign"])
def test_a_user_certificate_stands_in_place_of_a_password(
    secrets: Path, plant: SecurePlant, policy: str
) -> None:
    certificate, key = pair("user")
    words = {"user": "", "user_certificate_file": certificate, "user_key_file": key, "security": policy}
    assert refused(config(secrets, plant, **words)).word == "wrong_login"
    plant.trusts(certificate, folder="users")
    assert tried(config(secrets, plant, **words)) > 300


def test_a_connector_subscribes_encrypted_and_the_page_s_browse_does_too(
    secrets: Path, plant: SecurePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jiqun.edge.opcua.browse.AGAIN_S", 0.1)
    units = UnitTable.load(PACKS / "units.toml")

    async def watch() -> list[Any]:
        async for seen in watched(config(secrets, plant, (POINT,)), LIMITS, units, BoxClock()):
            if seen[0].quality == "good":
                return seen
        raise AssertionError("it ended")

    async def browse() -> int:
        turns = browsed(config(secrets, plant))
        try:
            return max([len(await anext(turns)) for _ in range(2)])
        finally:
            await turns.aclose()

    assert asyncio.run(watch())[0].value > 300
    assert asyncio.run(browse()) > 20


def test_a_plant_s_fault_is_commanded_over_the_secured_line(plant: SecurePlant) -> None:
    asyncio.run(command_plant(plant.address, "jam coiling", plant.folder))
    for _ in range(100):
        if plant.served.plant.faults == ["jam coiling"]:
            break
        threading.Event().wait(0.05)
    asyncio.run(command_plant(plant.address, "clear", plant.folder))
    assert plant.served.plant.faults in (["jam coiling"], [])


def test_a_box_not_accepted_yet_says_its_thumbprint_and_waits_at_the_machine(
    secrets: Path, plant: SecurePlant
) -> None:
    plant.trusts()
    told = told_of(read_certificate(pair(BOX)[0].read_bytes()))
    fault = refused(config(secrets, plant))
    assert fault.word == "not_trusted_there" and told.sha1 in fault.said and told.name in fault.said
    waiting = plant.folder / "rejected" / f"{told.sha1}.der"
    shutil.move(waiting, plant.folder / "trusted")
    assert tried(config(secrets, plant)) > 300


def test_a_machine_not_trusted_yet_is_told_nothing_and_its_certificate_is_kept_for_a_person(
    secrets: Path, plant: SecurePlant
) -> None:
    (secrets / "trusted" / "plant.der").unlink()
    fault = refused(config(secrets, plant))
    kept = secrets / "rejected" / f"127.0.0.1-{plant.port}.der"
    assert fault.word == "server_unknown" and f"rejected/{kept.name}" in fault.said
    assert told_of(read_certificate(kept.read_bytes())).sha1 in fault.said
    kept.rename(secrets / "trusted" / kept.name)
    (secrets / "trusted" / "no-certificate.txt").write_text("nothing")
    assert tried(config(secrets, plant)) > 300
    assert tried(config(secrets, plant, trusted=secrets / "trusted" / kept.name)) > 300, "pinned by one file"


def test_a_stranger_in_the_machine_s_place_is_found_out_before_a_password_is_said(
    secrets: Path, plant: SecurePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    users = plant.served.server.iserver.user_manager
    monkeypatch.setattr(users, "get_user", lambda *_, **words: asked.append(str(words)))
    shutil.copy(pair("the machine itself", server=True)[0], secrets / "trusted" / "plant.der")
    assert refused(config(secrets, plant)).word == "server_unknown" and asked == []


def test_what_is_not_offered_is_told_with_what_is(secrets: Path, plant: SecurePlant) -> None:
    fault = refused(config(secrets, plant, security="Aes128_Sha256_RsaOaep-Sign"))
    assert fault.word == "policy_not_offered"
    assert (
        "Basic256Sha256 Sign, SignAndEncrypt" in fault.said
        and "Aes128_Sha256_RsaOaep SignAndEncrypt" in fault.said
    )
    fault = refused(config(secrets, plant, security=""))
    assert fault.word == "needs_certificate" and "Basic256Sha256" in fault.said


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ({"user": "operator", "password_file": "wrong"}, "wrong_login"),
        ({"user": "nobody"}, "wrong_login"),
        ({"user": "", "password_file": ""}, "needs_login"),
        ({"certificate_file": "none.der"}, "own_missing"),
        ({"key_file": "none.key"}, "own_missing"),
        ({"certificate_file": "wrong"}, "own_refused"),
        ({"security": "", "user_certificate_file": "wrong"}, "bad_options"),
    ],
)
def test_logins_and_files_that_are_wrong_are_told_apart(
    secrets: Path, plant: SecurePlant, words: dict[str, str], word: str
) -> None:
    (secrets / "wrong").write_text("wrong-word")
    told = {
        name: secrets / value if name.endswith("_file") and value else value for name, value in words.items()
    }
    fault = refused(config(secrets, plant, **told))
    assert fault.word == word and "wrong-word" not in str(fault) and plant.password() not in str(fault)


def test_certificates_of_a_box_beyond_their_time_are_told_by_its_own_clock(
    secrets: Path, plant: SecurePlant
) -> None:
    for days, word in (((-30, -1), "own_expired"), ((2, 30), "clocks")):
        certificate, key = pair("timed", days)
        fault = refused(config(secrets, plant, certificate_file=certificate, key_file=key))
        assert fault.word == word


def test_a_machine_whose_clock_stands_wrong_is_named_by_the_clocks(
    secrets: Path, plant: SecurePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(2060, 1, 1, tzinfo=tz or UTC)

    monkeypatch.setattr(opcua_secure, "datetime", Later)
    fault = refused(config(secrets, plant))
    assert fault.word == "clocks" and "BadCertificateTimeInvalid" in fault.said


def test_a_machine_s_certificate_beyond_its_time_is_told(
    secrets: Path, plant: SecurePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(datetime):
        year_told = 2060

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(cls.year_told, 1, 1, tzinfo=tz or UTC)

    server = read_certificate((plant.folder / "server.der").read_bytes())
    monkeypatch.setattr(security, "datetime", Later)
    for year, word in ((2060, "server_expired"), (2001, "clocks")):
        Later.year_told = year
        with pytest.raises(LineFault) as said:
            security.check_server(server, config(secrets, plant), plant.address)
        assert said.value.word == word


def test_an_authority_vouches_for_a_machine_of_its_own_name_only(secrets: Path, plant: SecurePlant) -> None:
    shutil.copy(authority_file(), secrets / "ca.pem")
    made = config(secrets, plant, trusted=secrets / "ca.pem")
    assert tried(made) > 300
    right = read_certificate(issued("press", "127.0.0.1", uri="urn:press")[0].read_bytes())
    other = read_certificate(issued("lathe", "192.168.1.9", uri="urn:lathe")[0].read_bytes())
    forged = read_certificate(
        issued("press", "127.0.0.1", by="works ca of another", uri="urn:press")[0].read_bytes()
    )
    security.check_server(right, made, plant.address)
    for one, word in ((other, "name_mismatch"), (forged, "server_unknown")):
        with pytest.raises(LineFault) as said:
            security.check_server(one, made, plant.address)
        assert said.value.word == word


def test_an_application_s_own_certificate_vouches_for_no_other(secrets: Path, plant: SecurePlant) -> None:
    made = config(secrets, plant, trusted=issued("greedy", "127.0.0.1", uri="urn:greedy")[0])
    other = read_certificate(issued("press", "127.0.0.1", uri="urn:press")[0].read_bytes())
    with pytest.raises(LineFault):
        security.check_server(other, made, plant.address)


@contextlib.contextmanager
def in_between(plant: SecurePlant, answer: bytes) -> Iterator[str]:
    """Somebody in the line who lets plain talk through and answers a secured opening so, then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def carry(source: socket.socket, sink: socket.socket, *, guard: bool) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65_536):
                    if guard and b"#Basic256Sha256" in data[:200] and data[:3] == b"OPN":
                        source.sendall(answer)
                        break
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_RDWR)
                source.shutdown(socket.SHUT_RDWR)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    one, _ = door.accept()
                    other = socket.create_connection(("127.0.0.1", plant.port))
                    threading.Thread(
                        target=carry, args=(one, other), kwargs={"guard": True}, daemon=True
                    ).start()
                    threading.Thread(
                        target=carry, args=(other, one), kwargs={"guard": False}, daemon=True
                    ).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"opc.tcp://127.0.0.1:{door.getsockname()[1]}/jiqun/spring/"


@pytest.mark.parametrize(
    "says", ["", "BadSecurityChecksFailed", "BadCertificateUntrusted", "BadCertificateTimeInvalid"]
)
def test_servers_that_refuse_at_the_channel_are_understood_too(
    secrets: Path, plant: SecurePlant, says: str
) -> None:
    answer = b""
    if says:  # an error message of OPC 10000-6: code and reason
        code = getattr(ua.StatusCodes, says).to_bytes(4, "little")
        answer = b"ERRF" + (16).to_bytes(4, "little") + code + (-1).to_bytes(4, "little", signed=True)
    with in_between(plant, answer) as address:
        word = refused(config(secrets, plant, address=address)).word
    assert word == ("clocks" if says == "BadCertificateTimeInvalid" else "not_trusted_there")


def test_a_password_is_not_said_in_the_clear_where_signing_only_was_agreed(
    secrets: Path, plant: SecurePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for endpoint in plant.served.server.iserver.endpoints:
        for token in endpoint.UserIdentityTokens:
            monkeypatch.setattr(token, "SecurityPolicyUri", "http://opcfoundation.org/UA/SecurityPolicy#None")
    assert refused(config(secrets, plant, security="Basic256Sha256-Sign")).word == "password_in_clear"
    assert tried(config(secrets, plant)) > 300, "the channel itself is encrypted"


def test_the_box_s_certificate_stands_the_library_s_strictest_check(tmp_path: Path) -> None:
    shutil.copy(pair(BOX)[0], tmp_path / "box.der")

    async def check(uri: str) -> None:
        store = TrustStore([tmp_path], [])
        await store.load()
        options = CertificateValidatorOptions.TRUSTED_VALIDATION | CertificateValidatorOptions.PEER_CLIENT
        client = ua.ApplicationDescription(ApplicationUri=uri, ApplicationType=ua.ApplicationType.Client)
        await CertificateValidator(options, store).validate(
            read_certificate(pair(BOX)[0].read_bytes()), client
        )

    asyncio.run(check(f"urn:test:{BOX}"))
    with pytest.raises(ServiceError) as said:
        asyncio.run(check("urn:other"))
    assert said.value.code == ua.StatusCodes.BadCertificateUriInvalid
