"""Durability 落盘: the few file-system steps that make a write survive a kill or a power cut, and file locks."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jiqun.core.errors import WrongState

_POLL_S = 0.01


def fsync_file(path: Path) -> None:
    """Force one file's content to the disk."""
    # Windows flushes only through a handle opened for writing.
    flags = os.O_RDWR if sys.platform == "win32" else os.O_RDONLY
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_folder(path: Path) -> None:
    """Force a folder's entries to the disk; Windows keeps them with the file and offers no such call."""
    if sys.platform == "win32":
        return
    fsync_file(path)


def move_durably(source: Path, target: Path) -> None:
    """Rename a file that is already on the disk, and put the rename itself on the disk."""
    os.replace(source, target)
    fsync_folder(target.parent)
    if source.parent != target.parent:
        fsync_folder(source.parent)


def write_durably(path: Path, data: bytes) -> None:
    """Write a small file so that a reader sees the old content or the new, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(data)
    fsync_file(temporary)
    move_durably(temporary, path)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int, *, shared: bool) -> bool:
        """Windows knows no shared byte lock here, so a shared lock is an exclusive one."""
        try:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int, *, shared: bool) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


class FileLock:
    """A lock between processes on one file; the operating system drops it when the holder dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, *, shared: bool = False, wait_s: float = 0.0) -> None:
        """Take the lock, waiting up to `wait_s`; WrongState `lake.locked` when another holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        until = time.monotonic() + wait_s
        while not _try_lock(handle, shared=shared):
            if time.monotonic() >= until:
                os.close(handle)
                raise WrongState("lake.locked", file=str(self.path))
            time.sleep(_POLL_S)
        self._handle = handle

    def release(self) -> None:
        """Give the lock back; doing it twice is harmless."""
        if self._handle is not None:
            _unlock(self._handle)
            os.close(self._handle)
            self._handle = None


@contextmanager
def locked(path: Path, *, shared: bool = False, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock file at `path` for the length of a `with` block."""
    lock = FileLock(path)
    lock.acquire(shared=shared, wait_s=wait_s)
    try:
        yield
    finally:
        lock.release()
