"""A million made-up firms judged by the little giant of 2026, beside SQL written by hand for its verdict alone.

The column judge writes verdict, clause states as int8 and distances; the SQL by hand one verdict per firm. Both read
the same Parquet file and write a table in which a firm is its row number. Both must give the same verdict for every firm,
and the row judge on a sample. Beside them: openfisca-core on the same clauses, every pack over 100,000 firms, and the
replay of one year of 亩均 after another.
"""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from benchmarks.measure import ROOT, ROUNDS, child, line, median, report, seconds

FIRMS = int(os.environ.get("JIQUN_BENCH_FIRMS", "1000000"))
SAMPLE = 2000
ON = date(2026, 6, 1)
NEAR = {
    "segment_years": 3, "operating_revenue_wan": 5000, "operating_revenue_wan@-1": 4800, "operating_revenue_wan@-2": 4500,
    "main_business_revenue_wan": 4700, "total_liabilities_wan": 6000, "total_assets_wan": 8500, "rd_expense_wan": 650,
    "rd_expense_wan@-1": 600, "class1_ip_self_filed_top3": 4, "segment_share_pct": 10, "domestic_rank": 3,
    "zjtx_dev_score": 60, "zjtx_dev_score@-1": 60,
}  # fmt: skip
VETOES = (
    "abnormal_list", "dishonest_list", "prohibited_product", "accident_3y", "data_event_3y", "env_offence_3y",
    "quality_problem_3y", "data_fraud_3y",
)  # fmt: skip
OVERLAPS = ("single_champion_held", "little_giant_control", "little_giant_same_group")
BY_HAND = f"""
WITH c AS (SELECT row,
    legal_person AND is_sme AS gate, NOT ({" OR ".join(VETOES)}) AS clean, NOT ({" OR ".join(OVERLAPS)}) AS free,
    title_zjtx_until >= DATE '2026-06-01' AS title, segment_years >= 3 AS years, operating_revenue_wan >= 5000 AS revenue,
    CASE WHEN operating_revenue_wan > 0 THEN main_business_revenue_wan * 100 >= operating_revenue_wan * 90 END AS main,
    CASE WHEN "operating_revenue_wan@-2" > 0 AND operating_revenue_wan >= 0
        THEN operating_revenue_wan * 10000 >= "operating_revenue_wan@-2" * 11025 END AS growth,
    CASE WHEN total_assets_wan > 0 THEN total_liabilities_wan * 100 <= total_assets_wan * 75 END AS debt,
    rd_expense_wan + "rd_expense_wan@-1" >= 1200 AS rd_sum,
    CASE WHEN operating_revenue_wan > 0 THEN rd_expense_wan * 100 >= operating_revenue_wan * 3 END
        AND CASE WHEN "operating_revenue_wan@-1" > 0
            THEN "rd_expense_wan@-1" * 100 >= "operating_revenue_wan@-1" * 3 END AS rd_share,
    class1_ip_self_filed_top3 >= 4
        OR st_award_national_top3_on BETWEEN DATE '2023-06-01' AND DATE '2026-06-01' AS ip,
    segment_share_pct >= 10 OR domestic_rank <= 3 AS market, zjtx_dev_score >= 60 AS score,
    product_key_field_decided AS decided
    FROM firms)
SELECT row, CAST(CASE
    WHEN NOT gate OR NOT clean OR NOT free OR NOT title OR NOT years OR NOT revenue OR NOT main OR NOT growth OR NOT debt
        OR NOT rd_sum OR NOT rd_share OR NOT ip OR NOT market OR NOT score OR NOT decided THEN 0
    WHEN gate IS NULL OR clean IS NULL OR free IS NULL OR title IS NULL OR years IS NULL OR revenue IS NULL OR main IS NULL
        OR growth IS NULL OR debt IS NULL OR rd_sum IS NULL OR rd_share IS NULL OR ip IS NULL OR market IS NULL
        OR score IS NULL THEN 1
    WHEN decided IS NULL THEN 2 ELSE 3 END AS TINYINT) AS verdict FROM c
"""


def main(folder: Path) -> None:
    """One process each: both queries in turn and the row judge on a sample; openfisca; every pack; the replay."""
    from benchmarks import judging_openfisca, judging_packs

    firms = folder / "firms.parquet"
    got = child("judging", "measure", str(firms))
    line("judging_little_giant_2026", **got, aim="ratio <= 3")
    judging_openfisca.main(folder, firms.with_suffix(".judged.parquet"))
    judging_packs.main(folder)


