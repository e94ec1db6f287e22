"""填报状态 the states of an answer: what may be done with it in which state, and when it is late.

waiting → draft → sent → returned → sent → accepted; an accepted answer may be returned while its collection is open.
"""

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from jiqun.core.errors import InputError, WrongState
from jiqun.core.periods import SHANGHAI


class State(StrEnum):
    """Where an answer stands."""

    WAITING = "waiting"
    DRAFT = "draft"
    SENT = "sent"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class Verb(StrEnum):
    """What is done with an answer."""

    SAVE = "save"
    SEND = "send"
    RETURN = "return"
    ACCEPT = "accept"


ANSWERED = frozenset({State.SENT, State.ACCEPTED})
"""States in which an answer counts as given; one returned for correction is asked again."""
STEPS: dict[tuple[State, Verb], State] = {
    (State.WAITING, Verb.SAVE): State.DRAFT,
    (State.DRAFT, Verb.SAVE): State.DRAFT,
    (State.RETURNED, Verb.SAVE): State.RETURNED,
    (State.WAITING, Verb.SEND): State.SENT,
    (State.DRAFT, Verb.SEND): State.SENT,
    (State.RETURNED, Verb.SEND): State.SENT,
    (State.SENT, Verb.RETURN): State.RETURNED,
    (State.ACCEPTED, Verb.RETURN): State.RETURNED,
    (State.SENT, Verb.ACCEPT): State.ACCEPTED,
}


def may(state: str, verb: Verb, *, is_open: bool) -> bool:
    """May this be done now? Nothing may once the collection is closed."""
    return is_open and (State(state), verb) in STEPS


def after(state: str, verb: Verb, *, is_open: bool) -> State:
    """The state the verb leads to; WrongState `collect.closed` or `collect.state` where it may not be done."""
    if not is_open:
        raise WrongState("collect.closed")
    step = STEPS.get((State(state), verb))
    if step is None:
        allowed = " ".join(one for one in State if (one, verb) in STEPS)
        raise WrongState("collect.state", seen=state, allowed=allowed)
    return step


def deadline_of(text: str) -> datetime:
    """A deadline as an aware instant: a day means its end in Shanghai, a time without offset is Shanghai's."""
    plain = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", plain):
            return datetime.combine(date.fromisoformat(plain) + timedelta(days=1), time(), SHANGHAI)
        at = datetime.fromisoformat(plain)
    except (ValueError, OverflowError):
        raise InputError(
            "collect.bad_deadline", seen=text, allowed="2026-11-10, 2026-11-10T18:00+08:00"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def deadline_label(deadline: datetime) -> str:
    """The deadline as a reader in Shanghai says it; midnight is 24:00 of the day before."""
    local = deadline.astimezone(SHANGHAI)
    if local.time() == time():
        return f"{local.date() - timedelta(days=1)} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def is_late(deadline: datetime, *, first_sent_at: datetime | None, now: datetime) -> bool:
    """Was it first sent at the deadline or after, or is it due and not sent? Sent again later is not late."""
    return (first_sent_at or now) >= deadline
