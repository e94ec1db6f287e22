"""重放批次 replays of a policy over the firms of a run: asked for on a page, worked out behind it, kept until thrown away.

The work goes on in the background with progress, because a run may hold 200,000 firms and every weight is moved twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django_tasks import task

from jiqun.actions import policy_drafts, policy_packs, policy_runs
from jiqun.actions.background import Background, Teller
from jiqun.actions.desk import Desk
from jiqun.actions.desk import desk as own_desk
from jiqun.actions.form_memory import office_of
from jiqun.actions.judging_files import FirmFile
from jiqun.actions.judging_replay import Side, replay_firms
from jiqun.actions.judging_source import FirmSource, read_firms
from jiqun.actions.kept_rights import kept_actor
from jiqun.actions.own_office import all_own, day_told, read_own
from jiqun.actions.replay_files import LEDGERS, SYNTHETIC, ReplayFiles, ReplayRun
from jiqun.actions.work_folders import WORKING
from jiqun.core.errors import InputError, PackErrors, WrongState
from jiqun.ledger import audit
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check

NAME_MOST = 200


@dataclass(frozen=True)
class ReplayAsk:
    """What is to be compared: each side a version by its key or a draft by its id, and a day (ISO).

    run           id of the run whose firms are judged, or one of LEDGERS
    pack, region  of the ledger's firms: by which pack, of which place
    """

    run: str
    before: str
    before_on: str
    after: str
    after_on: str
    pack: str = ""
    region: str = ""


@task()
def work_on_replay(id: str) -> None:
    """The task the worker takes up."""
    work(own_desk(), id)


def enqueue(id: str) -> None:
    """Put the work into the queue, from within the ledger transaction."""
    work_on_replay.enqueue(id)


def look_after(desk: Desk, one: ReplayRun) -> ReplayRun:
    """Asked how far it is: start the work here when nobody has taken it up (no worker, or it was killed)."""
    return BEHIND.look_after(desk, one)


def work(desk: Desk, id: str) -> None:
    """Do what the replay waits for; nothing when it waits for nothing or another process is at it."""
    BEHIND.work(desk, id)


def take_up_leftover(desk: Desk) -> int:
    """Queue anew what a killed process left half-way; for a worker that has just started. Gives how many."""
    return BEHIND.take_up_leftover(desk)


def files(desk: Desk) -> ReplayFiles:
    """The folder of replays of this home."""
    return ReplayFiles(desk.home / "replays")


def begin(desk: Desk, ask: ReplayAsk, *, by: Actor, at: datetime) -> ReplayRun:
    """Queue a replay over a run of your office.

    NotFound policy.run_not_found, draft.not_found; InputError pack.no_version, rule.bad_day, draft.wrong;
    WrongState policy.not_done
    """
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    run = None if ask.run in LEDGERS else policy_runs.done(desk, ask.run, by=by)
    pack = run.pack if run else ask.pack
    region = run.region if run else ask.region
    asked = ((ask.before, ask.before_on), (ask.after, ask.after_on))
    before, after = (side_of(desk, pack, key, on, by=by) for key, on in asked)
    store = files(desk)
    one = ReplayRun(
        store.new_id(at), pack, ask.run, run.name[:NAME_MOST] if run else "", ask.before, before.on.isoformat(), ask.after,
        after.on.isoformat(), run.kind if run else "new", region, by.label, by.user_id or 0, office_of(by), at, queued_at=at,
        actor=kept_actor(by),
    )  # fmt: skip
    with transaction.atomic():
        _note(by, "policy.replay", one, {"before": ask.before, "after": ask.after, "run": ask.run}, at)
        store.start(one)
        enqueue(one.id)
    return one


def read(desk: Desk, id: str, *, by: Actor) -> ReplayRun:
    """A replay of your office; another office's does not exist for you."""
    return read_own(files(desk), id, by=by)


def mine(desk: Desk, *, by: Actor, pack: str = "") -> list[ReplayRun]:
    """The replays of your office, newest first, of one pack or of all."""
    return all_own(files(desk), by=by, pack=pack)


def throw_away(desk: Desk, id: str, *, by: Actor, at: datetime) -> ReplayRun:
    """Remove a replay; its run and its draft stay."""
    one = read(desk, id, by=by)
    if one.state == WORKING:
        raise WrongState("policy.not_done", seen=one.state)
    with transaction.atomic():
        _note(by, "policy.throw_away_replay", one, {}, at)
    files(desk).remove(id)
    return one


def side_of(desk: Desk, pack: str, key: str, on: str, *, by: Actor) -> Side:
    """One side: a version of the pack by its key or a draft of your office by its id, on a day."""
    day = day_told(on)
    held = policy_packs.pack(desk, pack)
    if key in [one.key for one in held.versions]:
        return Side(held, held.version(key), day)
    draft = policy_drafts.read(desk, key, by=by)
    if draft.pack != pack:
        raise InputError("replay.other_pack", seen=draft.pack, allowed=pack)
    try:
        typed = policy_drafts.pack_of(desk, draft)
    except PackErrors as error:
        first = error.errors[0]
        raise InputError("draft.wrong", seen=first.seen, allowed=f"rule.toml:{first.row}") from None
    known = {one.key: one for one in typed.versions}
    return Side(typed, known.get(draft.version) or typed.version_on(day), day)


def firms_of(desk: Desk, one: ReplayRun, *, by: Actor) -> FirmFile:
    """The firms of a replay, as they are now: those of its run with what was answered since, or the ledger's."""
    if one.run in LEDGERS:
        on = max(day_told(one.before_on), day_told(one.after_on))
        return read_firms(desk, FirmSource(region=one.region, synthetic=one.run == SYNTHETIC), by=by, on=on)
    return policy_runs.firms(desk, policy_runs.done(desk, one.run, by=by))


def _report(desk: Desk, one: ReplayRun, by: Actor, teller: Teller) -> dict[str, Any]:
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    before, after = (
        side_of(desk, one.pack, key, on, by=by)
        for key, on in ((one.before, one.before_on), (one.after, one.after_on))
    )
    found = replay_firms((before, after), firms_of(desk, one, by=by), one.kind, teller)
    files(desk).keep_result(one.id, found)
    return {"firms": found.firms, "rises": len(found.rises), "falls": len(found.falls)}


BEHIND = Background(files, _report, enqueue)


def _note(by: Actor, action: str, one: ReplayRun, detail: Mapping[str, object], at: datetime) -> None:
    audit.record(by, action, f"replay:{one.id}", dict(detail), at=at, target_label=one.name)
