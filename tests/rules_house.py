"""For tests of rules: the packs that ship, firms drawn at random from the field catalogue, and packs written on the spot."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from jiqun.core.states import NEVER
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.firm import Firm, Value
from jiqun.rules.pack import Pack
from jiqun.rules.reader import read_all
from jiqun.rules.tree import columns

PACKS = Path(__file__).resolve().parents[1] / "packs"
ON = date(2023, 9, 1)

SOURCE = """
[[document]]
key = "doc"
issuer = { zh = "某局", en = "An office" }
title = { zh = "某办法", en = "Some measures" }
effective = 2020-01-01
confidence = "A"
"""
HEAD = """
[pack]
label = { zh = "某规则", en = "Some rule" }
"""
VERSION = """
[[version]]
key = "one"
label = { zh = "一", en = "one" }
document = "doc"
from = 2020-01-01
"""


@cache
def shipped() -> dict[str, Pack]:
    return read_all(PACKS)


@cache
def catalogue() -> Catalogue:
    return Catalogue.load(PACKS)


def written(folder: Path, rule: str, *, source: str = SOURCE, parameters: str = "", cases: str = "") -> Path:
    """A pack of these texts in a folder."""
    (folder / "parameters").mkdir(parents=True, exist_ok=True)
    (folder / "rule.toml").write_text(rule, encoding="utf-8")
    (folder / "source.toml").write_text(source, encoding="utf-8")
    (folder / "cases.toml").write_text(cases, encoding="utf-8")
    if parameters:
        (folder / "parameters" / "here.toml").write_text(parameters, encoding="utf-8")
    return folder


def clause(body: str, key: str = "one") -> str:
    """A clause of a version, with what every clause needs."""
    return f'\n[[version.clause]]\nid = "{key}"\nclause = "第一条"\nlabel = {{ zh = "条", en = "clause" }}\n{body}\n'


def firm(region: str = "331003", **values: Value | int | float) -> Firm:
    """A firm with these values; numbers become Decimal."""
    typed = {
        key: Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value
        for key, value in values.items()
    }
    return Firm("91330000000000000X", "某企业", region, typed)


def values_for(pack: Pack) -> dict[str, st.SearchStrategy[Value]]:
    """For every column a pack reads, values it may have; numbers lie near the limits of real rules."""
    seen = dict.fromkeys(column for version in pack.versions for column in columns(version))
    if pack.tier_field:
        seen.setdefault(pack.tier_field)
    return {column: _values(column) for column in seen if column != "region"}


def _values(column: str) -> st.SearchStrategy[Value]:
    known = catalogue().fields[column.partition("@")[0]]
    if known.kind == "flag":
        return st.booleans()
    if known.kind == "date":
        days = st.integers(-1500, 1500).map(lambda n: ON + timedelta(days=n))
        return st.one_of(st.just(NEVER), days)
    if known.kind == "text":
        return st.sampled_from(known.choices) if known.choices else st.sampled_from(["3451", "2661"])
    return st.sampled_from(
        [Decimal(n) for n in ("0", "1", "2", "3", "10", "60", "100", "600", "1200", "5000", "20000")]
    )


def banded(bands: str) -> str:
    """A clause with a score of one table of bands."""
    return clause('kind = "score_sum"') + (
        '[[version.clause.part]]\nid = "part"\nlabel = { zh = "部", en = "part" }\n[[version.clause.part.item]]\n'
        'kind = "band_table"\nlabel = { zh = "项", en = "item" }\nvalue = "segment_share_pct"\nunit = "%"\n'
        f"bands = [\n{bands}\n]\n"
    )


OWN = clause('kind = "flag"\nfield = "own_brand"')
BROKEN = {
    "rule.cycle": HEAD + '[define]\na = { defined = "b" }\nb = { defined = "a" }\n' + VERSION + OWN,
    "rule.unknown_field": HEAD + VERSION + OWN.replace("own_brand", "own_brend"),
    "rule.two_values": HEAD + VERSION + OWN + VERSION.replace('"one"', '"two"') + OWN,
    "rule.band_gap": HEAD + VERSION + banded("{ to = 1, points = 0 },\n{ from = 2, points = 5 },"),
    "rule.band_overlap": HEAD + VERSION + banded("{ to = 3, points = 0 },\n{ from = 2, points = 5 },"),
    "rule.unit_mismatch": HEAD
    + VERSION
    + clause('kind = "compare"\nvalue = "employees"\nge = 5\nunit = "亩"'),
}
"""Packs with one mistake each, by the code it is refused with."""
