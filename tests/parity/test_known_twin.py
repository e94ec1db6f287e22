"""The expressions and their plain-Python twins agree on made-up histories of facts, corrections and batches taken back."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiqun.core.indicators import Adds
from jiqun.lake import known as on
from jiqun.lake import reference
from jiqun.lake.catalogue import BATCHES, FACTS
from jiqun.lake.cells import cells
from jiqun.lake.compile import Query, compile_query, param, table
from jiqun.lake.derived import derive, formula
from jiqun.lake.encode import columns_of, write_parquet
from jiqun.lake.reference import Edge, RawFact
from jiqun.lake.rollups import edges, roll_up
from jiqun.lake.totals import edge_table
from jiqun.lake.trust import TrustRow, standings, trust_table

START = datetime(2026, 1, 1)
SUBJECTS = ("region:330603", "region:330624", "region:330102")
INDICATORS = ("revenue", "rd_expense")
BATCH_NAMES = ("b1", "b2", "b3")
SOURCES = ("register", "tax", "power", "nobody")
TRUST = [
    TrustRow("register", "", 0, "2020-05-01"),
    TrustRow("register", "rd_expense", 2, "2020-05-01"),
    TrustRow("tax", "", 1, ""),
    TrustRow("tax", "rd_expense", 0, ""),
    TrustRow("power", "", 1, "2021-01-31"),
]
TREE = [
    Edge("region:330603", "region:330600", "city"),
    Edge("region:330624", "region:330600", "city"),
    Edge("region:330102", "region:330100", "city"),
    Edge("region:330600", "region:330000", "province"),
    Edge("region:330100", "region:330000", "province"),
]
LEVELS = ("city", "province")

instants = st.integers(0, 5).map(lambda days: START + timedelta(days=days))
amounts = st.none() | st.integers(-(10**9), 10**12).map(lambda number: Decimal(number) / 10**6)
spans = st.sampled_from(
    [
        (date(2020, 1, 1), date(2021, 1, 1)),
        (date(2021, 1, 1), date(2022, 1, 1)),
        (date(2020, 12, 31), date(2021, 1, 1)),
        (date(2020, 1, 1), date(2020, 7, 1)),
        (date(2019, 1, 1), date(2021, 1, 1)),
    ]
)


@st.composite
def histories(draw: st.DrawFn) -> list[RawFact]:
    """Facts of which some correct an earlier one."""
    facts: list[RawFact] = []
    for number in range(draw(st.integers(0, 14))):
        start, end = draw(spans)
        corrects = draw(st.sampled_from([None, None, *(one.id for one in facts)]))
        facts.append(
            RawFact(
                id=f"f{number}", batch=draw(st.sampled_from(BATCH_NAMES)), supersedes=corrects,
                recorded_at=draw(instants), subject=draw(st.sampled_from(SUBJECTS)),
                indicator=draw(st.sampled_from(INDICATORS)), period_start=start, period_end=end,
                status=draw(st.sampled_from(["actual", "actual", "target"])),
                scope=draw(st.sampled_from(["", "", "规上"])), breakdown=draw(st.sampled_from(["", "", "size=大型"])),
                synthetic=draw(st.booleans()), base_value=draw(amounts), bound=draw(st.sampled_from(["=", ">"])),
                source=draw(st.sampled_from(SOURCES)),
            )
        )  # fmt: skip
    return facts


taken_back = st.lists(st.tuples(st.sampled_from(BATCH_NAMES), instants), max_size=2)


silenced = st.lists(
    st.tuples(st.sampled_from(SOURCES), st.sampled_from(["withdrawn", "brought_back"]), instants),
    max_size=4,
    unique_by=lambda one: (one[0], one[2]),
)


class World:
    """Facts and batch events as files DuckDB reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(
        self,
        facts: list[RawFact],
        undone: list[tuple[str, datetime]],
        withdrawn: list[tuple[str, str, datetime]],
    ) -> None:
        events = [{"batch": batch, "event": "undone", "recorded_at": when} for batch, when in undone]
        events += [{"batch": f"source:{key}", "event": e, "recorded_at": at} for key, e, at in withdrawn]
        events.append({"batch": "b1", "event": "received", "recorded_at": START})
        rows = columns_of([asdict(one) for one in facts], FACTS) or {"id": []}
        with duckdb.connect(config={"threads": 1}) as cursor:
            write_parquet(cursor, self.folder / "facts.parquet", FACTS, rows)
            write_parquet(cursor, self.folder / "batches.parquet", BATCHES, columns_of(events, BATCHES))

    def ask(self, query: Query, params: dict[str, object] | None = None) -> list[tuple[object, ...]]:
        sources = {name: f"read_parquet('{self.folder / name}.parquet')" for name in ("facts", "batches")}
        with duckdb.connect(config={"threads": 1}) as cursor:
            cursor.register("tree", edge_table(TREE))
            cursor.register("order_of_trust", trust_table(TRUST))
            handed_in = {"edges": "tree", "trust": "order_of_trust"}
            return cursor.execute(query.over({**sources, **handed_in}), params or {}).fetchall()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


checked = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
KNOWN_THEN = compile_query(
    on.known(table("facts"), table("batches"), param("as_of", "timestamp")).select("id")
)
KNOWN_NOW = compile_query(on.known(table("facts"), table("batches")).select("id"))
CELLS = cells(on.known(table("facts"), table("batches")))
CELL_ROWS = compile_query(
    CELLS.select("subject", "indicator", "year", "status", "scope", "synthetic", "value", "bound")
)
ROLLED = compile_query(
    roll_up(CELLS, edges(), levels=LEVELS, adds=Adds.SUM).select(
        "subject", "indicator", "year", "status", "scope", "synthetic", "level", "value", "known", "parts"
    )
)
FORMULAS = {
    text: compile_query(
        derive(CELLS, "x", formula(text), factor=formula(text).scale).select(
            "subject", "year", "status", "scope", "synthetic", "value"
        )
    )
    for text in ("rd_intensity", "per:rd_expense,revenue", "growth:revenue")
}


@checked
@given(facts=histories(), undone=taken_back, withdrawn=silenced, as_of=instants)
def test_known_facts_agree(
    world: World,
    facts: list[RawFact],
    undone: list[tuple[str, datetime]],
    withdrawn: list[tuple[str, str, datetime]],
    as_of: datetime,
) -> None:
    world.fill(facts, undone, withdrawn)
    then = {row[0] for row in world.ask(KNOWN_THEN, {"as_of": as_of})}
    assert then == {one.id for one in reference.known(facts, undone, as_of, withdrawn=withdrawn)}
    now = {row[0] for row in world.ask(KNOWN_NOW)}
    assert now == {one.id for one in reference.known(facts, undone, withdrawn=withdrawn)}


@checked
@given(facts=histories(), undone=taken_back, withdrawn=silenced)
def test_cells_sums_and_formulas_agree(
    world: World,
    facts: list[RawFact],
    undone: list[tuple[str, datetime]],
    withdrawn: list[tuple[str, str, datetime]],
) -> None:
    world.fill(facts, undone, withdrawn)
    values = reference.cells(reference.known(facts, undone, withdrawn=withdrawn), standings(TRUST))
    assert {row[:6]: row[6:] for row in world.ask(CELL_ROWS)} == values
    assert {row[:7]: row[7:] for row in world.ask(ROLLED)} == reference.rolled_up(values, TREE, LEVELS)
    for text, query in FORMULAS.items():
        chosen = formula(text)
        expected = reference.derived(values, chosen, float(chosen.scale))
        assert {row[:5]: row[5] for row in world.ask(query)} == expected
