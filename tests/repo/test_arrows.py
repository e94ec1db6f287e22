"""The arrows of the house: import contracts, and engines that import with everything else walled off."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("core", "rules", "factory", "chain", "brain", "exchange")
WALLED_OFF = ("django", "ninja", "ibis", "duckdb", "deltalake", "socket", "ssl", "asyncio", "numpy", "pandas")


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_engines_import_bare() -> None:
    """Every engine module imports with Django, the lake's libraries and sockets walled off and the clock stopped."""
    modules = [
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        for engine in ENGINES
        for path in sorted((ROOT / "src" / "jiqun" / engine).rglob("*.py"))
    ]
    code = f"""
import sys, importlib, time
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {WALLED_OFF!r}:
            raise ImportError(f"engines may not import {{name}}")
sys.meta_path.insert(0, Wall())
def stopped(*a): raise RuntimeError("engines may not ask the clock")
time.time = time.time_ns = stopped
for name in {modules!r}:
    importlib.import_module(name)
print(len({modules!r}))
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(modules) >= len(ENGINES)


def test_a_trespass_would_be_seen() -> None:
    """The wall is real: importing Django behind it fails."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", "import sys; sys.modules['django'] = None; import jiqun.ledger.apps"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0 and "django" in done.stderr


def test_actions_know_no_http_and_no_templates() -> None:
    pattern = re.compile(r"^\s*(?:from|import) django\.(?:http|template|shortcuts|urls|views)", re.M)
    files = sorted((ROOT / "src" / "jiqun" / "actions").rglob("*.py"))
    assert files and not [str(path) for path in files if pattern.search(path.read_text(encoding="utf-8"))]
