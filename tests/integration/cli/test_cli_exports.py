"""Exports: the three forms hold the same rows, made-up rows are marked, and what is exported can be read in again."""

import csv
from pathlib import Path

import duckdb
import openpyxl
from cli_house import House, fact, facts_file, firm, table


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_three_forms_hold_the_same_facts(told: House, tmp_path: Path) -> None:
    rows = {}
    for form in ("csv", "xlsx", "parquet"):
        report = told.json(
            "export", "facts", "--format", form, "--out", tmp_path / f"f.{form}", "--source", "002"
        )
        assert (
            report["ok"]
            and report["format"] == form
            and report["bytes"] == (tmp_path / f"f.{form}").stat().st_size
        )
        rows[form] = report["rows"]
    assert len(set(rows.values())) == 1 and rows["csv"] == told.json("facts", "--document", "002")["count"]
    plain = {row["id"]: row["value"] for row in _csv(tmp_path / "f.csv")}
    page = openpyxl.load_workbook(tmp_path / "f.xlsx", read_only=True).active
    head, *cells = list(page.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert {row[head.index("id")] for row in cells} == set(plain)
    stored = duckdb.sql(f"SELECT id, value FROM read_parquet('{tmp_path / 'f.parquet'}')").fetchall()
    assert {key: None if value is None else float(value) for key, value in stored} == {
        key: float(value) if value else None for key, value in plain.items()
    }


def test_made_up_rows_are_marked_and_can_be_left_out(told: House, tmp_path: Path) -> None:
    every = told.json("export", "enterprises", "--out", tmp_path / "all.csv")["rows"]
    real = told.json("export", "enterprises", "--out", tmp_path / "real.csv", "--real")["rows"]
    marks = [row["synthetic"] for row in _csv(tmp_path / "all.csv")]
    assert len(marks) == every and marks.count("1") == every - real == 2000  # type: ignore[operator]
    assert {row["synthetic"] for row in _csv(tmp_path / "real.csv")} == {"0"}
    names = [row["name"] for row in _csv(tmp_path / "all.csv") if row["synthetic"] == "1"]
    assert all("合成" in name for name in names)


def test_narrowed_by_place_subject_indicator_and_day(house: House, tmp_path: Path) -> None:
    early = fact() | {"recorded_at": "2024-03-01T09:00:00+08:00"}
    other = fact(subject="region:330602", value="9") | {"recorded_at": "2024-06-01T09:00:00+08:00"}
    house.json("import", "facts", facts_file(tmp_path / "a.csv", [early, other]), "--source", "yearbook")
    house.json("import", "facts", facts_file(tmp_path / "b.csv", [fact(value="512")]), "--source", "yearbook")

    def values(*words: str) -> list[str]:
        house.json("export", "facts", "--out", tmp_path / "out.csv", "--force", *words)
        return sorted(row["value"] for row in _csv(tmp_path / "out.csv"))

    assert values() == ["512", "9"]
    assert values("--region", "330624") == ["512"]
    assert values("--region", "330600") == ["512", "9"]
    assert values("--subject", "region:330602") == ["9"]
    assert values("--indicator", "gdp", "--as-of", "2024-03-01") == ["500"]
    assert values("--as-of", "2024-06-30") == ["500", "9"]
    assert values("--region", "330100") == []


def test_what_cannot_be_exported_is_said(house: House, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    for words, expected in (
        (("facts", "--out", out, "--subject", "region:999999"), "subject.not_found"),
        (("facts", "--out", out, "--indicator", "nope"), "gate.unknown_indicator"),
        (("facts", "--out", out, "--region", "999999"), "region.not_found"),
        (("enterprises", "--out", tmp_path / "out.ods"), "export.unknown_format"),
        (("facts", "--out", tmp_path / "no" / "out.csv"), "export.no_folder"),
    ):
        assert house.json("export", *words, code=10)["code"] == expected
    assert not list(tmp_path.glob("out*"))
    house.json("export", "facts", "--out", out)
    assert house.json("export", "facts", "--out", out, code=10)["code"] == "export.file_exists"
    many = table(tmp_path / "many.csv", [firm(number) for number in range(5)])
    house.json("import", "enterprises", many)
    error = house.json("export", "enterprises", "--out", tmp_path / "e.csv", code=10, JIQUN_EXPORT_ROWS="3")
    assert error["code"] == "export.too_many_rows" and not (tmp_path / "e.csv").exists()


def test_an_export_can_be_imported_again(told: House, fresh: House, tmp_path: Path) -> None:
    """Facts of regions and clusters go from one home to another and say the same there."""
    told.json("export", "facts", "--out", tmp_path / "f.csv", "--region", "330600")
    rows = [row for row in _csv(tmp_path / "f.csv") if row["subject"].startswith("region:")]
    assert rows
    columns = list(rows[0])
    path = table(tmp_path / "again.csv", [[row[name] for name in columns] for row in rows], columns)
    other = fresh.copy(tmp_path / "other")
    report = other.json("import", "facts", path, "--source", "handed_over")
    assert (report["accepted"], report["quarantined"]) == (len(rows), 0), report["errors"]


def test_every_export_is_on_the_trail(house: House, tmp_path: Path) -> None:
    house.json("export", "facts", "--out", tmp_path / "f.csv", "--region", "330624")
    assert house.count("SELECT count(*) FROM ledger_audit_event WHERE action = 'export.facts'") == 1
