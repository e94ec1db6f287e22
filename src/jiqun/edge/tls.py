"""加密通道 TLS of the box's lines: whose certificates are trusted, which one is shown, and for which name.

Only TLS 1.2 and newer; the host name is checked always.
"""

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jiqun.factory.readings.line_faults import BAD_PEM, CLOCKS, NO_TLS, OWN_EXPIRED, LineFault


class NamedSocket(ssl.SSLSocket):
    """A socket that says what a broken handshake mostly means (握手)."""

    def do_handshake(self, block: bool = False) -> None:
        """As ever; LineFault no_tls when the other side hangs up on our hello."""
        try:
            super().do_handshake(block)
        except (ConnectionResetError, ssl.SSLEOFError) as error:
            raise LineFault(NO_TLS, f"{type(error).__name__}: {error}"[:120]) from error


class NamedContext(ssl.SSLContext):
    """Checks certificates for a name told beforehand (定名通道): the address called may be what the name resolved to."""

    name = ""
    sslsocket_class = NamedSocket

    def wrap_socket(self, sock: Any, *args: Any, **words: Any) -> ssl.SSLSocket:
        """As ever, for the name."""
        if self.name:
            words["server_hostname"] = self.name
        return super().wrap_socket(sock, *args, **words)


def trust(
    ca_file: Path | None,
    certificate_file: Path | None = None,
    key_file: Path | None = None,
    *,
    name: str = "",
) -> ssl.SSLContext:
    """A context of a client; without ca_file the system's authorities count.

    FileNotFoundError names the file; LineFault bad_pem one that holds no certificate, or a key that is not the certificate's
    or needs a password; own_expired, clocks when the certificate to be shown is not valid now.
    """
    context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version, context.name = ssl.TLSVersion.TLSv1_2, name
    for file in (ca_file, certificate_file, key_file):
        if file is not None:
            file.stat()
    try:
        if ca_file is None:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        else:
            context.load_verify_locations(str(ca_file))
        if certificate_file is not None:
            check_time(certificate_file)
            context.load_cert_chain(
                str(certificate_file), str(key_file or certificate_file), password=lambda: b""
            )
    except (ssl.SSLError, ValueError) as error:
        files = " ".join(one.name for one in (ca_file, certificate_file, key_file) if one is not None)
        raise LineFault(BAD_PEM, f"{files}: {error}"[:160]) from error
    return context


def check_time(certificate_file: Path) -> None:
    """Is this box's certificate valid now? LineFault own_expired, clocks; ValueError when the file holds none."""
    from jiqun.edge.opcua.certificates import (  # a library of its own, where one is shown only
        read_certificate,
        told_of,
    )

    told, now = told_of(read_certificate(certificate_file.read_bytes())), datetime.now(UTC)
    if told.ends < now:
        raise LineFault(OWN_EXPIRED, f"{certificate_file.name}: {told.ends:%Y-%m-%d}")
    if told.begins > now:
        raise LineFault(CLOCKS, f"{certificate_file.name}: {told.begins:%Y-%m-%d} > {now:%Y-%m-%d %H:%M}Z")
