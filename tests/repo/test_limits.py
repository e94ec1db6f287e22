"""House limits: file and function length, parameters, docstrings, names, tests against source."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "jiqun"
FILE_LINES, FILE_MEDIAN = 400, 120
FUNCTION_LINES, FUNCTION_P90 = 50, 25
PARAMETERS = 6
BAD_NAMES = {"utils", "helpers", "common", "manager", "misc", "util"}


def sources() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(parsed(path)))


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sources():
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def lines_of(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def where(path: Path, node: ast.AST | None = None) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def test_files_are_short() -> None:
    long = {where(path): lines_of(path) for path in sources() if lines_of(path) > FILE_LINES}
    assert not long
    assert median(lines_of(path) for path in sources() if path.name != "__init__.py") <= FILE_MEDIAN


def test_functions_are_short() -> None:
    sizes = [((node.end_lineno or 0) - node.lineno + 1, where(path, node)) for path, node in functions()]
    assert not [item for item in sizes if item[0] > FUNCTION_LINES]
    ordered = sorted(size for size, _ in sizes)
    assert ordered[int(len(ordered) * 0.9)] <= FUNCTION_P90


def test_functions_take_few_parameters() -> None:
    """At most six; beyond two that are not self they are keyword-only or a plain formula's own arguments."""
    many = [
        where(path, node)
        for path, node in functions()
        if len([a for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in ("self", "cls")])
        > PARAMETERS
    ]
    assert not many


def test_no_bag_modules() -> None:
    assert not [where(path) for path in sources() if path.stem in BAD_NAMES]


def test_every_module_and_public_function_speaks() -> None:
    silent = []
    for path in sources():
        tree = parsed(path)
        public = [
            n
            for n in tree.body
            if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")
        ]
        silent += [where(path, node) for node in (tree, *public) if not ast.get_docstring(node)]
    assert not silent


def test_no_wildcard_imports() -> None:
    stars = [
        where(path, node)
        for path in sources()
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert not stars


@pytest.mark.parametrize("room", ["core", "rules", "factory", "chain", "brain", "exchange"])
def test_engines_ask_no_clock(room: str) -> None:
    asked = [
        where(path, node)
        for path in sources()
        if path.is_relative_to(SOURCE / room)
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow", "monotonic")
    ]
    assert not asked


def test_tests_outweigh_source() -> None:
    """The house's aim is 1.2 lines of test per line of source; ADR 0022 says where it stands and why."""
    tests = sum(lines_of(path) for path in (ROOT / "tests").rglob("*.py"))
    source = sum(lines_of(path) for path in sources())
    assert tests >= 0.6 * source, f"tests {tests} lines, source {source}"


def test_no_two_test_files_share_a_name() -> None:
    """Pytest imports test files by their bare name: two of one name break every stage of a full run."""
    names = [
        path.name
        for path in (ROOT / "tests").rglob("*.py")
        if path.name not in ("__init__.py", "conftest.py")
    ]
    assert not {name for name in names if names.count(name) > 1}
