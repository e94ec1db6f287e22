"""依据 why: where one number comes from — the statement with its source, batch and corrections."""

from dataclasses import dataclass
from decimal import Decimal

from jiqun.actions import factory_policy
from jiqun.actions import objection_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.cells import CellContext, cell_of
from jiqun.actions.reading.counting import WhyCountContext, why_count
from jiqun.actions.reading.documents import SourceRow, source_row
from jiqun.actions.reading.objections import ObjectionLine, lines_about
from jiqun.actions.reading.statements import Label, Statement
from jiqun.core.errors import JiqunError, NotFound
from jiqun.core.facts import plain
from jiqun.core.figures import Step
from jiqun.lake.facts import FactReader
from jiqun.ledger import batches, factories, month_records
from jiqun.ledger.permissions import Actor

__all__ = ["Version", "WhyCountContext", "WhyFactContext", "why_count", "why_fact"]


@dataclass(frozen=True)
class Version:
    """One state of the same statement over time; `current` is the one that holds now."""

    statement: Statement
    current: bool


@dataclass(frozen=True)
class ReadingsBehind:
    """A fact out of an enterprise's own readings: factory and month it came from; keys only for who may see these."""

    factory: str
    month: str
    may_see: bool


@dataclass(frozen=True)
class WhyFactContext:
    """Where a stated number comes from.

    steps      how the stated value becomes the one in the indicator's unit
    versions   every recorded state of this statement, oldest first
    superseded true when a later state holds instead; undone: its batch was taken back
    cell       the statements of other sources about the same, and why one of them is shown; None when this holds no more
    objections what was objected to it, as far as this reader is of one of the sides
    can_object may this reader object to it?
    readings   the readings it came from; None for what came otherwise
    """

    statement: Statement
    definition: Label
    indicator_unit: str
    source: SourceRow | None
    batch_name: str
    batch_by: str
    batch_state: str
    steps: tuple[Step, ...]
    versions: tuple[Version, ...]
    superseded: bool
    undone: bool
    cell: CellContext | None = None
    objections: tuple[ObjectionLine, ...] = ()
    can_object: bool = False
    readings: ReadingsBehind | None = None


def why_fact(desk: Desk, actor: Actor, fact_id: str) -> WhyFactContext:
    """Read where the statement of that id comes from; NotFound when there is none."""
    archive = Archive(desk, actor)
    history = archive.tell(FactReader(desk.lake).history(fact_id))
    found = next((one for one in history if one.id == fact_id), None)
    if found is None:
        raise NotFound("fact.not_found", seen=fact_id, allowed="f0123456789abcdef012")
    archive.check_statement(found)
    current = {row.id for row in archive.tell(FactReader(desk.lake).facts(ids=[one.id for one in history]))}
    indicator = desk.indicators.find(found.indicator.key)
    source = archive.sources.get(found.source.key)
    name, by, state = _batch(found.batch)
    objections = lines_about(archive, [one.id for one in history])
    return WhyFactContext(
        statement=found,
        definition=Label(indicator.definition["zh"], indicator.definition["en"])
        if indicator
        else Label.of(""),
        indicator_unit=indicator.unit if indicator else "",
        source=source_row(archive, source) if source else None,
        batch_name=name,
        batch_by=by,
        batch_state=state,
        steps=tuple(_steps(desk, found, indicator.unit if indicator else "")),
        versions=tuple(Version(one, one.id in current) for one in history),
        superseded=fact_id not in current and bool(current),
        undone=state == "undone",
        cell=cell_of(archive, found) if found.id in current else None,
        objections=objections,
        can_object=found.id in current
        and found.base_value is not None
        and not any(one.is_open for one in objections)
        and policy.can_file(actor, found.subject.key),
        readings=_readings(actor, found) if source and source.kind == "readings" else None,
    )


def _readings(actor: Actor, found: Statement) -> ReadingsBehind:
    """What leads to the readings behind a fact; who may not see the factory is told that there are some."""
    sent = month_records.of_fact(found.batch, found.indicator.key)
    if sent is None or not factory_policy.can_read(actor, factories.get(sent.factory)):
        return ReadingsBehind("", "", may_see=False)
    return ReadingsBehind(sent.factory, sent.month, may_see=True)


def _steps(desk: Desk, one: Statement, unit: str) -> list[Step]:
    number = "" if one.value is None else f"{plain(one.value)} {one.unit}"
    stated = f"{one.value_text or ''} {number}".strip()
    steps = [Step("照原文记下", "Recorded as stated", (one.quote,) if one.quote else (), stated)]
    if one.value is not None and one.base_value is not None and unit and one.unit != unit:
        result = f"{plain(one.base_value)} {unit}"
        steps.append(
            Step(
                "换算成指标的计量单位",
                "Converted to the indicator's unit",
                (_factor(desk, one.unit, unit),),
                result,
            )
        )
    return steps


def _factor(desk: Desk, source: str, target: str) -> str:
    try:
        return f"1 {source} = {plain(desk.units.convert(Decimal(1), source, target))} {target}"
    except JiqunError:
        return f"{source} → {target}"


def _batch(batch: str) -> tuple[str, str, str]:
    try:
        found = batches.get(batch)
    except NotFound:
        return "", "", ""
    return found.file_name, found.by, found.state
