"""What every test shares: a home of its own, the real data where it is present, and honest skips."""

import importlib.util
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_home = Path(tempfile.mkdtemp(prefix="jiqun-test-home-"))
os.environ["JIQUN_HOME"] = str(_home)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread
if (
    signal.getsignal(signal.SIGINT) == signal.SIG_IGN
):  # started in the background: the programs under test still hear Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
(_home / "uploads").mkdir()
(_home / "secret.key").write_text("k" * 50)


def _java() -> bool:
    return shutil.which("java") is not None and importlib.util.find_spec("pyspark") is not None


def _made_once_per_module(item: pytest.Item) -> bool:
    """Does the test use a fixture of its module? On three workers such a house would be built three times."""
    asked = getattr(item, "_fixtureinfo", None)
    made = asked.name2fixturedefs.values() if asked else ()
    return any(definitions[-1].scope == "module" for definitions in made)


NEEDS = {
    "shared": (SHARED.is_dir(), "the real data ../shared/data is not beside this checkout"),
    "browser": (CHROMIUM is not None, "no Chromium on this machine"),
    "spark": (_java(), "Java or pyspark is not installed (requirements/full.txt)"),
    "postgres": (
        os.environ.get("JIQUN_DATABASE_URL", "").startswith("postgres"),
        "runs only in the PostgreSQL half (JIQUN_DATABASE_URL)",
    ),
}


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the machine cannot run, saying why; keep on one worker what shares a house made once for its module."""
    for item in items:
        if _made_once_per_module(item) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
        for marker, (present, reason) in NEEDS.items():
            if item.get_closest_marker(marker) and not present:
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_unconfigure() -> None:
    """Remove the home of this run."""
    shutil.rmtree(_home, ignore_errors=True)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data; tests that ask for it carry the marker `shared`."""
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the Chromium that browser tests drive."""
    assert CHROMIUM is not None
    return CHROMIUM
