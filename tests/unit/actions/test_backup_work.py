"""Work in a backup: a folder somebody works in goes in too, told by its state; one that is thrown away is left out whole."""

from pathlib import Path

import pytest

from jiqun.actions import backup_work
from jiqun.actions.match_files import MatchFiles
from jiqun.lake.durable import locked

ID = "m20260601090000cccccccccccc"


@pytest.fixture
def store(tmp_path: Path) -> MatchFiles:
    found = MatchFiles(tmp_path / "matching")
    found.folder(ID).mkdir(parents=True)
    for name in ("list.json", "rows.json", "results.jsonl", "rows.json.tmp"):
        (found.folder(ID) / name).write_text(name)
    return found


def test_a_folder_at_work_is_copied_as_it_stands(
    store: MatchFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_work, "WAIT_S", 0.0)
    order: list[str] = []
    copy = backup_work.shutil.copyfile
    monkeypatch.setattr(backup_work.shutil, "copyfile", lambda a, b: (order.append(a.name), copy(a, b)))
    with locked(store.lock(ID)):
        backup_work._copy_one(store, ID, tmp_path / "copy")
    assert order == [
        "list.json",
        "results.jsonl",
        "rows.json",
    ]  # what it says of itself is older than the rest
    assert sorted(one.name for one in (tmp_path / "copy").iterdir()) == sorted(order)


def test_what_is_thrown_away_meanwhile_is_left_out_whole(
    store: MatchFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(a: Path, b: Path) -> None:
        b.write_text("half")
        raise FileNotFoundError(a)

    monkeypatch.setattr(backup_work.shutil, "copyfile", gone)
    backup_work._copy_one(store, ID, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
