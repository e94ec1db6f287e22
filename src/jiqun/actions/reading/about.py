"""关于 about a subject: where it was named first, what was noted of it, what it belongs to, and what else is kept."""

from dataclasses import dataclass

from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Link
from jiqun.ledger.subjects import Subject

SHOWN_APART = ("locator", "note", "parent", "level")


@dataclass(frozen=True)
class About:
    """What the ledger keeps of a subject beside statements and relations.

    source, locator  where it was named
    rest             every other attribute, as kept
    """

    source: Link | None
    locator: str
    note: str
    parent: Link | None
    batch: str
    rest: tuple[tuple[str, str], ...]


def about_of(archive: Archive, subject: Subject) -> About:
    """Read it from the subject's own row."""
    kept = {name: str(value) for name, value in subject.attributes.items() if value not in ("", None)}
    parent = kept.get("parent", "")
    return About(
        source=archive.source_links.get(subject.source),
        locator=kept.get("locator", ""),
        note=kept.get("note", ""),
        parent=archive.link(parent) if ":" in parent else None,
        batch=subject.batch,
        rest=tuple((name, value) for name, value in kept.items() if name not in SHOWN_APART),
    )
