"""Modbus 连接器: reads the groups of a device one after the other, at a steady pace."""

import asyncio
import logging
from collections.abc import Sequence

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from jiqun.edge.connection import UP, Connector
from jiqun.edge.modbus.registers import Group, groups_of, number_of
from jiqun.factory.readings.model import Quality, Sample

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what goes wrong stands in the status

GRACE_S = 1.0  # beyond the library's own time-outs: it may wait for ever where the device died in the middle


class Modbus(Connector):
    """Polls one device (Modbus 连接器)."""

    async def session(self) -> None:
        """Connect and poll until the device no longer answers."""
        host, _, port = self.config.text("address").rpartition(":")
        client = AsyncModbusTcpClient(
            host, port=int(port), timeout=self.config.whole("timeout_ms") / 1000, retries=1, reconnect_delay=0
        )
        groups = groups_of(self.config.points, gap=self.config.whole("gap_registers"))
        try:
            if not await client.connect():
                raise ConnectionError(f"nobody answers at {host}:{port}")
            self.state, self.last_fault = UP, ""
            await self._poll(client, groups)
        finally:
            client.close()
            now = self.collector.clock.wall_us()
            gone = [Sample(point.key, None, now, Quality.BAD) for point in self.config.points]
            self.collector.add(self.name, gone)

    async def _poll(self, client: AsyncModbusTcpClient, groups: Sequence[Group]) -> None:
        clock, pace = self.collector.clock, max(0.05, self.config.whole("interval_ms") / 1000)
        due = clock.monotonic()
        while True:
            for group in groups:
                self.collector.add(self.name, await self._read(client, group))
            due += pace
            late = clock.monotonic() - due
            if late > pace:  # the device is slower than asked: no catching up, but said
                self.counts["late_rounds"] += 1
                due = clock.monotonic()
            await asyncio.sleep(max(0.0, due - clock.monotonic()))

    async def _read(self, client: AsyncModbusTcpClient, group: Group) -> list[Sample]:
        """One group; a refusal by the device makes its points bad and goes on, silence ends the session."""
        ask = {
            "holding": client.read_holding_registers, "input": client.read_input_registers,
            "coil": client.read_coils, "discrete": client.read_discrete_inputs,
        }[group.table]  # fmt: skip
        try:
            async with asyncio.timeout(2 * self.config.whole("timeout_ms") / 1000 + GRACE_S):
                answer = await ask(group.start, count=group.count, device_id=group.device)
        except ModbusException as error:
            raise ConnectionError(str(error)) from error
        now = self.collector.clock.wall_us()
        self.counts["requests"] += 1
        if answer.isError():
            self.counts["refused_requests"] += 1
            self.last_fault = f"{group.device}/{group.table}/{group.start}: {answer}"[:200]
            return [Sample(place.point.key, None, now, Quality.BAD) for place in group.places]
        words = answer.bits if group.table in ("coil", "discrete") else answer.registers
        found = [
            (place.point.key, number_of(place, group, [int(one) for one in words])) for place in group.places
        ]
        return [
            Sample(key, value, now, Quality.BAD if value is None else Quality.GOOD) for key, value in found
        ]
