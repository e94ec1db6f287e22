"""采信 cells: of the statements about one cell the one that is shown, why, and what the others say; all of them stay."""

from collections.abc import Iterable
from dataclasses import dataclass

from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Label, Statement
from jiqun.core.trust import UNKNOWN, Told
from jiqun.lake.listing import Wanted

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class CellContext:
    """The statements about one cell.

    shown    the one chosen by the order of trust; others in that order
    why      why it was chosen
    is_shown is the statement asked about the chosen one?
    """

    shown: Statement
    others: tuple[Statement, ...]
    why: Label
    is_shown: bool


def cell_key(one: Statement) -> Key:
    """What makes two statements speak of one cell: subject, indicator, period, scope, breakdown, status."""
    return (
        one.subject.key, one.indicator.key, one.starts, one.ends, one.is_instant, one.scope, one.breakdown, one.status,
        one.kind, one.synthetic,
    )  # fmt: skip


def cell_of(archive: Archive, one: Statement) -> CellContext | None:
    """The cell a statement stands in, as this person may see it; None when the statement itself holds no more."""
    wanted = Wanted(subject=one.subject.key, indicator=one.indicator.key, status=one.status)
    same = [other for other in archive.statements(wanted) if cell_key(other) == cell_key(one)]
    if not same:
        return None
    by_id = {other.id: other for other in same}
    choice = archive.desk.trust.choose((told_of(archive, other) for other in same), one.indicator.key)
    assert choice is not None
    others = tuple(by_id[other.id] for other in choice.others)
    why = Label(choice.why_zh, choice.why_en)
    return CellContext(by_id[choice.shown.id], others, why, choice.shown.id == one.id)


def shown_of(archive: Archive, statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements without those another source about the same cell is shown for; words alone stay as they are."""
    statements = tuple(statements)
    cells: dict[Key, list[Statement]] = {}
    for one in statements:
        if one.base_value is not None:
            cells.setdefault(cell_key(one), []).append(one)
    hidden: set[str] = set()
    for same in cells.values():
        if len(same) > 1:
            choice = archive.desk.trust.choose(
                (told_of(archive, other) for other in same), same[0].indicator.key
            )
            hidden.update(other.id for other in (choice.others if choice else ()))
    return tuple(one for one in statements if one.id not in hidden)


def told_of(archive: Archive, one: Statement) -> Told:
    """A statement as the order of trust needs it."""
    source = archive.sources.get(one.source.key)
    kind, day = (source.kind, source.told_on) if source else (UNKNOWN, "")
    return Told(one.id, one.source.key, kind, day, one.bound == "=", one.recorded_at)
