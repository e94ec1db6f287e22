"""合成示范县: make the synthetic county of example/synthetic/, 2,000 invented enterprises with three years of accounts.

    python tools/make_synthetic.py [--out example/synthetic]

Nothing here is real. Region 339901 and its city 339900 are codes no place has. Every enterprise is called
示例 + an invented two-character brand + its trade + 有限公司（合成）; its credit code carries 339901 and an
organisation number that starts with HC, and its check characters (GB 11714, GB 32100) are right.

The same files, byte for byte, come out everywhere: one fixed seed, a stream per purpose, nothing of `random` but
`random()`, exponentials and logarithms from `decimal`, no `sum` of floats (its rounding changed in Python 3.12). The
parts: synthetic_chance (chance), synthetic_trades (trades, chains, parks), synthetic_firms (firms and books),
synthetic_policy (what the rules read), this file (the files that are written).

How the numbers hang together (T = what tools/synthetic_trades.py says of the trade, 万元 unless said; LN(m, s) is
log-normal with median m; the bounds are kept by tests/unit/example/test_synthetic.py):

    revenue 2022     LN(0.86 T, 1.35); about a third of the firms reach 2,000 万元 (above scale)
    growth           log growth = county 4.5 % (2023), 3.5 % (2024) + trade + 0.13 x (0.72 firm + 0.69 year), and
                     2 % of the firm-years are shocks of -30 … -60 %; the two years correlate at 0.25 … 0.5
    value added      T % of revenue, sd 1.2 points; better with margin; kept within 17 … 30 %; county 20 … 28 %
    profit           margin about 5.5 %, sd 3.4 points between firms, 2.2 between years, up with growth: roughly one firm
                     in ten loses money in a year
    tax              LN(4.2 %, 0.45) of revenue, a quarter less in a loss, at most half of value added
    land             revenue over LN(T, 0.65); 4 % (small firms: 7 %) rent everything and state 0; rarely bought;
                     tax per mu is skewed to the right (mean above median)
    staff            revenue over T a head, rising with size (exponent 0.12), spread 0.3
    R&D              does any: 85 % of large high-tech firms down to 12 % of small others, the same every year;
                     share of revenue LN(4.2 %) in high-tech trades, LN(2.2 %) in others, x (revenue/3000)^-0.16,
                     at most 15 %: small high-tech firms spend the largest share. A firm that does none states 0
    R&D staff        2.2 x R&D share + 3 % of staff, at most half of it
    energy           value added over LN(T, 0.4), 2 % better each year; power: 45 … 85 % of it at 2.85 tce a 万千瓦时
    assets           LN(0.95, 0.35) x revenue of 2022, moving with half of growth
    patents          Poisson, mean 0.13 (high-tech) or 0.05 (others) x R&D^0.7; new ones at 15 % of it a year

Deliberate holes: 3 … 9 % of the cells of a column are empty (6 % in all), which means unknown and not 0; 35 enterprises
are missing in each year: those founded later, those closed (2024), and some that handed in nothing.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from synthetic_chance import SEED, Dice, exp
from synthetic_firms import LATER, YEARS, Firm, end_and_begin, found_firms, go_on, keep_books, missing_later
from synthetic_policy import TOLD, catalogue, header, is_small_place, mapping, sheets
from synthetic_trades import CHAINS, CITY, CLUSTER, COUNTY, PARKS, ROUTES, SEGMENTS, TRADES

SOURCE = "synthetic_county"
ROOT = Path(__file__).resolve().parent.parent
CAPITALS = (30, 50, 100, 200, 300, 500, 800, 1000, 2000, 3000, 5000, 10000, 20000)

# Column of the accounts, indicator, unit, stock ("as of the end of the year") or flow, decimals, share of empty cells.
QUANTITIES = (
    ("用地面积（亩）", "land_area_mu", "亩", "stock", 2, 0.05),
    ("入库税收（万元）", "tax", "万元", "flow", 2, 0.04),
    ("营业收入（万元）", "revenue", "万元", "flow", 2, 0.03),
    ("工业增加值（万元）", "value_added", "万元", "flow", 2, 0.06),
    ("研发费用（万元）", "rd_expense", "万元", "flow", 2, 0.09),
    ("期末从业人员（人）", "employee_count", "人", "stock", 0, 0.05),
    ("研发人员（人）", "rd_staff", "人", "stock", 0, 0.08),
    ("综合能耗（tce）", "energy_consumption", "tce", "flow", 2, 0.08),
    ("用电量（万千瓦时）", "electricity_use", "万千瓦时", "flow", 2, 0.06),
    ("利润总额（万元）", "profit", "万元", "flow", 2, 0.06),
    ("资产总计（万元）", "total_assets", "万元", "stock", 2, 0.06),
    ("有效发明专利（件）", "valid_invention_patent_count", "件", "stock", 0, 0.06),
)
ALL = frozenset(item[1] for item in QUANTITIES)
FEW = frozenset(("revenue", "employee_count", "total_assets"))
"""What a firm below scale on little land is asked for in the last year."""
ENTERPRISE_COLUMNS = ("name", "uscc", "region", "city", "address", "established_on", "legal_form", "capital",
                      "capital_unit", "industry_code", "business_scope", "status", "synthetic")  # fmt: skip
RELATION_COLUMNS = ("subject", "predicate", "object", "valid_from", "valid_to", "source", "locator", "quote",
                    "note", "synthetic")  # fmt: skip
SUBJECT_COLUMNS = ("key", "kind", "label_zh", "label_en", "aliases", "region", "parent", "source", "locator",
                   "note", "synthetic")  # fmt: skip
SOURCE_COLUMNS = ("key", "title", "publisher", "published_on", "published_inferred", "speaks_as_of",
                  "speaks_inferred", "kind", "language", "note", "synthetic")  # fmt: skip


def figure(value: float, decimals: int) -> str:
    """A number as an office writes it; never -0.00."""
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text


def account_rows(firms: Sequence[Firm], year: int, missing: set[str]) -> Iterable[list[str]]:
    """Rows of a year's accounts, some cells left empty."""
    dice = Dice(1000 + year)
    for firm in firms:
        told = (
            FEW if year == LATER and firm.accounts[year]["revenue"] < 2000 and is_small_place(firm) else ALL
        )
        cells = [
            ""
            if indicator not in told or dice.next() < empty
            else figure(firm.accounts[year][indicator], decimals)
            for _, indicator, _, _, decimals, empty in QUANTITIES
        ]
        if firm.code not in missing:
            yield [firm.code, firm.name, *cells]


