"""OPC UA 数据值 as samples: status codes become quality, the source's own instant stays. Pure."""

from datetime import datetime
from typing import Any

from jiqun.edge.instants import from_datetime
from jiqun.factory.readings.model import Quality, Sample

UNCERTAIN, BAD = 1, 2  # the two highest bits of a status code


def quality_of_code(code: int) -> Quality:
    """Severity of a status code: 00 good, 01 uncertain, else bad."""
    severity = (code >> 30) & 3
    if severity == 0:
        return Quality.GOOD
    return Quality.UNCERTAIN if severity == UNCERTAIN else Quality.BAD


def sample_of(key: str, told: Any) -> Sample:
    """A data value as a sample; the server's instant stands in where the source says none.

    told  an asyncua DataValue: Value (Variant or None), StatusCode, SourceTimestamp, ServerTimestamp
    """
    variant, status = told.Value, told.StatusCode
    quality = quality_of_code(status.value if status is not None else 0)
    value = variant.Value if variant is not None else None
    if isinstance(value, bool):
        value = int(value)
    at = told.SourceTimestamp or told.ServerTimestamp
    read_us = from_datetime(at) if isinstance(at, datetime) else None
    if value is None and quality is Quality.GOOD:
        quality = Quality.BAD  # good and empty is not a value
    return Sample(key, value, read_us, quality)
