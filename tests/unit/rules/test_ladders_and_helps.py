"""Ladders, effort weights and what helps: read from packs with file and line of what is wrong; the rung a firm holds."""

# ruff: noqa: E501 - rules written out, one a line

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from rules_house import PACKS, catalogue, firm, shipped

from jiqun.core.errors import PackErrors
from jiqun.core.states import NEVER
from jiqun.rules.efforts import Efforts, read_efforts
from jiqun.rules.gap import distance
from jiqun.rules.helps import helping, read_helps
from jiqun.rules.judge import judge_pack
from jiqun.rules.ladders import Held, Ladder, held_on, level_of, read_ladders

ON = date(2026, 6, 1)
LADDER = """
[[ladder]]
key = "one"
label = { zh = "一", en = "one" }
source = { zh = "某文", en = "some document" }
"""


def ladders() -> dict[str, Ladder]:
    return read_ladders(PACKS / "ladders.toml", shipped(), catalogue())


def efforts(own: Path | None = None) -> Efforts:
    return read_efforts(PACKS / "efforts.toml", catalogue(), own)


def test_what_ships_names_the_ladders_of_the_issue_in_order() -> None:
    found = ladders()
    assert {key: [one.key for one in ladder.rungs] for key, ladder in found.items()} == {
        "quality_sme": ["innovative", "specialised", "little_giant", "champion"],
        "technology": ["tech_sme", "high_tech"],
        "smart_factory": ["basic", "advanced", "excellent", "leading"],
        "zj_factory": ["digital_workshop", "zj_smart_factory", "future_factory"],
        "digital": ["level1", "level2", "level3", "level4"],
    }
    assert [one.title for one in found["quality_sme"].rungs][2] == shipped()["national/little_giant"].title
    assert [key for key, one in found.items() if one.judged] == ["digital"]
    for ladder in found.values():
        for rung in ladder.rungs:
            version = shipped()[rung.pack].version_on(ON)
            assert not rung.level or level_of(version, rung.level) is not None


@pytest.mark.parametrize(
    ("titles", "wanted"),
    [
        ({}, Held("", None, ("champion", "little_giant", "specialised", "innovative"))),
        (
            {"title_zjtx_until": ON, "title_little_giant_until": date(2026, 5, 31), "title_single_champion_until": NEVER},
            Held("specialised", ON, ()),  # the last day still counts, the day after no longer
        ),
        ({"title_innovative_sme_until": date(2027, 1, 1)}, Held("innovative", date(2027, 1, 1), ("champion", "little_giant", "specialised"))),
        (
            {"title_innovative_sme_until": NEVER, "title_zjtx_until": NEVER, "title_little_giant_until": NEVER, "title_single_champion_until": NEVER},
            Held("", None, ()),
        ),
    ],
    ids=["nothing known", "the last day counts", "higher ones unknown", "known to hold none"],
)  # fmt: skip
def test_the_rung_held_is_the_highest_in_force_and_unknown_is_not_none(
    titles: dict[str, date], wanted: Held
) -> None:
    ladder = ladders()["quality_sme"]
    assert held_on(ladder, firm(**titles), ON) == wanted
    above = ladder.above(wanted.rung)
    assert above is not None and above.key == {"": "innovative", "innovative": "specialised"}.get(
        wanted.rung, "little_giant"
    )
    assert ladder.above("champion") is None


def test_what_is_wrong_with_a_ladder_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "ladders.toml"
    rung = '[[ladder.rung]]\nkey = "a"\nlabel = { zh = "甲", en = "a" }\n'
    path.write_text(
        LADDER + rung + 'pack = "national/nothing"\n' + rung + 'pack = "national/smart_factory"\nlevel = "best"\n'
        + rung + 'pack = "national/little_giant"\ntitle = "employees"\n' + LADDER, encoding="utf-8",
    )  # fmt: skip
    with pytest.raises(PackErrors) as caught:
        read_ladders(path, shipped(), catalogue())
    told = [(one.row, one.code, one.seen) for one in caught.value.errors]
    assert (9, "rule.bad_value", "national/nothing") in told
    assert (14, "rule.unknown_reference", "best") in told
    assert (19, "rule.unknown_field", "employees") in told
    assert [code for _, code, seen in told if seen == "a"].count("rule.duplicate_id") == 2
    assert (22, "rule.duplicate_id", "one") in told
    assert all(one.file == str(path) for one in caught.value.errors)


