"""Opening what an office hands in: encodings, delimiters, workbooks, and files that are not what they say."""

import gzip
import struct
import zipfile
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from gate_rows import LIMITS, as_csv
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.core.messages import Messages
from jiqun.lake.files import HandedIn, Limits, beyond, copy_within, decode, open_table, sha256_of
from jiqun.lake.workbooks import cell_text

HEADER, ROW = ("企业名称", "地址"), ("新昌轴承一厂", "新昌县人民路1号")


def written(folder: Path, content: bytes, name: str = "名单.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def opened(folder: Path, content: bytes, name: str = "名单.csv", limits: Limits = LIMITS) -> HandedIn:
    return open_table(written(folder, content, name), limits)


def refused(folder: Path, content: bytes, name: str = "名单.csv", limits: Limits = LIMITS) -> InputError:
    with pytest.raises(InputError) as caught:
        opened(folder, content, name, limits)
    assert caught.value.facts["file"] == name
    return caught.value


def workbook(folder: Path, sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> Path:
    path = folder / "名单.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        for title, rows in sheets.items():
            page = book.add_worksheet(title)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            if title in hidden:
                page.hide()
        shown = next(page for page in book.worksheets() if page.get_name() not in hidden)
        shown.activate()
        shown.set_first_sheet()
    return path


# text files


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_usual_encodings_are_read_alike(tmp_path: Path, encoding: str, told: str) -> None:
    table = opened(tmp_path, as_csv(HEADER, [ROW]).encode(encoding))
    assert (table.columns, table.rows, table.encoding) == (HEADER, [(2, list(ROW))], told)
    assert [code for code, _ in table.notes] == (["gate.gbk_detected"] if told == "gb18030" else [])


def test_big_endian_utf_16_is_read(tmp_path: Path) -> None:
    assert opened(tmp_path, b"\xfe\xff" + as_csv(HEADER, [ROW]).encode("utf-16-be")).rows == [(2, list(ROW))]


@pytest.mark.parametrize(("delimiter", "told"), [("\t", "TAB"), (";", ";"), ("|", "|")])
def test_another_delimiter_is_found_and_said(tmp_path: Path, delimiter: str, told: str) -> None:
    table = opened(tmp_path, as_csv(HEADER, [ROW], delimiter=delimiter).encode())
    assert (table.columns, table.rows[0][1]) == (HEADER, list(ROW))
    assert table.notes == (("gate.wrong_delimiter", told),)


def test_full_width_commas_are_a_delimiter_too(tmp_path: Path) -> None:
    table = opened(tmp_path, "企业名称，地址\n新昌轴承一厂，新昌县\n".encode())
    assert table.columns == HEADER
    assert table.notes == (("gate.wrong_delimiter", "，"),)


def test_what_a_spreadsheet_saves_as_unicode_text_is_read(tmp_path: Path) -> None:
    table = opened(tmp_path, as_csv(HEADER, [ROW], delimiter="\t").encode("utf-16"))
    assert (table.columns, table.rows) == (HEADER, [(2, list(ROW))])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_they_like_and_rows_are_counted_as_a_spreadsheet_does(
    tmp_path: Path, end: str
) -> None:
    text = end.join(["", "企业名称,地址", "一厂,甲", "", " , ", '"二\n厂",乙', ""])
    assert opened(tmp_path, text.encode()).rows == [(3, ["一厂", "甲"]), (6, ["二\n厂", "乙"])]


def test_one_column_and_short_and_long_rows_stay_as_they_are(tmp_path: Path) -> None:
    table = opened(tmp_path, "企业名称\n一厂\n二厂,多,余\n".encode())
    assert table.rows == [(2, ["一厂"]), (3, ["二厂", "多", "余"])]
    assert beyond(table.rows[1][1], 1) == {"+1": "多", "+2": "余"}
    assert beyond(["一厂", " ", ""], 1) == {}


def test_columns_under_one_name_are_told_apart_and_a_nameless_one_gets_its_letter(tmp_path: Path) -> None:
    table = opened(tmp_path, "企业名称,备注,,备注,备注,\n一厂,甲,乙,丙,丁,\n".encode())
    assert table.columns == ("企业名称", "备注", "(C)", "备注 (2)", "备注 (3)", "")


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbf", b"\n\n\n", b" , ,\n", "企业名称,地址\n".encode(), b"a,b\n , \n"]
)
def test_a_file_without_rows_is_empty(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content).code == "gate.empty_file"


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    assert refused(tmp_path, b"").code == "gate.empty_file"


def test_a_missing_file_and_a_folder_are_no_files(tmp_path: Path) -> None:
    for path in (tmp_path / "不在.csv", tmp_path):
        with pytest.raises(InputError) as caught:
            open_table(path, LIMITS)
        assert caught.value.code == "gate.no_such_file"


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n\x00\x01,3\n",
        b"a,b\n" + b"1,2\n" * 3000 + b"x\x00y,2\n",
        "企业名称,地址\n一厂,甲\n".encode("utf-16-le"),
    ],
    ids=["early", "late", "utf-16 without a mark"],
)
def test_a_file_with_null_bytes_is_no_table(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content).code == "gate.not_a_table"


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, b"a,b\n\x81\xff\xfe,1\n").code == "gate.not_utf8"
    assert refused(tmp_path, b"\xff\xfea,b\n1").code == "gate.not_utf8"


