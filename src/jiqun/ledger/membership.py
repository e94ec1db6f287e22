"""Who belongs to which cluster or chain 归属: read from the relations, upward and downward."""

from collections.abc import Iterable

from django.db import connection

from jiqun.ledger import models

BELONGING = ("member_of", "part_of", "in_chain", "in_segment", "chain_leader_of")
GROUP_KINDS = ("cluster:", "chain:", "segment:")
DEEPEST = 5


def groups_of(subject: str) -> frozenset[str]:
    """Every cluster, chain and segment `subject` belongs to, and those these belong to in turn."""
    return _closure({subject, *former_keys(subject)}, upward=True)


def former_keys(subject: str) -> tuple[str, ...]:
    """Provisional keys that turned out to be `subject`; what was said about them is said about it."""
    select = "SELECT key FROM ledger_subject WHERE merged_into = %s ORDER BY key"
    with connection.cursor() as cursor:
        cursor.execute(select, [subject])
        return tuple(key for (key,) in cursor.fetchall())


def groups_under(group: str) -> frozenset[str]:
    """`group` and the chains, segments and clusters inside it."""
    return _closure({group}, upward=False) | {group}


def _closure(start: Iterable[str], *, upward: bool) -> frozenset[str]:
    near, far = ("subject", "object") if upward else ("object", "subject")
    found: set[str] = set()
    frontier = set(start)
    for _ in range(DEEPEST):
        rows = models.Relation.objects.filter(**{f"{near}__in": frontier}, predicate__in=BELONGING)
        reached = {key for key in rows.values_list(far, flat=True) if key.startswith(GROUP_KINDS)}
        frontier = reached - found
        found |= reached
        if not frontier:
            break
    return frozenset(found)
