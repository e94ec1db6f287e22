"""导入事实: rows of a fact table become facts in the lake.

The same statement again changes nothing; the same statement with another value is a correction that names what it
supersedes. Enterprises not yet in the ledger are entered provisionally under the name or code they were given.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from jiqun.actions.desk import Desk
from jiqun.actions.entering import Entry, enter
from jiqun.actions.imports import ImportReport, Opened, Order, Progress
from jiqun.core.errors import RowError
from jiqun.core.facts import Fact, content_hash, natural_key
from jiqun.core.periods import Period
from jiqun.core.regions import Region
from jiqun.lake.facts import FactReader
from jiqun.lake.files import beyond
from jiqun.lake.gate_facts import FactGate, JudgedFacts
from jiqun.ledger import batches, objections, permissions, sources, subjects
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.scopes import EVERYTHING, Target
from jiqun.ledger.subjects import SubjectRow

CHUNK = 2000
FOUND_BY_NAME = "按名称认定"
"""How the note of a fact begins whose enterprise was found by its name."""
GUARDED = frozenset("=+-@\t\r＝＋－＠")
Reach = Callable[[str, str], bool]


@dataclass
class _Sorted:
    """Accepted facts sorted by what they are to the ledger; `late` are older than what it holds of the same statement."""

    new: list[Fact] = field(default_factory=list)
    late: list[Fact] = field(default_factory=list)
    corrections: int = 0
    unchanged: int = 0


def run(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, progress: Progress
) -> ImportReport:
    """Import an opened fact table; with `dry_run` nothing is written."""
    permissions.check(by, Permission.IMPORT_DATA, target_scope=permissions.ANYWHERE)
    batch = batches.new_id(at)
    rows = list(_as_fields(opened))
    known, made = known_subjects(desk, (row.get("subject", "") for _, row in rows), order=order)
    gate = fact_gate(desk, order, opened.table.file, known.get, at=at, batch=batch)
    judged = gate.judge(_told(rows, progress))
    _hold_outside(judged, dict(rows), by=by, order=order, file=opened.table.file)
    _hold_withdrawn(judged, dict(rows), file=opened.table.file)
    kept = sort_out(desk, judged.accepted, at=at)
    _hold_late(judged, kept, dict(rows), file=opened.table.file)
    report = _report(order, opened, judged, kept)
    if order.dry_run:
        report.dry_run = True
        return report
    real = {fact.subject for fact in kept.new if not fact.synthetic}
    used = {fact.subject for fact in kept.new}
    provisional = [replace(row, synthetic=row.key not in real) for row in made if row.key in used]
    entry = Entry(
        order, opened, report, {"facts": fact_columns(kept.new)} if kept.new else {}, judged.held, batch
    )

    def write() -> None:
        subjects.upsert(provisional, batch=batch, at=at)
        if order.beside:
            order.beside(kept.new)

    enter(desk, entry, write, by=by, at=at)
    return report


def _as_fields(opened: Opened) -> Iterator[tuple[int, dict[str, str]]]:
    table, mapping = opened.table, opened.mapping
    at = {name: table.columns.index(column) for name, column in mapping.columns.items()}
    width = len(table.columns)
    for number, cells in table.rows:
        filled = cells if len(cells) >= width else cells + [""] * (width - len(cells))
        told = {name: unguarded(filled[n]) for name, n in at.items()}
        yield number, dict(mapping.constants) | told | beyond(cells, width)


def unguarded(text: str) -> str:
    """A cell without the apostrophe an export puts before formula marks: what we export can be imported again."""
    return text[1:] if text[:1] == "'" and text[1:2] in GUARDED else text


def _told(
    rows: Sequence[tuple[int, dict[str, str]]], progress: Progress
) -> Iterator[tuple[int, dict[str, str]]]:
    for start in range(0, len(rows), CHUNK):
        progress("核验 judging", start, len(rows))
        yield from rows[start : start + CHUNK]
    progress("核验 judging", len(rows), len(rows))


def document_keys() -> frozenset[str]:
    """Keys of the sources that speak in a text: the place in it is part of a statement's identity."""
    return frozenset(source.key for source in sources.all_sources(kind="document"))


