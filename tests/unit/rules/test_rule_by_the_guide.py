"""A rule written by the how-to, word for word: it is read, checked and judged without touching anything else."""

import re
from datetime import date
from pathlib import Path

from rules_house import PACKS, firm

from jiqun.rules.cases import check_pack
from jiqun.rules.gap import distance
from jiqun.rules.judge import judge_pack
from jiqun.rules.showing import differences, pack_object, pack_text
from jiqun.rules.truth import State

GUIDE = PACKS.parent / "docs" / "how-to" / "write-a-rule.md"


def draft(folder: Path) -> Path:
    """The files of the guide, each named by the first line of its block."""
    for name, text in re.findall(
        r"^```toml\n# (\S+\.toml)\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.M | re.S
    ):
        path = folder / "rd_pioneer" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "rd_pioneer"


def test_the_rule_of_the_guide_checks_and_judges(tmp_path: Path) -> None:
    checked = check_pack(draft(tmp_path), PACKS)
    assert checked.pack.key == "draft/rd_pioneer" and [one.case.tests for one in checked.results] == [
        "pass", "boundary", "fail", "unknown",
    ]  # fmt: skip
    who = firm(
        region="330624", operating_revenue_wan=1800, rd_expense_wan=90, class1_ip_self=1, rd_institution_own=False,
        accident_3y=False, dishonest_list=False,
    )  # fmt: skip
    ruling = judge_pack(checked.pack, who, on=date(2026, 6, 1))
    assert ruling.verdict is State.UNMET
    told = {one.clause: (str(one.short), one.unit) for one in distance(ruling).gaps}
    assert told == {"revenue": ("200", "万元"), "ability.2": ("1", "件")}
    elsewhere = judge_pack(
        checked.pack, firm(region="330602", operating_revenue_wan=9000), on=date(2026, 6, 1)
    )
    assert elsewhere.clause("revenue").missing == ("parameter:least_revenue",)


def test_the_rule_of_the_guide_can_be_shown(tmp_path: Path) -> None:
    pack = check_pack(draft(tmp_path), PACKS).pack
    text = pack_text(pack, pack.versions, "zh")
    assert "研发先锋企业" in text and "≥ {least_revenue} 万元" in text and "专家评审的加分" in text
    shape = pack_object(pack, pack.versions)
    assert shape["key"] == "draft/rd_pioneer" and len(shape["versions"][0]["clauses"]) == 8  # type: ignore[index]
    days = (date(2026, 6, 1), date(2026, 6, 1))
    assert differences(pack, pack.versions[0], pack.versions[0], days=days, lang="zh") == ()
    changed = differences(
        pack, pack.versions[0], pack.versions[0], days=(date(2026, 1, 1), date(2026, 6, 1)), lang="zh"
    )
    assert [(one.what, one.before, one.after) for one in changed] == [("330624 least_revenue", "", "2000")]
