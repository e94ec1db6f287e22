"""Cells of a factory's files, and the pack of states: what is read, what is refused with its place."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from jiqun import settings
from jiqun.core.errors import PackError, RowErrors
from jiqun.core.packfiles import read_csv
from jiqun.factory.columns import CellReader
from jiqun.factory.instants import HOUR, MINUTE, clock
from jiqun.factory.oee.practice import Practice, folded

PACK: Path = settings.PACKS_DIR / "factory" / "oee.toml"
TABLES = ("oee_event", "oee_shift", "oee_product")


def reader(table: str = "oee_event") -> CellReader:
    return CellReader.of(settings.PACKS_DIR / "tables" / f"{table}.csv", "x.csv")


@pytest.mark.parametrize("table", TABLES)
def test_no_header_means_two_columns(table: str) -> None:
    rows = read_csv(
        settings.PACKS_DIR / "tables" / f"{table}.csv", ("column", "aliases", "meaning_zh", "meaning_en")
    )
    headers = [header for row in rows for header in (row["column"], *filter(None, row["aliases"].split(";")))]
    assert len(headers) == len(set(headers))
    assert all(row["meaning_zh"] and row["meaning_en"] for row in rows)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("12", 12),
        ("3.5", Fraction(7, 2)),
        ("1,234", 1234),
        ("1e3", 1000),
        ("0.1", Fraction(1, 10)),
        ("", None),
    ],
)
def test_numbers_are_read_exactly(text: str, value: Fraction | None) -> None:
    one = reader()
    assert one.number({"produced": text}, "produced") == value and not one.errors


@pytest.mark.parametrize("text", ["-1", "x", "nan", "inf", "1e13", "1e99", "12 件", "1/2", "--"])
def test_what_is_no_number_is_kept_with_its_place(text: str) -> None:
    one = reader()
    one.row = 7
    assert one.number({"produced": text}, "produced") is None
    with pytest.raises(RowErrors) as refused:
        one.finish()
    (error,) = refused.value.errors
    assert (error.file, error.row, error.column, error.code, error.seen) == (
        "x.csv", 7, "produced", "factory.bad_number", text,
    )  # fmt: skip


def test_a_cycle_of_nothing_is_refused() -> None:
    one = reader()
    assert one.number({"ideal_cycle_s": "0"}, "ideal_cycle_s", above_zero=True) is None
    assert [error.allowed for error in one.errors] == ["> 0"]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("00:00", 0), ("8:05", 485), ("08：05", 485), ("23:59", 1439), ("24:00", 1440), ("08:00:30", 480.5)],
)
def test_clocks(text: str, minutes: float) -> None:
    assert clock(text) == minutes * MINUTE


@pytest.mark.parametrize("text", ["24:01", "12:60", "12:00:61", "8", "8点", "25:00", ""])
def test_what_is_no_clock(text: str) -> None:
    assert clock(text) is None


def test_days() -> None:
    one = reader("oee_shift")
    assert one.day({"date": "2026年11月3日"}, "date") == date(2026, 11, 3)
    assert one.day({"date": "2026/2/30"}, "date") is None and one.errors[0].code == "factory.bad_day"
    assert one.clock({"start": "08:00"}, "start") == 8 * HOUR


def test_empty_rows_are_passed_over_and_numbers_stay_those_of_the_file() -> None:
    one = reader("oee_product")
    table = [(1, ["产品", "理论节拍（秒）"]), (2, ["", " "]), (5, ["S", "3"])]
    assert [(one.row, dict(cells)) for cells in one.rows(table)] == [
        (5, {"product": "S", "ideal_cycle_s": "3"})
    ]


def test_a_short_row_lacks_what_is_required() -> None:
    one = reader("oee_product")
    list(one.rows([(1, ["product", "ideal_cycle_s"]), (2, ["S"])]))
    assert [(error.row, error.column, error.code) for error in one.errors] == [
        (2, "ideal_cycle_s", "factory.empty_cell")
    ]


def test_the_words_of_states() -> None:
    practice = Practice.load(PACK)
    assert practice.minor_below == 300_000_000
    said = {
        " 运行 ": "run",
        "RUNNING": "run",
        "换模": "changeover",
        "离线": "gap",
        "保养": "planned",
        "待料": "delay",
    }
    assert {word: practice.words[folded(word)] for word in said} == said


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('kind = "run"', 'kind = "fast"', "state.running.kind"),
        ('"停机", ', '"运行", ', "state.down.运行"),
        ("minor_stop_below_s = 300", "minor_stop_below_s = -1", "minor_stop_below_s"),
        ('label = { zh = "生产", en = "Running" }', 'label = { zh = "生产" }', "state.running.label.en"),
    ],
)
def test_a_wrong_pack_says_where(tmp_path: Path, before: str, after: str, key: str) -> None:
    path = tmp_path / "oee.toml"
    text = PACK.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        Practice.load(path)
    assert refused.value.facts["key"] == key
