"""致企业的一封信 letters to the firms of a list: what each holds, what is missing for the next rung, what helps."""

from dataclasses import dataclass
from datetime import date

from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import HeldFirm
from jiqun.actions.ladder import Standing
from jiqun.actions.reading.climbs import ClimbLine
from jiqun.actions.reading.ladders import FIRST, LadderAsk, LadderView, asked, link_of, place_of
from jiqun.actions.reading.policies import of
from jiqun.actions.reading.statements import Label, Link
from jiqun.core.errors import InputError
from jiqun.ledger import subjects
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can, check

LETTERS_MOST = 200


@dataclass(frozen=True)
class Letter:
    """What is told to one firm: what it holds, what is missing for the next rung, what helps; no promise."""

    link: Link
    uscc: str
    place: Label
    held: Label
    until: date | None
    climb: ClimbLine


@dataclass(frozen=True)
class LettersContext:
    """Letters to firms 致企业的一封信, one on a page; left: firms of the list there was no room for."""

    ask: LadderAsk
    key: str
    label: Label
    on: date
    letters: tuple[Letter, ...]
    left: int
    sender: str


def letters_page(desk: Desk, actor: Actor, key: str, told: LadderAsk, *, one: str = "") -> LettersContext:
    """Letters to the firms of a list, or to one firm by its key; InputError `ladder.no_letter` when there is none."""
    check(actor, Permission.READ_ENTERPRISE, target_scope=ANYWHERE)
    view = LadderView(desk, actor, key or FIRST, asked(desk, actor, told), keys=[one] if one else None)
    rows = [(firm, has) for firm, has in view.chosen(everyone=bool(one)) if has.above is not None]
    rows = [(firm, has) for firm, has in rows if _may_write(view, firm)]
    letters = [letter for firm, has in rows[:LETTERS_MOST] if (letter := _letter(view, firm, has))]
    if not letters:
        raise InputError("ladder.no_letter", seen=one or view.ask.show)
    left = max(0, len(rows) - LETTERS_MOST)
    return LettersContext(
        view.ask, view.one.key, of(view.one.label), view.ask.on, tuple(letters), left, actor.label
    )


def _may_write(view: LadderView, held: HeldFirm) -> bool:
    """May this person write to the firm: one whose data it may read here?"""
    target = subjects.target_of(held.key)
    return can(view.archive.actor, Permission.READ_ENTERPRISE, target_scope=target)


def _letter(view: LadderView, held: HeldFirm, has: Standing) -> Letter | None:
    """The letter to a firm; None where no rule holds for its next rung."""
    if has.above is None:
        return None
    climb = view.climbs.line(view.one, has.above, held.firm, on=view.ask.on)
    if climb is None:
        return None
    held_label = view.labels.get(has.held.rung, Label("", ""))
    return Letter(
        link_of(held),
        held.firm.uscc,
        place_of(view.archive, held.firm.region),
        held_label,
        has.held.until,
        climb,
    )
