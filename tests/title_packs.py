"""For tests of recognition: packs the small ledger can judge, and some that give no title or wait for a person."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from rules_house import PACKS, VERSION, clause, written

from jiqun.actions import policy_packs
from jiqun.rules.pack import Pack
from jiqun.rules.reader import read_pack

FIELD = "title_city_rd_centre_until"
HEAD = f"""
[pack]
label = {{ zh = "达标研发中心", en = "R&D centre by numbers" }}
title = "{FIELD}"
valid_years = 3
"""
STAFF = clause('kind = "compare"\nvalue = "employees"\nge = 20\nunit = "人"', "staff")
RESEARCH = clause('kind = "compare"\nvalue = "rd_expense_wan"\nge = 100\nunit = "万元"', "research")
REVENUE = clause('kind = "compare"\nvalue = "operating_revenue_wan"\nge = 1001\nunit = "万元"', "revenue")
JUDGED = clause('kind = "manual"', "judged")


def packs(folder: Path) -> Mapping[str, Pack]:
    """By key: rd (staff ≥ 20, R&D ≥ 100 万元), revenue (≥ 1001 万元), by_person, untitled, yearless."""
    told = {
        "rd": HEAD + VERSION + STAFF + RESEARCH,
        "revenue": HEAD + VERSION + REVENUE,
        "by_person": HEAD + VERSION + STAFF + RESEARCH + JUDGED,
        "untitled": HEAD.replace(f'title = "{FIELD}"\nvalid_years = 3', "") + VERSION + STAFF,
        "yearless": HEAD.replace("valid_years = 3", "").replace("[pack]", '[pack]\nregions = ["330600"]')
        + VERSION
        + STAFF,
    }
    made = {key: read_pack(written(folder / "test" / key, rule), PACKS) for key, rule in told.items()}
    return {one.key: one for one in made.values()}


def use(patched: pytest.MonkeyPatch, folder: Path) -> dict[str, str]:
    """Let the actions see these packs beside the shipped ones; gives their keys by name."""
    own = packs(folder)
    shipped = policy_packs.packs
    patched.setattr(policy_packs, "packs", lambda desk: {**shipped(desk), **own})
    return {key.rpartition("/")[2]: key for key in own}
