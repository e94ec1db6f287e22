"""称号页 what the pages of titles show: the list by kind and standing, one title with its record, those of an enterprise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jiqun.actions import title_policy as policy
from jiqun.actions import titling
from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.recognitions import RecognitionLine, lines_of
from jiqun.actions.reading.statements import Label, Link
from jiqun.exchange.objections import day_of
from jiqun.ledger import recognitions, subjects, title_notices, titles
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can, check
from jiqun.ledger.titles import Title, TitleFilter

SIZE = 50
SOON = 90
SOON_MOST = 1100
CANDIDACIES = 20


@dataclass(frozen=True)
class TitleAsk:
    """How the list is narrowed: kind by field, standing, ends within days, place, words of the name."""

    field: str = ""
    standing: str = "in_force"
    days: int = SOON
    region: str = ""
    text: str = ""
    page: int = 1
    size: int = SIZE


@dataclass(frozen=True)
class TitleLine:
    """One title; left: calendar days until its last day, below 0 when it is over."""

    id: int
    subject: Link
    field: str
    label: Label
    place: Label
    how: str
    granted_on: date
    starts_on: date
    valid_until: date
    left: int
    standing: str
    standing_label: Label
    origin: str
    recognition: str
    synthetic: bool


@dataclass(frozen=True)
class KindLine:
    """How the titles of one kind stand."""

    field: str
    label: Label
    in_force: int
    expiring: int
    over: int
    replaced: int
    taken_back: int


@dataclass(frozen=True)
class TitlesContext:
    """The list.

    kinds         titles by kind, as of today; days: `expiring` means within so many
    can_register  this reader may enter a list, and leave the reminders that are due
    """

    rows: tuple[TitleLine, ...]
    total: int
    number: int
    pages: int
    ask: TitleAsk
    kinds: tuple[KindLine, ...]
    fields: tuple[tuple[str, Label], ...]
    standings: tuple[tuple[str, Label], ...]
    today: date
    can_register: bool


@dataclass(frozen=True)
class NoticeLine:
    """A notice to an enterprise."""

    kind: str
    text: str
    by: str
    at: datetime
    seen: bool
    title: int
    recognition: str


@dataclass(frozen=True)
class TitleContext:
    """One title with its record; ruling: as judged then, None for one of a list and for who may not see the numbers."""

    line: TitleLine
    pack: str
    version: str
    recognition: RecognitionLine | None
    ruling: Mapping[str, Any] | None
    entered_by: str
    entered_at: datetime | None
    taken_back_by: str
    taken_back_at: datetime | None
    taken_back_why: str
    can_take_back: bool


@dataclass(frozen=True)
class OwnTitles:
    """The titles of one enterprise, where it is a candidate, and its notices as far as this reader is of it."""

    titles: tuple[TitleLine, ...] = ()
    candidates: tuple[tuple[int, RecognitionLine, Label], ...] = ()
    notices: tuple[NoticeLine, ...] = ()


def titles_page(desk: Desk, actor: Actor, ask: TitleAsk) -> TitlesContext:
    """The list; titles are public, made-up ones for who may see such."""
    check(actor, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    archive, on = Archive(desk, actor), day_of(desk.now())
    made_up = None if can(actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE) else False
    days = max(1, min(ask.days, SOON_MOST))
    standing = ask.standing if ask.standing in titles.STANDINGS else ""
    ask = TitleAsk(ask.field, standing, days, ask.region, ask.text, ask.page, ask.size)
    wanted = TitleFilter(
        on=on, field=ask.field, standing=standing, days=days, region=ask.region, q=ask.text, synthetic=made_up
    )
    found = titles.list_page(wanted, page=ask.page, size=ask.size)
    labels = titling.kinds(desk)
    counted = titles.counts(on, days=days, synthetic=made_up)
    kinds = tuple(
        KindLine(field, _label(labels[field]) if field in labels else Label.of(field), **counts)
        for field, counts in sorted(counted.items())
    )
    return TitlesContext(
        _lines(archive, found.rows, on), found.total, found.number, found.pages, ask, kinds,
        tuple((key, _label(one)) for key, one in labels.items()),
        tuple((key, Label(**label)) for key, label in desk.recognition.standings.items()), on,
        can(actor, policy.RECOGNISE, target_scope=ANYWHERE),
    )  # fmt: skip


def title_page(desk: Desk, actor: Actor, id: int) -> TitleContext:
    """One title."""
    check(actor, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    held = titles.get(id)
    if held.synthetic:
        check(actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE)
    archive = Archive(desk, actor)
    sees = policy.can_see_ruling(actor, held.subject, held.region)
    round_of = lines_of(archive, [recognitions.get(held.recognition)])[0] if held.recognition else None
    return TitleContext(
        _lines(archive, [held], day_of(desk.now()))[0], held.pack, held.version, round_of,
        held.ruling if sees and held.ruling else None, held.entered_by, held.entered_at, held.taken_back_by,
        held.taken_back_at, held.taken_back_why, policy.can_take_back(actor, held),
    )  # fmt: skip


def own_titles(archive: Archive, key: str) -> OwnTitles:
    """The titles of an enterprise, rounds it is a candidate of, and notices for who speaks for it."""
    on = day_of(archive.desk.now())
    found = titles.of_subject(key)
    rounds = [
        (one, made)
        for one in recognitions.of_subject(key)[:CANDIDACIES]
        if policy.can_read(archive.actor, made := recognitions.get(one.recognition))
    ]
    lines = lines_of(archive, [made for _, made in rounds])
    labels = archive.desk.recognition.candidates
    candidates = tuple(
        (one.id, line, Label(**labels[one.state])) for (one, _), line in zip(rounds, lines, strict=True)
    )
    mine = key in own_enterprises(archive.actor)
    return OwnTitles(_lines(archive, found, on), candidates, notices_of([key]) if mine else ())


def own_enterprises(actor: Actor) -> tuple[str, ...]:
    """The enterprises the actor's roles are held for, by the keys they go by today."""
    held = (grant.scope.key for grant in actor.grants if grant.scope.kind == "enterprise")
    return tuple(dict.fromkeys(subjects.resolve(key) for key in held))


