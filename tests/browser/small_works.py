"""A works in which every page of a factory has something to show: readings, an alarm, a warning, a shift, a box, a draft.

`python small_works.py SITE ACCOUNT` with JIQUN_HOME set enters it for the account's enterprise; prints a line of JSON.
"""

# ruff: noqa: E402 - Django is set up before what needs it is imported
import json
import os
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiqun.settings")

import django

django.setup()

from django.db import transaction
from reading_rows import Given, put_readings

from jiqun.actions import connecting, factories, shifts
from jiqun.actions.connect_points import ChosenPoint
from jiqun.actions.connecting import Place
from jiqun.actions.desk import ZONE, Desk, desk
from jiqun.factory.instants import MINUTE, SECOND, micros_of
from jiqun.intake.box_routes import answer
from jiqun.ledger import accounts, alarms, boxes, drift
from jiqun.ledger.alarms import AlarmEntry, AlarmLimit, AlarmRow
from jiqun.ledger.drift import DriftWarning, DriftWatch
from jiqun.ledger.factories import Factory, FactoryPoint, Line, Machine, ShiftRow
from jiqun.ledger.permissions import Actor, system
from jiqun.ledger.shift_ends import ShiftKey

BY = system("test")
OVEN = ("furnace.running", "furnace.pieces", "furnace.scrap", "furnace.temperature")
ROLES = (("running", "台", "measurement"), ("produced", "件", "counter"), ("scrap", "件", "counter"),
         ("temperature", "摄氏度", "measurement"))  # fmt: skip

LEARNT = {"name": OVEN[3], "watch": "level", "level": 423.0, "ewma": 3.0, "wide": 1.0}


def built(here: Desk, site: str, owner: str, now: datetime) -> None:
    """A line with a furnace that has readings and a coiler that has none; shifts around the clock."""
    factories.make(here, Factory(site, "每页试验厂（合成）", owner, "", synthetic=True), by=BY, at=now)
    points = [FactoryPoint(key, unit, kind, "", "furnace", role)
              for key, (role, unit, kind) in zip(OVEN, ROLES, strict=True)]  # fmt: skip
    cycle = Decimal("2.5")
    machines = [Machine("furnace", "1号回火炉（合成）", "line-1", 1, "回火炉", "压缩弹簧", cycle, digital=True),
                Machine("coiler", "1号卷簧机（合成）", "line-1", 0, "卷簧机", "压缩弹簧", cycle)]  # fmt: skip
    lines = [Line("line-1", "弹簧一线", 0)]
    factories.describe(here, site, by=BY, at=now, lines=lines, machines=machines, points=points)
    calendar = [ShiftRow("白班", 480, 1200, ((720, 750),)), ShiftRow("夜班", 1200, 1920)]
    factories.set_shifts(here, site, calendar, by=BY, at=now)


def readings(now_us: int) -> Given:
    """Two hours of the furnace and half an hour of last month; it stood for ten minutes."""
    start = now_us - 120 * MINUTE
    every = range(start, now_us, 10 * SECOND)
    stood = range(start + 60 * MINUTE, start + 70 * MINUTE)
    made = [at for at in every if at not in stood]
    running = [(at, 0.0 if at in stood else 1.0) for at in every]
    before = [(now_us - 40 * 86_400 * SECOND + n * MINUTE, 1.0) for n in range(30)]
    return {
        OVEN[0]: [*before, *running],
        OVEN[1]: [(at, 4.0 * place) for place, at in enumerate(made)],
        OVEN[2]: [(start, 0.0), (start + MINUTE, 3.0)],
        OVEN[3]: [(at, 420.0 + at // SECOND % 7) for at in every],
    }


def alarmed(site: str, now_us: int, now: datetime) -> int:
    """An alarm that stands, one that was, and a warning; gives its number."""
    limits = [AlarmLimit("furnace.hot", OVEN[3], "回火炉温度高", "high", 425.0, 1.0, priority=1, response="看加热器"),
              AlarmLimit("furnace.cold", OVEN[3], "回火炉温度低", "low", 380.0, priority=3)]  # fmt: skip
    watch = DriftWatch("furnace.temperature", "回火炉温度漂移", (OVEN[3],), 600.0,
                       learnt={"points": [LEARNT]})  # fmt: skip
    raised = now_us - 5 * MINUTE
    with transaction.atomic():
        alarms.put_limits(site, limits, by="test", at=now)
        for limit in limits:
            entry = AlarmEntry(limit.key, limit.name, limit.point, raised, "active", "normal", "unacknowledged", "", "",
                               "427", None, limit.priority, True, now)  # fmt: skip
            row = AlarmRow(
                limit, "unacknowledged", raised_us=raised, value=427.0, changed_us=raised, read_us=raised
            )
            alarms.keep(site, [row], [entry])
        drift.put_watches(site, [watch], by="test", at=now)
        told = DriftWarning(watch.key, "point", (OVEN[3],), "high", {}, 3.5, raised, now_us, None, now)
        drift.keep_warnings(site, [told])
    return drift.list_page(site).rows[0].id


def said(site: str, path: str, now: datetime, **told: object) -> None:
    """What the box says."""
    body = json.dumps({"talk": 1, "site": site, "box": "box-1", **told}).encode()
    status, found = answer("POST", path, {}, body, site=site, at=now)
    assert status == 200, found


def connected(here: Desk, site: str, owner: Actor, now: datetime) -> str:
    """A saved connection, and a draft on its last step; gives its number."""
    state = {"name": "炉温", "kind": "opcua", "state": "up", "points": 1, "ordered": True, "heard_us": micros_of(now),
             "last_fault": "", "counts": {}}  # fmt: skip
    said(site, "/api/box", now, version="0.1.0", sent_us=micros_of(now), connectors=[state])
    address = {"address": "opc.tcp://10.0.0.9:4840/"}
    for name, key in (("炉温", "furnace.inside"), ("", "furnace.outside")):
        id = connecting.begin(here, site, Place("box-1", "furnace"), by=owner, at=now).id
        connecting.protocol(here, site, id, "opcua", by=owner)
        connecting.look(here, site, id, address, by=owner, at=now)
        row = {"address": f"ns=2;s={key}", "name": key, "type": "Double", "value": 421.5, "quality": "good",
               "read_us": micros_of(now)}  # fmt: skip
        (trial,) = boxes.open_trials(site, "box-1", at=now)
        said(site, f"/api/box/trials/{trial.id}", now, state="running", seen=[row])
        connecting.choose(
            here, site, id, [ChosenPoint(key, row["address"], "摄氏度", role="temperature")], by=owner, at=now
        )
        if name:
            connecting.save(here, site, id, name, by=owner, at=now)
    return id


def main(site: str, account: str) -> None:
    """Enter all of it."""
    here = desk()
    now = here.now()
    held = accounts.find(account)
    actor = accounts.actor_of(held.id)  # type: ignore[union-attr]
    owner = next(one.scope.key for one in actor.grants if one.scope.kind == "enterprise")
    built(here, site, owner, now)
    put_readings(here.lake, site, readings(micros_of(now)), arrived_us=micros_of(now), writer=f"works-{site}")
    warning = alarmed(site, micros_of(now), now)
    ended = now.astimezone(ZONE) - timedelta(days=1)
    shifts.end_shift(here, ShiftKey(site, ended.date(), "白班", ""), "", by=BY, at=now)
    print(json.dumps({"warning": warning, "draft": connected(here, site, actor, now), "day": f"{ended:%Y-%m-%d}",
                      "month": f"{ended:%Y-%m}"}))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
