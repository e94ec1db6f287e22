"""Collecting from the command line: ask, fill in, hand in a workbook, remind, take away, close."""

import csv
from pathlib import Path

import openpyxl
import pytest
from cli_house import House, code_of, firm, table

GOOD = ("revenue=1200", "profit=80", "employee_count=60")


@pytest.fixture(scope="module")
def asked(fresh: House, tmp_path_factory: pytest.TempPathFactory) -> tuple[House, str]:
    """A home with three firms of 新昌县, a collection over them and one draft; only to be copied."""
    folder = tmp_path_factory.mktemp("asked")
    house = fresh.copy(folder / "home")
    house.run(
        "import",
        "enterprises",
        table(folder / "firms.csv", [firm(n) for n in range(3)]),
        "--source",
        "register",
    )
    opened = house.json(
        "collections", "open", "--form", "enterprise_monthly", "--period", "2025", "--deadline", "2099-01-31",
        "--region", "330624",
    )  # fmt: skip
    assert (opened["ok"], opened["asked"], opened["deadline"]) == (True, 3, "2099-01-31 24:00")
    house.run("collections", "fill", opened["collection"], f"enterprise:{code_of(0)}", "--set", *GOOD)
    return house, str(opened["collection"])


def test_from_filling_to_closing(asked: tuple[House, str], tmp_path: Path) -> None:
    house, collection = asked[0].copy(tmp_path / "home"), asked[1]
    one, two, three = (f"enterprise:{code_of(n)}" for n in range(3))
    looked = house.json("collections", "fill", collection, two, "--set", "revenue=一千", "profit=80")
    codes = {found["code"] for found in looked["answers"][0]["findings"]}  # type: ignore[index]
    assert codes == {"gate.bad_number", "collect.required"}
    refused = house.json("collections", "fill", collection, two, "--send", code=10)
    assert (refused["ok"], refused["code"]) == (False, "collect.refused")
    sent = house.json("collections", "fill", collection, one, "--send")
    assert (sent["created"], sent["sent"]) == (3, [one])
    book = tmp_path / "代填.xlsx"
    assert house.json("collections", "export", collection, "--what", "workbook", "--out", book)["rows"] == 2
    filled = openpyxl.load_workbook(book)
    for row in filled.active.iter_rows(min_row=2):  # type: ignore[union-attr]
        if row[0].value == code_of(1):
            row[2].value, row[4].value, row[5].value = 900, 40, 30
    filled.save(book)
    done = house.json("collections", "fill", collection, "--file", book, "--send")
    assert done["sent"] == [two]
    assert [one["respondent"] for one in done["refused"]] == [three]  # type: ignore[attr-defined]

    shown = house.json("collections", "show", collection)
    province = shown["places"][0]  # type: ignore[index]
    revenue = next(cell for cell in province["sums"] if cell["cell"] == "revenue")
    assert (revenue["value"], revenue["known"], revenue["asked"]) == ("2100", 2, 3)
    said = house.run("collections", "show", collection, "--state", "missing").out
    assert code_of(2) in said
    assert code_of(1) not in said

    reminded = house.json("collections", "remind", collection)
    assert reminded["respondents"] == [three]
    assert "2099-01-31 24:00" in str(reminded["text"])
    chasing = tmp_path / "催报.csv"
    assert house.json("collections", "export", collection, "--out", chasing)["rows"] == 1
    with chasing.open(encoding="utf-8-sig", newline="") as file:
        assert [row["代码"] for row in csv.DictReader(file)] == [code_of(2)]
    assert house.json("collections", "close", collection)["state"] == "closed"
    assert house.json("collections", "remind", collection, code=14)["code"] == "collect.closed"


def test_two_at_once_and_one_killed_make_one_answer(asked: tuple[House, str], tmp_path: Path) -> None:
    house, collection = asked[0].copy(tmp_path / "home"), asked[1]
    words = ("collections", "fill", collection, f"enterprise:{code_of(0)}", "--send")
    spool = house.home / "lake" / "spool"
    house.kill_when(lambda _: any(spool.rglob("*.parquet")), *words)
    children = [house.start(*words) for _ in range(2)]
    assert [child.wait(200) for child in children] == [0, 0]
    for child in children:
        child.stderr.close()  # type: ignore[union-attr]
    told = f"SELECT count(*), count(DISTINCT natural_key) FROM {{facts}} WHERE source = '{collection}'"
    assert house.lake_rows(told) == [(3, 3)]
    assert house.count("SELECT count(*) FROM ledger_audit_event WHERE action = 'collection.send'") == 1
    assert house.count("SELECT count(*) FROM ledger_collection_answer WHERE state = 'sent'") == 1


def test_what_cannot_be_done_is_said(asked: tuple[House, str]) -> None:
    house, collection = asked
    for words, code in (
        (("show", "c0-none"), "collect.not_found"),
        (("fill", collection, f"enterprise:{code_of(0)}", "--set", "nothing=1"), "collect.no_cell"),
    ):
        answer = house.json("collections", *words, code=10)
        assert answer["code"] == code, words
