"""重放页 what the page of a replay shows: who rises and falls, from where to where, by county, at what cost, how stable."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from jiqun.actions import policy_packs, policy_replays
from jiqun.actions.desk import Desk
from jiqun.actions.export_files import FORMATS, Sheet, write_file
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.policies import of
from jiqun.actions.reading.policy_drafts import ReplayHead, replay_head
from jiqun.actions.reading.policy_runs import level_labels
from jiqun.actions.reading.policy_words import number_text, unit_words
from jiqun.actions.reading.statements import Label
from jiqun.actions.replay_files import WAYS, Moved
from jiqun.actions.work_folders import WORKING, Progress
from jiqun.core.errors import InputError, WrongState
from jiqun.core.units import UnitTable
from jiqun.lake.catalogue import Column
from jiqun.ledger.permissions import Actor

SIZE = 50
VERDICTS = {
    "met": Label("符合", "met"), "manual": Label("待人工判断", "for a person"), "unknown": Label("材料不足", "unknown"),
    "unmet": Label("不符合", "not met"), "not_applicable": Label("不适用", "does not apply"),
}  # fmt: skip
COLUMNS = tuple(
    Column(name, "text", zh, en)
    for name, zh, en in (
        ("way", "升降", "rise or fall"),
        ("uscc", "统一社会信用代码", "Unified social credit code"),
        ("name", "企业", "Firm"),
        ("region", "区划代码", "County code"),
        ("before", "之前", "Before"),
        ("after", "之后", "After"),
    )
)


@dataclass(frozen=True)
class MovesAsk:
    """How the moves are asked for: way rise | fall, "" for both."""

    way: str = ""
    region: str = ""
    text: str = ""
    page: int = 1


@dataclass(frozen=True)
class RegionLine:
    """A county: its firms, how many rise and fall, and the difference; wins: more rise than fall."""

    code: str
    place: Label
    firms: int
    rises: int
    falls: int
    net: int


@dataclass(frozen=True)
class CostView:
    """What a measure comes to on one side: total "" where it is not known, known: the part that is."""

    firms: int
    open: int
    total: str
    known: str
    unit: Label


@dataclass(frozen=True)
class CostLineView:
    """A measure before and after; difference "" where either side is not known."""

    label: Label
    grades: tuple[str, ...]
    confidence: str
    unit: Label
    before: CostView
    after: CostView
    difference: str


@dataclass(frozen=True)
class StabilityLine:
    """Ranks after one weight has moved: Spearman's correlation, firms of another rank, of another grade."""

    weight: Label
    change: str
    agreement: str
    moved: int
    regraded: int


@dataclass(frozen=True)
class ReplayContext:
    """One replay.

    unlike   firms that have a grade or level on one side only
    words    grades, levels and verdicts by key, from the highest down, as flows name them
    flows    firms from where they were to where they are now
    """

    head: ReplayHead
    ask: MovesAsk
    is_working: bool
    is_done: bool
    progress: Progress
    fault: str
    firms: int
    rises: int
    falls: int
    same: int
    unlike: int
    words: tuple[tuple[str, Label], ...]
    flows: tuple[tuple[str, str, int], ...]
    regions: tuple[RegionLine, ...]
    costs: tuple[CostLineView, ...]
    stability: tuple[StabilityLine, ...]
    moves: tuple[tuple[Moved, Label | None], ...]
    total: int
    page: int
    pages: int


