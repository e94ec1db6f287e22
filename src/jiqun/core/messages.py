"""Messages 提示语: the sentence for an error, in the reader's language, from `packs/errors.toml`.

Order of every sentence: what, where (file, row, column), value seen, what is allowed, what to do next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import JiqunError, PackError, PackErrors, RowError, RowErrors
from jiqun.core.packfiles import Table, as_table, read_toml, text_in

SEEN_LIMIT = 80
ALLOWED_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Message:
    """What is said about one code: what is wrong and what to do next, in both languages."""

    what: Mapping[str, str]
    next_step: Mapping[str, str]


class Messages:
    """All messages by error code (错误提示)."""

    def __init__(self, messages: Mapping[str, Message]) -> None:
        self._messages = messages

    @classmethod
    def load(cls, path: Path) -> "Messages":
        """Read `packs/errors.toml`; a table `[gate.bad_number]` is the code "gate.bad_number"."""
        found: dict[str, Message] = {}
        for family, table in read_toml(path).items():
            for name, entry in as_table(table, file=path, key=family).items():
                code = f"{family}.{name}"
                found[code] = _message(as_table(entry, file=path, key=code), path, code)
        return cls(found)

    def __contains__(self, code: object) -> bool:
        return code in self._messages

    def codes(self) -> tuple[str, ...]:
        """Every code that has a message."""
        return tuple(self._messages)

    def what(self, code: str, lang: str, facts: Mapping[str, object] | None = None) -> str:
        """The first part alone: what is wrong, e.g. for the heading of a list of rows."""
        return _filled(self._of(code).what[_lang(lang)], facts or {})

    def next_step(self, code: str, lang: str, facts: Mapping[str, object] | None = None) -> str:
        """The last part alone: what to do next."""
        return _filled(self._of(code).next_step[_lang(lang)], facts or {})

    def sentence(self, error: JiqunError | RowError, lang: str) -> str:
        """The whole sentence: what, where, seen, allowed, next step; parts that are unknown are left out."""
        facts = _facts(error)
        zh = _lang(lang) == "zh"
        parts = [
            self.what(error.code, lang, facts),
            _where(facts, zh=zh),
            _said("看到：" if zh else "Seen: ", facts.get("seen"), SEEN_LIMIT),
            _said("允许：" if zh else "Allowed: ", facts.get("allowed"), ALLOWED_LIMIT),
            self.next_step(error.code, lang, facts),
        ]
        stop, gap = ("。", "") if zh else (".", " ")
        return gap.join(_closed(part, stop) for part in parts if part)

    def sentences(self, errors: RowErrors | PackErrors, lang: str) -> tuple[str, ...]:
        """One sentence for each row error, in file order."""
        return tuple(self.sentence(error, lang) for error in errors.errors)

    def _of(self, code: str) -> Message:
        message = self._messages.get(code)
        if message is None:
            return Message({"zh": f"发生错误 {code}", "en": f"Error {code}"}, {"zh": "", "en": ""})
        return message


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"


def _filled(text: str, facts: Mapping[str, object]) -> str:
    return text.format_map(_Facts(facts))


def _facts(error: JiqunError | RowError) -> Mapping[str, object]:
    if isinstance(error, JiqunError):
        return error.facts
    facts: dict[str, object] = {"seen": error.seen, "allowed": error.allowed}
    if error.file:
        facts["file"] = error.file
    if error.row is not None:
        facts["row"] = error.row
    if error.column:
        facts["column"] = error.column
    return facts


def _where(facts: Mapping[str, object], *, zh: bool) -> str:
    names = (
        ("file", "文件 {}", "file {}"),
        ("row", "第 {} 行", "row {}"),
        ("column", "“{}”列", "column “{}”"),
    )
    parts = [
        (chinese if zh else english).format(facts[key]) for key, chinese, english in names if key in facts
    ]
    if not parts:
        return ""
    return ("位置：" + "，".join(parts)) if zh else ("Where: " + ", ".join(parts))


def _said(label: str, value: object, limit: int) -> str:
    text = "" if value is None else str(value)
    if not text:
        return ""
    return label + (text if len(text) <= limit else text[: limit - 1] + "…")


def _closed(part: str, stop: str) -> str:
    return part if part.endswith(("。", ".", "！", "？", "!", "?", "…")) else part + stop


def _lang(lang: str) -> str:
    return "zh" if lang.lower().startswith("zh") else "en"


def _message(table: Table, path: Path, code: str) -> Message:
    texts = {name: text_in(table, name, file=path, key=code) for name in ("zh", "en", "next_zh", "next_en")}
    for name, text in texts.items():
        try:
            _filled(text, {})
        except (ValueError, IndexError, AttributeError) as error:
            where = f"{code}.{name}"
            raise PackError("pack.bad_placeholder", file=str(path), key=where, seen=text) from error
    return Message(
        what={"zh": texts["zh"], "en": texts["en"]},
        next_step={"zh": texts["next_zh"], "en": texts["next_en"]},
    )
