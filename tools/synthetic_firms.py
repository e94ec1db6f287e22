"""合成示范县的企业: draw the invented enterprises and their books; make_synthetic.py says how they hang together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

from synthetic_chance import Dice, exp, ln
from synthetic_trades import COUNTY, TRADES, Trade

from jiqun.core.uscc import check_character

COUNT = 2000
YEARS = (2022, 2023, 2024)
LATER = 2025
"""A year added later: drawn from streams of its own, so that the years before stay as they were."""
MISSING = 35
FOUNDED_LATE = {2023: 14, 2024: 9}
CLOSED = 12
BRAND_FIRST = (
    "澄浔漪霁曜珩岚淼翊昀璟沅蔚煦珞汀澜栎岑穆芃琛弘湛朔祺瑾"
    "屿桓洛缙嵘笙葳翀沨荻玥霈骊旌珺祎缦沚菀钰楹杳芷璘澧峄谌衍"
)
BRAND_SECOND = (
    "凇岱垚珵煊澍禾砺钺槿翎沣珏溯衡廷霖稔晟垣峤铎彧旻泓樾簌璞甯筠"
    "柘骁霏沄涵芮漾珂暄屹恺翃菘晗澈桉祁璨葭鄞樊潆玟堃柃赟铧颢滢淦"
)
TOWNS = "一二三四五六七八"
GROWTH = {2023: 0.045, 2024: 0.035}


@dataclass
class Firm:
    """One invented enterprise: who it is, what it is like, its accounts by year."""

    name: str
    code: str
    trade: Trade
    log_revenue: float
    founded: date
    town: str
    renter: bool
    large: bool
    status: str = "存续"
    accounts: dict[int, dict[str, float]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Key of the subject."""
        return f"enterprise:{self.code}"

    @property
    def revenue(self) -> float:
        """Revenue of the last year, whether or not the accounts of that year were handed in."""
        return self.accounts[YEARS[-1]]["revenue"]


def organisation_number(serial: str) -> str:
    """Nine characters: eight given ones and the check character of GB 11714."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(w * digits.index(c) for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), serial, strict=True))
    return serial + {10: "X", 11: "0"}.get(rest := 11 - total % 11, str(rest))


def credit_code(number: int) -> str:
    """Unified social credit code of an enterprise of the county; HC marks the invented organisation numbers."""
    body = f"91{COUNTY}{organisation_number(f'HC{number:06d}')}"
    return body + check_character(body)


def found_firms() -> list[Firm]:
    """Draw who there is: trade, size, name, code, age, town."""
    dice, naming = Dice(1), Dice(2)
    brands = naming.sample([a + b for a, b in product(BRAND_FIRST, BRAND_SECOND)], COUNT)
    numbers = naming.sample(range(1, 1_000_000, 7), COUNT)
    firms = []
    for brand, number in zip(brands, numbers, strict=True):
        trade = dice.pick(TRADES, [item.weight for item in TRADES])
        log_revenue = ln(trade.size) + dice.normal(-0.15, 1.35)
        year = min(2022, max(1985, round(dice.normal(2009 if log_revenue < 8.0 else 2003, 7))))
        firms.append(
            Firm(
                name=f"示例{brand}{trade.word}有限公司（合成）",
                code=credit_code(number),
                trade=trade,
                log_revenue=log_revenue,
                founded=date(year, 1, 1) + timedelta(days=dice.whole(0, 364)),
                town=dice.pick(TOWNS, (22, 18, 15, 13, 11, 9, 7, 5)),
                renter=dice.next() < (0.07 if log_revenue < 6.5 else 0.03),
                large=log_revenue > 7.6,
            )
        )
    return firms


def end_and_begin(firms: Sequence[Firm]) -> dict[int, set[str]]:
    """Let some small firms be founded late or close; give the codes that are missing in each year's accounts."""
    dice = Dice(3)
    small = dice.sample([firm for firm in firms if not firm.large], sum(FOUNDED_LATE.values()) + CLOSED)
    missing: dict[int, set[str]] = {year: set() for year in YEARS}
    for year, count in FOUNDED_LATE.items():
        for firm in (small.pop() for _ in range(count)):
            firm.founded = date(year, 1, 1) + timedelta(days=dice.whole(20, 300))
            for earlier in range(YEARS[0], year):
                missing[earlier].add(firm.code)
    for firm in small:
        firm.status = dice.pick(("注销", "吊销"), (5, 1))
        missing[YEARS[-1]].add(firm.code)
    for codes in missing.values():
        others = [firm.code for firm in firms if firm.code not in codes]
        codes.update(dice.sample(others, MISSING - len(codes)))
    return missing


def rd_share(firm: Firm, dice: Dice) -> float:
    """Share of revenue spent on R&D, 0 for a firm that does none."""
    chance = {(1, True): 0.85, (1, False): 0.50, (0, True): 0.55, (0, False): 0.12}[
        firm.trade.tech, firm.large
    ]
    if dice.next() >= chance:
        return 0.0
    median = 0.042 if firm.trade.tech else 0.022
    return min(0.15, dice.lognormal(median, 0.40) * exp(-0.16 * (firm.log_revenue - ln(3000))))


