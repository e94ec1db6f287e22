"""Rows that are alike 同样的行: what they share is read once, and no row is judged otherwise for the rows before it."""

from collections.abc import Mapping

import pytest
from gate_rows import fact_gate, fact_row
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.indicators import IndicatorTable
from jiqun.core.units import UnitTable
from jiqun.lake.gate_facts import FactGate

KEY = "enterprise:91330624MA2000001X"
SUBJECTS = [
    "region:330624",
    " region:330624 ",
    KEY,
    "place:330624",
    "region:1\t2",
    "region:" + "长" * 200,
    "",
]
VALUES = [
    "12.5",
    "-3",
    "１２",
    "5%",
    "1e30",
    "0.0000001",
    "是",
    " √ ",
    "2027/12/31",
    "省级",
    "many",
    "",
    "2\x00",
    "9" * 401,
]
TEXTS = ["", "约十二亿", "否", "字" * 401, "\ud800"]
CELLS = {
    "subject": SUBJECTS,
    "indicator": [
        "revenue",
        "digital_coverage",
        "cluster_rank",
        "above_scale",
        "title_zjtx_until",
        "rd_institution",
        "no",
    ],
    "period": ["2024", "@2026-05", "2099", "去年"],
    "value": VALUES,
    "value_high": ["", " ", "13"],
    "value_text": TEXTS,
    "bound": ["", "=", ">=", "range", "?"],
    "unit": ["", "亿元", "万元", "%", "位", "斤"],
    "period_inferred": ["", "1", "maybe"],
    "scope": ["", "规上", "字" * 401],
    "source": ["", "000", "office"],
    "locator": ["", "L1", "L2\x00"],
    "recorded_at": ["", "2026-11-01", "2031-01-01"],
    "+1": ["", "more"],
}
ROWS = st.fixed_dictionaries(
    {name: st.sampled_from(CELLS[name]) for name in CELLS if name in fact_row()},
    optional={name: st.sampled_from(cells) for name, cells in CELLS.items() if name not in fact_row()},
)
SOUND = (
    fact_row(), fact_row(indicator="digital_coverage", unit="%"), fact_row(indicator="above_scale", value="是", unit=""),
    fact_row(indicator="title_zjtx_until", value="从未", unit=""), fact_row(source="000"),
    fact_row(indicator="rd_institution", value="省级", unit=""),
)  # fmt: skip
"""Rows of every sort of frame; what is drawn below differs from them where a frame leaves room."""
LOOSE = st.fixed_dictionaries(
    {"subject": st.sampled_from(SUBJECTS), "value": st.sampled_from(VALUES)},
    optional={name: st.sampled_from(CELLS[name]) for name in ("value_text", "value_high", "locator", "+1")},
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        ROWS | st.builds(lambda sound, loose: sound | loose, st.sampled_from(SOUND), LOOSE), max_size=20
    )
)
def test_a_row_is_judged_as_if_no_row_had_stood_before_it(
    indicators: IndicatorTable, units: UnitTable, rows: list[dict[str, str]]
) -> None:
    used = fact_gate(indicators, units)
    for row in SOUND:
        assert used.read(1, row)[0] is not None
    for number, row in enumerate(rows, start=2):
        assert used.read(number, row) == fact_gate(indicators, units).read(number, row)


def test_rows_that_are_alike_are_read_whole_once_and_frames_are_not_kept_without_end(
    indicators: IndicatorTable, units: UnitTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = fact_gate(indicators, units)
    whole: list[int] = []
    read_whole = FactGate._read_whole

    def counted(self: FactGate, number: int, row: Mapping[str, str]) -> object:
        whole.append(number)
        return read_whole(self, number, row)

    monkeypatch.setattr(FactGate, "_read_whole", counted)
    for number in range(2, 40, 2):
        fact, faults = gate.read(number, fact_row(subject=f"enterprise:{number}", value=str(number)))
        assert (
            fact is not None and (fact.value, fact.subject) == (number, f"enterprise:{number}") and not faults
        )
        told, faults = gate.read(
            number + 1, fact_row(indicator="above_scale", value="01"[number % 4 // 2], unit="")
        )
        assert (
            told is not None
            and (told.value, told.value_text) == (None, "否是"[number % 4 // 2])
            and not faults
        )
    assert whole == [2, 3]
    monkeypatch.setattr("jiqun.lake.gate_facts.FRAMES_KEPT", 3)
    for year in range(1990, 2020):
        gate.read(year, fact_row(period=str(year)))
    assert len(gate._frames) <= 3
