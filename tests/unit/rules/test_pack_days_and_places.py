"""Versions to the day, numbers of places, what is left out, columns of the catalogue, values as written, packs as told."""

# ruff: noqa: E501 - rules written out, one a line

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from rules_house import HEAD, PACKS, SOURCE, VERSION, catalogue, clause, firm, shipped, written

from jiqun.core.errors import InputError, PackError, PackErrors
from jiqun.core.states import NEVER
from jiqun.rules.catalogue import COLUMNS, Catalogue
from jiqun.rules.judge import judge_pack
from jiqun.rules.left_out import FILE, policies_left_out
from jiqun.rules.lines import Lines
from jiqun.rules.pack import Pack, places
from jiqun.rules.placing import Outer, inside
from jiqun.rules.reader import overlap, read_pack
from jiqun.rules.showing import differences, needed_text, operand_text, pack_object, pack_text, plain, told
from jiqun.rules.tree import About, Constant, Field, Formula, Label, Parameter
from jiqun.rules.values import BadValue, value_of

D = Decimal
LABEL = 'label = { zh = "某", en = "x" }\n'
OWN = clause('kind = "flag"\nfield = "own_brand"')


def version(key: str, starts: str, ends: str = "") -> str:
    to = f"to = {ends}\n" if ends else ""
    return VERSION.replace('"one"', f'"{key}"', 1).replace("2020-01-01", starts) + to + OWN


THREE = (
    HEAD + version("first", "2020-01-01", "2022-01-01") + version("second", "2022-01-01", "2024-07-01")
    + version("third", "2025-01-01")
    + '[[transition]]\nkind = "re_review"\nfrom = 2022-01-01\nto = 2023-01-01\nversion = "first"\n'
)  # fmt: skip


@pytest.mark.parametrize(
    ("on", "new", "again"),
    [
        ("2019-12-31", "", ""), ("2020-01-01", "first", "first"), ("2021-12-31", "first", "first"),
        ("2022-01-01", "second", "first"), ("2022-12-31", "second", "first"), ("2023-01-01", "second", "second"),
        ("2024-06-30", "second", "second"), ("2024-07-01", "", ""), ("2024-12-31", "", ""), ("2025-01-01", "third", "third"),
        ("2199-01-01", "third", "third"),
    ],
)  # fmt: skip
def test_the_version_of_a_day(tmp_path: Path, on: str, new: str, again: str) -> None:
    """The first day counts in and the last does not; in 2022 re-reviews still go by the first text."""
    pack = read_pack(written(tmp_path, THREE), PACKS)
    for kind, expected in (("new", new), ("re_review", again)):
        if expected:
            assert pack.version_on(date.fromisoformat(on), kind).key == expected
        else:
            with pytest.raises(InputError, match=r"pack\.no_version") as caught:
                pack.version_on(date.fromisoformat(on), kind)
            assert "first: 2020-01-01…2022-01-01" in str(caught.value.facts["allowed"])


def test_a_version_by_its_key(tmp_path: Path) -> None:
    pack = read_pack(written(tmp_path, THREE), PACKS)
    assert pack.version("second").starts == date(2022, 1, 1)
    with pytest.raises(InputError) as caught:
        pack.version("fourth")
    assert caught.value.facts == {"seen": "fourth", "allowed": "first second third"}


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (("2020-01-01", "2021-01-01"), ("2021-01-01", "2022-01-01"), False),
        (("2020-01-01", "2021-01-02"), ("2021-01-01", "2022-01-01"), True),
        (("2020-01-01", None), ("2021-01-01", "2022-01-01"), True),
        (("2022-01-01", None), ("2021-01-01", "2022-01-01"), False),
        (("2022-01-01", None), ("2030-01-01", None), True),
        (("2020-01-01", "2030-01-01"), ("2021-01-01", "2022-01-01"), True),
    ],
)
def test_spans_that_share_a_day(
    one: tuple[str, str | None], other: tuple[str, str | None], shared: bool
) -> None:
    spans = [(date.fromisoformat(a), None if b is None else date.fromisoformat(b)) for a, b in (one, other)]
    assert overlap(spans[0], spans[1]) is overlap(spans[1], spans[0]) is shared


