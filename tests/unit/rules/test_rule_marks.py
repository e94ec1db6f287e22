"""A clause is no surer than the numbers of the place it used, and says from which document they are."""

from datetime import date
from pathlib import Path

import pytest
from rules_house import HEAD, PACKS, SOURCE, VERSION, clause, firm, written

from jiqun.rules.judge import judge_pack
from jiqun.rules.marks import weakest
from jiqun.rules.pack import Pack
from jiqun.rules.reader import read_pack

ON = date(2023, 5, 1)
NUMBER = '[[parameter]]\nname = "{0}"\nlabel = {{ zh = "线", en = "least" }}\nunit = "万元"\n'
NEEDS = 'kind = "compare"\nvalue = "operating_revenue_wan"\nge = {{ parameter = "{0}" }}\nunit = "万元"'
BARE = 'kind = "flag"\nfield = "own_brand"'
SET = (
    '[[set]]\nregion = "{0}"\nlabel = {{ zh = "某", en = "x" }}\ndocument = "{1}"\nfrom = 2023-01-01\n'
    "{2}\n[set.values]\n{3}\n"
)


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Two numbers: the province tells both, the county one of them, less surely."""
    inside = 'kind = "any"\nof = [{ kind = "compare", value = "employees", ge = 1, unit = "人" }, { NODE }]'
    rule = (
        HEAD + NUMBER.format("a") + NUMBER.format("b") + VERSION + clause(NEEDS.format("a"), "a")
        + clause(NEEDS.format("b"), "b") + clause(BARE, "bare")
        + clause(inside.replace("NODE", NEEDS.format("a").replace("\n", ", ")), "outer")
    )  # fmt: skip
    source = SOURCE + SOURCE.replace('"doc"', '"county"').replace('"A"', '"B"')
    sets = SET.format("330000", "doc", "", "a = 1\nb = 2") + SET.format(
        "331003", "county", 'confidence = "C"', "a = 3"
    )
    return read_pack(written(tmp_path, rule, source=source, parameters=sets), PACKS)


def told(pack: Pack, region: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    who = firm(region=region, operating_revenue_wan=5, employees=1, own_brand=True)
    return {one.id: (one.confidence, one.numbers_from) for one in judge_pack(pack, who, on=ON).clauses}


def test_the_lower_mark_and_its_document(pack: Pack) -> None:
    found = told(pack, "331003")
    assert found["a"] == found["outer"] == found["outer.2"] == ("C", ("county",))
    assert found["b"] == ("A", ("doc",)) and found["bare"] == found["outer.1"] == ("A", ())
    assert told(pack, "330624")["a"] == ("A", ("doc",))
    assert told(pack, "110000")["a"] == ("A", ())  # no place has told it: it is missing, and from nowhere


def test_an_emptied_number_is_from_nowhere(tmp_path: Path) -> None:
    sets = SET.format("330000", "doc", 'confidence = "C"', "a = 1") + SET.format(
        "331003", "doc", "", 'a = ""'
    )
    rule = HEAD + NUMBER.format("a") + VERSION + clause(NEEDS.format("a"), "a")
    pack = read_pack(written(tmp_path, rule, parameters=sets), PACKS)
    assert told(pack, "331003")["a"] == ("A", ())
    assert told(pack, "330624")["a"] == ("C", ("doc",))


def test_the_weakest_of_marks() -> None:
    assert (weakest(["A", "C", "B"]), weakest(["", "B"]), weakest([])) == ("C", "B", "U")
