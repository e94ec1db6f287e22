"""名称匹配 matching names: candidates from the lake's blocking, weighed and decided by the brain, as far as one may read.

`match_names` is what imports, pages and commands call; `match_file` (matching_files) does a whole list. The index over
the enterprises a person may read is built once and kept, in memory and in the home, until the enterprises change.
"""

import gc
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from jiqun.actions.desk import Desk
from jiqun.actions.name_tables import name_reader, recipe, weights
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.enterprises import readable
from jiqun.brain.matching import Asked, Decision, Known, Reader, Weights, compare, decide
from jiqun.lake.candidates import CandidateIndex
from jiqun.lake.kept_candidates import KeptCandidates
from jiqun.ledger import audit, enterprise_names, subjects
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can, check
from jiqun.ledger.scopes import EVERYTHING

Progress = Callable[[str, int, int], None]
CHUNK = 250
KEPT_INDEXES = 2


@dataclass(frozen=True)
class Matcher:
    """Everything a decision needs: word lists, weights, and the index over the enterprises somebody may read.

    stamp  names what the answer depends on in the ledger: another stamp, perhaps another answer
    """

    reader: Reader
    weights: Weights
    index: CandidateIndex
    stamp: str

    def decide(self, asked: Asked) -> Decision:
        """The decision for one row."""
        read = self.reader.asked(asked)
        brand, bears = read.name.brand, self.index.bears
        found = (
            compare(read, known, self.reader, self.weights, brand_is_known=bears(brand, known))
            for known in self.index.of(read)
        )
        return decide(read, (one for one in found if one is not None), self.weights)


_kept: dict[tuple[str, ...], Matcher] = {}
_turn = threading.Lock()


def match_names(
    desk: Desk, actor: Actor, asked: Iterable[Asked], *, progress: Progress | None = None, processes: int = 1
) -> Iterator[Decision]:
    """Decide every row against the enterprises the actor may read; in order, the same answer every time.

    processes  more than one shares the work where the system can fork; the answer does not depend on it
    The call leaves one line of the audit trail. NotAllowed when the actor may not read the register.
    """
    check(actor, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    rows = list(asked)
    with transaction.atomic():
        audit.record(actor, "match.names", "enterprises", {"rows": len(rows)}, at=desk.now())
    return decisions(matcher(desk, actor, progress=progress), rows, progress=progress, processes=processes)


def matcher(desk: Desk, actor: Actor, *, progress: Progress | None = None) -> Matcher:
    """The matcher over what the actor may read, built anew only when the enterprises changed."""
    archive = Archive(desk, actor)
    key = (str(desk.home), str(desk.packs), enterprise_names.stamp(), *_sight(archive))
    with _turn:
        if key not in _kept:
            while len(_kept) >= KEPT_INDEXES:
                del _kept[next(iter(_kept))]
            reader = name_reader(desk.packs)
            index = _index(archive, key[2], "/".join(key[3:]), progress)
            _kept[key] = Matcher(reader, weights(desk.packs), index, "/".join(key[2:]))
        return _kept[key]


def _index(archive: Archive, stamp: str, sight: str, progress: Progress | None) -> CandidateIndex:
    """The index as it is kept in the home, else built and kept there."""
    desk, reader = archive.desk, name_reader(archive.desk.packs)
    kept = KeptCandidates(desk.home / "cache", recipe=recipe(desk.packs), stamp=stamp)
    index = kept.load(sight)
    if index is None:
        index = CandidateIndex(_known(reader, archive), progress=_told(progress))
        kept.save(sight, index)
    return index


def _sight(archive: Archive) -> tuple[str, ...]:
    """What makes two people see different enterprises."""
    actor = archive.actor
    made_up = str(can(actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE))
    if can(actor, Permission.READ_ENTERPRISE, target_scope=EVERYTHING):
        return (made_up, "all")
    return (made_up, *sorted(archive.private_sources), "|", *sorted(archive.own_enterprises))


def _known(reader: Reader, archive: Archive) -> Iterator[Known]:
    former = subjects.merged_by_today()
    for today, item in (
        (one.key, item) for one in readable(archive) for item in (one, *former.get(one.key, ()))
    ):
        more = item.attributes
        yield from reader.known(
            today, item.label_zh, also=item.aliases, code=item.code, region=item.region,
            address=str(more.get("address") or ""), phone=str(more.get("phone") or ""),
            capital=str(more.get("capital_wan") or ""), date=str(more.get("established_on") or ""),
        )  # fmt: skip


def _told(progress: Progress | None) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress("名录 index", done, 0)


def decisions(
    using: Matcher, rows: Sequence[Asked], *, progress: Progress | None = None, processes: int = 1
) -> Iterator[Decision]:
    """The decisions in the order of the rows."""
    done = 0
    pieces = _forked(using, rows, processes) if processes > 1 and len(rows) > 2 * CHUNK else None
    for piece in pieces or (list(map(using.decide, chunk)) for chunk in chunked(rows)):
        yield from piece
        done += len(piece)
        if progress is not None:
            progress("匹配 match", done, len(rows))


def chunked(rows: Sequence[Asked]) -> Iterator[list[Asked]]:
    """Rows in pieces a worker takes at a time."""
    source = iter(rows)
    while piece := list(islice(source, CHUNK)):
        yield piece


_shared: list[Matcher] = []


def _forked(using: Matcher, rows: Sequence[Asked], processes: int) -> Iterator[list[Decision]] | None:
    """Pieces decided by worker processes that share this one's index; None where the system cannot fork."""
    import multiprocessing

    if "fork" not in multiprocessing.get_all_start_methods():
        return None
    return _pooled(using, rows, processes)


def _pooled(using: Matcher, rows: Sequence[Asked], processes: int) -> Iterator[list[Decision]]:
    import multiprocessing

    _shared[:] = [using]
    gc.freeze()
    try:
        with multiprocessing.get_context("fork").Pool(processes, _leave_stopping_to_the_parent) as pool:
            yield from pool.imap(_decide_piece, chunked(rows))
    finally:
        gc.unfreeze()
        _shared.clear()


def _leave_stopping_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _decide_piece(piece: list[Asked]) -> list[Decision]:
    return list(map(_shared[0].decide, piece))
