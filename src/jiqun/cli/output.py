"""输出 printing: tables, JSON and errors of the command line, one shape everywhere."""

import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

import orjson

from jiqun.core.errors import JiqunError, PackErrors, RowErrors
from jiqun.core.messages import Messages


def lang() -> str:
    """Language of messages: zh or en."""
    return "en" if os.environ.get("JIQUN_LANG", "").startswith("en") else "zh"


@lru_cache(maxsize=1)
def messages() -> Messages:
    """The sentences of packs/errors.toml."""
    from jiqun import settings  # late: --home is set before the settings are read

    return Messages.load(settings.PACKS_DIR / "errors.toml")


def print_json(value: object) -> None:
    """Print one JSON object; Decimal and dates as text, Chinese as it is."""
    sys.stdout.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode() + "\n")


def say(zh: str, en: str) -> None:
    """Print a line in the language of messages."""
    print(en if lang() == "en" else zh)


def error_object(error: JiqunError) -> dict[str, object]:
    """The one error shape of API, command line and pages."""
    errors = [
        {
            "file": item.file, "row": item.row, "column": item.column, "code": item.code, "seen": item.seen,
            "allowed": item.allowed, "message": messages().sentence(item, lang()),
        }
        for item in (error.errors if isinstance(error, RowErrors | PackErrors) else ())
    ]  # fmt: skip
    return {
        "ok": False,
        "code": error.code,
        "error": messages().sentence(error, lang()),
        "errors": errors,
        "status": error.http_status,
    }


def print_error(error: JiqunError, *, as_json: bool) -> None:
    """Print an error: sentence and next step to stderr, or the one shape as JSON."""
    try:
        shape = error_object(error)
    except JiqunError as broken:  # the sentences themselves cannot be read
        print(f"{error}\n{broken}", file=sys.stderr)
        return
    if as_json:
        print_json(shape)
        return
    print(shape["error"], file=sys.stderr)
    for item in shape["errors"][:200]:  # type: ignore[index]
        print("  " + item["message"], file=sys.stderr)


def width(text: str) -> int:
    """Columns a text takes on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def print_table(rows: Sequence[Mapping[str, object]], columns: Sequence[tuple[str, str]]) -> None:
    """Print rows as an aligned table; columns are (key, heading)."""
    texts = [
        [str(row.get(key, "") if row.get(key) is not None else "") for key, _ in columns] for row in rows
    ]
    heads = [head for _, head in columns]
    sizes = [max([width(head), *(width(line[n]) for line in texts)]) for n, head in enumerate(heads)]
    for line in [heads, *texts]:
        cells = (cell + " " * (size - width(cell)) for cell, size in zip(line, sizes, strict=True))
        print("  ".join(cells).rstrip())
