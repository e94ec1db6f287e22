"""查重 dedupe: find enterprises the register holds more than once, say why, and propose what to merge; nothing is merged.

The pairs judged are written down as they are done: a search that was killed goes on where it stopped. The same register
gives the same answer.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from jiqun.actions.desk import Desk
from jiqun.actions.export_files import FORMATS, Sheet, write_file
from jiqun.actions.journal import Journal
from jiqun.actions.matching import Matcher, matcher
from jiqun.brain import duplicates
from jiqun.brain.duplicates import Judgement, Known, Proposal
from jiqun.brain.matching import Asked, Evidence, compare, decide
from jiqun.core.errors import InputError
from jiqun.lake.catalogue import Column
from jiqun.lake.durable import locked
from jiqun.ledger import audit, identities, proposals, subjects
from jiqun.ledger.grams import normalised
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check, reach
from jiqun.ledger.proposals import NewProposal
from jiqun.ledger.scopes import EVERYTHING
from jiqun.ledger.subjects import Subject, SubjectFilter

Progress = Callable[[str, int, int], None]
SIMILAR = duplicates.plain_similarity
TOLD_EVERY = 200
COLUMNS = tuple(
    Column(name, "text", zh, en)
    for name, zh, en in (
        ("group", "组", "Group"), ("subject", "并入方", "Read under the other"), ("subject_name", "并入方名称", "Its name"),
        ("into", "保留方", "Goes on"), ("into_name", "保留方名称", "Its name"), ("score", "把握", "How sure"),
        ("clear", "明确", "Nothing else is as likely"),
        ("why_zh", "依据", "Why, in Chinese"), ("why_en", "英文依据", "Why"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One proposed merge, told."""

    subject: str
    subject_name: str
    into: str
    into_name: str
    score: float
    clear: bool
    group: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class DedupeReport:
    """What a search found: enterprises looked at, pairs judged, proposals (surest first)."""

    enterprises: int
    pairs: int
    clear: int
    proposals: tuple[Line, ...]
    out: str = ""

    def as_json(self) -> dict[str, object]:
        """The object `--json` prints."""
        return {"ok": True, **asdict(self)}


def quiet(what: str, done: int, total: int) -> None:
    """No progress for nobody."""


def find(desk: Desk, *, by: Actor, at: datetime, progress: Progress = quiet) -> DedupeReport:
    """Look through the enterprises this person keeps; what is found stands as proposed until the next search."""
    check(by, Permission.EDIT_SUBJECT, target_scope=ANYWHERE)
    far = reach(by, Permission.EDIT_SUBJECT)
    wanted = SubjectFilter(kind="enterprise", scope=far)
    progress("读取 reading", 0, 1)
    former = subjects.merged_by_today()
    register = [_known(one, former) for one in subjects.iterate(wanted)]
    found, judged = _judged(desk, register, by=by, progress=progress)
    names = {one.key: one.name for one in register}
    places = {one.key: one.region for one in register}
    within = None if EVERYTHING in far.any_of and far.within == EVERYTHING else frozenset(names)
    with transaction.atomic():
        proposals.replace((_new(one, places) for one in found), within=within, at=at)
        told = {"enterprises": len(register), "pairs": judged, "proposals": len(found)}
        audit.record(by, "dedupe.find", "enterprise", told, at=at)
    lines = tuple(
        Line(one.subject, names[one.subject], one.into, names[one.into], one.score, one.clear, one.group, one.evidence)
        for one in found
    )  # fmt: skip
    return DedupeReport(len(register), judged, sum(one.clear for one in found), lines)


def write_report(report: DedupeReport, path: Path) -> DedupeReport:
    """Write the proposals as CSV or workbook, whole or not at all."""
    form = path.suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise InputError("export.unknown_format", seen=form or path.name, allowed=" ".join(FORMATS))
    if not path.resolve().parent.is_dir():
        raise InputError("export.no_folder", seen=str(path.resolve().parent))
    rows = (
        (one.group, one.subject, one.subject_name, one.into, one.into_name, f"{one.score:.4f}", "1" if one.clear else "",
         "；".join(item.zh for item in one.evidence), "; ".join(item.en for item in one.evidence))
        for one in report.proposals
    )  # fmt: skip
    partial = path.with_name(path.name + ".partial")
    try:
        write_file(Sheet("dedupe", COLUMNS, rows), partial, form)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return DedupeReport(report.enterprises, report.pairs, report.clear, report.proposals, str(path))


