"""撤回预览 what withdrawing a source would change on the pages, listed before anybody confirms it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from jiqun.actions import withdrawals as acts
from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.changes import PLACES, Change, graph_of
from jiqun.actions.reading.objections import ObjectionLine, lines_about
from jiqun.actions.reading.statements import Label, Link
from jiqun.core.indicators import Adds
from jiqun.lake.facts import Row
from jiqun.lake.withdrawing import Effect, cells_without, derived_without, spoken_of, sums_without
from jiqun.ledger import batches, objections, sources, subjects
from jiqun.ledger.permissions import Actor

SHOWN = 200
PROVINCE = "330000"


@dataclass(frozen=True)
class WithdrawalContext:
    """What would change.

    facts       statements that would be hidden, about how many subjects; batches: what was imported from it
    changes     figures that would be others or none (first `SHOWN` of each kind); changed: how many there are in all
    objections  those against statements of this source
    gone        subjects only this source tells of: they would go
    """

    source: Link
    kind: str
    facts: int
    subjects: int
    batches: int
    gone: int
    changes: tuple[Change, ...]
    changed: int
    objections: tuple[ObjectionLine, ...]
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_why: str
    can_withdraw: bool
    can_bring_back: bool


def withdrawal_page(desk: Desk, actor: Actor, key: str) -> WithdrawalContext:
    """Read what withdrawing a source would change; for the office it belongs to."""
    source = sources.get(key)
    acts.check_withdraw(actor, source)
    archive = Archive(desk, actor)
    facts, count, _, indicators = spoken_of(desk.lake, key)
    effects = _effects(desk, key, indicators) if facts else ()
    mine = {one.id for one in batches.standing_of(key)}
    return WithdrawalContext(
        source=archive.source_links[key],
        kind=source.kind,
        facts=facts,
        subjects=count,
        batches=len(mine),
        gone=_gone(desk, key, mine),
        changes=tuple(change for how, effect in effects for change in _told(archive, how, effect)),
        changed=sum(effect.total for _, effect in effects),
        objections=lines_about(archive, [one.fact for one in objections.of_source(key)]),
        withdrawn_by=source.withdrawn_by,
        withdrawn_at=source.withdrawn_at,
        withdrawn_why=source.withdrawn_why,
        can_withdraw=acts.can_withdraw(actor, source),
        can_bring_back=acts.can_bring_back(actor, source),
    )


def _effects(desk: Desk, key: str, indicators: tuple[str, ...]) -> tuple[tuple[str, Effect], ...]:
    graph = graph_of(desk)
    adding = [name for name in indicators if (one := desk.indicators.find(name)) and one.adds is Adds.SUM]
    pairs = [pair for one, code in subjects.places(PROVINCE) for pair in _wholes(one, code)]
    return (
        ("stated", cells_without(desk.lake, key, limit=SHOWN)),
        ("sum", sums_without(desk.lake, key, pairs, adding, limit=SHOWN)),
        ("derived", derived_without(desk.lake, key, graph, indicators, limit=SHOWN)),
    )


def _wholes(subject: str, code: str) -> list[tuple[str, str]]:
    above = dict.fromkeys((code, f"{code[:4]}00", f"{code[:2]}0000"))
    return [(subject, f"region:{whole}") for whole in above]


def _gone(desk: Desk, key: str, mine: set[str]) -> int:
    """Subjects that would go: written last by these batches, and told by nobody else."""
    from jiqun.actions.before import before_batch

    gone = 0
    for id in mine:
        kept = {one.row.key for one in before_batch(desk, id, without=sorted(mine), source=key).subjects}
        gone += sum(one.key not in kept and one.first_batch in mine for one in subjects.written_by(id))
    return gone


def _told(archive: Archive, how: str, effect: Effect) -> list[Change]:
    links = archive.links({str(row["subject"]) for row in effect.rows})
    return [_change(archive, how, row, links[str(row["subject"])]) for row in effect.rows]


def _change(archive: Archive, how: str, row: Row, subject: Link) -> Change:
    key = str(row["indicator"])
    known = archive.desk.indicators.find(key)
    link = archive.indicator_links.get(key, Link(key, "indicator", Label.of(key)))
    before, after = (_plain(row[name], how) for name in ("before", "after"))
    return Change(how, subject, link, int(str(row["year"])), known.unit if known else "", before, after)


def _plain(value: object, how: str) -> Decimal | None:
    if value is None:
        return None
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(str(value))
    return (round(exact, PLACES) if how == "derived" else exact).normalize() + 0