def test_a_damaged_utf_8_file_is_not_taken_for_gbk(tmp_path: Path) -> None:
    """Half a character lost: as GBK every name would turn into nonsense, and the header, in ASCII, would still fit."""
    names = "".join(f"浙江新昌轴承{n}厂,{n}\n" for n in range(50)).encode()
    for broken in (
        b"name,uscc\n\xe5\x8e,1\n" + names,
        b"name,uscc\n" + names + b"\xe6\xb5,1\n",
        b"name,uscc\n\x80\x80," + names,
    ):
        assert refused(tmp_path, broken).code == "gate.not_utf8"


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=200))
def test_gbk_text_is_never_taken_for_damaged_utf_8(text: str) -> None:
    raw = text.encode("gbk")
    assert decode(raw, "a.csv")[0] == text or decode(raw, "a.csv")[1] == "utf-8"


def test_an_open_quote_at_the_end_is_named_with_its_row(tmp_path: Path) -> None:
    error = refused(tmp_path, '企业名称,地址\n一厂,甲\n"二厂,乙\n三厂,丙\n'.encode())
    assert (error.code, error.facts["row"]) == ("gate.unclosed_quote", 3)


def test_a_cell_of_a_megabyte_is_refused_with_its_row(tmp_path: Path) -> None:
    error = refused(tmp_path, b"a,b\n1,2\n" + b"x" * 1_100_000 + b",2\n")
    assert error.code == "gate.unreadable"
    assert "row 3" in str(error.facts["reason"])


def test_a_text_that_begins_like_an_archive_is_a_text(tmp_path: Path) -> None:
    assert opened(tmp_path, b"PK,name\n1,2\n").columns == ("PK", "name")


def test_the_file_is_known_by_its_bytes_and_goes_by_the_name_it_was_given(tmp_path: Path) -> None:
    path = written(tmp_path, as_csv(HEADER, [ROW]).encode(), "upload-1")
    table = open_table(path, LIMITS, name="甲县名单.csv")
    assert (table.file, table.size, table.sha256) == ("甲县名单.csv", path.stat().st_size, sha256_of(path))


# packed files


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    table = opened(tmp_path, gzip.compress(as_csv(HEADER, [ROW]).encode()), "名单.csv.gz")
    assert table.rows == [(2, list(ROW))]


def test_a_gzip_bomb_is_stopped_at_the_limit(tmp_path: Path) -> None:
    error = refused(tmp_path, gzip.compress(b"a,b\n" * 5_000_000), "炸弹.csv.gz")
    assert error.code == "gate.zip_bomb"


def test_a_damaged_gzip_is_unreadable(tmp_path: Path) -> None:
    whole = gzip.compress(as_csv(HEADER, [ROW] * 2000).encode(), mtime=0)
    for broken in (whole[:-9], whole[:30] + b"\xff" * 12 + whole[42:], whole[:10] + b"\x07" * 20):
        assert refused(tmp_path, broken, "a.csv.gz").code == "gate.unreadable"


def test_a_file_larger_than_the_limit_is_not_even_read(tmp_path: Path) -> None:
    error = refused(tmp_path, b"a,b\n" + b"1,2\n" * 100, limits=Limits(100, 1000))
    assert error.code == "gate.too_large"


