"""All errors of a row at once: a row held for its code is told of its unreadable quantity too, once, in the file's order."""

from action_world import World, firm
from test_import_enterprises import BAD, REVENUE, WITH_REVENUE


def test_a_held_row_is_told_of_its_quantities_too(world: World) -> None:
    rows = [(*firm(1), "一千"), (*BAD, "abc"), (*firm(2), "1200"), (*BAD, "")]
    report = world.enterprises(*rows, header=WITH_REVENUE, mapping=REVENUE)
    assert (report.rows, report.accepted, report.quarantined) == (4, 1, 3)
    said = [(error.row, error.code) for error in report.errors]
    assert [row for row, _ in said] == sorted(row for row, _ in said if row)
    assert said.count((3, "gate.bad_number")) == 1
    assert said.count((2, "gate.bad_number")) == 1
    assert (3, "gate.malformed_uscc") in said
    assert (5, "gate.bad_number") not in said
