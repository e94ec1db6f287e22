"""采样网格 readings that come when they come, laid on a grid of equal cells: the last value of a cell, else the one before.

A cell is closed by a later reading, never by a clock, so that the cells are the same however readings are handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

Value = float | None
HELD_CELLS = 60
"""So many cells a value is held without a new one; after that it is unknown."""


@dataclass(frozen=True, slots=True)
class Grid:
    """How a grid is laid: width of a cell in microseconds, points, cells that stay open for the slower ones."""

    every: int
    points: int
    grace: int = 0


@dataclass(slots=True)
class GridState:
    """Where it stands: first open cell, values held from before, values in open cells by cell and point; late: left out."""

    cell: int | None = None
    held: list[Value] = field(default_factory=list[Value])
    open: dict[int, dict[int, Value]] = field(default_factory=dict[int, dict[int, Value]])
    late: int = 0


Cell = tuple[int, Sequence[Value]]
"""Start of a cell in microseconds, and the value of each point."""


def take(grid: Grid, state: GridState, place: int, at: int, value: Value) -> list[Cell]:
    """Lay one reading on the grid; gives the cells it closes, in order."""
    cell = at // grid.every
    if state.cell is None:
        state.cell, state.held = cell, [None] * grid.points
    if cell < state.cell:
        state.late += 1
        return []
    closed: list[Cell] = []
    while cell - state.cell > grid.grace:
        if len(closed) >= HELD_CELLS + grid.grace and not state.open:
            state.cell, state.held = cell - grid.grace, [None] * grid.points
            break
        closed.append(_closed(grid, state, state.cell))
        state.cell += 1
    state.open.setdefault(cell, {})[place] = value
    return closed


def _closed(grid: Grid, state: GridState, cell: int) -> Cell:
    for place, value in state.open.pop(cell, {}).items():
        state.held[place] = value
    return cell * grid.every, tuple(state.held)
