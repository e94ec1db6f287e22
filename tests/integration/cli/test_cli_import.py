"""Importing: the shape of the report, the same file twice, changes, corrections, quarantine and retry, dry runs, maps."""

import gzip
from collections.abc import Callable
from pathlib import Path

import openpyxl
from cli_house import FIRM_COLUMNS, House, code_of, fact, facts_file, firm, table

SHAPE = {
    "rows", "accepted", "created", "updated", "unchanged", "quarantined", "flagged", "batch_id", "seconds"
}  # fmt: skip


def counts(report: dict[str, object]) -> tuple[object, ...]:
    return tuple(
        report[name] for name in ("rows", "accepted", "created", "updated", "unchanged", "quarantined")
    )


def test_the_report_has_its_shape_and_the_same_file_changes_nothing(
    house: House, firms: Callable[..., Path]
) -> None:
    path = firms(5)
    first = house.json("import", "enterprises", path, "--source", "list")
    assert first.keys() >= SHAPE and first["ok"] is True
    assert counts(first) == (5, 5, 5, 0, 0, 0)
    assert sum(first["placed"].values()) == 5  # type: ignore[attr-defined]
    subjects = house.count("SELECT count(*) FROM ledger_subject")
    again = house.json("import", "enterprises", path, "--source", "list")
    assert counts(again) == (5, 5, 0, 0, 5, 0)
    assert house.count("SELECT count(*) FROM ledger_subject") == subjects
    assert house.lake_rows("SELECT count(*), count(DISTINCT subject) FROM {registrations}") == [(5, 5)]


def test_gzip_and_workbook_say_what_the_plain_file_says(
    house: House, firms: Callable[..., Path], tmp_path: Path
) -> None:
    plain = firms(4)
    packed = tmp_path / "firms.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    book = openpyxl.Workbook()
    for row in (FIRM_COLUMNS, *(firm(number) for number in range(4))):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "firms.xlsx")
    assert counts(house.json("import", "enterprises", packed, "--source", "list")) == (4, 4, 4, 0, 0, 0)
    same = house.json("import", "enterprises", tmp_path / "firms.xlsx", "--source", "list")
    assert counts(same) == (4, 4, 0, 0, 4, 0)


def test_a_dry_run_writes_nothing(house: House, firms: Callable[..., Path]) -> None:
    before = house.files()
    ledger = (house.home / "ledger.sqlite3").read_bytes()
    report = house.json("import", "enterprises", firms(6), "--dry-run")
    assert report["dry_run"] is True and report["batch_id"] is None and report["created"] == 6
    assert house.files() == before
    assert (house.home / "ledger.sqlite3").read_bytes() == ledger


def test_a_changed_row_is_an_update_and_undo_brings_the_old_one_back(house: House, tmp_path: Path) -> None:
    first = table(tmp_path / "a.csv", [firm(1), firm(2)])
    second = table(tmp_path / "b.csv", [firm(1, 地址="浙江省绍兴市新昌县羽林街道新路9号"), firm(3)])
    house.json("import", "enterprises", first, "--source", "list")
    before = house.lake_rows("SELECT count(*) FROM {registrations}")
    changed = house.json("import", "enterprises", second, "--source", "list")
    assert counts(changed) == (2, 2, 1, 1, 0, 0)
    address = "SELECT count(*) FROM ledger_subject WHERE attributes LIKE '%新路9号%'"
    stored = "SELECT count(*) FROM ledger_subject WHERE kind = 'enterprise'"
    assert (house.count(stored), _addresses(house)) == (3, {"测试路2号", "新路9号", "测试路3号"})
    undone = house.json("batches", "undo", changed["batch_id"])
    assert (undone["removed"], undone["restored"]) == (1, 1)
    assert (house.count(stored), _addresses(house)) == (2, {"测试路1号", "测试路2号"})
    assert house.count(address) == 0
    assert house.lake_rows("SELECT count(*) FROM {registrations}")[0][0] == int(str(before[0][0])) + 2
    found = house.json("subjects", "search", "测试0003号")
    assert found["count"] == 0
    once_more = house.json("import", "enterprises", second, "--source", "list")
    assert counts(once_more) == (2, 2, 1, 1, 0, 0)