@pytest.mark.parametrize(
    ("region", "around"),
    [
        ("331003", ("331003", "331000", "330000", "")), ("331000", ("331000", "330000", "")),
        ("330000", ("330000", "")), ("", ("",)),
    ],
)  # fmt: skip
def test_a_place_and_what_is_around_it(region: str, around: tuple[str, ...]) -> None:
    assert places(region) == around


def numbers(*sets: tuple[str, str, str, str]) -> str:
    """Sets as (region, tier, first day, value of a)."""
    return "".join(
        f'[[set]]\nregion = "{region}"\ntier = "{tier}"\n{LABEL}document = "doc"\nfrom = {starts}\n[set.values]\na = {value}\n'
        for region, tier, starts, value in sets
    )


def numbered(folder: Path, text: str) -> Pack:
    head = HEAD + 'tier_field = "per_mu_tier"\n' + f'[[parameter]]\nname = "a"\n{LABEL}unit = ""\n'
    return read_pack(written(folder, head + VERSION + OWN, parameters=text), PACKS)


SETS = [
    ("", "", "2020-01-01", "1"), ("330000", "", "2021-01-01", "2"), ("331000", "", "2021-01-01", "3"),
    ("331003", "规上", "2021-01-01", "5"), ("331003", "", "2021-01-01", "4"), ("331004", "", "2021-01-01", '""'),
]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1], ids=["as written", "the other way round"])
@pytest.mark.parametrize(
    ("region", "tier", "on", "value"),
    [
        ("331003", "规上", "2021-01-01", 5), ("331003", "规下", "2021-01-01", 4), ("331003", "", "2021-01-01", 4),
        ("331002", "规上", "2021-01-01", 3), ("330624", "规上", "2021-01-01", 2), ("110000", "", "2021-01-01", 1),
        ("", "", "2021-01-01", 1), ("331003", "规上", "2020-12-31", 1), ("331003", "规上", "2019-12-31", None),
        ("331004", "规上", "2021-01-01", None),
    ],
)  # fmt: skip
def test_the_narrower_place_and_tier_speak_whatever_the_order_of_the_file(
    tmp_path: Path, region: str, tier: str, on: str, value: int | None, order: int
) -> None:
    pack = numbered(tmp_path, numbers(*SETS[::order]))
    day = date.fromisoformat(on)
    assert pack.parameters_on(region, day, tier) == {"a": value}
    source = pack.sets_of(region, day, tier)
    assert (source["a"].values["a"] if source else None) == value


def test_a_set_ends_before_its_last_day(tmp_path: Path) -> None:
    text = numbers(("331003", "", "2021-01-01", "4")).replace("[set.values]", "to = 2022-01-01\n[set.values]")
    pack = numbered(tmp_path, text)
    found = [pack.parameters_on("331003", date(*day))["a"] for day in ((2021, 12, 31), (2022, 1, 1))]
    assert found == [4, None]
    assert pack.sets[0].line == 1 and pack.sets[0].file.endswith("here.toml")


# Policies left out


def test_policies_left_out(tmp_path: Path) -> None:
    assert policies_left_out(tmp_path) == {}, "no file: none"
    row = '[[policy]]\nkey = "{0}"\nwhat = {{ zh = "甲", en = "a" }}\nwhy = {{ zh = "无文本", en = "no text" }}\n'
    path = tmp_path / FILE
    path.write_text(row.format("b") + row.format("a"), encoding="utf-8")
    found = policies_left_out(tmp_path)
    assert list(found) == ["b", "a"] and found["a"].why == Label("无文本", "no text")
    path.write_text(row.format("c"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert list(policies_left_out(tmp_path)) == ["c"], "a changed file is read again"
    path.write_text(row.format("c") + row.format("c") + "[more]\n", encoding="utf-8")
    os.utime(path, ns=(2, 2))
    with pytest.raises(PackErrors) as caught:
        policies_left_out(tmp_path)
    assert [(one.code, one.row) for one in caught.value.errors] == [
        ("rule.unknown_key", 9),
        ("rule.duplicate_id", 6),
    ]


# The catalogue and values


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("employees", ("employees", 0)), ("rd_expense_wan@-1", ("rd_expense_wan", 1)), ("rd_expense_wan@-0", None),
        ("rd_expense_wan@-9", None), ("rd_expense_wan@", None), ("rd_expense_wan@-", None), ("rd_expense_wan@1", None),
        ("rd_expense_wan@-x", None), ("rd_expense_wan@-²", None), ("rd_expense_wan@--1", None), ("", None), ("name", None),
        ("listed@-1", None), ("RD_EXPENSE_WAN", None),
    ],
)  # fmt: skip
def test_the_field_of_a_column(column: str, found: tuple[str, int] | None) -> None:
    field = catalogue().field(column)
    assert (field and (field.name, field.year_back)) == found


