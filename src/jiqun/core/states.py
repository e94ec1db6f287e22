"""状态 states: what is told in a word or a day instead of a number — yes or no, one of some words, a date.

The word is what was told, in one spelling; beside it stands a number that says only whether two words are the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.core.errors import InputError
from jiqun.core.units import Kind

NEVER = date(1, 1, 1)
"""A date of something known never to have happened: a title never held, a prize never won."""
YES = frozenset(("是", "有", "yes", "y", "true", "1", "√"))
NO = frozenset(("否", "无", "没有", "no", "n", "false", "0", "×"))
NEVER_WORDS = frozenset(("无", "没有", "从未", "never", "none", "no", "否"))
YES_WORD, NO_WORD, NEVER_WORD = "是", "否", "无"
STATES = frozenset({Kind.FLAG, Kind.CHOICE, Kind.DATE})
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
"""A day, with the midnight a spreadsheet may add."""


@dataclass(frozen=True, slots=True)
class State:
    """A word in its one spelling.

    number  1 and 0 for yes and no; 20271231 for a day, 10101 for never; the place of a choice
    """

    word: str
    number: Decimal


def read_flag(text: str) -> bool | None:
    """Yes or no as people write it; None for anything else."""
    word = text.strip().lower()
    return word in YES if word in YES or word in NO else None


def read_day(text: str) -> date | None:
    """A day as people write it, NEVER for never; None for anything else."""
    plain = text.strip()
    if plain.lower() in NEVER_WORDS:
        return NEVER
    found = _DAY.fullmatch(plain)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def state_of(kind: Kind, text: str, choices: Sequence[str] = ()) -> State:
    """The state a text tells; InputError `gate.bad_state` when it tells none.

    choices  the words a choice may be, in their order; new ones are added at the end
    """
    if kind is Kind.FLAG:
        flag = read_flag(text)
        if flag is not None:
            return State(YES_WORD if flag else NO_WORD, Decimal(int(flag)))
        raise InputError("gate.bad_state", seen=text[:40], allowed=f"{YES_WORD} {NO_WORD}")
    if kind is Kind.DATE:
        day = read_day(text)
        if day is not None:
            word = NEVER_WORD if day == NEVER else day.isoformat()
            return State(word, Decimal(day.year * 10000 + day.month * 100 + day.day))
        raise InputError("gate.bad_state", seen=text[:40], allowed=f"2026-04-01 {NEVER_WORD}")
    if text.strip() in choices:
        return State(text.strip(), Decimal(choices.index(text.strip()) + 1))
    raise InputError("gate.bad_state", seen=text[:40], allowed=" ".join(choices))
