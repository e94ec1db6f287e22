"""HTTP 报文: one posted batch of readings, read; pure.

{"id": "m7-000123", "readings": [{"key": "press1.force", "value": 12.5, "unit": "千牛", "quality": "good",
                                  "read_at": "2026-11-22T06:40:00Z" or "read_us": 1790000000000000}]}
"""

import zlib
from dataclasses import dataclass

import orjson

from jiqun.core.errors import InputError
from jiqun.edge.instants import from_number, from_text
from jiqun.factory.readings.model import Quality, Sample
from jiqun.factory.readings.reasons import told

Refused = tuple[str, str, object]  # reason, key, seen


@dataclass(frozen=True, slots=True)
class Posted:
    """One posted batch (来批); what of it was no sample stands in `refused`."""

    id: str
    samples: tuple[Sample, ...]
    refused: tuple[Refused, ...]


def unpack(body: bytes, *, encoding: str, most_bytes: int) -> bytes:
    """The body without its gzip; InputError `edge.message_too_long` when it unpacks to too much."""
    if encoding != "gzip":
        return body
    packed = zlib.decompressobj(wbits=31)
    try:
        found = packed.decompress(body, most_bytes + 1)
    except zlib.error as error:
        raise InputError("edge.bad_message", seen=str(error)) from error
    if len(found) > most_bytes:
        raise InputError("edge.message_too_long", seen=f"> {most_bytes} B", allowed=most_bytes)
    return found


def read_posted(body: bytes) -> Posted:
    """A posted batch; InputError `edge.bad_message` when it is none. NaN and infinities of lax writers become refusals."""
    try:
        posted = orjson.loads(body)
    except ValueError as error:
        raise InputError("edge.bad_message", seen=str(error)) from error
    if (
        not isinstance(posted, dict)
        or not isinstance(posted.get("id"), str)
        or not 0 < len(posted["id"]) <= 200
    ):
        raise InputError("edge.bad_message", seen=told(posted)[:80], allowed='{"id": …, "readings": […]}')
    rows = posted.get("readings")
    if not isinstance(rows, list):
        raise InputError("edge.bad_message", seen=told(rows)[:80], allowed='"readings": […]')
    found = [_row(row) for row in rows]
    return Posted(
        posted["id"],
        tuple(one for one in found if isinstance(one, Sample)),
        tuple(one for one in found if not isinstance(one, Sample)),
    )


def _row(row: object) -> Sample | Refused:
    if not isinstance(row, dict) or not isinstance(row.get("key"), str):
        return "malformed", "", row
    key, unit, quality = row["key"], row.get("unit", ""), row.get("quality", "good")
    at = row.get("read_us", row.get("read_at"))
    read_us = from_text(at) if isinstance(at, str) else from_number(at, "us")
    if at is not None and read_us is None:
        return "malformed", key, f"read_at {told(at)}"
    if quality not in tuple(Quality) or not isinstance(unit, str):
        return "malformed", key, f"quality {told(quality)}, unit {told(unit)}"
    return Sample(key, row.get("value"), read_us, Quality(quality), unit)
