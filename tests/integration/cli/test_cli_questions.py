"""Asking: facts of a subject and of a document, why, what was known on a day, search."""

import csv
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_house import House, fact, facts_file

ROOT = Path(__file__).resolve().parents[3]
FIELDS = {
    "id", "subject", "indicator", "period", "period_inferred", "value", "value_high", "bound", "value_text", "unit", "kind",
    "scope", "breakdown", "status", "attributed_to", "source", "locator", "quote", "note", "recorded_at", "batch",
    "supersedes", "synthetic", "subject_label", "indicator_label", "period_label",
}  # fmt: skip


def test_facts_of_a_subject_carry_everything_a_reader_needs(told: House) -> None:
    answer = told.json("facts", "cluster:415x")
    assert answer["ok"] and answer["count"] == len(answer["facts"]) > 5  # type: ignore[arg-type]
    for row in answer["facts"]:  # type: ignore[attr-defined]
        assert row.keys() >= FIELDS and row["subject"] == "cluster:415x"
        assert row["locator"].startswith("L") and 0 < len(row["quote"]) <= 40
        assert "natural_key" not in row and row["synthetic"] is False
    said = told.run("facts", "cluster:415x").out
    assert len(said.splitlines()) == answer["count"] + 1  # type: ignore[operator]


@pytest.mark.parametrize("key", ["000", "001", "002", "003", "004"])
def test_facts_of_a_document_are_those_of_its_file_in_reading_order(told: House, key: str) -> None:
    answer = told.json("facts", "--document", key)
    with (ROOT / "example" / "facts" / f"{key}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    facts = answer["facts"]
    assert answer["count"] == len(rows)
    assert [row["locator"] for row in facts] == [row["locator"] for row in rows]  # type: ignore[attr-defined]
    assert [row["quote"] for row in facts] == [row["quote"] for row in rows]  # type: ignore[attr-defined]
    same = told.json("facts", "--document", f"document:{key}")
    assert same["count"] == answer["count"]


def test_why_names_steps_source_batch_and_file(told: House) -> None:
    row = told.json("facts", "--document", "002")["facts"][0]  # type: ignore[index]
    why = told.json("why", row["id"])
    assert why["known_now"] is True and why["fact"]["id"] == row["id"]  # type: ignore[index]
    assert why["steps"][0]["step"] == "stated"  # type: ignore[index]
    assert why["source"]["key"] == "002" and why["source"]["title"]  # type: ignore[index]
    assert why["batch"]["file"] == "002.csv" and len(why["batch"]["sha256"]) == 64  # type: ignore[index]
    assert why["indicator"]["definition"]["zh"] and why["history"]  # type: ignore[index]
    assert row["quote"] in told.run("why", row["id"]).out


def test_old_codes_and_names_lead_to_today(told: House) -> None:
    old, new = told.json("facts", "region:330621"), told.json("facts", "region:330603")
    assert old["facts"] == new["facts"]


def test_as_of_an_earlier_day_gives_the_earlier_answer(house: House, tmp_path: Path) -> None:
    early = fact(value="500") | {"recorded_at": "2024-03-01T09:00:00+08:00"}
    house.json("import", "facts", facts_file(tmp_path / "a.csv", [early]), "--source", "yearbook")
    between = datetime.now(UTC).isoformat()
    house.json("import", "facts", facts_file(tmp_path / "b.csv", [fact(value="512")]), "--source", "yearbook")
    ask = ("facts", "region:330624", "--indicator", "gdp")
    assert _values(house.json(*ask)) == ["512"]
    assert _values(house.json(*ask, "--as-of", between)) == ["500"]
    assert _values(house.json(*ask, "--as-of", "2024-03-01")) == ["500"]
    assert _values(house.json(*ask, "--as-of", "2024-02-29")) == []
    fact_id = house.json(*ask)["facts"][0]["id"]  # type: ignore[index]
    history = house.json("why", fact_id)["history"]
    assert [row["value"] for row in history] == ["500", "512"]  # type: ignore[attr-defined]


def _values(answer: dict[str, object]) -> list[str]:
    return [row["value"] for row in answer["facts"]]  # type: ignore[attr-defined]


def test_search_finds_by_word_alias_and_code(told: House) -> None:
    for text, expected in (
        ("新昌县", "region:330624"),
        ("415X", "cluster:415x"),
        ("330624", "region:330624"),
    ):
        hits = told.json("subjects", "search", text)["subjects"]
        assert expected in [hit["key"] for hit in hits], text  # type: ignore[attr-defined]
    only = told.json("subjects", "search", "轴承", "--kind", "enterprise", "--limit", "3")
    assert 0 < only["count"] <= 3  # type: ignore[operator]
    assert {hit["kind"] for hit in only["subjects"]} == {"enterprise"}  # type: ignore[attr-defined]
    assert told.json("subjects", "search", "不存在的东西名称")["count"] == 0


def test_a_reader_that_leaves_early_is_no_error(told: House) -> None:
    from cli_house import clean_environment, command

    words = " ".join(command(told.home, "facts", "--document", "002"))
    done = subprocess.run(
        ["bash", "-c", f"{words} | head -1; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True,
        env=clean_environment(), check=True,
    )  # fmt: skip
    assert "Traceback" not in done.stderr and done.stdout.splitlines()[-1] == "0"
