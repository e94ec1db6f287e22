"""A backup that takes long: what compaction replaces meanwhile stays until it is done, or until it is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path, PurePath

import pytest
from action_world import SYSTEM, World
from django.db import connection
from reading_files import at, write_readings

from jiqun.actions.backup import BackupOrder, backup
from jiqun.actions.backup_archive import ArchiveWriter, read_manifest
from jiqun.core.errors import WrongState
from jiqun.lake import compaction
from jiqun.lake.durable import locked
from jiqun.lake.layout import kept_lock, log_file, table_folder
from jiqun.lake.recovery import recover
from jiqun.lake.standstill import files_kept
from jiqun.lake.store import Lake

NOON = at("2020-11-22T12:00")
HOLDER = """
import sys, time
from pathlib import Path
from jiqun.lake.standstill import files_kept
with files_kept(Path(sys.argv[1]), wait_s=5):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the hours had passed: what left a table may be deleted at once."""
    monkeypatch.setattr(compaction, "SHORTEST_KEEP_HOURS", 0)


def two_files(lake: Lake) -> list[str]:
    for number in range(2):
        write_readings(lake, [("s", "p", NOON + number, 1.0, 0, number)])
    return [PurePath(file).name for file in lake.snapshot("readings").files]


@pytest.mark.django_db
def test_files_replaced_while_it_copies_are_in_it(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "postgresql":
        pytest.skip(
            "by design: a copy sets its own transaction, which a test inside one cannot; test_cli_postgres does it"
        )
    lake = world.desk.lake
    names, add, gone = two_files(lake), ArchiveWriter.add, list[int]()

    def slow(archive: ArchiveWriter, name: str, source: Path) -> None:
        if not gone:
            lake.compact("readings")
            gone.append(lake.vacuum("readings", keep_hours=0))
        add(archive, name, source)

    monkeypatch.setattr(ArchiveWriter, "add", slow)
    path = tmp_path / "备份.zip"
    backup(world.desk, BackupOrder(path, portable=True), by=SYSTEM, at=world.now())
    assert gone == [0], "nothing was deleted meanwhile"
    assert {f"lake/tables/readings/{name}" for name in names} <= set(read_manifest(path).files)
    assert lake.vacuum("readings", keep_hours=0) == len(names), "afterwards they go"


def test_a_backup_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", threads=1)
    names = two_files(lake)
    lake.compact("readings")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lake.root)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert lake.vacuum("readings", keep_hours=0) == 0
    with files_kept(lake.root, wait_s=0.0):
        assert (table_folder(lake.root, "readings") / names[0]).exists(), "two backups at once are no harm"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert lake.vacuum("readings", keep_hours=0) == len(names)
    with (
        locked(kept_lock(lake.root)),
        pytest.raises(WrongState, match=r"lake\.locked"),
        files_kept(lake.root, wait_s=0.0),
    ):
        pass
    lake.close()


def test_recovery_leaves_a_replaced_file_alone_whose_log_is_gone(tmp_path: Path) -> None:
    """A closed day that was rewritten after the log of its closing was cleaned up is no stray: a backup may copy it."""
    lake = Lake(tmp_path / "lake", threads=1)
    two_files(lake)
    lake.compact("readings")
    (closed,) = (Path(file) for file in lake.snapshot("readings").files)
    write_readings(lake, [("s", "p", NOON + 9, 1.0, 0, 9)])
    lake.compact("readings")
    version = lake.snapshot("readings").version
    compaction.open_table(lake.root, "readings").create_checkpoint()
    lake.close()
    for old in range(version):
        log_file(lake.root, "readings", old).unlink()
    stray = closed.with_name(closed.name.replace(closed.name[10:30], f"{version:020d}"))
    stray.write_bytes(closed.read_bytes())
    os.utime(stray, (time.time(), time.time()))
    told = recover(tmp_path / "lake")
    assert closed.exists()
    assert told.strays == [f"readings/{stray.name}"], "made of the newest version and never committed"