def test_a_step_weighs_as_much_as_the_heaviest_thing_it_reads(tmp_path: Path) -> None:
    ours = efforts()
    assert ours.of(["own_brand"]) == 1 and ours.of(["own_brand", "class1_ip@-1"]) == 6
    assert ours.of_field("operating_revenue_wan@-2").weight == 4  # by its paper
    assert ours.of([]) == ours.default == 3 and not ours.own
    own = tmp_path / "efforts.toml"
    own.write_text(
        'default = 5\n[[effort]]\nweight = 0.5\nlabel = { zh = "快", en = "quick" }\nfields = ["class1_ip"]\n',
        encoding="utf-8",
    )
    theirs = efforts(own)
    assert theirs.of(["class1_ip"]) == Decimal("0.5") and theirs.of(["class1_ip_self"]) == 6 and theirs.own
    assert theirs.default == 5
    own.write_text(
        'default = 0\n[[effort]]\nweight = "x"\nlabel = { zh = "快", en = "quick" }\nfields = ["nothing"]\n',
        encoding="utf-8",
    )
    with pytest.raises(PackErrors) as caught:
        efforts(own)
    assert [(one.row, one.code) for one in caught.value.errors] == [
        (1, "rule.bad_value"), (3, "rule.bad_value"), (5, "rule.unknown_field"),
    ]  # fmt: skip


def test_the_office_decides_which_of_two_ways_is_nearer(tmp_path: Path) -> None:
    pack = shipped()["national/specialised_sme"]
    version = pack.version_on(ON)
    lacking = firm(operating_revenue_wan=1400, equity_2y_wan=100)
    ruling = judge_pack(pack, lacking, on=ON)

    def way(weights: Efforts) -> str:
        (step,) = [
            one for one in distance(ruling, effort=weights.by_clause(version)).unmet if one.top == "revenue"
        ]
        return step.unit + str(step.short)

    assert way(efforts()) == "万元100"  # revenue 4 before equity 6
    own = tmp_path / "efforts.toml"
    own.write_text(
        '[[effort]]\nweight = 1\nlabel = { zh = "易", en = "easy" }\nfields = ["equity_2y_wan"]\n',
        encoding="utf-8",
    )
    assert way(efforts(own)) == "万元1900"


def test_help_is_named_only_where_it_is_known() -> None:
    helps = read_helps(PACKS / "helps.toml", catalogue())
    assert all(one.fields and one.source.zh and one.confidence in ("A", "B", "C", "U") for one in helps)
    assert "patent_lane" in {one.key for one in helping(helps, ["class1_ip_self_filed_top3"], "331003")}
    assert helping(helps, ["segment_years", "operating_revenue_wan"], "331003") == ()
    digital = {one.key for one in helping(helps, ["scene_quality"], "331003")}
    assert digital == {"digital_providers", "light_retrofit"}
    local = [helping(helps, ["top_talent_or_prize"], region) for region in ("330402", "331003")]
    assert [len(one) for one in local] == [1, 0]


def test_a_help_with_a_field_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "helps.toml"
    path.write_text(
        '[[help]]\nkey = "a"\nkind = "gift"\nlabel = { zh = "甲" }\nfields = ["x_*"]\nconfidence = "B"\n',
        encoding="utf-8",
    )
    with pytest.raises(PackErrors) as caught:
        read_helps(path, catalogue())
    assert {(one.row, one.code) for one in caught.value.errors} == {
        (3, "rule.bad_value"), (4, "rule.missing_label"), (5, "rule.unknown_field"),
        (1, "rule.missing_label"),
    }  # fmt: skip
