"""An empty lake for every test that asks for one, and the packs, read once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jiqun.core.indicators import IndicatorTable
from jiqun.core.messages import Messages
from jiqun.core.regions import Regions
from jiqun.core.units import UnitTable
from jiqun.lake.store import Lake

PACKS = Path(__file__).resolve().parents[3] / "packs"


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """A lake in a folder whose name has a space and Chinese words, because homes have such names."""
    opened = Lake(tmp_path / "home 数据", memory_limit="512MB", threads=2)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def units() -> UnitTable:
    return UnitTable.load(PACKS / "units.toml")


@pytest.fixture(scope="session")
def indicators(units: UnitTable) -> IndicatorTable:
    return IndicatorTable.load(PACKS / "indicators", units)


@pytest.fixture(scope="session")
def regions() -> Regions:
    return Regions.load(PACKS / "codes")


@pytest.fixture(scope="session")
def messages() -> Messages:
    return Messages.load(PACKS / "errors.toml")
