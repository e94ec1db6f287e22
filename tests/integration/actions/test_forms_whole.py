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
from django.db import transaction
from forms_register import HEADER, code_of, register_rows
from web_house import SYSTEM, House

from jiqun.actions.form_memory import office_of
from jiqun.actions.forms import knowledge, read_form
from jiqun.actions.found_by_name import candidates_in
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.actions.match_lists import written_of
from jiqun.brain.matching import Asked
from jiqun.core.facts import plain
from jiqun.lake.facts import FactReader
from jiqun.lake.forms.proposal import Proposal, as_quantity, propose_columns
from jiqun.lake.forms.tables import FormTable
from jiqun.ledger import name_decisions
from jiqun.ledger.name_decisions import NameDecision

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
    told = proposal.mapping().as_json()
    rows = told.get("rows", {"without_code": "match"})
    return {**told, "facts": facts, "rows": rows}


def _has_come_in(house: House, report: ImportReport, wanted: dict[str, Any]) -> None:
    shorts = {f"enterprise:{code_of(short)}": short for short in _firms()}
    rows = FactReader(house.desk.lake).facts(batch=report.batch_id)
    told = [
        f"{shorts.get(subject, subject)} {row['indicator']} {row['period']} {plain(row['value'])} {row['unit']}"
        for row in rows
        for subject in [str(row["subject"])]
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


def test_a_name_the_office_has_settled_is_not_asked_again(registered: House) -> None:
    """Two firms could be meant: the row waits; once the office has said which, the same file lands there unasked."""
    path = FOLDER / "14-两家都像.json"
    wanted = json.loads(path.read_text("utf-8"))["tables"][0]
    desk, file = registered.desk, FOLDER / "14-两家都像.xlsx"
    table = read_form(desk, file).tables[0]
    mapping = _settled(propose_columns(table, knowledge(desk, "enterprises"), file=file.name), wanted)
    order = Order("enterprises", file, "form", mapping=mapping)
    first = run_import(desk, order, by=SYSTEM, at=desk.now())
    held = {fault.row: fault for fault in first.errors}
    code, name, _ = candidates_in(held[4].allowed)[0]
    for row, subject in ((4, f"enterprise:{code}"), (5, "")):
        said = NameDecision(
            written_of(Asked(row, held[row].seen, region="新昌县")),
            held[row].seen,
            subject,
            "bench",
            desk.now(),
        )
        with transaction.atomic():
            name_decisions.save(office_of(SYSTEM), said)
    second = run_import(desk, order, by=SYSTEM, at=desk.now())
    assert [(fault.row, fault.code) for fault in second.errors] == [(5, "gate.name_unknown")]
    landed = [one for one in second.matched if one["row"] == 4]
    assert [(one["found"], one["score"]) for one in landed] == [(name, 1.0)]
    assert {str(row["subject"]) for row in FactReader(desk.lake).facts(batch=second.batch_id)} == {
        f"enterprise:{code}"
    }
