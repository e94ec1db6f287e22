"""Answers: JSON with decimals as text and Chinese as it is; downloads under Chinese names; queries read with care."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import orjson
import pytest
from django.http import QueryDict
from django.test import RequestFactory

from jiqun.actions.reading.statements import Label
from jiqun.core.facts import Status
from jiqun.web import asking
from jiqun.web.answers import file_response, is_fragment, json_response


@dataclass(frozen=True)
class Told:
    """Everything a context can hold."""

    label: Label
    value: Decimal | None
    status: Status
    on: date
    keys: frozenset[str]
    pairs: tuple[tuple[str, str], ...]


def test_json_keeps_decimals_exact_and_chinese_readable() -> None:
    told = Told(
        Label("集群", "cluster"),
        Decimal("9.190"),
        Status.TARGET,
        date(2024, 3, 14),
        frozenset({"b", "a"}),
        (("x", "y"),),
    )
    response = json_response(told, status=201)
    assert response.status_code == 201
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert "集群" in response.content.decode()
    assert orjson.loads(response.content) == {
        "label": {"zh": "集群", "en": "cluster"}, "value": "9.19", "status": "target", "on": "2024-03-14",
        "keys": ["a", "b"], "pairs": [["x", "y"]],
    }  # fmt: skip


def test_missing_is_null_and_never_zero() -> None:
    assert orjson.loads(json_response({"value": None, "zero": Decimal(0)}).content) == {
        "value": None,
        "zero": "0",
    }


def test_times_are_written_with_their_zone() -> None:
    assert b"+00:00" in json_response({"at": datetime(2026, 1, 1, tzinfo=UTC)}).content


def test_a_download_keeps_its_chinese_name() -> None:
    response = file_response(b"x", name='简报：集群"\r\nX: y.docx', content_type="application/pdf")
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E7%AE%80%E6%8A%A5")
    assert "\n" not in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("headers", "fragment"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_only_htmx_gets_a_fragment(headers: dict[str, str], fragment: bool) -> None:
    assert is_fragment(RequestFactory().get("/", headers=headers)) is fragment


def request(query: str):
    asked = RequestFactory().get("/")
    asked.GET = QueryDict(query)
    return asked


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ("subject", False, 1, "", "", False)),
        (
            "sort=value&dir=desc&page=3&status=target&text=规上&real=1",
            ("value", True, 3, "target", "规上", True),
        ),
        ("sort=drop table&dir=desc&page=-1&status=lie", ("subject", False, 1, "", "", False)),
        ("page=99999999999999999999", ("subject", False, 1, "", "", False)),
        ("page=²", ("subject", False, 1, "", "", False)),
        ("text=a%00b", ("subject", False, 1, "", "ab", False)),
    ],
)
def test_a_table_is_asked_for_with_care(query: str, expected: tuple[object, ...]) -> None:
    ask = asking.table_ask(request(query))
    assert (ask.sort, ask.descending, ask.page, ask.status, ask.text, ask.real) == expected


def test_long_texts_are_cut() -> None:
    assert len(asking.text(request("q=" + "长" * 5000), "q")) == asking.TEXT_MOST


@pytest.mark.parametrize(("size", "rows"), [("100", 100), ("7", 50), ("", 50), ("1000000", 50)])
def test_only_offered_sizes_are_taken(size: str, rows: int) -> None:
    assert asking.table_ask(request(f"size={size}")).size == rows
