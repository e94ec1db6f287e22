"""数据库故障 faults: what a database says when it cannot be used, as an error with a remedy."""

import sys

from jiqun.core.errors import JiqunError, SourceDown, WrongState

NO_TABLE = ("no such table", "does not exist", "no such column")


def translated(error: Exception) -> JiqunError | None:
    """The error to show for one of the database's own; None for anything else, which is a defect of ours."""
    django = sys.modules.get("django.db.utils")
    if django is None or not isinstance(error, django.DatabaseError):
        return None
    told = (str(error).strip().splitlines() or [""])[0][:200]
    if any(words in told for words in NO_TABLE):
        return WrongState("home.not_ready", seen=told, allowed="jiqun init")
    if isinstance(error, django.OperationalError):
        return SourceDown("store.down", seen=told)
    return None
