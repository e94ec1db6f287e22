"""What the reader refuses, each with its code, the line it stands on, and a sentence in both languages."""

# ruff: noqa: E501 - rules and rows written out, one a line

import re
from pathlib import Path

import pytest
from rules_house import HEAD, PACKS, SOURCE, VERSION, banded, clause, written

from jiqun.core.errors import PackErrors, RowError
from jiqun.core.messages import Messages
from jiqun.rules.cases import check_pack
from jiqun.rules.reader import read_all, read_pack

GOOD = clause('kind = "flag"\nfield = "own_brand"')
PARAMETER = '[[parameter]]\nname = "least"\nlabel = { zh = "线", en = "least" }\nunit = "万元"\n'
SET = '[[set]]\nregion = "331003"\nlabel = { zh = "某", en = "x" }\ndocument = "doc"\nfrom = 2023-01-01\n[set.values]\nleast = 1\n'


def refused(folder: Path, rule: str, **files: str) -> list[RowError]:
    with pytest.raises(PackErrors) as caught:
        read_pack(written(folder, rule, **files), PACKS)
    return list(caught.value.errors)


def compare(rest: str) -> str:
    return clause(f'kind = "compare"\nvalue = "operating_revenue_wan"\n{rest}')


DEFINES = '[define]\na = { formula = "sum_years", of = [{ defined = "b" }, 1] }\nb = { formula = "sum_years", of = [{ defined = "a" }] }\n'
REFUSALS = {
    "a cycle of values": (HEAD + DEFINES + VERSION + GOOD, "rule.cycle", "defined"),
    "an unknown field": (HEAD + VERSION + clause('kind = "flag"\nfield = "own_brend"'), "rule.unknown_field", "own_brend"),
    "a year too far back": (
        HEAD + VERSION + clause('kind = "compare"\nvalue = "operating_revenue_wan@-9"\nge = 1\nunit = "万元"'),
        "rule.unknown_field", "operating_revenue_wan@-9",
    ),
    "a field of another kind": (HEAD + VERSION + clause('kind = "flag"\nfield = "employees"'), "rule.wrong_kind", "employees"),
    "a band with a gap": (HEAD + VERSION + banded("{ to = 1, points = 0 },\n{ from = 2, points = 5 },"), "rule.band_gap", "from = 2"),
    "bands that overlap": (HEAD + VERSION + banded("{ to = 3, points = 0 },\n{ from = 2, points = 5 },"), "rule.band_overlap", "from = 2"),
    "bands that end": (HEAD + VERSION + banded("{ to = 3, points = 0 },\n{ from = 3, to = 9, points = 5 },"), "rule.band_gap", "bands = ["),
    "bands out of order": (
        HEAD + VERSION + banded("{ to = 3, points = 0 },\n{ from = 3, to = 3, points = 5 },\n{ from = 3, points = 1 },"),
        "rule.band_overlap", "from = 3, to = 3",
    ),
    "a unit that does not fit": (HEAD + VERSION + compare('ge = 5\nunit = "亩"'), "rule.unit_mismatch", "ge = 5"),
    "a unit nobody knows": (HEAD + VERSION + compare('ge = 5\nunit = "筐"'), "rule.unknown_unit", "ge = 5"),
    "a number without unit": (HEAD + VERSION + compare("ge = 5"), "rule.missing_unit", "[[version.clause]]"),
    "units within a formula": (
        HEAD + VERSION + clause('kind = "compare"\nvalue = { formula = "sum_years", of = ["tax_paid_wan", "employees"] }\nge = 1\nunit = "万元"'),
        "rule.unit_mismatch", "sum_years",
    ),
    "two comparisons": (HEAD + VERSION + compare('ge = 5\nle = 9\nunit = "万元"'), "rule.one_comparison", "[[version.clause]]"),
    "a formula nobody knows": (
        HEAD + VERSION + clause('kind = "compare"\nvalue = { formula = "magic", of = [1] }\nge = 1'), "rule.unknown_formula", "magic",
    ),
    "arguments of a formula": (
        HEAD + VERSION + clause('kind = "compare"\nvalue = { formula = "percent", of = ["employees"] }\nge = 1'),
        "rule.wrong_arguments", "percent",
    ),
    "a parameter nobody defined": (HEAD + VERSION + compare('ge = { parameter = "x" }\nunit = "万元"'), "rule.unknown_parameter", '"x"'),
    "no clause": (HEAD + VERSION + GOOD.replace('clause = "第一条"\n', ""), "rule.missing_clause", "[[version.clause]]"),
    "one label of two": (HEAD + VERSION + GOOD.replace(', en = "clause"', ""), "rule.missing_label", 'zh = "条"'),
    "no date": (HEAD + VERSION.replace("from = 2020-01-01\n", "") + GOOD, "rule.missing_date", "[[version]]"),
    "dates the wrong way": (HEAD + VERSION + "to = 2019-01-01\n" + GOOD, "rule.dates_reversed", "to = 2019"),
    "no document": (HEAD + VERSION.replace('"doc"', '"other"') + GOOD, "rule.missing_source", '"other"'),
    "days the wrong way": (
        HEAD + VERSION + clause('kind = "dated"\nfield = "established_on"\nsince = 2024-01-01\nuntil = 2023-12-31'),
        "rule.dates_reversed", "until",
    ),
    "a span without a day": (HEAD + VERSION + clause('kind = "dated"\nfield = "established_on"'), "rule.missing_key", "[[version.clause]]"),
    "two versions for a day": (
        HEAD + VERSION + GOOD + VERSION.replace('"one"', '"two"').replace("2020", "2024") + GOOD, "rule.two_values", '[[version]]',
    ),
    "a word nobody knows": (HEAD + VERSION + GOOD.replace("field", "feild"), "rule.unknown_key", "feild"),
    "a kind nobody knows": (HEAD + VERSION + clause('kind = "flagg"'), "rule.bad_value", "flagg"),
    "an id twice": (HEAD + VERSION + GOOD + GOOD, "rule.duplicate_id", "id ="),
    "a score that asks itself": (
        HEAD + VERSION + clause('kind = "score_sum"', "s") + '[[version.clause.part]]\nid = "p"\nlabel = { zh = "部", en = "p" }\n'
        '[[version.clause.part.item]]\nkind = "given"\nvalue = "zjtx_dev_score"\nwhen = { kind = "score_reached", of = "s", ge = 1 }\n',
        "rule.cycle", "when =",
    ),
    "a score further down": (
        HEAD + VERSION + clause('kind = "score_reached"\nof = "later"\nge = 1'), "rule.unknown_reference", "later",
    ),
    "too many of too few": (
        HEAD + VERSION + clause('kind = "at_least"\nn = 3\nfields = ["own_brand", "listed"]'), "rule.bad_value", "n = 3",
    ),
    "broken TOML": (HEAD + "[[version", "rule.not_toml", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_each_is_refused_on_its_line(tmp_path: Path, name: str) -> None:
    rule, code, mark = REFUSALS[name]
    found = [one for one in refused(tmp_path, rule) if one.code == code]
    assert found, refused(tmp_path, rule)
    assert found[0].file.endswith("rule.toml")
    if mark:
        lines = rule.splitlines()
        assert mark in lines[(found[-1].row or 0) - 1], (found[-1], lines[(found[-1].row or 0) - 1])


def test_the_same_pack_without_the_mistake_is_read(tmp_path: Path) -> None:
    assert read_pack(written(tmp_path, HEAD + VERSION + GOOD), PACKS).key == f"draft/{tmp_path.name}"


def test_two_parameter_sets_for_a_day(tmp_path: Path) -> None:
    rule = HEAD + PARAMETER + VERSION + GOOD
    assert read_pack(written(tmp_path, rule, parameters=SET), PACKS).parameters_on(
        "331003", _day("2023-05-01")
    ) == {"least": 1}
    found = refused(tmp_path, rule, parameters=SET + SET.replace("2023", "2024"))
    assert [one.code for one in found] == ["rule.two_values"]
    assert found[0].file.endswith("here.toml") and found[0].row == 12
    assert (
        refused(tmp_path, rule, parameters=SET.replace("least", "most"))[0].code == "rule.unknown_parameter"
    )


def test_the_narrower_place_speaks_first_and_an_empty_one_is_unknown(tmp_path: Path) -> None:
    wide = SET.replace('"331003"', '"330000"').replace("= 1\n", "= 7\n")
    pack = read_pack(
        written(
            tmp_path, HEAD + PARAMETER + VERSION + GOOD, parameters=SET.replace("= 1\n", '= ""\n') + wide
        ),
        PACKS,
    )
    day = _day("2023-05-01")
    assert pack.parameters_on("331003", day) == {"least": None}
    assert pack.parameters_on("330624", day) == {"least": 7}
    assert pack.parameters_on("330624", _day("2022-05-01")) == {"least": None}


def test_a_pack_without_cases_is_refused_with_the_kinds_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(PackErrors) as caught:
        check_pack(written(tmp_path, HEAD + VERSION + GOOD), PACKS)
    assert [one.seen for one in caught.value.errors] == ["pass", "fail", "unknown", "boundary"]


def test_a_case_that_comes_out_otherwise_is_named_with_both_answers(tmp_path: Path) -> None:
    case = (
        '[[case]]\nkey = "{0}"\ntests = "{0}"\nabout = {{ zh = "某", en = "x" }}\non = 2023-05-01\n'
        'firm = {{ own_brand = {1} }}\nexpect = {{ verdict = "{2}" }}\n'
    )
    rows = (
        ("pass", "true", "met"),
        ("fail", "false", "met"),
        ("unknown", '""', "unknown"),
        ("boundary", "true", "met"),
    )
    text = "".join(case.format(*row) for row in rows)
    with pytest.raises(PackErrors) as caught:
        check_pack(written(tmp_path, HEAD + VERSION + GOOD, cases=text), PACKS)
    (one,) = caught.value.errors
    assert (one.code, one.column, one.seen, one.allowed, one.row) == (
        "rule.case_failed",
        "fail verdict",
        "unmet",
        "met",
        8,
    )


def test_all_errors_of_all_files_come_at_once(tmp_path: Path) -> None:
    rule = HEAD + VERSION.replace("from = 2020-01-01\n", "") + clause('kind = "flag"\nfield = "own_brend"')
    found = refused(tmp_path, rule, source=SOURCE.replace('confidence = "A"\n', ""))
    assert {one.code for one in found} == {"rule.missing_key", "rule.missing_date", "rule.unknown_field"}


def test_every_code_of_the_rules_has_a_sentence() -> None:
    messages = Messages.load(PACKS / "errors.toml")
    source = Path(read_pack.__code__.co_filename).parent
    codes = {
        code
        for path in source.glob("*.py")
        for code in re.findall(r'"((?:rule|firm)\.[a-z_]+)"', path.read_text(encoding="utf-8"))
        if code not in ("rule.toml", "firm.csv")
    }
    assert len(codes) > 40
    assert not [code for code in codes if messages.what(code, "en", {}).startswith("Error ")]


def test_every_pack_that_ships_passes_its_cases() -> None:
    for pack in read_all(PACKS).values():
        assert len(check_pack(pack.folder, PACKS).results) >= 4


def _day(text: str):
    from datetime import date

    return date.fromisoformat(text)
