"""合成示范县的评价数据: what the rules read of the invented firms — titles, IP, accounts, digital answers, land.

Every value is drawn from one hidden quality of a firm and from its books, so that what goes together goes together: who
spends on research holds patents, holds titles and scores high. Fields, labels and indicators are those of
packs/tables/firm.csv. A cell left empty is unknown. `SHEETS` says which fields are asked of whom; the shares of each
verdict that come of it are kept by tests/unit/example/test_synthetic_verdicts.py and told in example/README.md.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from synthetic_chance import Dice, exp, ln
from synthetic_firms import Firm

TOLD = date(2026, 5, 31)
"""The day for which everything that is of no year is told."""
LAST = 2025
YES, NO, NEVER = "是", "否", "无"
LISTS = ("abnormal_list", "dishonest_list", "prohibited_product", "major_accident_3y", "accident_3y", "data_event_3y",
         "env_offence_3y", "quality_problem_3y", "data_fraud_3y")  # fmt: skip
SCENES = ("design", "process", "marketing", "service", "planning", "production", "quality", "equipment", "safety",
          "energy", "purchase", "logistics", "finance", "people", "office", "decision")  # fmt: skip
COLLECTED = SCENES[:14]
OPTIONS = {"network": 4, "network_security": 4, "data_security": 4, "management": 4, "people": 5}
EXPERTS = {"ip_advanced": 8, "ip_support": 8, "organisation_system": 6, "organisation_body": 6,
           "organisation_incentive": 4, "organisation_training": 4}  # fmt: skip
"""What experts give points for in the recognition of high-tech firms, and the most they may give."""
Draw = Callable[["Known", Dice], None]


@dataclass
class Known:
    """A firm with its hidden quality and what is known of it for the rules: column → text as an office writes it."""

    firm: Firm
    quality: float
    cells: dict[str, str] = field(default_factory=dict)

    def book(self, name: str, back: int = 0) -> float:
        """A number of its books, of the last year or of one before."""
        return self.firm.accounts[LAST - back][name]

    def say(self, column: str, value: float | str | bool, decimals: int = 2) -> None:
        """Write a cell: yes or no, words, a number with so many decimals."""
        if isinstance(value, bool):
            self.cells[column] = YES if value else NO
        else:
            self.cells[column] = value if isinstance(value, str) else f"{value:.{decimals}f}"


@dataclass(frozen=True)
class SheetOf:
    """One file: its name, whom it speaks of, what it draws, and the share of its cells left empty."""

    name: str
    title: str
    stream: int
    chosen: Callable[[Known], bool]
    draw: Draw
    empty: float


def quality_of(firm: Firm, dice: Dice) -> float:
    """How good a firm is at what the rules look for: about normal, higher where it spends on research and grows."""
    books = firm.accounts
    share = books[LAST]["rd_expense"] / books[LAST]["revenue"]
    growth = ln(books[LAST]["revenue"] / books[LAST - 2]["revenue"])
    heavy = 0.7 if books[LAST]["rd_expense"] >= 500 and books[LAST]["revenue"] >= 5000 else 0.0
    return dice.normal(0.0, 0.8) + 18 * min(share, 0.08) + 1.2 * growth - 0.5 + heavy


def is_small_place(firm: Firm) -> bool:
    """Does it sit on too little land of its own to be rated, being below scale?"""
    return firm.accounts[LAST]["land_area_mu"] < 3


def land(known: Known, dice: Dice) -> None:
    """亩均: land of its own, leased and let, tier, emissions, main business; size and directory for all of industry."""
    own, large = known.book("land_area_mu"), known.book("revenue") >= 2000
    leased = own * dice.between(0.1, 0.4) if dice.next() < 0.12 else 0.0
    if own == 0:
        leased = max(0.5, known.book("revenue") / 350 * dice.between(0.6, 1.5))
    let = own * dice.between(0.05, 0.3) if own > 3 and dice.next() < 0.1 else 0.0
    rated = large or not is_small_place(known.firm)
    known.say("size_sector", "工业")
    known.say("per_mu_tier", ("规上" if large else "规下") if rated else "不参评")
    if large or known.book("revenue") > 1700:
        known.say("in_statistical_directory", large and dice.next() < 0.93)
        known.say("above_scale", large)
        known.say("main_business_revenue_wan", known.book("revenue") * main_share(known))
        known.say("legal_person", YES)
    if not rated:
        return
    for column, area in (("land_own_mu", own), ("land_leased_in_mu", leased), ("land_leased_out_mu", let)):
        known.say(column, area)
    known.say("per_mu_veto", dice.next() < 0.02)
    if large:
        recorded = dice.next() < 0.7
        known.say("emissions_recorded", recorded)
        if recorded:
            known.say("pollutant_t", known.book("value_added") / dice.lognormal(4800, 0.8), 4)


def main_share(known: Known) -> float:
    """Share of main business in revenue, the same wherever it is needed."""
    dice = Dice(40_000 + int(known.firm.code[10:16]))
    return min(1.0, 0.97 + 0.012 * known.quality - 0.10 * dice.next() ** 2)


def ladder(known: Known, dice: Dice) -> None:
    """梯度: what the platform for SMEs of quality asks: base conditions, accounts, IP, market, score, titles held."""
    for column in LISTS:
        known.say(column, dice.next() < 0.004)
    known.say("legal_person", YES)
    known.say("is_sme", known.book("employee_count") < 1000)
    _accounts(known, dice)
    _property(known, dice)
    _market(known, dice)
    _titles(known, dice)


def _accounts(known: Known, dice: Dice) -> None:
    share = main_share(known)
    for back in range(3):
        mark = f"@-{back}" if back else ""
        known.say(f"main_business_revenue_wan{mark}", known.book("revenue", back) * share)
    owed = min(0.92, max(0.15, dice.normal(0.52 - 0.05 * known.quality, 0.14)))
    known.say("total_liabilities_wan", known.book("total_assets") * owed)
    profit = known.book("profit")
    known.say("net_profit_wan", profit * (0.85 if profit > 0 else 1.0))
    raised = dice.lognormal(1500, 1.0) if dice.next() < 0.03 else 0.0
    known.say("equity_2y_wan", raised)
    known.say("equity_3y_wan", raised)


def _property(known: Known, dice: Dice) -> None:
    held = int(known.book("valid_invention_patent_count")) + dice.count(exp(0.5 * known.quality))
    own = sum(dice.next() < 0.85 for _ in range(held))
    known.say("class1_ip", held, 0)
    known.say("class1_ip_self", own, 0)
    known.say("class1_ip_self_filed_top3", sum(dice.next() < 0.9 for _ in range(own)), 0)
    known.say("class1_ip_high_value", sum(dice.next() < 0.12 for _ in range(held)), 0)
    known.say("class2_ip", dice.count(2 + 4 * exp(0.4 * known.quality)), 0)
    levels = ("未建立", "市级以下", "市级", "省级", "国家级")
    place = min(4, max(0, round(known.quality + dice.normal(0.6, 0.8))))
    known.say("rd_institution", levels[min(place, 3 if known.book("revenue") < 30000 else 4)])
    known.say("rd_institution_provincial", place >= 3)
    for column, chance in (("st_award_national_top3_on", 0.002), ("st_award_provincial_top3_on", 0.015)):
        won = (TOLD - timedelta(days=dice.whole(100, 1800))).isoformat() if dice.next() < chance else NEVER
        known.say(column, won)
    known.say("st_award_any_on", known.cells["st_award_provincial_top3_on"])


def _market(known: Known, dice: Dice) -> None:
    age = LAST - known.firm.founded.year
    known.say("segment_years", min(age, max(1, round(dice.normal(9, 4)))), 0)
    share = min(62.0, 1.0 + dice.lognormal(3.6, 0.6) * exp(0.65 * known.quality))
    known.say("segment_share_pct", share, 1)
    known.say("domestic_rank", max(1, round(dice.lognormal(16, 0.8) / exp(0.8 * known.quality))), 0)
    known.say("product_strategic_emerging", dice.next() < 0.35)
    known.say("zjtx_dev_score", min(96.0, max(20.0, dice.normal(52 + 8 * known.quality, 6))), 1)
    if known.quality > 0.4:  # the rest has not been looked at
        known.say("segment_front_decided", dice.next() < 0.85)
    if known.quality > 1.0 and dice.next() < 0.75:
        known.say("product_key_field_decided", dice.next() < 0.85)
    for column in ("single_champion_held", "little_giant_control", "little_giant_same_group"):
        known.say(column, dice.next() < 0.006)


def _titles(known: Known, dice: Dice) -> None:
    """Titles stand in order: nobody is a little giant who was not specialised, innovative and a technology SME before."""
    height = known.quality + dice.normal(0.0, 0.35)
    revenue, spent = known.book("revenue"), known.book("rd_expense")
    steps = (
        ("title_tech_sme_until", height > -0.3, 365),
        ("title_high_tech_until", height > 0.3 and spent / revenue >= 0.03, 1095),
        ("title_innovative_sme_until", height > 0.2, 1095),
        ("title_zjtx_until", height > 0.9 and revenue >= 1500 and spent >= 100, 1095),
        ("title_little_giant_until", height > 1.7 and revenue >= 5000 and spent >= 500, 1095),
    )
    for column, held, days in steps:
        lasts = days - dice.whole(0, days + 120)
        known.say(column, (TOLD + timedelta(days=lasts)).isoformat() if held else NEVER)
    for column in ("title_tech_demo_until", "title_ip_advantage_until", "title_ip_demo_until"):
        known.say(column, NEVER)


def high_tech(known: Known, dice: Dice) -> None:
    """高企: what the recognition asks beside the books; of about half the firms the experts have given their points."""
    for column, chance in (("resident_enterprise", 1.0), ("owns_core_ip", 0.93), ("core_tech_in_field", 0.9),
                           ("ip_own_research", 0.9), ("standards_joined", 0.15)):  # fmt: skip
        known.say(column, dice.next() < chance)
    known.say("offence_1y", dice.next() < 0.01)
    known.say("st_staff", known.book("rd_staff") + known.book("employee_count") * dice.between(0.01, 0.1), 0)
    total = known.book("revenue") * dice.between(1.0, 1.04)
    known.say("total_revenue_wan", total)
    known.say("hightech_revenue_wan", total * min(0.98, max(0.2, dice.normal(0.72, 0.12))))
    for back in range(3):
        mark = f"@-{back}" if back else ""
        known.say(f"sales_revenue_wan{mark}", known.book("revenue", back) * 0.98)
        known.say(f"rd_expense_domestic_wan{mark}", known.book("rd_expense", back))
        owned = known.book("total_assets", back) * min(0.9, max(0.1, 0.5 + 0.05 * known.quality))
        known.say(f"net_assets_wan{mark}", owned)
    if dice.next() < 0.55:
        for name, most in EXPERTS.items():
            points = most * min(1.0, max(0.2, dice.normal(0.72 + 0.06 * known.quality, 0.12)))
            known.say(f"expert_{name}", round(points), 0)
    known.say("conversions_per_year", max(0, round(dice.normal(4 + known.quality, 1.5))), 0)


def digital(known: Known, dice: Dice) -> None:
    """数字化: the questionnaire of 2024 and its sixteen scenes, around one level of the firm."""
    level = min(3.6, max(0.3, dice.normal(1.4 + 0.35 * known.quality, 0.6)))
    for name in SCENES:
        known.say(f"scene_{name}", min(4, max(0, round(dice.normal(level, 0.7)))), 0)
    part = level / 4
    for name in COLLECTED:
        known.say(f"dq_collect_{name}", dice.next() < part + 0.15)
    for group, count in OPTIONS.items():
        for number in range(1, count + 1):
            known.say(f"dq_{group}_{number}", dice.next() < part + 0.25)
    share = min(96.0, max(3.0, dice.normal(24 * level, 12)))
    known.say("dq_equipment_digital_pct", share, 1)
    known.say("dq_equipment_connected_pct", share * dice.between(0.5, 1.0), 1)
    words = ("无", "单个环节", "两个及以上", "大于80%", "全覆盖")
    known.say("dq_systems", words[min(4, max(0, round(level + dice.normal(0.3, 0.6))))])
    known.say("dq_planning_step", min(5, max(0, round(level + dice.normal(0.7, 0.8)))), 0)
    known.say("dq_investment_pct", min(9.0, 1.0 + dice.lognormal(0.6 + 0.3 * level, 0.5)), 2)
    for name, better in (("energy", "下降"), ("quality", "上升"), ("market", "上升"), ("cost", "下降")):
        known.say(f"dq_trend_{name}", better if dice.next() < 0.35 + part / 2 else "持平")
    known.say("zj_digital_level", max(0.5, dice.normal(level + 0.4, 0.3)), 1)


def smart(known: Known, dice: Dice) -> None:
    """智能工厂: maturity, investment, what reviewers decided, and the rungs already held."""
    level = min(4, max(1, round(dice.normal(1.7 + 0.5 * known.quality, 0.6))))
    known.say("gbt39116_level", level, 0)
    known.say("gbt39116_score", min(5.0, level + dice.between(0.0, 0.79)), 2)
    for name in ("scenes", "operation", "controllable", "organisation", "window"):
        if dice.next() < 0.8:
            known.say(f"smart_{name}_decided", dice.next() < 0.88)
    known.say("smart_violation_2y", dice.next() < 0.02)
    invested = dice.lognormal(0.05 * known.book("revenue"), 0.5)
    known.say("smart_investment_3y_wan", invested)
    known.say("smart_investment_5y_wan", invested * dice.between(1.1, 1.7))
    known.say("zj_smart_score", min(97.0, max(40.0, dice.normal(68 + 7 * known.quality, 7))), 1)
    known.say("credit_good", dice.next() < 0.9)
    known.say("credit_passed", YES)
    held = level + (dice.next() < 0.4) - 1
    for place, rung in enumerate(("basic", "advanced", "excellent"), start=1):
        until = (TOLD + timedelta(days=dice.whole(60, 1000))).isoformat() if held >= place else NEVER
        known.say(f"title_smart_{rung}_until", until)


def _on_platform(known: Known) -> bool:
    return known.book("rd_expense") > 0 and known.book("revenue") >= 1000 and known.quality > -0.15


def _sized(known: Known, revenue: float, quality: float) -> bool:
    return known.book("revenue") >= revenue and known.quality > quality


SHEETS = (
    SheetOf("land", "亩均与规模", 50, lambda known: True, land, 0.01),
    SheetOf("ladder", "优质中小企业", 51, _on_platform, ladder, 0.006),
    SheetOf("high_tech", "高新技术企业", 52, lambda known: _on_platform(known) and known.quality > 0.7, high_tech, 0.01),
    SheetOf("digital", "数字化水平", 53, lambda known: _sized(known, 2000, 1.1), digital, 0.004),
    SheetOf("smart", "智能工厂", 54, lambda known: _sized(known, 5000, 0.5), smart, 0.01),
)  # fmt: skip


def catalogue(path: Path) -> Mapping[str, Mapping[str, str]]:
    """The field catalogue by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["column"]: row for row in csv.DictReader(file)}


