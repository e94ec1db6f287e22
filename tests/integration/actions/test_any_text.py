"""Any text in any cell, through the whole import, on the database at hand: nothing breaks, and twice is as once."""

import pytest
from action_world import World
from gate_rows import PACKS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiqun.actions.imports import ImportReport
from jiqun.core.errors import InputError
from jiqun.lake.mapping import table_fields

ODD = (
    "", " ", "\x00", "\x0b", "\x1f", "\x7f", "\u200b", "\ufeff", "\ufffe", "𠮷厂", "a" * 500, "厂" * 250,
    "=1+1", "<b>", "'", '"', "\n", "-",
    "1e400", "9" * 30, "0001-01-01", "9999-12-31", "range", "region:330624", "enterprise:", "enterprise:厂", "park:a",
    "part_of", "330624", "2024", "亿元", "revenue", "1", "true", "=", "L1",
)  # fmt: skip
GOOD = {
    "enterprises": {"name": "试样厂", "uscc": "", "address": "新昌县"},
    "facts": {
        "subject": "region:330624",
        "indicator": "revenue",
        "period": "2024",
        "value": "1",
        "unit": "亿元",
    },
    "subjects": {"key": "park:a", "label_zh": "甲园区", "region": "330624"},
    "relations": {"subject": "region:330624", "predicate": "part_of", "object": "region:330600"},
}
CELL = st.sampled_from(ODD) | st.text(alphabet=st.characters(codec="utf-8"), max_size=30)


def fields_of(kind: str) -> tuple[str, ...]:
    return tuple(field.name for field in table_fields(PACKS, kind.removesuffix("s")))


def load(world: World, kind: str, rows: list[dict[str, str]]) -> ImportReport | None:
    """Import the rows; None when the file as a whole is refused."""
    header = fields_of(kind)
    try:
        return world.load(kind, header, [[row.get(name, "") for name in header] for row in rows])
    except InputError:
        return None


@pytest.mark.parametrize("kind", list(GOOD))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_text_is_taken_in_or_held_and_once_is_enough(
    world: World, kind: str, data: st.DataObject
) -> None:
    changes = st.dictionaries(st.sampled_from(fields_of(kind)), CELL, max_size=3)
    rows = [GOOD[kind] | changed for changed in data.draw(st.lists(changes, min_size=1, max_size=12))]
    first = load(world, kind, rows)
    if first is None:
        return
    assert first.accepted + first.quarantined == first.rows <= len(rows)
    assert first.created + first.updated + first.unchanged == first.accepted
    assert {error.row for error in first.errors} == {item.row_no for item in world.held(first)}
    assert all(error.code in world.desk.messages for error in (*first.errors, *first.flags))
    again = load(world, kind, rows)
    assert again is not None
    assert (again.created, again.updated, again.quarantined) == (0, 0, first.quarantined)
    world.undo(again)
    world.undo(first)
