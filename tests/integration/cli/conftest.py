"""Prepared homes, made once per run and copied by the tests that change them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_house import House, firm, table

from jiqun.lake.durable import locked

PATIENCE_S = 600.0


@pytest.fixture(scope="session")
def for_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder the workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def fresh(for_all: Path) -> House:
    """A home as `init` leaves it; only to be copied."""

    def make(home: Path) -> None:
        House(home).run("init")

    return House(made_once(for_all / "fresh", make))


@pytest.fixture(scope="session")
def told(fresh: House, for_all: Path) -> House:
    """A home with the example; only to be read or copied."""

    def make(home: Path) -> None:
        fresh.copy(home).run("example")

    return House(made_once(for_all / "told", make))


def made_once(home: Path, make: Callable[[Path], None]) -> Path:
    """The home, made by the first worker that asks for it; the others wait."""
    with locked(home.with_suffix(".lock"), wait_s=PATIENCE_S):
        if not home.exists():
            half = home.with_suffix(".half")
            make(half)
            half.rename(home)
    return home


@pytest.fixture
def house(fresh: House, tmp_path: Path) -> House:
    """A home of the test's own."""
    return fresh.copy(tmp_path / "home")


@pytest.fixture
def firms(tmp_path: Path) -> Callable[..., Path]:
    """Write a list of so many enterprises."""

    def write(count: int = 5, name: str = "firms.csv", **changed: str) -> Path:
        return table(tmp_path / name, [firm(number, **changed) for number in range(count)])

    return write
