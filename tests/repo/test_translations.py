"""The Chinese catalogue: every text of pages and code has its Chinese, and the compiled file is the one that was written.

What is used is found without gettext: texts of code from its syntax tree, texts of pages from their compiled templates.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.template import engines
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "src" / "jiqun" / "web"
TEMPLATES = WEB / "templates"
CATALOGUE = WEB / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
CALLS = {
    "_": ("text",),
    "gettext": ("text",),
    "gettext_lazy": ("text",),
    "pgettext": ("context", "text"),
    "pgettext_lazy": ("context", "text"),
    "ngettext": ("text", "plural"),
    "ngettext_lazy": ("text", "plural"),
}
Text = tuple[str, str]
"""Context (mostly empty) and text."""


def key_of(entry: polib.POEntry | polib.MOEntry) -> Text:
    return entry.msgctxt or "", entry.msgid


def texts_of_code(path: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS):
            continue
        given = dict(zip(CALLS[node.func.id], node.args, strict=False))
        text, context = given.get("text"), given.get("context")
        assert isinstance(text, ast.Constant), (
            f"{path.name}:{node.lineno} translates what is not a plain text"
        )
        yield (context.value if isinstance(context, ast.Constant) else ""), text.value


def texts_of_template(path: Path) -> Iterator[Text]:
    template = engines["django"].get_template(str(path.relative_to(TEMPLATES))).template
    for node in _nodes(template.nodelist, TranslateNode):
        if isinstance(node.filter_expression.var, str):
            yield _context(node), node.filter_expression.var
        else:
            yield _context(node), str(node.filter_expression.var.literal)
    for node in _nodes(template.nodelist, BlockTranslateNode):
        text, _ = node.render_token_list(node.singular)
        yield _context(node), text.strip() if node.trimmed else text


def _nodes(nodelist: object, kind: type[Node]) -> list[Node]:
    return nodelist.get_nodes_by_type(kind)  # type: ignore[attr-defined]


def _context(node: Node) -> str:
    context = node.message_context  # type: ignore[attr-defined]
    return str(context.var) if context else ""


@pytest.fixture(scope="module")
def used() -> dict[Text, str]:
    """Every text used, and where."""
    found: dict[Text, str] = {}
    for path in sorted(WEB.rglob("*.py")):
        found |= dict.fromkeys(texts_of_code(path), path.name)
    for path in sorted(TEMPLATES.rglob("*.html")):
        found |= dict.fromkeys(texts_of_template(path), path.name)
    assert len(found) > 300
    return found


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def test_every_text_has_its_chinese(used: dict[Text, str], catalogue: polib.POFile) -> None:
    said = {key_of(entry) for entry in catalogue if entry.translated() and not entry.fuzzy}
    missing = sorted(
        f"{where}: {text}" for (context, text), where in used.items() if (context, text) not in said
    )
    assert not missing, "run `make translate` and translate what is new"


def test_nothing_is_translated_that_nobody_says(used: dict[Text, str], catalogue: polib.POFile) -> None:
    assert sorted(key_of(entry) for entry in catalogue if key_of(entry) not in used) == []


def test_what_is_filled_in_is_filled_in_both_languages(catalogue: polib.POFile) -> None:
    uneven = [
        entry.msgid
        for entry in catalogue
        for said in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if set(PLACEHOLDER.findall(said)) - set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        or (
            not entry.msgid_plural and set(PLACEHOLDER.findall(entry.msgid)) != set(PLACEHOLDER.findall(said))
        )
    ]
    assert not uneven


def test_chinese_is_chinese(catalogue: polib.POFile) -> None:
    """A translation is its own text, save for names that are the same everywhere."""
    same = {
        entry.msgid
        for entry in catalogue
        if entry.msgid == entry.msgstr and re.search("[a-z]{4}", entry.msgid)
    }
    assert not same


def test_the_compiled_catalogue_is_current(catalogue: polib.POFile) -> None:
    written = polib.mofile(str(CATALOGUE.with_suffix(".mo")))

    def told(entries: Iterator[polib.POEntry | polib.MOEntry]) -> dict[Text, object]:
        return {key_of(entry): entry.msgstr or dict(entry.msgstr_plural) for entry in entries}

    assert told(iter(written)) == told(iter(catalogue.translated_entries())), "run `make translate`"
