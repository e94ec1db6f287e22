"""评价批次 runs of a policy: hand a sheet of firms in, answer what is still unknown of one, throw it away.

A run belongs to the office that handed it in; for everybody else it does not exist. Nothing of it enters the register.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from jiqun.actions import policy_judge, policy_packs, policy_work
from jiqun.actions.desk import Desk
from jiqun.actions.form_memory import office_of
from jiqun.actions.judging_files import FirmFile, firms_of_rows, numbers_of
from jiqun.actions.kept_rights import kept_actor
from jiqun.actions.own_office import all_own, day_told, read_own
from jiqun.actions.policy_files import Line, Run
from jiqun.actions.policy_sheets import read_answers, with_answers
from jiqun.actions.work_folders import WORKING
from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.lake.durable import locked
from jiqun.lake.files import copy_within, open_table
from jiqun.ledger import audit
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check
from jiqun.rules.firm import Firm
from jiqun.rules.judge import judge_pack
from jiqun.rules.ruling import Ruling

ROWS_MOST = 200_000
NAME_MOST = 200
ANSWER_WAIT_S = 10.0


@dataclass(frozen=True)
class RunOrder:
    """What is to be judged by which pack.

    on          the day judged, ISO; kind: new | re_review
    region      county of rows that name none
    name        of the file; firm, code: one firm without a sheet
    """

    pack: str
    on: str
    kind: str = "new"
    region: str = ""
    name: str = ""
    firm: str = ""
    code: str = ""


def receive(desk: Desk, stream: BinaryIO | None, order: RunOrder, *, by: Actor, at: datetime) -> Run:
    """Take a sheet in and queue its judging.

    InputError: policy.no_sheet, policy.too_many, rule.bad_day, pack.no_kind, pack.no_version, region.not_found, gate.*
    """
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    pack = policy_packs.pack(desk, order.pack)
    on = day_told(order.on)
    version = pack.version_on(on, order.kind)
    region = desk.regions.get(order.region).code if order.region else ""
    store = policy_work.files(desk)
    id = store.new_id(at)
    columns, rows = _one_firm(order) if stream is None else _of_file(desk, stream, order, id)
    if len(rows) > ROWS_MOST:
        raise InputError("policy.too_many", seen=str(len(rows)), allowed=str(ROWS_MOST))
    name = (order.name or order.firm or order.code)[:NAME_MOST]
    run = Run(
        id, pack.key, version.key, name, on.isoformat(), order.kind, region, by.label, by.user_id or 0, office_of(by),
        at, len(rows), queued_at=at, actor=kept_actor(by),
    )  # fmt: skip
    with transaction.atomic():
        _note(by, "policy.run", run, {"pack": pack.key, "rows": len(rows)}, at)
        store.start(run, columns, rows)
        policy_work.enqueue(id)
    return run


def read(desk: Desk, id: str, *, by: Actor) -> Run:
    """A run of your office; another office's does not exist for you."""
    return read_own(policy_work.files(desk), id, by=by)


def mine(desk: Desk, *, by: Actor, pack: str = "") -> list[Run]:
    """The runs of your office, newest first, of one pack or of all."""
    return all_own(policy_work.files(desk), by=by, pack=pack)


def done(desk: Desk, id: str, *, by: Actor) -> Run:
    """A run of your office that is judged; WrongState `policy.not_done` while it is not."""
    run = read(desk, id, by=by)
    if run.state != "done":
        raise WrongState("policy.not_done", seen=run.state)
    return run


def firm_of(desk: Desk, run: Run, row: int) -> Firm:
    """The firm in a row of a run, with what was answered since; NotFound `policy.row_not_found`."""
    store = policy_work.files(desk)
    table = store.sheet(run.id)
    if row not in numbers_of(table):
        raise NotFound("policy.row_not_found", seen=str(row))
    alone = [table[0], *[[]] * (row - 2), table[row - 1]]
    (firm,) = firms_of_rows(desk, alone, file=run.name, on=run.day, region=run.region).firms
    return with_answers(firm, store.answers(run.id).get(row, {}), policy_packs.catalogue(desk))


