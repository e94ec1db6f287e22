"""判定留档 rulings as they are kept with candidates and titles: in words, with what they rest on, fixed for good."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import orjson

from jiqun.actions import policy_packs
from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import HeldFirm
from jiqun.actions.reading.policy_words import range_text
from jiqun.actions.reading.ruling_words import ruling_lines
from jiqun.rules.firm import Firm, Value
from jiqun.rules.pack import Pack
from jiqun.rules.ruling import Ruling


def kept(desk: Desk, pack: Pack, ruling: Ruling, held: HeldFirm) -> dict[str, Any]:
    """The ruling as plain JSON: verdict, every clause in words, the values judged and the facts they were read from."""
    version = pack.version(ruling.version)
    lines = ruling_lines(pack, ruling, policy_packs.catalogue(desk))
    told = {
        "pack": pack.key, "pack_label": asdict(pack.label), "version": version.key,
        "version_label": asdict(version.label), "document": version.document, "confidence": version.confidence,
        "on": ruling.on.isoformat(), "kind": ruling.kind, "verdict": ruling.verdict.value,
        "score": range_text(ruling.score), "level": ruling.level, "clauses": [asdict(one) for one in lines],
        "values": values_of(held.firm), "facts": dict(held.facts),
    }  # fmt: skip
    return orjson.loads(orjson.dumps(told, default=str))


def values_of(firm: Firm) -> dict[str, str]:
    """What was known of the firm, as text, by column."""
    return {column: text for column, value in sorted(firm.values.items()) if (text := _text(value))}


def rests_on_the_same(ruling: Mapping[str, Any], firm: Firm) -> bool:
    """Is what is known of the firm still what the kept ruling was made of?"""
    return ruling.get("values") == values_of(firm)


def _text(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
