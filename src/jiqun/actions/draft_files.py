"""草案夹 drafts of an office: one folder each under HOME/drafts/ that is a rule pack, and touches nothing else.

`draft.json` says what it is; `rule.toml`, `source.toml` and `parameters/typed.toml` are a pack as `jiqun replay` reads one.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jiqun.actions.policy_numbers import DOCUMENT
from jiqun.actions.work_folders import WorkFolders
from jiqun.lake.durable import write_durably
from jiqun.rules.pack import Pack, ParameterSet


@dataclass(frozen=True)
class Draft:
    """A draft: which version of which pack it started from, for which day and county, whose it is.

    queued_at  never set: nothing works on a draft
    """

    id: str
    pack: str
    version: str
    name: str
    on: str
    region: str
    by: str
    by_id: int
    office: str
    received_at: datetime
    queued_at: datetime | None = None

    @property
    def day(self) -> date:
        """The day it is to hold on."""
        return date.fromisoformat(self.on)


class DraftFiles(WorkFolders[Draft]):
    """The folder of all drafts."""

    LETTER, FILE, MISSING = "d", "draft.json", "draft.not_found"

    def made(self, held: dict[str, Any]) -> Draft:
        """A draft out of its file."""
        return Draft(**held)

    def start(self, draft: Draft, pack: Pack) -> Draft:
        """Make the folder: the rule as it is, its documents and one more for what is typed, and its numbers."""
        folder = self.folder(draft.id)
        (folder / "parameters").mkdir(parents=True)
        self.keep_rule(draft.id, (pack.folder / "rule.toml").read_text(encoding="utf-8"))
        source = (pack.folder / "source.toml").read_text(encoding="utf-8")
        write_durably(folder / "source.toml", (source + _document(draft)).encode())
        self.keep_sets(draft.id, pack.sets)
        return self.save(draft)

    def rule(self, id: str) -> str:
        """The text of its rule."""
        return self._rule_file(id).read_text(encoding="utf-8")

    def keep_rule(self, id: str, text: str) -> None:
        """Write the text of its rule."""
        write_durably(self._rule_file(id), text.encode())

    def keep_sets(self, id: str, sets: Iterable[ParameterSet]) -> None:
        """Write all numbers of places."""
        body = "\n".join(map(_set, sets))
        write_durably(self.folder(id) / "parameters" / "typed.toml", body.encode())

    def remove(self, id: str) -> None:
        """Throw one away with all its files."""
        shutil.rmtree(self.folder(id))

    def _rule_file(self, id: str) -> Path:
        return self.folder(id) / "rule.toml"


def _document(draft: Draft) -> str:
    label = f"{{ zh = {_quoted(draft.office)}, en = {_quoted(draft.office)} }}"
    return f"""
[[document]]
key = "{DOCUMENT}"
issuer = {label}
title = {{ zh = "草案中填写的数（试算，未发文）", en = "numbers typed in a draft (a trial, not issued)" }}
confidence = "U"
"""


def _set(one: ParameterSet) -> str:
    lines = ["[[set]]", f"region = {_quoted(one.region)}", f"tier = {_quoted(one.tier)}"]
    lines.append(f"label = {{ zh = {_quoted(one.label.zh)}, en = {_quoted(one.label.en)} }}")
    lines += [f"document = {_quoted(one.document or DOCUMENT)}", f"confidence = {_quoted(one.confidence)}"]
    lines.append(f"from = {one.starts.isoformat()}")
    if one.ends:
        lines.append(f"to = {one.ends.isoformat()}")
    lines += ["", "[set.values]"]
    lines += [f"{name} = " + ('""' if value is None else f"{value:f}") for name, value in one.values.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)
