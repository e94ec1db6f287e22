"""Certificates for tests, each made once a session, and a spring plant that serves encrypted in a thread of its own."""

import asyncio
import atexit
import shutil
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from broker_house import free_port
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from jiqun.edge.opcua.certificates import make_pair
from jiqun.edge.plant.clockwork import Plant
from jiqun.edge.plant.opcua_server import PlantServer

HOUR = timedelta(hours=1)
PEM = serialization.Encoding.PEM


@cache
def cellar() -> Path:
    """Where the session's keys lie."""
    folder = Path(tempfile.mkdtemp(prefix="jiqun-test-keys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def authority(name: str = "works ca") -> tuple[x509.Certificate, Any]:
    """An authority of one's own, with an EC key."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _signed(name, key.public_key(), (name, key), authority=True), key


def _signed(
    name: str, public: Any, by: tuple[str, Any], *, names: tuple[Any, ...] = (), days: tuple[int, int] = (-1, 30),
    authority: bool = False,
) -> x509.Certificate:  # fmt: skip
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by[0])]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]) - HOUR)
        .not_valid_after(now + timedelta(days=days[1]) - HOUR)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(by[1], hashes.SHA256())


@cache
def issued(
    name: str,
    *hosts: str,
    days: tuple[int, int] = (-1, 30),
    by: str = "works ca",
    bits: int = 0,
    uri: str = "",
) -> tuple[Path, Path]:
    """A certificate signed by an authority, and its key, as PEM files; EC, or RSA where `bits` are told."""
    _, secret = authority(by)
    key = (
        rsa.generate_private_key(public_exponent=65537, key_size=bits)
        if bits
        else ec.generate_private_key(ec.SECP256R1())
    )
    names: tuple[Any, ...] = tuple(_host(one) for one in hosts)
    names += (x509.UniformResourceIdentifier(uri),) if uri else ()
    made = _signed(name, key.public_key(), (by, secret), names=names, days=days)
    place = Path(tempfile.mkdtemp(dir=cellar()))
    plain = serialization.NoEncryption()
    (place / "key.pem").write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain))
    (place / "certificate.pem").write_bytes(made.public_bytes(PEM))
    return place / "certificate.pem", place / "key.pem"


def _host(name: str) -> Any:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@cache
def authority_file(name: str = "works ca") -> Path:
    """The authority's certificate as a file."""
    file = cellar() / f"{name.replace(' ', '-')}.pem"
    file.write_bytes(authority(name)[0].public_bytes(PEM))
    return file


@cache
def pair(name: str, days: tuple[int, int] = (-1, 30), *, server: bool = False) -> tuple[Path, Path]:
    """An application's own pair for OPC UA, as the box makes it."""
    place = Path(tempfile.mkdtemp(dir=cellar()))
    begins = datetime.now(UTC) + timedelta(days=days[0])
    make_pair(
        place / "own.der", place / "own.key", name=name, uri=f"urn:test:{name}", server=server, begins=begins,
        days=days[1] - days[0],
    )  # fmt: skip
    return place / "own.der", place / "own.key"


class SecurePlant:
    """A spring plant on an encrypted OPC UA server, in a thread; `folder` holds its trust and its users.

    Its certificate is signed by the works' authority and made out to 127.0.0.1.
    """

    def __init__(self, folder: Path) -> None:
        certificate, key = issued("plant", "127.0.0.1", bits=2048, uri="urn:test:plant")
        folder.mkdir(parents=True, exist_ok=True)
        made = x509.load_pem_x509_certificate(certificate.read_bytes())
        (folder / "server.der").write_bytes(made.public_bytes(serialization.Encoding.DER))
        shutil.copy(key, folder / "server.key")
        self.folder, self.port = folder, free_port()
        self._ready, self.loop = threading.Event(), asyncio.new_event_loop()
        self.thread = threading.Thread(
            target=self.loop.run_until_complete, args=(self._serve(),), daemon=True
        )
        self.thread.start()
        assert self._ready.wait(90)

    @property
    def address(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/jiqun/spring/"

    def password(self) -> str:
        return (self.folder / "password").read_text().strip()

    def trusts(self, *certificates: Path, folder: str = "trusted") -> None:
        """Let it trust these certificates, and no others."""
        for one in (self.folder / folder).iterdir():
            one.unlink()
        for number, one in enumerate(certificates):
            shutil.copy(one, self.folder / folder / f"{number}.der")

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        async with PlantServer(Plant("spring"), "127.0.0.1", self.port, secure=self.folder) as served:
            self.served = served
            self._ready.set()
            while not self._stop.is_set():
                await served.tell()
                served.plant.advance(0.2)
                try:
                    await asyncio.wait_for(self._stop.wait(), 0.1)
                except TimeoutError:
                    continue

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self.thread.join(60)
        self.loop.close()


@cache
def secure_plant() -> SecurePlant:
    """One for the session: a server of OPC UA takes seconds to begin."""
    made = SecurePlant(cellar() / "plant")
    atexit.register(made.close)
    return made


def box_secrets(folder: Path, plant: SecurePlant) -> Path:
    """The folder of a box that trusts the plant, knows its password and is trusted by it."""
    (folder / "trusted").mkdir(parents=True)
    shutil.copy(pair("box")[0], folder / "opcua.der")
    shutil.copy(pair("box")[1], folder / "opcua.key")
    shutil.copy(plant.folder / "server.der", folder / "trusted" / "plant.der")
    (folder / "password").write_text(plant.password())
    plant.trusts(pair("box")[0])
    plant.trusts(folder="users")
    return folder
