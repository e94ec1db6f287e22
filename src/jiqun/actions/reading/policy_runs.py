"""评价结果 what the pages of runs show: the runs of your office, one run with its lines, the result as a file."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from jiqun.actions import policy_packs, policy_runs, policy_work
from jiqun.actions.desk import Desk
from jiqun.actions.export_files import FORMATS, Sheet, write_file
from jiqun.actions.policy_files import Line, Run
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.chains import chains, members
from jiqun.actions.reading.imports import ErrorLine
from jiqun.actions.reading.policies import RunHead, head_of, of
from jiqun.actions.reading.statements import Label, Link
from jiqun.actions.work_folders import WORKING, Progress
from jiqun.core.errors import InputError, RowError
from jiqun.lake.catalogue import Column
from jiqun.lake.judge import tops
from jiqun.ledger.permissions import Actor
from jiqun.rules import tree
from jiqun.rules.pack import Pack, Version
from jiqun.rules.truth import State

SIZE = 50
ERRORS_SHOWN = 200
UNTOLD = Label("未写明", "not told")
SORTS = ("row", "name", "score", "unmet", "unknown")
VERDICTS = tuple(state.value for state in State)
COLUMNS = tuple(
    Column(name, kind, zh, en)  # type: ignore[arg-type]
    for name, kind, zh, en in (
        ("row", "int", "行号", "Row of the sheet"),
        ("uscc", "text", "统一社会信用代码", "Unified social credit code"),
        ("name", "text", "企业", "Firm"),
        ("region", "text", "区划代码", "County code"),
        ("pack", "text", "规则包", "Pack"),
        ("version", "text", "版本", "Version"),
        ("on", "text", "评价日期", "Day judged"),
        ("verdict", "text", "判定", "met, unmet, unknown, manual or not_applicable"),
        ("score_low", "decimal", "得分下限", "Lowest score possible"),
        ("score_high", "decimal", "得分上限", "Highest score possible"),
        ("level", "text", "档次或等级", "Grade or level"),
        ("unmet", "text", "不符合的条款", "Clauses not met"),
        ("unknown", "text", "未知的条款", "Clauses unknown"),
        ("manual", "text", "待人工判断的条款", "Clauses for a person to decide"),
    )
)


@dataclass(frozen=True)
class RunRow:
    """What the pack says of one firm, in short, with the names of the clauses; answered: something was answered since."""

    line: Line
    place: Label | None
    level: Label
    unmet: tuple[Label, ...]
    unknown: tuple[Label, ...]
    manual: tuple[Label, ...]
    answered: bool


@dataclass(frozen=True)
class RunAsk:
    """How the lines of a run are asked for; chain: key of a chain or cluster, for the firms the register puts into it."""

    verdict: str = ""
    region: str = ""
    level: str = ""
    text: str = ""
    chain: str = ""
    sort: str = "row"
    descending: bool = False
    page: int = 1


@dataclass(frozen=True)
class RunContext:
    """One run.

    counts    firms per verdict; regions, levels: those there are, with their firms
    rows      a page of the lines under this narrowing; total: how many there are
    is_scored, is_levelled   the version gives a score; a level or grade; is_ranked: grades by rank
    errors    cells that cannot be read (nothing was judged), or are worth a look; errors_total: how many
    fault     what stopped it, as a sentence
    """

    head: RunHead
    ask: RunAsk
    counts: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, Label, int], ...]
    levels: tuple[tuple[str, Label, int], ...]
    rows: tuple[RunRow, ...]
    total: int
    page: int
    pages: int
    is_scored: bool
    is_levelled: bool
    is_ranked: bool
    progress: Progress
    is_working: bool
    is_done: bool
    fault: str
    errors: tuple[ErrorLine, ...]
    errors_total: int
    chains: tuple[Link, ...]
    sorts: tuple[str, ...] = SORTS


def run_page(desk: Desk, actor: Actor, id: str, ask: RunAsk, *, lang: str) -> RunContext:
    """One run with a page of its lines; asking also looks after work nobody has taken up."""
    archive = Archive(desk, actor)
    run = policy_work.look_after(desk, policy_runs.read(desk, id, by=actor))
    pack = policy_packs.pack(desk, run.pack)
    words = RunWords(archive, pack, run)
    held = policy_runs.lines(desk, run) if run.state == "done" else ()
    inside = members(ask.chain) if ask.chain else None
    chosen = [one for one in held if _is_wanted(one, ask) and (inside is None or key_of(one) in inside)]
    if ask.sort in SORT_KEYS:
        chosen.sort(key=SORT_KEYS[ask.sort])
    if ask.descending:
        chosen.reverse()
    pages = max(1, -(-len(chosen) // SIZE))
    page = max(1, min(ask.page, pages))
    counts = Counter(one.verdict for one in held)
    errors = policy_work.files(desk).errors(run.id)
    return RunContext(
        head_of(archive, run), ask, tuple((name, counts[name]) for name in VERDICTS if counts[name]),
        tuple((code, words.place(code) or UNTOLD, n) for code, n in _counted(held, lambda one: one.region)),
        tuple((key, words.level(key), n) for key, n in _counted(held, lambda one: one.level) if key),
        tuple(words.row(one) for one in chosen[(page - 1) * SIZE : page * SIZE]), len(chosen), page, pages,
        any(one.low is not None or one.high is not None for one in held), words.version.grading is not None,
        isinstance(words.version.grading, tree.RankQuota),
        policy_work.files(desk).progress(run.id), run.state == WORKING, run.state == "done", _fault(desk, run, lang),
        tuple(_told(desk, one, lang) for one in errors[:ERRORS_SHOWN]), len(errors), tuple(chains(synthetic=None)),
    )  # fmt: skip


def write_result(desk: Desk, actor: Actor, id: str, path: Path, form: str, *, lang: str) -> str:
    """Write the lines of a run under `path` as one of the formats of exports; gives the name of the file."""
    run = policy_runs.done(desk, id, by=actor)
    if form not in FORMATS:
        raise InputError("export.unknown_format", seen=form, allowed=" ".join(FORMATS))
    words = RunWords(Archive(desk, actor), policy_packs.pack(desk, run.pack), run)
    rows = (words.cells(one, "zh" if lang.startswith("zh") else "en") for one in policy_runs.lines(desk, run))
    write_file(Sheet("policy", COLUMNS, rows), path, form)
    return f"{Path(run.name).stem or 'policy'}-{run.pack.rpartition('/')[2]}.{form}"


class RunWords:
    """Lines of a run in words."""

    def __init__(self, archive: Archive, pack: Pack, run: Run) -> None:
        self.archive, self.run, self.pack = archive, run, pack
        self.version: Version = pack.version(run.version)
        self.clauses = {one.about.id: of(one.about.label) for one in tops(self.version)}
        self.levels = {key: of(label) for key, label in level_labels(self.version).items()}
        self.answered = set(policy_work.files(archive.desk).answers(run.id))
        self._places: dict[str, Label | None] = {"": None}

    def place(self, code: str) -> Label | None:
        """A county by its name."""
        if code not in self._places:
            self._places[code] = self.archive.region_label(code)
        return self._places[code]

    def level(self, key: str) -> Label:
        """A level or grade by its name."""
        return self.levels.get(key, Label(key, key))

    def row(self, line: Line) -> RunRow:
        """A line as it is shown."""
        names = [tuple(self.clauses[key] for key in keys) for keys in (line.unmet, line.unknown, line.manual)]
        level = self.level(line.level) if line.level else Label("", "")
        return RunRow(line, self.place(line.region), level, *names, line.row in self.answered)

    def cells(self, line: Line, lang: str) -> tuple[object, ...]:
        """A line as a row of the file."""
        row = self.row(line)
        names = [
            ("；" if lang == "zh" else "; ").join(getattr(one, lang) for one in labels)
            for labels in (row.unmet, row.unknown, row.manual)
        ]
        return (
            line.row, line.uscc, line.name, line.region, self.run.pack, self.run.version, self.run.on, line.verdict,
            _short(line.low), _short(line.high), line.level, *names,
        )  # fmt: skip


def level_labels(version: Version) -> dict[str, tree.Label]:
    """The levels or grades of a version by key, with what they are called."""
    match version.grading:
        case tree.Levels():
            return {one.key: one.label for one in version.grading.levels}
        case tree.RankQuota():
            return {one.key: one.label for one in version.grading.grades}
        case _:
            return {}


SORT_KEYS: dict[str, Callable[[Line], tuple[object, ...]]] = {
    "name": lambda one: (one.name, one.row),
    "score": lambda one: (one.low is None, -(one.low or Decimal(0)), one.row),
    "unmet": lambda one: (len(one.unmet), len(one.unknown), one.row),
    "unknown": lambda one: (len(one.unknown), len(one.unmet), one.row),
}


def key_of(line: Line) -> str:
    """The key of the firm of a line in the register."""
    return f"enterprise:{line.uscc}"


def _is_wanted(line: Line, ask: RunAsk) -> bool:
    return (
        (not ask.verdict or line.verdict == ask.verdict)
        and (not ask.region or line.region == ask.region)
        and (not ask.level or line.level == ask.level)
        and (not ask.text or ask.text in line.name or ask.text in line.uscc)
    )


def _counted(lines: Iterable[Line], of_line: Callable[[Line], str]) -> Iterator[tuple[str, int]]:
    yield from sorted(Counter(map(of_line, lines)).items())


def _fault(desk: Desk, run: Run, lang: str) -> str:
    if not run.fault:
        return ""
    return desk.messages.sentence(InputError(run.fault["code"], **run.fault["facts"]), lang)


def _told(desk: Desk, error: RowError, lang: str) -> ErrorLine:
    message = desk.messages.sentence(error, lang)
    return ErrorLine(error.row, error.column, error.code, error.seen, error.allowed, message)


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 2)
