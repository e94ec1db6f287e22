"""归并 merging: decide that two enterprises of the register are one, or that they are two; and take either back.

A merge changes no recorded row. Facts, registrations and relations stay under the key they were recorded for; whoever
reads them reads them under the enterprise that goes on. Taking a merge back therefore leaves everything as it was.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from jiqun.core.errors import InputError, NotAllowed, WrongState
from jiqun.ledger import audit, identities, proposals, subjects
from jiqun.ledger.grams import normalised
from jiqun.ledger.identities import Because, Verdict
from jiqun.ledger.permissions import Actor, Permission, can, check
from jiqun.ledger.subjects import Subject

REASON_MOST = 300


@dataclass(frozen=True)
class Pair:
    """Two enterprises: `subject` is to be read under `into`; the order does not matter when they are kept apart."""

    subject: str
    into: str
    reason: str = ""


def merge(pair: Pair, *, by: Actor, at: datetime) -> Verdict:
    """Read one enterprise under another from now on, wherever it is read.

    Old keys are followed. NotAllowed outside one's scope; WrongState `merge.not_enterprise`, `merge.made_up`,
    `merge.wrong_way`, `merge.kept_apart`, `merge.itself`.
    """
    subject, into = _pair(pair)
    check_pair(by, subject, into)
    check_mergeable(subject, into)
    with transaction.atomic():
        made = identities.merge(subject.key, into.key, _because(pair), by=by.label, at=at)
        _note(by, "merge.same", made, at)
    return made


def keep_apart(pair: Pair, *, by: Actor, at: datetime) -> Verdict:
    """Remember that two enterprises are two, so that nobody is asked again."""
    subject, into = _pair(pair)
    check_pair(by, subject, into)
    with transaction.atomic():
        made = identities.keep_apart(subject.key, into.key, _because(pair), by=by.label, at=at)
        _note(by, "merge.different", made, at)
    return made


def take_back(id: int, *, by: Actor, at: datetime) -> Verdict:
    """Take a decision back: what it merged stands as before."""
    found = identities.get(id)
    held = subjects.get_many([found.subject, found.into])
    check_pair(by, *(held[key] for key in (found.subject, found.into) if key in held))
    return _taken_back(found, by=by, at=at)


def take_back_without_ends(*, by: Actor, at: datetime) -> tuple[Verdict, ...]:
    """Take back merges one of whose enterprises went with its undone batch; call it in the transaction of the undo."""
    return tuple(_taken_back(one, by=by, at=at) for one in identities.without_ends())


def can_pair(by: Actor, *pair: Subject) -> bool:
    """May this person decide about these enterprises? One that lies nowhere goes with the other, if they are alike."""
    return _refused(by, pair) is None


def check_pair(by: Actor, *pair: Subject) -> None:
    """Raise NotAllowed unless this person may decide about these enterprises."""
    refused = _refused(by, pair)
    if refused is not None:
        check(by, Permission.EDIT_SUBJECT, target_scope=subjects.target_of(refused.key))
        raise NotAllowed("auth.scope", target=refused.key)


def check_mergeable(subject: Subject, into: Subject) -> None:
    """WrongState unless what these two are allows the one to be read under the other."""
    for one in (subject, into):
        if one.kind != "enterprise":
            raise WrongState("merge.not_enterprise", seen=one.key)
    if subject.key == into.key:
        raise WrongState("merge.itself", seen=subject.key)
    if subject.synthetic != into.synthetic:
        raise WrongState("merge.made_up", seen=f"{subject.key} {into.key}")
    if _rank(subject) > _rank(into):
        raise WrongState("merge.wrong_way", seen=subject.label_zh, into=into.label_zh)
    for one in identities.of(subject.key):
        if (
            one.holds
            and one.verdict == identities.DIFFERENT
            and {one.subject, one.into} == {subject.key, into.key}
        ):
            raise WrongState("merge.kept_apart", seen=f"{subject.label_zh} {into.label_zh}", id=str(one.id))


def _refused(by: Actor, pair: tuple[Subject, ...]) -> Subject | None:
    """The first of the pair this person may not decide about."""
    allowed = [can(by, Permission.EDIT_SUBJECT, target_scope=subjects.target_of(one.key)) for one in pair]
    if all(allowed):
        return None
    if (
        any(allowed)
        and _alike(pair)
        and all(ok or _lies_nowhere(one) for ok, one in zip(allowed, pair, strict=True))
    ):
        return None
    return next(one for ok, one in zip(allowed, pair, strict=True) if not ok)


def _lies_nowhere(one: Subject) -> bool:
    target = subjects.target_of(one.key)
    return one.provisional and not target.region and not target.groups


def _alike(pair: tuple[Subject, ...]) -> bool:
    """Do both bear the same name, or did the search for duplicates propose them?"""
    if len(pair) != 2:
        return False
    first, second = pair
    same = normalised(first.label_zh) == normalised(second.label_zh)
    return same or proposals.of_pair(first.key, second.key) is not None


def _rank(one: Subject) -> int:
    return 2 if one.uscc_grade == "valid" else 1 if one.code else 0


def _pair(pair: Pair) -> tuple[Subject, Subject]:
    if len(pair.reason) > REASON_MOST:
        raise InputError("merge.reason", seen=str(len(pair.reason)), allowed=str(REASON_MOST))
    return subjects.get(subjects.resolve(pair.subject)), subjects.get(subjects.resolve(pair.into))


def _because(pair: Pair) -> Because:
    """What the search said of the pair, and what the person says."""
    found = proposals.of_pair(pair.subject, pair.into)
    return Because(found.evidence if found else (), pair.reason.strip())


def _taken_back(found: Verdict, *, by: Actor, at: datetime) -> Verdict:
    with transaction.atomic():
        done = identities.take_back(found.id, by=by.label, at=at)
        _note(by, "merge.take_back", done, at)
    return done


def _note(by: Actor, action: str, made: Verdict, at: datetime) -> None:
    names = subjects.labels([made.subject, made.into])
    label = names.get(made.subject, (made.subject, ""))[0]
    told = {"into": made.into, "verdict": made.verdict, "decision": made.id, "reason": made.reason}
    audit.record(by, action, made.subject, told, at=at, target_label=label)


def as_json(made: Verdict) -> dict[str, object]:
    """The object `--json` prints."""
    return {"ok": True, **asdict(made)}
