"""What tests of actions share: packs read once, places and clusters entered once per module, a home of its own per test."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from action_world import MORNING, SYSTEM, World, new_desk
from django.db import transaction

from jiqun import settings
from jiqun.actions import homes
from jiqun.actions.desk import Desk
from jiqun.ledger import sources
from jiqun.ledger.sources import Source

READ_ONCE = ("units", "indicators", "regions", "industries", "messages")


@pytest.fixture(scope="session")
def empty_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake without a row, to be copied."""
    home = tmp_path_factory.mktemp("empty")
    Desk(home, settings.PACKS_DIR, memory_mb=256).lake.close()
    return home / "lake"


@pytest.fixture(scope="session")
def packs() -> Mapping[str, object]:
    """The packs, read once."""
    desk = Desk(Path(), settings.PACKS_DIR)
    return {"packs": settings.PACKS_DIR} | {name: getattr(desk, name) for name in READ_ONCE}


@pytest.fixture(scope="module")
def prepared(
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    packs: Mapping[str, object],
    empty_lake: Path,
) -> Iterator[None]:
    """Places, clusters and sources in the ledger, inside a transaction that is rolled back at the end."""
    desk = new_desk(tmp_path_factory.mktemp("prepared") / "home", packs, empty_lake)
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        homes.prepare(desk, by=SYSTEM, at=MORNING)
        sources.save(Source("sheet", "office_sheet", "新昌县企业表"))
        sources.save(Source("doc", "document", "一份文件"))
        desk.lake.close()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def world(
    prepared: None, db: None, tmp_path: Path, packs: Mapping[str, object], empty_lake: Path
) -> Iterator[World]:
    """A world of its own for one test."""
    made = World(new_desk(tmp_path / "home 数据", packs, empty_lake))
    yield made
    made.desk.lake.close()
