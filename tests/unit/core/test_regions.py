"""Regions: today's tree, and any old code or name leading to today's 90 county units as of a date."""

import csv
import gzip
from datetime import date
from pathlib import Path

import pytest

from jiqun.core.errors import NotFound, PackError
from jiqun.core.regions import Ambiguous, Region, RegionLevel, Regions

BEFORE = date(2015, 6, 1)


def codes(found: Region | Ambiguous | None) -> list[str]:
    match found:
        case Region():
            return [found.code]
        case Ambiguous():
            return [region.code for region in found.candidates]
        case None:
            return []


def test_the_tree_of_today(regions: Regions) -> None:
    assert len(regions.cities()) == 11
    assert len(regions.counties()) == 90
    assert [r.code for r in regions.ancestors("330603")] == ["330600", "330000"]
    assert len(regions.subtree("330000")) == 1 + 11 + 90
    assert len({r.code for r in regions if r.level is RegionLevel.PROVINCE}) == 34


def test_every_unit_has_its_names(regions: Regions) -> None:
    names = {
        "330102": ("上城区", "Shangcheng District", "上城"), "330782": ("义乌市", "Yiwu City", "义乌"),
        "330185": None, "331127": ("景宁畲族自治县", "Jingning She Autonomous County", "景宁"),
        "330112": ("临安区", "Lin'an District", "临安"), "330382": ("乐清市", "Yueqing City", "乐清"),
        "330000": ("浙江省", "Zhejiang Province", "浙江"), "331000": ("台州市", "Taizhou City", "台州"),
    }  # fmt: skip
    for code, expected in names.items():
        found = regions.find(code)
        if expected is None:
            assert found is None
        else:
            assert found is not None
            assert (found.name["zh"], found.name["en"], found.short["zh"]) == expected
    for county in regions.counties():
        assert county.short["en"].isascii()
        assert county.name["en"].startswith(county.short["en"])


def test_scopes_cover_their_subtree(regions: Regions) -> None:
    assert regions.covers("330000", "330603")
    assert regions.covers("330600", "330603")
    assert regions.covers("330603", "330603")
    assert not regions.covers("330603", "330600")
    assert not regions.covers("330100", "330603")
    assert not regions.covers("330100", "330621")
    assert not regions.covers("330000", "nowhere")


def test_an_unknown_code_is_not_found(regions: Regions) -> None:
    with pytest.raises(NotFound, match=r"region\.not_found"):
        regions.get("330621")


OLD = [
    ("330621", "330603"), ("绍兴县", "330603"), ("330103", "330105"), ("下城区", "330105"), ("330204", "330212"),
    ("江东区", "330212"), ("鄞县", "330212"), ("330227", "330212"), ("330181", "330109"), ("萧山市", "330109"),
    ("富阳市", "330111"), ("330183", "330111"), ("临安市", "330112"), ("330185", "330112"), ("上虞市", "330604"),
    ("330682", "330604"), ("奉化市", "330213"), ("330283", "330213"), ("330322", "330305"), ("洞头县", "330305"),
    ("331021", "331083"), ("玉环县", "331083"), ("秀城区", "330402"), ("330411", "330411"),
    ("332721", "330902"), ("衢县", "330803"),
    ("嵊县", "330683"), ("黄岩市", "331003"), ("椒江市", "331002"), ("339007", "330782"), ("瓯海县", "330304"),
    ("丽水地区", "331100"), ("半山区", "330105"), ("332625", "331023"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "today"), OLD)
def test_old_codes_and_names_lead_to_today(regions: Regions, old: str, today: str) -> None:
    assert codes(regions.resolve(old)) == [today]