def known_subjects(
    desk: Desk, wanted: Iterable[str], *, order: Order
) -> tuple[dict[str, str], list[SubjectRow]]:
    """The key every subject as written is recorded under, and the enterprises that are entered provisionally for it.

    A merged enterprise is still recorded under the key it is written with: the same file again changes nothing, and
    taking the merge back leaves each statement where it was made. Reading follows the merge.
    """
    texts = {text.strip() for text in wanted if text and ":" in text}
    found = {key: key for key in subjects.exists(texts)}
    made: list[SubjectRow] = []
    for text in sorted(texts - set(found)):
        kind, _, key = text.partition(":")
        if kind == "region" and (today := _region_of_today(desk, key)):
            found[text] = today
        elif kind == "enterprise" and key:
            same = [subject for subject in subjects.named(key) if not subject.provisional]
            found[text] = same[0].key if len(same) == 1 else text
            if len(same) != 1:
                made.append(
                    SubjectRow(
                        key=text,
                        label_zh=key,
                        provisional=True,
                        source=order.source,
                        synthetic=order.synthetic,
                    )
                )
    return found, made


def _region_of_today(desk: Desk, text: str) -> str | None:
    region = desk.regions.resolve(text)
    key = f"region:{region.code}" if isinstance(region, Region) else ""
    return key if key and subjects.exists([key]) else None


def fact_gate(
    desk: Desk, order: Order, file: str, subject_of: Callable[[str], str | None], *, at: datetime, batch: str
) -> FactGate:
    """The gate for the facts of one file."""
    documents = document_keys()
    return FactGate(
        desk.indicators, desk.units, subject_of, documents.__contains__, at, batch, file, order.source, order.synthetic
    )  # fmt: skip


def sort_out(desk: Desk, facts: Sequence[Fact], *, at: datetime) -> _Sorted:
    """Part what is already known from what is new, and link corrections to what they supersede.

    A row that says once more what an accepted objection corrected changes nothing: the correction stands.
    Facts with a time of recording of their own (an older ledger taken over) are linked in the order of their times.
    """
    documents = document_keys()
    reader = FactReader(desk.lake)
    keyed = [(fact, natural_key(fact, is_document=fact.source in documents)) for fact in facts]
    current = reader.current_keys([key for _, key in keyed])
    dated = [key for fact, key in keyed if fact.recorded_at != at and key in current]
    told = reader.told_of(dated) if dated else {}
    settled = objections.disputed_hashes(id for id, _ in current.values())
    remarks = _own_remarks(reader, keyed, current)
    kept = _Sorted()
    for fact, key in sorted(keyed, key=lambda pair: pair[0].recorded_at):
        before = current.get(key)
        said = (
            replace(fact, note=remarks[before[0]])
            if before and before[0] in remarks and not fact.note
            else fact
        )
        digest = content_hash(said, is_document=fact.source in documents)
        if before is None:
            kept.new.append(fact)
        elif digest in (before[1], settled.get(before[0])) or (fact.recorded_at, digest) in told.get(key, ()):
            kept.unchanged += 1
            continue
        elif key in told and fact.recorded_at <= told[key][-1][0]:
            kept.late.append(fact)
            continue
        else:
            kept.new.append(replace(fact, supersedes=before[0]))
            kept.corrections += 1
        current[key] = (fact.id, digest)
    return kept


