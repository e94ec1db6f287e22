"""走时 clockwork: moves a plant on, as fast as asked, and hands out what its sensors say."""

import random
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from jiqun.core.errors import InputError
from jiqun.edge.plant import dye, spring
from jiqun.edge.plant.tags import Tag

STEP_S = 1.0
MOST_STEPS = 5_000  # in one tick
PLANTS: Mapping[str, tuple[ModuleType, type]] = {"spring": (spring, spring.Spring), "dye": (dye, dye.Dye)}


class Plant:
    """A running plant (运行中的模拟工厂). Same seed, same speed, same ticks: same values."""

    def __init__(self, kind: str, *, seed: int = 1, speed: float = 1.0) -> None:
        if kind not in PLANTS:
            raise InputError("plant.unknown", seen=kind, allowed=" ".join(PLANTS))
        if not 0 < speed <= 3600:
            raise InputError("plant.bad_speed", seen=speed, allowed="0 < speed ≤ 3600")
        self._room, made = PLANTS[kind]
        self.kind, self.speed = kind, speed
        self.state: Any = made()
        self.said: dict[str, float] = {}
        self._chance = random.Random(seed)  # noqa: S311 - noise, not secrets
        self.advance(0.0)

    @property
    def tags(self) -> Sequence[Tag]:
        """Every value it offers."""
        tags: Sequence[Tag] = self._room.TAGS
        return tags

    def advance(self, real_s: float) -> dict[str, float]:
        """Move on by so many seconds of the wall, times the speed; gives what the sensors say now."""
        left = min(real_s * self.speed, STEP_S * MOST_STEPS)
        while left > 0:
            dt = min(STEP_S, left)
            self.state = self._room.step(self.state, dt, self._chance)
            left -= dt
        self.state, self.said = self._room.values(self.state, self._chance)
        return self.said

    def order(self, command: str) -> None:
        """Begin or end a fault; InputError `plant.bad_command`."""
        self.state = self._room.ordered(self.state, command)

    @property
    def faults(self) -> list[str]:
        """Faults in force."""
        return sorted(self.state.faults)
