"""候选异议 objections to candidates of a recognition: what is disputed, that it waits, and what an answer does to it.

Called within the transaction of the objection, see `objecting`.
"""

from datetime import datetime

from jiqun.actions import title_policy as policy
from jiqun.exchange.objections import day_of, office_kind
from jiqun.ledger import objections, recognitions, title_notices
from jiqun.ledger.objections import NewObjection, Objection
from jiqun.ledger.permissions import Actor
from jiqun.ledger.title_notices import Notice

UPHELD = "异议 {} 成立 objection {} upheld: {}"


def disputed(candidate: int, reason: str, *, by: Actor, at: datetime) -> NewObjection:
    """What is objected to; raises when `by` may not, or the candidate is not in publicity on that day."""
    held = recognitions.candidate(candidate)
    made = recognitions.get(held.recognition)
    policy.check_object(by, made, held, on=day_of(at))
    cell = {
        "recognition": made.id, "title": made.field, "label_zh": made.label_zh, "label_en": made.label_en,
        "on": made.on.isoformat(),
    }  # fmt: skip
    return NewObjection(
        subject=held.subject, subject_label=held.label, region=held.region, office=office_kind(held.region), fact="",
        disputed_hash="", source="", cell=cell, said=made.label_zh, wanted="", unit="", reason=reason,
        candidate=candidate,
    )  # fmt: skip


def hold(candidate: int) -> None:
    """The candidate waits for the answer."""
    recognitions.judge(candidate, "objected", before=("candidate", "objected"))


def settle(objection: Objection, *, by: Actor, at: datetime) -> None:
    """Upheld, the candidate is refused; otherwise it is a candidate again once no other objection is open."""
    held = recognitions.candidate(objection.candidate)
    if held.state != "objected":
        return
    made = recognitions.get(held.recognition)
    upheld = objection.state == "accepted"
    if upheld:
        why = UPHELD.format(objection.id, objection.id, objection.answer or objection.reason)
        values = {"reason": why, "judged_by": by.label[:150], "judged_at": at}
        recognitions.judge(held.id, "refused", before=("objected",), **values)
        text = f"{made.label_zh} · {why}"[:500]
        title_notices.leave([Notice(held.subject, "refused", text, by.label[:150], at, recognition=made.id)])
    elif not objections.about_candidates([held.id], is_open=True):
        recognitions.judge(held.id, "candidate", before=("objected",))
