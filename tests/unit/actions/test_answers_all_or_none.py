"""一次问清 answers are entered all or not at all, for a firm of one's scope; a firm grants itself no title."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from ladder_house import ON
from rules_house import PACKS, firm

from jiqun.actions import answering
from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import HeldFirm
from jiqun.actions.imports import Order
from jiqun.core.errors import InputError, NotAllowed, RowError, RowErrors
from jiqun.ledger.permissions import Actor, Grant, Target
from jiqun.ledger.scopes import Scope

KEY = "enterprise:91330624MA2000001X"
AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
FIRM = Actor(1, "firm", (Grant("enterprise", Scope("enterprise", KEY)),))
OFFICE = Actor(2, "office", (Grant("county_officer", Scope("region", "330624")),))
OTHER = Actor(3, "other", (Grant("county_officer", Scope("region", "330683")),))
ANALYST = Actor(4, "analyst", (Grant("analyst", Scope("region", "330624")),))


@dataclass
class Entered:
    """What came to the gate: each order with its rows."""

    calls: list[tuple[Order, list[dict[str, str]]]] = field(default_factory=list)
    errors: tuple[RowError, ...] = ()

    def take(self, desk: Desk, order: Order, *, by: Actor, at: datetime) -> "Entered":
        with order.path.open(encoding="utf-8", newline="") as stream:
            self.calls.append((order, list(csv.DictReader(stream))))
        return self


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Entered:
    """A gate that takes everything, and a ledger of one firm in 新昌县."""
    made = Entered()
    held = HeldFirm(KEY, firm("330624"), False, {})
    monkeypatch.setattr(answering, "run_import", made.take)
    monkeypatch.setattr(answering, "held_firm", lambda *given, **named: held)
    monkeypatch.setattr(answering.subjects, "target_of", lambda key: TARGET)
    return made


TARGET = Target(subject=KEY, region="330624", groups=frozenset())


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("answers"), PACKS, memory_mb=256)


def answer(desk: Desk, given: Mapping[str, str], *, by: Actor = FIRM, on: date = ON) -> None:
    answering.answer(desk, KEY, given, on=on, by=by, at=AT)


def test_answers_go_through_the_gate_tried_first_then_entered(here: Desk, gate: Entered) -> None:
    answer(
        here,
        {
            "employees": " 30 ",
            "employees@-1": "28",
            "own_brand": "是",
            "segment_years": "",
            "debt_ratio": " ",
        },
    )
    assert [order.dry_run for order, _ in gate.calls] == [True, False]
    assert gate.calls[0][1] == gate.calls[1][1]
    order, rows = gate.calls[1]
    assert (order.source, order.name, order.synthetic) == (
        f"answers-enterprise-{KEY[11:]}",
        "一次问清.csv",
        False,
    )
    assert [(row["indicator"], row["period"], row["value"], row["value_text"], row["unit"]) for row in rows] == [
        ("employee_count", "2025", "30", "", "人"),  # of the last full year before 2026-06-01
        ("employee_count", "2024", "28", "", "人"),
        ("own_brand", "@2026-06-01", "", "是", ""),
    ]  # fmt: skip
    assert {row["subject"] for row in rows} == {KEY} and {row["synthetic"] for row in rows} == {"0"}
    assert not list(here.uploads.glob("answers-*"))  # the file does not stay


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        ({"employees": "many", "own_brand": "是"}, ["employees"]),
        ({"employees": "many", "own_brand": "maybe", "rd_expense_wan": "1"}, ["employees", "own_brand"]),
        ({"wings": "2", "employees": "30"}, ["wings"]),
        ({"employees@-9": "2"}, ["employees@-9"]),
    ],
)
def test_one_wrong_answer_and_none_is_entered(
    here: Desk, gate: Entered, given: dict[str, str], columns: list[str]
) -> None:
    with pytest.raises(RowErrors) as caught:
        answer(here, given)
    assert [one.column for one in caught.value.errors] == columns and gate.calls == []


def test_what_the_gate_refuses_is_told_by_its_column_and_none_is_entered(here: Desk, gate: Entered) -> None:
    gate.errors = (RowError("f.csv", 3, "value", "gate.bad_value", "x", ""),)
    with pytest.raises(RowErrors) as caught:
        answer(here, {"employees": "30", "rd_expense_wan": "5"})
    assert [one.column for one in caught.value.errors] == ["rd_expense_wan"]  # the second row of the file
    assert [order.dry_run for order, _ in gate.calls] == [True] and not list(here.uploads.glob("answers-*"))


@pytest.mark.parametrize("given", [{}, {"employees": "  "}])
def test_nothing_answered_is_said(here: Desk, gate: Entered, given: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        answer(here, given)
    assert caught.value.code == "policy.no_answer" and gate.calls == []


def test_a_firm_does_not_give_itself_a_title_its_office_may_tell_of_one(here: Desk, gate: Entered) -> None:
    told = {"title_zjtx_until": "2027-12-31", "employees": "30"}
    with pytest.raises(InputError) as caught:
        answer(here, told)
    assert (caught.value.code, caught.value.facts["seen"]) == ("ladder.not_asked", "title_zjtx_until")
    assert gate.calls == []
    answer(here, told, by=OFFICE)
    assert len(gate.calls[-1][1]) == 2 and gate.calls[-1][0].source == "answers-region-330624"
    closed = answering.not_asked(here, KEY, by=FIRM) - answering.not_asked(here, KEY, by=OFFICE)
    assert closed and all(
        one.partition("@")[0].endswith("_decided") or one.startswith(("title_", "expert_")) for one in closed
    )
    assert "employees" not in answering.not_asked(here, KEY, by=FIRM)


@pytest.mark.parametrize(("by", "code"), [(OTHER, "auth.scope"), (ANALYST, "auth.role")])
def test_whoever_may_not_answer_is_refused_and_nothing_is_entered(
    here: Desk, gate: Entered, by: Actor, code: str
) -> None:
    assert not answering.can_answer(KEY, by=by) and answering.can_answer(KEY, by=OFFICE)
    with pytest.raises(NotAllowed) as caught:
        answer(here, {"employees": "30"}, by=by)
    assert caught.value.code == code and gate.calls == []
