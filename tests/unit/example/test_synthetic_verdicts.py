"""The synthetic county judged: known shares of each verdict, told in example/README.md and kept here.

The files are read as they ship, without a ledger, by the same field catalogue; the judges answer.
"""

import csv
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from rules_house import catalogue, shipped

from jiqun.core.periods import Period
from jiqun.lake.judge_run import judge_firms, parameters_of
from jiqun.rules.firm import Firm, Value
from jiqun.rules.judge import judge_pack
from jiqun.rules.tree import Field, columns
from jiqun.rules.values import value_of

FOLDER = Path(__file__).resolve().parents[3] / "example" / "synthetic"
ON = date(2026, 6, 1)
CODE = "统一社会信用代码"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def firms() -> tuple[Firm, ...]:
    """Every firm of the county with what its files say of it on the day."""
    fields = {one.indicator: one for one in catalogue().fields.values()}
    known: dict[str, dict[str, Value]] = {
        row["uscc"]: {"established_on": date.fromisoformat(row["established_on"])}
        for row in table(FOLDER / "enterprises.csv")
    }
    for path in sorted(FOLDER.glob("*.toml")):
        told = [
            (fact["column"], fields[fact["indicator"]], Period.parse(fact["period"]).last_day.year)
            for fact in tomllib.loads(path.read_text(encoding="utf-8"))["facts"]
            if fact["indicator"] in fields
        ]
        for row in table(path.with_suffix(".csv")):
            for column, field, year in told:
                back = ON.year - 1 - year if field.yearly else 0
                if row[column] and 0 <= back <= field.years:
                    known[row[CODE]][Field(field.name, back).column] = value_of(row[column], field)
    return tuple(Firm(code, code, "339901", values) for code, values in known.items())


@pytest.mark.parametrize(
    ("key", "asked", "verdicts"),
    [
        ("national/little_giant", "is_sme", {"met": 4, "manual": 1, "unknown": 5, "unmet": 392}),
        ("national/specialised_sme", "is_sme", {"met": 64, "manual": 14, "unknown": 45, "unmet": 279}),
        ("national/innovative_sme", "is_sme", {"met": 304, "unknown": 33, "unmet": 65}),
        ("national/high_tech", "owns_core_ip", {"met": 4, "manual": 26, "unknown": 51, "unmet": 128}),
        ("national/sme_digital", "scene_design", {"met": 113, "unknown": 16}),
    ],
)
def test_known_shares(key: str, asked: str, verdicts: dict[str, int]) -> None:
    """Of the firms a sheet was asked of, and answered its first question."""
    rulings = [judge_pack(shipped()[key], one, on=ON, kind="new") for one in firms() if asked in one.values]
    assert Counter(one.verdict.value for one in rulings) == verdicts
    if key == "national/sme_digital":
        assert Counter(one.level for one in rulings if one.level) == {"1": 20, "2": 83, "3": 26}


def test_grades_of_the_county() -> None:
    """亩均: the parameters of the county are its own and made up; who sits on little land below scale is not rated."""
    pack = shipped()["zhejiang/per_mu"]
    version = pack.version_on(ON, "new")
    reads = {*columns(version), pack.tier_field}
    asked = [replace(one, values={k: v for k, v in one.values.items() if k in reads}) for one in firms()]
    (parameters,) = [one for one in pack.sets if one.region == "339901" and one.tier == "规上"]
    assert "合成" in parameters.label.zh and "synthetic" in parameters.label.en
    rulings = judge_firms(
        version,
        asked,
        parameters=parameters_of(pack, asked, on=ON),
        on=ON,
        kind="new",
        tier_field=pack.tier_field,
    )
    assert Counter(one.verdict.value for one in rulings) == {
        "met": 747,
        "unknown": 306,
        "not_applicable": 947,
    }
    assert Counter(one.level for one in rulings if one.level) == {"A": 147, "B": 443, "C": 111, "D": 53}
