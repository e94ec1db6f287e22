"""Conditions on subjects as SQL, shared by search and by the lists so that both narrow alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from jiqun.ledger.grams import LONGEST_NAME, normalised, pairs, subtree_prefix
from jiqun.ledger.membership import BELONGING, groups_under
from jiqun.ledger.scopes import Reach, Scope

LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL over the columns of ``ledger_subject``, and its parameters."""

    sql: str
    params: tuple[Any, ...] = ()


EVERY = Condition("1 = 1")


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Every one of `conditions`."""
    kept = tuple(conditions)
    sql = " AND ".join(condition.sql for condition in kept) or "1 = 1"
    return Condition(sql, tuple(param for condition in kept for param in condition.params))


def starts(column: str, text: str) -> Condition:
    """`column` begins with `text`; a range, so that the index serves it on every database."""
    return Condition(f"{column} >= %s AND {column} < %s", (text, text + LAST))


def narrowed(
    *, kind: str | None = None, region: str | None = None, scope: Scope | Reach | None = None
) -> list[Condition]:
    """Only this kind, only this place and below, only what the scope covers; never a merged subject."""
    conditions = [Condition("merged_into = ''")]
    if kind:
        conditions.append(Condition("kind = %s", (kind,)))
    if region:
        conditions.append(_in_region(region))
    if isinstance(scope, Reach):
        reached = [within(part) for part in scope.any_of]
        conditions += [any_of(reached), within(scope.within)]
    elif scope is not None:
        conditions.append(within(scope))
    return [condition for condition in conditions if condition != EVERY]


def any_of(conditions: Iterable[Condition]) -> Condition:
    """At least one of `conditions`; none given, none met."""
    kept = tuple(conditions)
    if EVERY in kept:
        return EVERY
    sql = " OR ".join(f"({condition.sql})" for condition in kept) or "1 = 0"
    return Condition(f"({sql})", tuple(param for condition in kept for param in condition.params))


def within(scope: Scope) -> Condition:
    """What a scope covers."""
    match scope.kind:
        case "all":
            return EVERY
        case "region":
            return _in_region(scope.key)
        case "enterprise":
            return Condition("key = %s", (scope.key,))
    return in_group(scope.key)


def in_group(group: str) -> Condition:
    """The cluster or chain itself, all inside it, and all subjects that belong to any of these, merged ones as today's."""
    groups = sorted(groups_under(group))
    groups_sql = ", ".join(["%s"] * len(groups))
    predicates_sql = ", ".join(["%s"] * len(BELONGING))
    members = f"SELECT subject FROM ledger_relation WHERE object IN ({groups_sql}) AND predicate IN ({predicates_sql})"  # noqa: S608 - places only
    themselves = ", ".join(["(%s)"] * len(groups))
    today = f"SELECT merged_into FROM ledger_subject WHERE merged_into > '' AND key IN ({members})"  # noqa: S608 - places only
    belonging = (*groups, *BELONGING)
    return Condition(
        f"key IN ({members} UNION {today} UNION VALUES {themselves})", (*belonging, *belonging, *groups)
    )


def holds(text: str) -> Condition:
    """The names hold all pairs of characters of `text`; one character: the label begins with it."""
    name = normalised(text)[:LONGEST_NAME]
    words = pairs(name)
    if not words:
        return starts("name_norm", name)
    found = words_match(words)
    return Condition(f"id IN (SELECT rowid FROM ledger_subject_search WHERE {found.sql})", found.params)  # noqa: S608


def words_match(words: list[str]) -> Condition:
    """The search row holds every word; a word ending in * stands for all words beginning so.

    Words are letters and digits only (see grams.py), so they need no escaping in either query language.
    """
    if connection.vendor == "postgresql":
        terms = [f"'{word[:-1]}':*" if word.endswith("*") else f"'{word}'" for word in words]
        return Condition("grams @@ %s::tsquery", (" & ".join(terms),))
    terms = [f'"{word[:-1]}" *' if word.endswith("*") else f'"{word}"' for word in words]
    return Condition("ledger_subject_search MATCH %s", (" AND ".join(terms),))


def _in_region(region: str) -> Condition:
    prefix = subtree_prefix(region)
    if len(prefix) == 6:
        return Condition("region = %s", (region,))
    # nearly everything lies in the province: better to walk the list in its order than by place and sort it
    return starts("(region || '')" if len(prefix) == 2 else "region", prefix)
