"""批量判定 running the column judge: firms in, one ruling in numbers for each of them out, in one DuckDB of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
from arro3.core import Array, DataType, Table

from jiqun.core.errors import InputError
from jiqun.lake.exact import MACROS, Size
from jiqun.lake.judge import Plan, plan
from jiqun.lake.judge_columns import (
    FIRMS,
    HIGH,
    LOW,
    PARAMETER,
    PARAMETERS,
    PLACES,
    SHORT,
    SQL_TYPE,
    STATE,
    STATE_OF,
    WHOLE,
    Sizes,
    reads,
)  # fmt: skip
from jiqun.rules.firm import Firm, Value
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ranges import Range
from jiqun.rules.tree import Field
from jiqun.rules.truth import State

Parameters = Mapping[tuple[str, str], Mapping[str, Decimal | None]]
"""Parameters by region and tier of the firms they are for."""
TEXT = DataType.string()


@dataclass(frozen=True, slots=True)
class ColumnRuling:
    """What the column judge says of one firm; points are Range where there are any.

    level    the level or grade when there is but one possible
    states   of the top clauses (of every node when asked for) that apply, by id
    short    how far each comparison is from being met, 0 when it is; none where it is not known
    """

    uscc: str
    region: str
    verdict: State
    score: Range | None
    level: str
    levels: tuple[str, ...]
    states: Mapping[str, State]
    short: Mapping[str, Decimal]
    points: Mapping[str, Range]


def connect(*, memory: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that knows what judging queries use."""
    database = duckdb.connect(
        ":memory:",
        config={"autoinstall_known_extensions": "false", "memory_limit": memory, "threads": threads},
    )
    for macro in MACROS:
        database.execute(macro)
    return database


def parameters_of(
    pack: Pack, firms: Iterable[Firm], *, on: date
) -> dict[tuple[str, str], dict[str, Decimal | None]]:
    """The parameters that hold for each place and tier among the firms."""
    field = Field(pack.tier_field) if pack.tier_field else None
    kinds = {(one.region, (one.text(field) or "") if field else "") for one in firms}
    return {(region, tier): pack.parameters_on(region, on, tier) for region, tier in sorted(kinds)}


def sizes_of(parameters: Parameters) -> Sizes:
    """Every parameter with the digits it needs anywhere; alike for numbers as long, so that a plan serves them all."""
    names = dict.fromkeys(name for values in parameters.values() for name in values)
    found: list[tuple[str, Decimal, int]] = []
    for name in names:
        known = [value for values in parameters.values() if (value := values.get(name)) is not None]
        sizes = [Size.of(value.normalize()) for value in known]
        whole = max((one.whole for one in sizes), default=1)
        places = max((one.places for one in sizes), default=0)
        found.append((name, Size.column(whole, places + places % 2).most, places + places % 2))
    return tuple(found)


def judge_firms(
    version: Version, firms: Sequence[Firm], *, parameters: Parameters, on: date, kind: str = "new",
    tier_field: str = "", every: bool = False, database: duckdb.DuckDBPyConnection | None = None,
) -> list[ColumnRuling]:  # fmt: skip
    """Judge firms by a version, in their order.

    InputError `judge.too_long` names a number that has more digits than a column holds.
    """
    for firm in firms:
        for column, seen in too_long(firm):
            raise InputError("judge.too_long", column=column, seen=seen, allowed=f"{WHOLE} + {PLACES}")
    sizes = sizes_of(parameters)
    made = plan(version, kind=kind, on=on, tier_field=tier_field, sizes=sizes, every=every)
    using = database or connect()
    using.register("judged_firms", _firm_rows(version, tier_field, firms))
    using.register("judged_parameters", parameter_rows(sizes, parameters))
    sql = made.query.over(
        {
            name: source
            for name, source in sources(version, tier_field, sizes).items()
            if name in made.query.tables
        }
    )
    try:
        rows = using.execute(f"SELECT * FROM ({sql}) ORDER BY row").fetchall()
    finally:
        using.unregister("judged_firms")
        using.unregister("judged_parameters")
        if database is None:
            using.close()
    columns, names = made.query.columns, _Names.of(made.query.columns)
    return [_ruling(made, names, dict(zip(columns, row, strict=True))) for row in rows]


def firm_types(version: Version, tier_field: str = "") -> dict[str, str]:
    """SQL types of the columns of firms a version reads, identity first."""
    types = {"row": "BIGINT", "uscc": "VARCHAR", "region": "VARCHAR"}
    types |= {name: SQL_TYPE[kind] for name, kind in reads(version).items()}
    return types | ({tier_field: "VARCHAR"} if tier_field and tier_field not in types else {})