def _addresses(house: House) -> set[str]:
    import json
    import sqlite3

    with sqlite3.connect(house.home / "ledger.sqlite3") as ledger:
        rows = ledger.execute("SELECT attributes FROM ledger_subject WHERE kind = 'enterprise'").fetchall()
    told = [json.loads(text).get("address", "") for (text,) in rows]
    return {text.partition("街道")[2] for text in told}


def test_held_rows_wait_and_a_retry_takes_them_in(house: House, tmp_path: Path) -> None:
    path = table(tmp_path / "mixed.csv", [
        firm(1), firm(2, 统一社会信用代码="12345"), firm(3, 成立日期="2099-01-01", 注册资本="很多"),
    ])  # fmt: skip
    report = house.json("import", "enterprises", path, "--source", "list")
    assert counts(report) == (3, 1, 1, 0, 0, 2)
    errors = {(item["row"], item["column"], item["code"]) for item in report["errors"]}  # type: ignore[attr-defined]
    assert errors == {
        (3, "统一社会信用代码", "gate.malformed_uscc"), (4, "成立日期", "gate.date_in_future"),
        (4, "注册资本", "gate.bad_number"),
    }  # fmt: skip
    for item in report["errors"]:  # type: ignore[attr-defined]
        assert item["file"] == "mixed.csv" and item["seen"] and item["message"]
    shown = house.json("batches", "show", report["batch_id"])
    waiting = shown["waiting"]
    assert {row["row_no"] for row in waiting} == {3, 4}  # type: ignore[attr-defined]
    assert all(row["raw"] for row in waiting)  # type: ignore[attr-defined]
    to_repair = tmp_path / "waiting.csv"
    house.json("batches", "show", report["batch_id"], "--waiting", to_repair)
    text = to_repair.read_text("utf-8-sig")
    assert len(text.splitlines()) == 3 and "held_row" in text.splitlines()[0]
    as_they_are = house.json("batches", "retry", report["batch_id"])
    assert (as_they_are["rows"], as_they_are["quarantined"], as_they_are["batch_id"]) == (2, 2, None)
    to_repair.write_text(text.replace("12345", code_of(2)).replace("很多", "50"), encoding="utf-8")
    retried = house.json("batches", "retry", report["batch_id"], "--file", to_repair)
    assert counts(retried) == (2, 1, 1, 0, 0, 1)
    assert {row["row_no"] for row in house.json("batches", "show", report["batch_id"])["waiting"]} == {4}  # type: ignore[attr-defined]
    to_repair.write_text(text.replace("很多", "50").replace("2099-01-01", "2009-01-01"), encoding="utf-8")
    house.json("batches", "retry", report["batch_id"], "--file", to_repair)
    assert house.json("batches", "show", report["batch_id"])["waiting"] == []
    assert house.count("SELECT count(*) FROM ledger_subject WHERE attributes LIKE '%held_row%'") == 0
    assert house.json("batches", "retry", report["batch_id"], code=10)["code"] == "batch.nothing_waits"


def test_held_facts_come_in_once_their_subject_is_known(house: House, tmp_path: Path) -> None:
    path = facts_file(tmp_path / "f.csv", [fact(), fact(subject="project:late", indicator="investment")])
    report = house.json("import", "facts", path, "--source", "yearbook")
    assert (report["accepted"], report["quarantined"]) == (1, 1)
    late = table(tmp_path / "s.csv", [("project:late", "后到的项目")], ("key", "label_zh"))
    house.json("import", "subjects", late, "--source", "list")
    retried = house.json("batches", "retry", report["batch_id"])
    assert counts(retried) == (1, 1, 1, 0, 0, 0)
    assert [row["source"] for row in house.json("facts", "project:late")["facts"]] == ["yearbook"]  # type: ignore[attr-defined]
    assert house.json("batches", "show", report["batch_id"])["waiting"] == []


