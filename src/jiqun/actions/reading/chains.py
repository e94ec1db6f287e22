"""链上企业 enterprises of a chain or cluster: those that belong to it, and those of the segments that hang under it."""

from jiqun.actions.reading.statements import Label, Link
from jiqun.ledger import subjects
from jiqun.ledger.subjects import SubjectFilter

KINDS = ("chain", "cluster")


def chains(*, synthetic: bool | None) -> list[Link]:
    """Chains and clusters firms can be narrowed to; synthetic: made-up ones or real ones only."""
    return [
        Link(one.key, kind, Label(one.label_zh, one.label_en or one.label_zh), one.synthetic)
        for kind in KINDS
        for one in subjects.iterate(SubjectFilter(kind=kind, synthetic=synthetic))
    ]


def members(group: str) -> frozenset[str]:
    """Keys of the enterprises of a chain or cluster; a segment whose parent it is counts as part of it."""
    segments = [
        one.key
        for one in subjects.iterate(SubjectFilter(kind="segment"))
        if one.attributes.get("parent") == group
    ]
    return frozenset(
        key
        for part in (group, *segments)
        for key in subjects.all_keys(SubjectFilter(kind="enterprise", cluster=part))
    )
