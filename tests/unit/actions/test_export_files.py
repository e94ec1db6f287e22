"""Export files: no cell is a formula, numbers are numbers, nothing is lost on the way, whatever the format."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.actions.export_files import FORMATS, FORMULA_MARKS, Sheet, cell_text, chunks, defused, write_file
from jiqun.core.errors import InputError
from jiqun.lake.catalogue import Column

COLUMNS = (
    Column("name", "text", "名称", "Name"),
    Column("value", "decimal", "数值", "Value"),
    Column("day", "date", "日", "Day"),
    Column("synthetic", "bool", "合成", "Synthetic"),
    Column("at", "timestamp", "时刻", "Instant"),
    Column("row", "int", "行", "Row"),
)
ROWS = [
    ("=HYPERLINK(1)", Decimal("-33.5"), date(2024, 1, 1), True, datetime(2024, 1, 1, 3, tzinfo=UTC), 2),
    ("浙江，“集群”\n第二行", Decimal("91900.120000"), None, False, None, None),
    ("-33", None, None, None, None, None),
    ("", Decimal("1234567890123456789.123456"), None, None, None, None),
]


def sheet(rows: list[tuple[object, ...]] | None = None) -> Sheet:
    return Sheet("facts", COLUMNS, iter(ROWS if rows is None else rows))


def test_csv_reads_back_and_begins_with_the_utf8_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert write_file(sheet(), path, "csv") == 4
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == [column.name for column in COLUMNS]
    assert rows[0] == ["'=HYPERLINK(1)", "-33.5", "2024-01-01", "1", "2024-01-01T03:00:00+00:00", "2"]
    assert rows[1][:2] == ["浙江，“集群”\n第二行", "91900.12"]
    assert rows[2][0] == "-33"
    assert rows[3][1] == "1234567890123456789.123456"


def test_a_workbook_holds_text_as_text_and_exact_numbers_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert write_file(sheet(), path, "xlsx") == 4
    rows = list(openpyxl.load_workbook(path).active.iter_rows(min_row=2))
    assert (rows[0][0].value, rows[0][0].data_type) == ("=HYPERLINK(1)", "s")
    assert (rows[0][1].value, rows[0][1].data_type) == (-33.5, "n")
    assert rows[3][1].value == "1234567890123456789.123456"  # more digits than a workbook's number holds
    assert rows[2][1].value is None


def test_parquet_keeps_types_and_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    assert write_file(sheet(), path, "parquet") == 4
    rows = duckdb.sql(f"SELECT name, value, day, synthetic, row FROM '{path}'").fetchall()
    assert rows[0] == ("=HYPERLINK(1)", Decimal("-33.500000"), date(2024, 1, 1), True, 2)
    assert rows[3][1] == Decimal("1234567890123456789.123456")
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_without_rows_still_has_its_columns(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    assert write_file(sheet([]), path, form) == 0
    if form == "parquet":
        names = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()]
    elif form == "csv":
        names = path.read_text("utf-8-sig").strip().split(",")
    else:
        names = [cell.value for cell in next(openpyxl.load_workbook(path).active.iter_rows())]
    assert names == [column.name for column in COLUMNS]


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"export\.unknown_format"):
        write_file(sheet(), tmp_path / "a.ods", "ods")


@pytest.mark.parametrize("mark", FORMULA_MARKS)
def test_every_formula_mark_is_defused(mark: str) -> None:
    assert defused(mark + "cmd|' /C calc'!A0") == "'" + mark + "cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["-33", "+7.5", "0", "12.50", "新昌=嵊州", "a-b", "", " =1"])
def test_numbers_and_plain_texts_stay(text: str) -> None:
    assert defused(text) == text


@given(st.text(min_size=1))
def test_no_text_can_begin_a_formula(text: str) -> None:
    shown = cell_text(text)
    starts_like_one = shown[0] in FORMULA_MARKS
    assert not starts_like_one or shown.lstrip("+-").replace(".", "", 1).isdigit()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20))
def test_a_number_reads_back_as_itself(value: Decimal) -> None:
    assert Decimal(cell_text(value)) == value


def test_unknown_is_empty_and_never_zero() -> None:
    assert cell_text(None) == ""
    assert cell_text(Decimal(0)) == "0"
    assert cell_text(False) == "0"


def test_rows_are_read_in_pieces() -> None:
    pieces = list(chunks([(n,) for n in range(45_000)]))
    assert [len(piece) for piece in pieces] == [20_000, 20_000, 5_000]
