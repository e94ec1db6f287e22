"""Prepared homes, made once per run and copied by the tests that change them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_house import House, firm, table


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A home as `init` leaves it; only to be copied."""
    made = House(tmp_path_factory.mktemp("fresh") / "home")
    made.run("init")
    return made


@pytest.fixture(scope="session")
def told(fresh: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A home with the example; only to be read or copied."""
    made = fresh.copy(tmp_path_factory.mktemp("told") / "home")
    made.run("example")
    return made


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
