"""本单位 what an office keeps for itself: whose it is, and the day it was told for."""

from datetime import date
from typing import Protocol

from jiqun.actions.form_memory import office_of
from jiqun.core.errors import InputError
from jiqun.ledger.permissions import Actor


class Owned(Protocol):
    """Something that belongs to an office."""

    @property
    def office(self) -> str:
        """The office, as `office_of` names it."""
        ...


def is_own(held: Owned, by: Actor) -> bool:
    """Does it belong to the office of this person?"""
    office = office_of(by)
    return bool(office) and held.office == office


def day_told(text: str) -> date:
    """A day as pages and programs tell it; InputError `rule.bad_day`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("rule.bad_day", seen=text, allowed="2026-06-01") from None
