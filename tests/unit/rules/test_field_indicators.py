"""Every field of the catalogue has its indicator, of its sort and in a unit that fits, or says why it has none."""

from dataclasses import replace

import pytest
from rules_house import PACKS, catalogue

from jiqun.core.indicators import IndicatorTable
from jiqun.core.states import STATES
from jiqun.core.units import Kind, fits
from jiqun.rules.catalogue import CLUSTER, NO_INDICATOR, REGISTER, FieldDef

UNITS = catalogue().units
INDICATORS = IndicatorTable.load(PACKS / "indicators", UNITS)
KINDS = {"flag": Kind.FLAG, "date": Kind.DATE, "text": Kind.CHOICE}


def wrong(field: FieldDef) -> str:
    """What is wrong with the indicator of a field."""
    if field.indicator in NO_INDICATOR:
        return ""
    found = INDICATORS.find(field.indicator)
    if found is None:
        return "unknown indicator"
    if field.kind != "number":
        fine = found.kind is KINDS[field.kind] and found.choices == (field.choices if field.choices else ())
        return "" if fine else "another sort of state, or other words"
    if found.kind in STATES or (field.unit and not fits(UNITS.get(field.unit), UNITS.get(found.unit))):
        return "another sort or unit"
    return ""


def test_every_field_has_its_indicator_or_says_why_not() -> None:
    fields = catalogue().fields
    assert not {name: told for name, field in fields.items() if (told := wrong(field))}
    held = [one.indicator for one in fields.values() if one.indicator not in NO_INDICATOR]
    assert len(held) == len(set(held)), "one indicator, one field"
    assert {name for name, one in fields.items() if one.indicator == REGISTER} == {
        "established_on",
        "industry_code",
    }
    assert all(
        name.startswith(("cluster_", "area_")) for name, one in fields.items() if one.indicator == CLUSTER
    )


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("employees", {"indicator": "no_such"}), ("employees", {"indicator": "listed"}), ("employees", {"unit": "亩"}),
        ("listed", {"indicator": "title_zjtx_until"}), ("dq_systems", {"choices": ("无",)}), ("is_sme", {"indicator": ""}),
    ],
)  # fmt: skip
def test_a_wrong_one_is_found(field: str, change: dict[str, object]) -> None:
    assert wrong(replace(catalogue().fields[field], **change))  # type: ignore[arg-type]
