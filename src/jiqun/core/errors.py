"""Errors 错误: six families, each with one remedy; a code and facts, never a sentence.

The sentence a reader sees is chosen at the shell from `packs/errors.toml` (see `messages.py`).
"""

# The families are named after what is wrong and who can put it right, not with the ending "Error":
# ruff: noqa: N818

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar


class JiqunError(Exception):
    """Root of every error raised on purpose.

    code   dotted, stable, never reused, e.g. "gate.unknown_unit"
    facts  values for the placeholders of the sentence
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    code: str
    facts: Mapping[str, object]

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = MappingProxyType(dict(facts))

    def __str__(self) -> str:
        if not self.facts:
            return self.code
        return f"{self.code} ({', '.join(f'{name}={value!r}' for name, value in self.facts.items())})"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, dict(self.facts)))


class InputError(JiqunError):
    """What was handed in is wrong; fix it and hand it in again."""

    exit_code: ClassVar[int] = 10
    http_status: ClassVar[int] = 400


class NotFound(InputError):
    """What was asked for does not exist under that key."""

    http_status: ClassVar[int] = 404


class EvidenceMissing(JiqunError):
    """The answer needs evidence nobody has given (材料不足); ask for it."""

    exit_code: ClassVar[int] = 11
    http_status: ClassVar[int] = 409


class PackError(JiqunError):
    """A pack (rules, tables, codes) is wrong; fix the pack."""

    exit_code: ClassVar[int] = 12
    http_status: ClassVar[int] = 500


class NotAllowed(JiqunError):
    """This person may not do this; ask one who may."""

    exit_code: ClassVar[int] = 13
    http_status: ClassVar[int] = 403


class WrongState(JiqunError):
    """Not at this moment: the state of the thing does not allow it."""

    exit_code: ClassVar[int] = 14
    http_status: ClassVar[int] = 409


class SourceDown(JiqunError):
    """A store or service does not answer; try again."""

    exit_code: ClassVar[int] = 15
    http_status: ClassVar[int] = 503


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong with one row: where it is, what was seen, what is allowed.

    row     line number as a spreadsheet shows it (the header is row 1); None for the file as a whole
    column  column name, empty when the row as a whole is meant
    """

    file: str
    row: int | None
    column: str
    code: str
    seen: str
    allowed: str


class RowErrors(InputError):
    """All row errors of a file, shown together."""

    errors: tuple[RowError, ...]

    def __init__(self, errors: Iterable[RowError], *, code: str = "gate.rows_refused") -> None:
        kept = tuple(errors)
        file = kept[0].file if kept else ""
        super().__init__(code, file=file, count=len(kept))
        self.errors = kept

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_rows, (self.errors, self.code))


class PackErrors(PackError):
    """Everything wrong with the files of a pack, shown together; `row` of each is the line of its file."""

    errors: tuple[RowError, ...]

    def __init__(self, errors: Iterable[RowError], *, code: str = "rule.refused") -> None:
        kept = tuple(errors)
        file = kept[0].file if kept else ""
        super().__init__(code, file=file, count=len(kept))
        self.errors = kept

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_pack, (self.errors, self.code))


def _rebuild_pack(errors: tuple[RowError, ...], code: str) -> PackErrors:
    return PackErrors(errors, code=code)


def _rebuild_rows(errors: tuple[RowError, ...], code: str) -> RowErrors:
    return RowErrors(errors, code=code)


def _rebuild(family: type[JiqunError], code: str, facts: Mapping[str, object]) -> JiqunError:
    return family(code, **facts)
