"""Factories from the command line: entered, described out of tables, tokens shown once or kept in a file."""

from pathlib import Path

import pytest
from cli_house import House, code_of, firm, table

from jiqun import settings

SPRING = settings.EXAMPLE_DIR / "edge" / "spring"


@pytest.fixture(scope="module")
def works(fresh: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    made = fresh.copy(tmp_path_factory.mktemp("works") / "home")
    made.run("import", "enterprises", table(made.home.parent / "list.csv", [firm(1)]), "--source", "list")
    key = f"enterprise:{code_of(1)}"
    made.run("factory", "make", "--site", "spring", "--name", "弹簧厂", "--enterprise", key)
    return made


def test_a_factory_is_entered_once_for_an_enterprise_that_is_there(works: House) -> None:
    (one,) = works.json("factory", "list")["factories"]  # type: ignore[misc]
    assert (one["key"], one["name"]) == ("spring", "弹簧厂")
    again = ("factory", "make", "--site", "spring", "--name", "弹簧厂", "--enterprise", str(one["subject"]))
    assert works.run(*again, code=14).err.count("spring") >= 1
    works.run("factory", "make", "--site", "x", "--name", "厂", "--enterprise", "enterprise:none", code=10)


def test_tables_describe_it(works: House) -> None:
    told = (
        "--machines",
        SPRING / "machines.csv",
        "--points",
        SPRING / "opcua.csv",
        "--shifts",
        SPRING / "shifts.csv",
    )
    assert "7" in works.run("factory", "describe", "--site", "spring", *told).out
    shown = works.json("factory", "show", "--site", "spring")
    assert len(shown["machines"]) == 7  # type: ignore[arg-type]
    assert "1号卷簧机" in works.run("factory", "show", "--site", "spring").out


def test_tokens(works: House, tmp_path: Path) -> None:
    issued = works.json("factory", "token", "issue", "--site", "spring", "--label", "一号盒")
    works.run("factory", "token", "issue", "--site", "spring", "--out", tmp_path / "token")
    assert (tmp_path / "token").read_text().startswith("jqf_")
    works.run("factory", "token", "revoke", "--site", "spring", "--prefix", issued["prefix"])
    rows = works.json("factory", "token", "list", "--site", "spring")["tokens"]
    assert [bool(row["revoked_at"]) for row in rows] == [False, True]  # type: ignore[attr-defined]
    assert str(issued["token"]) not in works.run("factory", "token", "list", "--site", "spring").out
