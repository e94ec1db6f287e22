"""One file and back: the restored copy answers the same; what is damaged, foreign or in the way is named."""

import shutil
import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from cli_house import House, fact, facts_file, firm, table

from jiqun.actions.match_files import MatchFiles, MatchList
from jiqun.actions.policy_files import Line, Run, RunFiles
from jiqun.brain.matching import Asked

AT = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
RUN, AT_WORK, LIST = (
    "p20260601090000aaaaaaaaaaaa",
    "p20260601090001bbbbbbbbbbbb",
    "m20260601090000cccccccccccc",
)
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("facts", "cluster:415x"), ("facts", "--document", "002"), ("subjects", "search", "轴承"), ("batches", "list"),
    ("accounts", "list"),
)  # fmt: skip


@pytest.fixture(scope="module")
def lived_in(told: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A home with the example, an office's list with a held row, an undone batch and an account."""
    folder = tmp_path_factory.mktemp("lived")
    made = told.copy(folder / "home")
    made.json(
        "import",
        "enterprises",
        table(folder / "l.csv", [firm(1), firm(2, 统一社会信用代码="1")]),
        "--source",
        "l",
    )
    undone = made.json("import", "facts", facts_file(folder / "f.csv", [fact()]), "--source", "yearbook")[
        "batch_id"
    ]
    made.json("batches", "undo", undone)
    made.run("accounts", "create", "zhang", "--name", "张三", "--role", "analyst")
    return made


@pytest.fixture(scope="module")
def saved(lived_in: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "backup.zip"
    for folder in ("cache", "matching"):
        (lived_in.home / folder).mkdir(exist_ok=True)
        (lived_in.home / folder / "left-behind").write_text("made again when it is needed")
    hand_in(lived_in.home)
    report = lived_in.json("backup", path)
    assert report["ok"] and report["ledger"] == "sqlite" and report["with_key"] is False
    assert report["bytes"] == path.stat().st_size and path.stat().st_mode & 0o077 == 0
    return path


def hand_in(home: Path) -> None:
    """A run of a policy that is judged and answered, one still at work, and a list to be matched."""
    runs, lists = RunFiles(home / "policies"), MatchFiles(home / "matching")
    run = Run(
        RUN, "zhejiang/per_mu", "2018", "亩均.csv", "2023-09-01", "new", "", "张", 1, "region:331003", AT, 1
    )
    runs.start(run, ("name", "pollutant_t"), [(2, ["甲厂", ""])])
    runs.keep_lines(RUN, [Line(2, "", "甲厂", "331003", "met", Decimal("111.10"), Decimal("111.10"), "")])
    runs.keep_answer(RUN, 2, {"pollutant_t": "0.3"})
    runs.change(RUN, state="done", report={"firms": 1})
    runs.start(replace(run, id=AT_WORK, queued_at=AT), ("name",), [(2, ["乙厂"])])
    lists.start(MatchList(LIST, "match", "名单.csv", "张", 1, "region:331003", AT, 1), (Asked(2, "甲厂"),))


def answers(house: House) -> list[dict[str, object]]:
    return [house.json(*words) for words in QUESTIONS]


def test_a_restored_copy_answers_the_same_and_goes_on_working(
    lived_in: House, saved: Path, tmp_path: Path
) -> None:
    copy = House(tmp_path / "copy")
    restored = copy.json("restore", saved)
    assert restored["ok"] and copy.home.stat().st_mode & 0o077 == 0
    assert answers(copy) == answers(lived_in)
    again = copy.json("import", "enterprises", table(tmp_path / "l.csv", [firm(1), firm(3)]), "--source", "l")
    assert (again["unchanged"], again["created"]) == (1, 1)
    assert copy.json("batches", "undo", again["batch_id"])["removed"] == 1
    assert copy.json("engine", "check")["ok"] is True
    assert (copy.home / "secret.key").read_text() != (lived_in.home / "secret.key").read_text()
    sql = "SELECT count(*) FROM ledger_audit_event WHERE action = 'home.{}'"
    for kind, folder in ((RunFiles, "policies"), (MatchFiles, "matching")):
        ours, theirs = kind(lived_in.home / folder), kind(copy.home / folder)
        assert list(theirs.all()) == list(ours.all()) and len(list(ours.all())) > 0
    runs, kept = RunFiles(lived_in.home / "policies"), RunFiles(copy.home / "policies")
    assert kept.sheet(RUN) == runs.sheet(RUN) and kept.lines(RUN) == runs.lines(RUN) != ()
    assert kept.answers(RUN) == {2: {"pollutant_t": "0.3"}} and kept.sheet(AT_WORK)[1] == ["乙厂"]
    assert MatchFiles(copy.home / "matching").rows(LIST) == (Asked(2, "甲厂"),)
    assert copy.count(sql.format("restore")) == 1 and lived_in.count(sql.format("backup")) >= 1


def test_the_portable_ledger_answers_the_same(lived_in: House, tmp_path: Path) -> None:
    path = tmp_path / "portable.zip"
    assert lived_in.json("backup", path, "--portable")["ledger"] == "portable"
    copy = House(tmp_path / "copy")
    copy.json("restore", path)
    assert answers(copy) == answers(lived_in)
    tables = ("subject", "relation", "audit_event", "quarantine_item", "role_grant", "outbox_segment")
    for name in tables[:2] + tables[3:]:
        sql = f"SELECT count(*) FROM ledger_{name}"
        assert copy.count(sql) == lived_in.count(sql), name
    assert not (copy.home / "ledger").exists()


def test_the_key_goes_only_where_it_is_asked_for(lived_in: House, saved: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        assert "secret.key" not in archive.namelist()
        assert not [name for name in archive.namelist() if "left-behind" in name or name.endswith(".lock")]
        manifest = orjson.loads(archive.read("manifest.json"))
    assert (
        manifest["format"] == 1 and manifest["migrations"]["ledger"] and set(manifest["tables"]) >= {"facts"}
    )
    assert set(manifest["files"]) | {"manifest.json"} == set(zipfile.ZipFile(saved).namelist())
    lived_in.json("backup", tmp_path / "key.zip", "--with-key")
    copy = House(tmp_path / "copy")
    copy.json("restore", tmp_path / "key.zip")
    assert (copy.home / "secret.key").read_bytes() == (lived_in.home / "secret.key").read_bytes()
    assert (copy.home / "secret.key").stat().st_mode & 0o077 == 0


def test_sessions_stay_behind(lived_in: House, tmp_path: Path) -> None:
    import sqlite3

    home = lived_in.copy(tmp_path / "home")
    with sqlite3.connect(home.home / "ledger.sqlite3") as ledger:
        ledger.execute("INSERT INTO django_session VALUES ('stolen', 'data', '2099-01-01')")
    home.json("backup", tmp_path / "b.zip")
    copy = House(tmp_path / "copy")
    copy.json("restore", tmp_path / "b.zip")
    assert copy.count("SELECT count(*) FROM django_session") == 0
    assert home.count("SELECT count(*) FROM django_session") == 1


def test_a_home_with_something_in_it_is_left_alone(house: House, saved: Path, tmp_path: Path) -> None:
    before = house.files()
    assert house.json("restore", saved, code=14)["code"] == "backup.not_empty"
    assert house.files() == before
    (tmp_path / "empty").mkdir()
    House(tmp_path / "empty").json("restore", saved)


def test_a_damaged_backup_is_named_and_leaves_nothing_behind(saved: Path, tmp_path: Path) -> None:
    raw = saved.read_bytes()
    half = len(raw) // 2
    damages = {
        "cut.zip": raw[:half], "flipped.zip": raw[:half] + bytes([raw[half] ^ 0xFF]) + raw[half + 1 :],
        "headless.zip": b"\0" * 64 + raw[64:], "empty.zip": b"",
    }  # fmt: skip
    for name, content in damages.items():
        (tmp_path / name).write_bytes(content)
        home = House(tmp_path / "target")
        error = home.json("restore", tmp_path / name, code=10)
        assert error["code"] in ("backup.damaged", "backup.not_ours"), name
        assert name in str(error["error"])
        assert not home.home.exists() and not list(tmp_path.glob(".target*"))


def test_a_member_that_was_exchanged_or_leads_outside_is_refused(saved: Path, tmp_path: Path) -> None:
    exchanged, outside = tmp_path / "exchanged.zip", tmp_path / "outside.zip"
    with zipfile.ZipFile(saved) as source:
        with zipfile.ZipFile(exchanged, "w") as target:
            for name in source.namelist():
                target.writestr(name, source.read(name) + (b" " if name == "ledger.sqlite3" else b""))
        manifest = orjson.loads(source.read("manifest.json"))
    manifest["files"] = {"../../escaped": {"bytes": 1, "sha256": "0"}}
    with zipfile.ZipFile(outside, "w") as target:
        target.writestr("../../escaped", "x")
        target.writestr("manifest.json", orjson.dumps(manifest))
    for path in (exchanged, outside):
        error = House(tmp_path / "a" / "b" / "target").json("restore", path, code=10)
        assert error["code"] == "backup.damaged"
    assert not (tmp_path / "escaped").exists() and not (tmp_path / "a" / "escaped").exists()


def test_files_that_are_no_backups(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"hello")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("readme", "x")
    target = House(tmp_path / "target")
    assert target.json("restore", tmp_path / "a.zip", code=10)["code"] == "backup.not_ours"
    assert target.json("restore", tmp_path / "b.zip", code=10)["code"] == "backup.not_ours"
    assert target.json("restore", tmp_path / "none.zip", code=10)["code"] == "gate.no_such_file"


def test_a_backup_of_a_newer_version_is_refused(saved: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(newer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                told = orjson.loads(content)
                told["migrations"]["ledger"].append("9999_tomorrow")
                content = orjson.dumps(told)
            target.writestr(name, content)
    target_home = House(tmp_path / "target")
    assert target_home.json("restore", newer, code=10)["code"] == "backup.newer"
    assert not target_home.home.exists() or not any(target_home.home.iterdir())
    target_home.json("restore", saved)


def test_where_a_backup_may_be_written(house: House, tmp_path: Path) -> None:
    assert house.json("backup", house.home / "b.zip", code=10)["code"] == "backup.inside_home"
    assert house.json("backup", tmp_path / "no" / "b.zip", code=10)["code"] == "export.no_folder"
    house.json("backup", tmp_path / "b.zip")
    first = (tmp_path / "b.zip").read_bytes()
    assert house.json("backup", tmp_path / "b.zip", code=10)["code"] == "backup.file_exists"
    assert (tmp_path / "b.zip").read_bytes() == first
    house.json("backup", tmp_path / "b.zip", "--force")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".") or "partial" in path.name]


def test_a_backup_taken_while_an_import_runs_is_whole(house: House, tmp_path: Path) -> None:
    """Whatever moment it falls on, ledger and lake of the copy tell the same number of enterprises: none or all."""
    path = table(tmp_path / "list.csv", [firm(number) for number in range(800)])
    child = house.start("import", "enterprises", path, "--source", "list")
    number = 0
    while child.poll() is None or number == 0:
        house.json("backup", tmp_path / f"{number}.zip")
        number += 1
    child.communicate()
    for taken in range(number):
        copy = House(tmp_path / f"copy{taken}")
        copy.json("restore", tmp_path / f"{taken}.zip")
        subjects = copy.count("SELECT count(*) FROM ledger_subject WHERE kind = 'enterprise'")
        rows = copy.lake_rows("SELECT count(DISTINCT subject) FROM {registrations}")[0][0]
        assert subjects == rows and subjects in (0, 800)
        shutil.rmtree(copy.home)
