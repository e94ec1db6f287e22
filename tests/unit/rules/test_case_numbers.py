"""Cases may bring numbers of their own in place of a place's, and expect the points of single items."""

from pathlib import Path

import pytest
from rules_house import HEAD, PACKS, VERSION, clause, written

from jiqun.core.errors import PackErrors, RowError
from jiqun.rules.cases import check_pack

RULE = (
    HEAD
    + '[[parameter]]\nname = "least"\nlabel = { zh = "线", en = "least" }\nunit = "分"\n'
    + VERSION
    + clause('kind = "score_sum"\nminimum = { parameter = "least" }', "score")
    + '[[version.clause.part]]\nid = "part"\nlabel = { zh = "部", en = "part" }\n[[version.clause.part.item]]\n'
    + 'id = "brand"\nkind = "multi_select_capped"\nlabel = { zh = "项", en = "item" }\noptions = ["own_brand", "listed"]\n'
    + "each = 5\n"
)
FIRST = (
    '[[case]]\nkey = "pass"\ntests = "pass"\nabout = { zh = "某", en = "x" }\non = 2023-05-01\n'
    "parameters = { least = 10 }\nfirm = { own_brand = true, listed = true }\n"
    'expect = { verdict = "met", points = { brand = 10, part = 10 } }\n'
)
LIKE = '[[case]]\nkey = "{0}"\nlike = "pass"\ntests = "{0}"\nabout = {{ zh = "某", en = "x" }}\n{1}\n'
REST = (
    LIKE.format("boundary", 'expect = { verdict = "met" }')
    + LIKE.format("fail", 'firm = { listed = false }\nexpect = { verdict = "unmet", points = { brand = 5 } }')
    + LIKE.format(
        "unknown", 'firm = { listed = "" }\nexpect = { verdict = "unknown", points = { brand = [5, 10] } }'
    )
    + LIKE.format("unknown", 'parameters = { least = "" }\nexpect = { verdict = "unknown" }').replace(
        '"unknown"\nlike', '"no_line"\nlike'
    )
)


def complaints(folder: Path, cases: str) -> list[RowError]:
    with pytest.raises(PackErrors) as caught:
        check_pack(written(folder, RULE, cases=cases), PACKS)
    return list(caught.value.errors)


def test_a_case_brings_its_numbers_and_a_case_like_it_keeps_them(tmp_path: Path) -> None:
    assert len(check_pack(written(tmp_path, RULE, cases=FIRST + REST), PACKS).results) == 5


def test_without_its_numbers_the_case_is_unknown(tmp_path: Path) -> None:
    bare = FIRST.replace("parameters = { least = 10 }\n", "") + REST
    told = {(one.column, one.seen) for one in complaints(tmp_path, bare)}
    assert told == {("pass verdict", "unknown"), ("boundary verdict", "unknown"), ("fail verdict", "unknown")}


@pytest.mark.parametrize(
    ("wrong", "code", "seen"),
    [
        ("parameters = { most = 10 }", "rule.unknown_parameter", "most"),
        ('parameters = { least = "ten" }', "rule.bad_value", "ten"),
        ("parameters = { least = 10 }\nparameter = 1", "rule.unknown_key", "parameter"),
    ],
)
def test_numbers_nobody_knows_are_refused_on_their_line(
    tmp_path: Path, wrong: str, code: str, seen: str
) -> None:
    found = complaints(tmp_path, FIRST.replace("parameters = { least = 10 }", wrong) + REST)
    assert [(one.code, one.seen) for one in found] == [(code, seen)] and found[0].file.endswith("cases.toml")


@pytest.mark.parametrize(
    ("wrong", "code", "seen"),
    [
        ("brand = 9", "rule.case_failed", "10.00"),
        ("brand = [9, 10]", "rule.case_failed", "10.00"),
        ("brandy = 10", "rule.case_failed", "—"),
        ('brand = "many"', "rule.bad_value", "many"),
        ("brand = [1]", "rule.bad_value", "[1]"),
    ],
)
def test_points_that_come_out_otherwise_are_told(tmp_path: Path, wrong: str, code: str, seen: str) -> None:
    (found,) = complaints(tmp_path, FIRST.replace("brand = 10", wrong) + REST)
    assert (found.code, found.seen) == (code, seen)
