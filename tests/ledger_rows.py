"""Rows and instants the ledger's tests share."""

from datetime import UTC, datetime, timedelta

from jiqun.ledger.permissions import Actor, Grant, system
from jiqun.ledger.relations import RelationRow
from jiqun.ledger.subjects import SubjectRow

AT = datetime(2026, 11, 21, 13, 34, 55, tzinfo=UTC)
SOMEBODY = Actor(7, "Li Ming", (Grant("administrator"),), request_id="r-1")
SYSTEM = system("jiqun")


def later(**amount: float) -> datetime:
    return AT + timedelta(**amount)


def firm(code: str, name: str, region: str = "330624", **more: object) -> SubjectRow:
    return SubjectRow(key=f"enterprise:{code}", label_zh=name, code=code, region=region, **more)


def thing(key: str, name: str, **more: object) -> SubjectRow:
    return SubjectRow(key=key, kind=key.partition(":")[0], label_zh=name, **more)


def tie(subject: str, predicate: str, object: str, **more: object) -> RelationRow:
    return RelationRow(subject=subject, predicate=predicate, object=object, **more)
