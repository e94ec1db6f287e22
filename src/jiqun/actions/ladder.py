"""晋档 ladders over firms: the rung each holds, the next one and how far it is; by columns for all, by rows for one."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.actions import policy_packs
from jiqun.actions.desk import Desk
from jiqun.actions.efforts import efforts_of
from jiqun.actions.held_firms import HeldFirm, held_firms
from jiqun.core.errors import InputError, NotFound
from jiqun.lake.judge import tops
from jiqun.lake.judge_run import ColumnRuling, judge_firms, parameters_of
from jiqun.ledger import audit
from jiqun.ledger.permissions import Actor
from jiqun.rules import tree
from jiqun.rules.firm import Firm
from jiqun.rules.gap import Distance, distance
from jiqun.rules.judge import judge, parameters_for
from jiqun.rules.ladders import Held, Ladder, Rung, held_on, level_of, read_ladders
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ruling import Ruling
from jiqun.rules.truth import State, all_of

STEPS = ("ready", "one_step", "papers", "further", "closed", "apart", "no_rule", "top")
"""How far the next rung is: see `step_of`."""
FEW = 12


@dataclass(frozen=True, slots=True)
class Away:
    """What the next rung says of a firm, in short: ids of the clauses not met, unknown, and for a person to decide.

    state   of the whole rung; closed: something unmet cannot be changed within a year
    """

    state: State
    unmet: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one firm stands on a ladder.

    held   the rung in force; above: the next one, None on top; away: how far that is, None where no rule holds that day
    """

    held: Held
    above: Rung | None
    away: Away | None

    @property
    def step(self) -> str:
        """How far the next rung is, one of STEPS."""
        return step_of(self.above, self.away)


@dataclass(frozen=True, slots=True)
class Climb:
    """The way of one firm to one rung, clause by clause; None for both where no rule holds on that day."""

    ladder: Ladder
    rung: Rung
    pack: Pack
    version: Version
    ruling: Ruling
    way: Distance
    state: State


def ladders(desk: Desk) -> dict[str, Ladder]:
    """Every ladder by key; PackErrors with file and line."""
    return read_ladders(desk.packs / "ladders.toml", policy_packs.packs(desk), policy_packs.catalogue(desk))


def ladder(desk: Desk, key: str) -> Ladder:
    """One ladder; NotFound `ladder.not_found`."""
    found = ladders(desk)
    if key not in found:
        raise NotFound("ladder.not_found", seen=key, allowed=" ".join(found))
    return found[key]


def is_for(desk: Desk, one: Ladder, region: str, *, made_up: bool = False) -> bool:
    """Is the ladder for firms of that place? A made-up place is anywhere."""
    return made_up or not one.regions or any(desk.regions.covers(code, region) for code in one.regions)


def step_of(above: Rung | None, away: Away | None) -> str:
    """How far the next rung is.

    ready     all is met, or but for what a person decides · one_step  one clause is not met, nothing is unknown
    papers    nothing is unmet, something unknown · closed  something unmet cannot be changed within a year
    further   all else · apart  the rule is not for this firm · no_rule  none holds that day · top  there is none above
    """
    if above is None:
        return "top"
    if away is None:
        return "no_rule"
    if away.state is State.NOT_APPLICABLE:
        return "apart"
    if away.closed:
        return "closed"
    if not away.unmet:
        return "papers" if away.unknown else "ready"
    return "one_step" if len(away.unmet) == 1 and not away.unknown else "further"


def standings(desk: Desk, one: Ladder, firms: Sequence[Firm], *, on: date) -> list[Standing]:
    """Where every firm stands on a day, in their order.

    Each rung is judged once, by columns, for those right below it; a few firms are judged one by one.
    """
    if len(firms) <= FEW:
        return [standing(desk, one, firm, on=on) for firm in firms]
    if one.judged:
        return _judged(desk, one, firms, on)
    held = [held_on(one, firm, on) for firm in firms]
    found: list[Standing | None] = [None] * len(firms)
    for rung in (None, *one.rungs):
        at = [place for place, has in enumerate(held) if one.above(has.rung) is rung]
        aways = _aways(desk, rung, [firms[place] for place in at], on) if rung else [None] * len(at)
        for place, away in zip(at, aways, strict=True):
            found[place] = Standing(held[place], rung, away)
    return [has for has in found if has is not None]


