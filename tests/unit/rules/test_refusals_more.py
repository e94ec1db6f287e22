"""More of what the reader refuses: every key of every kind of table, its code and the line it stands on."""

# ruff: noqa: E501 - rules written out, one a line

from pathlib import Path

import pytest
from rules_house import HEAD, PACKS, SOURCE, VERSION, clause, written

from jiqun.core.errors import InputError, PackErrors, RowError
from jiqun.core.messages import Messages
from jiqun.rules.reader import packs_root, read_pack

OWN = clause('kind = "flag"\nfield = "own_brand"')
LABEL = 'label = { zh = "某", en = "x" }\n'
PARAMETER = f'[[parameter]]\nname = "least"\n{LABEL}unit = "万元"\n'
SET = f'[[set]]\nregion = "331003"\n{LABEL}document = "doc"\nfrom = 2023-01-01\n[set.values]\nleast = 1\n'
GRADES = '[version.grades]\nof = ["one"]\n[[version.grades.grade]]\nkey = "A"\n' + LABEL
TRANSITION = '[[transition]]\nkind = "new"\nfrom = 2026-01-01\nto = 2027-01-01\nversion = "one"\n'
MEASURE = f'[[version.measure]]\nid = "m"\n{LABEL}grades = ["A"]\n'


def item(body: str) -> str:
    """A score whose only item is this."""
    return clause('kind = "score_sum"') + (
        f'[[version.clause.part]]\nid = "part"\n{LABEL}[[version.clause.part.item]]\nid = "item"\n{LABEL}{body}\n'
    )


GIVEN = 'kind = "given"\nvalue = "zjtx_dev_score"'
SCORE = item(GIVEN)


def kind(body: str) -> str:
    return VERSION + clause(body)


