"""The example's factories: entered once, their boxes' files name this machine's addresses and a token that works."""

import tomllib

import pytest
from action_world import MORNING, SYSTEM, World, firm, key_of

from jiqun.actions import example_factories, example_owners
from jiqun.actions import factories as acts
from jiqun.actions.example_factories import Addresses
from jiqun.core.errors import RowErrors
from jiqun.edge.config import read_config
from jiqun.ledger import factories, factory_tokens
from jiqun.ledger.factories import Factory

HERE = Addresses(
    "http://127.0.0.1:9001/api/readings", "opc.tcp://127.0.0.1:1/jiqun/spring/", "127.0.0.1:2", "127.0.0.1:3"
)


@pytest.fixture
def owned(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    world.enterprises(firm(1), firm(2))
    monkeypatch.setattr(example_owners, "owner", lambda site: key_of(1 if site == "spring" else 2))
    return world


def test_they_are_entered_once(owned: World) -> None:
    assert example_factories.load(owned.desk, by=SYSTEM) == ("spring", "dye")
    assert example_factories.load(owned.desk, by=SYSTEM) == ()
    assert len(factories.machines("dye")) == 4


def test_without_the_example_there_are_none(world: World) -> None:
    assert example_factories.load(world.desk, by=SYSTEM) == ()


def test_a_real_factory_of_that_name_is_left_alone(owned: World) -> None:
    acts.make(owned.desk, Factory("spring", "真的", key_of(1)), by=SYSTEM, at=MORNING)
    assert example_factories.load(owned.desk, by=SYSTEM) == ("dye",)
    assert example_factories.boxes(owned.desk, HERE, by=SYSTEM) == {}


def test_boxes_speak_to_this_machine(owned: World, monkeypatch: pytest.MonkeyPatch) -> None:
    example_factories.load(owned.desk, by=SYSTEM)
    monkeypatch.setattr(
        factories, "all_factories", lambda: [Factory(s, s, "x", synthetic=True) for s in ("spring", "dye")]
    )
    boxes = example_factories.boxes(owned.desk, HERE, by=SYSTEM)
    words = boxes["spring"].parent.joinpath("token").read_text().strip()
    found = factory_tokens.find(words, at=MORNING)
    assert found is not None
    assert found.factory == "spring"
    assert example_factories.boxes(owned.desk, HERE, by=SYSTEM) == boxes
    assert boxes["spring"].parent.joinpath("token").read_text().strip() == words
    told = {site: tomllib.loads(path.read_text()) for site, path in boxes.items()}
    assert {one["gate"]["address"] for one in told.values()} == {HERE.gate}
    assert [one["address"] for one in told["spring"]["connector"]] == [HERE.opcua, HERE.modbus]
    assert [one["address"] for one in told["dye"]["connector"]] == [HERE.mqtt]
    for path in boxes.values():
        config = read_config(path, packs=owned.desk.packs)
        assert config.gate.token_file is not None
        assert config.buffer.path.parent == path.parent
        assert config.status_port == 0


def test_the_shipped_configurations_are_sound() -> None:
    from jiqun import settings

    for site in ("spring", "dye"):
        try:
            read_config(settings.EXAMPLE_DIR / "edge" / f"{site}.toml", packs=settings.PACKS_DIR)
        except RowErrors as error:  # pragma: no cover - told in words when it happens
            pytest.fail(str(error.errors))
