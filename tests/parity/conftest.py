"""An empty lake for every test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jiqun.lake.store import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """A lake in a folder whose name has a space and Chinese words, because homes have such names."""
    opened = Lake(tmp_path / "home 数据", memory_limit="512MB", threads=2)
    yield opened
    opened.close()
