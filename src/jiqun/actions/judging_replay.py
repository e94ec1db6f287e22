"""政策重放 replay: the same firms judged by what holds and by what is to hold: who rises, who falls, where.

Nothing is recorded: the ledger is read where its firms are asked for, never written. A draft is a pack in a folder of
its own.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.actions.judging_costs import CostLine, Graded, cost_lines, possible
from jiqun.actions.judging_files import FirmFile
from jiqun.actions.judging_source import FirmSource, read_firms
from jiqun.actions.policy_packs import find_pack
from jiqun.core.errors import InputError
from jiqun.lake.judge_run import ColumnRuling, judge_firms, parameters_of
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check
from jiqun.rules import tree
from jiqun.rules.pack import Pack, Version
from jiqun.rules.truth import State

CHANGES = (Decimal("0.9"), Decimal("1.1"))
AT_ONCE = 200_000
"""Firms judged at once when weights move; the rest waits its turn."""
Tell = Callable[[str, int, int], None]
_ORDER = (State.NOT_APPLICABLE, State.UNMET, State.UNKNOWN, State.MANUAL, State.MET)


@dataclass(frozen=True, slots=True)
class ReplayOrder:
    """A pack, firms, what holds and what is to hold: a version, or the folder of a draft, with `@DATE` or not."""

    key: str
    before: str
    after: str
    firms: FirmSource
    on: date | None = None
    kind: str = "new"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a replay: a version of a pack on a day."""

    pack: Pack
    version: Version
    on: date

    @property
    def name(self) -> str:
        """The pack, the version and the day."""
        return f"{self.pack.key} {self.version.key} {self.on}"


