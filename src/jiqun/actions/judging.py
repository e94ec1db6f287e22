"""批量判定 judging a file of firms by a pack: the column judge answers for all, the row judge explains each when asked.

Nothing is recorded: a ruling over a file is an answer, not a decision.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.actions.export_files import Row, Sheet, write_file
from jiqun.actions.judging_files import FirmFile
from jiqun.actions.judging_source import FirmSource, read_firms
from jiqun.actions.policy_packs import find_pack
from jiqun.actions.reading.policy_words import Words
from jiqun.core.errors import InputError
from jiqun.lake.catalogue import Column
from jiqun.lake.judge import tops
from jiqun.lake.judge_run import ColumnRuling, judge_firms, parameters_of
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check
from jiqun.rules import tree
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.firm import Firm
from jiqun.rules.judge import judge_by
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ranges import Range, shown
from jiqun.rules.ruling import ClauseResult
from jiqun.rules.showing import SIGNS, plain
from jiqun.rules.truth import State

FORMS = ("csv", "xlsx")
OUT_COLUMNS = (
    Column("uscc", "text", "统一社会信用代码", "Code of the enterprise"),
    Column("name", "text", "企业名称", "Its name"),
    Column("region", "text", "县级区划代码", "Its county"),
    Column("pack", "text", "规则包", "Key of the pack"),
    Column("version", "text", "版本", "Version that judged"),
    Column("verdict", "text", "判定", "met, unmet, unknown, manual or not_applicable"),
    Column("score", "text", "得分", "Score, or from–to where it is not known exactly"),
    Column("level", "text", "等级", "Grade or level, where there is but one possible"),
    Column("levels", "text", "可能的等级", "Every grade or level still possible"),
    Column("unmet", "text", "不符合条款", "Clauses not met"),
    Column("unknown", "text", "缺材料条款", "Clauses unknown: a paper is missing"),
    Column("manual", "text", "待人工判定条款", "Clauses for a person to decide"),
    Column("distance", "text", "差距", "How far each number is short, in its own unit"),
)
CLAUSE_COLUMNS = (
    Column("uscc", "text", "统一社会信用代码", "Code of the enterprise"),
    Column("name", "text", "企业名称", "Its name"),
    Column("clause", "text", "条款", "Id of the node"),
    Column("label", "text", "名称", "What it is called"),
    Column("state", "text", "判定", "met, unmet, unknown, manual or not_applicable"),
    Column("value", "text", "所见", "What was seen"),
    Column("unit", "text", "单位", "Unit of what was seen and needed"),
    Column("period", "text", "时期", "Years, or the day"),
    Column("needed", "text", "所需", "What it was held against"),
    Column("points", "text", "得分", "Points, or from–to"),
    Column("missing", "text", "缺的材料", "Papers and parameters nobody has filled in"),
    Column("document", "text", "出处", "Clause of the document"),
    Column(
        "confidence",
        "text",
        "可信度",
        "A, B, C or U: the lower of the clause's and of the numbers of the place",
    ),
    Column("numbers_from", "text", "参数出处", "Document the numbers of the place are taken from"),
)


@dataclass(frozen=True, slots=True)
class JudgeOrder:
    """What is to be judged: a pack by key or a draft by folder, a day, a kind, where firms come from, where the answer goes.

    out      None judges without writing
    explain  writes `<out>.clauses.csv` beside it, clause by clause
    """

    key: str
    on: date
    firms: FirmSource
    out: Path | None = None
    kind: str = "new"
    explain: bool = False
    lang: str = "zh"


@dataclass(frozen=True, slots=True)
class Judged:
    """Firms with what the columns say of them, by which version."""

    pack: Pack
    version: Version
    file: FirmFile
    rulings: tuple[ColumnRuling, ...]
    counts: Counter[str] = field(default_factory=Counter[str])
    levels: Counter[str] = field(default_factory=Counter[str])

    def as_json(self) -> dict[str, object]:
        """The object `--json` prints."""
        return {
            "ok": True, "pack": self.pack.key, "version": self.version.key, "file": self.file.file,
            "firms": len(self.rulings), "verdicts": {state.value: self.counts[state.value] for state in State},
            "levels": dict(sorted(self.levels.items())), "remarks": len(self.file.remarks),
            "notes": [list(note) for note in self.file.notes],
        }  # fmt: skip


def judge_file(desk: Desk, order: JudgeOrder, *, by: Actor) -> Judged:
    """Judge every firm of a file or of the ledger and write the answer.

    InputError: judge.no_firms, pack.no_version, export.unknown_format, what the file is refused for;
    NotFound rule.no_pack; NotAllowed
    """
    check(by, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    check(by, Permission.EXPORT, target_scope=ANYWHERE)
    form = order.out.suffix.lower().removeprefix(".") if order.out else "csv"
    if form not in FORMS:
        raise InputError("export.unknown_format", seen=form, allowed=" ".join(FORMS))
    pack = find_pack(desk, order.key)
    version = pack.version_on(order.on, order.kind)
    file = read_firms(desk, order.firms, by=by, on=order.on)
    judged = judged_by(pack, version, file, on=order.on, kind=order.kind)
    if order.out is not None:
        rows = (
            out_row(judged, firm, one, order.lang)
            for firm, one in zip(file.firms, judged.rulings, strict=True)
        )
        _written(Sheet("judge", OUT_COLUMNS, rows), order.out, form)
        if order.explain:
            words = Words(pack, Catalogue.load(desk.packs))
            clauses = Sheet("clauses", CLAUSE_COLUMNS, clause_rows(judged, order, words))
            _written(clauses, clauses_path(order.out), "csv")
    return judged


def judged_by(pack: Pack, version: Version, file: FirmFile, *, on: date, kind: str) -> Judged:
    """What a version says of every firm of a file."""
    rulings = judge_firms(
        version,
        file.firms,
        parameters=parameters_of(pack, file.firms, on=on),
        on=on,
        kind=kind,
        tier_field=pack.tier_field,
    )
    counts = Counter(one.verdict.value for one in rulings)
    levels = Counter(one.level for one in rulings if one.level)
    return Judged(pack, version, file, tuple(rulings), counts, levels)


def clauses_path(out: Path) -> Path:
    """Where the clauses go: beside the answer."""
    return out.with_name(f"{out.stem}.clauses.csv")


def _written(sheet: Sheet, out: Path, form: str) -> None:
    """Write it whole or not at all."""
    partial = out.with_name(out.name + ".written")
    try:
        write_file(sheet, partial, form)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def out_row(judged: Judged, firm: Firm, one: ColumnRuling, lang: str) -> Row:
    """One row of the answer."""
    joiner = "；" if lang == "zh" else "; "
    clauses = tops(judged.version)

    def those(state: State) -> str:
        if one.verdict is State.NOT_APPLICABLE:
            return ""
        return joiner.join(
            getattr(node.about.label, lang) for node in clauses if one.states.get(node.about.id) is state
        )

    return [
        firm.uscc, firm.name, firm.region, judged.pack.key, judged.version.key, one.verdict.value, points_text(one.score),
        one.level, "" if one.level else " ".join(key or "—" for key in one.levels), those(State.UNMET),
        those(State.UNKNOWN), those(State.MANUAL), joiner.join(_short(judged.version, one, lang)),
    ]  # fmt: skip


def _short(version: Version, one: ColumnRuling, lang: str) -> Iterator[str]:
    """What each number in a clause that is not met is short of, and what it has too much."""
    if one.verdict is State.NOT_APPLICABLE:
        return
    for top in tops(version):
        if one.states.get(top.about.id) is not State.UNMET:
            continue
        for node in tree.walk(top):
            if isinstance(node, tree.Compare | tree.PlatformSupplied):
                gap = one.short.get(node.about.id)
                if gap:
                    yield f"{getattr(node.about.label, lang)} {plain(shown(gap))} {node.unit}".strip()


def points_text(points: Range | None) -> str:
    """Points to two places; from–to where they are not known exactly, … where nothing bounds them."""
    if points is None:
        return ""
    if points.exact is not None:
        return str(shown(points.exact))
    low, high = (("…" if side is None else str(shown(side))) for side in (points.low, points.high))
    return f"{low}–{high}"


def clause_rows(judged: Judged, order: JudgeOrder, words: Words) -> Iterator[Row]:
    """Every clause of every firm as the row judge explains it."""
    for firm in judged.file.firms:
        ruling = judge_by(judged.pack, judged.version, firm, on=order.on, kind=order.kind)
        for one in ruling.clauses:
            yield _clause_row(firm, one, words, order.lang)


def _papers(one: ClauseResult, words: Words, lang: str) -> str:
    """What nobody has filled in, each with the paper it stands in."""
    told = []
    for one_of in words.missing(one.missing):
        name, paper = getattr(one_of.label, lang), getattr(one_of.paper, lang)
        told.append(f"{name} ({paper})" if paper else name)
    return ("；" if lang == "zh" else "; ").join(told)


def _clause_row(firm: Firm, one: ClauseResult, words: Words, lang: str) -> Row:
    value = (
        plain(shown(one.value, 4))
        if isinstance(one.value, Decimal)
        else ""
        if one.value is None
        else str(one.value)
    )
    needed = plain(one.needed) if isinstance(one.needed, Decimal) else one.needed or ""
    sign = SIGNS[one.op] if one.op else ""
    return [
        firm.uscc, firm.name, one.id, getattr(one.label, lang), one.state.value, value, one.unit, one.period,
        f"{sign} {needed}".strip(), points_text(one.points), _papers(one, words, lang), one.clause, one.confidence,
        getattr(words.titles(one.numbers_from), lang),
    ]  # fmt: skip
