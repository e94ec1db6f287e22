"""备份工作夹 work in a backup: lists handed in, runs, drafts and replays of policies, each folder as of one moment.

What is at work meanwhile is told by its state, copied first: after restoring the work goes on or is done anew.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jiqun.actions import efforts, match_lists, policy_drafts, policy_replays, policy_work
from jiqun.actions.desk import Desk
from jiqun.actions.work_folders import WorkFolders
from jiqun.core.errors import WrongState
from jiqun.lake.durable import locked

WAIT_S = 2.0
LEFT_BEHIND = (".lock", ".tmp")


def copy_work(desk: Desk, target: Path) -> None:
    """Copy every folder of such work, and an office's effort weights, under `target` as they lie under the home."""
    stores = (match_lists, policy_work, policy_drafts, policy_replays)
    for store in (one.files(desk) for one in stores):
        for held in store.all():
            _copy_one(store, held.id, target / store.root.name / held.id)
    own = desk.home / efforts.OWN
    if own.is_file():
        shutil.copyfile(own, target / efforts.OWN)


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
    folder = store.folder(id)
    for path in _others(folder, store.FILE):
        copied = target / path.relative_to(folder)
        copied.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, copied)


def _others(folder: Path, state: str) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / state and not path.name.endswith(LEFT_BEHIND):
            yield path
