"""数据目录就绪 homes: a new home gets its places and the 15 clusters as subjects; an old one is brought up to date."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from jiqun.actions import outbox
from jiqun.actions.desk import Desk
from jiqun.core.packfiles import read_csv
from jiqun.ledger import audit, sources, subjects
from jiqun.ledger.permissions import Actor
from jiqun.ledger.sources import Source
from jiqun.ledger.subjects import SubjectRow

PACK_SOURCE = "packs"


def prepare(desk: Desk, *, by: Actor, at: datetime) -> dict[str, object]:
    """Enter what the packs know as subjects and finish what an earlier process left half-way; safe to repeat.

    A subject of the packs that an office has written since is left as the office has it.
    """
    known = pack_subjects(desk)
    held = subjects.get_many([row.key for row in known])
    rows = [row for row in known if row.key not in held or held[row.key].batch == PACK_SOURCE]
    with transaction.atomic():
        sources.save(
            Source(PACK_SOURCE, "register", "jiqun packs 代码表", publisher="packs/codes/source.toml")
        )
        counts = subjects.upsert(rows, batch=PACK_SOURCE, at=at)
        if counts.created or counts.updated:
            audit.record(
                by, "home.prepare", PACK_SOURCE, {"created": counts.created, "updated": counts.updated}, at=at
            )
    done = outbox.reconcile(desk, at=at)
    return {
        "subjects": len(known),
        "created": counts.created,
        "published": done.published,
        "merged_rows": done.merged_rows,
    }


def pack_subjects(desk: Desk) -> list[SubjectRow]:
    """Every subject the packs know: places and clusters."""
    return [*_regions(desk), *_clusters(desk)]


def has_example() -> bool:
    """Is the example in this ledger already?"""
    return bool(sources.get_many(["synthetic_county"]))


def _regions(desk: Desk) -> list[SubjectRow]:
    return [
        SubjectRow(
            key=f"region:{region.code}", kind="region", code=region.code, label_zh=region.name["zh"],
            label_en=region.name["en"], aliases=(region.short["zh"],) if region.short["zh"] != region.name["zh"] else (),
            region=region.code, city=f"{region.code[:4]}00", attributes={"level": region.level.value}, source=PACK_SOURCE,
        )
        for region in desk.regions
        if region.code.startswith("33") or region.level.value == "province"
    ]  # fmt: skip


def _clusters(desk: Desk) -> list[SubjectRow]:
    """The programme's 15 clusters in their four groups; the grouping carries its confidence mark."""
    rows = read_csv(
        desk.packs / "clusters.csv",
        ("key", "label_zh", "label_en", "group_key", "group_zh", "group_en", "confidence"),
    )
    groups = {row["group_key"]: row for row in rows}
    programme = _cluster(
        "415x", "“415X”先进制造业集群", '"415X" advanced manufacturing clusters', level="programme"
    )
    programme = replace(programme, aliases=("415X", "415X集群"), region="330000", city="330000")
    return [
        programme,
        *(_cluster(key, row["group_zh"], row["group_en"], parent="415x", level="group") for key, row in groups.items()),
        *(
            _cluster(row["key"], row["label_zh"], row["label_en"], parent=row["group_key"], level="cluster",
                     confidence=row["confidence"])
            for row in rows
        ),
    ]  # fmt: skip


def _cluster(key: str, zh: str, en: str, *, parent: str = "", **attributes: str) -> SubjectRow:
    above = {"parent": f"cluster:{parent}"} if parent else {}
    return SubjectRow(
        key=f"cluster:{key}",
        kind="cluster",
        label_zh=zh,
        label_en=en,
        attributes=above | attributes,
        source=PACK_SOURCE,
    )
