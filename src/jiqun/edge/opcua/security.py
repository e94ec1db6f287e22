"""OPC UA 安全 security of a session: policy, own certificate, whether the machine's is trusted, user; refusals in words.

What the machine offers is asked without encryption first; nothing secret is said until its certificate is one this box
trusts. A machine not trusted yet leaves its certificate in the folder `rejected` beside the trusted ones, for a person.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from asyncua import Client, ua
from asyncua.crypto import security_policies
from asyncua.crypto.uacrypto import CertProperties
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from jiqun.edge.config import ConnectorConfig
from jiqun.edge.connection import secret
from jiqun.edge.opcua.certificates import PEM, hosts_of, read_certificate, signed_by, told_of, uri_of
from jiqun.factory.readings import line_faults as faults
from jiqun.factory.readings.line_faults import LineFault

TIMEOUT_S = 4
MOST_CERTIFICATES = 200
MODES = MappingProxyType(
    {"Sign": ua.MessageSecurityMode.Sign, "SignAndEncrypt": ua.MessageSecurityMode.SignAndEncrypt}
)
POLICIES: Mapping[str, type[Any]] = MappingProxyType(
    {
        "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
        "Aes128_Sha256_RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
        "Aes256_Sha256_RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
    }
)
LOGINS = MappingProxyType(
    {
        ua.UserTokenType.Anonymous: "anonymous", ua.UserTokenType.UserName: "user name",
        ua.UserTokenType.Certificate: "user certificate", ua.UserTokenType.IssuedToken: "issued token",
    }
)  # fmt: skip
NOT_TRUSTED = (
    "BadCertificateUntrusted",
    "BadSecurityChecksFailed",
    "BadCertificateChainIncomplete",
    "BadSecureChannelClosed",
)

logging.getLogger("asyncua").setLevel(
    logging.CRITICAL
)  # what goes wrong stands in the status, and never a request


@dataclass(frozen=True, slots=True)
class Own:
    """The certificate and key this box shows (本盒证书)."""

    certificate: x509.Certificate
    key: bytes


class Hidden(bytes):
    """Bytes that do not show themselves (不显示的字节): the library prints whole requests when it is made to talk."""

    def __repr__(self) -> str:
        return "b'…'"

    __str__ = __repr__


class SecureClient(Client):
    """A client that tells no password in the clear where something better was asked for (安全客户端)."""

    def _add_user_auth(self, params: Any, username: str | None, password: str | None) -> None:
        super()._add_user_auth(params, username, password)
        mode, token = self.security_policy.Mode, params.UserIdentityToken
        clear = bool(password) and not token.EncryptionAlgorithm
        if clear and mode == ua.MessageSecurityMode.Sign:
            token.Password = None
            raise LineFault(faults.PASSWORD_IN_CLEAR, "mode Sign, and the machine encrypts no password")
        if token.Password is not None:
            token.Password = Hidden(token.Password)


async def client_of(config: ConnectorConfig, *, timeout_s: float = TIMEOUT_S) -> Client:
    """A client as configured, not yet connected, that waits so long for answers; LineFault for what keeps it from being."""
    client = SecureClient(config.text("address"), timeout=timeout_s, watchdog_intervall=timeout_s)
    client.name = client.description = "jiqun edge"
    if config.text("user"):
        client.set_user(config.text("user"))
        client.set_password(secret(config, "password_file") or "")
    if config.text("security"):
        await _secured(client, config)
    elif config.text("user_certificate_file"):
        raise LineFault(faults.BAD_OPTIONS, "user_certificate_file: security")
    return client


async def connected(config: ConnectorConfig, *, timeout_s: float = TIMEOUT_S) -> Client:
    """A connected client; LineFault where the machine's refusal has a known reason."""
    client = await client_of(config, timeout_s=timeout_s)
    try:
        await client.connect(auto_reconnect=False)
    except LineFault:
        raise
    except UaStatusCodeError as error:
        raise _refusal(config, error) from error
    except (ConnectionError, TimeoutError, UaError) as error:
        if not config.text("security"):
            if "No matching endpoints" in str(error):  # it takes us encrypted only
                raise LineFault(faults.NEEDS_CERTIFICATE, _offered(await _asked(client))) from error
            raise
        # It spoke to us without encryption a moment ago: it hangs up on our certificate.
        said = f"{_own_name(config)} · {type(error).__name__}: {error}"
        raise LineFault(faults.NOT_TRUSTED_THERE, said) from error
    return client


