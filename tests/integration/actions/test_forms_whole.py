"""The forms of fixtures/forms, each from the file to the facts: one test for all, no code for any of them.

Beside each workbook stands what must come out of it: how it is read, what is proposed, what is asked, which facts are
entered, which totals differ, and which rows wait.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from forms_register import HEADER, code_of, register_rows
from web_house import SYSTEM, House

from jiqun.actions.forms import knowledge, read_form
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.core.facts import plain
from jiqun.lake.facts import FactReader
from jiqun.lake.forms.proposal import Proposal, as_quantity, propose_columns
from jiqun.lake.forms.tables import FormTable

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "forms"
FORMS = sorted(FOLDER.glob("*.json"))


@pytest.fixture
def registered(house: House) -> Iterator[House]:
    """The house with the firms the forms speak of."""
    house.load(HEADER, register_rows(), "register", SYSTEM)
    yield house


def test_there_are_twelve_and_more_and_each_has_its_habits() -> None:
    assert len(FORMS) >= 13
    habits = [habit for path in FORMS for habit in json.loads(path.read_text("utf-8"))["habits"]]
    assert len(set(habits)) >= 40


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_comes_out_as_it_must(registered: House, path: Path) -> None:
    expected = json.loads(path.read_text("utf-8"))
    desk, file = registered.desk, FOLDER / expected["file"]
    form = read_form(desk, file)
    assert [code for code, _ in form.notes] == expected.get("notes", [])
    assert list(form.hidden_sheets) == expected.get("hidden_sheets", [])
    assert len(form.tables) == len(expected["tables"])
    for n, (table, wanted) in enumerate(zip(form.tables, expected["tables"], strict=True)):
        proposal = propose_columns(table, knowledge(desk, "enterprises"), file=file.name)
        _is_read(table, wanted)
        _is_proposed(proposal, wanted)
        order = Order("enterprises", file, f"form{n}", mapping=_settled(proposal, wanted), table=n)
        report = run_import(desk, order, by=SYSTEM, at=desk.now())
        _has_come_in(registered, report, wanted)


def _is_read(table: FormTable, wanted: dict[str, Any]) -> None:
    assert len(table.data) == wanted["rows"]
    assert list(table.header) == wanted.get("header", list(table.header))
    assert [row.label for row in table.totals] == wanted.get("totals", [])
    assert Counter(item.kind for item in table.left_out) == wanted.get("left_out", {})


def _is_proposed(proposal: Proposal, wanted: dict[str, Any]) -> None:
    told = {
        one.column: one.field or " ".join(filter(None, (one.indicator, one.unit, one.period))) or one.role
        for one in proposal.columns
    }
    for column, role in wanted.get("columns", {}).items():
        assert told[column] == role
    asked = {one.column: list(one.asks) for one in proposal.columns if one.asks}
    assert asked == wanted.get("asks", {})
    assert all(0 < one.confidence <= 1 and one.evidence for one in proposal.columns if one.role != "kept")


def _settled(proposal: Proposal, wanted: dict[str, Any]) -> dict[str, object]:
    """The mapping as it is proposed, with what was asked answered."""
    answers = wanted.get("answers", {})
    facts = [
        {**vars(as_quantity(one)), **answers.get(one.column, {})}
        for one in proposal.columns
        if one.role == "quantity" and (not one.asks or one.column in answers)
    ]
    return {**proposal.mapping().as_json(), "facts": facts, "rows": {"without_code": "match"}}


def _has_come_in(house: House, report: ImportReport, wanted: dict[str, Any]) -> None:
    shorts = {f"enterprise:{code_of(short)}": short for short in _firms()}
    rows = FactReader(house.desk.lake).facts(batch=report.batch_id)
    told = [
        f"{shorts[str(row['subject'])]} {row['indicator']} {row['period']} {plain(row['value'])} {row['unit']}"
        for row in rows
    ]
    assert sorted(told) == sorted(wanted["facts"])
    assert report.created == report.updated == 0, "no enterprise was made up, none changed"
    held = {str(fault.row): fault.code for fault in report.errors}
    assert held == wanted.get("held", {})
    assert report.totals_checked == wanted.get("totals_checked", 0)
    differs = [f"{one['cell']} {one['stated']} {one['summed']} {one['difference']}" for one in report.totals]
    assert differs == wanted.get("differs", [])
    assert Counter(flag.code for flag in report.flags) == wanted.get("flags", {})


def _firms() -> tuple[str, ...]:
    from forms_register import FIRMS

    return tuple(FIRMS)