def firms(desk: Desk, run: Run) -> FirmFile:
    """Every firm of a run in the order of its sheet, each with what was answered since."""
    store, catalogue = policy_work.files(desk), policy_packs.catalogue(desk)
    table, told = store.sheet(run.id), store.answers(run.id)
    read = firms_of_rows(desk, table, file=run.name, on=run.day, region=run.region)
    held = [
        with_answers(firm, told[row], catalogue) if row in told else firm
        for row, firm in zip(numbers_of(table), read.firms, strict=True)
    ]
    return replace(read, firms=tuple(held))


def ruling_of(desk: Desk, run: Run, firm: Firm) -> Ruling:
    """What the pack of the run says of a firm, clause by clause."""
    pack = policy_packs.pack(desk, run.pack)
    return judge_pack(pack, firm, on=run.day, kind=run.kind)


def lines(desk: Desk, run: Run) -> tuple[Line, ...]:
    """What came of every firm of a run, answers since counted in."""
    return policy_work.files(desk).lines(run.id)


def answers(desk: Desk, run: Run, row: int) -> dict[str, str]:
    """What was answered about the firm in a row since, by column."""
    return policy_work.files(desk).answers(run.id).get(row, {})


def answer(desk: Desk, id: str, row: int, given: Mapping[str, str], *, by: Actor, at: datetime) -> Line:
    """Put in what was unknown of a firm and judge it again at once; RowErrors with every answer that cannot be read."""
    run = done(desk, id, by=by)
    firm_of(desk, run, row)
    kept = read_answers(given, policy_packs.catalogue(desk), file=run.name, row=row)
    if not kept:
        raise InputError("policy.no_answer")
    store = policy_work.files(desk)
    with locked(
        store.lock(id), wait_s=ANSWER_WAIT_S
    ):  # two who answer at once must not write over each other
        with transaction.atomic():
            _note(by, "policy.answer", run, {"row": row, "columns": sorted(kept)}, at)
            store.keep_answer(id, row, kept)
        return _judged_again(desk, run, row)


def _judged_again(desk: Desk, run: Run, row: int) -> Line:
    """The line of a firm after an answer, kept with the grades it moves."""
    store, firm = policy_work.files(desk), firm_of(desk, run, row)
    pack = policy_packs.pack(desk, run.pack)
    version = pack.version_on(run.day, run.kind)
    new = policy_judge.line_of(version, row, firm, ruling_of(desk, run, firm))
    changed = [new if one.row == row else one for one in store.lines(run.id)]
    judged = policy_judge.graded(pack, version, changed, on=run.day)
    store.keep_lines(run.id, judged)
    return next(one for one in judged if one.row == row)


def throw_away(desk: Desk, id: str, *, by: Actor, at: datetime) -> Run:
    """Remove a run with all that was answered."""
    run = read(desk, id, by=by)
    if run.state == WORKING:
        raise WrongState("policy.not_done", seen=run.state)
    with transaction.atomic():
        _note(by, "policy.throw_away", run, {}, at)
    policy_work.files(desk).remove(id)
    return run


def _one_firm(order: RunOrder) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    if not order.firm.strip() and not order.code.strip():
        raise InputError("policy.no_sheet")
    return ("name", "uscc"), [(2, [order.firm.strip()[:NAME_MOST], order.code.strip()[:40]])]


def _of_file(
    desk: Desk, stream: BinaryIO, order: RunOrder, id: str
) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    path = desk.uploads / f"{id}.part"
    try:
        copy_within(stream, path, desk.limits, name=order.name)
        table = open_table(path, desk.limits, name=order.name)
    finally:
        Path(path).unlink(missing_ok=True)
    return tuple(table.columns), table.rows


def _note(by: Actor, action: str, run: Run, detail: Mapping[str, object], at: datetime) -> None:
    audit.record(by, action, f"policy:{run.id}", dict(detail), at=at, target_label=run.name)