def test_a_map_names_columns_constants_and_quantities(house: House, tmp_path: Path) -> None:
    columns = ("单位", "代码", "营收", "目标")
    path = table(
        tmp_path / "sheet.csv", [("新昌甲厂", "", "120.5", "150"), ("新昌乙厂", "", "", "90")], columns
    )
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[columns]\nname = "单位"\nuscc = "代码"\n[constants]\nregion = "330624"\n'
        '[[facts]]\ncolumn = "营收"\nindicator = "revenue"\nunit = "万元"\nperiod = "2023"\nscope = "规上"\n'
        '[[facts]]\ncolumn = "目标"\nindicator = "revenue"\nunit = "万元"\nperiod = "2024"\nstatus = "target"\n',
        encoding="utf-8",
    )
    report = house.json("import", "enterprises", path, "--source", "sheet", "--map", mapping)
    assert counts(report)[:3] == (2, 2, 2)
    facts = house.json("facts", "enterprise:新昌甲厂")["facts"]
    told = {(row["period"], row["status"], row["scope"], row["value"], row["unit"]) for row in facts}  # type: ignore[attr-defined]
    assert told == {("2023", "actual", "规上", "120.5", "万元"), ("2024", "target", "", "150", "万元")}
    assert house.json("facts", "enterprise:新昌乙厂")["count"] == 1
    again = house.json("import", "enterprises", path, "--source", "sheet", "--map", mapping)
    assert counts(again) == (2, 2, 0, 0, 2, 0)
    assert house.lake_rows("SELECT count(*) FROM {facts}") == [(3,)]


def test_a_map_that_names_what_is_not_there_is_refused(
    house: House, firms: Callable[..., Path], tmp_path: Path
) -> None:
    mapping = tmp_path / "map.toml"
    for text, expected in (
        ('[columns]\nname = "没有这列"\n', "gate.unknown_column"),
        ('[columns]\nnothing = "企业名称"\n', "gate.unknown_field"),
        ("[columns\n", "gate.bad_map"),
        ('[[facts]]\ncolumn = "注册资本"\n', "gate.bad_map"),
    ):
        mapping.write_text(text, encoding="utf-8")
        error = house.json("import", "enterprises", firms(1), "--map", mapping, code=10)
        assert error["code"] == expected


def test_facts_are_created_once_corrected_and_told_apart_by_source(house: House, tmp_path: Path) -> None:
    path = facts_file(
        tmp_path / "f.csv", [fact(), fact(indicator="gdp_growth", value="6.5", unit="%", kind="growth")]
    )
    assert counts(house.json("import", "facts", path, "--source", "yearbook")) == (2, 2, 2, 0, 0, 0)
    assert counts(house.json("import", "facts", path, "--source", "yearbook")) == (2, 2, 0, 0, 2, 0)
    corrected = facts_file(tmp_path / "c.csv", [fact(value="512")])
    assert counts(house.json("import", "facts", corrected, "--source", "yearbook")) == (1, 1, 0, 1, 0, 0)
    rows = house.json("facts", "region:330624", "--indicator", "gdp")["facts"]
    assert [row["value"] for row in rows] == ["512"] and rows[0]["supersedes"]  # type: ignore[index,attr-defined]
    assert counts(house.json("import", "facts", path, "--source", "bulletin")) == (2, 2, 2, 0, 0, 0)
    assert house.json("facts", "region:330624", "--indicator", "gdp")["count"] == 2


def test_subjects_and_relations_come_in_and_go(house: House, tmp_path: Path) -> None:
    subjects = table(tmp_path / "s.csv", [("project:test_line", "测试产线", "330624"), ("nonsense", "x", "")],
                     ("key", "label_zh", "region"))  # fmt: skip
    report = house.json("import", "subjects", subjects, "--source", "list")
    assert counts(report) == (2, 1, 1, 0, 0, 1)
    relations = table(tmp_path / "r.csv", [
        ("project:test_line", "located_in", "region:330624"), ("project:test_line", "likes", "region:330624"),
        ("project:none", "located_in", "region:330624"),
    ], ("subject", "predicate", "object"))  # fmt: skip
    tied = house.json("import", "relations", relations, "--source", "list")
    assert counts(tied) == (3, 1, 1, 0, 0, 2)
    assert house.json("batches", "undo", tied["batch_id"])["relations"] == 1
    assert house.json("batches", "undo", report["batch_id"])["removed"] == 1
    assert house.json("subjects", "search", "测试产线")["count"] == 0
