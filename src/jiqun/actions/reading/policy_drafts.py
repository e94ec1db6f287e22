"""草案页 what the pages of drafts show: drafts and replays of your office, one draft with its numbers and errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from jiqun.actions import policy_drafts, policy_packs, policy_replays, policy_runs
from jiqun.actions.desk import Desk
from jiqun.actions.draft_files import Draft
from jiqun.actions.policy_files import Run
from jiqun.actions.policy_numbers import parameters_read, thresholds, tiers_of
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.imports import ErrorLine
from jiqun.actions.reading.policies import counties_of, of, own_county
from jiqun.actions.reading.policy_words import unit_words
from jiqun.actions.reading.statements import Label
from jiqun.actions.replay_files import LEDGERS, ReplayRun
from jiqun.core.errors import PackErrors
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check
from jiqun.rules.pack import Pack, Version
from jiqun.rules.showing import SIGNS

SHOWN = 30


@dataclass(frozen=True)
class DraftHead:
    """A draft with the names of what it started from."""

    draft: Draft
    pack: Label
    version: Label
    place: Label | None


@dataclass(frozen=True)
class SideChoice:
    """What one side of a replay may be: a version, or a draft, with the day that suits it."""

    key: str
    label: Label
    on: str
    is_draft: bool


@dataclass(frozen=True)
class RunChoice:
    """A judged run whose firms may be replayed."""

    run: Run
    pack: Label


@dataclass(frozen=True)
class ReplayHead:
    """A replay as it is listed."""

    replay: ReplayRun
    pack: Label
    before: Label
    after: Label


@dataclass(frozen=True)
class PackChoice:
    """A pack a draft may start from, with its versions."""

    key: str
    label: Label
    versions: tuple[tuple[str, Label], ...]


@dataclass(frozen=True)
class DeskContext:
    """Drafts and replays of your office.

    source   id of the run to be replayed, ledger or synthetic; "" while none is chosen; name: of its sheet; pack: of it
    sides    what either side may be; before, after: what is proposed
    """

    source: str
    name: str
    pack: str
    label: Label | None
    sides: tuple[SideChoice, ...]
    before: SideChoice | None
    after: SideChoice | None
    drafts: tuple[DraftHead, ...]
    replays: tuple[ReplayHead, ...]
    runs: tuple[RunChoice, ...]
    packs: tuple[PackChoice, ...]
    regions: tuple[tuple[str, Label], ...]
    region: str
    today: date


@dataclass(frozen=True)
class DraftField:
    """A number of a draft: `name` of its field on the page, what holds in the draft, and what held where it started."""

    name: str
    label: Label
    sign: str
    unit: Label
    value: Decimal | None
    was: Decimal | None
    line: int = 0


@dataclass(frozen=True)
class DraftContext:
    """One draft.

    errors   what is wrong with its rule, by file and line; nothing is judged by it before there are none
    tiers    numbers of its county, by tier; thresholds: numbers in its clauses
    changed  how many numbers differ from those it started from; text_changed: the rule does
    """

    head: DraftHead
    text: str
    errors: tuple[ErrorLine, ...]
    tiers: tuple[tuple[str, tuple[DraftField, ...]], ...]
    thresholds: tuple[DraftField, ...]
    changed: int
    text_changed: bool
    runs: tuple[RunChoice, ...]


def desk_page(desk: Desk, actor: Actor, source: str) -> DeskContext:
    """The drafts and replays of your office; `source`: id of the run whose firms are to be replayed, or one of LEDGERS."""
    check(actor, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    archive, packs = Archive(desk, actor), policy_packs.packs(desk)
    run = policy_runs.done(desk, source, by=actor) if source and source not in LEDGERS else None
    pack = packs[run.pack] if run else packs.get("zhejiang/per_mu") if source in LEDGERS else None
    today = desk.now().date()
    sides = tuple(_sides(desk, actor, pack, run.day if run else today)) if pack else ()
    drafted = [one for one in sides if one.is_draft]
    before = next((one for one in sides if run and one.key == run.version), sides[0] if sides else None)
    replays = [one for one in policy_replays.mine(desk, by=actor) if one.pack in packs]
    return DeskContext(
        source, run.name if run else "", pack.key if pack else "", of(pack.label) if pack else None, sides, before,
        drafted[0] if drafted else sides[-1] if sides else None,
        tuple(_head(archive, one) for one in policy_drafts.mine(desk, by=actor)[:SHOWN] if one.pack in packs),
        tuple(replay_head(desk, one) for one in replays[:SHOWN]), _runs(desk, actor),
        tuple(map(_choice, packs.values())),
        counties_of(archive, ()),
        own_county(desk, actor), today,
    )  # fmt: skip


def draft_page(desk: Desk, actor: Actor, id: str, lang: str) -> DraftContext:
    """One draft of your office."""
    draft = policy_drafts.read(desk, id, by=actor)
    archive, base = Archive(desk, actor), policy_packs.pack(desk, draft.pack)
    text = policy_drafts.files(desk).rule(id)
    was = (base.folder / "rule.toml").read_text(encoding="utf-8")
    runs = tuple(one for one in _runs(desk, actor) if one.run.pack == draft.pack)
    try:
        pack = policy_drafts.pack_of(desk, draft)
    except PackErrors as error:
        told = tuple(
            ErrorLine(one.row, Path(one.file).name, one.code, one.seen, one.allowed, desk.messages.sentence(one, lang))
            for one in error.errors
        )  # fmt: skip
        return DraftContext(_head(archive, draft), text, told, (), (), 0, text != was, runs)
    fields = _Fields(desk, draft, pack, base)
    tiers, held = tuple(fields.tiers()), tuple(fields.thresholds())
    every = [one for _, group in tiers for one in group] + list(held)
    changed = sum(one.value != one.was for one in every)
    return DraftContext(_head(archive, draft), text, (), tiers, held, changed, text != was, runs)


def _choice(pack: Pack) -> PackChoice:
    return PackChoice(pack.key, of(pack.label), tuple((one.key, of(one.label)) for one in pack.versions))


def replay_head(desk: Desk, one: ReplayRun) -> ReplayHead:
    """A replay with the names of its sides."""
    pack = policy_packs.pack(desk, one.pack)
    return ReplayHead(
        one, of(pack.label), _side_label(desk, pack, one.before), _side_label(desk, pack, one.after)
    )


def _side_label(desk: Desk, pack: Pack, key: str) -> Label:
    """The name of a version, or of a draft; a draft thrown away since is still called one."""
    known = {one.key: of(one.label) for one in pack.versions}
    if key in known:
        return known[key]
    held = {one.id: one.name for one in policy_drafts.files(desk).all()}
    return Label(f"草案：{held.get(key, '已删除')}", f"draft: {held.get(key, 'thrown away')}")


def _head(archive: Archive, draft: Draft) -> DraftHead:
    pack = policy_packs.pack(archive.desk, draft.pack)
    version = {one.key: of(one.label) for one in pack.versions}.get(
        draft.version, Label(draft.version, draft.version)
    )
    return DraftHead(
        draft, of(pack.label), version, archive.region_label(draft.region) if draft.region else None
    )


def _runs(desk: Desk, actor: Actor) -> tuple[RunChoice, ...]:
    packs = policy_packs.packs(desk)
    mine = [one for one in policy_runs.mine(desk, by=actor) if one.state == "done" and one.pack in packs]
    return tuple(RunChoice(one, of(packs[one.pack].label)) for one in mine[:SHOWN])


def _sides(desk: Desk, actor: Actor, pack: Pack, on: date) -> Iterator[SideChoice]:
    for one in sorted(pack.versions, key=lambda one: one.starts):
        yield SideChoice(one.key, of(one.label), (on if one.holds(on) else one.starts).isoformat(), False)
    for draft in policy_drafts.mine(desk, by=actor, pack=pack.key):
        label = Label(f"草案：{draft.name}", f"draft: {draft.name}")
        yield SideChoice(draft.id, label, draft.on, True)


class _Fields:
    """The numbers of a draft beside those it started from."""

    def __init__(self, desk: Desk, draft: Draft, pack: Pack, base: Pack) -> None:
        self.draft, self.pack, self.base = draft, pack, base
        self.units = policy_packs.catalogue(desk).units
        known = {one.key: one for one in pack.versions}
        self.version: Version = known.get(draft.version) or pack.versions[-1]

    def tiers(self) -> Iterator[tuple[str, tuple[DraftField, ...]]]:
        """The parameters of the draft's county, by tier."""
        for place, tier in enumerate(tiers_of(self.pack, self.version)):
            now, was = (
                one.parameters_on(self.draft.region, self.draft.day, tier) for one in (self.pack, self.base)
            )
            yield tier, tuple(
                DraftField(
                    f"p-{place}-{one.name}", of(one.label), "", unit_words(self.units, one.unit), now[one.name],
                    was.get(one.name),
                )
                for one in parameters_read(self.pack, self.version, tier)
            )  # fmt: skip

    def thresholds(self) -> Iterator[DraftField]:
        """The numbers in the clauses of the version."""
        base = {one.key: one for one in self.base.versions}.get(self.draft.version)
        was = {one.node: one.needed for one in thresholds(base)} if base else {}
        for one in thresholds(self.version):
            yield DraftField(
                f"t-{one.node}", of(one.label), SIGNS[one.op], unit_words(self.units, one.unit), one.needed,
                was.get(one.node), one.line,
            )  # fmt: skip
