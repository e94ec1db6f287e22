"""Operations 运算清单: every operation the lake's expressions use, on a few rows, with the answer worked out by hand.

An engine that gives another answer to one of them would give another number somewhere else. `engine check` asks them all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from jiqun.lake.compile import handed_in
from jiqun.lake.known import month_of

Rows = Sequence[tuple[object, ...]]

SAMPLE_COLUMNS = ("id", "place", "amount", "weight", "day", "seen", "made_up")
SAMPLE: Sequence[tuple[str | None, ...]] = (
    ("a", "柯桥", "10.5", "2", "2024-02-29", "2024-02-29 23:59:59.999999", "0"),
    ("b", "柯桥", "0.000001", "3", "2024-12-31", "2024-12-31 16:00:00", "0"),
    ("c", "上虞", "-3.25", "0", "2023-01-01", "2023-01-01 00:00:00", "1"),
    ("d", "上虞", None, "5", None, None, "0"),
    ("e", "Yuyao", "99999999999.999999", "0.5", "2024-01-01", "2024-01-01 00:00:00.000001", "0"),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its name, the question, and the rows every engine must give, in this order."""

    name: str
    ask: Callable[[ir.Table], ir.Table]
    expected: Rows


def sample() -> ir.Table:
    """The few rows with their types; they are handed in as text, so reading them is an operation too."""
    raw = handed_in("sample", dict.fromkeys(SAMPLE_COLUMNS, "text"))
    return raw.select(
        "id",
        "place",
        amount=raw.amount.cast("decimal(28,6)"),
        weight=raw.weight.cast("decimal(28,6)"),
        day=raw.day.cast("date"),
        seen=raw.seen.cast("timestamp"),
        made_up=raw.made_up == "1",
    )


def _by_id(rows: ir.Table, **columns: ir.Value) -> ir.Table:
    return rows.select(id="id", **columns).order_by("id")


def _by_place(rows: ir.Table, **columns: ir.Value) -> ir.Table:
    return rows.group_by("place").aggregate(**columns).order_by("place")


def _lag(rows: ir.Table) -> ir.Table:
    window = ibis.window(group_by="made_up", order_by=rows.id)
    return _by_id(rows, before=rows.amount.lag().over(window))


def _first_of_place(rows: ir.Table) -> ir.Table:
    turn = ibis.row_number().over(group_by="place", order_by=[rows.day.desc(), rows.id.asc()])
    known = rows.filter(rows.day.notnull()).mutate(turn=turn)
    return known.filter(known.turn == 0).select("place", "id").order_by("place")


def _anti(rows: ir.Table) -> ir.Table:
    others = rows.filter(rows.weight > 1).select(other="id")
    return rows.anti_join(others, rows.id == others.other).select("id").order_by("id")


def _semi(rows: ir.Table) -> ir.Table:
    others = rows.filter(rows.made_up).select("place")
    return rows.semi_join(others, "place").select("id").order_by("id")


def _self_join(rows: ir.Table) -> ir.Table:
    other = rows.select(partner="id", place="place")
    pairs = rows.inner_join(other, "place")
    return pairs.filter(pairs.id < pairs.partner).select("id", "partner").order_by("id")


def _union(rows: ir.Table) -> ir.Table:
    places = rows.select("place")
    return places.union(rows.select(place="id")).distinct().order_by("place").limit(3)


def _weighted(rows: ir.Table) -> ir.Table:
    known = rows.filter(rows.amount < 1000)
    amount, weight = known.amount.cast("decimal(18,6)"), known.weight.cast("decimal(18,6)")
    exact = (amount * weight).sum().cast("float64")
    return known.aggregate(mean=exact / weight.sum().cast("float64").nullif(0))


def _quotient(rows: ir.Table) -> ir.Table:
    return _by_id(rows, quotient=rows.amount.cast("float64") / rows.weight.cast("float64").nullif(0))


def _steps(rows: ir.Table) -> ir.Table:
    step = ibis.cases((rows.amount > 1000, "large"), (rows.amount > 0, "small"), else_="none")
    return _by_id(rows, step=step)


D = Decimal