@dataclass(frozen=True, slots=True)
class Move:
    """A firm that comes out otherwise: its level or grade, or its verdict where there is none."""

    uscc: str
    name: str
    region: str
    before: str
    after: str

    def as_json(self) -> dict[str, object]:
        """As it is printed."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RegionMoves:
    """Firms of a county, and how many rise and fall."""

    region: str
    firms: int
    rises: int
    falls: int

    def as_json(self) -> dict[str, object]:
        """As it is printed."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Stability:
    """Ranks after one weight has moved, held against those before.

    agreement  Spearman's rank correlation, 1 for the same order
    moved      firms of another rank; regraded: of another grade, level or verdict
    """

    weight: str
    change: str
    agreement: Decimal
    moved: int
    regraded: int

    def as_json(self) -> dict[str, object]:
        """As it is printed."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Replay:
    """What moves between two versions.

    levels   firms by grade, level or verdict, before and after; flows: firms by where they were and where they are now
    costs    what the measures come to before and after
    """

    before: str
    after: str
    firms: int
    same: int
    rises: tuple[Move, ...]
    falls: tuple[Move, ...]
    regions: tuple[RegionMoves, ...]
    levels: Mapping[str, tuple[int, int]]
    stability: tuple[Stability, ...]
    flows: Mapping[tuple[str, str], int]
    costs: tuple[CostLine, ...]

    def as_json(self) -> dict[str, object]:
        """The object `--json` prints."""
        return {
            "ok": True, "from": self.before, "to": self.after, "firms": self.firms, "same": self.same,
            "rises": [one.as_json() for one in self.rises], "falls": [one.as_json() for one in self.falls],
            "regions": [one.as_json() for one in self.regions],
            "levels": {key: list(pair) for key, pair in self.levels.items()},
            "stability": [one.as_json() for one in self.stability],
            "flows": [[*pair, firms] for pair, firms in self.flows.items()],
            "costs": [one.as_json() for one in self.costs],
        }  # fmt: skip


def replay(desk: Desk, order: ReplayOrder, *, by: Actor) -> Replay:
    """Judge the firms of a file or of the ledger by both sides, as they are known on the later of both days.

    InputError judge.no_firms, pack.no_version and what the file is refused for; NotFound rule.no_pack; NotAllowed
    """
    check(by, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    pack = find_pack(desk, order.key)
    before, after = (side_of(desk, pack, text, order.on) for text in (order.before, order.after))
    file = read_firms(desk, order.firms, by=by, on=max(before.on, after.on))
    return replay_firms((before, after), file, order.kind)


def replay_firms(sides: tuple[Side, Side], file: FirmFile, kind: str, tell: Tell | None = None) -> Replay:
    """Judge the same firms by both sides; `tell` hears how many of how many rounds are done."""
    before, after = sides
    say = tell or (lambda what, done, total: None)
    rounds = 3
    say("重放 replay", 0, rounds)
    old = _judged(before, file, kind)
    say("重放 replay", 1, rounds)
    new = _judged(after, file, kind)
    say("重放 replay", 2, rounds)
    moves = [_move(file, place, pair, sides) for place, pair in enumerate(zip(old, new, strict=True))]
    rises = tuple(move for way, move in moves if way > 0)
    falls = tuple(move for way, move in moves if way < 0)
    costs = cost_lines(*(
        Graded(side.pack, side.version, side.on, file.firms, [possible(one) for one in found])
        for side, found in ((before, old), (after, new))
    ))  # fmt: skip
    flows = Counter((_said(was), _said(now)) for was, now in zip(old, new, strict=True))
    return Replay(
        before.name, after.name, len(file.firms), len(moves) - len(rises) - len(falls), rises, falls,
        tuple(_regions(file, rises, falls)), _levels(old, new), tuple(_stability(after, file, kind, new)),
        dict(sorted(flows.items())), costs,
    )  # fmt: skip


def side_of(desk: Desk, pack: Pack, text: str, on: date | None) -> Side:
    """A version by its key or a draft by its folder, `@DATE` behind either."""
    name, _, day = text.partition("@")
    try:
        when = date.fromisoformat(day) if day else on
    except ValueError:
        raise InputError("rule.bad_day", seen=day, allowed="2026-06-01") from None
    if (Path(name) / "rule.toml").is_file():
        draft = find_pack(desk, str(Path(name).resolve()))
        version = draft.version_on(when) if when else draft.versions[-1]
        return Side(draft, version, when or version.starts)
    version = pack.version(name)
    return Side(pack, version, when or version.starts)


def _judged(side: Side, file: FirmFile, kind: str) -> list[ColumnRuling]:
    parameters = parameters_of(side.pack, file.firms, on=side.on)
    return judge_firms(
        side.version,
        file.firms,
        parameters=parameters,
        on=side.on,
        kind=kind,
        tier_field=side.pack.tier_field,
    )


def _said(one: ColumnRuling) -> str:
    """The level or grade, or the verdict where there is none."""
    return one.level or one.verdict.value


def _height(one: ColumnRuling, side: Side) -> tuple[int, int, Decimal]:
    """How high a firm comes out: by its level or grade, else by its verdict; a score decides where both have none."""
    keys = _keys(side.version)
    place = len(keys) - keys.index(one.level) if one.level in keys else 0
    score = one.score.exact if one.score and not keys else None
    return place, 0 if place else _ORDER.index(one.verdict), score or Decimal(0)


def _keys(version: Version) -> list[str]:
    match version.grading:
        case tree.Levels():
            return [one.key for one in version.grading.levels]
        case tree.RankQuota():
            return [one.key for one in version.grading.grades]
        case None:
            return []


def _move(
    file: FirmFile, place: int, pair: tuple[ColumnRuling, ColumnRuling], sides: tuple[Side, Side]
) -> tuple[int, Move]:
    """1 for a rise, −1 for a fall, 0 for neither; grades where both have them, else verdicts, else scores."""
    firm, (old, new) = file.firms[place], pair
    was, now = (_height(one, side) for one, side in zip(pair, sides, strict=True))
    if bool(was[0]) != bool(now[0]):  # one of them has no grade: only the verdicts can be compared
        was, now = ((0, _ORDER.index(one.verdict), Decimal(0)) for one in pair)
    move = Move(firm.uscc, firm.name, firm.region, _shown(old), _shown(new))
    return (now > was) - (now < was), move


def _shown(one: ColumnRuling) -> str:
    from jiqun.actions.judging import points_text

    return " ".join(filter(None, (_said(one), points_text(one.score))))


def _regions(file: FirmFile, rises: Sequence[Move], falls: Sequence[Move]) -> Iterator[RegionMoves]:
    firms, up, down = (Counter(one.region for one in group) for group in (file.firms, rises, falls))
    for region in sorted(firms):
        yield RegionMoves(region, firms[region], up[region], down[region])


def _levels(old: Sequence[ColumnRuling], new: Sequence[ColumnRuling]) -> dict[str, tuple[int, int]]:
    before, after = (Counter(_said(one) for one in group) for group in (old, new))
    return {key: (before[key], after[key]) for key in sorted(before.keys() | after.keys())}


def _stability(side: Side, file: FirmFile, kind: str, now: Sequence[ColumnRuling]) -> Iterator[Stability]:
    """Every weight of the version that is a parameter, a tenth less and a tenth more."""
    weights = dict.fromkeys(
        one.weight.name for one in tree.walk(side.version)
        if isinstance(one, tree.RatioToBase) and isinstance(one.weight, tree.Parameter)
    )  # fmt: skip
    changes = [(name, factor) for name in weights for factor in CHANGES]
    for (name, factor), changed in zip(changes, _all_changed(side, file, kind, changes), strict=True):
        agreement, moved = _agreement(now, changed)
        regraded = sum(_said(a) != _said(b) for a, b in zip(now, changed, strict=True))
        yield Stability(name, f"{(factor - 1) * 100:+.0f} %", agreement, moved, regraded)


def _all_changed(
    side: Side, file: FirmFile, kind: str, changes: Sequence[tuple[str, Decimal]]
) -> Iterator[list[ColumnRuling]]:
    """Changes judged together, as many as AT_ONCE allows: the firms once for each, in places of its own."""
    held = parameters_of(side.pack, file.firms, on=side.on)
    many = max(1, AT_ONCE // max(1, len(file.firms)))
    for first in range(0, len(changes), many):
        yield from _changed(side, file, kind, (held, changes[first : first + many]))


def _changed(
    side: Side, file: FirmFile, kind: str,
    moved: tuple[Mapping[tuple[str, str], Mapping[str, Decimal | None]], Sequence[tuple[str, Decimal]]],
) -> Iterator[list[ColumnRuling]]:  # fmt: skip
    held, changes = moved
    parameters: dict[tuple[str, str], dict[str, Decimal | None]] = {}
    for number, (name, factor) in enumerate(changes):
        for (region, tier), values in held.items():
            weight = values.get(name)
            changed = {name: None if weight is None else weight * factor}
            parameters[f"{region}#{number}", tier] = {**values, **changed}
    firms = [
        replace(firm, region=f"{firm.region}#{number}")
        for number in range(len(changes))
        for firm in file.firms
    ]
    rulings = judge_firms(
        side.version, firms, parameters=parameters, on=side.on, kind=kind, tier_field=side.pack.tier_field
    )
    for number in range(len(changes)):
        yield rulings[number * len(file.firms) : (number + 1) * len(file.firms)]


def _agreement(before: Sequence[ColumnRuling], after: Sequence[ColumnRuling]) -> tuple[Decimal, int]:
    """Spearman's correlation of the ranks by score, ties sharing the mean of their places, and how many ranks moved."""
    pairs = [
        (a.score.exact, b.score.exact) for a, b in zip(before, after, strict=True)
        if a.score and b.score and a.score.exact is not None and b.score.exact is not None
    ]  # fmt: skip
    old, new = (_ranks([pair[side] for pair in pairs]) for side in (0, 1))
    if len(pairs) < 2:
        return Decimal(1), 0
    middle = Decimal(len(pairs) + 1) / 2
    shared = sum(((a - middle) * (b - middle) for a, b in zip(old, new, strict=True)), Decimal(0))
    spread = [sum(((one - middle) ** 2 for one in ranks), Decimal(0)) for ranks in (old, new)]
    if not all(spread):
        return Decimal(1), 0
    agreement = shared / (spread[0] * spread[1]).sqrt()
    return agreement.quantize(Decimal("0.0001")), sum(a != b for a, b in zip(old, new, strict=True))


def _ranks(scores: Sequence[Decimal]) -> list[Decimal]:
    places: dict[Decimal, list[int]] = {}
    for place, score in enumerate(sorted(scores, reverse=True), start=1):
        places.setdefault(score, []).append(place)
    means = {score: Decimal(sum(found)) / len(found) for score, found in places.items()}
    return [means[score] for score in scores]