async def _secured(client: Client, config: ConnectorConfig) -> None:
    policy, _, mode = config.text("security").partition("-")
    own = own_of(config)
    endpoint = _chosen(await _asked(client), policy, mode)
    server = read_certificate(first_of(endpoint.ServerCertificate or b""))
    check_server(server, config, client.server_url.geturl())
    _check_login(endpoint, config)
    client.application_uri = uri_of(own.certificate)
    key = CertProperties(own.key, "pem" if PEM in own.key else "der")
    shown = CertProperties(own.certificate.public_bytes(Encoding.DER), "der")
    told = CertProperties(server.public_bytes(Encoding.DER), "der")
    await client.set_security(POLICIES[policy], shown, key, server_certificate=told, mode=MODES[mode])
    if config.text("user_certificate_file"):
        await client.load_client_certificate(*_file(config, "user_certificate_file"))
        await client.load_private_key(*_key_file(config, "user_key_file"))


def own_of(config: ConnectorConfig) -> Own:
    """The box's certificate and key; LineFault own_missing, own_refused, own_expired, clocks."""
    path, key = config.path("certificate_file"), config.path("key_file")
    try:
        own = Own(read_certificate(path.read_bytes()), key.read_bytes())
    except FileNotFoundError as error:
        raise LineFault(faults.OWN_MISSING, f"{error.filename}: jiqun edge certificate CONFIG") from error
    except ValueError as error:
        raise LineFault(faults.OWN_REFUSED, f"{path.name}: {error}"[:120]) from error
    told, now = told_of(own.certificate), datetime.now(UTC)
    if not told.uri:
        raise LineFault(faults.OWN_REFUSED, f"{path.name}: subjectAltName URI")
    if told.begins > now:
        raise LineFault(faults.CLOCKS, f"{path.name}: {told.begins:%Y-%m-%d} > {now:%Y-%m-%d %H:%M}Z")
    if told.ends < now:
        raise LineFault(faults.OWN_EXPIRED, f"{path.name}: {told.ends:%Y-%m-%d}")
    return own


def check_server(server: x509.Certificate, config: ConnectorConfig, address: str) -> None:
    """Is this machine's certificate trusted, by file, and valid now?

    LineFault server_unknown, name_mismatch, server_expired, clocks
    """
    told, now = told_of(server), datetime.now(UTC)
    trusted = tuple(_trusted(config.path("trusted")))
    if server not in trusted:
        if not any(signed_by(server, one) for one in trusted):
            place = _set_aside(server, config.path("trusted"), address)
            raise LineFault(faults.SERVER_UNKNOWN, f"{told.name} · SHA-1 {told.sha1} · {place}")
        hosts = {config.host.lower(), str(urlsplit(address).hostname)}
        if not hosts & hosts_of(server):  # an authority vouches for many machines: is it this one?
            raise LineFault(faults.NAME_MISMATCH, f"{' '.join(sorted(hosts_of(server)))} · {address}")
    if told.begins > now:
        raise LineFault(faults.CLOCKS, f"{told.name}: {told.begins:%Y-%m-%d} > {now:%Y-%m-%d %H:%M}Z")
    if told.ends < now:
        raise LineFault(faults.SERVER_EXPIRED, f"{told.name}: {told.ends:%Y-%m-%d}")


def first_of(chain: bytes) -> bytes:
    """The first certificate of a chain in DER, by the length it says; ValueError is left to the reader."""
    return chain[: int.from_bytes(chain[2:4], "big") + 4] if chain[:2] == b"\x30\x82" else chain


async def _asked(client: Client) -> Sequence[Any]:
    """The endpoints a machine offers, asked without encryption."""
    return await client.connect_and_get_server_endpoints()


