"""指标卡 cards of the programme desk: which quantities it shows (a pack), each with its trend, targets and deadline."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.cells import shown_of
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.actions.reading.targets import Rung, best_outcome, ladder
from jiqun.core.packfiles import labels_in, tables_of, text_in, texts_in
from jiqun.lake.listing import Wanted


@dataclass(frozen=True, slots=True)
class CardDef:
    """One quantity of the desk, as the pack names it.

    form        stock (as of), flow (over a period) or empty for both
    scopes      words one of which the scope must hold; empty text stands for "no scope stated"
    not_scopes  words the scope must not hold
    breakdown   pairs the breakdown must hold; "none" means there must be no breakdown
    """

    key: str
    title: Label
    subject: str
    indicator: str
    form: str
    scopes: tuple[str, ...]
    not_scopes: tuple[str, ...]
    breakdown: str

    def holds(self, statement: Statement) -> bool:
        """Does the statement speak of this quantity?"""
        if (statement.subject.key, statement.indicator.key) != (self.subject, self.indicator):
            return False
        if self.form and statement.is_instant != (self.form == "stock"):
            return False
        if any(word in statement.scope for word in self.not_scopes):
            return False
        if self.scopes and not any(
            word in statement.scope if word else not statement.scope for word in self.scopes
        ):
            return False
        stated = ";".join(f"{name}={value}" for name, value in statement.breakdown)
        return not stated if self.breakdown == "none" else self.breakdown in stated


@dataclass(frozen=True, slots=True)
class Card:
    """One card of the desk.

    now       the latest outcome
    next      the target to watch: the nearest one not due yet, else the last one
    deadline  last day of that target's period; overdue when it has passed
    verdict   of `next` against the outcome of its time
    rungs     targets and outcomes by year
    others    how many statements the card rests on
    """

    key: str
    title: Label
    subject: Link
    indicator: Link
    now: Statement | None
    next: Statement | None
    deadline: date | None
    overdue: bool
    verdict: str
    reason: str
    rungs: tuple[Rung, ...]
    points: tuple[Statement, ...]
    differences: tuple[str, ...] = ()


def definitions(packs: Path) -> tuple[CardDef, ...]:
    """The cards of `packs/desk/programme.toml`, in file order."""
    path = packs / "desk" / "programme.toml"
    return tuple(
        CardDef(
            key=key,
            title=Label(**labels_in(table, "title", file=path, key=key)),
            subject=text_in(table, "subject", file=path, key=key),
            indicator=text_in(table, "indicator", file=path, key=key),
            form=str(table.get("form", "")),
            scopes=texts_in(table, "scopes", file=path, key=key),
            not_scopes=texts_in(table, "not_scopes", file=path, key=key),
            breakdown=str(table.get("breakdown", "none")),
        )
        for key, table in tables_of(path)
    )


def cards(archive: Archive, *, on: date, limit: int | None = None) -> tuple[Card, ...]:
    """The desk's cards, from one reading of the lake; cards nothing is known about stay, empty."""
    wanted = definitions(archive.desk.packs)[:limit]
    subjects = tuple(sorted({item.subject for item in wanted}))
    indicators = tuple(sorted({item.indicator for item in wanted}))
    statements = archive.statements(
        Wanted(subjects=subjects, indicators=indicators, real=True), sort="period"
    )
    return tuple(_card(archive, item, statements, on=on) for item in wanted)


def _card(archive: Archive, item: CardDef, statements: tuple[Statement, ...], *, on: date) -> Card:
    points = tuple(one for one in statements if item.holds(one))
    shown = shown_of(archive, points)
    rungs = ladder(shown, on=on)
    outcomes = [one for one in shown if one.status == "actual"]
    now = _latest(outcomes)
    aim = _to_watch([one for one in shown if one.status == "target"], on=on)
    watched = next((rung for rung in rungs if aim is not None and rung.target is aim), None)
    verdict, reason = (watched.verdict, watched.reason) if watched else ("", "")
    return Card(
        key=item.key,
        title=item.title,
        subject=archive.link(item.subject),
        indicator=archive.indicator_links.get(item.indicator, Link(item.indicator, "indicator", item.title)),
        now=now,
        next=aim,
        deadline=None if aim is None else date.fromordinal(aim.ends.toordinal() - 1),
        overdue=aim is not None and aim.ends <= on and verdict in ("unknown", "unmet"),
        verdict=verdict,
        reason=reason,
        rungs=rungs,
        points=points,
    )


def _latest(outcomes: list[Statement]) -> Statement | None:
    """The outcome with the latest period; among those of one year an exact value before a rounded one."""
    if not outcomes:
        return None
    last = max(one.year for one in outcomes)
    return best_outcome(one for one in outcomes if one.year == last)


def _to_watch(targets: list[Statement], *, on: date) -> Statement | None:
    if not targets:
        return None
    ahead = [one for one in targets if one.ends > on]
    return min(ahead, key=lambda one: one.ends) if ahead else max(targets, key=lambda one: one.ends)
