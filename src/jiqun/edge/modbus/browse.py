"""Modbus 浏览: a device tells no names, so the registers asked for are read and shown under their addresses."""

from collections.abc import Mapping
from dataclasses import replace

from jiqun.core.errors import InputError
from jiqun.edge.config import ConnectorConfig
from jiqun.edge.modbus.registers import WORDS
from jiqun.factory.readings.model import Point, PointKind

MOST = 200
BITS = ("coil", "discrete")
TABLES = ("holding", "input", *BITS)


def with_registers(config: ConnectorConfig, look: Mapping[str, object]) -> ConnectorConfig:
    """The connector with a point for each value in a stretch of registers; InputError `box.bad_connection`.

    look  device, table, first (register), count (values), form (u16 … f64), order (big | little)
    """
    device, first, count = (
        _whole(look, name, default) for name, default in (("device", 1), ("first", 0), ("count", 20))
    )
    table, order = str(look.get("table") or "holding"), str(look.get("order") or "big")
    form = "bit" if table in BITS else str(look.get("form") or "u16")
    if (
        table not in TABLES
        or form not in WORDS
        or order not in ("big", "little")
        or (form == "bit") != (table in BITS)
    ):
        raise InputError(
            "box.bad_connection", seen=f"{table} {form} {order}", allowed=" ".join((*TABLES, *WORDS))
        )
    if not 0 <= device <= 255 or not 1 <= count <= MOST or first + count * WORDS[form] > 65_536:
        raise InputError(
            "box.bad_connection", seen=f"{device} {first} {count}", allowed=f"0–255, 0–65535, 1–{MOST}"
        )
    end = "" if form == "bit" or WORDS[form] == 1 else f"/{order}"
    at = [f"{device}/{table}/{first + n * WORDS[form]}/{form}{end}" for n in range(count)]
    points = tuple(Point(f"r{n}", address, "个", PointKind.MEASUREMENT) for n, address in enumerate(at))
    return replace(config, points=points)


def _whole(look: Mapping[str, object], name: str, default: int) -> int:
    value = look.get(name, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