def notices_of(keys: Iterable[str], *, unseen: bool = False) -> tuple[NoticeLine, ...]:
    """Notices to these enterprises, the latest first."""
    return tuple(
        NoticeLine(one.kind, one.text, one.by, one.at, one.seen_at is not None, one.title, one.recognition)
        for one in title_notices.of_subjects(keys, unseen=unseen)
    )


def _lines(archive: Archive, found: Iterable[Title], on: date) -> tuple[TitleLine, ...]:
    kept = tuple(found)
    today = subjects.resolve_many(one.subject for one in kept)
    archive.links([*today.values(), *(f"region:{one.region}" for one in kept if one.region)])
    return tuple(_line(archive, one, today.get(one.subject, one.subject), on) for one in kept)


def _line(archive: Archive, one: Title, subject: str, on: date) -> TitleLine:
    standing = _standing(one, on)
    return TitleLine(
        one.id, archive.link(subject), one.field, Label.of(one.label_zh, one.label_en),
        archive.link(f"region:{one.region}").label if one.region else Label("", ""), one.how, one.granted_on,
        one.starts_on, one.valid_until, (one.valid_until - on).days, standing,
        Label(**archive.desk.recognition.standings[standing]), one.origin, one.recognition, one.synthetic,
    )  # fmt: skip


def _standing(one: Title, on: date) -> str:
    if one.state == "taken_back":
        return "taken_back"
    if one.valid_until < on:
        return "over" if one.state == "held" else "replaced"
    if one.state == "held" and (one.valid_until - on).days <= SOON and one.starts_on <= on:
        return "expiring"
    return "replaced" if one.state == "replaced" else "in_force"


def _label(label: Any) -> Label:
    return Label(label.zh, label.en)
