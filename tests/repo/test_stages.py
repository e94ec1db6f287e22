"""The stages of `make test` look for the tests of a marker in one folder each: none may stand elsewhere."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import run_tests  # noqa: E402 (the path is set just above)

HOMES = {"browser": "tests/browser", "spark": "tests/parity"}


def marked(marker: str) -> set[Path]:
    """Test files in which `pytest.mark.<marker>` stands."""
    return {
        path
        for path in (ROOT / "tests").rglob("test_*.py")
        if any(
            isinstance(node, ast.Attribute) and ast.unparse(node) == f"pytest.mark.{marker}"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }


@pytest.mark.parametrize(("marker", "home"), HOMES.items())
def test_a_marker_stands_where_its_stage_looks(marker: str, home: str) -> None:
    found = marked(marker)
    assert found
    assert not [path for path in found if not path.is_relative_to(ROOT / home)]


def test_the_stages_look_there() -> None:
    for (_, words, _), marker in ((run_tests.PAGES, "browser"), (run_tests.SPARK, "spark")):
        assert words == [HOMES[marker], "-m", marker]


def test_what_the_house_leaves_to_the_browser_is_run_there() -> None:
    assert f"--ignore={HOMES['browser']}" in run_tests.HOUSE[1]
    assert marked("browser") == set((ROOT / HOMES["browser"]).glob("test_*.py"))


def test_no_stage_compiles_everything_anew() -> None:
    assert "PYTHONDONTWRITEBYTECODE" not in run_tests.ENVIRONMENT
