"""Where the files of a target lie: in memory where there is such a place, gone when the process ends."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

RAM = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())


def prefix(process: int) -> str:
    """What the folders of a process are called; a fuzzer ends without its last words, so its parent clears them away."""
    return f"jiqun-fuzz-{process}-"


@cache
def folder(name: str) -> Path:
    """A folder of this process, the same for the same name."""
    root = Path(tempfile.mkdtemp(prefix=prefix(os.getpid()), dir=RAM))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    (root / name).mkdir()
    return root / name
