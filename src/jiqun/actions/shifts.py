"""班次 shifts: a stop is given its reason, a shift is ended with a remark; both stand in the audit trail."""

from datetime import datetime, timedelta

from django.db import transaction

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.shift_reckoning import Reckoned, reckon
from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.factory.instants import micros_of
from jiqun.factory.shifts.changes import digest
from jiqun.factory.shifts.reasons import EXPLAINED
from jiqun.ledger import audit, factories, shift_ends, stops
from jiqun.ledger.permissions import Actor
from jiqun.ledger.shift_ends import ShiftEnd, ShiftKey
from jiqun.ledger.stops import NewStopReason, StopReason

LONGEST = timedelta(days=7)
REASON_MOST = 200
REMARK_MOST = 2000


def give_reason(desk: Desk, key: str, new: NewStopReason, *, by: Actor, at: datetime) -> StopReason:
    """Say why a machine stood; an earlier word about the same stop is replaced and stays in the record.

    NotFound factory.unknown, factory.no_such_machine; InputError stop.no_reason, stop.bad_kind, stop.bad_time
    """
    del desk
    factory = factories.get(key)
    policy.check_handle(by, factory)
    if new.machine not in {one.key for one in factories.machines(key, retired=True)}:
        raise NotFound("factory.no_such_machine", seen=new.machine)
    reason = " ".join(new.reason.split())
    if not reason or len(reason) > REASON_MOST:
        raise InputError("stop.no_reason", seen=reason[:40], allowed=f"1–{REASON_MOST}")
    if new.kind not in EXPLAINED:
        raise InputError("stop.bad_kind", seen=new.kind, allowed=" ".join(EXPLAINED))
    if not new.starts_at < new.ends_at <= at or new.ends_at - new.starts_at > LONGEST:
        raise InputError("stop.bad_time", seen=f"{new.starts_at:%m-%d %H:%M}–{new.ends_at:%m-%d %H:%M}")
    with transaction.atomic():
        made = stops.enter(
            key, NewStopReason(new.machine, new.starts_at, new.ends_at, new.kind, reason), by=by.label, at=at
        )
        told = {
            "machine": new.machine, "kind": new.kind, "reason": reason,
            "from": new.starts_at.isoformat(), "to": new.ends_at.isoformat(),
        }  # fmt: skip
        audit.record(by, "factory.stop_reason", f"factory:{key}", told, at=at, target_label=factory.name)
    return made


def end_shift(desk: Desk, shift: ShiftKey, remark: str, *, by: Actor, at: datetime) -> ShiftEnd:
    """End a shift: what its report says now is kept with a remark; ended again, it is the next revision.

    WrongState shift.not_over, shift.nothing_new (the report still says what the last revision says)
    """
    factory = factories.get(shift.factory)
    policy.check_handle(by, factory)
    said = remark.strip()
    if len(said) > REMARK_MOST:
        raise InputError("gate.text_too_long", column="remark", seen=said[:40], allowed=f"≤ {REMARK_MOST}")
    found = reckon(desk, factory, shift, at_us=micros_of(at))
    if found.running:
        raise WrongState("shift.not_over", seen=found.shift.key)
    figures = found.figures()
    sha256 = digest(figures)
    before = shift_ends.ends_of(shift)
    if before and before[-1].sha256 == sha256 and not said:
        raise WrongState("shift.nothing_new", seen=found.shift.key)
    with transaction.atomic():
        ended = shift_ends.end(shift, figures, sha256=sha256, remark=said, by=by.label, at=at)
        audit.record(
            by, "factory.shift_end", f"factory:{factory.key}", _detail(found, ended), at=at, target_label=factory.name
        )  # fmt: skip
    return ended


def _detail(found: Reckoned, ended: ShiftEnd) -> dict[str, object]:
    return {
        "shift": found.shift.key, "line": ended.line, "revision": ended.revision, "text": ended.remark[:300],
        "sha256": ended.sha256,
    }  # fmt: skip