def account_map(year: int) -> str:
    """MAP.toml of a year's accounts: flows are of the year, stocks as of its end."""
    lines = [
        f"# 合成示范县 {year} 年企业数据的列对应（由 tools/make_synthetic.py 生成；数据全部为合成）",
        "[columns]", 'uscc = "统一社会信用代码"', 'name = "企业名称"', "", "[constants]", f'region = "{COUNTY}"',
    ]  # fmt: skip
    for column, indicator, unit, nature, _, _ in QUANTITIES:
        period = f"@{year}" if nature == "stock" else str(year)
        lines += ["", "[[facts]]", f'column = "{column}"', f'indicator = "{indicator}"', f'unit = "{unit}"',
                  f'period = "{period}"', 'scope = ""']  # fmt: skip
    return "\n".join(lines) + "\n"


def class_names() -> Mapping[str, str]:
    """Names of the manufacturing classes of GB/T 4754-2017, by code."""
    with (ROOT / "packs" / "codes" / "gbt4754_2017.csv").open(encoding="utf-8", newline="") as file:
        names = {
            row["code"]: row["name"]
            for row in csv.DictReader(file)
            if row["level"] == "4" and row["section"] == "C"
        }
    unknown = sorted({trade.code for trade in TRADES} - set(names))
    if unknown:
        raise SystemExit(f"not classes of manufacturing in GB/T 4754-2017: {' '.join(unknown)}")
    return names


