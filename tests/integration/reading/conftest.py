"""A house with the example's documents for the tests of the reading pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from reading_house import ReadingHouse, built


@pytest.fixture(scope="module")
def open_house(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[ReadingHouse]:
    """The house, built once for a module."""
    with django_db_blocker.unblock(), built(Path(tmp_path_factory.mktemp("reading"))) as house:  # type: ignore[attr-defined]
        yield house


@pytest.fixture
def house(open_house: ReadingHouse, db: None) -> ReadingHouse:
    """The house; what a test writes into the ledger is taken back after it."""
    return open_house
