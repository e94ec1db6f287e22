"""What tests of connecting share: a factory with a box that reports, and what the box says."""

import json
from datetime import datetime, timedelta
from typing import Any

from action_world import MORNING, World, firm, key_of, officer

from jiqun.actions import factories as acts
from jiqun.actions.connect_points import ChosenPoint
from jiqun.actions.connecting import Place
from jiqun.intake.box_routes import answer
from jiqun.ledger.factories import Factory, Line, Machine

OWNER = officer("enterprise", "enterprise", key_of(1))
WORKER = officer("workshop", "enterprise", key_of(1))
OFFICE = officer("county_officer", "region", "330624")
OTHER = officer("enterprise", "enterprise", key_of(2))
NOW_US = round(MORNING.timestamp() * 1e6)
OVEN = ChosenPoint("furnace.t", "ns=2;s=furnace.temperature", "摄氏度", name="炉温", role="temperature")
PLACE = Place("box-1", "furnace")
ADDRESS = {"address": "opc.tcp://10.0.0.9:4840/"}


def furnished(world: World) -> World:
    """Two factories of two enterprises; the first has a line and a furnace."""
    world.enterprises(firm(1), firm(2))
    acts.make(world.desk, Factory("spring", "弹簧厂", key_of(1)), by=OWNER, at=MORNING)
    acts.make(world.desk, Factory("dye", "染厂", key_of(2)), by=OTHER, at=MORNING)
    line, furnace = Line("l1", "一线"), Machine("furnace", "回火炉", "l1")
    acts.describe(world.desk, "spring", by=OWNER, at=MORNING, lines=[line], machines=[furnace])
    return world


def said(site: str = "spring", box: str = "box-1", **more: Any) -> dict[str, Any]:
    """A report of a box."""
    return {
        "talk": 1,
        "site": site,
        "box": box,
        "version": "0.1.0",
        "config_version": 0,
        "sent_us": NOW_US,
        **more,
    }


def calls(
    told: object, *, site: str = "spring", path: str = "/api/box", at: datetime = MORNING, seconds: int = 0
) -> tuple[int, dict[str, Any]]:
    """What the box of a site is answered."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    status, found = answer("POST", path, {}, body, site=site, at=at + timedelta(seconds=seconds))
    return status, dict(found)


def seen(
    *rows: dict[str, Any], state: str = "running", box: str = "box-1", site: str = "spring", **more: Any
) -> dict[str, Any]:
    """What a trial gave."""
    return {"talk": 1, "site": site, "box": box, "state": state, "seen": list(rows), **more}


def row(address: str = OVEN.address, value: object = 421.5, **more: Any) -> dict[str, Any]:
    """One thing seen."""
    told = {"address": address, "name": "furnace.temperature", "type": "Double", "unit": "", "value": value}
    return {**told, "quality": "good", "read_us": NOW_US, **more}


def connector(name: str = "炉", state: str = "up", **more: Any) -> dict[str, Any]:
    """A connector as a box reports it."""
    told = {
        "name": name,
        "kind": "opcua",
        "state": state,
        "points": 1,
        "last_fault": "",
        "heard_us": NOW_US,
        "ordered": True,
    }
    return {**told, "counts": {}, **more}