OPERATIONS: tuple[Operation, ...] = (
    Operation("decimal sum", lambda t: t.aggregate(total=t.amount.sum().cast("decimal(28,6)")),
              [(D("100000000007.250000"),)]),
    Operation("decimal sum by group, unknown among them",
              lambda t: _by_place(t, total=t.amount.sum().cast("decimal(28,6)")),
              [("Yuyao", D("99999999999.999999")), ("上虞", D("-3.25")), ("柯桥", D("10.500001"))]),
    Operation("decimal difference", lambda t: _by_id(t, left=(t.amount - t.weight).cast("decimal(28,6)")),
              [("a", D("8.5")), ("b", D("-2.999999")), ("c", D("-3.25")), ("d", None),
               ("e", D("99999999999.499999"))]),
    Operation("weighted mean", _weighted, [(21.000003 / 5.0,)]),
    Operation("division with nullif", _quotient,
              [("a", 5.25), ("b", 0.000001 / 3.0), ("c", None), ("d", None), ("e", 199999999999.999998)]),
    Operation("smallest and largest", lambda t: t.aggregate(low=t.amount.min(), last=t.day.max()),
              [(D("-3.25"), date(2024, 12, 31))]),
    Operation("count where", lambda t: t.aggregate(all=t.count(), real=t.count(where=~t.made_up)), [(5, 4)]),
    Operation("count distinct", lambda t: t.aggregate(places=t.place.nunique()), [(3,)]),
    Operation("year of a day", lambda t: _by_id(t, year=t.day.year().cast("int64")),
              [("a", 2024), ("b", 2024), ("c", 2023), ("d", None), ("e", 2024)]),
    Operation("day before", lambda t: _by_id(t, year=(t.day - ibis.interval(days=1)).year().cast("int64")),
              [("a", 2024), ("b", 2024), ("c", 2022), ("d", None), ("e", 2023)]),
    Operation("date trunc to the month", lambda t: _by_id(t, month=month_of(t.day)),
              [("a", date(2024, 2, 1)), ("b", date(2024, 12, 1)), ("c", date(2023, 1, 1)), ("d", None),
               ("e", date(2024, 1, 1))]),
    Operation("instant compared", lambda t: t.filter(t.seen <= ibis.literal("2024-01-01 00:00:00.000001").cast(
        "timestamp")).select("id").order_by("id"), [("c",), ("e",)]),
    Operation("window lag", _lag,
              [("a", None), ("b", D("10.5")), ("c", None), ("d", D("0.000001")), ("e", None)]),
    Operation("row number", _first_of_place, [("Yuyao", "e"), ("上虞", "c"), ("柯桥", "b")]),
    Operation("anti join", _anti, [("c",), ("e",)]),
    Operation("semi join", _semi, [("c",), ("d",)]),
    Operation("inner join", _self_join, [("a", "b"), ("c", "d")]),
    Operation("union distinct", _union, [("Yuyao",), ("a",), ("b",)]),
    Operation("case", _steps, [("a", "small"), ("b", "small"), ("c", "none"), ("d", "none"), ("e", "large")]),
    Operation("coalesce", lambda t: _by_id(t, known=ibis.coalesce(t.amount, t.weight)),
              [("a", D("10.5")), ("b", D("0.000001")), ("c", D("-3.25")), ("d", D(5)),
               ("e", D("99999999999.999999"))]),
    Operation("string concat", lambda t: _by_id(t, key=ibis.literal("县:") + t.place + t.id).limit(2),
              [("a", "县:柯桥a"), ("b", "县:柯桥b")]),
    Operation("text before a mark", lambda t: _by_id(t, head=t.place.substr(0, t.place.find("桥"))).limit(2),
              [("a", "柯"), ("b", "柯")]),
    Operation("one of a list", lambda t: t.filter(t.place.isin(["上虞", "诸暨"])).select("id").order_by("id"),
              [("c",), ("d",)]),
    Operation("between", lambda t: t.filter(t.weight.between(2, 3)).select("id").order_by("id"),
              [("a",), ("b",)]),
    Operation("order with nulls last", lambda t: t.select("id", "amount").order_by(["amount", "id"]).select("id"),
              [("c",), ("b",), ("a",), ("e",), ("d",)]),
    Operation("order descending with nulls last",
              lambda t: t.select("id", "amount").order_by([t.amount.desc(), t.id]).select("id"),
              [("e",), ("a",), ("b",), ("c",), ("d",)]),
)  # fmt: skip
