"""网关约定 the contract with the gate: what the edge posts, what it is answered. Only this file says it.

    POST <gate address>                            Content-Type: application/json, Content-Encoding: gzip
    Authorization: Bearer <token of the site>      when the site has one
    {"contract": 1, "site": "spring", "batches": [BATCH, …]}

    BATCH = {"id": text, the idempotency key: the same id is always the same content, also after a kill,
             "sequence": whole number, growing within the part of `id` before its last "-",
             "made_us": when it was sealed,
             "points": [{"key", "unit", "kind"}, …],
             "readings": {"point": [index into points], "read_us": [], "arrived_us": [], "value": [number | null],
                          "quality": ["good" | "uncertain" | "bad"], "flag": [text]},          equally long columns
             "refused": [{"key", "reason", "seen", "arrived_us", "read_us" | null}],   for the quarantine
             "gaps": [{"from_us", "to_us", "count", "reason"}]}            what the box had to give up before

Answers: 200 {"acknowledged": [id, …], "refused": [{"id", "code"}]} — acknowledged means durable, and an id already known
is acknowledged again; refused is for good, the edge sets the batch aside. What is named in neither is sent again.
401, 403: the token is wrong; 413: fewer batches at once; 429, 503: later (Retry-After); anything else is tried again.
Any other status carries {"error": {"code", "message": {"zh", "en"}, "seen", "allowed", "next": {"zh", "en"}}} beside
two empty lists.

Over a broker: the same body (gzip or plain JSON) is published with QoS 1 to `jiqun/v1/<site>/batches`. Whoever names a
response topic (MQTT 5) is answered on `jiqun/v1/<site>/answers`, with its correlation data, by the same object with
"status" in it, gzip where it is long. A publication alone acknowledges nothing: the broker has the batch, the lake may not.
The talk of the box (box_orders.py) goes by `jiqun/v1/<site>/box` and `jiqun/v1/<site>/box/trials/<id>`, answered alike.
"""

import gzip
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson

from jiqun.core.errors import InputError
from jiqun.factory.readings.model import Point, Reading, Refusal
from jiqun.factory.readings.reasons import told

VERSION = 1
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time of which something is lost (缺口)."""

    from_us: int
    to_us: int
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate said (回执)."""

    acknowledged: frozenset[str]
    refused: Mapping[str, str]


def batch_body(
    readings: Sequence[Reading], refused: Sequence[Refusal], *, points: Mapping[str, Point], made_us: int
) -> dict[str, object]:
    """The part of a batch that is known when it is sealed; id, sequence and gaps are the buffer's."""
    keys = list(dict.fromkeys(reading.key for reading in readings))
    index = {key: place for place, key in enumerate(keys)}
    return {
        "made_us": made_us,
        "points": [
            {"key": key, "unit": points[key].unit, "kind": str(points[key].kind)} for key in keys
        ],
        "readings": {
            "point": [index[one.key] for one in readings],
            "read_us": [one.read_us for one in readings],
            "arrived_us": [one.arrived_us for one in readings],
            "value": [one.value for one in readings],
            "quality": [str(one.quality) for one in readings],
            "flag": [one.flag for one in readings],
        },
        "refused": [
            {"key": r.key, "reason": r.reason, "seen": r.seen, "arrived_us": r.arrived_us, "read_us": r.read_us}
            for r in refused
        ],
    }  # fmt: skip


def encode(site: str, batches: Iterable[bytes]) -> bytes:
    """The body of a request, gzip, from batches that are JSON already."""
    head = orjson.dumps({"contract": VERSION, "site": site})[:-1]
    return gzip.compress(head + b',"batches":[' + b",".join(batches) + b"]}", compresslevel=3)


def topic_of(site: str, what: str = "batches") -> str:
    """Topic of a site on a broker: what its box publishes to (`batches`), what it hears on (`answers`)."""
    return f"jiqun/v{VERSION}/{site}/{what}"


def decode(body: bytes, *, most_bytes: int = 64_000_000) -> dict[str, object]:
    """The request as the gate reads it, from gzip or plain JSON; InputError `edge.bad_request` when it is none.

    InputError `intake.too_large` when it unpacks to more than `most_bytes`; no more than that is ever unpacked.
    """
    try:
        found: object = orjson.loads(unpacked(body, most_bytes) if body[:2] == GZIP else body)
    except (zlib.error, ValueError) as error:
        raise InputError("edge.bad_request", seen=str(error)[:200], allowed="JSON, gzip") from error
    request = cast(dict[str, object], found) if isinstance(found, dict) else {}
    if request.get("contract") != VERSION:
        seen = f"contract {told(request.get('contract'))}" if request else told(cast(object, found))
        raise InputError("edge.bad_request", seen=seen[:60], allowed=f"contract {VERSION}")
    return request


def unpacked(body: bytes, most_bytes: int) -> bytes:
    """What gzip holds; ValueError or zlib.error when it is damaged, InputError `intake.too_large` when it is too much."""
    unpacking = zlib.decompressobj(wbits=31)
    found = unpacking.decompress(body, most_bytes + 1)
    if len(found) > most_bytes:
        raise InputError("intake.too_large", seen=f"> {most_bytes} B", allowed=f"{most_bytes} B")
    if not unpacking.eof or unpacking.unused_data:
        raise ValueError("gzip: cut short, or more behind its end")
    return found


def read_answer(body: bytes) -> Answer:
    """An answer; InputError `edge.bad_answer` when it is none (a proxy's page, say), which acknowledges nothing."""
    try:
        found = orjson.loads(body)
        acknowledged = frozenset(str(one) for one in found["acknowledged"])
        refused = {str(one["id"]): str(one["code"]) for one in found.get("refused", ())}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError("edge.bad_answer", seen=body[:80].decode("utf-8", "replace")) from error
    return Answer(acknowledged, refused)
