"""指令 orders: the box asks its gate what to do — machines to try, connections to run — and says how it fares.

It does these two things and no others: whatever else an answer holds is not read. While the gate does not answer, the box
works on with what it has.
"""

import asyncio
import http.client
import random
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson

import jiqun
from jiqun.core.errors import InputError
from jiqun.edge.line import Refused
from jiqun.edge.lines import talk_to
from jiqun.edge.trials import run_trial
from jiqun.factory.readings.box_orders import (
    VERSION,
    Orders,
    TrialAnswer,
    TrialOrder,
    answer_body,
    read_orders,
    read_report,
    report_body,
)

if TYPE_CHECKING:
    from jiqun.edge.running import Box

MOST_AT_ONCE = 3
NO_SUCH_DOOR = (404, 405, 501)  # a gate that gives no orders
MOST_WAIT_S, CLOSED_WAIT_S = 60.0, 300.0


class Agent:
    """Asks for orders and obeys them (指令代理)."""

    def __init__(self, box: "Box") -> None:
        self.box, self.config = box, box.config.orders
        self.counts: Counter[str] = Counter()
        self.last_fault = ""
        self.last_success_us: int | None = None
        site, gate = box.config.site, box.config.gate
        self._line = talk_to(site, gate, self.counts)
        self._answers = talk_to(site, gate, self.counts, purpose="trials")
        self._known: set[str] = set()
        self._trials: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()  # one answer of a trial at a time
        self._failures = 0

    async def run(self) -> None:
        """Ask until cancelled."""
        try:
            while self.config.on:
                await asyncio.sleep(await self.step())
        finally:
            for task in self._trials:
                task.cancel()
            await asyncio.gather(*self._trials, return_exceptions=True)
            self._line.close()
            self._answers.close()

    async def step(self) -> float:
        """Report, and obey what is answered; gives the seconds to wait before the next."""
        try:
            report = report_body(read_report(self.told()))
            orders = read_orders(await asyncio.to_thread(self._line.ask, report))
            await self._obey(orders)
        except Refused as error:
            self._failed(str(error))
            return CLOSED_WAIT_S if error.status in NO_SUCH_DOOR else self._wait_s()
        except (OSError, http.client.HTTPException, InputError, ValueError) as error:
            self._failed(f"{type(error).__name__}: {error}"[:200])
            return self._wait_s()
        self._failures, self.last_fault = 0, ""
        self.last_success_us = self.box.clock.wall_us()
        self.counts["asked"] += 1
        return 1.0 if self._trials else float(self.config.every_s)

    def told(self) -> dict[str, object]:
        """The report: the status of the box as the contract has it."""
        status = self.box.status()
        level = self.box.buffer.level()
        gate = status["gate"]
        return {
            **status, "talk": VERSION, "box": self.config.box, "version": jiqun.__version__,
            "config_version": self.box.ordered.version, "sent_us": status["now_us"],
            "buffer": {**_table(status["buffer"]), "oldest_us": level.oldest_us},
            "gate_fault": _table(gate)["last_fault"],
            "faults": [{"name": f.name, "code": f.code, "said": f.said} for f in self.box.ordered.faults],
        }  # fmt: skip

    def as_json(self) -> dict[str, object]:
        """Its line of the status."""
        return {
            "on": self.config.on, "box": self.config.box, "config_version": self.box.ordered.version,
            "last_success_us": self.last_success_us, "last_fault": self.last_fault, "counts": dict(self.counts),
            "trials": len(self._trials), "refused": [one.name for one in self.box.ordered.faults],
        }  # fmt: skip

    async def _obey(self, orders: Orders) -> None:
        if orders.connections is not None and orders.config_version > self.box.ordered.version:
            await self.box.obey(orders)
            self.counts["connections_taken"] += 1
        for trial in orders.trials:
            if trial.id not in self._known and len(self._trials) < MOST_AT_ONCE:
                self._known.add(trial.id)
                self._begin(trial)
        self._known &= {trial.id for trial in orders.trials} | {task.get_name() for task in self._trials}

    def _begin(self, trial: TrialOrder) -> None:
        async def tell(answer: TrialAnswer) -> bool:
            return await self._tell(trial.id, answer)

        self.counts["trials"] += 1
        task = asyncio.create_task(
            run_trial(trial, self.box.config, self.box.units, self.box.clock, tell), name=trial.id
        )
        self._trials.add(task)
        task.add_done_callback(self._trials.discard)

    async def _tell(self, trial: str, answer: TrialAnswer) -> bool:
        """Tell what a trial gave; False when nobody looks any more. A failure to tell is tried again by the next."""
        body = answer_body(self.box.config.site, answer)
        for again in range(1 if answer.state == "running" else 3):
            try:
                async with self._turn:
                    told = await asyncio.to_thread(self._answers.ask, body, trial=trial)
                return orjson.loads(told).get("go_on") is True
            except Refused as error:
                self._failed(str(error))
                return False
            except (OSError, http.client.HTTPException, InputError, ValueError, AttributeError) as error:
                self._failed(f"{type(error).__name__}: {error}"[:200])
                await asyncio.sleep(0.5 * (again + 1))
        return answer.state == "running"

    def _failed(self, fault: str) -> None:
        self.counts["failures"] += 1
        self._failures += 1
        self.last_fault = fault

    def _wait_s(self) -> float:
        wait = min(MOST_WAIT_S, self.config.every_s * 2 ** min(self._failures, 6))
        return wait * random.uniform(0.7, 1.3)  # noqa: S311 - spreads boxes, guards nothing


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
