"""状态口径 the manner of `packs/factory/states.toml`: when silence is a gap, when a piece says that a machine runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import PackError
from jiqun.core.packfiles import Table, as_table, labels_in, read_toml, text_in
from jiqun.factory.instants import SECOND
from jiqun.factory.machines.model import STATES

WHOLE = (
    "silence_intervals", "silence_at_least_s", "pieces_within_cycles", "settle_cycles", "settle_at_least_s", "cycle_pieces",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """Parameters, and how each state is shown: label, shape, tone (a word of the style sheet).

    silence_intervals, silence_at_least_s  nothing heard for longer than both: a gap
    pieces_within_cycles                   without a running point: a piece at least so often says it runs
    settle_cycles, settle_at_least_s       a standstill shorter than both together leaves "running" on the tile
    cycle_pieces                           the actual cycle rests on so many last pieces
    """

    silence_intervals: int
    silence_at_least_s: int
    pieces_within_cycles: int
    settle_cycles: int
    settle_at_least_s: int
    cycle_pieces: int
    labels: Mapping[str, Mapping[str, str]]
    shapes: Mapping[str, str]
    tones: Mapping[str, str]

    @classmethod
    def load(cls, path: Path) -> "Manner":
        """Read the pack; PackError names file and key."""
        whole = read_toml(path)
        states = as_table(whole.get("state"), file=path, key="state")
        tables = {key: as_table(states.get(key), file=path, key=f"state.{key}") for key in STATES}
        return cls(
            **{name: _whole(whole, name, path) for name in WHOLE},
            labels={key: labels_in(one, "label", file=path, key=f"state.{key}") for key, one in tables.items()},
            shapes={key: text_in(one, "shape", file=path, key=f"state.{key}") for key, one in tables.items()},
            tones={key: text_in(one, "tone", file=path, key=f"state.{key}") for key, one in tables.items()},
        )  # fmt: skip

    @property
    def silence_us(self) -> int:
        """The shortest silence that is a gap."""
        return self.silence_at_least_s * SECOND


def _whole(table: Table, name: str, path: Path) -> int:
    value = table.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PackError("pack.missing_text", file=str(path), key=name, seen=repr(value))
    return value
