"""What tests of pages and interface share: one house per module, taken back after it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import translation
from web_house import House, built

from jiqun.actions import background


@pytest.fixture(scope="module")
def module_house(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[House]:
    """The house, built once for a module."""
    with django_db_blocker.unblock(), built(Path(tmp_path_factory.mktemp("home"))) as house:  # type: ignore[attr-defined]
        yield house


@pytest.fixture
def work_in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that nobody took up is done where it is asked after, not in a thread: a thread has a connection of its own, which
    sees nothing of the house's transaction and, on SQLite in memory, meets its locks."""

    def thread(target: Callable[..., None], args: tuple[object, ...], daemon: bool) -> object:
        assert daemon
        return SimpleNamespace(start=lambda: target(*args))

    monkeypatch.setattr(background, "threading", SimpleNamespace(Thread=thread))
    monkeypatch.setattr(background.Background, "_work_here", background.Background.work)


@pytest.fixture
def house(module_house: House, db: None, work_in_line: None) -> Iterator[House]:
    """The house; what a test writes into ledger and lake is taken back after it."""
    before = module_house.lake_files()
    translation.deactivate()  # the language of a request made by the test before
    yield module_house
    if module_house.lake_files() != before:
        module_house.restore_lake()