def sources(
    version: Version, tier_field: str, sizes: Sizes, *, firms: str = "judged_firms"
) -> dict[str, str]:
    """What stands after FROM for every table of a plan, each column in its type; firms may be any table of such columns."""
    columns = ", ".join(
        f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in firm_types(version, tier_field).items()
    )
    kinds = {name: Size(most, places) for name, most, places in sizes}
    given = ", ".join(
        f'CAST("{name}" AS DECIMAL({max(1, size.digits)}, {size.places})) AS "{PARAMETER}{name}"'
        for name, size in kinds.items()
    )
    return {
        FIRMS: f"(SELECT {columns} FROM {firms})",
        PARAMETERS: f"(SELECT for_region, for_tier, {given} FROM judged_parameters)",
    }


def _firm_rows(version: Version, tier_field: str, firms: Sequence[Firm]) -> Table:
    columns: dict[str, list[str | None]] = {
        "row": [str(row) for row in range(len(firms))],
        "uscc": [one.uscc for one in firms],
        "region": [one.region for one in firms],
    }
    kinds = reads(version) | ({tier_field: "text"} if tier_field else {})
    for name, kind in kinds.items():
        columns[name] = [_text(one, name, kind) for one in firms]
    return _table(columns)


def parameter_rows(sizes: Sizes, parameters: Parameters) -> Table:
    """What `sources` reads as `judged_parameters`: one row for each place and tier, values as text."""
    columns: dict[str, list[str | None]] = {
        "for_region": [region for region, _ in parameters],
        "for_tier": [tier for _, tier in parameters],
    }
    for name, _, _ in sizes:
        found = (values.get(name) for values in parameters.values())
        columns[name] = [None if value is None else f"{value:f}" for value in found]
    return _table(columns)


def _table(columns: Mapping[str, list[str | None]]) -> Table:
    return Table.from_pydict({name: Array(values, TEXT) for name, values in columns.items()})


_KINDS: Mapping[str, type | tuple[type, ...]] = {"number": Decimal, "flag": bool, "date": date, "text": str}


def _text(firm: Firm, name: str, kind: str) -> str | None:
    """A value as text; what is of another kind is unknown, as the row judge has it."""
    value: Value = firm.values.get(name)
    if value is None or value == "" or not isinstance(value, _KINDS[kind]):
        return None
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


@dataclass(frozen=True, slots=True)
class _Names:
    """The columns of an answer by what they tell, id and column: found once, not for every firm."""

    states: tuple[tuple[str, str], ...]
    short: tuple[tuple[str, str], ...]
    points: tuple[str, ...]

    @classmethod
    def of(cls, columns: Sequence[str]) -> "_Names":
        def told(mark: str) -> tuple[tuple[str, str], ...]:
            return tuple((name.removeprefix(mark), name) for name in columns if name.startswith(mark))

        return cls(told(STATE), told(SHORT), tuple(key for key, _ in told(LOW)))


def _ruling(made: Plan, names: _Names, row: Mapping[str, object]) -> ColumnRuling:
    bits = int(str(row["levels"]))
    levels = tuple(key for place, key in enumerate(made.levels) if bits >> place & 1)
    grade = row["grade"]
    level = made.levels[int(str(grade))] if grade is not None else levels[0] if len(levels) == 1 else ""
    return ColumnRuling(
        str(row["uscc"] or ""), str(row["region"] or ""), _state(row["verdict"]),
        _range(row["score_low"], row["score_high"]), level, levels,
        {key: _state(row[name]) for key, name in names.states},
        {key: value for key, name in names.short if isinstance(value := row[name], Decimal)},
        {key: found for key in names.points if (found := _range(row[LOW + key], row[HIGH + key])) is not None},
    )  # fmt: skip


def _state(value: object) -> State:
    return STATE_OF[None if value is None else int(str(value))]


def _range(low: object, high: object) -> Range | None:
    """Both sides open: no score, or one nothing is known of."""
    if low is None and high is None:
        return None
    return Range(low if isinstance(low, Decimal) else None, high if isinstance(high, Decimal) else None)


_TOO_LONG = Decimal(10) ** WHOLE


def _places(value: Decimal) -> int:
    """Digits written after the point, zeros at the end included."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else PLACES + 1


def too_long(firm: Firm) -> Iterator[tuple[str, str]]:
    """Columns of a firm with more digits than the columns of the judge hold, and what stands there."""
    for column, value in firm.values.items():
        if isinstance(value, Decimal) and not (abs(value) < _TOO_LONG and _places(value) <= PLACES):
            size = Size.of(value.normalize())
            if size.whole > WHOLE or size.places > PLACES:
                yield column, f"{value:f}"
