"""报送核验 judging an answer: each cell through the gate's rules, then what the form, the past and the neighbours say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from jiqun.actions import imports_facts
from jiqun.actions.collecting import cells_of
from jiqun.actions.collecting_known import Beforehand, Neighbours, beforehand, neighbours
from jiqun.actions.desk import Desk
from jiqun.actions.imports import Order
from jiqun.brain.collecting.checks import ERROR, Beside, Finding, look_over, open_warnings
from jiqun.brain.collecting.forms import Cell, period_of
from jiqun.core.errors import RowError
from jiqun.core.facts import QUOTE_LIMIT, Fact, plain
from jiqun.core.periods import Period
from jiqun.lake.cell_words import NOTHING
from jiqun.lake.gate_facts import FactGate
from jiqun.ledger import batches, collection_answers, subjects
from jiqun.ledger.collection_answers import Answer
from jiqun.ledger.collections import Collection
from jiqun.ledger.permissions import Actor

WITHDRAWN = "已撤回 withdrawn"
Place = tuple[str, str]


@dataclass
class Judged:
    """One answer as it would be sent.

    values    cell → value in the cell's unit; None where nothing is said
    facts     cell → the fact it would become; a cell the ledger knows already has none
    known     cell → id of the fact it rests on instead
    findings  everything noticed, in the form's order; `open` is what keeps it from being sent
    """

    answer: Answer
    values: dict[str, Decimal | None] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def open(self) -> list[Finding]:
        """Errors, and warnings without a reason."""
        return open_warnings(self.findings, self.answer.reasons)


@dataclass(frozen=True)
class Judging:
    """Judges the answers of one collection at one moment."""

    desk: Desk
    collection: Collection
    before: Mapping[str, Beforehand]
    around: Neighbours
    gate: FactGate

    def judge(self, answer: Answer, *, first_row: int = 1) -> Judged:
        """Look at one answer whole."""
        judged = Judged(answer)
        before = self.before.get(answer.respondent, Beforehand())
        faults: dict[str, list[Finding]] = {}
        for number, cell in enumerate(cells_of(self.collection), start=first_row):
            text = self._text(answer, cell, before, judged)
            if text is None:
                continue
            fact, errors = self.gate.read(number, self._row(answer, cell, text))
            if fact is not None:
                judged.facts[cell.key], judged.values[cell.key] = fact, fact.value
            faults[cell.key] = [_of_gate(cell, one) for one in errors]
        beside = Beside(before.pasts(), self.around.of(answer))
        judged.findings = self._findings(judged.values, faults, beside)
        return judged

    def _text(self, answer: Answer, cell: Cell, before: Beforehand, judged: Judged) -> str | None:
        """What goes to the gate: the text typed; None when nothing new is said of the cell."""
        known, sent = before.known.get(cell.key), answer.sent.get(cell.key, {})
        typed = answer.typed.get(cell.key)
        own = bool(sent.get("fact")) and not sent.get("known")
        if known is not None and not own and (typed is None or _same(typed, known.value)):
            judged.values[cell.key], judged.known[cell.key] = known.value, known.fact
            return None
        judged.values[cell.key] = None
        if (typed or "").strip() not in NOTHING:
            return typed
        return "" if own else None

    def _row(self, answer: Answer, cell: Cell, text: str) -> dict[str, str]:
        indicator = self.desk.indicators.get(cell.indicator)
        period = period_of(cell, Period.parse(self.collection.period), indicator.stock_or_flow)
        reason = answer.reasons.get(cell.key, "").strip()
        return {
            "subject": answer.respondent, "indicator": cell.indicator, "period": period.text, "unit": cell.unit,
            "kind": indicator.kind.value, "scope": cell.scope, "status": "actual", "value": text.strip(),
            "value_text": "" if text.strip() else WITHDRAWN, "attributed_to": answer.label, "source": self.collection.id,
            "locator": cell.key, "quote": text.strip()[:QUOTE_LIMIT], "note": reason,
        }  # fmt: skip

    def _findings(
        self, values: Mapping[str, Decimal | None], faults: Mapping[str, list[Finding]], beside: Beside
    ) -> list[Finding]:
        cells = cells_of(self.collection)
        indicators = {cell.indicator: self.desk.indicators.get(cell.indicator) for cell in cells}
        seen = look_over(cells, values, beside, indicators=indicators, units=self.desk.units)
        found: list[Finding] = []
        for cell in cells:
            wrong = faults.get(cell.key) or []
            missing = "collect.required" if wrong else ""
            found += [*wrong, *(one for one in seen if one.cell == cell.key and one.code != missing)]
        return found


def judging(
    desk: Desk, collection: Collection, answers: list[Answer], *, by: Actor, at: datetime, batch: str = ""
) -> Judging:
    """A judge for these answers of a collection, with what the ledger knows of them read once."""
    before = beforehand(desk, by, collection, [one.respondent for one in answers])
    far = any(cell.far is not None for cell in cells_of(collection))
    around = neighbours(desk, collection, collection_answers.of_collection(collection.id) if far else ())
    order = Order("facts", Path(), collection.id, synthetic=collection.synthetic)
    gate = imports_facts.fact_gate(
        desk, order, collection.title, subjects.resolve, at=at, batch=batch or batches.new_id(at)
    )
    return Judging(desk, collection, before, around, gate)


def row_errors(desk: Desk, judged: Judged, found: list[Finding], collection: Collection) -> list[RowError]:
    """Findings as errors of a row, by the name of the cell's indicator."""
    labels = {cell.key: desk.indicators.get(cell.indicator).label["zh"] for cell in cells_of(collection)}
    return [
        RowError(judged.answer.label, None, labels[one.cell], one.code, one.seen, one.allowed)
        for one in found
    ]


def _of_gate(cell: Cell, error: RowError) -> Finding:
    return Finding(cell.key, ERROR, error.code, error.seen, error.allowed)


def _same(typed: str, value: Decimal) -> bool:
    return typed.strip().replace(",", "").replace("，", "") == plain(value)
