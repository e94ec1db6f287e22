"""For tests of ladders: three small packs with two ladders over them, weights and helps, in a folder of packs of its own.

climb   first (staff ≥ 20, R&D ≥ 100 万元), then second (staff ≥ 50, years in the segment ≥ 3, a person decides)
graded  one (staff ≥ 10) and two (staff ≥ 100), held by judging
"""

from datetime import date
from pathlib import Path

from rules_house import PACKS, SOURCE, VERSION, clause, written

from jiqun.actions.desk import Desk
from jiqun.core.states import NEVER

ON = date(2026, 6, 1)
LATER = date(2028, 1, 1)
FIRST, SECOND = "title_innovative_sme_until", "title_zjtx_until"
NEITHER = {FIRST: NEVER, SECOND: NEVER}
LABEL = '{ zh = "甲", en = "a" }'


def staff(least: int) -> str:
    """A clause that asks for so many people."""
    return clause(f'kind = "compare"\nvalue = "employees"\nge = {least}\nunit = "人"', "staff")


def head(label: str, title: str) -> str:
    """The head of a pack that gives a title for three years."""
    return f'[pack]\nlabel = {{ zh = "{label}", en = "{label}" }}\ntitle = "{title}"\nvalid_years = 3\n'


RESEARCH = clause('kind = "compare"\nvalue = "rd_expense_wan"\nge = 100\nunit = "万元"', "research")
YEARS = clause('kind = "compare"\nvalue = "segment_years"\nge = 3\nunit = "年"\nchangeable = false', "years")
JUDGED = clause('kind = "manual"', "judged")
LEVEL = """
[[version.level]]
key = "{key}"
label = {{ zh = "{key}", en = "{key}" }}
kind = "all"
clause = "第二条"
of = [{{ kind = "compare", id = "{key}_staff", value = "employees", ge = {least}, unit = "人" }}]
"""
RULES = {
    "first": head("首", FIRST) + VERSION + staff(20) + RESEARCH,
    "second": head("次", SECOND) + VERSION + staff(50) + YEARS + JUDGED,
    "graded": '[pack]\nlabel = { zh = "级", en = "levels" }\n' + VERSION
    + clause('kind = "flag"\nfield = "above_scale"', "scale")
    + LEVEL.format(key="two", least=100) + LEVEL.format(key="one", least=10),
}  # fmt: skip
RUNG = '[[ladder.rung]]\nkey = "{0}"\nlabel = {{ zh = "{0}", en = "{0}" }}\npack = "test/{1}"\n'
LADDERS = f"""
[[ladder]]
key = "climb"
label = {LABEL}
source = {LABEL}
{RUNG.format("low", "first")}
{RUNG.format("high", "second")}
[[ladder]]
key = "graded"
label = {LABEL}
source = {LABEL}
regions = ["330600"]
{RUNG.format("one", "graded")}level = "one"
{RUNG.format("two", "graded")}level = "two"
"""
EFFORTS = """default = 3
[[effort]]
weight = 1
label = { zh = "快", en = "quick" }
fields = ["employees"]
[[effort]]
weight = 5
label = { zh = "慢", en = "slow" }
fields = ["rd_expense_wan"]
"""
HELPS = f"""[[help]]
key = "hiring"
kind = "service"
label = {LABEL}
fields = ["employees", "segment_years"]
source = {LABEL}
confidence = "B"
region = "330600"
"""


def small_packs(folder: Path) -> Path:
    """The folder of packs: these, with the tables that ship."""
    for name in ("tables", "units.toml", "codes", "indicators", "errors.toml"):
        (folder / name).symlink_to(PACKS / name)
    for key, rule in RULES.items():
        written(folder / "test" / key, rule, source=SOURCE)
    for name, text in (("ladders", LADDERS), ("efforts", EFFORTS), ("helps", HELPS)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def small_desk(folder: Path) -> Desk:
    """A desk over them."""
    for name in ("home", "packs"):
        (folder / name).mkdir()
    return Desk(folder / "home", small_packs(folder / "packs"), memory_mb=256)
