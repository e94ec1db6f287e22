"""Modbus 服务器 of a plant: two holding registers a tag from 100 on, f32 for measurements and totals, u32 for counters."""

import struct
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from jiqun.edge.plant.clockwork import Plant
from jiqun.edge.plant.tags import Tag

FIRST, DEVICE = 100, 1
COUNTER_SCALE = 100  # counters are told in hundredths, so that energy keeps its decimals


def registers(value: float, kind: str) -> list[int]:
    """A value as two registers, high word first."""
    if kind == "counter":
        whole = round(value * COUNTER_SCALE) % (1 << 32)
        return [whole >> 16, whole & 0xFFFF]
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return [high, low]


def address_of(place: int, tag: Tag) -> str:
    """The address of the tag at a place, as the Modbus connector writes it."""
    return f"{DEVICE}/holding/{FIRST + 2 * place}/{'u32' if tag.kind == 'counter' else 'f32'}/big"


class PlantRegisters:
    """One plant as a Modbus TCP server (Modbus 服务器)."""

    def __init__(self, plant: Plant, host: str, port: int) -> None:
        self.plant, self.host, self.port = plant, host, port

    async def __aenter__(self) -> "PlantRegisters":
        block = SimData(FIRST, count=2 * len(self.plant.tags), values=0, datatype=DataType.REGISTERS)
        device = SimDevice(DEVICE, [block], action=self._answer)
        self.server = ModbusTcpServer(device, address=(self.host, self.port))
        await self.server.serve_forever(background=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.shutdown()

    async def _answer(self, _code: int, start: int, *told: Any) -> ExcCodes | None:
        """Called by the library before it answers: the registers as they are now; nothing may be written."""
        current, new = told[2], told[3]
        if new is not None:
            return ExcCodes.ILLEGAL_FUNCTION
        words = [word for tag in self.plant.tags for word in registers(self.plant.said[tag.name], tag.kind)]
        current[:] = words[start - FIRST : start - FIRST + len(current)]
        return None
