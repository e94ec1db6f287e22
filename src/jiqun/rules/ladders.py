"""培育梯度 ladders: titles in order, the pack that gives each, and which rung a firm stands on (`packs/ladders.toml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jiqun.core.errors import NotFound, RowError
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.firm import Firm
from jiqun.rules.pack import Pack, Version
from jiqun.rules.sheet import Sheet, View
from jiqun.rules.tree import Field, Label, Levels, Node


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: the pack (or the level of it) that gives it.

    title  date field in which the last day of the title stands; "" where the rung is held by whoever is judged to be on it
    """

    key: str
    label: Label
    pack: str
    level: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs, the lowest first; regions: codes of the places it is for, empty for everywhere."""

    key: str
    label: Label
    source: Label
    rungs: tuple[Rung, ...]
    regions: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """Is it held by judging rather than by titles?"""
        return not any(one.title for one in self.rungs)

    def place(self, key: str) -> int:
        """How high a rung is, 0 the lowest; NotFound `ladder.no_rung`."""
        for place, one in enumerate(self.rungs):
            if one.key == key:
                return place
        raise NotFound("ladder.no_rung", seen=key, allowed=" ".join(one.key for one in self.rungs))

    def above(self, key: str) -> Rung | None:
        """The rung above one held; the lowest for who holds none ("")."""
        at = self.place(key) + 1 if key else 0
        return self.rungs[at] if at < len(self.rungs) else None


@dataclass(frozen=True, slots=True)
class Held:
    """Where a firm stands on a ladder.

    rung     the highest rung whose title is in force, "" when none is known to be
    until    last day of that title
    unknown  rungs above it nobody knows the title of: it may stand higher
    """

    rung: str
    until: date | None
    unknown: tuple[str, ...]


def held_on(ladder: Ladder, firm: Firm, on: date) -> Held:
    """The rung whose title is in force on a day. A title nobody knows of is unknown, never none."""
    unknown: list[str] = []
    for rung in reversed(ladder.rungs):
        until = firm.day(Field(rung.title)) if rung.title else None
        if until is None:
            unknown.append(rung.key)
        elif until >= on:
            return Held(rung.key, until, tuple(unknown))
    return Held("", None, tuple(unknown))


def level_of(version: Version, key: str) -> Node | None:
    """The condition of a level of a version; None when it has no such level."""
    levels = version.grading.levels if isinstance(version.grading, Levels) else ()
    return next((one.condition for one in levels if one.key == key), None)


def read_ladders(path: Path, packs: Mapping[str, Pack], catalogue: Catalogue) -> dict[str, Ladder]:
    """Every ladder by key; PackErrors with file and line of all that is wrong."""
    errors: list[RowError] = []
    sheet = Sheet(path, errors)
    sheet.root.only(("ladder",))
    found: dict[str, Ladder] = {}
    for view in sheet.root.views("ladder"):
        view.only(("key", "label", "source", "regions", "rung"))
        key = view.text("key")
        if key in found:
            view.wrong("key", "rule.duplicate_id", seen=key)
        rungs = tuple(_rung(one, packs, catalogue) for one in view.views("rung"))
        _check_rungs(view, rungs)
        found[key] = Ladder(key, view.label(), view.label("source"), rungs, view.texts("regions"))
    sheet.refuse()
    return found


def _rung(view: View, packs: Mapping[str, Pack], catalogue: Catalogue) -> Rung:
    view.only(("key", "label", "pack", "level", "title"))
    key, label = view.text("key"), view.label()
    pack = packs.get(view.choice("pack", packs))
    level, title = view.text("level", needed=False), view.text("title", needed=False)
    levels = sorted(_levels(pack)) if pack else []
    if pack and level and level not in levels:
        view.wrong("level", "rule.unknown_reference", seen=level, allowed=levels or "—")
    if pack and levels and not level:
        view.wrong("level", "rule.missing_key", seen="level", allowed=levels)
    known = catalogue.fields.get(title)
    if title and (known is None or known.kind != "date"):
        view.wrong("title", "rule.unknown_field", seen=title, allowed="packs/tables/firm.csv")
    return Rung(key, label, pack.key if pack else "", level, title or (pack.title if pack else ""))


def _check_rungs(view: View, rungs: tuple[Rung, ...]) -> None:
    """A ladder has rungs, each once, and all of them are seen in the same way."""
    if not rungs:
        view.wrong("rung", "rule.missing_key", seen="rung", allowed="[[ladder.rung]]")
    for number, one in enumerate(rungs):
        place = (*view.place, "rung", number)
        if one.key in [before.key for before in rungs[:number]]:
            view.sheet.wrong((*place, "key"), "rule.duplicate_id", seen=one.key)
        if bool(one.title) != bool(rungs[0].title):
            view.sheet.wrong((*place, "title"), "rule.missing_key", seen="title", allowed="title_…_until")


def _levels(pack: Pack) -> set[str]:
    return {
        one.key
        for version in pack.versions
        if isinstance(version.grading, Levels)
        for one in version.grading.levels
    }
