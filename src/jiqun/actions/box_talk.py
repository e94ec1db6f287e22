"""边缘盒通话 what is done when a box calls: its state is kept, its orders are given, what its trials saw is written down.

A box speaks for the factory its token is of, under its own name: it gets the orders of that box and answers those trials.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from jiqun.core.errors import NotAllowed, NotFound
from jiqun.factory.readings.box_orders import (
    MOST_TRIALS,
    BoxState,
    ConnectionOrder,
    Orders,
    TrialAnswer,
    TrialOrder,
    orders_told,
    points_of,
    state_of,
)
from jiqun.factory.readings.line_faults import fault_of
from jiqun.ledger import boxes, connections
from jiqun.ledger.boxes import Change, Trial

TRAIL_MOST = 150  # values of a point kept while it is looked at


def report(site: str, told: BoxState, *, at: datetime) -> dict[str, object]:
    """Keep what a box of a factory says and give its orders; NotAllowed box.other_site."""
    _own(site, told.site)
    with transaction.atomic():
        if not boxes.knows(site, told.box):
            raise NotAllowed("box.too_many_boxes", site=site, seen=told.box)
        before = {one.box: state_of(one.state) for one in boxes.reports(site)}.get(told.box)
        boxes.keep_changes(site, _changes(before, told, at))
        boxes.keep_report(site, told.box, asdict(told), at=at)
        trials = boxes.open_trials(site, told.box, at=at)[:MOST_TRIALS]
    version = connections.version_for(site, told.box)
    sent = _connections(site, told.box) if version > told.config_version else None
    return orders_told(Orders(version, tuple(map(_order, trials)), sent))


def trial_answer(site: str, told_site: str, id: str, told: TrialAnswer, *, at: datetime) -> dict[str, object]:
    """Write down what a trial of this very box gave; NotFound box.no_such_trial for any other."""
    _own(site, told_site)
    with transaction.atomic():
        trial = boxes.trial(site, id)
        if trial.box != told.box:
            raise NotFound("box.no_such_trial", seen=id)
        if trial.state not in boxes.OPEN:
            return {"talk": 1, "go_on": False}
        seen = [asdict(one) for one in told.seen]
        trail = _trail(trial, told) if trial.kind == "watch" else {}
        boxes.answered(
            replace(
                trial, state=told.state, fault=told.fault, said=told.said, more=told.more, answered_at=at,
                seen=seen or trial.seen, trail=trail,
            )
        )  # fmt: skip
    return {"talk": 1, "go_on": told.state == "running"}


def _own(site: str, said: str) -> None:
    if said != site:
        raise NotAllowed("box.other_site", seen=said, allowed=site)


def _changes(before: BoxState | None, now: BoxState, at: datetime) -> list[Change]:
    """Connectors whose state or fault is not what it was; a connector that is new counts, one that goes does too."""
    old = {one.name: (one.state, fault_of(one.last_fault)) for one in before.connectors} if before else {}
    new = {one.name: (one.state, fault_of(one.last_fault)) for one in now.connectors}
    found = [Change(now.box, name, *told, at) for name, told in new.items() if old.get(name) != told]
    return found + [Change(now.box, name, "gone", "", at) for name in old if name not in new]


def _order(trial: Trial) -> TrialOrder:
    until = int(trial.until.timestamp() * 1_000_000)
    return TrialOrder(trial.id, trial.kind, trial.protocol, trial.options, points_of(trial.points), until)


def _connections(site: str, box: str) -> tuple[ConnectionOrder, ...]:
    return tuple(
        ConnectionOrder(one.name, one.kind, one.options, points_of(one.points), one.version)
        for one in connections.of_factory(site)
        if one.box == box
    )


def _trail(trial: Trial, told: TrialAnswer) -> Mapping[str, Any]:
    """The values so far and those that are new, by point; the instant is the source's."""
    trail = {key: list(rows) for key, rows in (trial.trail or {}).items()}
    for one in told.seen:
        rows = trail.setdefault(one.name, [])
        if (
            isinstance(one.value, float)
            and one.read_us is not None
            and not (rows and rows[-1][0] == one.read_us)
        ):
            rows.append([one.read_us, one.value])
            del rows[:-TRAIL_MOST]
    return trail
