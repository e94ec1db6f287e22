"""An empty lake for every test that asks for one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiqun.lake.recovery import recover
from jiqun.lake.store import Lake


@pytest.fixture(scope="session")
def empty_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with its tables and nothing in them, to be copied: making the tables takes longer than most tests."""
    root = tmp_path_factory.mktemp("lake") / "empty"
    recover(root)
    return root


@pytest.fixture
def lake(tmp_path: Path, empty_lake: Path) -> Iterator[Lake]:
    """A lake in a folder whose name has a space and Chinese words, because homes have such names."""
    root = tmp_path / "home 数据"
    shutil.copytree(empty_lake, root)
    opened = Lake(root, memory_limit="512MB", threads=2)
    yield opened
    opened.close()
