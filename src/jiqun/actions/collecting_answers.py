"""填报 answers: what is typed is kept as a draft; an office returns or accepts what was sent, and reminds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jiqun.actions.collecting import cells_of
from jiqun.actions.collecting_rights import can_follow, check_fill, check_judge, following
from jiqun.actions.desk import Desk
from jiqun.brain.collecting.states import ANSWERED, State, Verb, after, deadline_label
from jiqun.core.errors import InputError
from jiqun.core.periods import Period
from jiqun.lake.cell_words import control_character
from jiqun.ledger import audit, collection_answers, collections
from jiqun.ledger.collection_answers import Answer
from jiqun.ledger.collections import Collection
from jiqun.ledger.permissions import Actor

TEXT_MOST = 60
REASON_MOST = 200
NOTICE_MOST = 400


@dataclass(frozen=True)
class Typed:
    """What somebody typed: cell → text, and cell → why a warning may stand; cells left out stay as they are.

    A cell of None is as the ledger knows it: what was typed there before is forgotten.
    """

    cells: Mapping[str, str | None]
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class Reminded:
    """Who was reminded, and the text to copy into a message."""

    collection: str
    respondents: tuple[str, ...]
    text: str


def save(desk: Desk, collection: str, respondent: str, typed: Typed, *, by: Actor, at: datetime) -> Answer:
    """Keep what was typed as a draft; nothing of it is a fact yet, and nothing of it is judged."""
    del desk
    held, answer = collections.get(collection), collection_answers.get(collection, respondent)
    check_fill(by, held, answer)
    _check_texts(held, typed)

    def change(now: Answer) -> Mapping[str, object]:
        step = after(now.state, Verb.SAVE, is_open=collections.get(collection).is_open)
        return {
            "typed": now.typed | dict(typed.cells),
            "reasons": now.reasons | dict(typed.reasons),
            "state": step,
        }

    return collection_answers.change(collection, respondent, change, by=by.label, at=at)


def return_answer(
    desk: Desk, collection: str, respondent: str, remark: str, *, by: Actor, at: datetime
) -> Answer:
    """Give an answer back for correction, saying what is to be corrected."""
    said = remark.strip()
    if not said or len(said) > REASON_MOST or control_character([said], name=True):
        raise InputError("collect.remark", seen=said[:40], allowed=f"1–{REASON_MOST}")
    held = collections.get(collection)

    def tell() -> None:
        text = f"{held.title} · {said}"
        collection_answers.notify(collection, [respondent], text, kind="returned", by=by.label, at=at)

    return _judge(desk, held, respondent, Verb.RETURN, remark=said, then=tell, by=by, at=at)


def accept(desk: Desk, collection: str, respondent: str, *, by: Actor, at: datetime) -> Answer:
    """Accept an answer as it was sent."""
    return _judge(
        desk, collections.get(collection), respondent, Verb.ACCEPT, remark="", then=_nothing, by=by, at=at
    )


def remind(
    desk: Desk, collection: str, respondents: Sequence[str] = (), text: str = "", *, by: Actor, at: datetime
) -> Reminded:
    """Leave a notice with everybody who has not answered, or with some of them; gives the text to copy too."""
    del desk
    held = collections.get(collection)
    after(State.WAITING, Verb.SAVE, is_open=held.is_open)
    answers = collection_answers.of_collection(collection)
    mine = following(by, held, answers)
    if respondents:
        chosen = [collection_answers.get(collection, one) for one in respondents]
        for one in chosen:
            if not can_follow(by, held, one):
                following(by, held, [one])
    else:
        chosen = list(mine)
    due = tuple(one.respondent for one in chosen if one.state not in ANSWERED)
    said = text.strip() or reminder_text(held)
    if len(said) > NOTICE_MOST or control_character([said], name=True):
        raise InputError("collect.remark", seen=said[:40], allowed=f"1–{NOTICE_MOST}")
    with transaction.atomic():
        collection_answers.notify(collection, due, said, kind="reminder", by=by.label, at=at)
        detail = {"reminded": len(due), "text": said}
        audit.record(
            by, "collection.remind", f"collection:{collection}", detail, at=at, target_label=held.title
        )
    return Reminded(collection, due, said)


def reminder_text(collection: Collection) -> str:
    """The text of a reminder, to copy into any message."""
    period = Period.parse(collection.period).label("zh")
    return f"【催报】请于 {deadline_label(collection.deadline)} 前报送“{collection.title}”（{period}）。"


def _judge(
    desk: Desk,
    held: Collection,
    respondent: str,
    verb: Verb,
    *,
    remark: str,
    then: Callable[[], None],
    by: Actor,
    at: datetime,
) -> Answer:
    del desk
    check_judge(by, held, collection_answers.get(held.id, respondent), verb)

    def change(now: Answer) -> Mapping[str, object]:
        step = after(now.state, verb, is_open=collections.get(held.id).is_open)
        return {"state": step, "remark": remark, "judged_by": by.label[:150], "judged_at": at}

    with transaction.atomic():
        done = collection_answers.change(held.id, respondent, change, by=by.label, at=at)
        then()
        detail = {"respondent": respondent, **({"reason": remark} if remark else {})}
        target = f"collection:{held.id}"
        audit.record(
            by, f"collection.{verb}", target, detail, at=at, target_label=done.label, batch=done.batch
        )
    return done


def _nothing() -> None:
    return None


def _check_texts(collection: Collection, typed: Typed) -> None:
    """Cells the form has, texts short enough, no character nobody sees."""
    names = {cell.key for cell in cells_of(collection)}
    for texts, most in ((typed.cells, TEXT_MOST), (typed.reasons, REASON_MOST)):
        for name, text in texts.items():
            if name not in names:
                raise InputError("collect.no_cell", seen=name, allowed=" ".join(sorted(names)))
            if text is None:
                continue
            if len(text) > most:
                raise InputError("gate.text_too_long", column=name, seen=text[:40], allowed=f"≤ {most}")
            if stray := control_character([text], name=True):
                raise InputError("gate.control_character", column=name, seen=stray)