def test_every_column_reads_back_as_its_field() -> None:
    columns = catalogue().columns()
    assert columns[:3] == ("uscc", "name", "region") and len(set(columns)) == len(columns)
    for column in columns[3:]:
        field = catalogue().field(column)
        assert field is not None and field.column == column


ROW = {"column": "a", "type": "number", "unit": "人", "period": "year", "years": "1"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"unit": "筐"}, "pack.unknown_unit"), ({"type": "sum"}, "pack.unknown_word"), ({"period": "day"}, "pack.unknown_word"), ({}, "pack.duplicate_key")],
)  # fmt: skip
def test_a_catalogue_with_a_mistake(tmp_path: Path, changed: dict[str, str], code: str) -> None:
    rows = [ROW | changed, ROW] if not changed else [ROW | changed]
    lines = [",".join(COLUMNS), *(",".join(row.get(name, "") for name in COLUMNS) for row in rows)]
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "firm.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "units.toml").write_text((PACKS / "units.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        Catalogue.load(tmp_path)
    assert caught.value.code == code and str(caught.value.facts["key"]).startswith("a")


VALUES: list[tuple[str, str, object]] = [
    # the field, what is written, the value or the code it is refused with
    ("employees", " 1,234 ", D(1234)), ("employees", "1，234", D(1234)), ("employees", "12.5", D("12.5")), ("employees", "", None),
    ("employees", "  ", None), ("employees", "-3", "firm.negative"), ("employees", "3人", "firm.not_a_number"), ("employees", "+3", "firm.not_a_number"),
    ("employees", "1e3", "firm.not_a_number"), ("employees", "nan", "firm.not_a_number"), ("employees", ".5", "firm.not_a_number"),
    ("employees", "3%", "firm.not_a_number"), ("net_profit_wan", "-3.25", D("-3.25")), ("net_profit_wan", "--3", "firm.not_a_number"),
    ("segment_share_pct", "12.5", D("12.5")), ("segment_share_pct", "12.5%", D("12.5")), ("segment_share_pct", "12.5 ％", D("12.5")),
    ("segment_share_pct", "0.3", "firm.percent_as_fraction"), ("segment_share_pct", "0.3%", D("0.3")), ("segment_share_pct", "0", D(0)),
    ("segment_share_pct", "1", D(1)), ("segment_share_pct", "%", "firm.not_a_number"),
    ("listed", "是", True), ("listed", "NO", False), ("listed", "无", False), ("listed", "perhaps", "firm.bad_flag"), ("listed", "", None),
    ("established_on", "2001-03-04", date(2001, 3, 4)), ("established_on", "2001年3月4日", date(2001, 3, 4)), ("established_on", "无", NEVER),
    ("established_on", "2001-02-29", "firm.bad_date"), ("established_on", "2001", "firm.bad_date"),
    ("per_mu_tier", "规上", "规上"), ("per_mu_tier", "规中", "firm.bad_choice"), ("industry_code", "任何", "任何"), ("per_mu_tier", " ", None),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "expected"), VALUES)
def test_a_value_as_people_write_it(field: str, text: str, expected: object) -> None:
    known = catalogue().fields[field]
    if isinstance(expected, str) and expected.startswith("firm."):
        with pytest.raises(BadValue) as caught:
            value_of(text, known)
        assert caught.value.code == expected and caught.value.allowed
    else:
        got = value_of(text, known)
        assert got == expected and type(got) is type(expected)


def test_a_fraction_written_for_a_percentage_is_told_both_ways() -> None:
    with pytest.raises(BadValue) as caught:
        value_of("0.03", catalogue().fields["segment_share_pct"])
    assert caught.value.allowed == "3.00 0.03%"


# Where a node stands, and on which line


def test_what_a_node_without_an_id_is_called() -> None:
    outer = About("market", Label("市", "m"), confidence="C")
    assert inside(outer).default_id == "market.1" and inside(outer, 2).default_id == "market.3"
    assert inside(outer, 2, key="market.when").default_id == "market.when" and inside(outer).confidence == "C"
    assert Outer(key="applies").default_id == "applies" and not inside(outer).top


