"""读数依据 the evidence of a number made of readings: points, span, how many readings, in which batches, flags, gaps."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.factory_rule import (
    FileEvidence,
    RuleEvidence,
    files_of,
    percent,
    ratio_steps,
    rule_of,
)
from jiqun.actions.reading.factory_site import floor_of, manner_of, sites_of
from jiqun.actions.reading.factory_spans import MachineSpan, machine_of, machine_span
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import InputError, NotFound
from jiqun.core.figures import Step
from jiqun.factory.instants import DAY, SECOND, micros_of, moment
from jiqun.factory.machines.bars import times_of
from jiqun.factory.machines.model import GOOD, PRODUCED, QUEUE, SCRAP, STATE_ROLE
from jiqun.factory.oee.figures import figures_of
from jiqun.factory.oee.model import Span
from jiqun.factory.oee.tally import Tally
from jiqun.ledger import factories
from jiqun.ledger.factories import Factory, FactoryPoint
from jiqun.ledger.permissions import Actor

LONGEST = 32 * DAY
MOST_ROWS, MOST_BATCHES = 5_000, 12
LAST_MINUTES = 10 * 60 * SECOND

WHAT: Mapping[str, tuple[Label, tuple[str, ...]]] = {
    "state": (Label("设备状态", "State of the machine"), (STATE_ROLE, PRODUCED, QUEUE)),
    "pieces": (Label("产量", "Pieces"), (PRODUCED,)),
    "scrap": (Label("废品", "Scrap"), (SCRAP, GOOD)),
    "cycle": (Label("实际节拍", "Actual cycle"), (PRODUCED, STATE_ROLE)),
    "oee": (Label("设备综合效率", "OEE"), (STATE_ROLE, PRODUCED, SCRAP, GOOD)),
    "availability": (Label("可用率", "Availability"), (STATE_ROLE, PRODUCED)),
    "effectiveness": (Label("有效性", "Effectiveness"), (STATE_ROLE, PRODUCED)),
    "quality": (Label("质量率", "Quality ratio"), (PRODUCED, SCRAP, GOOD)),
    "losses": (Label("时间损失", "Losses"), (STATE_ROLE, PRODUCED, SCRAP, GOOD, QUEUE)),
    "point": (Label("测点读数", "Readings of a point"), ()),
}
"""What can be asked for: its name, and the roles of the points it rests on."""
RATIOS = {
    "oee": "oee_index",
    "availability": "availability",
    "effectiveness": "effectiveness",
    "quality": "quality_ratio",
}


@dataclass(frozen=True)
class PointEvidence:
    """The readings of one point in the span (every stored row counts); held: values in quarantine."""

    key: str
    name: str
    unit: str
    role: str
    readings: int
    good: int
    uncertain: int
    bad: int
    held: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class BatchEvidence:
    """A batch the readings came in."""

    batch: str
    writer: str
    arrived_at: datetime
    readings: int
    held: int


@dataclass(frozen=True)
class GapEvidence:
    """Time of which something is lost, and why."""

    starts: datetime
    ends: datetime
    lost: int
    reason: str


@dataclass(frozen=True)
class FactoryWhyContext:
    """Where a number of a factory comes from.

    value, unit  the number as these readings give it; "" where it cannot be told
    flags        what is odd about readings of the span, and how often, among the `looked_at` last ones
    batches      the last ones of `batch_count`, of the same readings
    of           shift or product the figure is of, "" for the whole span; rule: None where nothing but counting is done
    """

    factory: Factory
    what: str
    title: Label
    about: str
    of: str
    value: str | Label
    unit: str
    rule: RuleEvidence | None
    starts: datetime
    ends: datetime
    points: tuple[PointEvidence, ...]
    flags: tuple[tuple[str, int], ...]
    batches: tuple[BatchEvidence, ...]
    batch_count: int
    looked_at: int
    files: tuple[FileEvidence, ...]
    gaps: tuple[GapEvidence, ...]
    steps: tuple[Step, ...]
    as_of: datetime


@dataclass(frozen=True)
class WhyAsk:
    """What is asked: of which machine or point, from when to when (microseconds; 0: the last ten minutes).

    shift, product  narrow a ratio: the shift as the page names it, or the product
    """

    what: str = "point"
    machine: str = ""
    point: str = ""
    start_us: int = 0
    end_us: int = 0
    shift: str = ""
    product: str = ""


def factory_why(desk: Desk, by: Actor, key: str, ask: WhyAsk) -> FactoryWhyContext:
    """The evidence; InputError factory.bad_span, NotFound for what is not named."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    title, roles = WHAT.get(ask.what, WHAT["point"])
    span = span_of(ask.start_us, ask.end_us, micros_of(desk.now()))
    floor = floor_of(key)
    if ask.point:
        points = [one for one in floor.points if one.key == ask.point]
        if not points:
            raise NotFound("factory.no_such_point", seen=ask.point)
        machine, about = None, points[0].name or points[0].key
    else:
        machine = machine_of(floor, ask.machine)
        points = [one for role in roles if (one := floor.point_of(machine.key, role))]
        about = machine.name
    found = (
        machine_span(desk, key, floor, machine, span) if machine and span[1] - span[0] <= 2 * DAY else None
    )
    value: str | Label
    value, unit, steps = _reckoned(desk, ask, found) if found else ("", "", ())
    if ask.point:
        value, unit, steps = _of_point(desk, key, points[0], span)
    reader = sites_of(desk).reader
    keys = [one.key for one in points]
    late = max(span[0], span[1] - LAST_MINUTES)
    rows = reader.rows(key, keys, start_us=late, end_us=span[1], limit=MOST_ROWS) if keys else []
    arrivals = sorted({row[5] for row in rows}, reverse=True)
    return FactoryWhyContext(
        factory, ask.what, title, about, ask.shift or ask.product, value, unit,
        rule_of(desk, RATIOS[ask.what]) if ask.what in RATIOS and machine else None, moment(span[0]), moment(span[1]),
        tuple(_evidence(desk, key, one, span) for one in points),
        tuple(sorted(Counter(row[4] for row in rows if row[4]).items())),
        tuple(_batches(desk, key, arrivals[:MOST_BATCHES])), len(arrivals), len(rows), files_of(desk, key, keys, span),
        tuple(_gap(row) for row in reader.gaps(key, *span)), steps, moment(micros_of(desk.now())),
    )  # fmt: skip