def _judged(
    desk: Desk, register: list[Known], *, by: Actor, progress: Progress
) -> tuple[list[Proposal], int]:
    """Pairs and codeless names judged one by one, going on from what an earlier run has written down."""
    apart = identities.kept_apart()
    pairs = duplicates.candidates(register, apart=apart)
    known = {one.key: one for one in register}
    unsure = [one for one in register if one.grade != "valid"]
    using: Matcher | None = None
    folder = desk.home / "matching"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"dedupe-{hashlib.sha256(by.label.encode()).hexdigest()[:12]}.jsonl"
    with locked(path.with_suffix(".lock"), wait_s=5.0):
        journal = Journal(path, _mark(register, apart))
        try:
            for number in range(len(journal.done), len(pairs) + len(unsure)):
                if number % TOLD_EVERY == 0:
                    progress("比对 judging", number, len(pairs) + len(unsure))
                if number < len(pairs):
                    low, high = pairs[number]
                    journal.add({"found": [_line(low, high, duplicates.judge(low, high, similar=SIMILAR))]})
                else:
                    using = using or matcher(desk, by)
                    journal.add({"found": _alike(using, unsure[number - len(pairs)], known, apart)})
        finally:
            journal.close()
        progress("比对 judging", len(journal.done), len(journal.done))
        judged = dict(_again(line) for one in journal.done[::-1] for line in one["found"])
        found = duplicates.proposals([((known[a], known[b]), how) for (a, b), how in sorted(judged.items())])
        path.unlink()
    return found, len(judged)


def _alike(
    using: Matcher, one: Known, known: Mapping[str, Known], apart: frozenset[tuple[str, str]]
) -> list[dict[str, object]]:
    """Better known enterprises whose name a codeless or damaged one probably is a way of writing."""
    read = using.reader.asked(Asked(0, one.name, one.code, one.region, one.address))
    others = (item for item in using.index.of(read) if item.subject != one.key)
    compared = (compare(read, item, using.reader, using.weights) for item in others)
    decision = decide(read, (item for item in compared if item is not None), using.weights)
    found: list[dict[str, object]] = []
    for best in filter(None, (decision.best, decision.runner_up) if decision.decision != "none" else ()):
        high = known.get(best.subject)
        if high is None or high.rank <= one.rank or high.synthetic != one.synthetic:
            continue
        if best.score < using.weights.review or (min(one.key, high.key), max(one.key, high.key)) in apart:
            continue
        sure = decision.decision == "match" and best is decision.best
        score = best.score if sure else min(best.score, duplicates.CLEAR - 0.01)
        found.append(_line(one, high, Judgement(score, best.evidence)))
    return found


def _line(low: Known, high: Known, how: Judgement) -> dict[str, object]:
    return {"subject": low.key, "into": high.key, **asdict(how)}


def _again(line: Mapping[str, Any]) -> tuple[tuple[str, str], Judgement]:
    evidence = tuple(Evidence(**item) for item in line["evidence"])
    return (line["subject"], line["into"]), Judgement(float(line["score"]), evidence)


def _mark(register: Iterable[Known], apart: frozenset[tuple[str, str]]) -> str:
    """Fingerprint of what is searched: another register, or another decision, is another search."""
    digest = hashlib.blake2b(digest_size=16)
    for one in register:
        digest.update(repr(one).encode())
    digest.update(repr(sorted(apart)).encode())
    return digest.hexdigest()


def _known(one: Subject, former: Mapping[str, Sequence[Subject]]) -> Known:
    folded = normalised(one.label_zh)
    names = (*one.aliases, *(item.label_zh for item in former.get(one.key, ())))
    others = {normalised(name) for name in names} - {"", folded}
    told = one.attributes
    return Known(
        key=one.key, name=one.label_zh, folded=folded, others=tuple(sorted(others)), code=one.code, grade=one.uscc_grade,
        region=one.region, address=str(told.get("address", "")), founded=str(told.get("established_on", "")),
        synthetic=one.synthetic,
    )  # fmt: skip


def _new(one: Proposal, places: dict[str, str]) -> NewProposal:
    return NewProposal(
        subject=one.subject, into=one.into, score=one.score, clear=one.clear, group_key=one.group,
        region=places[one.subject] or places[one.into], evidence=tuple(asdict(item) for item in one.evidence),
    )  # fmt: skip