def _own_remarks(
    reader: FactReader, keyed: Sequence[tuple[Fact, str]], current: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    """How the enterprise was found, as the ledger notes it with current facts: handed in again with the code filled in,
    the statement is the same."""
    ids = [current[key][0] for fact, key in keyed if key in current and not fact.note]
    rows = [
        row for start in range(0, len(ids), CHUNK) for row in reader.facts(ids=ids[start : start + CHUNK])
    ]
    return {str(row["id"]): str(row["note"]) for row in rows if str(row["note"]).startswith(FOUND_BY_NAME)}


def _hold_late(
    judged: JudgedFacts, kept: _Sorted, rows: Mapping[int, Mapping[str, str]], *, file: str
) -> None:
    """A statement of an older day cannot come under a later one the ledger holds: it waits in quarantine."""
    late = {fact.row_no for fact in kept.late}
    for fact in kept.late:
        seen = fact.recorded_at.isoformat()
        judged.faults.append(RowError(file, fact.row_no, "recorded_at", "gate.recorded_later", seen, ""))
        judged.held[fact.row_no] = dict(rows[fact.row_no])
    judged.accepted[:] = [fact for fact in judged.accepted if fact.row_no not in late]


def _hold_withdrawn(judged: JudgedFacts, rows: Mapping[int, Mapping[str, str]], *, file: str) -> None:
    """What a withdrawn source says would not be seen: it waits until the source is brought back."""
    silent = {source.key for source in sources.all_sources() if source.is_withdrawn}
    held = {fact.row_no: fact.source for fact in judged.accepted if fact.source in silent}
    for number, source in held.items():
        judged.faults.append(RowError(file, number, "source", "source.withdrawn", source, ""))
        judged.held[number] = dict(rows[number])
    judged.accepted[:] = [fact for fact in judged.accepted if fact.row_no not in held]


def reach_of(by: Actor) -> Reach | None:
    """May this actor write about (subject, region code)? None when it may write about everything."""
    if permissions.can(by, Permission.IMPORT_DATA, target_scope=EVERYTHING):
        return None

    def reaches(subject: str, region: str) -> bool:
        held = subjects.target_of(subject)
        target = held if held.region or held.groups else Target(subject=subject, region=region)
        return permissions.can(by, Permission.IMPORT_DATA, target_scope=target)

    return reaches


def _hold_outside(
    judged: JudgedFacts, rows: Mapping[int, Mapping[str, str]], *, by: Actor, order: Order, file: str
) -> None:
    """Facts outside the scope of who imports, or put into another source's mouth, wait in quarantine, whole."""
    reach = reach_of(by)
    if reach is None:
        return
    any_source = permissions.can(by, Permission.MANAGE_SOURCES, target_scope=permissions.ANYWHERE)
    allowed = {subject: reach(subject, "") for subject in {fact.subject for fact in judged.accepted}}
    kept: list[Fact] = []
    for fact in judged.accepted:
        faults: list[RowError] = []
        if not allowed[fact.subject]:
            faults.append(
                RowError(file, fact.row_no, "subject", "auth.outside_scope", fact.subject, by.label)
            )
        if fact.source != order.source and not any_source:
            faults.append(
                RowError(file, fact.row_no, "source", "auth.other_source", fact.source, order.source)
            )
        if not faults:
            kept.append(fact)
            continue
        judged.faults.extend(faults)
        judged.held[fact.row_no] = dict(rows[fact.row_no])
    judged.accepted[:] = kept


def _report(order: Order, opened: Opened, judged: JudgedFacts, kept: _Sorted) -> ImportReport:
    repeated = sum(1 for flag in judged.flagged if flag.code == "gate.duplicate_row")
    return ImportReport(
        kind="facts",
        file=opened.table.file,
        rows=len(opened.table.rows),
        accepted=len(judged.accepted) + repeated,
        created=len(kept.new) - kept.corrections,
        updated=kept.corrections,
        unchanged=kept.unchanged + repeated,
        quarantined=len(judged.held),
        flagged=len(judged.flagged),
        errors=judged.faults,
        flags=judged.flagged,
    )


def fact_columns(facts: Sequence[Fact]) -> dict[str, Sequence[object]]:
    """Facts as columns of the lake's table."""
    documents = document_keys()
    spans = {text: Period.parse(text) for text in {fact.period for fact in facts}}
    plain_fields = (
        "id", "subject", "indicator", "period", "period_inferred", "value", "value_high", "base_value", "base_value_high",
        "value_text", "unit", "scope", "breakdown", "attributed_to", "source", "locator", "quote", "note", "recorded_at",
        "batch", "row_no", "file", "supersedes", "synthetic",
    )  # fmt: skip
    columns: dict[str, Sequence[object]] = {
        name: [getattr(fact, name) for fact in facts] for name in plain_fields
    }
    return columns | {
        "bound": [fact.bound.value for fact in facts],
        "kind": [fact.kind.value for fact in facts],
        "status": [fact.status.value for fact in facts],
        "period_start": [spans[fact.period].start for fact in facts],
        "period_end": [spans[fact.period].end for fact in facts],
        "is_instant": [spans[fact.period].is_instant for fact in facts],
        "natural_key": [natural_key(fact, is_document=fact.source in documents) for fact in facts],
        "content_hash": [content_hash(fact, is_document=fact.source in documents) for fact in facts],
    }
