"""异议权限 objection policy: may this person file, read, or move an objection on? Each question as a pair: can and check."""

from collections.abc import Callable

from jiqun.core.errors import JiqunError, NotAllowed
from jiqun.exchange.objections import Practice, Side
from jiqun.ledger import permissions, subjects
from jiqun.ledger.objections import Objection
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.scopes import Reach, Scope, Target


def check_file(by: Actor, subject: str) -> None:
    """Raise unless `by` may object to numbers about this enterprise: its own, or one its office keeps."""
    if not subject.startswith("enterprise:"):
        raise NotAllowed("objection.enterprises_only", seen=subject)
    permissions.check(by, Permission.OBJECT, target_scope=subjects.target_of(subject))


def can_file(by: Actor, subject: str) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_file(by, subject))


def check_read(by: Actor, objection: Objection) -> None:
    """Raise unless `by` is of one of the two sides: the enterprise (or its officer), or an office that may answer."""
    target = subjects.target_of(objection.subject)
    if permissions.can(by, Permission.OBJECT, target_scope=target) or _filed_against(by, objection):
        return
    permissions.check(by, Permission.ANSWER_OBJECTION, target_scope=target)


def can_read(by: Actor, objection: Objection) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_read(by, objection))


def check_answer(by: Actor, objection: Objection) -> None:
    """Raise unless `by` is of the office whose scope covers the enterprise, and has no part in the objection himself."""
    target = subjects.target_of(objection.subject)
    permissions.check(by, Permission.ANSWER_OBJECTION, target_scope=target)
    if is_filer(by, objection):
        raise NotAllowed("objection.own", seen=objection.id, by=by.label)
    if _speaks_for(by, objection.subject):
        raise NotAllowed("objection.own_enterprise", seen=objection.id, by=by.label)


def can_answer(by: Actor, objection: Objection) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_answer(by, objection))


def check_party(by: Actor, objection: Objection) -> None:
    """Raise unless `by` is who filed the objection, or speaks for the enterprise whose number it is."""
    if objection.candidate:
        if not _filed_against(by, objection):
            raise NotAllowed("objection.not_party", seen=objection.id, by=by.label)
        return
    permissions.check(by, Permission.OBJECT, target_scope=subjects.target_of(objection.subject))
    if not is_filer(by, objection) and not _speaks_for(by, objection.subject):
        raise NotAllowed("objection.not_party", seen=objection.id, by=by.label)


def can_party(by: Actor, objection: Objection) -> bool:
    """The same as an answer."""
    return _holds(lambda: check_party(by, objection))


def check_move(practice: Practice, by: Actor, objection: Objection, move: str, *, text: str = "") -> None:
    """Raise unless `by` may make this move now: of the side that makes it, and the state allows it."""
    wanted = practice.moves.get(move)
    if wanted is not None:
        (check_party if wanted.by == "party" else check_answer)(by, objection)
    practice.check_move(move, objection.state, text=text)


def can_move(practice: Practice, by: Actor, objection: Objection, move: str) -> bool:
    """The same as an answer, taking it that something is said."""
    return _holds(lambda: check_move(practice, by, objection, move, text="."))


def sides(by: Actor, objection: Objection) -> tuple[Side, ...]:
    """On which side of the objection this person stands; nobody stands on both."""
    if can_party(by, objection):
        return ("party",)
    return ("office",) if can_answer(by, objection) else ()


def is_filer(by: Actor, objection: Objection) -> bool:
    """Did this very person file it?"""
    if by.user_id is None or objection.filed_by_id is None:
        return by.user_id == objection.filed_by_id and by.label == objection.filed_by
    return by.user_id == objection.filed_by_id


def _filed_against(by: Actor, objection: Objection) -> bool:
    """Is it this person's own objection to a candidate, which may be somebody else's enterprise?"""
    can_object = permissions.can(by, Permission.OBJECT, target_scope=permissions.ANYWHERE)
    return bool(objection.candidate) and is_filer(by, objection) and can_object


def reaches(by: Actor) -> tuple[Reach, ...]:
    """How far this person sees objections, for lists."""
    return tuple(permissions.reach(by, wanted) for wanted in (Permission.OBJECT, Permission.ANSWER_OBJECTION))


def covers(by: Actor, target: Target) -> bool:
    """May this person answer objections about that enterprise at all?"""
    return permissions.can(by, Permission.ANSWER_OBJECTION, target_scope=target)


def _speaks_for(by: Actor, subject: str) -> bool:
    own = {Scope("enterprise", key) for key in (subject, subjects.resolve(subject))}
    return any(grant.scope in own and Permission.OBJECT in grant.permissions for grant in by.grants)


def _holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except JiqunError:
        return False
    return True
