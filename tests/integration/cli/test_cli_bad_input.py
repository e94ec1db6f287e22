"""What offices hand in when it goes wrong: each gets its clear answer, the good rows get in, and nothing is lost."""

import gzip
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from cli_house import FIRM_COLUMNS, House, code_of, fact, facts_file, firm, table


@pytest.fixture(scope="module")
def shop(fresh: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One home for judging only: nothing here is written but by tests that say so."""
    yield fresh.copy(tmp_path_factory.mktemp("shop") / "home")


def dry(
    house: House, path: Path, kind: str = "enterprises", code: int = 0, **environment: str
) -> dict[str, object]:
    return house.json("import", kind, path, "--dry-run", "--source", "office", code=code, **environment)


def codes(report: dict[str, object], name: str = "errors") -> list[tuple[int, str]]:
    return [(item["row"], item["code"]) for item in report[name]]  # type: ignore[attr-defined]


def test_gbk_is_read_and_said(shop: House, tmp_path: Path) -> None:
    path = table(tmp_path / "gbk.csv", [firm(1)], encoding="gb18030")
    report = dry(shop, path)
    assert report["accepted"] == 1
    assert [note["code"] for note in report["notes"]] == ["gate.gbk_detected"]  # type: ignore[attr-defined]
    said = shop.run("import", "enterprises", path, "--dry-run")
    assert "GBK" in said.out


def test_utf16_is_read(shop: House, tmp_path: Path) -> None:
    assert dry(shop, table(tmp_path / "utf16.csv", [firm(1)], encoding="utf-16"))["created"] == 1
    cut = tmp_path / "cut.csv"
    cut.write_bytes((tmp_path / "utf16.csv").read_bytes()[:-1])
    assert dry(shop, cut, code=10)["code"] == "gate.not_utf8"


@pytest.mark.parametrize(("mark", "shown"), [(";", ";"), ("\t", "TAB")])
def test_another_delimiter_is_recognised_and_said(shop: House, tmp_path: Path, mark: str, shown: str) -> None:
    report = dry(shop, table(tmp_path / "semi.csv", [firm(1)], delimiter=mark))
    assert report["accepted"] == 1
    assert report["notes"] == [{"code": "gate.wrong_delimiter", "seen": shown}]


def test_a_missing_column_is_named_with_what_it_may_be_called(shop: House, tmp_path: Path) -> None:
    error = dry(shop, table(tmp_path / "f.csv", [("x", "y")], ("代码", "地址")), code=10)
    assert error["code"] == "gate.missing_column"
    assert "企业名称" in str(error["error"]) and "代码、地址" in str(error["error"])
    error = dry(shop, table(tmp_path / "g.csv", [("x", "y")], ("subject", "value")), "facts", code=10)
    assert error["code"] == "gate.missing_column"


def test_files_without_rows_or_that_are_no_tables(shop: House, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    table(tmp_path / "header.csv", [])
    (tmp_path / "blank.csv").write_text("\n\n,,,\n", encoding="utf-8")
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"name,uscc\n" * 500)[:30])
    (tmp_path / "notbook.xlsx").write_bytes(b"PK\x03\x04 this is no workbook")
    for name, expected in (
        ("empty.csv", "gate.empty_file"), ("header.csv", "gate.empty_file"), ("blank.csv", "gate.empty_file"),
        ("empty.xlsx", "gate.empty_file"), ("binary.csv", "gate.not_utf8"), ("cut.csv.gz", "gate.unreadable"),
        ("notbook.xlsx", "gate.unreadable"),
    ):  # fmt: skip
        error = dry(shop, tmp_path / name, code=10)
        assert error["code"] == expected, name
        assert name in str(error["error"])


def test_an_open_quote_swallows_no_rows(shop: House, tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    rows = [",".join(firm(1)), '"' + ",".join(firm(2)), ",".join(firm(3)), ",".join(firm(4))]
    path.write_text("\n".join([",".join(FIRM_COLUMNS), *rows]) + "\n", encoding="utf-8")
    error = dry(shop, path, code=10)
    assert error["code"] == "gate.unclosed_quote" and "row 3" in str(error["error"])
    path.write_text("\n".join([",".join(FIRM_COLUMNS), *rows[:3], '"' + rows[3]]) + "\n", encoding="utf-8")
    report = dry(shop, path)
    assert report["accepted"] == 1 and codes(report)[0][1] == "gate.line_break"


def test_cells_beyond_the_header_are_held_not_dropped(house: House, tmp_path: Path) -> None:
    path = tmp_path / "comma.csv"
    shifted = "新昌县逗号有限公司,,浙江省,绍兴市新昌县某路1号,2001-02-03,100"
    path.write_text("\n".join([",".join(FIRM_COLUMNS), shifted, ",".join(firm(2)) + ",,"]), encoding="utf-8")
    report = house.json("import", "enterprises", path, "--source", "office")
    assert (report["accepted"], report["quarantined"]) == (1, 1)
    assert (2, "gate.too_many_cells") in codes(report)
    raw = house.lake_rows("SELECT DISTINCT raw FROM {quarantine}")
    assert len(raw) == 1 and '"+1":"100"' in str(raw[0][0])


def test_every_wrong_row_of_a_list_is_named_at_once(shop: House, tmp_path: Path) -> None:
    path = table(tmp_path / "wrong.csv", [
        firm(1, 统一社会信用代码="12345"), firm(2, 统一社会信用代码="9133062400000000IO"), firm(3, 成立日期="1899-12-31"),
        firm(4, 成立日期="2099-01-01"), firm(5, 成立日期="2001-13-41"), firm(6, 注册资本="壹佰万"),
        firm(7, 注册资本="-5"), firm(8, 企业名称=""), firm(9, 企业名称="长" * 201), firm(10),
    ])  # fmt: skip
    report = dry(shop, path)
    assert codes(report) == [
        (2, "gate.malformed_uscc"), (3, "gate.malformed_uscc"), (4, "gate.date_too_early"), (5, "gate.date_in_future"),
        (6, "gate.bad_date"), (7, "gate.bad_number"), (8, "gate.negative"), (9, "gate.name_missing"),
        (10, "gate.text_too_long"),
    ]  # fmt: skip
    assert (report["accepted"], report["quarantined"]) == (1, 9)
    assert all(item["message"] and item["file"] == "wrong.csv" for item in report["errors"])  # type: ignore[attr-defined]


def test_a_failed_check_character_is_flagged_and_kept(house: House, tmp_path: Path) -> None:
    good = code_of(7)
    bad = good[:-1] + ("A" if good[-1] != "A" else "B")
    report = house.json("import", "enterprises", table(tmp_path / "c.csv", [firm(7, 统一社会信用代码=bad)]))
    assert (report["accepted"], report["flagged"], report["quarantined"]) == (1, 1, 0)
    assert codes(report, "flags") == [(2, "gate.uscc_checksum")]
    assert report["flags"][0]["allowed"] == good[-1]  # type: ignore[index]
    assert (
        house.count(
            f"SELECT count(*) FROM ledger_subject WHERE uscc_grade = 'checksum_mismatch' AND code = '{bad}'"
        )
        == 1
    )


def test_markup_and_formulas_stay_text_and_are_flagged(house: House, tmp_path: Path) -> None:
    names = ["<script>alert(1)</script>有限公司", "=cmd|' /C calc'!A0", "+8613800000000", "@SUM(A1)", "-2+3"]
    rows = [firm(n, 企业名称=name, 统一社会信用代码=code_of(n)) for n, name in enumerate(names)]
    report = house.json("import", "enterprises", table(tmp_path / "x.csv", rows), "--source", "office")
    assert report["accepted"] == 5
    assert [code for _, code in codes(report, "flags")] == ["gate.html_in_name", *["gate.formula_like"] * 4]
    out = tmp_path / "out.csv"
    house.json("export", "enterprises", "--out", out, "--region", "330624")
    cells = [line.split(",")[2].strip('"') for line in out.read_text("utf-8-sig").splitlines()[1:]]
    guarded = {"'" + name for name in (names[1], names[3], names[4])}
    assert set(cells) == {names[0], names[2], *guarded}  # a text that is wholly a number does no harm


def test_every_wrong_fact_is_named_at_once(shop: House, tmp_path: Path) -> None:
    wrong = [
        ({"unit": "吨"}, "unit", "gate.unit_mismatch"), ({"unit": "斤两"}, "unit", "gate.unknown_unit"),
        ({"value": "abc"}, "value", "gate.bad_number"), ({"value": ""}, "value", "gate.value_missing"),
        ({"period": "2024-13"}, "period", "gate.bad_period"), ({"period": "1850"}, "period", "gate.date_too_early"),
        ({"period": "2099"}, "period", "gate.date_in_future"), ({"bound": "!"}, "bound", "gate.bad_bound"),
        ({"indicator": "nope"}, "indicator", "gate.unknown_indicator"),
        ({"subject": "region:999999"}, "subject", "gate.unknown_subject"),
        ({"subject": "新昌县"}, "subject", "gate.bad_subject"), ({"status": "maybe"}, "status", "gate.bad_status"),
        ({"kind": "growth"}, "kind", "gate.kind_mismatch"), ({"quote": "长" * 41}, "quote", "gate.quote_too_long"),
        ({"bound": "range"}, "value_high", "gate.bad_range"), ({"value_high": "600"}, "value_high", "gate.bad_range"),
        ({"bound": "range", "value_high": "400"}, "value_high", "gate.bad_range"),
        ({"value": "1e30"}, "value", "gate.out_of_range"), ({"value": "NaN"}, "value", "gate.bad_number"),
    ]  # fmt: skip
    rows = [fact(**changed) for changed, _, _ in wrong]
    report = dry(
        shop, facts_file(tmp_path / "facts.csv", [*rows, fact(period="2099", status="target")]), "facts"
    )
    found = {(item["row"], item["column"], item["code"]) for item in report["errors"]}  # type: ignore[attr-defined]
    assert found == {(n, column, code) for n, (_, column, code) in enumerate(wrong, start=2)}
    assert (report["accepted"], report["quarantined"]) == (1, len(wrong))


def test_a_fact_without_a_source_is_held(house: House, tmp_path: Path) -> None:
    path = facts_file(tmp_path / "facts.csv", [fact(source="")])
    report = house.json("import", "facts", path, "--dry-run")
    assert report["accepted"] == 1  # the file's own name is its source where no key is given


def test_too_large_and_zip_bombs_stop_early(shop: House, tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    big.write_bytes((",".join(FIRM_COLUMNS) + "\n").encode() + b"a," * 600_000)
    assert dry(shop, big, code=10, JIQUN_UPLOAD_MB="1")["code"] == "gate.too_large"
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(b"name\n" + b"a\n" * 3_000_000))
    assert dry(shop, bomb, code=10, JIQUN_UNPACKED_MB="5")["code"] == "gate.zip_bomb"
    book = tmp_path / "bomb.xlsx"
    openpyxl.Workbook().save(book)
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * 20_000_000)
    assert book.stat().st_size < 100_000
    assert dry(shop, book, code=10, JIQUN_UNPACKED_MB="5")["code"] == "gate.zip_bomb"


def test_a_workbook_that_lies_about_its_size_is_refused(shop: House, tmp_path: Path) -> None:
    book = tmp_path / "liar.xlsx"
    sheet = openpyxl.Workbook()
    for number in range(3000):
        sheet.active.append(firm(number))  # type: ignore[union-attr]
    sheet.save(book)
    raw = bytearray(book.read_bytes())
    entry = raw.rfind(b"PK\x01\x02", 0, raw.rfind(b"xl/worksheets/sheet1.xml"))
    raw[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    book.write_bytes(raw)
    assert dry(shop, book, code=10)["code"] in ("gate.unreadable", "gate.zip_bomb")


def test_two_rows_of_one_enterprise(shop: House, tmp_path: Path) -> None:
    path = table(tmp_path / "twice.csv", [firm(1), firm(1), firm(1, 注册资本="999")])
    report = dry(shop, path)
    assert codes(report, "flags") == [(3, "gate.duplicate_row")]
    assert codes(report) == [(4, "gate.conflicting_row")]
    assert (report["accepted"], report["created"], report["quarantined"]) == (2, 1, 1)
