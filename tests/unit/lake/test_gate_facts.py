"""The gate for facts: every word, unit, kind, period and range that may stand in a cell, and every one that may not."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from gate_rows import NOW, PACKS, fact_gate, fact_row
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError, RowError
from jiqun.core.facts import Bound, Fact, Status, content_hash, fact_id, natural_key, plain
from jiqun.core.indicators import IndicatorTable
from jiqun.core.messages import Messages
from jiqun.core.units import Kind, UnitTable
from jiqun.lake.gate_facts import FactGate, JudgedFacts, parse_instant
from jiqun.lake.mapping import table_fields

FIELDS = tuple(field.name for field in table_fields(PACKS, "fact"))


@pytest.fixture(scope="module")
def gate(indicators: IndicatorTable, units: UnitTable) -> FactGate:
    return fact_gate(indicators, units)


def judged(gate: FactGate, *rows: Mapping[str, str]) -> JudgedFacts:
    return gate.judge(list(enumerate(rows, start=2)))


def accepted(gate: FactGate, **changed: str) -> Fact:
    found = judged(gate, fact_row(**changed))
    assert found.faults == []
    return found.accepted[0]


def faults_of(gate: FactGate, **changed: str) -> list[RowError]:
    found = judged(gate, fact_row(**changed))
    assert found.accepted == []
    assert found.held == {2: fact_row(**changed)}
    return found.faults


# what gets in


def test_a_plain_row_is_an_actual_exact_value_of_the_indicators_kind_recorded_now(gate: FactGate) -> None:
    fact = accepted(gate)
    assert (fact.value, fact.value_high, fact.bound, fact.unit, fact.kind) == (
        Decimal("12.5"), None, Bound.EXACT, "亿元", Kind.LEVEL,
    )  # fmt: skip
    assert (fact.status, fact.source, fact.scope, fact.recorded_at) == (Status.ACTUAL, "sheet", "", NOW)
    assert (fact.batch, fact.file, fact.row_no, fact.synthetic, fact.supersedes) == (
        "b1",
        "facts.csv",
        2,
        False,
        None,
    )
    assert fact.id == fact_id(fact, is_document=False)


def test_every_column_finds_its_place(gate: FactGate) -> None:
    told = {
        "period_inferred": "1", "value_text": " 近200项 ", "bound": "约", "scope": "规上工业", "breakdown": "industry=轴承",
        "attributed_to": "詹敏", "source": "000", "locator": "L12", "quote": "营收12.5亿元", "note": "含合作区",
    }  # fmt: skip
    fact = accepted(gate, **(told | {"bound": "≈"}))
    for name in ("scope", "breakdown", "attributed_to", "source", "locator", "quote", "note"):
        assert getattr(fact, name) == told[name]
    assert (fact.value_text, fact.period_inferred, fact.bound) == ("近200项", True, Bound.ABOUT)


@pytest.mark.parametrize("written", ["=", "≥", ">", "≈", "<", "≤", ">=", "<=", "~", "", "＞"])
def test_every_bound_is_taken(gate: FactGate, written: str) -> None:
    assert accepted(gate, bound=written).bound in Bound


def test_a_range_has_two_ends(gate: FactGate) -> None:
    fact = accepted(gate, bound="range", value="1,000", value_high="1500", unit="万元")
    assert (fact.value, fact.value_high, fact.base_value, fact.base_value_high) == (
        Decimal(1000), Decimal(1500), Decimal("0.1"), Decimal("0.15"),
    )  # fmt: skip


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_taken(gate: FactGate, status: Status) -> None:
    assert accepted(gate, status=status.value).status is status


@pytest.mark.parametrize(
    "period",
    ["2024", "2024H1", "2024Q3", "2024-03", "2024-01..2024-04", "2022..2024", "2024-03-14..2024-05-01", "@2024-03-14",
     "@2024-03", "@2024", " 2024 "],
)  # fmt: skip
def test_every_form_of_period_is_taken(gate: FactGate, period: str) -> None:
    assert accepted(gate, period=period).period == period.strip()


@pytest.mark.parametrize(
    ("indicator", "unit", "value", "base"),
    [
        ("revenue", "万元", "125000", "12.5"), ("revenue", "万亿元", "9.19", "91900"), ("revenue", "亿 元", "1", "1"),
        ("enterprise_count", "万家", "1.2", "12000"), ("enterprise_count", "个", "3", "3"),
        ("digital_coverage", "%", "75", "75"), ("revenue_growth", "%", "-33", "-33"), ("cluster_rank", "位", "1", "1"),
    ],
)  # fmt: skip
def test_values_are_kept_as_stated_and_in_the_indicators_unit(
    gate: FactGate, indicator: str, unit: str, value: str, base: str
) -> None:
    fact = accepted(gate, indicator=indicator, unit=unit, value=value)
    assert (fact.value, fact.base_value) == (Decimal(value), Decimal(base))


@pytest.mark.parametrize("written", ["75%", "75 ％", "75"])
def test_a_percent_sign_may_stand_behind_a_percentage(gate: FactGate, written: str) -> None:
    assert accepted(gate, indicator="digital_coverage", unit="%", value=written).value == Decimal(75)


def test_a_statement_in_words_needs_no_number(gate: FactGate) -> None:
    fact = accepted(gate, indicator="digital_coverage", unit="%", value="", value_text="全覆盖")
    assert (fact.value, fact.base_value, fact.value_text) == (None, None, "全覆盖")


@pytest.mark.parametrize("said", ["1", "true", "TRUE", "是", "Yes"])
def test_made_up_rows_are_marked_however_it_is_written(gate: FactGate, said: str) -> None:
    assert accepted(gate, synthetic=said).synthetic
    assert not accepted(gate, synthetic="0").synthetic


def test_a_made_up_file_makes_every_row_made_up(indicators: IndicatorTable, units: UnitTable) -> None:
    gate = fact_gate(indicators, units, synthetic=True)
    assert accepted(gate, synthetic="0").synthetic


def test_subjects_are_read_under_todays_key(indicators: IndicatorTable, units: UnitTable) -> None:
    gate = fact_gate(indicators, units, known={"region:330621": "region:330603"})
    assert accepted(gate, subject=" region:330621 ").subject == "region:330603"
    (fault,) = faults_of(gate, subject="region:999999")
    assert (fault.code, fault.seen) == ("gate.unknown_subject", "region:999999")


# when the ledger learnt it


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2024-03-01T08:00:00+08:00", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024-03-01T08:00:00", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024-03-01", datetime(2024, 2, 29, 16, tzinfo=UTC)),
        ("2024-03-01 00:00:00Z", datetime(2024, 3, 1, tzinfo=UTC)),
    ],
)
def test_an_older_ledger_brings_its_own_time_of_recording(
    gate: FactGate, written: str, instant: datetime
) -> None:
    assert accepted(gate, recorded_at=written).recorded_at == instant


@given(st.datetimes(min_value=datetime(1900, 1, 2), timezones=st.timezones()))
def test_an_instant_reads_back_as_itself(at: datetime) -> None:
    assert parse_instant(at.isoformat()).astimezone(UTC) == at.astimezone(UTC)


def test_what_is_no_instant_says_so() -> None:
    for text in ("", "昨天", "2024-02-30", "24:00"):
        with pytest.raises(InputError) as caught:
            parse_instant(text)
        assert caught.value.code == "gate.bad_instant"


# every fault with a row


@pytest.mark.parametrize(
    ("changed", "code", "column"),
    [
        ({"subject": ""}, "gate.bad_subject", "subject"),
        ({"subject": "planet:mars"}, "gate.bad_subject", "subject"),
        ({"subject": "enterprise:" + "厂" * 200}, "gate.text_too_long", "subject"),
        ({"indicator": ""}, "gate.unknown_indicator", "indicator"),
        ({"indicator": "happiness"}, "gate.unknown_indicator", "indicator"),
        ({"period": ""}, "gate.bad_period", "period"),
        ({"period": "2024年"}, "gate.bad_period", "period"),
        ({"period": "2024Q5"}, "gate.bad_period", "period"),
        ({"period": "2024-04..2024-01"}, "gate.bad_period", "period"),
        ({"period": "9999"}, "gate.bad_period", "period"),
        ({"period": "1899"}, "gate.date_too_early", "period"),
        ({"period": "2027"}, "gate.date_in_future", "period"),
        ({"period": "@2026"}, "gate.date_in_future", "period"),
        ({"period": "2027", "status": "claim"}, "gate.date_in_future", "period"),
        ({"status": "wish"}, "gate.bad_status", "status"),
        ({"bound": "多"}, "gate.bad_bound", "bound"),
        ({"value": ""}, "gate.value_missing", "value"),
        ({"value": "12.5亿"}, "gate.bad_number", "value"),
        ({"value": "七成"}, "gate.bad_number", "value"),
        ({"value": "75%"}, "gate.bad_number", "value"),
        ({"value": "12,5"}, "gate.bad_number", "value"),
        ({"value": "NaN"}, "gate.bad_number", "value"),
        ({"value": "1_000"}, "gate.bad_number", "value"),
        ({"value": "1" + "0" * 22}, "gate.out_of_range", "value"),
        ({"value": "0.1234567"}, "gate.out_of_range", "value"),
        ({"value": "1" + "0" * 21, "unit": "万亿元"}, "gate.out_of_range", "value"),
        ({"bound": "range"}, "gate.bad_range", "value_high"),
        ({"value_high": "20"}, "gate.bad_range", "value_high"),
        ({"bound": "range", "value_high": "12.5"}, "gate.bad_range", "value_high"),
        ({"bound": "range", "value": "", "value_high": "5", "value_text": "至5"}, "gate.bad_range", "value_high"),
        ({"bound": "range", "value_high": "很多"}, "gate.bad_number", "value_high"),
        ({"unit": ""}, "gate.unknown_unit", "unit"),
        ({"unit": "亿圆"}, "gate.unknown_unit", "unit"),
        ({"unit": "家"}, "gate.unit_mismatch", "unit"),
        ({"kind": "sum"}, "gate.unknown_kind", "kind"),
        ({"kind": "growth"}, "gate.kind_mismatch", "kind"),
        ({"indicator": "digital_coverage", "unit": "%", "value": "-1"}, "gate.negative", "value"),
        ({"indicator": "cluster_rank", "unit": "位", "value": "1.5"}, "gate.out_of_range", "value"),
        ({"period_inferred": "也许"}, "gate.bad_flag", "period_inferred"),
        ({"synthetic": "ja"}, "gate.bad_flag", "synthetic"),
        ({"quote": "引" * 41}, "gate.quote_too_long", "quote"),
        ({"note": "注" * 401}, "gate.text_too_long", "note"),
        ({"source": "s" * 81}, "gate.text_too_long", "source"),
        ({"scope": "规\x1f上"}, "gate.control_character", "scope"),
        ({"recorded_at": "昨天"}, "gate.bad_instant", "recorded_at"),
        ({"recorded_at": "2026-11-22"}, "gate.date_in_future", "recorded_at"),
        ({"recorded_at": "0001-01-01"}, "gate.date_too_early", "recorded_at"),
        ({"+1": "多余"}, "gate.too_many_cells", ""),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_file_row_and_column(
    gate: FactGate, messages: Messages, changed: dict[str, str], code: str, column: str
) -> None:
    (fault, *more) = faults_of(gate, **changed)
    assert (fault.file, fault.row, fault.column, fault.code) == ("facts.csv", 2, column, code)
    assert {one.code for one in more} <= {"gate.bad_range"}
    assert {messages.sentence(fault, lang) for lang in ("zh", "en")}.isdisjoint({"", code})


def test_a_rank_is_a_whole_number_from_one(gate: FactGate) -> None:
    codes = [fault.code for fault in faults_of(gate, indicator="cluster_rank", unit="位", value="-1")]
    assert codes == ["gate.negative", "gate.out_of_range"]


def test_a_source_is_needed(indicators: IndicatorTable, units: UnitTable) -> None:
    (fault,) = faults_of(fact_gate(indicators, units, source=""))
    assert (fault.code, fault.column) == ("gate.source_missing", "source")


def test_all_faults_of_a_row_are_told_at_once(gate: FactGate) -> None:
    row = {
        "subject": "?",
        "indicator": "?",
        "period": "?",
        "value": "?",
        "unit": "?",
        "bound": "?",
        "status": "?",
        "kind": "?",
    }
    codes = {fault.column: fault.code for fault in faults_of(gate, **row)}
    assert list(codes) == ["indicator", "subject", "period", "status", "bound", "value", "unit", "kind"]


def test_targets_may_lie_ahead_and_a_period_under_way_is_no_future(gate: FactGate) -> None:
    assert accepted(gate, period="@2035", status="target")
    assert accepted(gate, period="2027", status="estimate")
    assert accepted(gate, period="2026")
    assert accepted(gate, period="@2026-11-21")


def test_a_clock_a_little_fast_is_forgiven(gate: FactGate) -> None:
    assert accepted(gate, recorded_at=(NOW + timedelta(minutes=4)).isoformat())


# duplicates


def test_the_same_statement_twice_counts_once_and_is_flagged(gate: FactGate) -> None:
    found = judged(gate, fact_row(), fact_row(), fact_row(period="2023"))
    assert [fact.row_no for fact in found.accepted] == [2, 4]
    assert [(flag.code, flag.row, flag.allowed) for flag in found.flagged] == [
        ("gate.duplicate_row", 3, "row 2")
    ]
    assert found.held == {}


def test_two_values_for_one_statement_leave_the_second_in_quarantine(gate: FactGate) -> None:
    found = judged(gate, fact_row(), fact_row(value="13"), fact_row(unit="万元"))
    assert [fact.row_no for fact in found.accepted] == [2]
    assert [(fault.code, fault.row, fault.allowed) for fault in found.faults] == [
        ("gate.conflicting_row", 3, "row 2"), ("gate.conflicting_row", 4, "row 2"),
    ]  # fmt: skip
    assert found.held == {3: fact_row(value="13"), 4: fact_row(unit="万元")}


def test_in_a_document_the_place_tells_two_statements_apart(gate: FactGate) -> None:
    rows = [fact_row(source="000", locator=place, value=value) for place, value in (("L1", "1"), ("L2", "2"))]
    assert len(judged(gate, *rows).accepted) == 2
    assert len(judged(gate, *(row | {"source": "sheet"} for row in rows)).accepted) == 1


def test_an_older_ledger_may_tell_one_statement_as_it_changed(gate: FactGate) -> None:
    found = judged(gate, fact_row(recorded_at="2024-01-01"), fact_row(value="13", recorded_at="2024-06-01"))
    assert len(found.accepted) == 2


# what is exported comes back


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_a_fact_says_survives_being_written_out_and_read_again(
    gate: FactGate, data: st.DataObject
) -> None:
    texts = ("value_text", "scope", "breakdown", "attributed_to", "locator", "quote", "note")
    words = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).map(
        str.strip
    )
    value = data.draw(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
    row = fact_row(
        value=plain(value), bound=data.draw(st.sampled_from([b.value for b in Bound if b is not Bound.RANGE])),
        status=data.draw(st.sampled_from([s.value for s in Status])),
        **{name: data.draw(words) for name in texts},
    )  # fmt: skip
    fact = accepted(gate, **row)
    out = io.StringIO()
    writer = csv.DictWriter(out, FIELDS)
    writer.writeheader()
    cells = {name: getattr(fact, name) for name in FIELDS}
    cells |= {"value": plain(fact.value), "value_high": "", "period_inferred": "0", "synthetic": "0"}
    writer.writerow(cells | {"recorded_at": fact.recorded_at.isoformat()})
    (again,) = csv.DictReader(io.StringIO(out.getvalue()))
    assert replace(accepted(gate, **again), row_no=fact.row_no) == fact


# any text in any cell


ODD = (
    "range",
    "1e400",
    "-0",
    "@2024",
    "9" * 40,
    "0001-01-01",
    "9999-12-31T23:59:59-12:00",
    "\x00",
    "\ud800",
    "万亿元",
    "rank",
)
CELLS = st.dictionaries(st.sampled_from([*FIELDS, "+1"]), st.text(max_size=25) | st.sampled_from(ODD))


@settings(max_examples=250, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=4))
def test_any_text_is_taken_in_or_held_with_its_reasons(
    gate: FactGate, messages: Messages, rows: list[dict[str, str]]
) -> None:
    found = judged(gate, *(fact_row(**changed) for changed in rows))
    repeated = [flag for flag in found.flagged if flag.code == "gate.duplicate_row"]
    assert len(found.accepted) + len(found.held) + len(repeated) == len(rows)
    assert {fault.row for fault in found.faults} == set(found.held)
    for fault in (*found.faults, *found.flagged):
        assert (fault.file, fault.code in messages, fault.column in (*FIELDS, "+1", "")) == (
            "facts.csv",
            True,
            True,
        )
    for fact in found.accepted:
        assert fact.recorded_at.date() >= date(1899, 12, 31)
        assert content_hash(fact, is_document=False)
        assert "\x00" not in natural_key(fact, is_document=True)


def test_every_code_of_the_gate_has_a_sentence_in_both_languages(messages: Messages) -> None:
    """Every code written in the rooms that take files in, found in their source."""
    source = PACKS.parent / "src" / "jiqun"
    rooms = [
        *(source / "lake").glob("*.py"),
        *(source / "core").glob("*.py"),
        *(source / "actions").glob("*.py"),
    ]
    codes = {
        code for path in rooms for code in re.findall(r'"(gate\.\w+)"', path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 40
    assert {code for code in codes if code not in messages} == set()
    for code in codes:
        for lang in ("zh", "en"):
            assert messages.what(code, lang)
            assert messages.next_step(code, lang)