TOML = """\
title = "top"
a.b.c = 1

[plain] # with a remark
key = 1 # another

[ spaced . out ]
key = 2
"quoted key" = 3

[[row]]
n = 1
deep = { x = { y = 1 } }

[row.inner]
n = 2

[[row.inner.list]]
n = 3

[[row.inner.list]]
n = 4
many = [
  1, # one
  # nothing at all

  [2, 3],
  "]",
]
short = [1, 2]
after = 5

[[row]]
n = 6
[row.inner]
n = 7
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1), (("title",), 1), (("a", "b", "c"), 2), (("plain",), 4), (("plain", "key"), 5), (("spaced", "out"), 7),
        (("spaced", "out", "key"), 8), (("spaced", "out", "quoted key"), 9), (("row",), 11), (("row", 0), 11), (("row", 0, "n"), 12),
        (("row", 0, "deep", "x", "y"), 13), (("row", 0, "inner"), 15), (("row", 0, "inner", "n"), 16),
        (("row", 0, "inner", "list", 0), 18), (("row", 0, "inner", "list", 0, "n"), 19), (("row", 0, "inner", "list", 1), 21),
        (("row", 0, "inner", "list", 1, "many"), 23), (("row", 0, "inner", "list", 1, "many", 0), 24),
        (("row", 0, "inner", "list", 1, "many", 1), 27), (("row", 0, "inner", "list", 1, "many", 1, 1), 27),
        (("row", 0, "inner", "list", 1, "many", 2), 28), (("row", 0, "inner", "list", 1, "short", 1), 30),
        (("row", 0, "inner", "list", 1, "after"), 31), (("row", 1), 33), (("row", 1, "n"), 34), (("row", 1, "inner"), 35),
        (("row", 1, "inner", "n"), 36), (("row", 1, "inner", "none"), 35), (("row", 7), 11), (("nowhere", 3, "x"), 1),
    ],
)  # fmt: skip
def test_the_line_of_every_kind_of_place(path: tuple[str | int, ...], line: int) -> None:
    assert Lines(TOML).at(path) == line


# A pack as it is told


@pytest.mark.parametrize(
    ("text", "shown"),
    [("100", "100"), ("1E+3", "1000"), ("1.50", "1.5"), ("2.00", "2"), ("0.00", "0"), ("-0.50", "-0.5"), ("1200.0", "1200"), ("10", "10")],
)  # fmt: skip
def test_a_number_without_needless_noughts(text: str, shown: str) -> None:
    assert plain(D(text)) == shown


def test_operands_as_they_are_written() -> None:
    share = Formula(
        "percent", (Field("rd_expense_wan", 1), Formula("sum_years", (Parameter("a"), Constant(D("5.0")))))
    )
    assert operand_text(share) == "percent(rd_expense_wan@-1, sum_years({a}, 5))"


NEEDS = [
    ('kind = "compare"\nvalue = "employees"\nge = 20\nunit = "人"', "employees ≥ 20 人"),
    ('kind = "compare"\nvalue = "operating_revenue_wan"\nlt = 0.5\nunit = "亿元"', "operating_revenue_wan < 5000 万元"),
    ('kind = "flag"\nfield = "listed"', "listed"),
    ('kind = "flag"\nfield = "listed"\nis = false', "¬ listed"),
    ('kind = "one_of"\nfield = "per_mu_tier"\nchoices = ["规上", "规下"]', "per_mu_tier ∈ 规上 规下"),
    ('kind = "within"\nfield = "established_on"\nyears = 3', "established_on ≤ 3y 0d"),
    ('kind = "aged"\nfield = "established_on"\ndays = 365', "established_on ≥ 0y 365d"),
    ('kind = "dated"\nfield = "established_on"\nsince = 2020-01-01', "established_on ∈ 2020-01-01…"),
    ('kind = "title_held"\nfield = "title_zjtx_until"', "title_zjtx_until"),
    ('kind = "manual"', ""),
    ('kind = "at_least"\nn = 2\nfields = ["listed", "own_brand", "quality_award"]', "2 / 3"),
    ('kind = "veto"\nfields = ["listed"]', ""),
    (f'kind = "score_sum"\nminimum = 60\nmax = 100\n[[version.clause.part]]\nid = "p"\n{LABEL}above = 5\n[[version.clause.part.item]]\nkind = "given"\nvalue = "zjtx_dev_score"', "≥ 60 / 100"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text"), NEEDS)
def test_what_a_clause_needs_in_signs(tmp_path: Path, body: str, text: str) -> None:
    pack = read_pack(written(tmp_path, HEAD + VERSION + clause(body)), PACKS)
    first = told(pack.versions[0])[0]
    assert (first.id, first.depth, first.needed) == ("one", 0, text)
    assert first.confidence == "A" and first.clause == "第一条"
    assert needed_text(object()) == ""


def test_what_differs_between_two_texts_and_two_days(tmp_path: Path) -> None:
    line = 'kind = "compare"\nvalue = "employees"\nge = {0}\nunit = "人"'
    rule = HEAD + f'[[parameter]]\nname = "a"\n{LABEL}unit = ""\n' + VERSION + "to = 2022-01-01\n"
    rule += (
        clause(line.replace("{0}", "20"))
        + clause('kind = "flag"\nfield = "listed"', "gone")
        + OWN.replace('"one"', '"same"')
    )
    rule += VERSION.replace('"one"', '"two"').replace("2020", "2022")
    rule += (
        clause(line.replace("{0}", "30")) + OWN.replace('"one"', '"same"') + clause('kind = "manual"', "come")
    )
    first = numbers(("331003", "", "2020-01-01", "1.50")).replace(
        "[set.values]", "to = 2022-01-01\n[set.values]"
    )
    pack = read_pack(
        written(tmp_path, rule, parameters=first + numbers(("331003", "", "2022-01-01", '""'))), PACKS
    )
    days = (date(2021, 1, 1), date(2022, 1, 1))
    found = differences(pack, pack.version("one"), pack.version("two"), days=days, lang="en")
    assert [(one.what, one.before, one.after) for one in found] == [
        ("one", "clause employees ≥ 20 人", "clause employees ≥ 30 人"),
        ("gone", "clause listed", ""),
        ("come", "", "clause"),
        ("331003 a", "1.5", ""),
    ]
    assert differences(pack, pack.versions[0], pack.versions[0], days=(days[0], days[0]), lang="zh") == ()


def test_a_pack_as_data_and_as_text_tells_every_clause_once(tmp_path: Path) -> None:
    body = clause(
        'kind = "all"\nof = [{ kind = "flag", field = "listed" }, { kind = "manual", confidence = "U" }]'
    )
    left = (
        '[[not_encoded]]\nwhat = { zh = "奖励", en = "prizes" }\nwhy = { zh = "未见原文", en = "no text" }\n'
    )
    pack = read_pack(written(tmp_path, HEAD + VERSION + body, source=SOURCE + left), PACKS)
    text = pack_text(pack, pack.versions, "en").splitlines()
    assert text[0] == f"draft/{tmp_path.name}  Some rule" and text[-1] == "— prizes: no text"
    assert [line for line in text if line.startswith("  ") and "one" in line] == [
        "  one  clause  第一条  [A]",
        "    one.1  " + catalogue().fields["listed"].label.en + "  listed  [A]",
        "    one.2  for a person to decide  [U]",
    ]
    data = pack_object(pack, pack.versions)
    assert data["not_encoded"] == [
        {"what": {"zh": "奖励", "en": "prizes"}, "why": {"zh": "未见原文", "en": "no text"}}
    ]
    (only,) = data["versions"]  # type: ignore[misc]
    assert [(one["id"], one["depth"], one["kind"]) for one in only["clauses"]] == [
        ("one", 0, "all"),
        ("one.1", 1, "flag"),
        ("one.2", 1, "manual"),
    ]


def test_every_pack_that_ships_tells_each_clause_of_its_ruling_where_it_names_it() -> None:
    """What a page tells of a rule and what a ruling answers go by the same ids."""
    for pack in shipped().values():
        newest = pack.versions[-1]
        ids = [one.id for one in told(newest)]
        assert len(ids) == len(set(ids)), pack.key
        ruling = judge_pack(pack, firm(), on=newest.starts)
        tops = {one.id for one in ruling.clauses if not one.parent and one.id not in ("applies",)}
        assert {one for one in tops if not one.startswith("grade_rule")} <= set(ids), pack.key
