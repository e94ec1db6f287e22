"""应用证书 application certificates of OPC UA: made self-signed with a valid application URI, read from PEM or DER, told.

A certificate names an application by the URI in its subjectAltName; a client that says another URI is refused. Keys are
RSA with 2048 bits, the least and the most that every policy and every older machine takes.
"""

import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 3650  # a machine must be told of every new one by hand
BEFORE = timedelta(days=1)  # machines whose clock is a little late
LONGEST_NAME = 64
PEM = b"-----BEGIN"


@dataclass(frozen=True, slots=True)
class Told:
    """What a certificate says of itself (证书所述). sha1 is what machines show as its thumbprint."""

    name: str
    uri: str
    sha1: str
    sha256: str
    begins: datetime
    ends: datetime

    def as_json(self) -> dict[str, object]:
        """For the command."""
        return {
            "name": self.name, "uri": self.uri, "sha1": self.sha1, "sha256": self.sha256,
            "begins": self.begins.isoformat(), "ends": self.ends.isoformat(),
        }  # fmt: skip


def make_pair(
    certificate: Path, key: Path, *, name: str, uri: str, server: bool = False, begins: datetime | None = None,
    days: int = DAYS,
) -> None:  # fmt: skip
    """Make a key and a certificate signed by it; the key is readable by its owner only. Takes the place of an older pair."""
    secret = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    start = begins or datetime.now(UTC) - BEFORE
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_NAME])])
    use = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    names = [x509.UniformResourceIdentifier(uri), x509.DNSName(socket.gethostname() or "localhost")]
    public = secret.public_key()
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(secret, hashes.SHA256())
    )
    certificate.parent.mkdir(parents=True, exist_ok=True)
    plain = serialization.NoEncryption()
    told = secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    _written(key, told, 0o600)
    _written(certificate, signed.public_bytes(serialization.Encoding.DER), 0o644)


def read_certificate(content: bytes) -> x509.Certificate:
    """The first certificate of a file, PEM or DER; ValueError when there is none."""
    if PEM in content:
        return x509.load_pem_x509_certificates(content)[0]
    return x509.load_der_x509_certificate(content)


def told_of(certificate: x509.Certificate) -> Told:
    """What a certificate says of itself."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Told(
        str(names[0].value) if names else certificate.subject.rfc4514_string()[:LONGEST_NAME],
        uri_of(certificate), certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - a name, no proof
        certificate.fingerprint(hashes.SHA256()).hex().upper(),
        certificate.not_valid_before_utc, certificate.not_valid_after_utc,
    )  # fmt: skip


def uri_of(certificate: x509.Certificate) -> str:
    """The application URI; "" when it has none."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    return next(iter(names.get_values_for_type(x509.UniformResourceIdentifier)), "")


def hosts_of(certificate: x509.Certificate) -> set[str]:
    """Host names and addresses it is made out to, in small letters."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    addresses = {str(one) for one in names.get_values_for_type(x509.IPAddress)}
    return {one.lower() for one in names.get_values_for_type(x509.DNSName)} | addresses


def signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Did this authority sign it? An application's own certificate is no authority, whatever it says."""
    try:
        if (
            uri_of(authority)
            or not authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        ):
            return False
        certificate.verify_directly_issued_by(authority)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    return True


def _usage() -> x509.KeyUsage:
    """What OPC 10000-6 asks of an application's certificate; self-signed, it signs a certificate: its own."""
    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=True, data_encipherment=True,
        key_agreement=False, key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _written(path: Path, content: bytes, mode: int) -> None:
    """Write a file beside and put it in place, so that there is never half of one."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
