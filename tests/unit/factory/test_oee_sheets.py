"""Files of events and shifts: Chinese or English headers, counters with resets, every bad cell at once."""

from fractions import Fraction
from pathlib import Path

import pytest
from factory_house import at

from jiqun import settings
from jiqun.core.errors import RowErrors
from jiqun.factory.instants import DAY, MINUTE, SECOND
from jiqun.factory.oee.practice import Practice
from jiqun.factory.oee.sheet import Sheet, cycles_of, events_of
from jiqun.factory.oee.shift_sheet import shifts_of

PACKS: Path = settings.PACKS_DIR
PRACTICE = Practice.load(PACKS / "factory" / "oee.toml")


def table(text: str) -> list[tuple[int, list[str]]]:
    return [(n, line.split(",")) for n, line in enumerate(text.strip().splitlines(), start=1)]


def read(text: str, **cycles: int) -> Sheet:
    known = {(product, ""): Fraction(seconds * SECOND) for product, seconds in cycles.items()}
    return events_of(table(text), PRACTICE, packs=PACKS, file="e.csv", cycles=known)


def errors(text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(RowErrors) as refused:
        read(text)
    return [(one.row, one.column, one.code) for one in refused.value.errors]


@pytest.mark.parametrize(
    "header",
    ["machine,from,to,state,reason,produced,good", "设备,开始时间,结束时间,状态,停机原因,产量,良品数"],
)
def test_headers_in_either_language(header: str) -> None:
    found = read(header + "\nM1,2026-11-02 08:00,2026-11-02 09:00,运行,,60,58")
    assert [(one.machine, one.start, one.end, one.kind) for one in found.events] == [
        ("M1", at(480), at(540), "run")
    ]
    assert [(one.produced, one.good, one.scrap) for one in found.counts] == [(60, 58, 2)]


def test_an_open_end_goes_on_until_the_next_row() -> None:
    found = read("machine,from,to,state\nM1,2026-11-02 08:00,,run\nM1,2026-11-02 09:00,2026-11-02 10:00,down")
    assert found.events[0].end == found.events[1].start


def test_counters_go_on_from_row_to_row_and_begin_anew_after_a_reset() -> None:
    found = read("""
machine,from,to,state,counter_start,counter_end
M1,2026-11-02 08:00,2026-11-02 09:00,run,100,160
M1,2026-11-02 09:00,2026-11-02 10:00,run,,200
M1,2026-11-02 10:00,2026-11-02 11:00,run,,30
M2,2026-11-02 10:00,2026-11-02 11:00,run,,500
""")
    assert [(one.produced, one.resets) for one in found.counts] == [(60, 0), (40, 0), (30, 1), (None, 0)]


def test_a_cycle_of_the_row_goes_before_that_of_the_product() -> None:
    text = """
machine,from,to,state,product,ideal_cycle_s,produced
M1,2026-11-02 08:00,2026-11-02 09:00,run,P,2.4,5
M1,2026-11-02 09:00,2026-11-02 10:00,run,P,,5
"""
    assert [one.cycle for one in read(text, P=3).counts] == [Fraction(24, 10) * SECOND, 3 * SECOND]


def test_cycles_of_a_file_of_products() -> None:
    rows = table("产品,理论节拍(秒),设备\nP,2.5,\nP,3,M1")
    assert cycles_of(rows, packs=PACKS, file="p.csv") == {("P", ""): 2_500_000, ("P", "M1"): 3_000_000}


def test_every_bad_cell_is_told_at_once() -> None:
    assert errors("""
machine,from,to,state,produced,good,scrap
,2026-11-02 08:00,2026-11-02 07:00,run,-3,,
A,2026-13-02 08:00,2026-11-02 10:00,dancing,x,,
A,2026-11-02 10:00,2026-11-02 12:00,run,10,9,5
A,2026-11-02 11:00,,run,,,
""") == [
        (2, "machine", "factory.empty_cell"), (2, "produced", "factory.bad_number"), (2, "to", "oee.ends_before"),
        (3, "produced", "factory.bad_number"), (3, "from", "factory.bad_instant"), (3, "state", "oee.unknown_state"),
        (4, "to", "oee.overlap"), (5, "to", "oee.open_end"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("machine,from,to\nM1,2026-11-02 08:00,2026-11-02 09:00", "factory.column_missing"),
        ("machine,设备,from,to,state\nM1,M1,2026-11-02 08:00,2026-11-02 09:00,run", "factory.column_twice"),
        ("machine,from,to,state", "factory.empty_file"),
        ("machine,from,to,state\nM1,2026-11-02 08:00,2026-11-02 09:00,run,more", "factory.ragged_row"),
        ("machine,from,to,state,produced,good,scrap\nM1,2026-11-02 08:00,2026-11-02 09:00,run,10,9,2", "oee.more_than_made"),
        ("machine,line,from,to,state\nM,L,2026-11-02 08:00,2026-11-02 09:00,run\nM,K,2026-11-02 09:00,2026-11-02 10:00,run",
         "oee.two_lines"),
        ("machine,from,to,state,produced\nM1,2026-11-02 08:00,2026-11-02 09:00,run,nan", "factory.bad_number"),
        ("machine,from,to,state,produced\nM1,2026-11-02 08:00,2026-11-02 09:00,run,1e40", "factory.bad_number"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, code: str) -> None:
    assert code in [found for _, _, found in errors(text)]


def test_a_column_nobody_knows_is_told_and_left_out() -> None:
    found = read("machine,from,to,state,操作员\nM1,2026-11-02 08:00,2026-11-02 09:00,run,张三")
    assert [(one.code, one.seen) for one in found.remarks] == [("factory.column_unknown", "操作员")]


def test_shifts_across_midnight_with_a_break_after_it() -> None:
    found = shifts_of(
        table("班次,开始,结束,休息,星期\n夜,20:00,04:00,23:50-00:10;02:00-02:15,1-5"),
        packs=PACKS,
        file="s.csv",
    )
    assert (found[0].start, found[0].end) == (1200 * MINUTE, 1680 * MINUTE)
    assert found[0].breaks == ((1430 * MINUTE, 1450 * MINUTE), (1560 * MINUTE, 1575 * MINUTE))
    assert found[0].weekdays == {1, 2, 3, 4, 5}


def test_a_day_without_a_shift_and_a_shift_by_whole_instants() -> None:
    found = shifts_of(table("""
shift,date,start,end
放假,2026-11-03,,
加班,,2026-11-08 20:00,2026-11-09 04:00
"""), packs=PACKS, file="s.csv")  # fmt: skip
    assert found[0].start == found[0].end
    assert (found[1].day.isoformat(), found[1].end - found[1].start) == ("2026-11-08", 480 * MINUTE)  # type: ignore[union-attr]
    assert shifts_of(table("shift,start,end\nA,00:00,24:00"), packs=PACKS, file="s")[0].end == DAY


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A,08:00,16:00,12:00-13:00-14:00,", "oee.bad_breaks"),
        ("A,08:00,16:00,16:00-17:00,", "oee.break_outside"),
        ("A,08:00,16:00,,8", "oee.bad_weekdays"),
        ("A,8 o'clock,16:00,,", "factory.bad_clock"),
        ("A,,16:00,,", "factory.empty_cell"),
    ],
)
def test_a_calendar_that_cannot_be_read(row: str, code: str) -> None:
    with pytest.raises(RowErrors) as refused:
        shifts_of(table("shift,start,end,breaks,weekdays\n" + row), packs=PACKS, file="s.csv")
    assert [one.code for one in refused.value.errors] == [code]
