"""预警管理 detectors entered and trained anew, and what people say of warnings."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from importlib.util import find_spec

from django.db import transaction

from jiqun.actions import factory_policy as policy
from jiqun.actions.alarm_limits import Where, refuse, twice, unheard
from jiqun.actions.alarms import said
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, RowError
from jiqun.factory.detect.group import FEWEST_POINTS, FEWEST_ROWS
from jiqun.factory.detect.points import FEWEST
from jiqun.factory.instants import SECOND, moment
from jiqun.factory.readings.model import KEY
from jiqun.ledger import audit, drift, factories
from jiqun.ledger.drift import DriftWarning, DriftWatch
from jiqun.ledger.permissions import Actor

WEEK_S = 7 * 86_400.0
POINTS_MOST = 50
VERDICTS = ("useful", "not_useful", "")


def judge(
    desk: Desk, factory: str, id: int, verdict: str, why: str, *, by: Actor, at: datetime
) -> DriftWarning:
    """Say whether a warning was useful; "" takes back what was said. The one before stands in the audit line.

    InputError drift.unknown_verdict; NotFound drift.no_such_warning
    """
    del desk
    found = factories.get(factory)
    policy.check_handle(by, found)
    if verdict not in VERDICTS:
        raise InputError("drift.unknown_verdict", seen=verdict[:40], allowed="useful not_useful")
    reason = said(why)
    with transaction.atomic():
        before = drift.get(factory, id)
        told = drift.judge(factory, id, verdict, reason, by=by.label, at=at)
        detail = {"before": before.verdict, "after": verdict, "why": reason}
        audit.record(
            by, "drift.judge", f"warning:{factory}/{id}", detail, at=at, target_label=told.words["zh"]
        )
    return told


def set_watches(
    desk: Desk, factory: str, told: Sequence[DriftWatch], *, by: Actor, at: datetime
) -> tuple[str, ...]:
    """Enter detectors or change them; gives points named that no box has told yet.

    One of other points or another grid learns anew. RowErrors alarm.limits_refused; InputError detect.not_installed
    """
    del desk
    found = factories.get(factory)
    policy.check_run(by, found)
    refuse(mistakes(found.name, told, lambda place, _: place + 1))
    with transaction.atomic():
        write_watches(factory, told, by=by, at=at)
    return unheard(factory, [point for one in told for point in one.points])


def write_watches(factory: str, told: Sequence[DriftWatch], *, by: Actor, at: datetime) -> int:
    """Write detectors that were checked, within a transaction; gives how many are new or changed."""
    held = {one.key: one for one in drift.watches(factory, disabled=True)}
    changed = [one for one in (_kept(held.get(one.key), one) for one in told) if held.get(one.key) != one]
    drift.put_watches(factory, changed, by=by.label, at=at)
    for one in changed:
        if one.is_learning or not one.enabled:
            drift.close_open(factory, one.key)
        before = held.get(one.key)
        detail = {"before": None if before is None else _shown(before), "after": _shown(one)}
        audit.record(by, "drift.watch", f"watch:{factory}/{one.key}", detail, at=at, target_label=one.name)
    if changed:
        drift.touch(factory)
    return len(changed)


def retrain(
    desk: Desk,
    factory: str,
    key: str,
    *,
    by: Actor,
    at: datetime,
    from_us: int | None = None,
    to_us: int | None = None,
) -> DriftWatch:
    """Let a detector forget what it learnt and learn anew: from now on, or from a window of readings that is named.

    InputError drift.bad_window; NotFound drift.no_such_watch
    """
    del desk
    policy.check_run(by, factories.get(factory))
    one = drift.watch(factory, key)
    if (from_us is None) != (to_us is None):
        raise InputError("drift.bad_window", seen="", allowed="")
    if from_us is not None and to_us is not None:
        wide = to_us - from_us
        least = _fewest(one) * one.every_s
        if not least * SECOND <= wide <= WEEK_S * SECOND:
            raise InputError(
                "drift.bad_window", seen=f"{wide / SECOND:g} s", allowed=f"{least:g}–{WEEK_S:g} s"
            )
    anew = replace(one, learnt={}, state={}, train_from_us=from_us, train_to_us=to_us)
    with transaction.atomic():
        drift.put_watches(factory, [anew], by=by.label, at=at)
        drift.close_open(factory, key)
        drift.touch(factory)
        window = [None if us is None else moment(us).isoformat(timespec="seconds") for us in (from_us, to_us)]
        audit.record(
            by, "drift.retrain", f"watch:{factory}/{key}", {"window": window}, at=at, target_label=one.name
        )
    return anew


def mistakes(file: str, told: Sequence[DriftWatch], where: Where) -> list[RowError]:
    """Everything wrong with detectors; InputError detect.not_installed for a group without the extra."""
    if any(len(one.points) > 1 for one in told) and find_spec("sklearn") is None:
        raise InputError("detect.not_installed")
    return [
        RowError(file, where(place, column), column, "drift.bad_watch", seen, allowed)
        for place, one in enumerate(told)
        for column, seen, allowed in _wrong(one)
    ] + twice(file, [one.key for one in told], where)


def _wrong(one: DriftWatch) -> Iterator[tuple[str, str, str]]:
    if not KEY.fullmatch(one.key):
        yield "key", one.key, "a-z 0-9 . _ -"
    if not one.name.strip() or len(one.name) > 200:
        yield "name", one.name[:40], "1–200"
    count = len(one.points)
    if not (count == 1 or FEWEST_POINTS <= count <= POINTS_MOST) or len(set(one.points)) < count:
        yield "points", " ".join(one.points)[:80], f"1, {FEWEST_POINTS}–{POINTS_MOST}"
    elif not all(KEY.fullmatch(point) for point in one.points):
        yield "points", " ".join(one.points)[:80], "a-z 0-9 . _ -"
    if not 0.1 <= one.every_s <= 3600:
        yield "every_s", str(one.every_s), "0.1–3600"
        return
    least = _fewest(one) * one.every_s
    if not least <= one.training_s <= WEEK_S:
        yield "training_s", str(one.training_s), f"{least:g}–{WEEK_S:g}"
    if not 0 <= one.settle_s <= WEEK_S:
        yield "settle_s", str(one.settle_s), f"0–{WEEK_S:g}"


def _fewest(one: DriftWatch) -> int:
    return FEWEST if len(one.points) == 1 else FEWEST_ROWS


def _kept(before: DriftWatch | None, one: DriftWatch) -> DriftWatch:
    """What it learnt goes on where points and grid are the same."""
    if before is None or (before.points, before.every_s) != (one.points, one.every_s):
        return replace(one, learnt={}, state={})
    return replace(
        one, learnt=before.learnt, state=before.state if one.enabled else {}, train_from_us=before.train_from_us,
        train_to_us=before.train_to_us,
    )  # fmt: skip


def _shown(one: DriftWatch) -> dict[str, object]:
    return {
        "name": one.name, "points": list(one.points), "every_s": one.every_s, "settle_s": one.settle_s,
        "training_s": one.training_s, "enabled": one.enabled, "learning": one.is_learning,
    }  # fmt: skip
