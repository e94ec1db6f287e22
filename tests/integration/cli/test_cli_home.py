"""Making a home, and how commands end: exit codes by family of error, one shape of error, both languages."""

from pathlib import Path

import pytest
from cli_house import House, fact, facts_file


def test_init_makes_a_home_only_its_owner_reads(tmp_path: Path) -> None:
    house = House(tmp_path / "new" / "home")
    made = house.json("init")
    assert made["ok"] and made["subjects"] == made["created"] > 100
    assert (house.home / "secret.key").stat().st_mode & 0o077 == 0
    assert house.home.stat().st_mode & 0o077 == 0
    assert {"ledger.sqlite3", "secret.key", "lake", "uploads"} <= {path.name for path in house.home.iterdir()}


def test_init_again_changes_nothing(house: House) -> None:
    subjects = house.count("SELECT count(*) FROM ledger_subject")
    key = (house.home / "secret.key").read_text()
    again = house.json("init")
    assert again["created"] == 0 and again["merged_rows"] == 0
    assert house.count("SELECT count(*) FROM ledger_subject") == subjects
    assert (house.home / "secret.key").read_text() == key


def test_home_comes_from_the_environment_too(house: House, tmp_path: Path) -> None:
    elsewhere = House(tmp_path / "nowhere")
    assert elsewhere.run("batches", "list", code=10).err
    import subprocess
    import sys

    from cli_house import clean_environment

    done = subprocess.run(
        [sys.executable, "-m", "jiqun", "batches", "list", "--json"], capture_output=True, text=True, check=True,
        env=clean_environment() | {"JIQUN_HOME": str(house.home)},
    )  # fmt: skip
    assert '"batches": []' in done.stdout


def test_asking_leaves_a_folder_that_is_no_home_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    house = House(tmp_path / "folder")
    assert house.json("batches", "list", code=10)["code"] == "home.missing"
    assert not list((tmp_path / "folder").iterdir())
    house.json("init")


@pytest.mark.parametrize(
    "words",
    [
        ("facts", "region:330624"), ("why", "f0"), ("batches", "list"), ("subjects", "search", "新昌"), ("example",),
        ("backup", "b.zip"), ("accounts", "list"), ("export", "facts", "--out", "x.csv"), ("engine", "check"),
    ],
)  # fmt: skip
def test_without_a_home_every_command_says_so(words: tuple[str, ...], tmp_path: Path) -> None:
    house = House(tmp_path / "none")
    error = house.json(*words, code=10) if words != ("example",) else house.json("example", code=10)
    assert error["ok"] is False and error["code"] == "home.missing" and "init" in str(error["error"])
    assert not (tmp_path / "none").exists()


def test_words_nobody_knows_end_with_two(house: House) -> None:
    house.run("import", "clouds", "x.csv", code=2)
    house.run("dance", code=2)
    house.run(code=2)


def test_input_errors_end_with_ten(house: House, tmp_path: Path) -> None:
    for words, expected in (
        (("import", "enterprises", tmp_path / "none.csv"), "gate.no_such_file"),
        (("facts", "region:999999"), "subject.not_found"),
        (("facts",), "cli.nothing_asked"),
        (("facts", "region:330624", "--as-of", "yesterday"), "gate.bad_instant"),
        (("facts", "--document", "nothing"), "source.not_found"),
        (("facts", "--indicator", "nothing"), "gate.unknown_indicator"),
        (("why", "f0123"), "fact.not_found"),
        (("batches", "show", "b0"), "batch.not_found"),
    ):
        error = house.json(*words, code=10)
        assert error["code"] == expected, words
        assert error["ok"] is False and error["error"] and error["status"] in (400, 404)


def test_a_damaged_pack_ends_with_twelve(house: House, tmp_path: Path) -> None:
    import shutil

    from jiqun import settings

    packs = tmp_path / "packs"
    shutil.copytree(settings.PACKS_DIR, packs)
    (packs / "units.toml").write_text("[broken", encoding="utf-8")
    path = facts_file(tmp_path / "facts.csv", [fact()])
    error = house.json("import", "facts", path, code=12, JIQUN_PACKS=str(packs))
    assert error["code"] == "pack.not_toml" and "units.toml" in str(error["error"])


def test_what_may_not_be_done_ends_with_thirteen(house: House) -> None:
    error = house.run("up", "--host", "0.0.0.0", code=13)
    assert "--public" in error.err


def test_a_wrong_state_ends_with_fourteen(house: House, tmp_path: Path) -> None:
    batch = house.json("import", "facts", facts_file(tmp_path / "f.csv", [fact()]))["batch_id"]
    house.json("batches", "undo", batch)
    error = house.json("batches", "undo", batch, code=14)
    assert error["code"] == "batch.already_undone"


def test_a_damaged_store_ends_with_fifteen(house: House, tmp_path: Path) -> None:
    house.json("import", "facts", facts_file(tmp_path / "f.csv", [fact()]))
    for path in (house.home / "lake" / "tables" / "facts").glob("_delta_log/*"):
        path.write_bytes(b"{}")
    error = house.json("facts", "region:330624", code=15)
    assert error["code"] == "lake.table_damaged"


def test_messages_speak_the_language_asked_for(house: House) -> None:
    english = house.run("--lang", "en", "why", "f0", code=10).err
    chinese = house.run("--lang", "zh", "why", "f0", code=10).err
    assert english.isascii() or "f0" in english
    assert any("\u4e00" <= mark <= "\u9fff" for mark in chinese)


def test_help_names_every_verb(house: House) -> None:
    text = house.run("--help").out
    for verb in (
        "init",
        "import",
        "facts",
        "why",
        "batches",
        "subjects",
        "export",
        "backup",
        "restore",
        "accounts",
        "up",
    ):
        assert verb in text
