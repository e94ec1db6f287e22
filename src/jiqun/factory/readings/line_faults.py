"""连接故障 line faults: what a library or the network said of a failed connection, in one of a few words one can act on.

The sentence of each word, and what to do next, stands in `packs/errors.toml` under `line.<word>`. Pure.
"""

import re

REFUSED = "refused"
TIMEOUT = "timeout"
NO_HOST = "no_host"
UNREACHABLE = "unreachable"
WRONG_PROTOCOL = "wrong_protocol"
NEEDS_CERTIFICATE = "needs_certificate"
NEEDS_LOGIN = "needs_login"
WRONG_LOGIN = "wrong_login"
LOGIN_NOT_OFFERED = "login_not_offered"
PASSWORD_IN_CLEAR = "password_in_clear"  # noqa: S105 - a word, not one
NOT_TRUSTED_THERE = "not_trusted_there"
SERVER_UNKNOWN = "server_unknown"
SERVER_EXPIRED = "server_expired"
NAME_MISMATCH = "name_mismatch"
OWN_MISSING = "own_missing"
OWN_EXPIRED = "own_expired"
OWN_REFUSED = "own_refused"
POLICY_NOT_OFFERED = "policy_not_offered"
CLOCKS = "clocks"
NO_TLS = "no_tls"
BAD_PEM = "bad_pem"
TOPIC_REFUSED = "topic_refused"
NOT_ALLOWED = "not_allowed"
NOT_BROWSABLE = "not_browsable"
NOTHING_FOUND = "nothing_found"
BAD_OPTIONS = "bad_options"
NO_FILE = "no_file"
DISK_FULL = "disk_full"
BOX_SILENT = "box_silent"
ENDED = "ended"
OTHER = "other"
FAULTS = (
    REFUSED, TIMEOUT, NO_HOST, UNREACHABLE, WRONG_PROTOCOL, NEEDS_CERTIFICATE, NEEDS_LOGIN, NOT_ALLOWED, NOT_BROWSABLE,
    NOTHING_FOUND, BAD_OPTIONS, NO_FILE, DISK_FULL, BOX_SILENT, ENDED, OTHER,
    WRONG_LOGIN, LOGIN_NOT_OFFERED, PASSWORD_IN_CLEAR, NOT_TRUSTED_THERE, SERVER_UNKNOWN, SERVER_EXPIRED, NAME_MISMATCH,
    OWN_MISSING, OWN_EXPIRED, OWN_REFUSED, POLICY_NOT_OFFERED, CLOCKS, NO_TLS, BAD_PEM, TOPIC_REFUSED,
)  # fmt: skip

# The first row of which one of the words stands in what was said decides.
SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (DISK_FULL, ("no space left", "disk_full", "disk i/o", "edge.buffer_full")),
    (NOT_ALLOWED, ("box.address_not_allowed",)),
    (NOT_BROWSABLE, ("box.not_browsable",)),
    (BAD_OPTIONS, ("box.bad_connection", "edge.config_refused")),
    (NO_FILE, ("filenotfound", "no such file", "permissionerror", "permission denied")),  # before what may stand in a path
    (TOPIC_REFUSED, ("subscription refused", "publication refused")),
    (BAD_PEM, ("no_certificate_or_crl_found", "key_values_mismatch", "[ssl] pem", "pem lib", "no_start_line", "bad_decrypt",
               "bad password read", "key values mismatch", "certificate_file:")),
    (SERVER_EXPIRED, ("certificate has expired",)),
    (CLOCKS, ("not yet valid", "badcertificatetimeinvalid", "badinvalidtimestamp")),
    (NAME_MISMATCH, ("hostname mismatch", "ip address mismatch", "badcertificatehostnameinvalid")),
    (SERVER_UNKNOWN, ("self-signed certificate", "self signed certificate", "unable to get local issuer",
                      "unable to get issuer", "certificate_verify_failed")),
    (NEEDS_CERTIFICATE, ("certificate_required", "certificate required")),
    (OWN_EXPIRED, ("certificate_expired", "alert certificate expired")),
    (NOT_TRUSTED_THERE, ("badcertificateuntrusted", "badcertificatechainincomplete", "unknown_ca", "unknown ca",
                         "certificate_unknown", "alert bad certificate", "alert_bad_certificate", "access_denied")),
    (OWN_REFUSED, ("badcertificateuriinvalid", "badcertificateusenotallowed", "badcertificateinvalid",
                   "badcertificatepolicycheckfailed", "badcertificaterevoked", "certificate_revoked")),
    (NO_TLS, ("wrong_version_number", "wrong version number", "record_layer_failure", "record layer failure",
              "http_request", "packet_length_too_long")),
    (WRONG_LOGIN, ("baduseraccessdenied", "bad user name or password")),
    (NEEDS_LOGIN, ("badidentitytoken", "not authorized", "not authorised",
                   "badusertoken", "identitytoken")),
    (NEEDS_CERTIFICATE, ("certificate", "badsecuritypolicy", "badsecuritymode", "badsecuritychecks", "ssl", "tls",
                         "no matching endpoints", "security")),
    (NO_HOST, ("getaddrinfo", "name or service not known", "gaierror", "nodename", "name resolution")),
    (REFUSED, ("connectionrefused", "errno 111", "connect call failed", "nobody answers", "refused")),
    (UNREACHABLE, ("unreachable", "no route", "errno 113", "errno 101")),
    (WRONG_PROTOCOL, ("badtcp", "uatcp", "protocol", "invalid header", "unpack", "malformed", "incompleteread", "decode",
                      "connection is closed", "connectionreset", "connection reset", "connection lost", "struct.error",
                      "connection to the server was lost", "not connected")),
    (TIMEOUT, ("timeout", "timed out", "no response")),
    (ENDED, ("ended", "closed")),
)  # fmt: skip


SAID = re.compile(r"\bline\.([a-z_]+)")
HEAD = re.compile(r"(LineFault|ConnectionError|OSError): (?=line\.)|line\.[a-z_]+: ")


class LineFault(ConnectionError):  # noqa: N818 - what a line says, not what the program got wrong
    """A connection that fails for a reason that is known (连接故障); `word` is one of FAULTS."""

    def __init__(self, word: str, said: str) -> None:
        super().__init__(f"line.{word}: {said}")
        self.word, self.said = word, said


def broker_refusal(code: object, *, login: bool) -> str:
    """What a broker's refusal of a connection comes to; login: a user or a certificate was shown."""
    said = str(code)
    if said.lower() in ("not authorized", "bad user name or password"):
        return f"line.{WRONG_LOGIN if login else NEEDS_LOGIN}: refused by the broker: {said}"
    return f"refused by the broker: {said}"


def said_plainly(said: str) -> str:
    """What was said without the word before it, for who has the word's sentence already."""
    return HEAD.sub("", said)


def hung_up(said: str, *, certificate: bool) -> str:
    """What it comes to when the other side hangs up right after the handshake of TLS and no reason arrived.

    With TLS 1.3 a certificate is refused then, and the alert that says so may be lost with the connection.
    """
    if fault_of(said) not in (WRONG_PROTOCOL, ENDED, OTHER, NEEDS_CERTIFICATE):
        return said
    return f"line.{NOT_TRUSTED_THERE if certificate else NEEDS_CERTIFICATE}: {said}"


def fault_of(said: str) -> str:
    """The word for what was said (type and text of an exception); "" when nothing was said."""
    if not said:
        return ""
    named = SAID.search(said)
    if named and named[1] in FAULTS:
        return named[1]
    low = said.lower()
    return next((word for word, signs in SIGNS if any(sign in low for sign in signs)), OTHER)