def enterprise_rows(firms: Sequence[Firm]) -> Iterable[list[str]]:
    """Rows of the register."""
    dice, names = Dice(4), class_names()
    for firm in firms:
        paid_in = min(CAPITALS, key=lambda amount: abs(amount - 0.15 * exp(firm.log_revenue)))
        forms = ("有限责任公司(自然人投资或控股)", "有限责任公司(法人独资)", "有限责任公司(外商投资)")
        address = f"合成示范县合成{firm.town}镇示例路{dice.whole(1, 999)}号"
        yield [
            firm.name, firm.code, COUNTY, "合成示范市", address, firm.founded.isoformat(),
            dice.pick(forms, (70, 24, 6) if firm.large else (93, 6, 1)), str(paid_in), "万元",
            firm.trade.code, names[firm.trade.code], firm.status, "1",
        ]  # fmt: skip


def subject_rows() -> Iterable[list[str]]:
    """Rows of the places, parks, chains, segments and the cluster; none hangs under a real place."""
    note = "合成数据，不与真实数据相加"

    def row(key: str, label: tuple[str, str], region: str, parent: str) -> list[str]:
        return [key, key.partition(":")[0], *label, "", region, parent, SOURCE, "", note, "1"]

    yield row(f"region:{CITY}", ("合成示范市", "Sample City (synthetic)"), CITY, "")
    yield row(f"region:{COUNTY}", ("合成示范县", "Sample County (synthetic)"), COUNTY, f"region:{CITY}")
    for key, label in PARKS.items():
        yield row(f"park:synthetic_{key}", label, COUNTY, f"region:{COUNTY}")
    yield row(f"cluster:synthetic_{CLUSTER[0]}", CLUSTER[1:], COUNTY, "")
    for key, label in CHAINS.items():
        yield row(f"chain:synthetic_{key}", label, COUNTY, "")
    for key, (zh, en) in SEGMENTS.items():
        chain = f"chain:synthetic_{key.split('_')[0]}"
        yield row(f"segment:synthetic_{key}", (f"{zh}（合成）", f"{en} (synthetic)"), COUNTY, chain)


def park_of(firm: Firm, dice: Dice) -> str:
    """Key of the park a firm is in, empty for most small ones."""
    chain = firm.trade.segment.split("_")[0]
    chance = dice.next()
    if firm.renter:
        return "micro_park" if chance < 0.6 else ""
    if not firm.large:
        return "micro_park" if chance < 0.16 else ""
    if chance < 0.35 and chain in ("bearing", "textile"):
        return "bearing_town" if chain == "bearing" else "textile_park"
    if chance < 0.45 and firm.trade.tech:
        return "high_tech_park"
    return "development_zone" if chance < 0.75 else ""


def supplies(firms: Sequence[Firm], dice: Dice) -> Iterable[tuple[Firm, Firm, str]]:
    """Seller, buyer and goods along the routes: large firms buy, most often from the largest sellers."""
    by_segment: dict[str, list[Firm]] = {}
    for firm in firms:
        by_segment.setdefault(firm.trade.segment, []).append(firm)
    for sells, buys, goods in ROUTES:
        sellers = [firm for firm in by_segment[sells] if firm.revenue > 600]
        for buyer in by_segment[buys]:
            if buyer.revenue < 4000 or dice.next() < 0.25:
                continue
            chosen = [dice.pick(sellers, [firm.revenue for firm in sellers]) for _ in range(dice.whole(1, 2))]
            for seller in dict.fromkeys(firm.code for firm in chosen):
                yield next(firm for firm in chosen if firm.code == seller), buyer, goods


