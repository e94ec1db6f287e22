"""自动认定 recognising (达标即准): who meets a rule becomes a candidate, is made public, and is granted the title; no form.

candidates → publicity → decided; nobody is a candidate whose ruling waits for a paper or for a person. Every step is one
ledger transaction with its audit line.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from jiqun.actions import policy_packs, rulings
from jiqun.actions import title_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import HeldFirm, held_firms
from jiqun.actions.own_office import day_told
from jiqun.core.errors import InputError, NotFound
from jiqun.exchange.objections import day_of
from jiqun.lake.cell_words import control_character
from jiqun.lake.judge_run import judge_firms, parameters_of
from jiqun.ledger import audit, recognitions, subjects, title_notices
from jiqun.ledger.permissions import Actor
from jiqun.ledger.recognitions import NewCandidate, Recognition
from jiqun.ledger.title_notices import Notice
from jiqun.rules.judge import judge_pack
from jiqun.rules.pack import KINDS, Pack, Version
from jiqun.rules.tree import RankQuota
from jiqun.rules.truth import State

TEXT_LIMIT = 1000
YEARS_MOST = 10
HOLDS = "held"
"""Counted beside the verdicts: enterprises that hold the title already, and are not judged for a new one."""


@dataclass(frozen=True)
class NewRecognition:
    """What is to be started.

    on      the day judged; kind: new, or re_review of those that hold the title
    region  code of a place: its enterprises and those of all below
    years   how long the title lasts, where the pack does not say
    """

    pack: str
    region: str
    on: str
    kind: str = "new"
    years: int = 0
    note: str = ""


@dataclass(frozen=True)
class _Judged:
    pack: Pack
    version: Version
    verdicts: dict[str, int]
    candidates: tuple[NewCandidate, ...]


def start(desk: Desk, new: NewRecognition, *, by: Actor, at: datetime) -> Recognition:
    """Judge every enterprise of a place and keep those that meet the rule as candidates.

    InputError: recognition.no_title (the pack gives none, or grades by rank), recognition.elsewhere, recognition.years,
    recognition.future, recognition.nobody with the verdicts; WrongState recognition.open_already
    """
    policy.check_start(by, new.region)
    pack = _pack(desk, new)
    on, note = _day(new.on, at), said(new.note)
    years = _years(pack, new.years)
    made_up = _is_made_up(new.region)
    firms = held_firms(desk, by=by, on=on, region=new.region, synthetic=made_up)
    judged = _judged(desk, pack, firms, on=on, kind=new.kind)
    if not judged.candidates:
        seen = " ".join(f"{name} {count}" for name, count in judged.verdicts.items())
        raise InputError("recognition.nobody", seen=seen or "0")
    made = Recognition(
        recognitions.new_id(at), pack.key, judged.version.key, new.kind, new.region, on, pack.title, pack.label.zh,
        pack.label.en, years, sum(judged.verdicts.values()), judged.verdicts, made_up, note, by.label[:150], at,
    )  # fmt: skip
    with transaction.atomic():
        recognitions.create(made, judged.candidates)
        told = {"pack": pack.key, "version": made.version, "on": str(on), "verdicts": made.verdicts}
        record(by, "start", made, told | {"candidates": len(judged.candidates)}, at)
    return made


def publish(desk: Desk, id: str, *, by: Actor, at: datetime, days: int = 0) -> Recognition:
    """Make the candidates public for so many working days (0: as the practice says) and tell each of them."""
    made = recognitions.get(id)
    policy.check_move(desk.recognition, by, made, "publish")
    start_on = day_of(at)
    until = desk.recognition.public_until(start_on, days or desk.recognition.days, desk.calendar)
    found = recognitions.in_state(id, "candidate")
    if not found:
        raise InputError("recognition.nobody", seen="0")
    with transaction.atomic():
        values = {
            "published_by": by.label[:150],
            "published_at": at,
            "public_from": start_on,
            "public_until": until,
        }
        moved = recognitions.move(id, "publicity", before=("candidates",), **values)
        tell(moved, [one.subject for one in found], "publicity", f"{start_on} – {until}", by=by, at=at)
        record(by, "publish", moved, {"until": str(until), "candidates": len(found)}, at)
    return moved


def refuse(desk: Desk, candidate: int, why: str, *, by: Actor, at: datetime) -> recognitions.Candidate:
    """Leave a candidate out of a round, for a reason it is told."""
    del desk
    held = recognitions.candidate(candidate)
    made, reason = recognitions.get(held.recognition), said(why, needed=True)
    policy.check_refuse(by, made, held)
    with transaction.atomic():
        values = {"reason": reason, "judged_by": by.label[:150], "judged_at": at}
        done = recognitions.judge(candidate, "refused", before=("candidate",), **values)
        tell(made, [held.subject], "refused", reason, by=by, at=at)
        record(by, "refuse", made, {"candidate": held.subject, "label": held.label, "text": reason[:300]}, at)
    return done


def withdraw(desk: Desk, id: str, why: str, *, by: Actor, at: datetime) -> Recognition:
    """Give a round up before it is decided; its candidates stay in the record."""
    made, reason = recognitions.get(id), said(why)
    policy.check_move(desk.recognition, by, made, "withdraw", text=reason)
    with transaction.atomic():
        values = {"closed_by": by.label[:150], "closed_at": at, "why": reason}
        moved = recognitions.move(id, "withdrawn", before=recognitions.OPEN, **values)
        record(by, "withdraw", moved, {"text": reason[:300]}, at)
    return moved


def record(by: Actor, verb: str, made: Recognition, detail: dict[str, object], at: datetime) -> None:
    """The audit line of a step of a round."""
    audit.record(
        by, f"recognition.{verb}", f"recognition:{made.id}", detail, at=at, target_label=made.label_zh
    )


def tell(made: Recognition, to: Sequence[str], kind: str, text: str, *, by: Actor, at: datetime) -> None:
    """Leave a notice with each of these enterprises."""
    told = f"{made.label_zh} · {text}"[:500]
    title_notices.leave(Notice(one, kind, told, by.label[:150], at, recognition=made.id) for one in to)


def said(text: str, *, needed: bool = False) -> str:
    """A text somebody gives, within its limits."""
    told = text.strip()
    if len(told) > TEXT_LIMIT or (needed and not told):
        raise InputError("recognition.reason", seen=told[:40], allowed=f"1–{TEXT_LIMIT}")
    if stray := control_character([told]):
        raise InputError("gate.control_character", column="text", seen=stray)
    return told


def titles_of(firms: Sequence[HeldFirm], field: str, *, on: date) -> dict[str, date]:
    """The last day of a title of those firms that hold it on a day."""
    told = {one.key: one.firm.values.get(field) for one in firms}
    return {key: until for key, until in told.items() if isinstance(until, date) and until >= on}


def _judged(desk: Desk, pack: Pack, firms: Sequence[HeldFirm], *, on: date, kind: str) -> _Judged:
    """All by columns; those that meet it again clause by clause, which decides."""
    holding = titles_of(firms, pack.title, on=on)
    asked = [one for one in firms if (one.key in holding) == (kind == "re_review")]
    version = pack.version_on(on, kind)
    plain = [one.firm for one in asked]
    told = judge_firms(
        version,
        plain,
        parameters=parameters_of(pack, plain, on=on),
        on=on,
        kind=kind,
        tier_field=pack.tier_field,
    )
    verdicts = Counter(one.verdict.value for one in told)
    found: list[NewCandidate] = []
    for one, short in zip(asked, told, strict=True):
        if short.verdict is not State.MET:
            continue
        ruling = judge_pack(pack, one.firm, on=on, kind=kind)
        if ruling.verdict is State.MET:
            kept = rulings.kept(desk, pack, ruling, one)
            found.append(
                NewCandidate(one.key, one.firm.name[:300], one.firm.uscc[:18], one.firm.region, kept)
            )
    if kind == "new" and holding:
        verdicts[HOLDS] = len(holding)
    return _Judged(pack, version, dict(sorted(verdicts.items())), tuple(found))


def still_meets(desk: Desk, made: Recognition, candidate: NewCandidate, held: HeldFirm | None) -> str:
    """Empty when the candidate still meets the rule as of the day judged, else what it comes to with what is known now."""
    if held is None:
        return "unknown"
    pack = policy_packs.pack(desk, made.pack)
    if rulings.rests_on_the_same(candidate.ruling, pack, held.firm):
        return ""
    firm = replace(held.firm, region=candidate.region)
    verdict = judge_pack(pack, firm, on=made.on, kind=made.kind).verdict
    return "" if verdict is State.MET else verdict.value


def _pack(desk: Desk, new: NewRecognition) -> Pack:
    pack = policy_packs.pack(desk, new.pack)
    if new.kind not in KINDS:
        raise InputError("pack.no_kind", seen=new.kind, allowed=" ".join(KINDS))
    if not pack.title or any(isinstance(one.grading, RankQuota) for one in pack.versions):
        allowed = " ".join(one.key for one in policy_packs.packs(desk).values() if one.title)
        raise InputError("recognition.no_title", seen=pack.key, allowed=allowed)
    if pack.regions and not any(policy.within(new.region, place) for place in pack.regions):
        raise InputError("recognition.elsewhere", seen=new.region, allowed=" ".join(pack.regions))
    return pack


def _years(pack: Pack, told: int) -> int:
    years = pack.valid_years or told
    if not 1 <= years <= YEARS_MOST or told not in (0, years):
        allowed = str(pack.valid_years) if pack.valid_years else f"1–{YEARS_MOST}"
        raise InputError("recognition.years", seen=told, allowed=allowed)
    return years


def _day(text: str, at: datetime) -> date:
    on = day_told(text)
    if on > day_of(at):
        raise InputError("recognition.future", seen=text, allowed=f"≤ {day_of(at)}")
    return on


def _is_made_up(region: str) -> bool:
    found = subjects.get_many([f"region:{region}"]).get(f"region:{region}")
    if found is None:
        raise NotFound("subject.not_found", key=f"region:{region}")
    return found.synthetic
