"""Alarms 报警 of a factory as the ledger keeps them: limits, where each stands, the journal, how loud it was.

Instants on the time line of readings are microseconds since 1970 (`_us`); readers take a span `start_us` ≤ at < `end_us`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import QuerySet

from jiqun.core.errors import NotFound
from jiqun.factory.alarms import counting
from jiqun.factory.alarms.counting import Flood, Raised
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.alarms.model import AlarmState, Condition, Limit, Side
from jiqun.factory.instants import SECOND
from jiqun.ledger import models
from jiqun.ledger.factories import row_of
from jiqun.ledger.pages import Page, page_of


@dataclass(frozen=True, slots=True)
class AlarmLimit:
    """A limit; its fields are told at the table. Delays in seconds."""

    key: str
    point: str
    name: str
    side: Side
    setpoint: float
    deadband: float = 0.0
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    priority: int = 3
    latching: bool = False
    response: str = ""
    enabled: bool = True

    def as_limit(self) -> Limit:
        """As the state machine takes it."""
        delays = (round(one * SECOND) for one in (self.on_delay_s, self.off_delay_s))
        return Limit(
            self.key,
            self.point,
            self.side,
            self.setpoint,
            self.deadband,
            *delays,
            self.priority,
            self.latching,
        )


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm and where it stands; see the table `AlarmStanding` for the fields."""

    limit: AlarmLimit
    state: str = "normal"
    raw: bool = False
    since_us: int = 0
    active: bool = False
    shelved_until_us: int | None = None
    seen_us: int | None = None
    read_us: int | None = None
    value: float | None = None
    raised_us: int | None = None
    changed_us: int | None = None
    late: int = 0
    bad: int = 0

    def as_state(self) -> AlarmState:
        """As the state machine takes it."""
        condition = Condition(self.raw, self.since_us, self.active)
        return AlarmState(self.state, condition, self.shelved_until_us, self.seen_us)

    def stepped(self, state: AlarmState) -> "AlarmRow":
        """The row with the state the machine gave."""
        return replace(
            self, state=state.state, raw=state.condition.raw, since_us=state.condition.since,
            active=state.condition.active, shelved_until_us=state.shelved_until, seen_us=state.seen_at,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AlarmEntry:
    """A line of the journal: what happened (`name`), from which state to which, by whom, why, at which value."""

    limit: str
    limit_name: str
    point: str
    at_us: int
    name: str
    before: str
    after: str
    by: str
    why: str
    value: str
    until_us: int | None
    priority: int
    raises: bool
    recorded_at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class AlarmCounts:
    """How loud a span was.

    raised      alarms that occurred; priorities: how many of each (1–4, all four always there)
    floods      times in which they came faster than a person can answer
    chattering  by limit, occurrences that lie in a minute with too many of them
    worst       limits that occurred most, the most frequent first, ten at most
    """

    raised: int
    priorities: Mapping[int, int]
    floods: tuple[Flood, ...]
    chattering: Mapping[str, int]
    worst: tuple[tuple[str, int], ...]


LIMIT = tuple(AlarmLimit.__dataclass_fields__)
STANDING = tuple(name for name in AlarmRow.__dataclass_fields__ if name != "limit")


def limits(factory: str, *, disabled: bool = False) -> tuple[AlarmLimit, ...]:
    """The limits of a factory by key."""
    rows = models.AlarmLimit.objects.filter(factory__key=factory).order_by("key")
    return tuple(map(_limit, rows if disabled else rows.filter(enabled=True)))


def limit(factory: str, key: str) -> AlarmLimit:
    """One limit; NotFound alarm.no_such_limit."""
    return _limit(_limit_row(factory, key))


def standing(
    factory: str, *, states: Sequence[str] = (), point: str = "", disabled: bool = False
) -> tuple[AlarmRow, ...]:
    """Where the alarms of a factory stand, the most urgent first, of those the one raised last.

    states    only these; point: only of this point; disabled: also of limits that are not watched
    """
    rows = models.AlarmLimit.objects.filter(factory__key=factory).select_related("standing")
    rows = rows if disabled else rows.filter(enabled=True)
    rows = rows.filter(point=point) if point else rows
    found = [_row(one) for one in rows]
    if states:
        found = [one for one in found if one.state in states]
    return tuple(sorted(found, key=lambda one: (one.limit.priority, -(one.raised_us or 0), one.limit.key)))


def one_standing(factory: str, key: str) -> AlarmRow:
    """Where one alarm stands; NotFound alarm.no_such_limit."""
    return _row(_limit_row(factory, key))


def journal(
    factory: str,
    *,
    limit: str = "",
    point: str = "",
    start_us: int | None = None,
    end_us: int | None = None,
    raises: bool | None = None,
    by_people: bool = False,
    page: int = 1,
    size: int = 50,
) -> Page[AlarmEntry]:
    """The journal, the latest first; raises: only entries that called somebody (True) or did not."""
    rows = models.AlarmEntry.objects.filter(limit__factory__key=factory).order_by("-at_us", "-id")
    exact = {"limit__key": limit, "limit__point": point, "at_us__gte": start_us, "at_us__lt": end_us}
    rows = rows.filter(**{name: value for name, value in exact.items() if value not in ("", None)})
    rows = rows if raises is None else rows.filter(raises=raises)
    return page_of(rows.exclude(by="") if by_people else rows, _entries, page=page, size=size)


def raised(factory: str, start_us: int, end_us: int) -> tuple[Raised, ...]:
    """Alarms that occurred in a span, in order, for counting; the factory is the operator whose screen they stood on."""
    rows = models.AlarmEntry.objects.filter(
        limit__factory__key=factory, raises=True, at_us__gte=start_us, at_us__lt=end_us
    )
    told = rows.order_by("at_us", "id").values_list("at_us", "limit__key", "priority")
    return tuple(Raised(at, key, factory, priority) for at, key, priority in told)


def counts(factory: str, start_us: int, end_us: int, diagram: Diagram) -> AlarmCounts:
    """How loud a span was."""
    found = raised(factory, start_us, end_us)
    by_priority = Counter(one.priority for one in found)
    by_limit = Counter(one.alarm for one in found)
    return AlarmCounts(
        len(found), {priority: by_priority[priority] for priority in (1, 2, 3, 4)},
        counting.floods(found, diagram, until=end_us), counting.chattering(found, diagram),
        tuple(by_limit.most_common(10)),
    )  # fmt: skip


def put_limits(factory: str, told: Iterable[AlarmLimit], *, by: str, at: datetime) -> None:
    """Enter limits or change them; where they stand stays."""
    _inside()
    owner = row_of(factory)
    for one in told:
        values = {name: value for name, value in asdict(one).items() if name != "key"}
        row, made = models.AlarmLimit.objects.update_or_create(
            factory=owner, key=one.key, defaults=values | {"changed_by": by[:150], "changed_at": at},
            create_defaults=values | {"made_by": by[:150], "made_at": at},
        )  # fmt: skip
        if made:
            models.AlarmStanding.objects.create(limit=row)


def locked(factory: str, keys: Iterable[str] | None = None) -> dict[str, AlarmRow]:
    """Where watched alarms stand, by key, held until the transaction ends; NotFound alarm.no_such_limit."""
    _inside()
    rows = models.AlarmStanding.objects.select_for_update(of=("self",)).filter(
        limit__factory__key=factory, limit__enabled=True
    )
    wanted = None if keys is None else set(keys)
    if wanted is not None:
        rows = rows.filter(limit__key__in=wanted)
    found = {row.limit.key: _row(row.limit) for row in rows.select_related("limit").order_by("id")}
    missing = sorted((wanted or set()) - set(found))
    if missing:
        raise NotFound("alarm.no_such_limit", seen=" ".join(missing))
    return found


def keep(factory: str, rows: Iterable[AlarmRow], entries: Iterable[AlarmEntry]) -> None:
    """Write where alarms stand now and what happened to them, held by `locked` before."""
    _inside()
    told = list(rows)
    ids = dict(models.AlarmLimit.objects.filter(factory__key=factory).values_list("key", "id"))
    found = models.AlarmStanding.objects.filter(limit_id__in=[ids[one.limit.key] for one in told])
    standings = {row.limit_id: row for row in found}
    for one in told:
        row = standings[ids[one.limit.key]]
        for name in STANDING:
            setattr(row, name, getattr(one, name))
    models.AlarmStanding.objects.bulk_update(standings.values(), STANDING, batch_size=50)
    left_out = {"id", "limit", "limit_name", "point"}
    models.AlarmEntry.objects.bulk_create(
        [
            models.AlarmEntry(
                limit_id=ids[one.limit], **{k: v for k, v in asdict(one).items() if k not in left_out}
            )
            for one in entries
        ],
        batch_size=500,
    )


def _entries(rows: QuerySet[models.AlarmEntry]) -> Iterable[AlarmEntry]:
    names = ("limit__key", "limit__name", "limit__point")
    own = [name for name in AlarmEntry.__dataclass_fields__ if name not in ("limit", "limit_name", "point")]
    return (AlarmEntry(*values) for values in rows.values_list(*names, *own))


def _limit_row(factory: str, key: str) -> models.AlarmLimit:
    rows = models.AlarmLimit.objects.select_related("standing")
    row = rows.filter(factory__key=factory, key=key).first()
    if row is None:
        raise NotFound("alarm.no_such_limit", seen=key)
    return row


def _limit(row: models.AlarmLimit) -> AlarmLimit:
    return AlarmLimit(**{name: getattr(row, name) for name in LIMIT})


def _row(row: models.AlarmLimit) -> AlarmRow:
    stands = cast(Any, row).standing
    return AlarmRow(_limit(row), **{name: getattr(stands, name) for name in STANDING})


def _inside() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "an alarm changes together with its journal and audit line"
        )
