"""帮扶 what helps with a thing a firm lacks: a measure, a service or a kind of provider (`packs/helps.toml`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import RowError
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.pack import CONFIDENCE, places
from jiqun.rules.sheet import Sheet, View
from jiqun.rules.tree import Label

KINDS = ("measure", "service", "provider")


@dataclass(frozen=True, slots=True)
class Help:
    """One thing that helps.

    fields    what it helps with; source: where it is told, in our words; document: key of the source, may be ""
    region    the place it is told of, "" for everywhere
    """

    key: str
    kind: str
    label: Label
    fields: tuple[str, ...]
    source: Label
    confidence: str
    document: str = ""
    region: str = ""


def read_helps(path: Path, catalogue: Catalogue) -> tuple[Help, ...]:
    """Everything that helps, in the order of the file; PackErrors with file and line of all that is wrong."""
    errors: list[RowError] = []
    sheet = Sheet(path, errors)
    sheet.root.only(("help",))
    found: list[Help] = []
    for view in sheet.root.views("help"):
        one = _help(view, catalogue)
        if one.key in [before.key for before in found]:
            view.wrong("key", "rule.duplicate_id", seen=one.key)
        found.append(one)
    sheet.refuse()
    return tuple(found)


def _help(view: View, catalogue: Catalogue) -> Help:
    view.only(("key", "kind", "label", "fields", "source", "document", "confidence", "region"))
    return Help(
        view.text("key"), view.choice("kind", KINDS), view.label(), _fields(view, catalogue), view.label("source"),
        view.choice("confidence", CONFIDENCE), view.text("document", needed=False), view.text("region", needed=False),
    )  # fmt: skip


def _fields(view: View, catalogue: Catalogue) -> tuple[str, ...]:
    """The fields named; `scene_*` names all that begin with scene_."""
    found: list[str] = []
    for number, one in enumerate(view.texts("fields")):
        known = [
            name
            for name in catalogue.fields
            if name == one or (one.endswith("*") and name.startswith(one[:-1]))
        ]
        if not known:
            place = (*view.place, "fields", number)
            view.sheet.wrong(place, "rule.unknown_field", seen=one, allowed="packs/tables/firm.csv")
        found += known
    if "fields" not in view:
        view.wrong("fields", "rule.missing_key", seen="fields", allowed='["…"]')
    return tuple(dict.fromkeys(found))


def helping(helps: Iterable[Help], columns: Iterable[str], region: str) -> tuple[Help, ...]:
    """Those that help with any of these columns where the firm is; none when none is known."""
    names, around = {one.partition("@")[0] for one in columns}, places(region)
    return tuple(
        one for one in helps if not names.isdisjoint(one.fields) and (not one.region or one.region in around)
    )