DIVIDED = [
    ("江干区", None, ["330102", "330114"]), ("330104", None, ["330102", "330114"]),
    ("余杭区", BEFORE, ["330110", "330113"]), ("330110", BEFORE, ["330110", "330113"]),
    ("余杭市", None, ["330110", "330113"]), ("330184", None, ["330110", "330113"]),
    ("金华县", None, ["330702", "330703"]), ("镇海县", None, ["330206", "330211"]),
    ("330511", None, ["330502", "330503"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "on", "today"), DIVIDED)
def test_divided_units_are_ambiguous(regions: Regions, old: str, on: date | None, today: list[str]) -> None:
    found = regions.resolve(old, on=on)
    assert isinstance(found, Ambiguous)
    assert sorted(codes(found)) == today
    assert found.text == old


TODAY = [
    ("330110", "330110"), ("余杭区", "330110"), ("余杭", "330110"), ("临平区", "330113"), ("钱塘", "330114"),
    ("金东区", "330703"), ("Keqiao District", "330603"), ("keqiao", "330603"), ("绍兴", "330600"), ("丽水市", "331100"),
    ("浙江省", "330000"), ("义乌市", "330782"), ("330782000000", "330782"), ("330201", "330200"),
    ("浙江省杭州市余杭区", "330110"), ("浙江杭州余杭区", "330110"), ("宁波市鄞县", "330212"), (" 330102 ", "330102"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "today"), TODAY)
def test_todays_codes_and_names(regions: Regions, text: str, today: str) -> None:
    assert codes(regions.resolve(text)) == [today]


def test_the_day_decides_what_a_reused_code_meant(regions: Regions) -> None:
    assert codes(regions.resolve("330324")) == ["330324"]
    assert codes(regions.resolve("330324", on=date(1981, 7, 1))) == ["330328"]
    assert codes(regions.resolve("330110", on=date(2022, 1, 1))) == ["330110"]
    assert codes(regions.resolve("330110", on=date(2021, 4, 8))) == ["330110", "330113"]
    assert codes(regions.resolve("丽水市", on=date(1998, 1, 1))) == ["331102"]
    assert codes(regions.resolve("330621", on=date(2024, 1, 1))) == ["330603"]


def test_within_narrows_it_down(regions: Regions) -> None:
    assert codes(regions.resolve("城区", within="330400")) == ["330402"]
    assert codes(regions.resolve("城区", within="330300")) == ["330302"]
    assert codes(regions.resolve("郊区", within="330400")) == ["330411"]
    assert codes(regions.resolve("金华县", within="330703")) == ["330703"]
    assert regions.resolve("义乌市", within="330100") is None
    assert isinstance(regions.resolve("城区"), Ambiguous)


@pytest.mark.parametrize("text", ["", "某某县", "999999", "420607", "330199", "区", "33"])
def test_what_is_not_a_region_is_none(regions: Regions, text: str) -> None:
    assert regions.resolve(text) is None


def test_the_history_of_a_unit(regions: Regions) -> None:
    changes = regions.history("绍兴县")
    assert {change.old_code for change in changes} == {"330621", "332321"}
    parts = {change.new_code: change.part for change in changes if change.old_code == "330621"}
    assert parts == {"330603": "main", "330602": "piece"}


def test_every_change_leads_to_a_unit_of_today(regions: Regions) -> None:
    path = Path(__file__).resolve().parents[3] / "packs" / "codes" / "region_changes.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 250
    for row in rows:
        assert regions.find(row["new_code"]) is not None
        assert row["since"] < row["until"]
        assert codes(regions.resolve(row["old_code"]))
        day = date.fromisoformat(row["since"])
        if row["part"] != "piece":
            assert row["new_code"] in codes(regions.resolve(row["old_code"], on=day))


def test_a_change_to_nowhere_is_refused(tmp_path: Path) -> None:
    folder = Path(__file__).resolve().parents[3] / "packs" / "codes"
    for name in ("regions.csv", "region_changes.csv", "zj_townships.csv", "zj_areas.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with (tmp_path / "region_changes.csv").open("a", encoding="utf-8") as stream:
        stream.write("330999,某县,1990-01-01,1991-01-01,year,339999,all,\n")
    with pytest.raises(PackError) as caught:
        Regions.load(tmp_path)
    assert (caught.value.code, caught.value.facts["seen"]) == ("pack.unknown_region", "339999")


@pytest.mark.shared
def test_every_code_and_name_since_1980_resolves(regions: Regions, shared_data: Path) -> None:
    path = shared_data / "admin_divisions" / "zj_county_year_panel_1980_2025.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            day = date(int(row["year"]), 1, 1)
            for code, name in (
                (row["county_adcode"], row["county_name"]),
                (row["city_adcode"], row["city_name"]),
            ):
                if code:
                    assert regions.resolve(code, on=day) is not None, (code, day)
                    assert regions.resolve(name, on=day) is not None, (name, day)


@pytest.mark.shared
def test_every_code_of_the_real_register_resolves_or_is_explained(
    regions: Regions, register: list[dict[str, str]]
) -> None:
    """330908 was never a code of a county unit; 420607 belongs to Hubei: one row each."""
    seen = {row["reg_authority_code"] for row in register}
    assert {code for code in seen if regions.resolve(code) is None} == {"330908", "420607"}
