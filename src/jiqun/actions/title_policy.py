"""认定权限 recognition policy: who may start, publish, decide, object, refuse, take back and read; `can` and `check`."""

from collections.abc import Callable, Iterable
from datetime import date

from jiqun.core.errors import JiqunError, NotAllowed, WrongState
from jiqun.exchange.recognitions import RecognitionPractice
from jiqun.ledger import permissions, subjects
from jiqun.ledger.grams import subtree_prefix
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission
from jiqun.ledger.recognitions import OPEN, PUBLIC, Candidate, Recognition
from jiqun.ledger.scopes import EVERYTHING, PROVINCE, Reach, Scope, Target
from jiqun.ledger.titles import Title

RECOGNISE = Permission.RECOGNISE


def check_start(by: Actor, region: str) -> None:
    """Raise unless `by` decides about titles in that whole place."""
    permissions.check(by, RECOGNISE, target_scope=Scope("region", region))


def can_start(by: Actor, region: str) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_start(by, region))


def check_read(by: Actor, recognition: Recognition) -> None:
    """Raise unless the round is or was public, or `by` decides there."""
    permissions.check(by, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    if recognition.synthetic:
        permissions.check(by, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE)
    if recognition.state not in PUBLIC:
        check_start(by, recognition.region)


def can_read(by: Actor, recognition: Recognition) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_read(by, recognition))


def check_move(
    practice: RecognitionPractice, by: Actor, recognition: Recognition, move: str, *, text: str = ""
) -> None:
    """Raise unless `by` decides there and the state allows the move."""
    check_start(by, recognition.region)
    practice.check_move(move, recognition.state, text=text)


def can_move(practice: RecognitionPractice, by: Actor, recognition: Recognition, move: str) -> bool:
    """The same as an answer, taking it that something is said."""
    return _holds(lambda: check_move(practice, by, recognition, move, text="."))


def check_decide(
    practice: RecognitionPractice,
    by: Actor,
    recognition: Recognition,
    candidates: Iterable[Candidate],
    *,
    on: date,
) -> None:
    """Raise unless the publicity is over on that day, and `by` speaks for none of the candidates."""
    check_move(practice, by, recognition, "decide")
    until = recognition.public_until
    if until is None or on <= until:
        raise WrongState("recognition.still_public", seen=str(on), until=str(until))
    for one in candidates:
        check_stranger(by, one.subject)


def can_decide(practice: RecognitionPractice, by: Actor, recognition: Recognition, *, on: date) -> bool:
    """The same as an answer, the candidates aside."""
    return _holds(lambda: check_decide(practice, by, recognition, (), on=on))


def check_refuse(by: Actor, recognition: Recognition, candidate: Candidate) -> None:
    """Raise unless `by` decides there, the round is open, and nobody's objection is under way."""
    check_start(by, recognition.region)
    check_stranger(by, candidate.subject)
    if recognition.state not in OPEN or candidate.state != "candidate":
        state = candidate.state if recognition.state in OPEN else recognition.state
        raise WrongState("recognition.candidate_state", seen=state, allowed="candidate")


def can_refuse(by: Actor, recognition: Recognition, candidate: Candidate) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_refuse(by, recognition, candidate))


def check_object(by: Actor, recognition: Recognition, candidate: Candidate, *, on: date) -> None:
    """Raise unless `by` may object to something in that place, and the candidate is in publicity on that day."""
    permissions.check(by, Permission.OBJECT, target_scope=ANYWHERE)
    target = subjects.target_of(candidate.subject)
    if not permissions.can(by, Permission.OBJECT, target_scope=target) and not _of_place(by, recognition):
        permissions.check(by, Permission.OBJECT, target_scope=target)
    until = recognition.public_until
    if recognition.state != "publicity" or until is None or on > until:
        raise WrongState("recognition.not_public", seen=recognition.state, until=str(until or ""))
    if candidate.state not in ("candidate", "objected"):
        raise WrongState("recognition.candidate_state", seen=candidate.state, allowed="candidate objected")


def can_object(by: Actor, recognition: Recognition, candidate: Candidate, *, on: date) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_object(by, recognition, candidate, on=on))


def check_ruling(by: Actor, subject: str, region: str) -> None:
    """Raise unless `by` decides there, or may see the numbers of the enterprise a ruling rests on."""
    if region and can_start(by, region):
        return
    permissions.check(by, Permission.READ_ENTERPRISE, target_scope=subjects.target_of(subject))


def can_see_ruling(by: Actor, subject: str, region: str) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_ruling(by, subject, region))


def check_register(by: Actor, subject: str) -> None:
    """Raise unless `by` decides about titles of that enterprise."""
    permissions.check(by, RECOGNISE, target_scope=subjects.target_of(subject))
    check_stranger(by, subject)


def check_take_back(by: Actor, title: Title) -> None:
    """Raise unless `by` decides about titles of that enterprise, and it holds."""
    check_register(by, title.subject)
    if title.state != "held":
        raise WrongState("title.not_held", seen=title.state)


def can_take_back(by: Actor, title: Title) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_take_back(by, title))


def check_stranger(by: Actor, subject: str) -> None:
    """Raise when `by` speaks for the enterprise: nobody decides about his own."""
    own = {Scope("enterprise", key) for key in (subject, subjects.resolve(subject))}
    if any(grant.scope in own for grant in by.grants):
        raise NotAllowed("recognition.own_enterprise", seen=subject, by=by.label)


def within(region: str, place: str) -> bool:
    """Does a region lie in a place?"""
    return region.startswith(subtree_prefix(place)) and len(subtree_prefix(region)) >= len(
        subtree_prefix(place)
    )


def places(by: Actor) -> tuple[str, ...]:
    """Codes of the places this person decides for; 330000 stands for everything."""
    far = permissions.reach(by, RECOGNISE)
    held = [scope.key if scope.kind == "region" else PROVINCE for scope in far.any_of if _is_place(scope)]
    return tuple(
        place for place in held if far.within.covers(Target(region=place)) or far.within == EVERYTHING
    )


def everywhere(by: Actor) -> bool:
    """Does this person decide for every place?"""
    return permissions.can(by, RECOGNISE, target_scope=EVERYTHING)


def deciding(by: Actor) -> Reach:
    """How far this person decides, for lists."""
    return permissions.reach(by, RECOGNISE)


def _is_place(scope: Scope) -> bool:
    return scope.kind in ("all", "region")


def _of_place(by: Actor, recognition: Recognition) -> bool:
    """Does `by` object for somebody in the place of the round: an enterprise there, or an office within it?"""
    far = permissions.reach(by, Permission.OBJECT)
    prefix = subtree_prefix(recognition.region)
    for scope in far.any_of:
        region = subjects.target_of(scope.key).region if scope.kind == "enterprise" else scope.key
        if scope.kind in ("enterprise", "region") and region.startswith(prefix):
            return far.within == EVERYTHING or far.within.covers(scope.target())
    return False


def _holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except JiqunError:
        return False
    return True
