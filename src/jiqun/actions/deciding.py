"""作出认定 deciding a recognition: after the publicity every candidate nobody objects to is granted the title."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from jiqun.actions import recognising
from jiqun.actions import title_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import HeldFirm, held_firms
from jiqun.exchange.objections import day_of
from jiqun.exchange.recognitions import last_day
from jiqun.ledger import audit, objections, recognitions, subjects, title_notices, titles
from jiqun.ledger.permissions import Actor
from jiqun.ledger.recognitions import Candidate, Recognition
from jiqun.ledger.title_notices import Notice
from jiqun.ledger.titles import NewTitle

DAY = timedelta(days=1)
HELD = "已持有该称号 holds the title already"
NO_LONGER = "数据已变，不再符合 no longer meets the rule with what is known now: {}"


@dataclass(frozen=True)
class Decided:
    """What came of a decision: granted and refused candidates, and those that wait for the answer to an objection."""

    recognition: Recognition
    granted: int
    refused: int
    waiting: int


@dataclass(frozen=True)
class _Turn:
    """A decision: `then` is what is known of the candidates as of the day judged, `now` as of today; by key today."""

    desk: Desk
    made: Recognition
    by: Actor
    at: datetime
    today: Mapping[str, str]
    then: Mapping[str, HeldFirm]
    now: Mapping[str, HeldFirm]

    @property
    def on(self) -> date:
        return day_of(self.at)

    def until(self, one: Candidate) -> date | None:
        """The last day of the title the enterprise holds today."""
        held = self.now.get(self.key(one))
        found = recognising.titles_of([held] if held else [], self.made.field, on=self.on)
        return next(iter(found.values()), None)

    def key(self, one: Candidate) -> str:
        """The key the enterprise goes by today."""
        return self.today.get(one.subject, one.subject)


def decide(desk: Desk, id: str, *, by: Actor, at: datetime) -> Decided:
    """Grant the title to the candidates; those objected to wait, and the round stays open until they are answered.

    A candidate whose numbers were corrected meanwhile is judged again, and one that got the title meanwhile is not given
    it twice: both are refused and told why. WrongState recognition.still_public; NotAllowed recognition.own_enterprise
    """
    made = recognitions.get(id)
    found = _unopposed(id)
    policy.check_decide(desk.recognition, by, made, found, on=day_of(at))
    turn = _turn(desk, made, found, by=by, at=at)
    with transaction.atomic():
        refused = [_is_refused(turn, one) for one in found].count(True)
        waiting = len(recognitions.in_state(id, "objected"))
        closed = {"closed_by": by.label[:150], "closed_at": at} if not waiting else {}
        state = "decided" if not waiting else "publicity"
        moved = recognitions.move(id, state, before=("publicity",), **closed)
        told = {"granted": len(found) - refused, "refused": refused, "waiting": waiting}
        recognising.record(by, "decide", moved, dict(told), at)
    return Decided(moved, len(found) - refused, refused, waiting)


def _unopposed(id: str) -> tuple[Candidate, ...]:
    """The candidates nobody's objection stands against."""
    found = recognitions.in_state(id, "candidate")
    opposed = {one.candidate for one in objections.about_candidates([one.id for one in found], is_open=True)}
    return tuple(one for one in found if one.id not in opposed)


def _turn(desk: Desk, made: Recognition, found: Sequence[Candidate], *, by: Actor, at: datetime) -> _Turn:
    today = subjects.resolve_many(one.subject for one in found)
    keys = sorted(set(today.values()))
    then, now = (
        {one.key: one for one in held_firms(desk, by=by, on=on, keys=keys)} for on in (made.on, day_of(at))
    )
    return _Turn(desk, made, by, at, today, then, now)


def _is_refused(turn: _Turn, one: Candidate) -> bool:
    """Grant, or refuse and say why; gives whether it was refused."""
    made, values = turn.made, {"judged_by": turn.by.label[:150], "judged_at": turn.at}
    why = _against(turn, one)
    if why:
        recognitions.judge(one.id, "refused", before=("candidate",), reason=why, **values)
        recognising.tell(made, [one.subject], "refused", why, by=turn.by, at=turn.at)
        return True
    title = titles.enter(_title(turn, one), by=turn.by.label, at=turn.at)
    recognitions.judge(one.id, "granted", before=("candidate",), title=title.id, **values)
    text = f"{made.label_zh} · {title.starts_on} – {title.valid_until}"
    title_notices.leave(
        [Notice(one.subject, "granted", text, turn.by.label[:150], turn.at, title.id, made.id)]
    )
    told = {"field": title.field, "until": str(title.valid_until), "recognition": made.id}
    audit.record(turn.by, "title.grant", f"title:{title.id}", told, at=turn.at, target_label=one.label)
    return False


def _against(turn: _Turn, one: Candidate) -> str:
    verdict = recognising.still_meets(turn.desk, turn.made, one, turn.then.get(turn.key(one)))
    if verdict:
        return NO_LONGER.format(verdict)
    return HELD if turn.made.kind == "new" and turn.until(one) else ""


def _title(turn: _Turn, one: Candidate) -> NewTitle:
    """From today, or from the day after the one it renews."""
    made, before = turn.made, turn.until(one)
    starts = before + DAY if before else turn.on
    return NewTitle(
        one.subject, one.label, one.region, made.field, made.label_zh, made.label_en, "recognised", turn.on, starts,
        last_day(starts, made.years), made.pack, made.version, made.id, one.ruling, synthetic=made.synthetic,
    )  # fmt: skip