def measure(path: str) -> None:
    """Generate, judge both ways, compare."""
    from jiqun.lake.judge import plan
    from jiqun.lake.judge_run import connect, firm_types
    from jiqun.rules.reader import read_pack

    packs = ROOT / "packs"
    pack = read_pack(packs / "national" / "little_giant", packs)
    version = pack.version("2026")
    database = connect(memory="2GB")
    _made_up(database, firm_types(version), path)
    source = f"read_parquet('{path}')"
    columns = f"SELECT * EXCLUDE (uscc, region) FROM ({plan(version, kind='new', on=ON).query.over({'firms': source})})"
    by_hand = BY_HAND.replace("FROM firms", f"FROM {source}")
    ours, plain = [], []
    for _ in range(max(1, min(ROUNDS, 5))):
        plain.append(seconds(lambda: database.execute(f"CREATE OR REPLACE TABLE by_hand AS {by_hand}")))
        ours.append(seconds(lambda: database.execute(f"CREATE OR REPLACE TABLE judged AS {columns}")))
    ((different,),) = database.execute(
        "SELECT count(*) FROM judged JOIN by_hand USING (row) WHERE judged.verdict IS DISTINCT FROM by_hand.verdict"
    ).fetchall()
    if different:
        raise SystemExit(f"{different} verdicts differ from the SQL by hand")
    rate = _rows(database, version, source)
    joined = f"SELECT f.*, verdict FROM {source} AS f JOIN by_hand USING (row)"
    database.execute(f"COPY ({joined}) TO '{Path(path).with_suffix('.judged.parquet')}' (FORMAT parquet)")
    verdicts = dict(database.execute("SELECT verdict, count(*) FROM judged GROUP BY 1 ORDER BY 1").fetchall())
    report(
        firms=FIRMS, columns=len(database.execute("DESCRIBE judged").fetchall()), seconds=median(ours),
        by_hand_seconds=median(plain), ratio=median([a / b for a, b in zip(ours, plain, strict=True)], 2),
        rulings_per_second_in_rows=round(rate), sample_equal=SAMPLE, verdicts=verdicts,
    )  # fmt: skip


def _made_up(database: duckdb.DuckDBPyConnection, types: dict[str, str], path: str) -> None:
    """Firms around the limits of the rule: most are clean and hold the title, one value in fifty is empty."""
    chosen: list[str] = []
    for name, kind in types.items():
        value = {
            "row": "i", "uscc": "'F' || i", "region": "'330624'",
            "title_zjtx_until": "DATE '2026-01-01' + CAST(random() * 1000 AS INTEGER)",
            "st_award_national_top3_on": "CASE WHEN random() < 0.1 THEN DATE '2024-05-01' ELSE DATE '0001-01-01' END",
        }.get(name)  # fmt: skip
        if value is None and name in NEAR:
            value = f"round({NEAR[name]} * (0.9 + random() * 0.6), 2)"
        if value is None:
            value = "random() < 0.001" if name in (*VETOES, *OVERLAPS) else "random() < 0.98"
        empty = "1" if name in ("row", "uscc", "region") else "CASE WHEN random() < 0.02 THEN NULL ELSE 1 END"
        chosen.append(f'CASE WHEN {empty} = 1 THEN CAST({value} AS {kind}) END AS "{name}"')
    database.execute("SELECT setseed(0.42)")
    made = f"SELECT {', '.join(chosen)} FROM range({FIRMS}) AS t(i)"
    database.execute(f"COPY ({made}) TO '{path}' (FORMAT parquet)")


def _rows(database: duckdb.DuckDBPyConnection, version: object, source: str) -> float:
    """Judge a sample in rows with every explanation, hold it against the columns, give rulings a second."""
    from jiqun.lake.judge_columns import STATE_OF
    from jiqun.rules.firm import Firm
    from jiqun.rules.judge import judge
    from jiqun.rules.pack import Version

    assert isinstance(version, Version)
    step = max(1, FIRMS // SAMPLE)
    asked = (
        f"SELECT f.*, j.verdict, j.* FROM {source} AS f JOIN judged AS j USING (row) WHERE row % {step} = 0"
    )
    found = database.execute(asked)
    names = [one[0] for one in found.description or ()]
    rows = [dict(reversed(list(zip(names, row, strict=True)))) for row in found.fetchall()]
    firms = [Firm(str(row["uscc"]), "", str(row["region"]), row) for row in rows]
    rulings = []
    spent = seconds(lambda: rulings.extend(judge(version, one, parameters={}, on=ON) for one in firms))
    for row, ruling in zip(rows, rulings, strict=True):
        wrong = STATE_OF[row["verdict"]] is not ruling.verdict
        for one in ruling.clauses:
            if not one.parent and f"state:{one.id}" in row:
                wrong |= STATE_OF[row[f"state:{one.id}"]] is not one.state
            gap = row.get(f"short:{one.id}")
            if (
                isinstance(gap, Decimal)
                and isinstance(one.value, Decimal)
                and isinstance(one.needed, Decimal)
            ):
                wrong |= abs(abs(one.value - one.needed) - gap) > Decimal("0.000001") and bool(gap)
        if wrong:
            raise SystemExit(f"rows and columns differ: {row['uscc']} {ruling}")
    return len(firms) / spent


if __name__ == "__main__":
    import sys

    measure(sys.argv[2])
