"""梯度页 what the page of a ladder shows: how many firms hold each rung, who is one step away, by county and chain.

Made-up firms and real ones are never counted together. A title nobody knows of is counted as unknown, never as none.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from jiqun.actions import ladder as climbing
from jiqun.actions import policy_packs
from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import HeldFirm, held_firms
from jiqun.actions.imports_enterprises import made_up_regions
from jiqun.actions.ladder import STEPS, Standing
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.chains import chains, members
from jiqun.actions.reading.climbs import ClimbLine, Climbs
from jiqun.actions.reading.policies import of
from jiqun.actions.reading.sample_county import places_to_choose, sample_day
from jiqun.actions.reading.statements import Label, Link
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can
from jiqun.rules.ladders import Ladder

SIZE = 30
YEARS_BACK = 6
FIRST = "quality_sme"
SHOWN = ("held", *STEPS, "unknown", "none", "in_year")
"""What a list can be of: firms on the rung, firms right below it by how far it is, firms whose title is not known, that hold
none, or whose title was in force at the end of a year."""


@dataclass(frozen=True)
class LadderAsk:
    """How a ladder is asked for.

    on      the day; region: code of a place, with those below; chain: key of a chain or cluster; made_up: the made-up firms
    rung, show   which firms the list shows: those on the rung ("held", or "in_year" at the end of `year`), or those right
                 below it by how far it is
    """

    on: date
    region: str = ""
    chain: str = ""
    made_up: bool = False
    rung: str = ""
    show: str = "one_step"
    text: str = ""
    year: int = 0
    page: int = 1


@dataclass(frozen=True)
class RungLine:
    """A rung: firms on it, and those right below it by how far it is; share: of the widest rung, 0–100."""

    key: str
    label: Label
    pack: str
    pack_label: Label
    held: int
    steps: tuple[tuple[str, int], ...]
    share: int
    confidence: str


@dataclass(frozen=True)
class YearLine:
    """How many titles of each rung, lowest first, are known to have been in force at the end of a year."""

    year: int
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PlaceCount:
    """Firms of the list in a place or chain."""

    key: str
    label: Label
    firms: int


@dataclass(frozen=True)
class FirmLine:
    """A firm of the list; climb: its way to the next rung, None on top or where no rule holds."""

    link: Link
    uscc: str
    place: Label
    held: Label
    until: date | None
    step: str
    climb: ClimbLine | None


@dataclass(frozen=True)
class LadderContext:
    """One ladder over the firms this person may read.

    rungs     the highest first; none: firms known to hold no rung; unknown: firms of which nobody knows whether they do
    years     title dates counted back; untold: titles whose length is not known count from today on only
    rows      a page of the list; total: all of it; by_place, by_chain: where they are
    own       enterprises this person acts for
    places    what the list can be narrowed to; whole: also to no place at all
    sample    the day to look at the synthetic county on, "" where there is none to see
    """

    ask: LadderAsk
    key: str
    label: Label
    source: Label
    ladders: tuple[tuple[str, Label], ...]
    is_judged: bool
    place: Label | None
    chain: Link | None
    chains: tuple[Link, ...]
    firms: int
    rungs: tuple[RungLine, ...]
    none: int
    unknown: int
    years: tuple[YearLine, ...]
    shown: Label
    rows: tuple[FirmLine, ...]
    total: int
    pages: int
    by_place: tuple[PlaceCount, ...]
    by_chain: tuple[PlaceCount, ...]
    may_export: bool
    own: tuple[Link, ...]
    places: tuple[tuple[str, Label], ...]
    whole: bool
    sample: str
    shows: tuple[str, ...] = SHOWN

    @property
    def lowest_first(self) -> tuple[RungLine, ...]:
        """The rungs from the lowest up."""
        return self.rungs[::-1]

    @property
    def untold(self) -> bool:
        """Is nothing known of who holds a rung or holds none?"""
        return not self.none and not any(rung.held for rung in self.rungs)


def asked(desk: Desk, actor: Actor, told: LadderAsk) -> LadderAsk:
    """The question with what was left open filled in: the place of one's office; made-up firms for a made-up place."""
    unreal = made_up_regions()
    made_up = told.made_up or told.region in unreal
    region = told.region or _own_region(actor, unreal if made_up else None)
    if region and region not in unreal:
        region = desk.regions.get(region).code
    return replace(told, region=region, show=told.show if told.show in SHOWN else "one_step", made_up=made_up)


