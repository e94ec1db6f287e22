"""依据 why: where one number comes from — the statement with its source, batch and corrections, or how we counted it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.documents import SourceRow, source_row
from jiqun.actions.reading.statements import Label, Statement
from jiqun.core.errors import JiqunError, NotFound
from jiqun.core.facts import plain
from jiqun.core.figures import Step
from jiqun.lake.facts import FactReader
from jiqun.lake.listing import Wanted
from jiqun.ledger import batches
from jiqun.ledger.permissions import Actor


@dataclass(frozen=True)
class Version:
    """One state of the same statement over time; `current` is the one that holds now."""

    statement: Statement
    current: bool


@dataclass(frozen=True)
class WhyFactContext:
    """Where a stated number comes from.

    steps      how the stated value becomes the one in the indicator's unit
    versions   every recorded state of this statement, oldest first
    superseded true when a later state holds instead; undone: its batch was taken back
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


@dataclass(frozen=True)
class WhyCountContext:
    """How a number of ours was counted.

    question  what was counted; steps: how; list_name: the page with the rows behind it
    """

    name: str
    title: Label
    value: int
    as_of: datetime
    question: Label
    steps: tuple[Step, ...]
    list_address: str


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
    return WhyFactContext(
        statement=found,
        definition=Label(indicator.definition["zh"], indicator.definition["en"]) if indicator else Label.of(""),
        indicator_unit=indicator.unit if indicator else "",
        source=source_row(archive, source) if source else None,
        batch_name=name,
        batch_by=by,
        batch_state=state,
        steps=tuple(_steps(desk, found, indicator.unit if indicator else "")),
        versions=tuple(Version(one, one.id in current) for one in history),
        superseded=fact_id not in current and bool(current),
        undone=state == "undone",
    )


def why_count(desk: Desk, actor: Actor, name: str) -> WhyCountContext:
    """Count anew what the overview counts, and say how."""
    archive = Archive(desk, actor)
    if name not in COUNTS:
        raise NotFound("count.unknown", seen=name, allowed=" ".join(COUNTS))
    title, question, address, count = COUNTS[name]
    known = archive.tallied(Wanted(real=True))
    documents = {key for key, source in archive.sources.items() if source.kind == "document"}
    sources = archive.tallied(Wanted(real=True), by="source")
    indicators = archive.tallied(Wanted(real=True), by="indicator")
    value = count(known, len(indicators) if name == "indicators" else len(documents & sources.keys()))
    total = sum(facts for facts, _ in known.values())
    steps = (
        Step("取账本中现行的事实：已被更正的、批次已撤销的不算", "Take the statements that hold now: not corrected, batch not undone", (), f"{total}"),
        Step("合成数据不算在内", "Made-up data is left out", (), f"{total}"),
        Step(question.zh, question.en, (f"{total}",), f"{value}"),
    )
    return WhyCountContext(name, title, value, desk.now(), question, steps, address)


Counter = Callable[[Mapping[str, tuple[int, int]], int], int]


def _of_kind(kind: str) -> Counter:
    return lambda known, others: sum(1 for key in known if key.startswith(f"{kind}:"))


COUNTS: Mapping[str, tuple[Label, Label, str, Counter]] = {
    "facts": (
        Label("事实", "Statements"),
        Label("逐条计数", "Count them one by one"),
        "/indicators/",
        lambda known, others: sum(facts for facts, _ in known.values()),
    ),
    "documents": (
        Label("文献", "Documents"),
        Label("数出至少有一条事实的文献", "Count the documents with at least one statement"),
        "/sources/",
        lambda known, others: others,
    ),
    "subjects": (
        Label("主体", "Subjects"),
        Label("数出至少有一条事实的主体", "Count the subjects with at least one statement"),
        "/subjects/",
        lambda known, others: len(known),
    ),
    "places": (
        Label("地方", "Places"),
        Label("其中类别为地方（省、市、县）的主体", "Of these, subjects that are places (province, cities, counties)"),
        "/subjects/?kind=region",
        _of_kind("region"),
    ),
    "indicators": (
        Label("指标", "Indicators"),
        Label("数出至少有一条事实的指标", "Count the indicators with at least one statement"),
        "/indicators/",
        lambda known, others: others,
    ),
    "enterprises": (
        Label("企业", "Enterprises"),
        Label("其中类别为企业的主体", "Of these, subjects that are enterprises"),
        "/subjects/?kind=enterprise",
        _of_kind("enterprise"),
    ),
    "projects": (
        Label("项目", "Projects"),
        Label("其中类别为项目的主体", "Of these, subjects that are projects"),
        "/projects/",
        _of_kind("project"),
    ),
}


def _steps(desk: Desk, one: Statement, unit: str) -> list[Step]:
    stated = f"{one.value_text or ''} {plain(one.value)} {one.unit}".strip()
    steps = [Step("照原文记下", "Recorded as stated", (one.quote,) if one.quote else (), stated)]
    if one.value is not None and one.base_value is not None and unit and one.unit != unit:
        result = f"{plain(one.base_value)} {unit}"
        steps.append(Step("换算成指标的计量单位", "Converted to the indicator's unit", (_factor(desk, one.unit, unit),), result))
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


