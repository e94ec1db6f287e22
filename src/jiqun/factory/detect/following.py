"""跟随检测 a detector that follows readings one by one: grid, statistics, course of warnings; kept as plain values.

One point is followed in plain Python; points together import numpy and scikit-learn, and only then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from math import isnan, nan
from typing import Any

from jiqun.factory.detect.course import Course, Scored, Warned, followed
from jiqun.factory.detect.detector import REASONS, Carried, Model, begin, learn_all, score
from jiqun.factory.detect.grid import Cell, Grid, GridState, take
from jiqun.factory.detect.group import Group
from jiqun.factory.detect.model import Settings
from jiqun.factory.detect.online import Value, learn_plainly, stepped
from jiqun.factory.detect.points import Learnt, PointState
from jiqun.factory.instants import SECOND

Plain = dict[str, Any]
Row = tuple[int, int, Value]
"""Place of the point, instant (microseconds), value."""
COUNTED = ("begun", "cells", "since", "until")
ARRAYS = ("level", "scale", "centre", "axes", "within", "beside")


@dataclass(slots=True)
class Following:
    """A detector under way.

    settle   microseconds left out before it learns; begun: instant of the first reading
    wanted   good cells it learns from; cells: how many it has seen; since, until: instants they begin and end
    carried  states of the points and of the group; course: where its warnings stand
    """

    points: tuple[str, ...]
    grid: Grid
    model: Model | None = None
    settle: int = 0
    wanted: int = 1
    state: GridState = field(default_factory=GridState)
    begun: int | None = None
    cells: int = 0
    since: int | None = None
    until: int | None = None
    carried: Carried | None = None
    course: Course = field(default_factory=Course)


def grid_of(points: Sequence[str], every_s: float) -> Grid:
    """The grid of a detector; points together wait one cell for the slowest."""
    return Grid(max(1, round(every_s * SECOND)), len(points), 0 if len(points) == 1 else 1)


def learnt_from(points: Sequence[str], cells: Sequence[Cell], settings: Settings) -> Model:
    """Learn from cells that are sound; for points together ImportError without the extra."""
    if len(points) == 1:
        return Model(
            (learn_plainly(points[0], [values[0] for _, values in cells], settings),), None, settings
        )
    return learn_all(points, _matrix(cells), settings)


def follow(one: Following, rows: Iterable[Row]) -> list[Warned]:
    """Take readings in their order; gives the warnings that opened, went on or closed, each once, as it stands last."""
    closed = [cell for place, at, value in rows for cell in take(one.grid, one.state, place, at, value)]
    if one.model is None:
        _count(one, closed)
        return []
    told: dict[int, Warned] = {}
    for scored in _scored(one, one.model, closed):
        one.course, warned = followed(one.course, scored, one.model.settings)
        if warned is not None:
            told[warned.began] = warned
    return list(told.values())


def _count(one: Following, closed: Sequence[Cell]) -> None:
    """Cells that are good to learn from."""
    if closed and one.begun is None:
        one.begun = closed[0][0]
    start = (one.begun or 0) + one.settle
    for at, values in closed:
        if at < start or None in values or one.cells >= one.wanted:
            continue
        one.since = at if one.since is None else one.since
        one.cells += 1
        if one.cells == one.wanted:
            one.until = at + one.grid.every


def _scored(one: Following, model: Model, cells: Sequence[Cell]) -> Iterable[Scored]:
    carried = one.carried or begin(model)
    known = [(at, values) for at, values in cells if any(value is not None for value in values)]
    if len(one.points) == 1:
        (state,) = carried.points
        for at, (value,) in known:
            state, found, reason = stepped(model.points[0], state, value, model.settings)
            yield Scored(at // one.grid.every, at, found, one.points[0], reason)
        one.carried = Carried((state,))
    elif known:
        scored, one.carried = score(model, _matrix(known), carried)
        for row, (at, _) in enumerate(known):
            place, reason = int(scored.point[row]), REASONS[int(scored.reason[row])]
            yield Scored(at // one.grid.every, at, float(scored.score[row]), one.points[place], reason)


def _matrix(cells: Sequence[Cell]) -> Any:
    import numpy as np

    return np.array([[nan if value is None else value for value in values] for _, values in cells])


# --- kept as plain values, and read again ---


def plain_model(model: Model) -> Plain:
    """What was learnt, as values JSON can hold."""
    group = None
    if model.group is not None:
        group = {one.name: getattr(model.group, one.name) for one in fields(Group)}
        group |= {name: group[name].tolist() for name in ARRAYS} | {"members": list(model.group.members)}
    return {
        "points": [asdict(one) for one in model.points],
        "group": group,
        "settings": asdict(model.settings),
    }


def model_of(told: Plain) -> Model:
    """The model of `plain_model`."""
    group = told["group"]
    if group is not None:
        import numpy as np

        arrays = {name: np.array(group[name]) for name in ARRAYS}
        changed: Plain = {**group, **arrays, "members": tuple(group["members"])}
        group = Group(**changed)
    return Model(tuple(Learnt(**one) for one in told["points"]), group, Settings(**told["settings"]))


def plain_state(one: Following) -> Plain:
    """Where a detector stands, as values JSON can hold."""
    told: Plain = {name: getattr(one, name) for name in COUNTED}
    told |= {"late": one.state.late, "cell": one.state.cell}
    told["held"] = one.state.held
    told["open"] = [
        [cell, place, value] for cell, row in one.state.open.items() for place, value in row.items()
    ]
    told["course"] = asdict(one.course)
    if one.carried is not None:
        told["points"] = [_without_nan(asdict(state)) for state in one.carried.points]
        told["group"] = None if one.carried.group is None else one.carried.group.tolist()
    return told


def following(
    points: tuple[str, ...],
    every_s: float,
    learnt: Plain,
    state: Plain,
    *,
    settle_s: float = 0.0,
    training_s: float = 0.0,
) -> Following:
    """A detector as it was kept; at its beginning where nothing was."""
    model, grid = model_of(learnt) if learnt else None, grid_of(points, every_s)
    one = Following(
        points, grid, model, round(settle_s * SECOND), -(-round(training_s * SECOND) // grid.every)
    )
    if "cells" not in state:
        return one
    for name in COUNTED:
        setattr(one, name, state[name])
    one.state = GridState(state["cell"], list(state["held"]), {}, state["late"])
    for cell, place, value in state["open"]:
        one.state.open.setdefault(cell, {})[place] = value
    one.course = _course(state["course"])
    if "points" in state:
        one.carried = Carried(tuple(_point(told) for told in state["points"]), _array(state["group"]))
    return one


def _course(told: Plain) -> Course:
    run, last = (None if told[name] is None else Warned(**told[name]) for name in ("run", "last"))
    changed: Plain = {**told, "run": run, "last": last, "quiet": tuple(told["quiet"])}
    return Course(**changed)


def _point(told: Plain) -> PointState:
    changed: Plain = {**told, "last": nan if told["last"] is None else told["last"]}
    return PointState(**changed)


def _without_nan(told: Plain) -> Plain:
    return {**told, "last": None if isnan(told["last"]) else told["last"]}


def _array(values: list[float] | None) -> Any:
    if values is None:
        return None
    import numpy as np

    return np.array(values)
