"""The command line on PostgreSQL: the same answers, killed and run again, and moves between the two databases."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cli_house import House, fact, facts_file, firm, table
from postgres_server import find_binaries, running_postgres

pytestmark = [
    pytest.mark.skipif(find_binaries() is None, reason="no PostgreSQL server program on this machine"),
]
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("facts", "region:330624"), ("subjects", "search", "测试0002号"), ("batches", "list"), ("accounts", "list"),
)  # fmt: skip
ROWS = 600


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_postgres() as url:
        yield url


def database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return server.rpartition("/")[0] + "/" + name


def ask(url: str, sql: str) -> int:
    with psycopg.connect(url) as connection:
        return int(connection.execute(sql).fetchone()[0])  # type: ignore[arg-type,index]


@pytest.fixture(scope="module")
def office(server: str, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A home whose ledger is on PostgreSQL, with a list, a correction, an undone batch and an account."""
    folder = tmp_path_factory.mktemp("office")
    house = House(folder / "home", database(server, "office"))
    house.run("init")
    rows = [*(firm(number) for number in range(5)), firm(5, 统一社会信用代码="1")]
    house.json("import", "enterprises", table(folder / "l.csv", rows), "--source", "list")
    for name, value in (("a", "500"), ("b", "512"), ("c", "999")):
        report = house.json(
            "import", "facts", facts_file(folder / f"{name}.csv", [fact(value=value)]), "--source", "y"
        )
    house.json("batches", "undo", report["batch_id"])
    house.json("accounts", "create", "zhang", "--role", "analyst")
    return house


def test_nothing_of_the_ledger_lies_in_the_home(office: House) -> None:
    assert not list(office.home.glob("ledger*"))
    assert [row["value"] for row in office.json("facts", "region:330624")["facts"]] == ["512"]  # type: ignore[attr-defined]


def test_there_and_back_the_answers_are_the_same(office: House, server: str, tmp_path: Path) -> None:
    """PostgreSQL → file → SQLite → file → another PostgreSQL."""
    then = [office.json(*words) for words in QUESTIONS]
    assert office.json("backup", tmp_path / "a.zip")["ledger"] == "portable"
    lite = House(tmp_path / "lite")
    lite.json("restore", tmp_path / "a.zip")
    assert [lite.json(*words) for words in QUESTIONS] == then
    lite.json("backup", tmp_path / "b.zip", "--portable")
    other = House(tmp_path / "other", database(server, "other"))
    other.json("restore", tmp_path / "b.zip")
    assert [other.json(*words) for words in QUESTIONS] == then
    again = other.json(
        "import", "enterprises", table(tmp_path / "l.csv", [firm(1), firm(77)]), "--source", "list"
    )
    assert (again["unchanged"], again["created"]) == (1, 1)


def test_a_database_with_something_in_it_is_left_alone(office: House, tmp_path: Path) -> None:
    office.json("backup", tmp_path / "a.zip")
    before = ask(office.database, "SELECT count(*) FROM ledger_audit_event")
    error = House(tmp_path / "new", office.database).json("restore", tmp_path / "a.zip", code=14)
    assert error["code"] == "backup.not_empty" and not (tmp_path / "new").exists()
    assert ask(office.database, "SELECT count(*) FROM ledger_audit_event") == before


def test_a_sqlite_backup_is_not_put_into_postgres(house: House, server: str, tmp_path: Path) -> None:
    house.json("backup", tmp_path / "a.zip")
    target = House(tmp_path / "new", database(server, "empty"))
    assert target.json("restore", tmp_path / "a.zip", code=10)["code"] == "backup.other_database"
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_killed_and_run_again(server: str, tmp_path: Path) -> None:
    house = House(tmp_path / "home", database(server, "killed"))
    house.run("init")
    path = table(tmp_path / "l.csv", [firm(number) for number in range(ROWS)])
    words = ("import", "enterprises", path, "--source", "list")
    for pattern in ("staging/*.parquet", "*.parquet"):
        spool = house.home / "lake" / "spool" / "cli"
        house.kill_when(lambda _, spool=spool, pattern=pattern: any(spool.glob(pattern)), *words)  # type: ignore[misc]
    report = house.json(*words)
    assert report["accepted"] == ROWS
    assert ask(house.database, "SELECT count(*) FROM ledger_subject WHERE kind = 'enterprise'") == ROWS
    subjects = ask(house.database, "SELECT count(*) FROM ledger_subject")
    assert ask(house.database, "SELECT count(*) FROM ledger_subject_search") == subjects
    assert house.lake_rows("SELECT count(*), count(DISTINCT subject) FROM {registrations}") == [(ROWS, ROWS)]


def test_a_server_that_does_not_answer_is_said(tmp_path: Path) -> None:
    house = House(tmp_path / "home", "postgresql://nobody@127.0.0.1:1/nothing")
    answer = house.run("init", code=15)
    assert '"127.0.0.1", port 1' in answer.err


def test_a_ledger_nobody_made_is_said(office: House, server: str) -> None:
    """The home is there, but its ledger is in another database than the one named now."""
    elsewhere = House(office.home, database(server, "bare"))
    error = elsewhere.json("batches", "list", code=14)
    assert error["code"] == "home.not_ready" and "init" in str(error["error"])
