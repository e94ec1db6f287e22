"""Tables of `packs/`, read once for all tests of the core, and the shared data where they are."""

import csv
import gzip
from pathlib import Path

import pytest

from jiqun.core.industries import Industries
from jiqun.core.messages import Messages
from jiqun.core.regions import Regions
from jiqun.core.tiles import Tiles
from jiqun.core.units import UnitTable

ROOT = Path(__file__).resolve().parents[3]
PACKS = ROOT / "packs"
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def units() -> UnitTable:
    return UnitTable.load(PACKS / "units.toml")


@pytest.fixture(scope="session")
def messages() -> Messages:
    return Messages.load(PACKS / "errors.toml")


@pytest.fixture(scope="session")
def regions() -> Regions:
    return Regions.load(PACKS / "codes")


@pytest.fixture(scope="session")
def industries() -> Industries:
    return Industries.load(PACKS / "codes")


@pytest.fixture(scope="session")
def tiles() -> Tiles:
    return Tiles.load(PACKS / "codes")


@pytest.fixture(scope="session")
def register() -> list[dict[str, str]]:
    """Every row of the real register."""
    path = SHARED / "zj_enterprise_register" / "zj_enterprises_1980_2004.csv.gz"
    if not path.exists():
        pytest.skip("the real register is not here: ../shared/data is not part of the repository")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