def test_a_stream_is_stored_up_to_the_limit(tmp_path: Path) -> None:
    target = tmp_path / "stored"
    assert copy_within(BytesIO(b"x" * 100), target, Limits(100, 1000), name="a.csv") == 100
    with pytest.raises(InputError) as caught:
        copy_within(BytesIO(b"x" * 101), target, Limits(100, 1000), name="a.csv")
    assert caught.value.code == "gate.too_large"
    assert not target.exists()


# workbooks


def test_cells_of_a_workbook_are_what_a_person_sees(tmp_path: Path) -> None:
    row = ["一厂", "0091", 3.0, 12.5, date(2024, 3, 1), datetime(2024, 3, 1, 8, 30), True, None, -0.0]
    path = workbook(tmp_path, {"名单": [[f"列{n}" for n in range(9)], row]})
    table = open_table(path, LIMITS)
    assert table.rows == [
        (2, ["一厂", "0091", "3", "12.5", "2024-03-01", "2024-03-01 08:30:00", "1", "", "0"])
    ]
    assert (table.sheet, table.encoding) == ("名单", "xlsx")


def test_what_a_formula_left_behind_the_fifteenth_digit_is_not_taken_for_a_statement(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([0.1 + 0.2, 1234.5600000000002])
    book.save(tmp_path / "a.xlsx")
    assert open_table(tmp_path / "a.xlsx", LIMITS).rows == [(2, ["0.3", "1234.56"])]


def test_what_a_person_sees_as_a_percentage_is_read_as_one(tmp_path: Path) -> None:
    """The workbook holds 0.75; read as it lies there, in a column of percent, it would be wrong a hundredfold."""
    path = tmp_path / "率.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        first, page = book.add_worksheet("说明"), book.add_worksheet("率")
        first.write_row(0, 0, ["说明"])
        formats = [
            book.add_format({"num_format": form}) for form in ("0%", "0.00%", '0.0"%"', "0.00", "+0.0%;-0.0%")
        ]
        page.write_row(0, 0, ["a", "b", "c", "d", "e"])
        for column, form in enumerate(formats):
            page.write_number(1, column, 0.783, form)
            page.write(2, column, "文字" if column else 0.07, form)
    assert open_table(path, LIMITS).rows == [
        (2, ["78.3%", "78.3%", "0.783", "0.783", "78.3%"]), (3, ["7%", "文字", "文字", "文字", "文字"]),
    ]  # fmt: skip


@pytest.mark.parametrize("writer", ["openpyxl", "xlsxwriter"])
def test_percentages_of_both_writers_are_found(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "率.xlsx"
    if writer == "openpyxl":
        book = openpyxl.Workbook()
        book.active.append(["a", "b"])
        book.active.append([0.5, 0.5])
        book.active["B2"].number_format = "0.0%"
        book.save(path)
    else:
        with xlsxwriter.Workbook(str(path)) as made:
            page = made.add_worksheet()
            page.write_row(0, 0, ["a", "b"])
            page.write_row(1, 0, [0.5])
            page.write(1, 1, 0.5, made.add_format({"num_format": 9}))
    assert open_table(path, LIMITS).rows == [(2, ["0.5", "50%"])]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), ("", ""), (" 甲 ", " 甲 "), (False, "0"), (1e-7, "1e-07"), (913306240000000000.0, "9.1330624e+17"),
        (2.0, "2"), (-2.5, "-2.5"), (7, "7"), (time(8, 30), "08:30:00"), (datetime(2024, 3, 1), "2024-03-01"),
    ],
)  # fmt: skip
def test_one_cell(cell: object, text: str) -> None:
    assert cell_text(cell) == text


def test_the_first_visible_sheet_with_a_table_is_read(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "旧": [["a", "b"], ["旧", "1"]], "空": [], "说明": [["请看下一页"]], "名单": [["a", "b"], ["新", "1"]],
    }  # fmt: skip
    path = workbook(tmp_path, sheets, hidden=("旧",))
    assert open_table(path, LIMITS).rows == [(2, ["新", "1"])]
    assert open_table(path, LIMITS, sheet="旧").rows == [(2, ["旧", "1"])]


def test_rows_of_a_sheet_keep_the_numbers_the_spreadsheet_shows(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, {"名单": [[], [None, "a", "b"], [], [None, "一厂", "1"], [None, " "], [None, "二厂"]]}
    )
    table = open_table(path, LIMITS)
    assert table.columns == ("", "a", "b")
    assert table.rows == [(4, ["", "一厂", "1"]), (6, ["", "二厂", ""])]


