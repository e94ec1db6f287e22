"""可见企业 enterprises one may read: all but those that only another office's or enterprise's private sheet knows."""

from collections.abc import Callable, Iterator

from jiqun.actions.reading.archive import Archive
from jiqun.ledger import subjects
from jiqun.ledger.permissions import ANYWHERE, Permission, can
from jiqun.ledger.scopes import EVERYTHING
from jiqun.ledger.subjects import Subject, SubjectFilter


def hidden(archive: Archive) -> Callable[[Subject], bool]:
    """Which enterprises are left out: those only a private sheet knows, outside what this person may read."""
    if can(archive.actor, Permission.READ_ENTERPRISE, target_scope=EVERYTHING):
        return lambda item: False
    own, private = frozenset(archive.own_enterprises), frozenset(archive.private_sources)
    return lambda item: item.source in private and item.key not in own


def readable(archive: Archive, *, region: str = "") -> Iterator[Subject]:
    """Every enterprise this person may read, in order of key; made-up ones only for who may see them.

    region  only those of this place and below it
    """
    made_up = can(archive.actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE)
    is_hidden = hidden(archive)
    wanted = SubjectFilter(kind="enterprise", region=region, synthetic=None if made_up else False)
    return (item for item in subjects.iterate(wanted) if not is_hidden(item))
