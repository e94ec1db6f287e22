"""Facts: their words, their subject addresses, and the identity that makes an import idempotent."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.core.facts import (
    COLUMNS,
    SUBJECT_KINDS,
    Bound,
    Fact,
    Status,
    SubjectKey,
    content_hash,
    fact_id,
    natural_key,
    plain,
)
from jiqun.core.units import Kind

FACT = Fact(
    id="", subject="cluster:415x", indicator="revenue", period="2024", period_inferred=False,
    value=Decimal("9.19"), value_high=None, bound=Bound.EXACT, value_text="", unit="万亿元", kind=Kind.LEVEL,
    scope="规上工业", breakdown="", status=Status.ACTUAL, attributed_to="", source="002", locator="L120",
    quote="营业收入9.19万亿元", note="", base_value=Decimal(91900), base_value_high=None,
    recorded_at=datetime(2025, 3, 1, tzinfo=UTC), batch="b1", row_no=2, file="002.csv",
)  # fmt: skip


def test_the_columns_are_fields_of_the_fact_in_the_agreed_order() -> None:
    assert len(COLUMNS) == 18
    assert COLUMNS[:3] == ("subject", "indicator", "period")
    assert set(COLUMNS) <= set(Fact.__dataclass_fields__)


def test_an_id_is_f_and_nineteen_hex_digits() -> None:
    key = fact_id(FACT, is_document=True)
    assert len(key) == 20
    assert key[0] == "f"
    int(key[1:], 16)


@pytest.mark.parametrize(
    "change",
    [{"subject": "cluster:x"}, {"indicator": "gdp"}, {"period": "2023"}, {"scope": ""}, {"breakdown": "size=大"},
     {"status": Status.TARGET}, {"attributed_to": "詹敏"}, {"source": "003"}],
)  # fmt: skip
def test_each_part_of_the_natural_key_counts(change: dict[str, object]) -> None:
    other = replace(FACT, **change)  # type: ignore[arg-type]
    assert natural_key(other, is_document=False) != natural_key(FACT, is_document=False)
    assert content_hash(other, is_document=False) == content_hash(FACT, is_document=False)
    assert fact_id(other, is_document=False) != fact_id(FACT, is_document=False)


@pytest.mark.parametrize(
    "change",
    [{"value": Decimal("9.2")}, {"value_high": Decimal(10)}, {"bound": Bound.ABOVE}, {"value_text": "约"},
     {"unit": "亿元"}, {"kind": Kind.SHARE}, {"quote": "x"}, {"note": "x"}, {"period_inferred": True},
     {"value": None}, {"synthetic": True}],
)  # fmt: skip
def test_each_part_of_the_content_counts(change: dict[str, object]) -> None:
    other = replace(FACT, **change)  # type: ignore[arg-type]
    assert natural_key(other, is_document=True) == natural_key(FACT, is_document=True)
    assert content_hash(other, is_document=True) != content_hash(FACT, is_document=True)


@pytest.mark.parametrize(
    "change",
    [{"recorded_at": datetime(2026, 1, 1, tzinfo=UTC)}, {"row_no": 9}, {"file": "b.csv"}, {"id": "f1"},
     {"supersedes": "f0"}, {"base_value": None}, {"value": Decimal("9.1900")}, {"value": Decimal("919E-2")}],
)  # fmt: skip
def test_what_is_not_said_by_the_source_does_not_count(change: dict[str, object]) -> None:
    other = replace(FACT, **change)  # type: ignore[arg-type]
    assert fact_id(other, is_document=True) == fact_id(FACT, is_document=True)


def test_the_batch_counts_in_the_id_alone() -> None:
    other = replace(FACT, batch="b2")
    assert content_hash(other, is_document=True) == content_hash(FACT, is_document=True)
    assert fact_id(other, is_document=True) != fact_id(FACT, is_document=True)


def test_the_place_is_key_in_a_document_and_content_in_a_list() -> None:
    moved = replace(FACT, locator="L999")
    assert natural_key(moved, is_document=True) != natural_key(FACT, is_document=True)
    assert natural_key(moved, is_document=False) == natural_key(FACT, is_document=False)
    assert content_hash(moved, is_document=True) == content_hash(FACT, is_document=True)
    assert content_hash(moved, is_document=False) != content_hash(FACT, is_document=False)


def test_fields_do_not_run_into_each_other() -> None:
    a = replace(FACT, scope="ab", breakdown="c")
    b = replace(FACT, scope="a", breakdown="bc")
    assert fact_id(a, is_document=True) != fact_id(b, is_document=True)


@pytest.mark.parametrize(
    ("text", "bound"),
    [("=", "="), ("", "="), ("==", "="), (">=", "≥"), ("≥", "≥"), ("<=", "≤"), ("~", "≈"), ("≈", "≈"), (">", ">"),
     ("＞", ">"), ("<", "<"), ("range", "range"), (" ≥ ", "≥")],
)  # fmt: skip
def test_bounds(text: str, bound: str) -> None:
    assert Bound.parse(text) == bound


@pytest.mark.parametrize("text", ["约", "≧≧", "=>", "RANGE", "between"])
def test_other_bounds_are_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Bound.parse(text)
    assert caught.value.code == "gate.bad_bound"
    assert caught.value.facts["allowed"] == "= ≥ > ≈ < ≤ range"


def test_statuses() -> None:
    assert [Status.parse(text) for text in ("actual", "target", "estimate", "claim")] == list(Status)
    with pytest.raises(InputError, match=r"gate\.bad_status"):
        Status.parse("done")


@pytest.mark.parametrize("kind", SUBJECT_KINDS)
def test_every_kind_of_subject_has_an_address(kind: str) -> None:
    key = SubjectKey.parse(f"{kind}:x")
    assert (key.kind, key.key, str(key)) == (kind, "x", f"{kind}:x")


def test_an_enterprise_may_be_addressed_by_name() -> None:
    assert SubjectKey.parse("enterprise:某某: 有限公司").key == "某某: 有限公司"


@pytest.mark.parametrize(
    "text", ["", "region", "region:", "region: ", "Region:330000", "company:x", ":x", "region：x"]
)
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"gate\.bad_subject"):
        SubjectKey.parse(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [("1", "1"), ("1.0", "1"), ("100", "100"), ("1E+2", "100"), ("0.10", "0.1"), ("-0", "0"), ("-0.00", "0"),
     ("-33", "-33"), ("0", "0"), ("0.000001", "0.000001"), ("1E-6", "0.000001")],
)  # fmt: skip
def test_a_number_has_one_spelling(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


def test_no_number_has_no_spelling() -> None:
    assert plain(None) == ""


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_the_spelling_keeps_the_value(value: Decimal) -> None:
    assert Decimal(plain(value)) == value
    assert "E" not in plain(value)