def replay_page(desk: Desk, actor: Actor, id: str, ask: MovesAsk, *, lang: str) -> ReplayContext:
    """One replay of your office; asking also looks after work nobody has taken up."""
    archive = Archive(desk, actor)
    one = policy_replays.look_after(desk, policy_replays.read(desk, id, by=actor))
    store = policy_replays.files(desk)
    told: dict[str, Any] = store.result(id) if one.state == "done" else {}
    chosen = [each for each in store.moves(id) if _is_wanted(each, ask)]
    pages = max(1, -(-len(chosen) // SIZE))
    page = max(1, min(ask.page, pages))
    fault = (
        desk.messages.sentence(InputError(one.fault["code"], **one.fault["facts"]), lang) if one.fault else ""
    )
    flows = tuple((was, now, firms) for was, now, firms in told.get("flows", ()))
    pack = policy_packs.pack(desk, one.pack)
    graded = {key: of(label) for version in pack.versions for key, label in level_labels(version).items()}
    labels = graded | VERDICTS
    units = policy_packs.catalogue(desk).units
    names = {each.name: of(each.label) for each in pack.parameters}
    used = {key for flow in flows for key in flow[:2]}
    return ReplayContext(
        replay_head(desk, one), ask, one.state == WORKING, one.state == "done", store.progress(id), fault,
        told.get("firms", 0), told.get("rises", 0), told.get("falls", 0), told.get("same", 0),
        sum(firms for was, now, firms in flows if (was in graded) is not (now in graded)),
        tuple((key, label) for key, label in labels.items() if key in used), flows,
        tuple(sorted(_regions(archive, told), key=lambda line: -line.net)), tuple(_costs(units, told)),
        tuple(_stability(names, told)),
        tuple(
            (each, archive.region_label(each.region) if each.region else None)
            for each in chosen[(page - 1) * SIZE : page * SIZE]
        ),
        len(chosen), page, pages,
    )  # fmt: skip


def write_moves(desk: Desk, actor: Actor, id: str, path: Path, form: str) -> str:
    """Write every firm that rises or falls under `path`; gives the name of the file. WrongState `policy.not_done`"""
    one = policy_replays.read(desk, id, by=actor)
    if one.state != "done":
        raise WrongState("policy.not_done", seen=one.state)
    if form not in FORMATS:
        raise InputError("export.unknown_format", seen=form, allowed=" ".join(FORMATS))
    moves = policy_replays.files(desk).moves(id)
    rows = ((each.way, each.uscc, each.name, each.region, each.before, each.after) for each in moves)
    write_file(Sheet("replay", COLUMNS, rows), path, form)
    return f"{Path(one.name).stem or 'ledger'}-replay.{form}"


def _is_wanted(one: Moved, ask: MovesAsk) -> bool:
    way = ask.way if ask.way in WAYS else ""
    named = not ask.text or ask.text in one.name or ask.text in one.uscc
    return (not way or one.way == way) and (not ask.region or one.region == ask.region) and named


def _regions(archive: Archive, told: dict[str, Any]) -> Iterator[RegionLine]:
    for one in told.get("regions", ()):
        code = one["region"]
        place = archive.region_label(code) if code else Label("未写明", "not told")
        yield RegionLine(code, place, one["firms"], one["rises"], one["falls"], one["rises"] - one["falls"])


def _costs(units: UnitTable, told: dict[str, Any]) -> Iterator[CostLineView]:
    for one in told.get("costs", ()):
        unit = unit_words(units, one["unit"])
        before, after = (_cost(one[side], unit) for side in ("before", "after"))
        difference = "" if one["difference"] is None else _signed(Decimal(one["difference"]))
        label = Label(one["label"]["zh"], one["label"]["en"])
        yield CostLineView(label, tuple(one["grades"]), one["confidence"], unit, before, after, difference)


def _cost(one: dict[str, Any], unit: Label) -> CostView:
    known = Decimal(one["known"])
    total = "" if one["total"] is None else number_text(round(Decimal(one["total"]), 2))
    return CostView(
        one["firms"], one["open"], total, number_text(round(known, 2)) if not total and known else "", unit
    )


def _signed(value: Decimal) -> str:
    return f"{'+' if value > 0 else ''}{number_text(round(value, 2))}"


def _stability(names: dict[str, Label], told: dict[str, Any]) -> Iterator[StabilityLine]:
    for one in told.get("stability", ()):
        label = names.get(one["weight"], Label(one["weight"], one["weight"]))
        yield StabilityLine(label, one["change"], one["agreement"], one["moved"], one["regraded"])
