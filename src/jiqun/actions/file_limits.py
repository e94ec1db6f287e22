"""文件上限 file limits: how large a handed-in file may be, as the settings say; needs neither ledger nor lake."""

from jiqun import settings
from jiqun.lake.files import Limits

MEGABYTE = 1_000_000


def file_limits() -> Limits:
    """Largest file, packed and unpacked."""
    packed, unpacked = (int(settings.setting(name)) for name in ("JIQUN_UPLOAD_MB", "JIQUN_UNPACKED_MB"))
    return Limits(packed * MEGABYTE, unpacked * MEGABYTE)
