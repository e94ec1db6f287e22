"""备份工作夹 work in a backup: lists handed in to be matched and runs of policies, each folder as of one moment.

What is at work meanwhile is told by its state, copied first: after restoring the work goes on or is done anew.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jiqun.actions import match_lists, policy_work
from jiqun.actions.desk import Desk
from jiqun.actions.work_folders import WorkFolders
from jiqun.core.errors import WrongState
from jiqun.lake.durable import locked

WAIT_S = 2.0
LEFT_BEHIND = (".lock", ".tmp")


def copy_work(desk: Desk, target: Path) -> None:
    """Copy every folder of handed-in lists and runs under `target`, as it lies under the home."""
    for store in (match_lists.files(desk), policy_work.files(desk)):
        for held in store.all():
            _copy_one(store, held.id, target / store.root.name / held.id)


def _copy_one(store: WorkFolders[Any], id: str, target: Path) -> None:
    """One folder while nobody writes in it; one a process is at work on as it stands, its state first."""
    try:
        try:
            with locked(store.lock(id), wait_s=WAIT_S):
                _copy_files(store, id, target)
        except WrongState:
            _copy_files(store, id, target)
    except FileNotFoundError:  # thrown away meanwhile
        shutil.rmtree(target, ignore_errors=True)


def _copy_files(store: WorkFolders[Any], id: str, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(store.folder(id) / store.FILE, target / store.FILE)
    for path in _others(store, id):
        shutil.copyfile(path, target / path.name)


def _others(store: WorkFolders[Any], id: str) -> Iterator[Path]:
    for path in sorted(store.folder(id).iterdir()):
        if path.is_file() and path.name != store.FILE and not path.name.endswith(LEFT_BEHIND):
            yield path