def relation_rows(firms: Sequence[Firm]) -> Iterable[list[str]]:
    """Rows of the relations of firms still at work."""
    dice = Dice(5)
    alive = [firm for firm in firms if firm.status == "存续"]

    def row(
        subject: str, predicate: str, target: str, *, since: str = "", until: str = "", note: str = ""
    ) -> list[str]:
        return [subject, predicate, target, since, until, SOURCE, "", "", note, "1"]

    cluster = f"cluster:synthetic_{CLUSTER[0]}"
    yield row("chain:synthetic_bearing", "part_of", cluster)
    for key in CHAINS:
        members = [firm for firm in alive if firm.trade.segment.startswith(key)]
        leader = max(members, key=lambda firm: firm.revenue)
        yield row(leader.key, "chain_leader_of", f"chain:synthetic_{key}")
    for firm in alive:
        park, segment = park_of(firm, dice), firm.trade.segment
        if park:
            yield row(firm.key, "located_in", f"park:synthetic_{park}", since=firm.founded.isoformat())
        if segment and firm.revenue >= 1000:
            yield row(firm.key, "in_segment", f"segment:synthetic_{segment}")
        if segment.startswith("bearing") and firm.revenue >= 2000:
            yield row(firm.key, "member_of", cluster, since="2022-01-01" if firm.founded.year < 2022 else "")
    for seller, buyer, goods in supplies(alive, dice):
        first = max(seller.founded, buyer.founded, date(2012, 1, 1))
        since = (
            first + timedelta(days=dice.whole(0, (date(2024, 6, 30) - first).days))
            if first.year < 2024
            else first
        )
        ended = dice.next() < 0.06 and since.year < 2024
        until = (date(2024, 1, 1) + timedelta(days=dice.whole(0, 360))).isoformat() if ended else ""
        yield row(seller.key, "supplies", buyer.key, since=since.isoformat(), until=until, note=goods)


def write(folder: Path, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write one CSV file: UTF-8, line feeds."""
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_policy(folder: Path, firms: Sequence[Firm]) -> None:
    """Write what the rules read, one file and its map per sheet."""
    fields = catalogue(ROOT / "packs" / "tables" / "firm.csv")
    order = {name: place for place, name in enumerate(fields)}
    for sheet, chosen in sheets(firms):
        seen = {column for known in chosen for column in known.cells}
        columns = sorted(seen, key=lambda column: (order[column.partition("@")[0]], column))
        names = ("统一社会信用代码", "企业名称", *(header(column, fields) for column in columns))
        rows = (
            [one.firm.code, one.firm.name, *(one.cells.get(name, "") for name in columns)] for one in chosen
        )
        write(folder, f"policy_{sheet.name}.csv", names, rows)
        told = mapping(sheet, columns, fields, COUNTY)
        (folder / f"policy_{sheet.name}.toml").write_text(told, encoding="utf-8", newline="\n")


def make(folder: Path) -> None:
    """Draw the county and write its files."""
    folder.mkdir(parents=True, exist_ok=True)
    firms = found_firms()
    missing = end_and_begin(firms)
    books = Dice(6)
    for firm in firms:
        keep_books(firm, books)
    write(folder, "subjects.csv", SUBJECT_COLUMNS, subject_rows())
    write(folder, "enterprises.csv", ENTERPRISE_COLUMNS, enterprise_rows(firms))
    write(folder, "relations.csv", RELATION_COLUMNS, relation_rows(firms))
    columns = ("统一社会信用代码", "企业名称", *(item[0] for item in QUANTITIES))
    later = Dice(7)
    for firm in firms:
        go_on(firm, later)
    missing[LATER] = missing_later(firms)
    for year in (*YEARS, LATER):
        write(folder, f"accounts_{year}.csv", columns, account_rows(firms, year, missing[year]))
        (folder / f"accounts_{year}.toml").write_text(account_map(year), encoding="utf-8", newline="\n")
    write_policy(folder, firms)
    note = (
        f"由 tools/make_synthetic.py 按固定种子 {SEED} 随机生成，企业、地区、数字、关系全部为虚构，不与真实数据相加。"
        f"Made by tools/make_synthetic.py, seed {SEED}; all of it is invented and never added to real data."
    )
    title = "合成示范县（随机生成，非真实数据） Sample County (synthetic)"
    row = [
        SOURCE,
        title,
        "tools/make_synthetic.py",
        "",
        "0",
        TOLD.isoformat(),
        "0",
        "synthetic",
        "zh",
        note,
        "1",
    ]
    write(folder, "source.csv", SOURCE_COLUMNS, [row])


def main() -> int:
    """Make the files."""
    parser = argparse.ArgumentParser(description="make the synthetic county")
    parser.add_argument("--out", type=Path, default=ROOT / "example" / "synthetic", help="folder to write to")
    make(parser.parse_args().out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
