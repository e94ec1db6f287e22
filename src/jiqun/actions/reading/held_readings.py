"""读数隔离 what the page of held values shows: values that could not be taken, by reason, as a list and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.connectors import instant
from jiqun.lake.readings.cards import held_reasons, held_rows
from jiqun.ledger import factories
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import Actor

SIZE, FILE_MOST = 50, 100_000
COLUMNS = ("arrived_at", "reason", "point", "seen", "allowed", "unit", "read_at", "batch")
BACK = timedelta(days=366)


@dataclass(frozen=True)
class HeldLine:
    """One value held: what came, why it was not taken, what is allowed, and the batch it came in."""

    arrived_at: datetime | None
    code: str
    point: str
    seen: str
    allowed: str
    unit: str
    read_at: datetime | None
    batch: str


@dataclass(frozen=True)
class HeldContext:
    """Values held of a factory; counts by reason of the last year."""

    factory: Factory
    rows: tuple[HeldLine, ...]
    counts: Mapping[str, int]
    code: str
    total: int
    number: int
    pages: int


def held_page(desk: Desk, actor: Actor, key: str, *, code: str = "", page: int = 1) -> HeldContext:
    """One page of the list, the last that arrived first."""
    factory = factories.get(key)
    policy.check_read(actor, factory)
    now = desk.now()
    span = {"start_us": _us(now - BACK), "end_us": _us(now + timedelta(days=1))}
    counts = held_reasons(desk.lake, key, **span)
    code = code if code in counts else ""
    total = counts[code] if code else sum(counts.values())
    pages = max(1, -(-total // SIZE))
    number = min(max(1, page), pages)
    rows = _lines(desk, key, code, limit=SIZE, offset=(number - 1) * SIZE)
    return HeldContext(factory, rows, counts, code, total, number, pages)


def held_rows_for_file(desk: Desk, actor: Actor, key: str, *, code: str = "") -> list[tuple[str, ...]]:
    """Every value held, of one reason or all, as texts in the order of `COLUMNS`; at most a hundred thousand."""
    policy.check_read(actor, factories.get(key))
    return [
        (
            _iso(one.arrived_at),
            one.code,
            one.point,
            _plain(one.seen),
            one.allowed,
            one.unit,
            _iso(one.read_at),
            one.batch,
        )
        for one in _lines(desk, key, code, limit=FILE_MOST, offset=0)
    ]


def _lines(desk: Desk, key: str, code: str, *, limit: int, offset: int) -> tuple[HeldLine, ...]:
    rows = held_rows(desk.lake, key, code=code, limit=limit, offset=offset)
    return tuple(
        HeldLine(
            _instant(row["arrived_us"]), *(str(row[name] or "") for name in ("code", "point", "seen", "allowed", "unit")),
            _instant(row["read_us"]), str(row["batch"]),
        )
        for row in rows
    )  # fmt: skip


def _plain(text: str) -> str:
    """A value as a spreadsheet takes it for text, whatever a machine sent."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _instant(value: object) -> datetime | None:
    return instant(value) if isinstance(value, int) else None


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _us(at: datetime) -> int:
    return round(at.timestamp() * 1e6)