def climb(
    desk: Desk,
    one: Ladder,
    rung: Rung,
    firm: Firm,
    *,
    on: date,
    kind: str = "new",
    efforts: dict[tuple[str, str], Mapping[str, Decimal]] | None = None,
) -> Climb | None:
    """The way of a firm to a rung, with the weights of this office; None where no version of the rule holds that day.

    efforts   weights of versions worked out before, kept by who asks for many firms
    """
    pack = policy_packs.pack(desk, rung.pack)
    version = _version(pack, on, kind)
    if version is None:
        return None
    ruling = judge(version, firm, parameters=parameters_for(pack, firm, on=on), on=on, kind=kind)
    known = {} if efforts is None else efforts
    name = (pack.key, version.key)
    if name not in known:
        known[name] = efforts_of(desk).by_clause(version)
    effort = known[name]
    way = distance(ruling, effort=effort)
    state = ruling.verdict
    if rung.level and state is not State.NOT_APPLICABLE:
        condition = level_of(version, rung.level)
        if condition is None:
            return None
        level = distance(ruling, effort=effort, of=condition.about.id)
        way = Distance(way.pack, way.version, way.uscc, (*way.gaps, *level.gaps))
        states = [
            each.state for each in ruling.clauses if not each.parent and not each.id.startswith("level_")
        ]
        state = all_of([*states, ruling.clause(condition.about.id).state])
    return Climb(one, rung, pack, version, ruling, way, state)


def standing(desk: Desk, one: Ladder, firm: Firm, *, on: date) -> Standing:
    """Where one firm stands, by the row judge."""
    if one.judged:
        pack = policy_packs.pack(desk, one.rungs[0].pack)
        version = _version(pack, on)
        if version is None:
            return _nothing_known(one)
        ruling = judge(version, firm, parameters=parameters_for(pack, firm, on=on), on=on)
        return _judged_one(one, version, ruling.verdict, _states(ruling))
    held = held_on(one, firm, on)
    above = one.above(held.rung)
    found = climb(desk, one, above, firm, on=on) if above else None
    if above is None or found is None:
        return Standing(held, above, None)
    clauses = clauses_of(found.version, above)
    return Standing(held, above, _away(clauses, above, found.ruling.verdict, _states(found.ruling)))


def _states(ruling: Ruling) -> dict[str, State]:
    return {one.id: one.state for one in ruling.clauses}


def nearest_climb(desk: Desk, firm: Firm, *, on: date) -> Climb | None:
    """Of the next rungs of all ladders the one that asks least of a firm; None on top of all of them."""
    found: list[Climb] = []
    for one in ladders(desk).values():
        if is_for(desk, one, firm.region):
            above = standing(desk, one, firm, on=on).above
            way = climb(desk, one, above, firm, on=on) if above else None
            if way and way.state is not State.NOT_APPLICABLE:
                found.append(way)
    return min(found, key=lambda way: way.way.cost(), default=None)


def clauses_of(version: Version, rung: Rung) -> tuple[tree.Node, ...]:
    """The clauses that make up a rung: those of the version, and what its level asks."""
    level = level_of(version, rung.level) if rung.level else None
    parts = () if level is None else level.of if isinstance(level, tree.All) else (level,)
    return (*tops(version), *parts)


def _aways(desk: Desk, rung: Rung, firms: Sequence[Firm], on: date) -> list[Away | None]:
    pack = policy_packs.pack(desk, rung.pack)
    version = _version(pack, on)
    if version is None or not firms or (rung.level and level_of(version, rung.level) is None):
        return [None] * len(firms)
    clauses = clauses_of(version, rung)
    rulings = _rulings(pack, version, firms, on, every=bool(rung.level))
    return [_away(clauses, rung, one.verdict, one.states) for one in rulings]


def _rulings(
    pack: Pack, version: Version, firms: Sequence[Firm], on: date, *, every: bool
) -> list[ColumnRuling]:
    given = parameters_of(pack, firms, on=on)
    return judge_firms(
        version, firms, parameters=given, on=on, kind="new", tier_field=pack.tier_field, every=every
    )


