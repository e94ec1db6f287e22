"""判定书页 what the pages of one firm show: the ruling clause by clause, the way up, and the five questions to ask first."""

from dataclasses import dataclass

from jiqun.actions import policy_packs, policy_runs
from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.asking_once import PackState, Question, asked_of
from jiqun.actions.reading.policies import DocumentLine, RunHead, head_of
from jiqun.actions.reading.policy_runs import RunWords
from jiqun.actions.reading.policy_words import NOTHING, Words, range_text
from jiqun.actions.reading.ruling_words import (
    Lines,
    Paper,
    RulingLine,
    Step,
    Ways,
    documents_of,
    papers_of,
    sure_of,
)
from jiqun.actions.reading.statements import Label
from jiqun.ledger.permissions import Actor
from jiqun.rules.gap import distance


@dataclass(frozen=True)
class RulingContext:
    """The ruling of one firm.

    confidence     the lowest mark of a clause that applied, numbers of the place counted in
    score, level   as far as they are known; levels: those still possible when there are several
    steps          the way up, by effort; papers: what has to be shown, by the paper it stands in
    closed         something cannot be changed within a year
    documents      what the rule is taken from
    """

    head: RunHead
    row: int
    name: str
    uscc: str
    place: Label | None
    verdict: str
    confidence: str
    score: str
    level: Label
    levels: tuple[Label, ...]
    clauses: tuple[RulingLine, ...]
    steps: tuple[Step, ...]
    papers: tuple[Paper, ...]
    closed: bool
    missing: int
    documents: tuple[DocumentLine, ...]
    answered: tuple[tuple[Label, str], ...]
    before: int
    after: int


@dataclass(frozen=True)
class QuestionsContext:
    """The questions for one firm: those that open most clauses first; left: how many are open in all."""

    head: RunHead
    row: int
    name: str
    questions: tuple[Question, ...]
    left: int
    packs: tuple[PackState, ...]
    answered: int


def ruling_page(desk: Desk, actor: Actor, id: str, row: int) -> RulingContext:
    """The ruling of the firm in a row of a run."""
    archive, run = Archive(desk, actor), policy_runs.done(desk, id, by=actor)
    pack, firm = policy_packs.pack(desk, run.pack), policy_runs.firm_of(desk, run, row)
    ruling = policy_runs.ruling_of(desk, run, firm)
    held = policy_runs.lines(desk, run)
    at = next(place for place, one in enumerate(held) if one.row == row)
    words, run_words = Words(pack, policy_packs.catalogue(desk)), RunWords(archive, pack, run)
    lines, ways = Lines(pack, ruling, words), Ways(desk)
    told = tuple(lines.all())
    way = distance(ruling, effort=ways.efforts.by_clause(pack.version(run.version)))
    level = held[at].level
    answers = policy_runs.answers(desk, run, row)
    return RulingContext(
        head_of(archive, run), row, firm.name, firm.uscc, run_words.place(firm.region), ruling.verdict.value,
        sure_of(ruling), range_text(ruling.score), run_words.level(level) if level else NOTHING,
        () if level else tuple(run_words.level(key) for key in ruling.levels if key), told,
        ways.steps(way, lines, firm.region), tuple(papers_of(way, words)), way.closed, len(ruling.missing),
        documents_of(pack, ruling),
        tuple((words.field(column), text) for column, text in answers.items()),
        held[at - 1].row if at else 0, held[at + 1].row if at + 1 < len(held) else 0,
    )  # fmt: skip


def questions_page(desk: Desk, actor: Actor, id: str, row: int) -> QuestionsContext:
    """What to ask of the firm in a row of a run, over all packs that judge on that day where it is."""
    archive, run = Archive(desk, actor), policy_runs.done(desk, id, by=actor)
    firm = policy_runs.firm_of(desk, run, row)
    asked = asked_of(desk, firm, own=run.pack, kind=run.kind, on=run.day)
    return QuestionsContext(
        head_of(archive, run), row, firm.name or firm.uscc, asked.questions, asked.left, asked.packs,
        len(policy_runs.answers(desk, run, row)),
    )  # fmt: skip
