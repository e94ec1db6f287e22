"""What every test shares: a home of its own, the real data where it is present, and honest skips."""

import gc
import importlib.util
import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from warm_start import hash_quickly

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
LONG_TESTS = ("tests/integration/cli/", "tests/integration/lake/", "tests/integration/ledger/")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")

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


NEEDS = {
    "shared": (SHARED.is_dir(), "the real data ../shared/data is not beside this checkout"),
    "browser": (CHROMIUM is not None, "no Chromium on this machine"),
    "broker": (MOSQUITTO is not None, "no Mosquitto on this machine"),
    "spark": (_java(), "Java or pyspark is not installed (requirements/full.txt)"),
    "postgres": (
        os.environ.get("JIQUN_DATABASE_URL", "").startswith("postgres"),
        "runs only in the PostgreSQL half (JIQUN_DATABASE_URL)",
    ),
}


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a file to one worker, because of the house it builds once; files without one are dealt test by test.

    (xdist's own `loadgroup` does nothing under pytest 9.2: it writes a name into the test that pytest reads no more.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByHouse(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if _dealt_singly(nodeid.partition("::")[0]) else nodeid.partition("::")[0]

    config.option.loadscopereorder = False  # in the order of the folders: what takes longest stands first
    return ByHouse(config, log)


@cache
def _dealt_singly(path: str) -> bool:
    """Are the tests of a file long, each with a home of its own?"""
    return path.startswith(LONG_TESTS) and 'scope="module"' not in (ROOT / path).read_text(encoding="utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the machine cannot run, saying why."""
    for item in items:
        for marker, (present, reason) in NEEDS.items():
            if item.get_closest_marker(marker) and not present:
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_configure() -> None:
    """Passwords are hashed the product's way, with fewer rounds."""
    hash_quickly()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: no garbage is looked for meanwhile, and later not among modules and tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(10_000, 20, 20)


def pytest_unconfigure() -> None:
    """Remove the home of this run; what was frozen is cleared like all else, or DuckDB calls it leaked."""
    gc.unfreeze()
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
