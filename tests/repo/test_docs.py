"""The documents say what is so: reference pages current, links that lead somewhere, commands and targets that exist."""

import argparse
import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from jiqun import settings
from jiqun.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SCREENS = DOCS / "screens"
TOP = (
    "README.md",
    "README.zh-CN.md",
    "ARCHITECTURE.md",
    "GLOSSARY.md",
    "CONTRIBUTING.md",
    "THREAT_MODEL.md",
    "CHANGELOG.md",
)
PARTS = {
    "tutorials": {"first-hour", "an-office-list"},
    "how-to": {
        "import-a-list", "map-columns", "undo-a-batch", "repair-quarantined-rows", "back-up-and-restore", "add-an-indicator",
        "install-without-network", "run-on-postgresql", "give-roles", "merge-doubles", "object-to-a-number",
    },
    "explanation": {
        "how-a-number-flows", "bounds-and-kinds", "as-of-and-supersedes", "synthetic-and-real", "where-facts-come-from",
        "exactly-once",
    },
}  # fmt: skip
READERS = ("规则", "数据", "页面", "接口", "内部")


def pages() -> list[Path]:
    return [ROOT / name for name in TOP] + sorted(DOCS.rglob("*.md")) + [ROOT / "example" / "README.md"]


def written_by_hand() -> list[Path]:
    return [path for path in pages() if path.parent != DOCS / "reference"]


def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["reference"] = module
    spec.loader.exec_module(module)
    return module


def test_every_part_has_its_pages() -> None:
    for part, names in PARTS.items():
        assert {path.stem for path in (DOCS / part).glob("*.md")} >= names, part


def test_reference_pages_are_current() -> None:
    stale = [
        name
        for name, text in reference().made().items()
        if not (DOCS / "reference" / name).is_file()
        or (DOCS / "reference" / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run `make docs`: {stale}"


def test_every_command_setting_and_argument_has_its_chinese() -> None:
    made = reference()
    said = made.WORDS
    missing = [f"settings.{item.name}" for item in settings.SETTINGS if item.name not in said["settings"]]
    for path, _, parser in made.leaves(build_parser()):
        words = " ".join(path)
        missing += [f"commands.{words}"] if words not in said["commands"] else []
        missing += [
            f"arguments.{words} {one.dest}"
            for one in parser._actions
            if one.dest not in ("help", "home", "lang") and not made.argument_zh(words, one.dest)
        ]
    assert not missing, f"write them in tools/reference_words.toml: {missing}"


def anchors(path: Path) -> set[str]:
    """The anchors of a page, as forges make them: lower case, blanks to hyphens, other marks gone."""
    heads = re.findall(r"^#{1,6} (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


def links() -> Iterator[tuple[Path, str]]:
    for path in pages():
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
            yield path, target


def test_links_lead_somewhere() -> None:
    broken = []
    for path, target in links():
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if file.parent == SCREENS and not SCREENS.is_dir():
            continue  # taken by `make screens`, which needs Chromium
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert not broken


def test_every_page_of_docs_is_listed_in_its_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    unlisted = [
        str(path.relative_to(DOCS)) for path in sorted(DOCS.rglob("*.md"))
        if path.name != "README.md" and path.parent.name != "adr" and str(path.relative_to(DOCS)) not in index
    ]  # fmt: skip
    assert not unlisted


def decisions() -> list[Path]:
    return sorted((DOCS / "adr").glob("[0-9]*.md"))


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem)
def test_a_decision_says_why_and_what_follows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)
    assert text.startswith(f"# {path.stem[:4]} ")
    assert re.findall(r"^## (.+)$", text, re.M)[:3] == ["Context", "Decision", "Consequences"]
    assert text.count("\n") <= 60, "one page at most"


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    numbers = [int(path.stem[:4]) for path in decisions()]
    assert numbers == list(range(1, len(numbers) + 1))
    index = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    assert not [path.name for path in decisions() if path.name not in index]


def test_changelog_is_sorted_by_reader() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for release in re.split(r"^## ", text, flags=re.M)[1:]:
        heads = [re.split(r"[ /]", head)[0] for head in re.findall(r"^### (.+)$", release, re.M)]
        assert heads == [reader for reader in READERS if reader in heads] and heads


def snippets(path: Path) -> Iterator[str]:
    """What a page tells a reader to type: lines of code blocks, and code within a sentence."""
    text = path.read_text(encoding="utf-8")
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S):
        yield from (line.split(" #")[0].strip() for line in block.splitlines())
    rest = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    yield from re.findall(r"`([^`\n]+)`", rest)


def typed(program: str) -> list[tuple[str, list[str]]]:
    """(page, words after the program) of everything that is to be typed."""
    found = []
    for path in written_by_hand():
        for snippet in snippets(path):
            line = re.sub(r"^(?:[A-Z_]+=\S* )*(?:\S*/)?", "", snippet)
            if line.startswith(program + " "):
                try:
                    found.append((str(path.relative_to(ROOT)), shlex.split(line)[1:]))
                except ValueError:
                    found.append((str(path.relative_to(ROOT)), line.split()[1:]))
    return found


def unknown(parser: argparse.ArgumentParser, words: list[str]) -> str:
    """What of a command line the parser does not know: a verb, or an option; empty when it knows all."""
    options: set[str] = set()
    while True:
        options |= {name for action in parser._actions for name in action.option_strings}
        tree = next((a for a in parser._actions if isinstance(a, argparse._SubParsersAction)), None)
        if tree is None:
            break
        while words and words[0].startswith("-"):
            if words[0].split("=")[0] not in options:
                return words[0]
            words = words[1:] if "=" in words[0] or words[0] in ("--help", "--version") else words[2:]
        if not words or words[0] in ("…", "..."):
            return ""
        found = [tree.choices.get(name) for name in words[0].split("|")]
        if None in found:
            return words[0]
        parser, words = found[0], words[1:]
    return next((w for w in words if re.match(r"--?[a-z]", w) and w.split("=")[0] not in options), "")


def test_every_command_told_exists() -> None:
    parser = build_parser()
    told = typed("jiqun")
    assert len(told) > 40
    wrong = [(page, " ".join(words)) for page, words in told if unknown(parser, list(words))]
    assert not wrong


def test_every_make_target_told_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    wrong = [(page, words[0]) for page, words in typed("make") if words and words[0] not in targets]
    assert not wrong


def test_every_path_told_exists() -> None:
    """A path in code quotes that begins with a folder of the repository is there."""
    folders = (
        "src/",
        "tests/",
        "packs/",
        "tools/",
        "docs/",
        "example/",
        "requirements/",
        "frontend/",
        "benchmarks/",
        ".ci/",
    )
    wrong = []
    for path in written_by_hand():
        for snippet in snippets(path):
            name = snippet.split("::")[0].rstrip("/")
            if not name.startswith(folders) or re.search(r"[\s<>{}$…]", name) or "NNNN" in name:
                continue
            if not list(ROOT.glob(name)) and not (SCREENS.name in name and not SCREENS.is_dir()):
                wrong.append((str(path.relative_to(ROOT)), snippet))
    assert not wrong


def test_glossary_names_places_that_exist() -> None:
    """The last column of a glossary row is a module, a pack or a page of the repository."""
    rows = re.findall(r"^\|.*\| `([^`|]+)` \|$", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), re.M)
    assert len(rows) > 60
    missing = [
        name for name in rows
        if not ((ROOT / "src" / "jiqun" / name).exists() or (ROOT / name).exists())
    ]  # fmt: skip
    assert not missing
