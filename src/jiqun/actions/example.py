"""示例 the example: the facts of the five documents, and a synthetic county marked as such; loaded through the gate."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.db import transaction

from jiqun import settings
from jiqun.actions import example_collection
from jiqun.actions.desk import Desk
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.ledger import audit, sources
from jiqun.ledger.permissions import Actor
from jiqun.ledger.sources import Source

Progress = Callable[[str, int, int], None]
SYNTHETIC = "synthetic_county"


def load_example(desk: Desk, *, by: Actor, progress: Progress | None = None) -> dict[str, object]:
    """Load sources, subjects, relations and facts; loading again changes nothing."""
    folder = settings.EXAMPLE_DIR
    _load_sources(desk, folder, by=by)
    reports = [
        run_import(desk, order, by=by, at=desk.now(), progress=progress)
        for order in (*_documents(folder), *_synthetic(folder))
    ]
    example_collection.load(desk, by=by)
    return {
        "facts": sum(report.accepted for report in reports if report.kind == "facts"),
        "created": sum(report.created for report in reports),
        "quarantined": sum(report.quarantined for report in reports),
        "batches": [report.batch_id for report in reports],
        "seconds": round(sum(report.seconds for report in reports), 2),
        "held": [_held(report) for report in reports if report.quarantined],
    }


def _held(report: ImportReport) -> dict[str, object]:
    return {
        "file": report.file,
        "quarantined": report.quarantined,
        "first": str(report.errors[0]) if report.errors else "",
    }


def _documents(folder: Path) -> Iterator[Order]:
    yield Order("subjects", folder / "subjects.csv", "example")
    yield Order("relations", folder / "relations.csv", "example")
    for path in sorted((folder / "facts").glob("*.csv")):
        yield Order("facts", path, path.stem)


def _synthetic(folder: Path) -> Iterator[Order]:
    made_up = folder / "synthetic"
    order = Order("subjects", made_up / "subjects.csv", SYNTHETIC, synthetic=True)
    yield order
    yield replace(order, kind="enterprises", path=made_up / "enterprises.csv")
    for path in (*sorted(made_up.glob("accounts_*.csv")), *sorted(made_up.glob("policy_*.csv"))):
        yield replace(order, kind="enterprises", path=path, mapping=path.with_suffix(".toml"))
    yield replace(order, kind="relations", path=made_up / "relations.csv")


def _load_sources(desk: Desk, folder: Path, *, by: Actor) -> None:
    rows = [*_read(folder / "sources.csv"), *_read(folder / "synthetic" / "source.csv")]
    with transaction.atomic():
        sources.save(
            Source("example", "register", "示例主体 subjects named by the documents", publisher="jiqun")
        )
        for row in rows:
            sources.save(_source(row))
        told = " ".join(f"source:{row['key']}" for row in rows)[:150]
        audit.record(by, "source.load", told, {"sources": len(rows)}, at=desk.now())


def _source(row: dict[str, str]) -> Source:
    synthetic = row.get("synthetic") == "1" or row["key"] == SYNTHETIC
    note = row.get("note", "")
    for name in ("published_on", "speaks_as_of"):
        if len(row.get(name, "")) == len("2024-03"):
            note = f"{note} ({name}: {row[name]})".strip()
    return Source(
        row["key"], "synthetic" if synthetic else "document", row["title"], row.get("publisher", ""),
        _day(row.get("published_on", "")), row.get("published_inferred") == "1", _day(row.get("speaks_as_of", "")),
        row.get("speaks_inferred") == "1", row.get("licence", ""), row.get("url", ""), note, synthetic,
    )  # fmt: skip


def _day(text: str) -> date | None:
    """A day; a month stands for its first day, a year for its first (the note says so)."""
    if not text:
        return None
    parts = [int(part) for part in text.split("-")]
    return date(parts[0], *(parts[1:] + [1] * (3 - len(parts))))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