def ladder_page(desk: Desk, actor: Actor, key: str, told: LadderAsk) -> LadderContext:
    """One ladder; NotFound `ladder.not_found`, `ladder.no_rung`, `region.not_found`."""
    view = LadderView(desk, actor, key or FIRST, asked(desk, actor, told))
    return view.context()


class LadderView:
    """A ladder over the firms one may read, for one request."""

    def __init__(
        self, desk: Desk, actor: Actor, key: str, ask: LadderAsk, keys: Sequence[str] | None = None
    ) -> None:
        self.desk, self.archive, self.ask = desk, Archive(desk, actor), ask
        self.one: Ladder = climbing.ladder(desk, key)
        if ask.rung:
            self.one.place(ask.rung)
        self.labels = {rung.key: of(rung.label) for rung in self.one.rungs}
        self.firms, self.standings = self._stand(keys)
        self.climbs, self.packs = Climbs(desk), policy_packs.packs(desk)

    def _stand(self, keys: Sequence[str] | None) -> tuple[list[HeldFirm], list[Standing]]:
        """Those of the place, the chain and the sort of data asked for; a ladder of a province is for its firms."""
        ask, desk = self.ask, self.desk
        if keys:
            held = held_firms(desk, by=self.archive.actor, on=ask.on, keys=keys)
            firms = [one.firm for one in held]
            return list(held), climbing.standings(desk, self.one, firms, on=ask.on)
        wide = climbing.Wide(ask.on, ask.region, ask.made_up, self.archive.actor)
        inside = members(ask.chain) if ask.chain else None
        found = [
            (held, has)
            for held, has in zip(
                climbing.firms_of(desk, wide), climbing.standings_of(desk, self.one, wide), strict=True
            )
            if (inside is None or held.key in inside)
            and climbing.is_for(desk, self.one, held.firm.region, made_up=held.synthetic)
        ]
        return [held for held, _ in found], [has for _, has in found]

    def chosen(self, *, everyone: bool = False) -> list[tuple[HeldFirm, Standing]]:
        """The firms of the list with where they stand."""
        pairs = zip(self.firms, self.standings, strict=True)
        return [(firm, has) for firm, has in pairs if everyone or self._is_wanted(firm, has)]

    def _is_wanted(self, firm: HeldFirm, has: Standing) -> bool:
        rung, show, text = self.ask.rung, self.ask.show, self.ask.text.strip()
        if text and text not in firm.firm.name and text not in firm.firm.uscc:
            return False
        match show:
            case "held":
                return has.held.rung != "" and (not rung or has.held.rung == rung)
            case "in_year":
                return self._was_held(firm)
            case "unknown":
                return not has.held.rung and bool(has.held.unknown)
            case "none":
                return not has.held.rung and not has.held.unknown
            case _:
                return has.step == show and (not rung or (has.above is not None and has.above.key == rung))

    def _was_held(self, held: HeldFirm) -> bool:
        day = min(date(self.ask.year or self.ask.on.year, 12, 31), self.ask.on)
        return any(
            climbing.was_in_force(rung, held.firm, self.packs, day)
            for rung in self.one.rungs
            if not self.ask.rung or rung.key == self.ask.rung
        )

    def context(self) -> LadderContext:
        """The whole page."""
        desk, ask, rows = self.desk, self.ask, self.chosen()
        pages = max(1, -(-len(rows) // SIZE))
        page = max(1, min(ask.page, pages))
        held = Counter(has.held.rung for has in self.standings)
        unknown = sum(1 for has in self.standings if not has.held.rung and has.held.unknown)
        groups = chains(synthetic=ask.made_up)
        return LadderContext(
            replace(ask, page=page), self.one.key, of(self.one.label), of(self.one.source),
            tuple((key, of(one.label)) for key, one in climbing.ladders(desk).items()), self.one.judged,
            place_of(self.archive, ask.region) if ask.region else None,
            self.archive.link(ask.chain) if ask.chain else None, tuple(groups),
            len(self.firms), self._rungs(held), held[""] - unknown, unknown, self._years(),
            self.labels.get(ask.rung, Label("", "")),
            tuple(self._row(firm, has) for firm, has in rows[(page - 1) * SIZE : page * SIZE]), len(rows), pages,
            self._by_place(firm for firm, _ in rows), self._by_chain([firm.key for firm, _ in rows], groups),
            can(self.archive.actor, Permission.EXPORT, target_scope=ANYWHERE), self._own(),
            places_to_choose(self.archive, made_up=ask.made_up),
            not _own_region(self.archive.actor, made_up_regions() if ask.made_up else None), sample_day(self.archive),
        )  # fmt: skip

    def _own(self) -> tuple[Link, ...]:
        """The enterprises this person acts for."""
        scopes = [grant.scope for grant in self.archive.actor.grants]
        return tuple(self.archive.link(one.key) for one in scopes if one.kind == "enterprise")

    def _rungs(self, held: Counter[str]) -> tuple[RungLine, ...]:
        below = Counter((has.above.key, has.step) for has in self.standings if has.above)
        widest = max((held[rung.key] for rung in self.one.rungs), default=0)
        found: list[RungLine] = []
        for rung in reversed(self.one.rungs):
            pack = policy_packs.pack(self.desk, rung.pack)
            steps = tuple((step, below[rung.key, step]) for step in STEPS if below[rung.key, step])
            share = round(100 * held[rung.key] / widest) if widest else 0
            mark = self.climbs.confidence(pack, self.ask.on)
            found.append(
                RungLine(
                    rung.key, of(rung.label), pack.key, of(pack.label), held[rung.key], steps, share, mark
                )
            )
        return tuple(found)

    def _years(self) -> tuple[YearLine, ...]:
        """At the end of each of the last years, and today; none where no title has a day that is known."""
        firms, last = [held.firm for held in self.firms], self.ask.on
        found: list[YearLine] = []
        for year in range(last.year - YEARS_BACK, last.year + 1):
            day = min(date(year, 12, 31), last)
            counted = [
                (rung.key, sum(1 for firm in firms if climbing.was_in_force(rung, firm, self.packs, day)))
                for rung in self.one.rungs
            ]
            found.append(YearLine(year, tuple(counted)))
        return tuple(found) if any(n for one in found for _, n in one.counts) else ()

    def _by_place(self, firms: Iterable[HeldFirm]) -> tuple[PlaceCount, ...]:
        counted = Counter(held.firm.region for held in firms)
        return tuple(
            PlaceCount(code, place_of(self.archive, code), counted[code])
            for code in sorted(counted, key=lambda code: (-counted[code], code))
        )

    def _by_chain(self, keys: Sequence[str], groups: Sequence[Link]) -> tuple[PlaceCount, ...]:
        wanted = frozenset(keys)
        found = [
            PlaceCount(one.key, one.label, len(wanted & members(one.key)))
            for one in groups
            if wanted and one.kind == "chain"
        ]
        return tuple(sorted((one for one in found if one.firms), key=lambda one: (-one.firms, one.key)))

    def _row(self, held: HeldFirm, has: Standing) -> FirmLine:
        climb = None
        if has.above is not None and self.ask.show not in ("held", "top", "in_year"):
            climb = self.climbs.line(self.one, has.above, held.firm, on=self.ask.on)
        return FirmLine(
            link_of(held), held.firm.uscc, place_of(self.archive, held.firm.region),
            self.labels.get(has.held.rung, Label("", "")), has.held.until, has.step, climb,
        )  # fmt: skip


def link_of(held: HeldFirm) -> Link:
    """A firm as a link."""
    return Link(held.key, "enterprise", Label.of(held.firm.name or held.firm.uscc), held.synthetic)


def place_of(archive: Archive, code: str) -> Label:
    """A place by its name; made-up ones are no places of the code table."""
    if not code:
        return Label("未写明", "not told")
    known = archive.desk.regions.find(code)
    return archive.region_label(code) if known else archive.link(f"region:{code}").label


def _own_region(actor: Actor, unreal: Collection[str] | None) -> str:
    """The place of one's office, where it is one: a made-up one among `unreal`, a real one when that is None."""
    places = {grant.scope.key for grant in actor.grants if grant.scope.kind == "region"}
    chosen = [one for one in places if (one in made_up_regions()) == (unreal is not None)]
    return chosen[0] if len(chosen) == 1 else ""