def _chosen(endpoints: Sequence[Any], policy: str, mode: str) -> Any:
    """The endpoint of a policy and mode; LineFault policy_not_offered says which there are."""
    for one in endpoints:
        if _policy(one) == policy and one.SecurityMode == MODES[mode]:
            return one
    raise LineFault(faults.POLICY_NOT_OFFERED, _offered(endpoints))


def _offered(endpoints: Sequence[Any]) -> str:
    """Policies with their modes, each once: "Basic256Sha256 Sign, SignAndEncrypt · None"."""
    found: dict[str, list[str]] = {}
    for one in endpoints:
        modes = found.setdefault(_policy(one), [])
        name = one.SecurityMode.name.rstrip("_")
        modes += [name] if name not in (*modes, "None") else []
    return " · ".join(f"{name} {', '.join(modes)}".strip() for name, modes in found.items()) or "-"


def _policy(endpoint: Any) -> str:
    return str(endpoint.SecurityPolicyUri or "").rpartition("#")[2] or "None"


def _check_login(endpoint: Any, config: ConnectorConfig) -> None:
    """Does the machine take the login that is configured? LineFault needs_login, login_not_offered say what it takes."""
    offered = {token.TokenType for token in endpoint.UserIdentityTokens or ()}
    wanted = ua.UserTokenType.Anonymous
    if config.text("user_certificate_file"):
        wanted = ua.UserTokenType.Certificate
    elif config.text("user"):
        wanted = ua.UserTokenType.UserName
    if offered and wanted not in offered:
        anonymous = wanted == ua.UserTokenType.Anonymous
        word = faults.NEEDS_LOGIN if anonymous else faults.LOGIN_NOT_OFFERED
        raise LineFault(word, ", ".join(LOGINS.get(one, str(one)) for one in sorted(offered)))


def _refusal(config: ConnectorConfig, error: UaStatusCodeError) -> Exception:
    """A status code of the machine as a fault in words, or the error itself."""
    name, secure = type(error).__name__, bool(config.text("security"))
    login = config.text("user") or config.text("user_certificate_file")
    if name == "BadUserAccessDenied" or (name.startswith("BadIdentityToken") and login):
        return LineFault(faults.WRONG_LOGIN if login else faults.NEEDS_LOGIN, name)
    if name in NOT_TRUSTED and secure:
        return LineFault(faults.NOT_TRUSTED_THERE, f"{_own_name(config)} · {name}")
    if name in ("BadCertificateTimeInvalid", "BadInvalidTimestamp", "BadNonceInvalid"):
        return LineFault(faults.CLOCKS, f"{name} · {datetime.now(UTC):%Y-%m-%d %H:%M}Z")
    return error


def _own_name(config: ConnectorConfig) -> str:
    told = told_of(own_of(config).certificate)
    return f"{told.name} · SHA-1 {told.sha1}"


def _trusted(place: Path) -> Iterable[x509.Certificate]:
    """Certificates of a file, or of every file of a folder; what is none is passed over."""
    files = (
        sorted(place.iterdir())[:MOST_CERTIFICATES] if place.is_dir() else [place] if place.is_file() else []
    )
    for file in files:
        if file.is_file():
            try:
                yield read_certificate(file.read_bytes())
            except ValueError:
                continue


def _set_aside(server: x509.Certificate, trusted: Path, address: str) -> str:
    """Keep a certificate not trusted yet, one per address, and say where; a person moves it to the trusted ones."""
    url = urlsplit(address)
    folder = trusted.parent / "rejected"
    file = folder / f"{str(url.hostname).replace(':', '_')}-{url.port or 4840}.der"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(server.public_bytes(Encoding.DER))
    except OSError as error:
        return type(error).__name__
    return f"{folder.name}/{file.name}"


def _file(config: ConnectorConfig, name: str) -> tuple[Any, str]:
    """Content of a certificate's file as the library takes it."""
    return read_certificate(config.path(name).read_bytes()).public_bytes(Encoding.DER), "der"


def _key_file(config: ConnectorConfig, name: str) -> tuple[Any, None, str]:
    content = config.path(name).read_bytes()
    return content, None, "pem" if PEM in content else "der"