BODIES: dict[str, tuple[str, str, str]] = {
    # what is wrong: (the rule after its head, the code, a piece of the line it must be told for)
    # Leaves
    "flag without field": (kind('kind = "flag"'), "rule.missing_key", "[[version.clause]]"),
    "flag is no yes": (kind('kind = "flag"\nfield = "own_brand"\nis = "no"'), "rule.bad_value", 'is = "no"'),
    "field is a number": (kind('kind = "flag"\nfield = 3'), "rule.bad_value", "field = 3"),
    "field of year nought": (kind('kind = "flag"\nfield = "own_brand@-0"'), "rule.unknown_field", "@-0"),
    "field of no year": (kind('kind = "flag"\nfield = "own_brand@-x"'), "rule.unknown_field", "@-x"),
    "field of a raised year": (kind('kind = "compare"\nvalue = "rd_expense_wan@-²"\nge = 1'), "rule.unknown_field", "@-²"),
    "one_of without words": (kind('kind = "one_of"\nfield = "per_mu_tier"'), "rule.missing_key", "[[version.clause]]"),
    "one_of of a strange word": (kind('kind = "one_of"\nfield = "per_mu_tier"\nchoices = ["大"]'), "rule.bad_value", "大"),
    "one_of of numbers": (kind('kind = "one_of"\nfield = "per_mu_tier"\nchoices = [1]'), "rule.bad_value", "choices = [1]"),
    "one_of of a flag": (kind('kind = "one_of"\nfield = "listed"\nchoices = ["x"]'), "rule.wrong_kind", "listed"),
    "within without span": (kind('kind = "within"\nfield = "established_on"'), "rule.missing_key", "[[version.clause]]"),
    "within below nought": (kind('kind = "within"\nfield = "established_on"\nyears = -1'), "rule.bad_value", "years = -1"),
    "aged by half years": (kind('kind = "aged"\nfield = "established_on"\nyears = 1.5'), "rule.bad_value", "years = 1.5"),
    "aged by yes": (kind('kind = "aged"\nfield = "established_on"\ndays = true'), "rule.bad_value", "days = true"),
    "aged of a number": (kind('kind = "aged"\nfield = "employees"\ndays = 1'), "rule.wrong_kind", "employees"),
    "dated by a text": (kind('kind = "dated"\nfield = "established_on"\nsince = "2020"'), "rule.bad_value", "since ="),
    "dated by an hour": (kind('kind = "dated"\nfield = "established_on"\nuntil = 2020-01-01T00:00:00'), "rule.bad_value", "until ="),
    "title of a flag": (kind('kind = "title_held"\nfield = "listed"'), "rule.wrong_kind", "listed"),
    "decision in a number": (kind('kind = "manual"\ndecided = "employees"'), "rule.wrong_kind", "employees"),
    "manual with a field": (kind('kind = "manual"\nfield = "listed"'), "rule.unknown_key", "listed"),
    "no kind": (kind(""), "rule.missing_key", "[[version.clause]]"),
    "a kind that is no text": (kind("kind = 3"), "rule.bad_value", "kind = 3"),
    # Comparisons
    "compare nothing": (kind('kind = "compare"\nge = 1'), "rule.missing_key", "[[version.clause]]"),
    "compare without sign": (kind('kind = "compare"\nvalue = "employees"\nunit = "人"'), "rule.one_comparison", "[[version.clause]]"),
    "compare a list": (kind('kind = "compare"\nvalue = ["employees"]\nge = 1'), "rule.bad_value", "value ="),
    "compare a flag": (kind('kind = "compare"\nvalue = "listed"\nge = 1'), "rule.wrong_kind", "listed"),
    "compare with yes": (kind('kind = "compare"\nvalue = "employees"\nge = true\nunit = "人"'), "rule.bad_value", "ge = true"),
    "compare with no number": (kind('kind = "compare"\nvalue = "employees"\nge = nan\nunit = "人"'), "rule.bad_value", "ge = nan"),
    "compare two ways at once": (
        kind('kind = "compare"\nvalue = { formula = "highest", parameter = "least", of = [1] }\nge = 1'), "rule.bad_value", "parameter",
    ),
    "a unit for a bare number": (
        kind('kind = "compare"\nvalue = { formula = "ratio", of = ["tax_paid_wan", "tax_paid_wan"] }\nge = 1\nunit = "人"'), "rule.unit_mismatch", "unit =",
    ),
    "fields in two units": (
        kind('kind = "compare"\nvalue = "tax_paid_wan"\nge = "employees"'), "rule.unit_mismatch", 'ge = "employees"',
    ),
    "a formula without list": (kind('kind = "compare"\nvalue = { formula = "highest", of = 3 }\nge = 1'), "rule.bad_value", "highest"),
    "a formula with a word": (kind('kind = "compare"\nvalue = { formula = "highest", of = [1], as = 2 }\nge = 1'), "rule.unknown_key", "as = 2"),
    "too many arguments": (kind('kind = "compare"\nvalue = { formula = "ratio", of = [1, 2, 3] }\nge = 1'), "rule.wrong_arguments", "ratio"),
    "no arguments": (kind('kind = "compare"\nvalue = { formula = "highest" }\nge = 1'), "rule.wrong_arguments", "highest"),
    "nothing defined": (kind('kind = "compare"\nvalue = { defined = "a" }\nge = 1'), "rule.unknown_reference", "defined"),
    "platform without name": (
        kind('kind = "platform_supplied"\nvalue = "zjtx_dev_score"\nge = 60\nunit = "分"'), "rule.missing_label", "[[version.clause]]",
    ),
    "platform of a formula": (
        kind('kind = "platform_supplied"\nvalue = { defined = "a" }\nge = 1\nplatform = { zh = "台", en = "p" }'), "rule.bad_value", "defined",
    ),
    # Groups
    "all of nothing": (kind('kind = "all"'), "rule.missing_key", "[[version.clause]]"),
    "any of an empty list": (kind('kind = "any"\nof = []'), "rule.missing_key", "of = []"),
    "veto of a word": (kind('kind = "veto"\nof = "listed"'), "rule.bad_value", 'of = "listed"'),
    "veto of words": (kind('kind = "veto"\nof = ["listed"]'), "rule.bad_value", "of ="),
    "fields of a number": (kind('kind = "all"\nfields = ["employees"]'), "rule.wrong_kind", "employees"),
    "flags compared": (kind('kind = "all"\nfields = ["listed"]\nge = 1'), "rule.wrong_kind", "listed"),
    "at_least of none": (kind('kind = "at_least"\nn = 0\nfields = ["listed"]'), "rule.bad_value", "n = 0"),
    "at_least one and a half": (kind('kind = "at_least"\nn = 1.5\nfields = ["listed", "own_brand"]'), "rule.bad_value", "n = 1.5"),
    "at_least without n": (kind('kind = "at_least"\nfields = ["listed"]'), "rule.missing_key", "[[version.clause]]"),
    "exempts without condition": (kind('kind = "exempts"\nwaived_by = { kind = "manual" }'), "rule.missing_key", "[[version.clause]]"),
    "exempts by a word": (kind('kind = "exempts"\ncondition = { kind = "manual" }\nwaived_by = "x"'), "rule.bad_value", "waived_by"),
    "a kind inside a group": (kind('kind = "all"\nof = [{ kind = "alll" }]'), "rule.bad_value", "alll"),
    "a score inside a group": (kind('kind = "all"\nof = [{ kind = "given" }]'), "rule.bad_value", "given"),
    "a node without name": (kind('kind = "all"\nof = [{ kind = "compare", value = 1, ge = 1 }]'), "rule.missing_label", "of ="),
    # What every node carries
    "no id": (VERSION + OWN.replace('id = "one"\n', ""), "rule.missing_key", "[[version.clause]]"),
    "an id inside that is another's": (VERSION + OWN + clause('kind = "all"\nof = [{ kind = "manual", id = "one" }]', "two"), "rule.duplicate_id", "manual"),
    "an empty clause": (VERSION + OWN.replace("第一条", " "), "rule.missing_key", 'clause = " "'),
    "a label that is a text": (VERSION + OWN.replace('{ zh = "条", en = "clause" }', '"条"'), "rule.missing_label", 'label = "条"'),
    "only some other kind": (kind('kind = "manual"\nonly = ["renewal"]'), "rule.bad_value", "renewal"),
    "sure as E": (kind('kind = "manual"\nconfidence = "E"'), "rule.bad_value", 'confidence = "E"'),
    "perhaps changeable": (kind('kind = "manual"\nchangeable = "perhaps"'), "rule.bad_value", "perhaps"),
    "when a word": (kind('kind = "manual"\nwhen = "listed"'), "rule.bad_value", "when ="),
    "when a strange kind": (kind('kind = "manual"\nwhen = { kind = "x" }'), "rule.bad_value", "when ="),
    # Scores
    "a score without parts": (kind('kind = "score_sum"'), "rule.missing_key", "[[version.clause]]"),
    "a part without items": (kind(f'kind = "score_sum"\n[[version.clause.part]]\nid = "p"\n{LABEL}'), "rule.missing_key", "[[version.clause.part]]"),
    "a part for some alone": (VERSION + SCORE.replace('id = "part"\n', 'id = "part"\nonly = ["new"]\n'), "rule.unknown_key", "only"),
    "a part sometimes": (VERSION + SCORE.replace('id = "part"\n', 'id = "part"\nwhen = { kind = "manual" }\n'), "rule.unknown_key", "when"),
    "minimum and above": (kind('kind = "score_sum"\nminimum = 1\nabove = 2'), "rule.one_comparison", "above = 2"),
    "a minimum in 万元": (PARAMETER + VERSION + SCORE.replace('kind = "score_sum"', 'kind = "score_sum"\nminimum = { parameter = "least" }'), "rule.unit_mismatch", "minimum"),
    "an item of a strange kind": (VERSION + item('kind = "flag"\nfield = "listed"'), "rule.bad_value", 'kind = "flag"'),
    "an item with a strange word": (VERSION + item(GIVEN + "\nmost = 3"), "rule.unknown_key", "most = 3"),
    "a given number of people": (VERSION + item('kind = "given"\nvalue = "employees"'), "rule.unit_mismatch", "employees"),
    "no bands": (VERSION + item('kind = "band_table"\nvalue = "segment_share_pct"\nunit = "%"'), "rule.missing_key", "item]]"),
    "a band from a word": (VERSION + item('kind = "band_table"\nvalue = "segment_share_pct"\nunit = "%"\nbands = [{ to = "x", points = 1 }]'), "rule.bad_value", "bands"),
    "a band without points": (VERSION + item('kind = "band_table"\nvalue = "segment_share_pct"\nunit = "%"\nbands = [{ }]'), "rule.missing_key", "bands"),
    "a band with a word": (VERSION + item('kind = "band_table"\nvalue = "segment_share_pct"\nunit = "%"\nbands = [{ points = 1, at = 2 }]'), "rule.unknown_key", "bands"),
    "bands in another unit": (VERSION + item('kind = "band_table"\nvalue = "segment_share_pct"\nunit = "人"\nbands = [{ points = 1 }]'), "rule.unit_mismatch", "unit ="),
    "bands without unit": (VERSION + item('kind = "band_table"\nvalue = "segment_share_pct"\nbands = [{ points = 1 }]'), "rule.missing_unit", "item]]"),
    "bands that go on": (VERSION + item('kind = "band_table"\nvalue = "segment_share_pct"\nunit = "%"\nboundary = "continuous"\nbands = [{ points = 1 }]'), "rule.bad_value", "continuous"),
    "points upside down": (VERSION + item('kind = "expert_range"\npoints = [8, 7]'), "rule.bad_value", "points = [8, 7]"),
    "points of three": (VERSION + item('kind = "expert_range"\npoints = [1, 2, 3]'), "rule.bad_value", "points ="),
    "points in words": (VERSION + item('kind = "expert_range"\npoints = "many"'), "rule.bad_value", "many"),
    "no points": (VERSION + item('kind = "expert_range"'), "rule.missing_key", "item]]"),
    "an expert's flag": (VERSION + item('kind = "expert_range"\npoints = 1\ndecided = "listed"'), "rule.wrong_kind", "decided"),
    "a case without when": (VERSION + item('kind = "first_match"\notherwise = 0\ncase = [{ points = 1 }]'), "rule.missing_key", "case ="),
    "a case without points": (VERSION + item('kind = "first_match"\notherwise = 0\ncase = [{ when = { kind = "manual" } }]'), "rule.missing_key", "case ="),
    "no otherwise": (VERSION + item('kind = "first_match"\ncase = [{ when = { kind = "manual" }, points = 1 }]'), "rule.missing_key", "item]]"),
    "no options": (VERSION + item('kind = "multi_select_capped"\neach = 1'), "rule.missing_key", "item]]"),
    "options worth nothing": (VERSION + item('kind = "multi_select_capped"\noptions = ["listed"]'), "rule.missing_key", "item]]"),
    "a later option worth nothing": (VERSION + item('kind = "multi_select_capped"\noptions = [{ field = "listed", points = 1 }, "own_brand"]'), "rule.missing_key", "item]]"),
    "an option that is a number": (VERSION + item('kind = "multi_select_capped"\neach = 1\noptions = [7]'), "rule.bad_value", "options"),
    "an option without points": (VERSION + item('kind = "multi_select_capped"\noptions = [{ field = "listed" }]'), "rule.missing_key", "options"),
    "an option in numbers": (VERSION + item('kind = "multi_select_capped"\neach = 1\noptions = ["employees"]'), "rule.wrong_kind", "options"),
    "steps of nought": (VERSION + item('kind = "per_step"\nvalue = "employees"\nunit = "人"\nstep = 0\npoints = 1'), "rule.bad_value", "step = 0"),
    "steps back": (VERSION + item('kind = "per_step"\nvalue = "employees"\nunit = "人"\nstep = -1\npoints = 1'), "rule.bad_value", "step = -1"),
    "steps of nothing": (VERSION + item('kind = "per_step"\nvalue = "employees"\nunit = "人"\npoints = 1'), "rule.missing_key", "item]]"),
    "a ratio without weight": (VERSION + item('kind = "ratio_to_base"\nvalue = "employees"\nbase = 1'), "rule.missing_key", "item]]"),
    "a ratio without base": (VERSION + item('kind = "ratio_to_base"\nvalue = "employees"\nweight = 1'), "rule.missing_key", "item]]"),
    "a base in another unit": (VERSION + item('kind = "ratio_to_base"\nvalue = "employees"\nbase = "tax_paid_wan"\nweight = 1'), "rule.unit_mismatch", "base ="),
    "the best of nothing": (VERSION + item('kind = "best_of"'), "rule.missing_key", "item]]"),
    "a score reached by nobody": (kind('kind = "score_reached"\nof = "x"\nge = 1'), "rule.unknown_reference", "of ="),
    "a score reached without sign": (VERSION + SCORE + clause('kind = "score_reached"\nof = "one"', "two"), "rule.one_comparison", "[[version.clause]]"),
    # Versions, levels, grades, measures, transitions
    "no version": ("", "rule.missing_key", ""),
    "a version of nothing": (VERSION, "rule.missing_key", "[[version]]"),
    "a version that is a word": ('version = "one"\n' + HEAD, "rule.bad_value", "version ="),
    "a version without name": (VERSION.replace('label = { zh = "一", en = "one" }\n', "") + OWN, "rule.missing_label", "[[version]]"),
    "two versions of one key": (VERSION + "to = 2021-01-01\n" + OWN + VERSION.replace("2020", "2022") + OWN, "rule.duplicate_id", "key ="),
    "a day that is a text": (VERSION.replace("2020-01-01", '"2020-01-01"') + OWN, "rule.bad_value", "from ="),
    "ends on the day it starts": (VERSION + "to = 2020-01-01\n" + OWN, "rule.dates_reversed", "to ="),
    "edges of a version": (VERSION + 'boundary = "open"\n' + OWN, "rule.bad_value", "boundary"),
    "a strange word in a version": (VERSION + "until = 3\n" + OWN, "rule.unknown_key", "until"),
    "a strange word at the top": ("more = 1\n" + HEAD + VERSION + OWN, "rule.unknown_key", "more"),
    "a gate of a strange kind": (VERSION + '[version.applies]\nkind = "x"\n' + OWN, "rule.bad_value", "kind ="),
    "a level without key": (VERSION + f'[[version.level]]\n{LABEL}kind = "manual"\n', "rule.missing_key", "[[version.level]]"),
    "levels and grades": (VERSION + SCORE + f'[[version.level]]\nkey = "l"\n{LABEL}kind = "manual"\n' + GRADES, "rule.one_comparison", "[version.grades]"),
    "grades of no score": (VERSION + OWN + GRADES, "rule.unknown_reference", "of ="),
    "grades of nothing": (VERSION + SCORE + GRADES.replace('of = ["one"]\n', ""), "rule.unknown_reference", "[version.grades]"),
    "no grades": (VERSION + SCORE + '[version.grades]\nof = ["one"]\n', "rule.missing_key", "[version.grades]"),
    "grades by number": (VERSION + SCORE + GRADES.replace('of = ["one"]\n', 'of = ["one"]\ngroup = ["employees"]\n'), "rule.wrong_kind", "group ="),
    "a share in 万元": (PARAMETER + VERSION + SCORE + GRADES + 'share = { parameter = "least" }\n', "rule.unit_mismatch", "share"),
    "a rule of no grade": (VERSION + SCORE + GRADES + '[[version.grades.rule]]\ngrade = "Z"\nwhen = { kind = "manual" }\n', "rule.bad_value", '"Z"'),
    "a rule without when": (VERSION + SCORE + GRADES + '[[version.grades.rule]]\ngrade = "A"\n', "rule.missing_key", "grades.rule]]"),
    "a rule perhaps fixed": (VERSION + SCORE + GRADES + '[[version.grades.rule]]\ngrade = "A"\nfixed = 1\nwhen = { kind = "manual" }\n', "rule.bad_value", "fixed"),
    "a measure of no grade": (VERSION + SCORE + GRADES + MEASURE.replace('"A"', '"Z"'), "rule.unknown_reference", "grades ="),
    "a measure without grades": (VERSION + OWN + MEASURE, "rule.unknown_reference", "grades ="),
    "a measure in no unit": (VERSION + SCORE + GRADES + MEASURE + 'amount = "tax_paid_wan"\n', "rule.unit_mismatch", "amount"),
    "a measure in another unit": (VERSION + SCORE + GRADES + MEASURE + 'amount = "tax_paid_wan"\nunit = "人"\n', "rule.unit_mismatch", "amount"),
    "a transition to nothing": (VERSION + OWN + TRANSITION.replace('"one"', '"x"'), "rule.bad_value", "version ="),
    "a transition of no kind": (VERSION + OWN + TRANSITION.replace('"new"', '"old"'), "rule.bad_value", "kind ="),
    "a transition without day": (VERSION + OWN + TRANSITION.replace("from = 2026-01-01\n", ""), "rule.missing_date", "[[transition]]"),
    "two transitions for a day": (VERSION + OWN + TRANSITION + TRANSITION.replace("2026", "2025"), "rule.two_values", "[[transition]]"),
    "a parameter twice": (PARAMETER + PARAMETER + VERSION + OWN, "rule.duplicate_id", "name ="),
    "a parameter without name": (PARAMETER.replace('name = "least"\n', "") + VERSION + OWN, "rule.missing_key", "[[parameter]]"),
    "a value defined as nothing": ('[define]\na = { formula = "x", of = [1] }\n' + VERSION + OWN, "rule.unknown_formula", "a ="),
}  # fmt: skip


