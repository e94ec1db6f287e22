"""归并页 what the page of merges shows: pairs that are probably one enterprise, decisions that hold, the last search."""

from dataclasses import dataclass
from datetime import datetime

from jiqun.actions import match_lists, match_work, merging
from jiqun.actions.desk import Desk
from jiqun.actions.match_files import WORKING, MatchList
from jiqun.actions.reading.archive import Archive, link_of
from jiqun.actions.reading.statements import Label, Link
from jiqun.actions.work_folders import Progress
from jiqun.ledger import identities, proposals, subjects
from jiqun.ledger.grams import subtree_prefix
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can, check, reach
from jiqun.ledger.subjects import Subject

SIZE = 30
DECIDED_MOST = 200


@dataclass(frozen=True)
class Side:
    """One enterprise of a pair as the page sets it beside the other."""

    link: Link
    code: str
    grade: str
    provisional: bool
    region: Label | None
    address: str
    founded: str
    source: Link | None


@dataclass(frozen=True)
class PairRow:
    """A pair that is probably one: which goes on, how sure, and why; may this reader decide?"""

    id: int
    subject: Side
    into: Side
    score: float
    clear: bool
    evidence: tuple[Label, ...]
    may_decide: bool


@dataclass(frozen=True)
class VerdictRow:
    """A decision: who decided it, when and why; may this reader take it back?"""

    id: int
    verdict: str
    subject: Link
    into: Link
    evidence: tuple[Label, ...]
    reason: str
    decided_by: str
    decided_at: datetime
    holds: bool
    taken_back_by: str
    taken_back_at: datetime | None
    may_take_back: bool


@dataclass(frozen=True)
class MergesContext:
    """The page.

    pairs     proposals nobody has decided, surest first; total counts all under this narrowing
    verdicts  decisions that hold and are this person's to take back, latest first
    search    the last search for duplicates this person asked for, with how far it is
    """

    pairs: tuple[PairRow, ...]
    total: int
    page: int
    pages: int
    clear: str
    verdicts: tuple[VerdictRow, ...]
    search: MatchList | None
    progress: Progress
    is_working: bool
    may_search: bool


def merges_page(desk: Desk, actor: Actor, *, clear: str = "", page: int = 1) -> MergesContext:
    """Proposed merges and decisions, as far as this person keeps enterprises."""
    check(actor, Permission.EDIT_SUBJECT, target_scope=ANYWHERE)
    archive = Archive(desk, actor)
    wanted = {"yes": True, "no": False}.get(clear)
    found = proposals.open_page(regions=_places(actor), clear=wanted, page=page, size=SIZE)
    decided = identities.list_page(size=DECIDED_MOST)
    keys = {key for one in (*found.rows, *decided.rows) for key in (one.subject, one.into)}
    held = subjects.get_many(keys)
    last = next(iter(match_lists.mine(desk, by=actor, kind="dedupe")), None)
    last = match_work.look_after(desk, last) if last else None
    return MergesContext(
        tuple(_pair(archive, actor, one, held) for one in found.rows),
        found.total,
        found.number,
        found.pages,
        clear if wanted is not None else "",
        tuple(row for one in decided.rows if (row := _verdict(archive, actor, one, held)).may_take_back),
        last,
        match_lists.files(desk).progress(last.id) if last else Progress(),
        last is not None and last.state == WORKING,
        can(actor, Permission.EDIT_SUBJECT, target_scope=ANYWHERE),
    )


def verdicts_of(archive: Archive, actor: Actor, key: str) -> tuple[VerdictRow, ...]:
    """Every decision about an enterprise, latest first."""
    found = identities.of(key)
    held = subjects.get_many({end for one in found for end in (one.subject, one.into)})
    return tuple(_verdict(archive, actor, one, held) for one in found)


def _places(actor: Actor) -> tuple[str, ...] | None:
    """Prefixes of the codes of the places this person keeps; None where that is all, or told by more than places."""
    far = reach(actor, Permission.EDIT_SUBJECT)
    if all(scope.kind == "region" for scope in far.any_of):
        return tuple(subtree_prefix(scope.key) for scope in far.any_of)
    return None


def _pair(archive: Archive, actor: Actor, one: proposals.Proposed, held: dict[str, Subject]) -> PairRow:
    subject, into = held[one.subject], held[one.into]
    evidence = tuple(Label(str(item["zh"]), str(item["en"])) for item in one.evidence)
    may = merging.can_pair(actor, subject, into)
    return PairRow(
        one.id, side(archive, subject), side(archive, into), float(one.score), one.clear, evidence, may
    )


def side(archive: Archive, one: Subject) -> Side:
    """One enterprise as it stands beside another."""
    return Side(
        link_of(one), one.code, one.uscc_grade, one.provisional,
        archive.region_label(one.region) if one.region else None, str(one.attributes.get("address", "")),
        str(one.attributes.get("established_on", "")), archive.source_links.get(one.source),
    )  # fmt: skip


def _verdict(archive: Archive, actor: Actor, one: identities.Verdict, held: dict[str, Subject]) -> VerdictRow:
    ends = [held[key] for key in (one.subject, one.into) if key in held]
    links = archive.links([one.subject, one.into])
    evidence = tuple(Label(str(item["zh"]), str(item["en"])) for item in one.evidence)
    return VerdictRow(
        one.id, one.verdict, links[one.subject], links[one.into], evidence, one.reason, one.decided_by, one.decided_at,
        one.holds, one.taken_back_by, one.taken_back_at, one.holds and merging.can_pair(actor, *ends),
    )  # fmt: skip
