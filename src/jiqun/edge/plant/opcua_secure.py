"""模拟工厂的安全 security of a plant's OPC UA server: what a well-set-up machine asks, with everything in one folder.

`server.der`, `server.key` its own pair; `password` that of the user `operator`; `trusted/` certificates of boxes it lets in,
`rejected/` those that knocked and wait; `users/` certificates that stand for a user. What is missing is made.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.user_managers import UserManager
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from jiqun.edge.opcua.certificates import make_pair, read_certificate, told_of, uri_of

USER = "operator"
CERTIFICATE, KEY, PASSWORD = "server.der", "server.key", "password"
TRUSTED, REJECTED, USERS = "trusted", "rejected", "users"
POLICIES = (
    ua.SecurityPolicyType.Basic256Sha256_Sign,
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
)


@dataclass(frozen=True, slots=True)
class SecureFolder:
    """The folder of a secured plant (安全文件夹)."""

    root: Path

    def filled(self, uri: str) -> "SecureFolder":
        """The folder with whatever was missing made."""
        for name in (TRUSTED, REJECTED, USERS):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        if not (self.root / CERTIFICATE).exists():
            make_pair(self.root / CERTIFICATE, self.root / KEY, name="jiqun plant", uri=uri, server=True)
        if not (self.root / PASSWORD).exists():
            (self.root / PASSWORD).touch(mode=0o600)
            (self.root / PASSWORD).write_text(secrets.token_urlsafe(12) + "\n", encoding="utf-8")
        return self

    def has(self, folder: str, certificate: x509.Certificate) -> bool:
        """Does a certificate lie in one of its folders?"""
        return any(
            read_certificate(one.read_bytes()) == certificate for one in (self.root / folder).iterdir()
        )

    def password(self) -> str:
        """The password of its user."""
        return (self.root / PASSWORD).read_text(encoding="utf-8").strip()


async def secured(server: Server, folder: SecureFolder) -> None:
    """Let a server serve encrypted only, and whom it trusts only."""
    uri = uri_of(read_certificate((folder.root / CERTIFICATE).read_bytes()))
    await server.set_application_uri(uri)
    await server.load_certificate(folder.root / CERTIFICATE)
    await server.load_private_key(folder.root / KEY, None, "pem")
    server.set_security_policy(list(POLICIES))
    server.set_identity_tokens([ua.UserNameIdentityToken, ua.X509IdentityToken])
    server.set_certificate_validator(_Doorman(folder))
    server.iserver.user_manager = _Users(folder)


class _Doorman:
    """Lets in certificates that lie in `trusted`; others wait in `rejected`."""

    def __init__(self, folder: SecureFolder) -> None:
        self.folder = folder

    async def __call__(self, certificate: x509.Certificate, client: Any) -> None:
        told, now = told_of(certificate), datetime.now(UTC)
        if not self.folder.has(TRUSTED, certificate):
            place = self.folder.root / REJECTED / f"{told.sha1}.der"
            place.write_bytes(certificate.public_bytes(Encoding.DER))
            raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)
        if not told.begins <= now <= told.ends:
            raise ServiceError(ua.StatusCodes.BadCertificateTimeInvalid)
        if told.uri != client.ApplicationUri:
            raise ServiceError(ua.StatusCodes.BadCertificateUriInvalid)


class _Users(UserManager):
    """The user `operator`, and certificates that stand for a user."""

    def __init__(self, folder: SecureFolder) -> None:
        self.folder = folder

    def get_user(
        self, iserver: Any, username: str | None = None, password: str | None = None, certificate: Any = None
    ) -> User | None:
        """The user of a login, or nobody."""
        del iserver
        if username is not None:
            told = str(password or "").encode()
            right = compare_digest(told, self.folder.password().encode()) and username == USER
        else:
            right = certificate is not None and self.folder.has(USERS, read_certificate(certificate))
        return User(role=UserRole.User, name=username or "certificate") if right else None
