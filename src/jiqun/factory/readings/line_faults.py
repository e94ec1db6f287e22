"""连接故障 line faults: what a library or the network said of a failed connection, in one of a few words one can act on.

The sentence of each word, and what to do next, stands in `packs/errors.toml` under `line.<word>`.
"""

REFUSED = "refused"
TIMEOUT = "timeout"
NO_HOST = "no_host"
UNREACHABLE = "unreachable"
WRONG_PROTOCOL = "wrong_protocol"
NEEDS_CERTIFICATE = "needs_certificate"
NEEDS_LOGIN = "needs_login"
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
)  # fmt: skip

# The first row of which one of the words stands in what was said decides.
SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (DISK_FULL, ("no space left", "disk_full", "disk i/o", "edge.buffer_full")),
    (NOT_ALLOWED, ("box.address_not_allowed",)),
    (NOT_BROWSABLE, ("box.not_browsable",)),
    (BAD_OPTIONS, ("box.bad_connection", "edge.config_refused")),
    (NEEDS_LOGIN, ("badidentitytoken", "baduseraccessdenied", "not authorized", "bad user name", "not authorised",
                   "badusertoken", "identitytoken")),
    (NEEDS_CERTIFICATE, ("certificate", "badsecuritypolicy", "badsecuritymode", "badsecuritychecks", "ssl", "tls",
                         "no matching endpoints", "security")),
    (NO_HOST, ("getaddrinfo", "name or service not known", "gaierror", "nodename", "name resolution")),
    (REFUSED, ("connectionrefused", "errno 111", "connect call failed", "nobody answers", "refused")),
    (UNREACHABLE, ("unreachable", "no route", "errno 113", "errno 101")),
    (WRONG_PROTOCOL, ("badtcp", "uatcp", "protocol", "invalid header", "unpack", "malformed", "incompleteread", "decode",
                      "connection is closed", "connectionreset", "connection lost", "struct.error",
                      "connection to the server was lost", "not connected")),
    (TIMEOUT, ("timeout", "timed out", "no response")),
    (NO_FILE, ("filenotfound", "no such file", "permission denied")),
    (ENDED, ("ended", "closed")),
)  # fmt: skip


def fault_of(said: str) -> str:
    """The word for what was said (type and text of an exception); "" when nothing was said."""
    if not said:
        return ""
    low = said.lower()
    return next((word for word, signs in SIGNS if any(sign in low for sign in signs)), OTHER)