def _away(clauses: Iterable[tree.Node], rung: Rung, verdict: State, given: Mapping[str, State]) -> Away:
    """The clauses of a rung by the states a judge gives."""
    if verdict is State.NOT_APPLICABLE:
        return Away(State.NOT_APPLICABLE)
    states = [(node, given.get(node.about.id, State.NOT_APPLICABLE)) for node in clauses]
    unmet, unknown, manual = (
        tuple(node.about.id for node, state in states if state is wanted)
        for wanted in (State.UNMET, State.UNKNOWN, State.MANUAL)
    )
    closed = any(state is State.UNMET and not node.about.changeable for node, state in states)
    whole = all_of(state for _, state in states) if rung.level else verdict
    return Away(whole, unmet, unknown, manual, closed)


def _judged(desk: Desk, one: Ladder, firms: Sequence[Firm], on: date) -> list[Standing]:
    """Of a ladder without titles: the rung held is the highest the rule surely gives."""
    pack = policy_packs.pack(desk, one.rungs[0].pack)
    version = _version(pack, on)
    if version is None or not firms:
        return [_nothing_known(one) for _ in firms]
    rulings = _rulings(pack, version, firms, on, every=True)
    return [_judged_one(one, version, ruling.verdict, ruling.states) for ruling in rulings]


def _nothing_known(one: Ladder) -> Standing:
    unknown = tuple(rung.key for rung in reversed(one.rungs))
    return Standing(Held("", None, unknown), one.rungs[0], None)


def _judged_one(one: Ladder, version: Version, verdict: State, states: Mapping[str, State]) -> Standing:
    unknown: list[str] = []
    held = ""
    for rung in reversed(one.rungs):
        node = level_of(version, rung.level)
        state = states.get(node.about.id, State.UNKNOWN) if node else State.UNKNOWN
        if verdict is State.NOT_APPLICABLE:
            break
        if state is State.MET:
            held = rung.key
            break
        if state is not State.UNMET:
            unknown.append(rung.key)
    above = one.above(held)
    away = _away(clauses_of(version, above), above, verdict, states) if above else None
    return Standing(Held(held, None, tuple(unknown)), above, away)


def _version(pack: Pack, on: date, kind: str = "new") -> Version | None:
    try:
        return pack.version_on(on, kind)
    except InputError:
        return None


def was_in_force(rung: Rung, firm: Firm, packs: Mapping[str, Pack], on: date) -> bool:
    """Is the title of a rung known to have been in force on a day, a past one too?

    A title is known from so many years before its last day as it is valid for; what stood before is not known, and one
    without a length is known on its last day only. So a count is at least so many.
    """
    until = firm.day(tree.Field(rung.title)) if rung.title else None
    if until is None or until.year == 1:
        return False
    return _years_before(until, packs[rung.pack].valid_years) <= on <= until


def _years_before(day: date, years: int) -> date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - years, day=28 if leap else day.day)


@dataclass(frozen=True, slots=True)
class Wide:
    """Which firms of the ledger: on which day, of which place, the made-up ones or the real ones, as who may read them."""

    on: date
    region: str
    synthetic: bool
    by: Actor

    @property
    def question(self) -> Hashable:
        """What tells it from another, and one state of the ledger from the next: every change leaves an audit row."""
        by = self.by
        reader = (by.user_id, by.grants, by.token_scopes, by.token_scope)
        return (self.on, self.region, self.synthetic, reader, audit.last_id())


def firms_of(desk: Desk, wide: Wide) -> tuple[HeldFirm, ...]:
    """The firms of the ledger, kept until something changes."""
    return desk.lake.kept(
        ("ladder firms", wide.question),
        ("facts",),
        lambda: held_firms(desk, by=wide.by, on=wide.on, region=wide.region, synthetic=wide.synthetic),
    )


def standings_of(desk: Desk, one: Ladder, wide: Wide) -> list[Standing]:
    """Where they stand, in their order, kept until something changes."""
    packs = policy_packs.stamp(desk, [rung.pack for rung in one.rungs])
    return desk.lake.kept(
        ("ladder standings", one, packs, wide.question),
        ("facts",),
        lambda: standings(desk, one, [held.firm for held in firms_of(desk, wide)], on=wide.on),
    )
