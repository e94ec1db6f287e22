"""全企业月度数 figures of an enterprise with several factories: entered once each of them consented and sent its month.

They stand in a batch of their own, taken back before a figure they rest on changes: a kill between leaves them unknown,
never wrong, and the next sending enters them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from jiqun.actions import batches as acts
from jiqun.actions.desk import Desk
from jiqun.actions.month_entry import MonthRows, enter_month
from jiqun.actions.month_reckoning import CONNECTED, OF_MONTH, RATIOS, FactoryMonth
from jiqun.core.errors import WrongState
from jiqun.core.facts import Fact
from jiqun.factory.shifts.months import YES, Told
from jiqun.factory.shifts.wholes import Adding, Part, whole_of
from jiqun.ledger import audit, batches, factories, month_records
from jiqun.ledger.factories import Factory
from jiqun.ledger.month_records import NewFigure, SentFigure
from jiqun.ledger.permissions import Actor
from jiqun.ledger.scopes import Scope
from jiqun.ledger.sources import Source

SOURCE = "readings-all."


def wholes(found: FactoryMonth) -> dict[str, tuple[Told, dict[str, SentFigure]]]:
    """Every figure of the whole enterprise by indicator, and what of each factory it rests on."""
    sites = _sites(found.factory)
    sent = {one.key: _standing(one.key, found.month.text) for one in sites}
    told: dict[str, tuple[Told, dict[str, SentFigure]]] = {}
    for indicator in found.figures:
        rests = {key: of[indicator] for key, of in sent.items() if indicator in of}
        parts = {one.key: _part(rests.get(one.key)) for one in sites}
        told[indicator] = whole_of(_adding(indicator), parts), rests
    return told


def enter(desk: Desk, found: FactoryMonth, *, by: Actor, at: datetime) -> str:
    """Enter what is known of the whole and does not stand yet; gives the batch, "" where there is nothing to enter."""
    if found.shared < 2:
        return ""
    known = {name: made for name, made in wholes(found).items() if made[0].value is not None}
    figures = [_figure(desk, found, name, *made) for name, made in known.items()]
    if not figures:
        return ""

    def beside(facts: Sequence[Fact]) -> None:
        new = {one.indicator for one in facts}
        if not new:
            raise WrongState("month.unchanged", seen=found.month.text)
        _record(found, [one for one in figures if one.indicator in new], facts[0].batch, by=by, at=at)

    code = found.factory.subject.partition(":")[2]
    name = f"本企业读数-{code}-{found.month.text}.csv"
    report = enter_month(
        desk, MonthRows(_source(found.factory), name, _rows(found, figures), beside), by=by, at=at
    )
    return report.batch_id or "" if report else ""


def take_back(desk: Desk, factory: Factory, months: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Take back what stands of the whole for these months, since a figure it rests on is about to change."""
    for batch in dict.fromkeys(
        one.batch for one in month_records.wholes(factory.subject) if one.month in months
    ):
        if batches.get(batch).state not in ("undone",):
            acts.undo_judged(desk, batch, by=by, at=at)


def _sites(factory: Factory) -> list[Factory]:
    return [one for one in factories.all_factories(subject=factory.subject) if one.active]


def _standing(key: str, month: str) -> Mapping[str, SentFigure]:
    """The last figure of each indicator a factory sent of a month, as far as it stands and consent does."""
    allowed = {one.indicator for one in month_records.consents(key) if one.from_month <= month}
    found: dict[str, SentFigure] = {}
    for one in month_records.sent(key, month=month):
        if one.indicator in allowed and batches.get(one.batch).state != "undone":
            found.setdefault(one.indicator, one)
    return found


def _part(sent: SentFigure | None) -> Part | None:
    if sent is None:
        return None
    machines, connected = sent.evidence.get("machines", ()), sent.evidence.get("connected", ())
    return Part(sent.value, sent.bound, len(connected), len(machines))


def _adding(indicator: str) -> Adding:
    if indicator in RATIOS:
        return "never"
    if indicator == CONNECTED:
        return "share"
    return "sum" if indicator.startswith("factory_") else "every"


def _figure(
    desk: Desk, found: FactoryMonth, name: str, told: Told, rests: Mapping[str, SentFigure]
) -> NewFigure:
    evidence = {
        "sites": {key: {"batch": one.batch, "value": one.value, "bound": one.bound} for key, one in rests.items()},
        "machines": [], "points": {}, "readings": sum(int(one.evidence.get("readings", 0)) for one in rests.values()),
        "engine": found.manner.engine, "why": list(told.why),
    }  # fmt: skip
    unit = desk.indicators.get(name).unit
    return NewFigure(name, found.month.text, told.value or "", told.high, told.bound, unit, evidence)


def _rows(found: FactoryMonth, figures: Sequence[NewFigure]) -> list[dict[str, str]]:
    return [
        {
            "subject": found.factory.subject, "indicator": one.indicator,
            "period": found.month.text if one.indicator in OF_MONTH else f"@{found.month.last.isoformat()}",
            "value": "" if one.value == YES else one.value, "value_high": one.high, "bound": one.bound,
            "value_text": one.value if one.value == YES else "", "unit": one.unit, "scope": "", "status": "actual",
            "synthetic": "1" if found.factory.synthetic else "0",
            "note": f"本企业读数，{len(one.evidence['sites'])} 个工厂合计，口径 {one.evidence['engine']}",
        }
        for one in figures
    ]  # fmt: skip


def _record(
    found: FactoryMonth, figures: Sequence[NewFigure], batch: str, *, by: Actor, at: datetime
) -> None:
    factory = found.factory
    with transaction.atomic():
        month_records.record(factory.key, figures, batch=batch, by=by.label, at=at)
        told = {"month": found.month.text, "figures": [one.indicator for one in figures]}
        target = f"factory:{factory.key}"
        audit.record(by, "factory.month_whole", target, told, at=at, target_label=factory.name, batch=batch)


def _source(factory: Factory) -> Source:
    owner, code = Scope("enterprise", factory.subject), factory.subject.partition(":")[2]
    made = Source(f"{SOURCE}{code}"[:80], "readings", "本企业读数 own readings：各厂合计", owner=owner)
    return replace(made, synthetic=factory.synthetic)
