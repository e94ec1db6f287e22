"""办公表格 office forms at work: a file read into its tables with the packs' words, and what is proposed for them."""

from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.lake.forms.opening import FormFile, open_form
from jiqun.lake.forms.proposal import Knowledge
from jiqun.lake.mapping import table_fields


def read_form(desk: Desk, path: Path, *, name: str = "") -> FormFile:
    """Every table of a file; InputError for what concerns the file as a whole."""
    return open_form(path, desk.limits, name=name, words=desk.form_words)


def knowledge(desk: Desk, kind: str) -> Knowledge:
    """What proposals for a kind of file rest on."""

    def is_place(text: str) -> bool:
        return desk.regions.resolve(text) is not None

    return Knowledge(table_fields(desk.packs, kind.removesuffix("s")), desk.indicators, desk.units, is_place)