def test_an_unknown_sheet_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_table(workbook(tmp_path, {"名单": [["a"], ["1"]], "附表": []}), LIMITS, sheet="名册")
    assert (caught.value.code, caught.value.facts["allowed"]) == ("gate.no_such_sheet", "名单 附表")


def test_a_chart_before_the_sheet_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        chart = book.add_chart({"type": "line"})
        page = book.add_chartsheet("图")
        book.add_worksheet("名单").write_row(0, 0, ["a", "b"])
        book.worksheets()[1].write_row(1, 0, [1, 2])
        chart.add_series({"values": "=名单!$A$1:$B$2"})
        page.set_chart(chart)
    assert open_table(path, LIMITS).rows == [(2, ["1", "2"])]


def test_workbooks_without_a_table_are_empty(tmp_path: Path) -> None:
    for sheets in ({"空": []}, {"只有表头": [["a", "b"]]}, {"空格": [["a"], [" "]]}):
        with pytest.raises(InputError) as caught:
            open_table(workbook(tmp_path, sheets), LIMITS)  # type: ignore[arg-type]
        assert caught.value.code == "gate.empty_file"


def test_one_cell_far_out_does_not_take_the_machine_down(tmp_path: Path) -> None:
    """Five kilobytes that, laid out as a rectangle, would want half a terabyte."""
    path = tmp_path / "远.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["a", "b"])
        page.write(1_048_575, 16_383, "远")
    with pytest.raises(InputError) as caught:
        open_table(path, LIMITS)
    assert (caught.value.code, caught.value.facts["seen"]) == ("gate.zip_bomb", "1,048,576 × 16,384")


def test_a_far_cell_that_is_only_coloured_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "色.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["a", "b"])
        page.write_row(1, 0, ["1", "2"])
        page.write_blank(900_000, 9000, None, book.add_format({"bg_color": "red"}))
    assert open_table(path, LIMITS).rows == [(2, ["1", "2"])]


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"名单": [["a", "b"], *([["甲" * 10, n] for n in range(3000)])]})
    with pytest.raises(InputError) as caught:
        open_table(path, Limits(2_000_000, 50_000))
    assert caught.value.code == "gate.zip_bomb"


def test_a_workbook_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"名单": [["a", "b"], *([["甲" * 10, n] for n in range(3000)])]})
    raw, name = bytearray(path.read_bytes()), b"xl/worksheets/sheet1.xml"
    for mark, back, at in ((b"PK\x01\x02", 46, 24), (b"PK\x03\x04", 30, 22)):
        places = (p for p in range(len(raw)) if raw[p : p + 4] == mark)
        place = next(p for p in places if raw[p + back : p + back + len(name)] == name)
        raw[place + at : place + at + 4] = struct.pack("<I", 1000)
    assert refused(tmp_path, bytes(raw), "a.xlsx").code == "gate.unreadable"


def test_an_archive_that_is_no_workbook_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    assert refused(tmp_path, path.read_bytes(), "a.xlsx").code == "gate.not_a_table"


def test_broken_workbooks_are_unreadable(tmp_path: Path) -> None:
    whole = workbook(tmp_path, {"名单": [["a", "b"], ["1", "2"]]}).read_bytes()
    first = whole.index(b"PK\x03\x04") + 30 + len("[Content_Types].xml")
    squashed = whole[:first] + b"\xff" * 20 + whole[first + 20 :]
    empty = zipfile.ZipFile(tmp_path / "b.xlsx", "w")
    empty.writestr("xl/workbook.xml", "<workbook")
    empty.close()
    for broken in (
        whole[: len(whole) // 2], squashed, b"PK\x03\x04" + b"\x00" * 200, b"\xd0\xcf\x11\xe0" + b"\x07" * 3000,
        (tmp_path / "b.xlsx").read_bytes(),
    ):  # fmt: skip
        assert refused(tmp_path, broken, "a.xlsx").code == "gate.unreadable"


# whatever bytes there are


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=1, max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"a,b\n"]),
)
def test_any_bytes_are_a_table_or_a_told_refusal(
    tmp_path_factory: pytest.TempPathFactory, messages: Messages, content: bytes, head: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes"
    path.write_bytes(head + content)
    try:
        table = open_table(path, LIMITS)
    except InputError as error:
        assert error.code in messages
    else:
        assert table.columns
        assert table.rows
