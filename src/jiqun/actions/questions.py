"""提问 questions: facts of a subject or a document, why a number is what it is, and search — as plain rows."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, NotFound
from jiqun.core.facts import plain
from jiqun.core.periods import Period
from jiqun.lake.facts import FactReader
from jiqun.lake.gate_facts import parse_instant
from jiqun.ledger import batches, permissions, search, sources, subjects
from jiqun.ledger.permissions import Actor, Permission

Row = dict[str, object]
YEARS = range(1900, 9999)
HIDDEN = ("natural_key", "content_hash")
HISTORY = ("id", "value", "bound", "unit", "recorded_at", "batch", "supersedes")


def parse_as_of(text: str | None) -> date | datetime | None:
    """A day (its end in Shanghai) or an instant; InputError `gate.bad_instant`."""
    if not text:
        return None
    try:
        meant: date | datetime = date.fromisoformat(text)
    except ValueError:
        meant = parse_instant(text)
    if meant.year not in YEARS:
        raise InputError("gate.bad_instant", seen=text, allowed=f"{YEARS[0]}–{YEARS[-1]}")
    return meant


def facts_of(
    desk: Desk,
    actor: Actor,
    *,
    subject: str | None = None,
    indicator: str | None = None,
    document: str | None = None,
    as_of: date | datetime | None = None,
    limit: int | None = None,
) -> list[Row]:
    """Facts of a subject or of a document, as known on a day."""
    permissions.check(actor, Permission.READ_PUBLIC, target_scope=permissions.ANYWHERE)
    source = document.removeprefix("document:") if document else None
    if source:
        sources.get(source)
    if subject:
        subject = known_subject(desk, subject)
        if subject.startswith("enterprise:"):
            permissions.check(actor, Permission.READ_ENTERPRISE, target_scope=subjects.target_of(subject))
    if indicator:
        desk.indicators.get(indicator)
    rows = FactReader(desk.lake).facts(
        subject=subject, indicator=indicator, source=source, as_of=as_of, limit=limit
    )
    return told(desk, rows)


def known_subject(desk: Desk, text: str) -> str:
    """The key a subject goes by today; old region codes and enterprise names are followed.

    A subject the ledger no longer holds (its batch was undone) is still answered for, as long as the lake remembers it.
    """
    if subjects.exists([text]):
        return subjects.resolve(text)
    kind, _, key = text.partition(":")
    if kind == "region" and (region := desk.regions.resolve(key)) is not None and hasattr(region, "code"):
        return f"region:{region.code}"
    if kind == "enterprise" and len(same := subjects.named(key)) == 1:
        return same[0].key
    if FactReader(desk.lake).remembers(text):
        return text
    raise NotFound("subject.not_found", seen=text, allowed="jiqun subjects search")


def told(desk: Desk, rows: Sequence[Row]) -> list[Row]:
    """Facts with the labels a reader needs beside the keys, decimals as plain text."""
    labels = subjects.labels({str(row["subject"]) for row in rows})
    return [_told(desk, row, labels) for row in rows]


def _told(desk: Desk, row: Row, labels: dict[str, tuple[str, str]]) -> Row:
    shown: Row = {}
    for name, value in row.items():
        if name in HIDDEN:
            continue
        shown[name] = plain(value) if isinstance(value, Decimal) else value
    indicator = desk.indicators.find(str(row["indicator"]))
    zh, en = labels.get(str(row["subject"]), ("", ""))
    shown["subject_label"] = {"zh": zh, "en": en or zh}
    shown["indicator_label"] = dict(indicator.label) if indicator else {}
    shown["indicator_unit"] = indicator.unit if indicator else None
    shown["period_label"] = {lang: Period.parse(str(row["period"])).label(lang) for lang in ("zh", "en")}
    return shown


def why(desk: Desk, actor: Actor, fact_id: str) -> Row:
    """Everything a number rests on: the fact, its steps, indicator, source, batch, file and row, and its history."""
    permissions.check(actor, Permission.READ_PUBLIC, target_scope=permissions.ANYWHERE)
    reader = FactReader(desk.lake)
    history = told(desk, reader.history(fact_id))
    fact = next((row for row in history if row["id"] == fact_id), None)
    if fact is None:
        raise NotFound("fact.not_found", seen=fact_id, allowed="jiqun facts SUBJECT")
    if str(fact["subject"]).startswith("enterprise:"):
        permissions.check(
            actor, Permission.READ_ENTERPRISE, target_scope=subjects.target_of(str(fact["subject"]))
        )
    indicator = desk.indicators.find(str(fact["indicator"]))
    found = sources.get_many([str(fact["source"])]).get(str(fact["source"]))
    return {
        "fact": fact,
        "known_now": bool(reader.facts(ids=[fact_id])),
        "steps": steps(fact),
        "indicator": {
            "key": indicator.key, "label": dict(indicator.label), "definition": dict(indicator.definition),
            "unit": indicator.unit, "kind": indicator.kind.value, "adds": indicator.adds.value,
        } if indicator else None,
        "source": {name: getattr(found, name) for name in found.__dataclass_fields__} if found else None,
        "batch": _batch(str(fact["batch"])),
        "superseded_by": [row["id"] for row in history if row["supersedes"] == fact_id],
        "history": [{name: row[name] for name in HISTORY} for row in history],
    }  # fmt: skip


def _batch(batch_id: str) -> Row | None:
    try:
        batch = batches.get(batch_id)
    except NotFound:
        return None
    return {
        "id": batch.id, "kind": batch.kind, "file": batch.file_name, "sha256": batch.sha256, "by": batch.by,
        "started_at": batch.started_at, "state": batch.state, "undone_at": batch.undone_at,
    }  # fmt: skip


def steps(fact: Row) -> list[Row]:
    """How the shown value follows from the stated one."""
    done: list[Row] = [
        {"step": "stated", "zh": "原文所述", "en": "as stated", "value": fact["value"], "unit": fact["unit"]}
    ]
    if fact["base_value"] is not None and fact["indicator_unit"] not in (None, fact["unit"]):
        done.append(
            {"step": "converted", "zh": f"由{fact['unit']}换算为{fact['indicator_unit']}",
             "en": f"converted from {fact['unit']} to {fact['indicator_unit']}", "value": fact["base_value"],
             "unit": fact["indicator_unit"]}
        )  # fmt: skip
    return done


def find_subjects(actor: Actor, text: str, *, kind: str | None = None, limit: int = 20) -> list[Row]:
    """Subjects that answer to a text, best first."""
    permissions.check(actor, Permission.READ_PUBLIC, target_scope=permissions.ANYWHERE)
    return [
        {name: getattr(hit, name) for name in hit.__dataclass_fields__}
        for hit in search.search(text, kind=kind, limit=limit)
    ]
