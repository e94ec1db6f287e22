"""本单位 what an office keeps for itself: whose it is, and the day it was told for."""

from datetime import date
from typing import Protocol, TypeVar

from jiqun.actions.form_memory import office_of
from jiqun.actions.work_folders import Kept, WorkFolders
from jiqun.core.errors import InputError, NotFound
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check


class Owned(Kept, Protocol):
    """Work that belongs to an office, done by a pack."""

    @property
    def office(self) -> str:
        """The office, as `office_of` names it."""
        ...

    @property
    def pack(self) -> str:
        """Key of the pack."""
        ...


Work = TypeVar("Work", bound=Owned)


def read_own(store: WorkFolders[Work], id: str, *, by: Actor) -> Work:
    """One of the office's own; another office's does not exist for you."""
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    found = store.read(id)
    if not is_own(found, by):
        raise NotFound(store.MISSING, seen=id)
    return found


def all_own(store: WorkFolders[Work], *, by: Actor, pack: str = "") -> list[Work]:
    """The office's own, newest first, of one pack or of all."""
    return [one for one in store.all() if is_own(one, by) and (not pack or one.pack == pack)]


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
