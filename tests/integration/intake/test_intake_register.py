"""What the gate asks of the ledger, against the real one: tokens, points, factories at work."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError

from jiqun.actions.taking_register import LedgerRegister
from jiqun.actions.taking_tokens import TokenBook
from jiqun.core.errors import NotFound, SourceDown
from jiqun.ledger import audit, factories, factory_tokens, models
from jiqun.ledger.factories import Factory, FactoryPoint

AT = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def register(transactional_db: None):
    for key in ("spring", "dye"):
        factories.make(Factory(key, key, f"enterprise:{key}"), by="test", at=AT)
    opened = LedgerRegister(lambda: AT)
    yield opened
    opened.close()


def test_points_are_written_once_and_known_even_when_retired(register: LedgerRegister) -> None:
    assert register.points("spring") == {}
    register.add_points("spring", {"furnace.temperature": ("℃", "measurement"), "pieces": ("件", "counter")})
    register.add_points("spring", {"pieces": ("个", "total")})
    factories.put_points("spring", [FactoryPoint("old", "kW", "measurement", retired_at=AT)], at=AT)
    assert register.points("spring") == {
        "furnace.temperature": ("℃", "measurement"), "pieces": ("件", "counter"), "old": ("kW", "measurement")
    }  # fmt: skip
    assert register.points("dye") == {}
    (line,) = audit.list_page(action="factory.point_seen").rows
    assert (line.target, line.detail["points"], line.by) == ("factory:spring", 2, "gate")


def test_only_factories_at_work(register: LedgerRegister) -> None:
    assert register.sites() == ("dye", "spring")
    models.Factory.objects.filter(key="dye").update(active=False)
    assert register.sites() == ("spring",)
    for site in ("dye", "nobody"):
        with pytest.raises(NotFound):
            register.points(site)


def test_a_token_opens_its_factory_until_it_is_revoked(register: LedgerRegister) -> None:
    token, words = factory_tokens.issue("spring", "box", by="test", at=AT)
    now = [0.0]
    book = TokenBook(register.site_of, monotonic=lambda: now[0])
    assert book.site(words) == "spring" and book.site(words + "x") is None and book.site("") is None
    factory_tokens.revoke("spring", token.prefix, by="test", at=AT)
    now[0] = 5.1
    assert book.site(words) is None


def test_a_ledger_that_is_away_is_said_to_be(
    register: LedgerRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> object:
        raise OperationalError("database is locked")

    monkeypatch.setattr(factories, "get", away)
    with pytest.raises(SourceDown) as said:
        register.points("spring")
    assert said.value.code == "store.down"
    monkeypatch.undo()
    assert register.points("spring") == {}
