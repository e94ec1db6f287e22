"""未收录的政策 policies without a pack: what they are and why there is none (`packs/not_encoded.toml`)."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jiqun.core.errors import RowError
from jiqun.rules.pack import NotEncoded
from jiqun.rules.sheet import Sheet

FILE = "not_encoded.toml"


def policies_left_out(packs: Path) -> Mapping[str, NotEncoded]:
    """Policies without a pack by key, in the order of the file; PackErrors with file and line."""
    path = packs / FILE
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Mapping[str, NotEncoded]:
    del changed  # a changed file is read again
    errors: list[RowError] = []
    sheet = Sheet(path, errors)
    sheet.root.only(("policy",))
    found: dict[str, NotEncoded] = {}
    for one in sheet.root.views("policy"):
        one.only(("key", "what", "why"))
        key = one.text("key")
        if key in found:
            one.wrong("key", "rule.duplicate_id", seen=key)
        found[key] = NotEncoded(one.label("what"), one.label("why"))
    sheet.refuse()
    return found
