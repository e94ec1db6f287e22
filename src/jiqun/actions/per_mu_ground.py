"""亩均底数 the firms of one county and tier that are ranked together: of a run, or of the ledger; and trials over them.

The firms of the last few pages asked for are kept in this process, so that a moved slider need not read them again.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from jiqun.actions import policy_packs, policy_runs, policy_work
from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import held_firms
from jiqun.actions.judging_files import numbers_of
from jiqun.actions.own_office import day_told
from jiqun.actions.policy_numbers import clauses_for, parameters_read, tiers_of, with_values
from jiqun.actions.replay_files import LEDGERS, SYNTHETIC
from jiqun.brain.per_mu import Placed, Shown, shown, trial_score, tried
from jiqun.core.errors import InputError
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check
from jiqun.rules import tree
from jiqun.rules.firm import Firm
from jiqun.rules.pack import Pack, ParameterDef, Version
from jiqun.rules.tree import Field, ScoreSum

PACK = "zhejiang/per_mu"
"""The pack the ledger's firms are shown by."""
FIRMS_MOST = 20_000
"""Firms of one county and tier a page reckons while somebody waits; more are for a run and a replay."""
KEPT = 6


@dataclass(frozen=True)
class GroundAsk:
    """Which firms: source is the id of a run or one of LEDGERS; region, tier "" for the largest group; on: ledger only."""

    source: str
    region: str = ""
    tier: str = ""
    on: str = ""


@dataclass(frozen=True)
class Member:
    """A firm of the group: row in its sheet (0 for the ledger), key in the ledger ("" for a run)."""

    firm: Firm
    row: int
    key: str
    synthetic: bool


@dataclass(frozen=True)
class Ground:
    """The group with what every firm shows; regions and tiers: those there are among all the firms, with their numbers."""

    ask: GroundAsk
    pack: Pack
    version: Version
    score: ScoreSum
    on: date
    kind: str
    region: str
    tier: str
    members: tuple[Member, ...]
    shown: tuple[Shown, ...]
    parameters: Mapping[str, Decimal | None]
    regions: tuple[tuple[str, int], ...]
    tiers: tuple[tuple[str, int], ...]

    @property
    def numbers(self) -> tuple[ParameterDef, ...]:
        """The numbers of the place that matter for these firms."""
        return parameters_read(self.pack, self.version, self.tier)

    @property
    def has_shares(self) -> bool:
        """Has the place set every share of the grades? Else nobody is graded but by rules of their own."""
        grading = self.version.grading
        shares = tree.parameters(grading.grades) if isinstance(grading, tree.RankQuota) else ()
        return all(self.parameters.get(name) is not None for name in shares)

    def trial(self, values: Mapping[str, Decimal | None]) -> tuple[Pack, list[Placed]]:
        """The pack with other numbers for this county and tier, and every firm under them. Nothing is kept."""
        sets = with_values(self.pack.sets, (self.region, self.tier), self.on, values)
        pack = replace(self.pack, sets=sets)
        return pack, tried(self.version, self.score, self.shown, {**self.parameters, **values})


def ground(desk: Desk, ask: GroundAsk, *, by: Actor) -> Ground:
    """The group asked for.

    NotFound policy.run_not_found; WrongState policy.not_done; InputError rule.bad_day, pack.no_version, per_mu.not_ranked,
    per_mu.too_many
    """
    if ask.source in LEDGERS:
        check(by, Permission.READ_PUBLIC, target_scope=ANYWHERE)
        return _of_ledger(desk, ask, by)
    run = policy_runs.done(desk, ask.source, by=by)
    pack = policy_packs.pack(desk, run.pack)
    store = policy_work.files(desk)
    stamps = tuple(path.stat().st_mtime_ns for path in store.folder(run.id).glob("*.json"))
    key = (str(desk.home), run.id, id(pack), stamps, ask)

    def members() -> tuple[Member, ...]:
        rows = numbers_of(store.sheet(run.id))
        return tuple(
            Member(firm, row, "", False)
            for row, firm in zip(rows, policy_runs.firms(desk, run).firms, strict=True)
        )

    return _KEPT.get(key) or _KEPT.put(key, _ground(ask, pack, run.day, members()))


def fresh(desk: Desk, ask: GroundAsk, *, by: Actor) -> Ground:
    """The group as it is now, whatever is kept of the ledger; for a page that is opened anew."""
    if ask.source in LEDGERS:
        _KEPT.drop(_ledger_key(desk, ask, by))
    return ground(desk, ask, by=by)


def _ledger_key(desk: Desk, ask: GroundAsk, by: Actor) -> tuple[object, ...]:
    return str(desk.home), by.label, by.user_id, by.grants, ask


def _of_ledger(desk: Desk, ask: GroundAsk, by: Actor) -> Ground:
    key = _ledger_key(desk, ask, by)
    held = _KEPT.get(key)
    if held is not None:
        return held
    on = day_told(ask.on) if ask.on else desk.now().date()
    made_up = ask.source == SYNTHETIC
    if ask.region and not made_up:
        desk.regions.get(ask.region)
    found = held_firms(desk, by=by, on=on, region=ask.region, synthetic=made_up)
    members = tuple(Member(one.firm, 0, one.key, one.synthetic) for one in found)
    return _KEPT.put(key, _ground(ask, policy_packs.pack(desk, PACK), on, members))


def _ground(ask: GroundAsk, pack: Pack, on: date, members: Sequence[Member]) -> Ground:
    version = pack.version_on(on)
    field = Field(pack.tier_field) if pack.tier_field else None
    known = tiers_of(pack, version)
    told = [((one.firm.text(field) or "") if field else "") for one in members]
    ranked = [(one, tier) for one, tier in zip(members, told, strict=True) if tier in known]
    regions = Counter(one.firm.region for one, _ in ranked if one.firm.region)
    region = ask.region if ask.region in regions else _most(regions) or ask.region
    tiers = Counter(tier for one, tier in ranked if one.firm.region == region)
    tier = ask.tier if ask.tier in known else _most(tiers) or known[0]
    score = trial_score(version, clauses_for(pack, version, tier))
    if score is None:
        raise InputError("per_mu.not_ranked", seen=pack.key, allowed=PACK)
    group = tuple(one for one, of in ranked if one.firm.region == region and of == tier)
    if len(group) > FIRMS_MOST:
        raise InputError("per_mu.too_many", seen=str(len(group)), allowed=str(FIRMS_MOST))
    parameters = pack.parameters_on(region, on, tier)
    seen = tuple(shown(version, score, one.firm, parameters=parameters, on=on) for one in group)
    return Ground(
        ask, pack, version, score, on, "new", region, tier, group, seen, parameters,
        tuple(sorted(regions.items())), tuple((one, tiers[one]) for one in known),
    )  # fmt: skip


def _most(counted: Counter[str]) -> str:
    return max(counted, key=lambda key: (counted[key], key), default="")


class _Kept:
    """The last few groups; a page and its sliders ask for the same one."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[object, ...], Ground] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> Ground | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: tuple[object, ...], found: Ground) -> Ground:
        with self._lock:
            self._held[key] = found
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
        return found

    def drop(self, key: tuple[object, ...]) -> None:
        with self._lock:
            self._held.pop(key, None)


_KEPT = _Kept()
