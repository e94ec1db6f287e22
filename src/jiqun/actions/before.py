"""撤销前的样子 before: what stood before a batch — subjects and relations as earlier batches had them.

Every row that wrote a subject or a relation is kept in the lake as a registration. A subject only facts or relations of
other batches speak of stands as they alone would have made it: by its key, provisionally.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from jiqun.actions.desk import Desk
from jiqun.actions.homes import PACK_SOURCE, pack_subjects
from jiqun.actions.imports_enterprises import subject_row
from jiqun.lake.facts import FactReader
from jiqun.lake.gate_enterprises import Registration
from jiqun.lake.registrations import RegistrationReader
from jiqun.ledger import relations, subjects
from jiqun.ledger.relations import RelationRow
from jiqun.ledger.subjects import RestoredRow, SubjectRow, WrittenSubject

Row = dict[str, object]


@dataclass(frozen=True)
class Before:
    """What an undo puts back: subjects, and relations with the batch that had written them."""

    subjects: tuple[RestoredRow, ...]
    relations: tuple[tuple[RelationRow, str], ...]


def before_batch(desk: Desk, batch: str, *, without: Sequence[str] = (), source: str = "") -> Before:
    """Subjects and relations a batch wrote, as they stood before it; those it was the first to tell are not among them.

    without  batches that go together with it; source: a source that is withdrawn with it
    """
    subjects_then: dict[str, RestoredRow] = {}
    relations_then: list[tuple[RelationRow, str]] = []
    for row in RegistrationReader(desk.lake).before(batch, without):
        extra = orjson.loads(str(row["extra"])) if row["extra"] else {}
        tie = extra.get("relation_row")
        if isinstance(tie, dict):
            relations_then.append((RelationRow(**tie), str(row["batch"])))
        else:
            kept = subject_then(row, extra.get("subject_row"))
            subjects_then[kept.key] = RestoredRow(kept, str(row["batch"]), str(row["first_batch"]))
    rest = [item for item in subjects.written_by(batch) if item.key not in subjects_then]
    rest_then = _unregistered(desk, rest, [batch, *without], source)
    return Before((*subjects_then.values(), *rest_then), tuple(relations_then))


def subject_then(row: Row, whole: object) -> SubjectRow:
    """The subject as an earlier registration had it."""
    if isinstance(whole, dict):
        return SubjectRow(**(whole | {"aliases": tuple(whole["aliases"])}))
    item = Registration(**{name: row[name] for name in Registration._fields})
    return subject_row(item, source=str(row["source"]), synthetic=bool(row["synthetic"]))


def _unregistered(
    desk: Desk, rest: list[WrittenSubject], gone: Sequence[str], silent: str
) -> Iterable[RestoredRow]:
    """Subjects no earlier list told: those of the packs, and those other batches speak of or were made by."""
    if not rest:
        return
    packs = {row.key: row for row in pack_subjects(desk)}
    keys = [item.key for item in rest]
    facts = FactReader(desk.lake).told_by_others(keys, gone, source=silent)
    ties = relations.spoken_of(keys, apart_from=gone)
    for item in rest:
        if item.key in packs and item.first_batch == PACK_SOURCE:
            yield RestoredRow(packs[item.key], PACK_SOURCE, PACK_SOURCE)
        elif item.key in facts:
            other, source = facts[item.key]
            yield RestoredRow(_bare(item, source), other, other)
        elif item.key in ties:
            other, source = ties[item.key]
            yield RestoredRow(_bare(item, source), other, other)


def _bare(item: WrittenSubject, source: str) -> SubjectRow:
    code = item.key.partition(":")[2]
    is_enterprise = item.kind == "enterprise"
    is_place = item.kind == "region"
    return SubjectRow(
        key=item.key, kind=item.kind, label_zh=code if is_enterprise else item.label_zh,
        label_en="" if is_enterprise else item.label_en, provisional=not is_place, synthetic=item.synthetic, source=source,
        code=code if is_place else "", region=code if is_place else "", city=f"{code[:4]}00" if is_place else "",
    )  # fmt: skip