def sheets(firms: Sequence[Firm]) -> Iterable[tuple[SheetOf, list[Known]]]:
    """Every sheet with the firms it speaks of, cells left empty as it says."""
    dice = Dice(49)
    alive = [Known(firm, quality_of(firm, dice)) for firm in firms if firm.status == "存续"]
    for sheet in SHEETS:
        dice = Dice(sheet.stream)
        chosen = [Known(one.firm, one.quality) for one in alive if sheet.chosen(one)]
        for known in chosen:
            sheet.draw(known, dice)
            known.cells = {name: cell for name, cell in known.cells.items() if dice.next() >= sheet.empty}
        yield sheet, chosen


def header(column: str, fields: Mapping[str, Mapping[str, str]]) -> str:
    """What a column is called in the file: the field, its year, its unit."""
    name, _, back = column.partition("@-")
    told = fields[name]
    year = f"{LAST - int(back or 0)}年" if told["period"] == "year" else ""
    unit = f"（{told['unit']}）" if told["unit"] else ""
    return f"{year}{told['meaning_zh']}{unit}"


def mapping(
    sheet: SheetOf, columns: Sequence[str], fields: Mapping[str, Mapping[str, str]], county: str
) -> str:
    """MAP.toml of a sheet: which column is which indicator, of which year or day."""
    lines = [
        f"# 合成示范县“{sheet.title}”评价数据的列对应（由 tools/make_synthetic.py 生成；数据全部为合成）",
        "[columns]", 'uscc = "统一社会信用代码"', 'name = "企业名称"', "", "[constants]", f'region = "{county}"',
    ]  # fmt: skip
    for column in columns:
        name, _, back = column.partition("@-")
        told, year = fields[name], LAST - int(back or 0)
        period = f"@{TOLD.isoformat()}" if told["period"] == "as_of" else str(year)
        unit = told["unit"] or "状态"
        lines += ["", "[[facts]]", f'column = "{header(column, fields)}"', f'indicator = "{told["indicator"]}"',
                  f'unit = "{unit}"', f'period = "{period}"', 'scope = ""']  # fmt: skip
    return "\n".join(lines) + "\n"