def span_of(start_us: int, end_us: int, now_us: int) -> Span:
    """The span asked for; InputError factory.bad_span when it is none or too long."""
    end = end_us or now_us
    start = start_us or end - LAST_MINUTES
    if not 0 < end - start <= LONGEST or start < 0:
        raise InputError("factory.bad_span", seen=f"{start}–{end}", allowed=f"≤ {LONGEST // DAY} d")
    return start, end


def _evidence(desk: Desk, site: str, one: FactoryPoint, span: Span) -> PointEvidence:
    found = sites_of(desk).reader.count(site, one.key, start_us=span[0], end_us=span[1])
    return PointEvidence(
        one.key, one.name, one.unit, one.role, found.readings, found.good, found.uncertain, found.bad, found.held,
        None if found.first_us is None else moment(found.first_us), None if found.last_us is None else moment(found.last_us),
    )  # fmt: skip


def _batches(desk: Desk, site: str, arrivals: Sequence[int]) -> Iterable[BatchEvidence]:
    reader = sites_of(desk).reader
    for arrived in arrivals:
        for row in reader.batches(site, arrived_us=arrived, limit=1):
            yield BatchEvidence(
                str(row["batch"]),
                str(row["writer"]),
                moment(arrived),
                int(str(row["readings"])),
                int(str(row["held"])),
            )


def _gap(row: Mapping[str, object]) -> GapEvidence:
    return GapEvidence(
        moment(int(str(row["from_us"]))),
        moment(int(str(row["to_us"]))),
        int(str(row["lost"])),
        str(row["reason"]),
    )


def _of_point(desk: Desk, site: str, one: FactoryPoint, span: Span) -> tuple[str, str, tuple[Step, ...]]:
    reader = sites_of(desk).reader
    if one.kind == "counter":
        rise = reader.delta(site, one.key, *span)
        step = Step("计数器在这段时间的增量，回零处另计", "Rise of the counter in this time, resets handled",
                    (f"{rise.resets} ×↺",), _number(rise.value))  # fmt: skip
        return _number(rise.value), one.unit, (step,)
    rows = reader.rows(site, one.key, start_us=max(span[0], span[1] - LAST_MINUTES), end_us=span[1])
    last = rows[-1] if rows else None
    value = _number(last[2] if last else None)
    told = () if last is None else (f"{moment(last[1]):%m-%d %H:%M:%S}",)
    return value, one.unit, (Step("取这段时间的最后一条读数", "The last reading of this time", told, value),)


def _reckoned(desk: Desk, ask: WhyAsk, found: MachineSpan) -> tuple[str | Label, str, tuple[Step, ...]]:
    """The number anew out of the same readings, and how."""
    if found.day is None:
        return "", "", ()
    what = ask.what
    if what == "state":
        return Label(**manner_of(desk.packs).labels[found.day.last.state]), "", _state_steps(found)
    if what in ("pieces", "scrap"):
        counts = [one.produced if what == "pieces" else one.scrap for one in found.day.counts]
        known = [float(one) for one in counts if one is not None]
        resets = sum(one.resets for one in found.day.counts)
        step = Step("计数器逐条读数的增量相加，回零处另计", "Rises of the counter added, resets handled",
                    (f"{len(counts)} Σ", f"{resets} ×↺"), _number(sum(known) if known else None))  # fmt: skip
        return _number(sum(known) if known else None), "件", (step,)
    if what == "cycle":
        last = found.day.last
        seconds = None if last.cycle_us is None else float(last.cycle_us) / SECOND
        step = Step("最近若干件的运行时间 ÷ 件数，停机不计", "Run time of the last pieces ÷ pieces; standstills left out",
                    (f"{last.pieces} 件",), _number(seconds))  # fmt: skip
        return _number(seconds), "s", (step,)
    tally, ratio = _tally(found, ask), RATIOS.get(what, "oee_index")
    return percent(getattr(figures_of(tally), ratio)), "", (*_state_steps(found), *ratio_steps(tally, ratio))


def _tally(found: MachineSpan, ask: WhyAsk) -> Tally:
    """Times and pieces of the machine: of the whole span, of a shift by its name in it, or of a product."""
    tallies, machine = found.report.tallies, found.machine.key
    if ask.shift:
        named = tallies["machine_shift"].items()
        return next((one for key, one in named if key[1].partition(" ")[2] == ask.shift), Tally())
    if ask.product:
        return tallies["machine_product"].get((machine, ask.product), Tally())
    return tallies["machine"].get((machine,), Tally())


def _state_steps(found: MachineSpan) -> tuple[Step, ...]:
    assert found.day is not None
    told = tuple(f"{state} {micros / SECOND:.0f} s" for state, micros in times_of(found.day.states).items())
    return (
        Step("由运行点（没有时由计件）逐段判断状态，无读数的时间不算停机",
             "States told from the running point, or the piece counter; time without readings is no stop", told, ""),
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.6g}"
