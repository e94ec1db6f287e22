"""The box runs without everything its extra does not bring: the server's libraries are walled off, commands still work."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WALLED = """
import sys
FORBIDDEN = set("django ninja duckdb deltalake ibis arro3 granian psycopg numpy scipy sklearn pydantic".split())

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in FORBIDDEN:
            raise ImportError(f"{name} is not part of jiqun[edge]")

sys.meta_path.insert(0, Wall())
from jiqun.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "words",
    [
        ("edge", "check", "example/edge/spring.toml"),
        ("edge", "check", "example/edge/dye.toml"),
        ("edge", "connectors"),
        ("plant", "start", "--help"),
    ],
)
def test_commands_of_the_box_need_only_its_extra(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALLED, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-1500:]


def test_the_wall_stands() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALLED, "factory", "list"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "jiqun[edge]" in done.stderr + done.stdout
