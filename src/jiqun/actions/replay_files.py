"""重放夹 replays of an office: one folder each under HOME/replays/ — what is compared over which firms, and what came of it.

`replay.json` says what it is, `result.json` what moves, `moves.jsonl` a line per firm that does; the sheet stays in its run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from jiqun.actions.judging_replay import Move, Replay
from jiqun.actions.work_folders import WORKING, WorkFolders
from jiqun.lake.durable import write_durably

LEDGER, SYNTHETIC = "ledger", "synthetic"
"""Stand for a run where the firms are those of the ledger: the real ones, or the made-up ones; never both at once."""
LEDGERS = (LEDGER, SYNTHETIC)
WAYS = ("rise", "fall")


@dataclass(frozen=True)
class ReplayRun:
    """A replay: two sides over the firms of a run, or of the ledger.

    run            id of the run whose firms are judged, or one of LEDGERS; region: county of the ledger's firms
    before, after  a version of the pack by its key, or a draft by its id
    before_on, after_on   the day each side is judged on (ISO)
    state          working | done | failed
    """

    id: str
    pack: str
    run: str
    name: str
    before: str
    before_on: str
    after: str
    after_on: str
    kind: str
    region: str
    by: str
    by_id: int
    office: str
    received_at: datetime
    state: str = WORKING
    queued_at: datetime | None = None
    actor: Mapping[str, Any] | None = None
    report: Mapping[str, Any] | None = None
    fault: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Moved:
    """A firm that comes out otherwise: way is rise or fall."""

    way: str
    uscc: str
    name: str
    region: str
    before: str
    after: str


class ReplayFiles(WorkFolders[ReplayRun]):
    """The folder of all replays."""

    LETTER, FILE, MISSING = "r", "replay.json", "replay.not_found"

    def made(self, held: dict[str, Any]) -> ReplayRun:
        """A replay out of its file."""
        return ReplayRun(**held)

    def start(self, one: ReplayRun) -> ReplayRun:
        """Make the folder."""
        self.folder(one.id).mkdir(parents=True)
        return self.save(one)

    def keep_result(self, id: str, found: Replay) -> None:
        """Write what came of it, whole or not at all; the moves first."""
        body = b"".join(orjson.dumps(move) + b"\n" for move in _moves(found))
        write_durably(self.folder(id) / "moves.jsonl", body)
        told = {name: part for name, part in found.as_json().items() if name not in ("rises", "falls")}
        told |= {"rises": len(found.rises), "falls": len(found.falls)}
        write_durably(self.folder(id) / "result.json", orjson.dumps(told, default=str))

    def result(self, id: str) -> dict[str, Any]:
        """What came of it; numbers that are not whole are text."""
        return orjson.loads((self.folder(id) / "result.json").read_bytes())

    def moves(self, id: str) -> tuple[Moved, ...]:
        """Every firm that comes out otherwise, those that rise first."""
        path = self.folder(id) / "moves.jsonl"
        lines = path.read_bytes().splitlines() if path.is_file() else ()
        return tuple(Moved(**orjson.loads(line)) for line in lines)


def _moves(found: Replay) -> Iterable[dict[str, str]]:
    for way, moves in zip(WAYS, (found.rises, found.falls), strict=True):
        yield from (_moved(way, one) for one in moves)


def _moved(way: str, one: Move) -> dict[str, str]:
    return {
        "way": way, "uscc": one.uscc, "name": one.name, "region": one.region, "before": one.before, "after": one.after
    }  # fmt: skip
