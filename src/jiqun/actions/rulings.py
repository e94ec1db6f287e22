"""判定留档 rulings as they are kept with candidates and titles: in words, with what they rest on, fixed for good."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import orjson

from jiqun.actions import policy_packs
from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import HeldFirm
from jiqun.actions.reading.policy_words import Words, range_text
from jiqun.actions.reading.ruling_words import ruling_lines
from jiqun.rules.firm import Firm, Value
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ruling import Ruling
from jiqun.rules.tree import columns


def kept(desk: Desk, pack: Pack, ruling: Ruling, held: HeldFirm) -> dict[str, Any]:
    """The ruling as plain JSON: verdict, every clause in words, the values judged and the facts they were read from."""
    version, catalogue = pack.version(ruling.version), policy_packs.catalogue(desk)
    words, read = Words(pack, catalogue), columns_of(pack, version)
    told = {
        "pack": pack.key, "pack_label": asdict(pack.label), "version": version.key,
        "version_label": asdict(version.label), "document": version.document, "confidence": version.confidence,
        "on": ruling.on.isoformat(), "kind": ruling.kind, "verdict": ruling.verdict.value,
        "score": range_text(ruling.score), "level": ruling.level,
        "clauses": [asdict(one) for one in ruling_lines(pack, ruling, catalogue)], "values": values_of(held.firm, read),
        "facts": [
            {"column": column, "label": asdict(words.field(column)), "fact": held.facts[column]}
            for column in read
            if column in held.facts
        ],
    }  # fmt: skip
    return orjson.loads(orjson.dumps(told, default=str))


def columns_of(pack: Pack, version: Version) -> tuple[str, ...]:
    """What a version reads of a firm, and by what its parameters differ."""
    return tuple(dict.fromkeys((*columns(version), *([pack.tier_field] if pack.tier_field else ()))))


def values_of(firm: Firm, read: Iterable[str]) -> dict[str, str]:
    """What was known of the firm in these columns, as text."""
    return {column: text for column in read if (text := _text(firm.values.get(column)))}


def rests_on_the_same(ruling: Mapping[str, Any], pack: Pack, firm: Firm) -> bool:
    """Is what is known of the firm still what the kept ruling was made of?"""
    read = columns_of(pack, pack.version(str(ruling["version"])))
    return ruling.get("values") == values_of(firm, read)


def _text(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
