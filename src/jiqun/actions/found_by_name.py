"""按名认定 found by name: rows without a code land on the enterprise their name means, or wait with the candidates.

A match is taken and its evidence kept with the facts; where two enterprises are plausible, or none is, the row waits in
quarantine, whole, and says which there are, so that a person picks one in place. A name that is a merged enterprise's
own is recorded under that one, as a code would be: it is read under the one that goes on while the merge holds.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from jiqun.actions.desk import Desk
from jiqun.actions.imports import Opened, Progress
from jiqun.actions.imports_facts import FOUND_BY_NAME
from jiqun.actions.match_lists import settled_as
from jiqun.actions.matching import match_names
from jiqun.brain.matching import Asked, Candidate, Decision, Evidence
from jiqun.core.errors import RowError
from jiqun.lake.cell_words import NOTHING
from jiqun.lake.gate_enterprises import Judged, Registration
from jiqun.lake.mapping import ColumnMap
from jiqun.ledger import subjects
from jiqun.ledger.permissions import Actor
from jiqun.ledger.subjects import SubjectRow

CODE_COLUMN = "统一社会信用代码"
NOTE_LIMIT = 400
PREFIX = "enterprise:"
NAME_REVIEW, NAME_UNKNOWN = "gate.name_review", "gate.name_unknown"
SAID_BEFORE = Evidence(
    "said_before", "本单位认定过这个写法", "this office has settled before which enterprise it means"
)
_CANDIDATE = re.compile(r"([0-9A-Z]{18}) ([^；]+) (\d\.\d\d)(?:；|$)")


@dataclass
class NamedRows:
    """What matching said of the rows without a code, by row number.

    found  code ("" when the ledger knows none) and name of the enterprise
    notes  what is kept with the facts: the name as written, the enterprise, score and evidence
    asked  every row that was asked about, with its decision
    """

    found: dict[int, tuple[str, str]] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    asked: dict[int, Decision] = field(default_factory=dict)

    def told(self, rows: set[int]) -> list[dict[str, object]]:
        """The matches among these rows, as a report shows them."""
        return [_told(row, code, self.asked[row]) for row, (code, _) in self.found.items() if row in rows]


def _told(row: int, code: str, decision: Decision) -> dict[str, object]:
    best = decision.best
    assert best is not None
    return {
        "row": row,
        "name": decision.asked.name,
        "subject": best.subject,
        "found": best.name,
        "code": code,
        "score": round(best.score, 3),
        "evidence": [{"zh": item.zh, "en": item.en} for item in best.evidence],
    }


def find_by_name(desk: Desk, opened: Opened, *, by: Actor, progress: Progress) -> NamedRows:
    """Look for the enterprises of the rows that have a name and no code, when the mapping asks for it."""
    named = NamedRows()
    if opened.mapping.without_code != "match":
        return named
    asked = list(_asked(opened))
    settled = _settled(asked, by=by)
    fresh = [one for one in asked if one.row not in settled]
    decided = match_names(desk, by, fresh, progress=progress) if fresh else ()
    told = (*settled.values(), *decided)
    own = _own_keys(decision.best for decision in told if decision.decision == "match")
    for decision in told:
        row = decision.asked.row
        named.asked[row] = decision
        if decision.decision == "match" and decision.best is not None:
            key = own[decision.best.subject, decision.best.name].removeprefix(PREFIX)
            code = key if len(key) == 18 and key.isascii() else ""
            named.found[row] = code, decision.best.name
            named.notes[row] = _note(decision.asked.name, decision.best)
    return named


def _own_keys(found: Iterable[Candidate | None]) -> dict[tuple[str, str], str]:
    """(enterprise of today, name) → the enterprise whose own name it is: that of today, or one merged into it."""
    wanted = {(best.subject, best.name) for best in found if best is not None}
    former = subjects.merged_by_today() if wanted else {}
    today = subjects.labels(key for key, _ in wanted if key in former)
    own = {pair: pair[0] for pair in wanted}
    for key, name in wanted:
        bearers = [one.key for one in former.get(key, ()) if one.label_zh == name]
        if bearers and today.get(key, ("",))[0] != name:
            own[key, name] = bearers[0]
    return own


def _settled(asked: Sequence[Asked], *, by: Actor) -> dict[int, Decision]:
    """Names this office has settled before, on the page of matching: nothing is asked twice."""
    said = settled_as(asked, by=by)
    names = subjects.labels(key for key in said.values() if key)
    found = {}
    for one in asked:
        if one.row in said:
            key = said[one.row]
            best = Candidate(key, names[key][0], 1.0, (SAID_BEFORE,)) if key in names else None
            found[one.row] = Decision(one, "match" if best else "none", best, None, SAID_BEFORE)
    return found


def _asked(opened: Opened) -> Iterator[Asked]:
    table, mapping = opened.table, opened.mapping
    at = {name: table.columns.index(column) for name, column in mapping.columns.items()}

    def cell(cells: Sequence[str], name: str) -> str:
        n = at.get(name, -1)
        text = cells[n].strip() if 0 <= n < len(cells) else mapping.constants.get(name, "")
        return "" if text in NOTHING else text

    for number, cells in table.rows:
        name = cell(cells, "name")
        if name and not cell(cells, "uscc"):
            yield Asked(
                row=number,
                name=name,
                region=cell(cells, "region"),
                address=cell(cells, "address"),
                capital=cell(cells, "capital"),
                date=cell(cells, "established_on"),
            )


def _note(name: str, best: Candidate) -> str:
    why = "，".join(item.zh for item in best.evidence)
    return f"{FOUND_BY_NAME}：“{name}”即“{best.name}”（{best.score:.2f}；{why}）"[:NOTE_LIMIT]


def hold_unfound(judged: Judged, opened: Opened, named: NamedRows) -> None:
    """Rows whose enterprise is not certain wait in quarantine with the candidates, a cell for the code among theirs."""
    if opened.mapping.without_code != "match":
        return
    by_row = dict(opened.table.rows)
    column = opened.mapping.columns.get("uscc", CODE_COLUMN)
    kept: list[Registration] = []
    for item in judged.accepted:
        decision = named.asked.get(item.row_no)
        if item.uscc or decision is None or item.row_no in named.found:
            kept.append(item)
            continue
        code = NAME_REVIEW if decision.decision == "review" else NAME_UNKNOWN
        told = candidates_text(decision)
        judged.faults.append(RowError(opened.table.file, item.row_no, column, code, item.name, told))
        judged.held[item.row_no] = opened.raw(by_row[item.row_no]) | _empty_code(opened)
        judged.placed[item.region_how] -= 1
    judged.accepted[:] = kept
    judged.faults.sort(key=lambda fault: fault.row or 0)


def _empty_code(opened: Opened) -> dict[str, str]:
    return {} if "uscc" in opened.mapping.columns else {CODE_COLUMN: ""}


def candidates_text(decision: Decision) -> str:
    """The candidates of a decision: code, name and score of each; what `candidates_in` reads again."""
    found = [one for one in (decision.best, decision.runner_up) if one is not None]
    return "；".join(f"{one.subject.removeprefix(PREFIX)} {one.name} {one.score:.2f}" for one in found)


def candidates_in(text: str) -> list[tuple[str, str, float]]:
    """Code, name and score of the candidates a fault names that have a code."""
    return [(code, name, float(score)) for code, name, score in _CANDIDATE.findall(text)]


def as_they_stand(rows: list[SubjectRow], mapping: ColumnMap) -> list[SubjectRow]:
    """A form about enterprises of the ledger brings figures; it changes nothing the register says of them."""
    if mapping.without_code != "match":
        return rows
    held = subjects.get_many([row.key for row in rows])
    return [_as_held(held[row.key]) if row.key in held else row for row in rows]


def _as_held(before: subjects.Subject) -> SubjectRow:
    return SubjectRow(**{name: getattr(before, name) for name in SubjectRow.__dataclass_fields__})