def keep_books(firm: Firm, dice: Dice) -> None:
    """Draw three years of accounts of one firm; the docstring of the module says how."""
    trade, log_revenue = firm.trade, firm.log_revenue
    revenue = exp(log_revenue)
    habit, base_margin = dice.normal(0.0, 1.0), dice.normal(0.055, 0.034)
    added_share = trade.added / 100 + dice.normal(0.0, 0.012)
    tax_share, research = dice.lognormal(0.042, 0.45), rd_share(firm, dice)
    land = 0.0 if firm.renter else max(0.3, revenue / dice.lognormal(trade.per_mu, 0.65))
    per_head = dice.lognormal(trade.per_head, 0.30) * exp(0.12 * (log_revenue - ln(1000)))
    per_tce, power = dice.lognormal(trade.per_tce, 0.40), dice.between(0.45, 0.85)
    assets = revenue * dice.lognormal(0.95, 0.35)
    inventive = (0.13 if trade.tech else 0.05) * exp(0.7 * ln(1 + revenue * research))
    patents = dice.count(inventive) if research else 0
    for number, year in enumerate(YEARS):
        growth = 0.0
        if number:
            growth = GROWTH[year] + trade.drift[number - 1] / 100
            growth += 0.13 * (0.72 * habit + 0.69 * dice.normal(0.0, 1.0))
            growth += -dice.between(0.36, 0.92) if dice.next() < 0.02 else 0.0
            patents += dice.count(0.15 * inventive) if research else 0
            land *= dice.between(1.1, 1.5) if dice.next() < 0.03 else 1.0
            per_tce *= 1.02
            assets *= exp(0.5 * growth)
        log_revenue += growth
        revenue = exp(log_revenue)
        margin = base_margin + 0.15 * growth + dice.normal(0.0, 0.022)
        added = revenue * min(
            0.30, max(0.17, added_share + 0.10 * (margin - 0.055) + dice.normal(0.0, 0.006))
        )
        tax = revenue * tax_share * exp(dice.normal(0.0, 0.12)) * (1.0 if margin > 0 else 0.75)
        spent = min(0.15, research * exp(dice.normal(0.0, 0.12)))
        staff = max(3, round(revenue / per_head * exp(dice.normal(0.0, 0.06))))
        energy = added / per_tce * exp(dice.normal(0.0, 0.08))
        firm.accounts[year] = {
            "land_area_mu": land, "tax": min(tax, 0.5 * added), "revenue": revenue, "value_added": added,
            "rd_expense": revenue * spent, "employee_count": staff,
            "rd_staff": min(staff // 2, max(1, round(staff * (2.2 * spent + 0.03)))) if research else 0,
            "energy_consumption": energy, "electricity_use": energy * power / 2.85, "profit": revenue * margin,
            "total_assets": assets, "valid_invention_patent_count": patents,
        }  # fmt: skip


def go_on(firm: Firm, dice: Dice) -> None:
    """Draw the accounts of LATER out of those of the year before: growth, and every share near where it was."""
    before = firm.accounts[LATER - 1]
    growth = 0.04 + 0.06 * (firm.trade.tech == 1) + 0.12 * dice.normal(0.0, 1.0)
    growth -= dice.between(0.36, 0.92) if dice.next() < 0.02 else 0.0
    revenue = before["revenue"] * exp(growth)
    margin = 0.6 * before["profit"] / before["revenue"] + 0.022 + 0.15 * growth + dice.normal(0.0, 0.02)
    share = before["value_added"] / before["revenue"] + dice.normal(0.0, 0.006)
    added = revenue * min(0.30, max(0.17, share))
    tax = revenue * before["tax"] / before["revenue"] * exp(dice.normal(0.0, 0.12))
    research = before["rd_expense"] / before["revenue"] * exp(dice.normal(0.12, 0.12))
    staff = max(3, round(before["employee_count"] * exp(0.6 * growth + dice.normal(0.0, 0.05))))
    energy = added * before["energy_consumption"] / before["value_added"] / 1.02 * exp(dice.normal(0.0, 0.06))
    firm.accounts[LATER] = {
        "land_area_mu": before["land_area_mu"], "tax": min(tax, 0.5 * added), "revenue": revenue, "value_added": added,
        "rd_expense": revenue * min(0.15, research), "employee_count": staff,
        "rd_staff": min(staff // 2, max(1, round(staff * (2.2 * min(0.15, research) + 0.03)))) if research else 0,
        "energy_consumption": energy,
        "electricity_use": energy * before["electricity_use"] / before["energy_consumption"],
        "profit": revenue * margin, "total_assets": before["total_assets"] * exp(0.5 * growth),
        "valid_invention_patent_count": before["valid_invention_patent_count"]
        + (dice.count(0.15 * (1 + before["valid_invention_patent_count"])) if research else 0),
    }  # fmt: skip


def missing_later(firms: Sequence[Firm]) -> set[str]:
    """Codes missing in the accounts of LATER: the closed ones, and some that handed in nothing."""
    closed = {firm.code for firm in firms if firm.status != "存续"}
    others = [firm.code for firm in firms if firm.code not in closed]
    return closed | set(Dice(8).sample(others, MISSING - len(closed)))