def refused(folder: Path, rule: str, **files: str) -> list[RowError]:
    with pytest.raises(PackErrors) as caught:
        read_pack(written(folder, rule, **files), PACKS)
    return list(caught.value.errors)


@pytest.mark.parametrize("name", BODIES)
def test_each_is_refused_on_its_line(tmp_path: Path, name: str) -> None:
    body, code, mark = BODIES[name]
    text = body if HEAD in body else HEAD + body
    found = [one for one in refused(tmp_path, text) if one.code == code]
    assert found, refused(tmp_path, text)
    told = [text.splitlines()[(one.row or 1) - 1] for one in found]
    assert any(mark in line for line in told), told


HEADS = {
    "no label": ("[pack]\n", "rule.missing_label"),
    "a word": (HEAD + "since = 3\n", "rule.unknown_key"),
    "places that are no texts": (HEAD + "regions = [331003]\n", "rule.bad_value"),
    "a title that is no day": (HEAD + 'title = "listed"\n', "rule.wrong_kind"),
    "a title nobody knows": (HEAD + 'title = "titel"\n', "rule.unknown_field"),
    "half a year": (HEAD + "valid_years = 0.5\n", "rule.bad_value"),
    "a tier that is a number": (HEAD + 'tier_field = "employees"\n', "rule.wrong_kind"),
}


