"""状态变更 a row brought from one state into another, under a lock, and only from a state it may come from."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import connection, models, transaction

from jiqun.core.errors import NotFound, WrongState

Row = TypeVar("Row", bound=models.Model)


def moved(
    of: type[Row],
    id: object,
    state: str,
    *,
    before: Iterable[str],
    unknown: str,
    refused: str,
    **values: object,
) -> Row:
    """The row under `id`, now in `state` and with `values`; it was in one of the states `before`.

    unknown, refused  codes of the errors: NotFound when there is no such row, WrongState when it is in none of them
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a state changes together with its audit line")
    row = of._default_manager.select_for_update().filter(pk=id).first()
    if row is None:
        raise NotFound(unknown, seen=id)
    was = str(getattr(row, "state"))  # noqa: B009 - every model that moves has one
    if was not in (allowed := tuple(before)):
        raise WrongState(refused, seen=was, wanted=state, allowed=" ".join(allowed))
    for name, value in {"state": state, **values}.items():
        setattr(row, name, value)
    row.save()
    return row
