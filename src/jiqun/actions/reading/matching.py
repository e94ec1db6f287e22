"""匹配页 what the matching pages show: your lists, one list with its results, the queue of rows a person must decide."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jiqun.actions import match_lists, match_work
from jiqun.actions.desk import Desk
from jiqun.actions.export_files import FORMATS, Sheet, write_file
from jiqun.actions.journal import lines
from jiqun.actions.match_files import WORKING, MatchList
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Label
from jiqun.actions.work_folders import Progress
from jiqun.brain.matching import Asked, Candidate, Decision
from jiqun.core.errors import InputError, WrongState
from jiqun.lake.catalogue import Column
from jiqun.ledger import name_decisions, subjects
from jiqun.ledger.name_decisions import NameDecision
from jiqun.ledger.permissions import Actor

SIZE = 50
LISTS_KEPT = 4
VERDICTS = ("match", "review", "none")
SORTS = ("row", "name", "score", "matched")
COLUMNS = tuple(
    Column(name, kind, zh, en)  # type: ignore[arg-type]
    for name, kind, zh, en in (
        ("row", "int", "行号", "Row of the list"),
        ("asked", "text", "名单中的名称", "Name as written"),
        ("asked_code", "text", "名单中的代码", "Code as written"),
        ("asked_region", "text", "名单中的地区", "Place as written"),
        ("decision", "text", "判定", "match, review or none"),
        ("decided_by", "text", "判定人", "Who said so; empty: the program"),
        ("uscc", "text", "统一社会信用代码", "Unified social credit code"),
        ("name", "text", "匹配企业", "Name in the register"),
        ("subject", "text", "主体", "Subject"),
        ("score", "text", "把握", "How well it fits"),
        ("evidence", "text", "依据", "Why"),
        ("runner_up", "text", "次选", "Next best"),
    )
)


@dataclass(frozen=True)
class Choice:
    """One enterprise a name may mean: as the program found it, with where it lies and its code."""

    subject: str
    name: str
    code: str
    region: Label | None
    address: str
    score: float
    evidence: tuple[Label, ...]


@dataclass(frozen=True)
class ResultRow:
    """One row of a list and what came of it.

    decision  match | review | none, a person's word before the program's; said_by: who said it, empty for the program
    matched   the enterprise it is; choices: those the program found, best first; reason: why it is not a match
    """

    asked: Asked
    decision: str
    said_by: str
    matched: Choice | None
    choices: tuple[Choice, ...]
    reason: Label | None


@dataclass(frozen=True)
class MatchingContext:
    """The page of lists: yours, newest first; the largest file that is taken."""

    lists: tuple[MatchList, ...]
    largest_mb: int
    rows_most: int


@dataclass(frozen=True)
class MatchListContext:
    """One list.

    counts    rows per decision (match, review, none), people's words counted in; said: rows a person decided
    rows      a page of the rows under this narrowing, sorted by one of `sorts`
    progress  how far the work is, while it runs
    fault     what stopped it, as a sentence
    """

    list: MatchList
    counts: tuple[tuple[str, int], ...]
    said: int
    rows: tuple[ResultRow, ...]
    total: int
    page: int
    pages: int
    decision: str
    sort: str
    descending: bool
    text: str
    progress: Progress
    is_working: bool
    fault: str
    sorts: tuple[str, ...] = SORTS


@dataclass(frozen=True)
class ReviewContext:
    """The queue: one row to be decided.

    row          what is asked now; None when nothing is left
    left, place  rows still open, and which of them this is (from 1)
    before, after  rows next to it in the queue, 0 for none; undo: the row decided last, 0 for none
    """

    list: MatchList
    row: ResultRow | None
    left: int
    place: int
    before: int
    after: int
    undo: int


@dataclass(frozen=True)
class ListAsk:
    """How the rows of a list are asked for."""

    decision: str = ""
    sort: str = "row"
    descending: bool = False
    page: int = 1
    text: str = ""


def matching_page(desk: Desk, actor: Actor) -> MatchingContext:
    """This person's lists."""
    Archive(desk, actor)
    held = tuple(match_lists.mine(desk, by=actor))
    return MatchingContext(held, desk.limits.packed // 1_000_000, match_lists.ROWS_MOST)


def list_page(desk: Desk, actor: Actor, id: str, ask: ListAsk, *, lang: str) -> MatchListContext:
    """One list with a page of its rows; asking also looks after work nobody has taken up."""
    held = match_work.look_after(desk, match_lists.read(desk, id, by=actor))
    told = Told(desk, actor, held)
    counts = Counter(decision for _, decision, _ in told.all())
    chosen = [item for item in told.all() if _is_wanted(item, ask)]
    chosen.sort(key=lambda item: _sort_key(item, ask.sort), reverse=ask.descending)
    pages = max(1, -(-len(chosen) // SIZE))
    number = max(1, min(ask.page, pages))
    rows = told.rows(chosen[(number - 1) * SIZE : number * SIZE])
    fault = ""
    if held.fault:
        fault = desk.messages.sentence(InputError(held.fault["code"], **held.fault["facts"]), lang)
    return MatchListContext(
        held, tuple((name, counts[name]) for name in VERDICTS), told.said, rows, len(chosen), number, pages, ask.decision,
        ask.sort if ask.sort in SORTS else "row", ask.descending, ask.text,
        match_lists.files(desk).progress(id), held.state == WORKING, fault,
    )  # fmt: skip


def review_page(desk: Desk, actor: Actor, id: str, *, row: int = 0, undo: int = 0) -> ReviewContext:
    """The row of the queue that is asked (or the next open one)."""
    held = match_lists.read(desk, id, by=actor)
    if held.state == WORKING:
        raise WrongState("match.not_done", seen=held.state)
    told = Told(desk, actor, held)
    queue = [item for item in told.all() if item[1] == "review"]
    numbers = [item[0].asked.row for item in queue]
    here = next(
        (at for at, number in enumerate(numbers) if number >= row), len(numbers) - 1 if numbers else -1
    )
    if here < 0:
        return ReviewContext(held, None, 0, 0, 0, 0, undo)
    before = numbers[here - 1] if here else 0
    after = numbers[here + 1] if here + 1 < len(numbers) else 0
    return ReviewContext(
        held, told.rows(queue[here : here + 1])[0], len(queue), here + 1, before, after, undo
    )


def write_result(desk: Desk, actor: Actor, id: str, path: Path, form: str, *, lang: str) -> str:
    """Write the result of a list under `path` as one of the formats of exports; gives the name of the file."""
    held = match_lists.read(desk, id, by=actor)
    if held.state == WORKING:
        raise WrongState("match.not_done", seen=held.state)
    if form not in FORMATS:
        raise InputError("export.unknown_format", seen=form, allowed=" ".join(FORMATS))
    told = Told(desk, actor, held)
    write_file(Sheet("match", COLUMNS, _out(told, lang)), path, form)
    return f"{Path(held.name).stem or 'match'}-match.{form}"


@lru_cache(maxsize=LISTS_KEPT)
def _decisions_of(path: Path, id: str, stamp: tuple[int, int]) -> tuple[Decision, ...]:
    """What the program decided, kept as long as the file is the same (its time and size)."""
    del stamp
    return tuple(match_work.match_of(line) for line in lines(path, id))


def _decisions(path: Path, held: MatchList) -> tuple[Decision, ...]:
    if not path.is_file():
        return ()
    status = path.stat()
    return _decisions_of(path, held.id, (status.st_mtime_ns, status.st_size))


Item = tuple[Decision, str, NameDecision | None]


class Told:
    """What came of a list: the program's decisions and what people of the office said, told for one reader."""

    def __init__(self, desk: Desk, actor: Actor, held: MatchList) -> None:
        self.archive = Archive(desk, actor)
        decisions = (
            _decisions(match_lists.files(desk).results(held.id), held) if held.state != WORKING else ()
        )
        asked = {match_lists.written_of(one.asked) for one in decisions}
        known = name_decisions.of_office(held.office, asked) if asked else {}
        self._items = [_item(one, known.get(match_lists.written_of(one.asked))) for one in decisions]
        self.said = sum(said is not None for _, _, said in self._items)

    def all(self) -> list[Item]:
        """Every row done so far: the program's decision, what holds, and what a person said."""
        return self._items

    def rows(self, items: list[Item]) -> tuple[ResultRow, ...]:
        """Some of them with the enterprises they speak of."""
        keys = {choice.subject for one, _, _ in items for choice in (one.best, one.runner_up) if choice}
        keys |= {said.subject for _, _, said in items if said and said.subject}
        today = subjects.resolve_many(keys)
        held = subjects.get_many(set(today.values()))
        names = {key: held[into] for key, into in today.items() if into in held}
        return tuple(self._row(item, names) for item in items)

    def _row(self, item: Item, names: dict[str, subjects.Subject]) -> ResultRow:
        one, decision, said = item
        found = [choice for choice in (one.best, one.runner_up) if choice and choice.subject in names]
        choices: dict[str, Choice] = {}
        for choice in found:
            subject = names[choice.subject]
            choices.setdefault(subject.key, self._choice(choice, subject))
        matched = None
        if said and said.subject in names:
            subject = names[said.subject]
            matched = choices.get(subject.key) or self._choice(None, subject)
        elif not said and decision == "match" and one.best and one.best.subject in names:
            matched = choices[names[one.best.subject].key]
        reason = Label(one.reason.zh, one.reason.en) if one.reason else None
        return ResultRow(
            one.asked, decision, said.decided_by if said else "", matched, tuple(choices.values()), reason
        )

    def _choice(self, found: Candidate | None, subject: subjects.Subject) -> Choice:
        region = self.archive.region_label(subject.region) if subject.region else None
        evidence = tuple(Label(item.zh, item.en) for item in found.evidence) if found else ()
        address = str(subject.attributes.get("address", ""))
        return Choice(
            subject.key,
            subject.label_zh,
            subject.code,
            region,
            address,
            found.score if found else 1.0,
            evidence,
        )


def _item(one: Decision, said: NameDecision | None) -> Item:
    if said is None:
        return one, one.decision, None
    return one, "match" if said.subject else "none", said


def _is_wanted(item: Item, ask: ListAsk) -> bool:
    one, decision, said = item
    if ask.decision == "said":
        return said is not None
    named = (one.asked.name, one.best.name if one.best else "")
    return (not ask.decision or decision == ask.decision) and (
        not ask.text or any(ask.text in name for name in named)
    )


def _sort_key(item: Item, sort: str) -> tuple[object, ...]:
    one = item[0]
    match sort:
        case "name":
            return one.asked.name, one.asked.row
        case "score":
            return one.best.score if one.best else -1.0, one.asked.row
        case "matched":
            return one.best.name if one.best else "", one.asked.row
        case _:
            return (one.asked.row,)


def _out(told: Told, lang: str) -> Iterator[tuple[object, ...]]:
    items = told.all()
    for start in range(0, len(items), 2000):
        for row in told.rows(items[start : start + 2000]):
            yield _cells(row, lang)


def _cells(row: ResultRow, lang: str) -> tuple[object, ...]:
    found = row.matched
    shown = found or (row.choices[0] if row.choices and row.decision == "review" else None)
    others = [item for item in row.choices if item is not shown]
    why = [
        getattr(item, "zh" if lang.startswith("zh") else "en") for item in (shown.evidence if shown else ())
    ]
    if row.reason and row.decision != "match":
        why.append(row.reason.zh if lang.startswith("zh") else row.reason.en)
    return (
        row.asked.row, row.asked.name, row.asked.code, row.asked.region, row.decision, row.said_by,
        found.code if found else "", shown.name if shown else "", found.subject if found else "",
        f"{shown.score:.4f}" if shown else "", ("；" if lang.startswith("zh") else "; ").join(why),
        f"{others[0].name} {others[0].code}".strip() if others else "",
    )  # fmt: skip
