"""`jiqun readings count|export`: by days and instants of Shanghai, as CSV and Parquet; errors in one shape."""

import csv
from pathlib import Path

import duckdb
import pytest
from cli_house import House, code_of, firm, table
from reading_files import at
from reading_rows import put_readings

FIRST = at("2026-11-21T23:59:50")
SECOND = 1_000_000


@pytest.fixture(scope="module")
def works(fresh: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    made = fresh.copy(tmp_path_factory.mktemp("readings") / "home")
    made.run("import", "enterprises", table(made.home.parent / "list.csv", [firm(1)]), "--source", "list")
    key = f"enterprise:{code_of(1)}"
    made.run("factory", "make", "--site", "spring", "--name", "弹簧厂", "--enterprise", key)
    heat = [(FIRST + place * SECOND, 420.25 + place, place % 3) for place in range(20)]
    put_readings(
        made.home / "lake", "spring", {"furnace.temperature": heat, "coil.count": [(FIRST, None, 2)]}
    )
    put_readings(made.home / "lake", "spring", {"furnace.temperature": heat[:1]})
    return made


def test_counted_by_day_and_by_instant(works: House) -> None:
    """Midnight in Shanghai parts the days; a day named as the last is in it whole."""
    asked = ("readings", "count", "--point", "spring/furnace.temperature")
    whole = works.json(*asked)
    assert [whole[name] for name in ("readings", "good", "uncertain", "bad", "held")] == [20, 7, 7, 6, 0]
    assert whole["repeated"] == 1, "sent twice, counted once"
    assert whole["first"] == "2026-11-21T23:59:50+08:00"
    assert works.json(*asked, "--to", "2026-11-21")["readings"] == 10
    day = works.json(*asked, "--from", "2026-11-22", "--to", "2026-11-22")
    assert (day["readings"], day["from"], day["to"]) == (
        10,
        "2026-11-22T00:00:00+08:00",
        "2026-11-23T00:00:00+08:00",
    )
    assert (
        works.json(*asked, "--from", "2026-11-21T16:00:05Z", "--to", "2026-11-22 00:00:08")["readings"] == 3
    )
    both = works.json(
        "readings", "count", "--site", "spring", "--point", "coil.count", "--point", "furnace.temperature"
    )
    assert both["readings"] == works.json("readings", "count", "--site", "spring")["readings"] == 21
    said = works.run("readings", "count", "--site", "spring").out
    assert "21" in said
    assert ("1 条" in said) or ("1 came" in said)


def test_written_as_csv_and_parquet(works: House, tmp_path: Path) -> None:
    out = tmp_path / "热处理.csv"
    asked = (
        "readings",
        "export",
        "--site",
        "spring",
        "--point",
        "furnace.temperature",
        "--from",
        "2026-11-21",
        "--out",
    )
    told = works.json(*asked, out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert told["rows"] == len(rows) == 20  # what was sent twice is given once
    assert rows[0] == {
        "site": "spring", "point": "furnace.temperature", "read_at": "2026-11-21T23:59:50.000000+08:00",
        "value": "420.25", "unit": "", "quality": "good", "flag": "", "arrived_at": rows[0]["arrived_at"],
        "synthetic": "false",
    }  # fmt: skip
    assert [row["quality"] for row in rows[:3]] == ["good", "uncertain", "bad"]
    assert rows[0]["arrived_at"].endswith("+08:00")
    works.run(*asked, out, code=10)
    works.run(*asked, out, "--force")
    works.run(
        "readings", "export", "--site", "spring", "--out", tmp_path / "all.parquet", "--point", "coil.count"
    )
    found = duckdb.sql(
        f"SELECT point, epoch_us(read_at), value, quality FROM '{tmp_path}/all.parquet'"
    ).fetchall()
    assert found == [("coil.count", FIRST, None, "bad")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.parquet", out.name]


def test_nothing_is_a_file_with_its_head(works: House, tmp_path: Path) -> None:
    out = tmp_path / "none.csv"
    told = works.json(
        "readings", "export", "--point", "spring/coil.count", "--to", "2020-01-01", "--out", out
    )
    assert told["rows"] == 0
    assert out.read_text(encoding="utf-8-sig").startswith("site,point,read_at,value,unit,quality")


def test_mistakes_are_told_in_one_shape(works: House) -> None:
    """Which mistake is which code: tests/unit/actions/test_readings_asked.py."""
    never = works.run("readings", "count", "--site", "spring", "--point", "never", "--json", code=10).json
    assert (never["code"], never["ok"]) == ("readings.unknown_point", False)
    assert "spring/never" in str(never["error"])
    assert "readings.no_site" in works.run("readings", "count", "--point", "a", "--json", code=10).out


def test_a_file_of_another_kind_and_a_folder_that_is_not_there(works: House, tmp_path: Path) -> None:
    asked = ("readings", "export", "--site", "spring", "--out")
    assert "export.unknown_format" in works.run(*asked, tmp_path / "a.xlsx", "--json", code=10).out
    assert "export.no_folder" in works.run(*asked, tmp_path / "none" / "a.csv", "--json", code=10).out
    assert list(tmp_path.iterdir()) == []
