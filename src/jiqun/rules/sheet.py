"""规则文件 a TOML file of a pack being read: typed look-ups that write down what is wrong, with its line, and go on."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

from jiqun.core.errors import PackErrors, RowError
from jiqun.rules.lines import Lines
from jiqun.rules.lines import Path as Place
from jiqun.rules.tree import Label


class Sheet:
    """One TOML file: its data, its lines and the errors found so far. Numbers are Decimal."""

    def __init__(self, path: Path, errors: list[RowError]) -> None:
        self.path = path
        self.errors = errors
        text, data = "", {}
        try:
            text = path.read_text(encoding="utf-8")
            data = tomllib.loads(text, parse_float=Decimal)
        except OSError as error:
            self._whole("rule.no_file", error.strerror or str(error))
        except UnicodeDecodeError as error:
            self._whole("rule.not_utf8", str(error.object[error.start : error.start + 8]))
        except tomllib.TOMLDecodeError as error:
            self._whole("rule.not_toml", str(error))
        self.lines = Lines(text)
        self.root = View(self, cast(Mapping[str, object], data), ())

    def _whole(self, code: str, seen: str) -> None:
        self.errors.append(RowError(str(self.path), None, "", code, seen, ""))

    def wrong(self, place: Place, code: str, *, seen: object = "", allowed: Iterable[str] | str = "") -> None:
        """Write down what is wrong at a place."""
        told = allowed if isinstance(allowed, str) else " ".join(allowed)
        where = ".".join(str(word + 1) if isinstance(word, int) else word for word in place)
        self.errors.append(RowError(str(self.path), self.lines.at(place), where, code, str(seen), told))

    def refuse(self) -> None:
        """PackErrors when anything is wrong."""
        if self.errors:
            raise PackErrors(self.errors)


class View:
    """One table of a sheet."""

    def __init__(self, sheet: Sheet, data: Mapping[str, object], place: Place) -> None:
        self.sheet = sheet
        self.data = data
        self.place = place

    @property
    def line(self) -> int:
        """The line it begins on."""
        return self.sheet.lines.at(self.place)

    def __contains__(self, name: str) -> bool:
        return name in self.data

    def wrong(self, name: str, code: str, *, seen: object = "", allowed: Iterable[str] | str = "") -> None:
        """Write down what is wrong with one key of the table."""
        self.sheet.wrong((*self.place, name) if name else self.place, code, seen=seen, allowed=allowed)

    def only(self, allowed: Iterable[str]) -> None:
        """Complain about every key that is not allowed here."""
        known = tuple(allowed)
        for name in self.data:
            if name not in known:
                self.wrong(name, "rule.unknown_key", seen=name, allowed=known)

    def text(self, name: str, *, needed: bool = True) -> str:
        """A text; "" when it is absent (and a complaint when it is needed)."""
        value = self.data.get(name)
        if isinstance(value, str) and (value.strip() or not needed):
            return value.strip()
        if value is not None and not isinstance(value, str):
            self.wrong(name, "rule.bad_value", seen=value, allowed="text")
        elif needed:
            self.wrong(name, "rule.missing_key", seen=name, allowed="text")
        return ""

    def choice(self, name: str, allowed: Iterable[str], default: str = "") -> str:
        """One of some words; the default when it is absent, which is a complaint without a default."""
        words = tuple(allowed)
        value = self.data.get(name, default or None)
        if value is None:
            self.wrong(name, "rule.missing_key", seen=name, allowed=words)
        elif value not in words:
            self.wrong(name, "rule.bad_value", seen=value, allowed=words)
        else:
            return cast(str, value)
        return default or words[0]

    def label(self, name: str = "label") -> Label:
        """A `{zh, en}` label, both present."""
        value = self.data.get(name)
        table = cast(Mapping[str, object], value if isinstance(value, dict) else {})
        found = {lang: table.get(lang) for lang in ("zh", "en")}
        for lang, text in found.items():
            if not isinstance(text, str) or not text.strip():
                self.wrong(
                    name, "rule.missing_label", seen=f"{name}.{lang}", allowed='{ zh = "…", en = "…" }'
                )
        return Label(str(found["zh"] or ""), str(found["en"] or ""))

    def number(self, name: str) -> Decimal | None:
        """A number, or None with a complaint."""
        found = as_number(self.data.get(name))
        if found is None:
            code = "rule.bad_value" if name in self.data else "rule.missing_key"
            self.wrong(name, code, seen=self.data.get(name, name), allowed="number")
        return found

    def whole(self, name: str, default: int) -> int:
        """A whole number of at least 0."""
        value = self.data.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.wrong(name, "rule.bad_value", seen=value, allowed="0, 1, 2 …")
        return default

    def yes(self, name: str, default: bool) -> bool:
        """A true or false."""
        value = self.data.get(name, default)
        if isinstance(value, bool):
            return value
        self.wrong(name, "rule.bad_value", seen=value, allowed="true false")
        return default

    def day(self, name: str, *, needed: bool) -> date | None:
        """A day."""
        value = self.data.get(name)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self.wrong(name, "rule.bad_value", seen=value, allowed="2026-04-01")
        elif needed:
            self.wrong(name, "rule.missing_date", seen=name, allowed="2026-04-01")
        return None

    def days(self) -> tuple[date, date | None]:
        """`from` (needed) and `to`; a complaint when they are the wrong way round."""
        starts, ends = self.day("from", needed=True), self.day("to", needed=False)
        if starts and ends and ends <= starts:
            self.wrong("to", "rule.dates_reversed", seen=f"{starts} {ends}")
        return starts or date.min, ends

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; none when it is absent."""
        value = self.data.get(name, [])
        items = cast(list[object], value) if isinstance(value, list) else None
        if items is None or not all(isinstance(one, str) for one in items):
            self.wrong(name, "rule.bad_value", seen=str(self.data[name]), allowed='["…", "…"]')
            return ()
        return tuple(cast(list[str], items))

    def items(self, name: str) -> tuple[object, ...]:
        """A list of whatever; none when it is absent."""
        value = self.data.get(name, [])
        if isinstance(value, list):
            return tuple(cast(list[object], value))
        self.wrong(name, "rule.bad_value", seen=str(value), allowed="[ … ]")
        return ()

    def view(self, name: str) -> "View | None":
        """A table inside; None when it is absent."""
        value = self.data.get(name)
        if isinstance(value, dict):
            return View(self.sheet, cast(Mapping[str, object], value), (*self.place, name))
        if value is not None:
            self.wrong(name, "rule.bad_value", seen=value, allowed="{ … }")
        return None

    def views(self, name: str) -> "Iterator[View]":
        """Every table of a list of tables."""
        for number, value in enumerate(self.items(name)):
            place = (*self.place, name, number)
            if isinstance(value, dict):
                yield View(self.sheet, cast(Mapping[str, object], value), place)
            else:
                self.sheet.wrong(place, "rule.bad_value", seen=value, allowed="{ … }")


def as_number(value: object) -> Decimal | None:
    """A number of a TOML file as Decimal; None for anything else."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else None
