"""报送权限 who may do what with a collection: each pair `can_x` (greys the button) and `check_x` (guards the action).

A collection belongs to the scope it was opened for; an answer to its respondent. Who follows the whole collection, or the
place a respondent lies in, may remind, return and accept; who may answer for the respondent fills in and sends.
"""

from collections import Counter
from collections.abc import Iterable

from jiqun.brain.collecting.states import ANSWERED, Verb, after, may
from jiqun.core.errors import NotAllowed
from jiqun.ledger import collection_answers, subjects
from jiqun.ledger.collection_answers import Answer, Tally
from jiqun.ledger.collections import Collection
from jiqun.ledger.permissions import ANYWHERE, Actor, can, check, reach
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import EVERYTHING, Reach, Scope, Target

COLLECT, ANSWER = Permission.COLLECT, Permission.ANSWER


def can_open(by: Actor, scope: Scope) -> bool:
    """May this person open a collection for that part of the world?"""
    return can(by, COLLECT, target_scope=scope)


def check_open(by: Actor, scope: Scope) -> None:
    """Raise NotAllowed unless `can_open`."""
    check(by, COLLECT, target_scope=scope)


def can_close(by: Actor, collection: Collection) -> bool:
    """May this person close the collection, and is it open?"""
    return collection.is_open and can(by, COLLECT, target_scope=collection.scope)


def check_close(by: Actor, collection: Collection) -> None:
    """Raise NotAllowed or WrongState unless `can_close`."""
    check(by, COLLECT, target_scope=collection.scope)
    after("waiting", Verb.SAVE, is_open=collection.is_open)


def can_follow(by: Actor, collection: Collection, answer: Answer) -> bool:
    """May this person see how that respondent stands, and remind it?"""
    return can(by, COLLECT, target_scope=collection.scope) or can(by, COLLECT, target_scope=target_of(answer))


def check_follow(by: Actor, collection: Collection, answer: Answer) -> None:
    """Raise NotAllowed unless `can_follow`."""
    if not can_follow(by, collection, answer):
        check(by, COLLECT, target_scope=target_of(answer))


def can_judge(by: Actor, collection: Collection, answer: Answer, verb: Verb) -> bool:
    """May this person return or accept the answer now?"""
    return may(answer.state, verb, is_open=collection.is_open) and can_follow(by, collection, answer)


def check_judge(by: Actor, collection: Collection, answer: Answer, verb: Verb) -> None:
    """Raise NotAllowed or WrongState unless `can_judge`."""
    check_follow(by, collection, answer)
    after(answer.state, verb, is_open=collection.is_open)


def can_fill(by: Actor, collection: Collection, answer: Answer) -> bool:
    """May this person fill in the answer now?"""
    return may(answer.state, Verb.SAVE, is_open=collection.is_open) and can(
        by, ANSWER, target_scope=target_of(answer)
    )


def check_fill(by: Actor, collection: Collection, answer: Answer) -> None:
    """Raise NotAllowed or WrongState unless `can_fill`."""
    check_answer(by, answer)
    after(answer.state, Verb.SAVE, is_open=collection.is_open)


def check_answer(by: Actor, answer: Answer) -> None:
    """Raise NotAllowed unless this person may answer for the respondent at all."""
    check(by, ANSWER, target_scope=target_of(answer))


def check_see(by: Actor, collection: Collection, answer: Answer) -> None:
    """Raise NotAllowed unless this person may answer for the respondent, or follow it."""
    if not can(by, ANSWER, target_scope=target_of(answer)):
        check_follow(by, collection, answer)


def target_of(answer: Answer) -> Target:
    """The respondent as something an action touches."""
    held = subjects.target_of(answer.respondent)
    return held if held.region else Target(held.subject, answer.region, held.groups)


def following(by: Actor, collection: Collection, answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Those of the answers this person may follow; NotAllowed when that is none at all and the collection is not theirs."""
    kept = once(answers)
    if can(by, COLLECT, target_scope=collection.scope):
        return kept
    seen = within(reach(by, COLLECT), kept)
    if not seen:
        check(by, COLLECT, target_scope=ANYWHERE)
        raise NotAllowed(
            "auth.scope", by=by.label, permission=COLLECT.value, target=f"collection:{collection.id}"
        )
    return seen


def within(far: Reach, answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Those of the answers whose respondent lies within a reach; places without asking, groups by asking once."""
    kept = tuple(answers)
    if not far.any_of or (far.any_of == (EVERYTHING,) and far.within == EVERYTHING):
        return kept if far.any_of else ()
    if all(scope.kind in ("all", "region", "enterprise") for scope in (*far.any_of, far.within)):
        return tuple(one for one in kept if far.covers(Target(one.respondent, one.region)))
    held = set(subjects.all_keys(subjects.SubjectFilter(scope=far)))
    today = subjects.resolve_many(one.respondent for one in kept)
    return tuple(one for one in kept if today.get(one.respondent, one.respondent) in held)


def once(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Answers to one collection with one of each enterprise: of two merged since they were asked the answer that was
    given, that of the one that goes on before the other's."""
    kept = tuple(answers)
    today = subjects.resolve_many(one.respondent for one in kept)
    best: dict[tuple[str, str], Answer] = {}
    for one in kept:
        into = one.collection, today.get(one.respondent, one.respondent)
        best[into] = min(
            best.get(into, one),
            one,
            key=lambda each: (each.state not in ANSWERED, each.respondent != into[1]),
        )
    chosen = set(map(_place_of, best.values()))
    return tuple(one for one in kept if _place_of(one) in chosen)


def tallies(collections: Iterable[str]) -> dict[str, Tally]:
    """How each of these collections stands, two enterprises merged since they were asked counted as the one they are."""
    ids = tuple(collections)
    states = {id: Counter(told.states) for id, told in collection_answers.tallies(ids).items()}
    merged = collection_answers.of_merged(ids)
    kept = set(map(_place_of, once(merged)))
    for one in merged:
        if _place_of(one) not in kept:
            states[one.collection][one.state] -= 1
    return {id: Tally({state: n for state, n in told.items() if n}) for id, told in states.items()}


def _place_of(one: Answer) -> tuple[str, str]:
    return one.collection, one.respondent