@pytest.mark.parametrize("name", HEADS)
def test_the_head_of_a_pack(tmp_path: Path, name: str) -> None:
    head, code = HEADS[name]
    (found,) = [one for one in refused(tmp_path, head + VERSION + OWN) if one.code == code and one.row][:1]
    assert (found.row or 0) <= len(head.splitlines())


SETS = {
    "a day too few": (SET.replace("from = 2023-01-01\n", ""), "rule.missing_date", "[[set]]"),
    "days the wrong way": (SET.replace("[set.values]", "to = 2022-01-01\n[set.values]"), "rule.dates_reversed", "to ="),
    "a document nobody has": (SET.replace('"doc"', '"x"'), "rule.missing_source", "document"),
    "no document": (SET.replace('document = "doc"\n', ""), "rule.missing_key", "[[set]]"),
    "a number in words": (SET.replace("least = 1", 'least = "one"'), "rule.bad_value", "least"),
    "a number that is yes": (SET.replace("least = 1", "least = true"), "rule.bad_value", "least"),
    "a number without end": (SET.replace("least = 1", "least = inf"), "rule.bad_value", "least"),
    "sure as E": (SET.replace("[set.values]", 'confidence = "E"\n[set.values]'), "rule.bad_value", "confidence"),
    "a word": (SET.replace("[set.values]", "year = 3\n[set.values]"), "rule.unknown_key", "year"),
    "something else": (SET + "[more]\n", "rule.unknown_key", "[more]"),
    "values that are a list": (SET.replace("[set.values]\nleast = 1", "values = [1]"), "rule.bad_value", "values"),
    "broken": ("[[set", "rule.not_toml", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_the_numbers_of_a_place(tmp_path: Path, name: str) -> None:
    text, code, mark = SETS[name]
    (found,) = refused(tmp_path, HEAD + PARAMETER + VERSION + OWN, parameters=text)
    assert (found.code, Path(found.file).name) == (code, "here.toml")
    assert not mark or mark in text.splitlines()[(found.row or 0) - 1]


SOURCES = {
    "no document": ("", "rule.missing_source"),
    "sure as E": (SOURCE.replace('"A"', '"E"'), "rule.bad_value"),
    "not told how sure": (SOURCE.replace('confidence = "A"\n', ""), "rule.missing_key"),
    "no issuer": (SOURCE.replace("issuer", "# issuer"), "rule.missing_label"),
    "a title in one language": (SOURCE.replace('zh = "某办法", ', ""), "rule.missing_label"),
    "a day in words": (SOURCE.replace("2020-01-01", '"2020"'), "rule.bad_value"),
    "a word": (SOURCE + "page = 3\n", "rule.unknown_key"),
    "left out without why": (
        SOURCE + '[[not_encoded]]\nwhat = { zh = "某", en = "x" }\n',
        "rule.missing_label",
    ),
    "broken": ("[[document", "rule.not_toml"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_the_documents_of_a_pack(tmp_path: Path, name: str) -> None:
    text, code = SOURCES[name]
    found = refused(tmp_path, HEAD + VERSION + OWN, source=text)
    assert code in [one.code for one in found if Path(one.file).name == "source.toml"], found


def test_a_file_that_is_not_there_or_not_utf8_is_named_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(PackErrors) as caught:
        read_pack(tmp_path, PACKS)
    missing = [(one.code, Path(one.file).name) for one in caught.value.errors if one.row is None]
    assert missing == [("rule.no_file", "rule.toml"), ("rule.no_file", "source.toml")]
    written(tmp_path, HEAD + VERSION + OWN)
    (tmp_path / "rule.toml").write_bytes((HEAD + VERSION + OWN).encode("gb18030"))
    with pytest.raises(PackErrors) as caught:
        read_pack(tmp_path, PACKS)
    assert caught.value.errors[0].code == "rule.not_utf8"


def test_a_folder_in_no_packs_must_tell_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"rule\.no_packs"):
        packs_root(tmp_path)
    assert packs_root(PACKS / "national" / "little_giant") == PACKS


def test_every_code_in_these_tables_has_its_sentence() -> None:
    messages = Messages.load(PACKS / "errors.toml")
    codes = {row[1] for table in (BODIES, HEADS, SETS, SOURCES) for row in table.values()}
    told = {code: messages.what(code, "zh", {"seen": "x", "allowed": "y"}) for code in codes}
    assert len(codes) >= 18 and len(set(told.values())) == len(codes)
