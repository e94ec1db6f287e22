"""Every pack over 100,000 made-up firms by the column judge, and the replay of 亩均 2021 → 2022 as `jiqun replay` does it.

Both hold a sample against the row judge: every verdict and every clause, or the run stops.
"""

import csv
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from benchmarks.measure import ROOT, child, django_home, line, report, seconds

FIRMS = int(os.environ.get("JIQUN_BENCH_PACK_FIRMS", "100000"))
SAMPLE = 50
PER_MU, HUANGYAN = "zhejiang/per_mu", "331003"
QUOTAS = {"quota_a": 20, "quota_b": 50, "quota_c": 25}
"""Made up, so that grades move: the county's own shares are not published, and without them nobody is graded."""


def main(folder: Path) -> None:
    """A process each."""
    line("judging_all_packs", **child("judging_packs", "packs", str(folder)))
    line("judging_replay_per_mu_2021_2022", **child("judging_packs", "replay", str(folder)))


def packs(folder: Path) -> None:
    """Every version of every pack: firms near its numbers in a Parquet file, judged into a table."""
    from jiqun.lake.judge import plan
    from jiqun.lake.judge_run import connect, firm_types, parameter_rows, sizes_of, sources
    from jiqun.rules.reader import read_all

    spent, compiling, judged, slowest = 0.0, 0.0, 0, ("", 0.0)
    for key, pack in read_all(ROOT / "packs").items():
        for version in pack.versions:
            database = connect(memory="2GB")
            on = version.starts + timedelta(days=60)
            regions = sorted({one.region for one in pack.sets} | {"330624"})
            tiers = sorted({one.tier for one in pack.sets} | {""})
            given = {
                (place, tier): pack.parameters_on(place, on, tier) for place in regions for tier in tiers
            }
            path = folder / "pack.parquet"
            types = firm_types(version, pack.tier_field)
            made = [
                f'{_made_up(version, name, kind, regions, tiers, pack.tier_field)} AS "{name}"'
                for name, kind in types.items()
            ]
            database.execute("SELECT setseed(0.42)")
            database.execute(
                f"COPY (SELECT {', '.join(made)} FROM range({FIRMS}) AS t(i)) TO '{path}' (FORMAT parquet)"
            )
            sizes = sizes_of(given)
            started = time.perf_counter()
            query = plan(version, kind="new", on=on, tier_field=pack.tier_field, sizes=sizes).query
            compiling += time.perf_counter() - started
            database.register("judged_parameters", parameter_rows(sizes, given))
            over = sources(version, pack.tier_field, sizes, firms=f"read_parquet('{path}')")
            sql = query.over({name: over[name] for name in query.tables})
            took = seconds(lambda: database.execute(f"CREATE TABLE judged AS {sql}"))  # noqa: B023
            spent, judged = spent + took, judged + 1
            slowest = max(slowest, (f"{key} {version.key}", round(took, 3)), key=lambda one: one[1])
            _compared(database, pack, version, on, path)
            database.close()
    report(
        versions=judged, firms=FIRMS, rulings=judged * FIRMS, seconds=round(spent, 3), compile_seconds=round(compiling, 3),
        slowest=slowest, sample_equal=SAMPLE * judged,
    )  # fmt: skip


def _made_up(
    version: object, name: str, kind: str, regions: list[str], tiers: list[str], tier_field: str
) -> str:
    """A value for a column: numbers near those the version asks for, one in ten empty."""
    from jiqun.rules import tree

    fixed = {"row": "i", "uscc": "'F' || i", "region": _one_of([f"'{one}'" for one in regions])}
    if name in fixed:
        return f"CAST({fixed[name]} AS {kind})"
    if name == tier_field:
        return _one_of([f"'{one}'" for one in tiers])
    if kind == "BOOLEAN":
        value = "random() < 0.7"
    elif kind == "DATE":
        value = "DATE '2020-01-01' + CAST(random() * 3000 AS INTEGER)"
    elif kind == "VARCHAR":
        choices = {
            choice for one in tree.walk(version) if isinstance(one, tree.OneOf) for choice in one.choices
        }
        value = _one_of([f"'{one}'" for one in sorted(choices)] or ["''"])
    else:
        near = sorted(
            {one.value for one in tree.walk(version) if isinstance(one, tree.Constant)} | {Decimal(10)}
        )
        value = f"round({_one_of([str(one) for one in near])}::DOUBLE * (0.7 + random() * 0.6), 2)"
    return f"CASE WHEN random() > 0.1 THEN CAST({value} AS {kind}) END"


def _one_of(choices: list[str]) -> str:
    return f"([{', '.join(choices)}])[1 + CAST(floor(random() * {len(choices)}) AS INTEGER)]"


def _compared(
    database: duckdb.DuckDBPyConnection, pack: object, version: object, on: date, path: Path
) -> None:
    """The row judge on a sample: verdict, score and the state of every top clause."""
    from jiqun.lake.judge_columns import STATE_OF
    from jiqun.rules.firm import Firm
    from jiqun.rules.judge import judge, parameters_for
    from jiqun.rules.pack import Pack, Version

    assert isinstance(pack, Pack)
    assert isinstance(version, Version)
    asked = f"FROM read_parquet('{path}') WHERE row % {max(1, FIRMS // SAMPLE)} = 0 ORDER BY row"
    firms = [
        Firm(str(row["uscc"]), "", str(row["region"]), row) for row in _dicts(database, f"SELECT * {asked}")
    ]
    found = _dicts(database, f"SELECT * FROM judged SEMI JOIN (SELECT row {asked}) USING (row) ORDER BY row")
    for firm, seen in zip(firms, found, strict=True):
        ruling = judge(version, firm, parameters=parameters_for(pack, firm, on=on), on=on, kind="new")
        wrong = STATE_OF[seen["verdict"]] is not ruling.verdict
        for one in ruling.clauses:
            wrong |= f"state:{one.id}" in seen and STATE_OF[seen[f"state:{one.id}"]] is not one.state
        if wrong:
            raise SystemExit(f"rows and columns differ: {pack.key} {version.key} {seen} {ruling}")


def _dicts(database: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, object]]:
    found = database.execute(sql)
    names = [one[0] for one in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def replay(folder: Path) -> None:
    """A sheet of firms of Huangyan, `jiqun replay` from the parameters of one year to those of the next."""
    sheet = folder / "per_mu.csv"
    with sheet.open("w", encoding="utf-8", newline="") as out:
        rows = list(_per_mu_rows())
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    draft = folder / "draft"
    shutil.copytree(ROOT / "packs" / "zhejiang" / "per_mu", draft)
    numbers = draft / "parameters" / f"{HUANGYAN}.toml"
    lines = [one for one in numbers.read_text(encoding="utf-8").splitlines() if not one.startswith("quota_")]
    shares = "\n".join(("[set.values]", *(f"{name} = {value}" for name, value in QUOTAS.items())))
    numbers.write_text("\n".join(lines).replace("[set.values]", shares), encoding="utf-8")
    with django_home(folder / "replay"):
        from jiqun.actions.desk import desk
        from jiqun.actions.judging_replay import ReplayOrder, replay
        from jiqun.cli.django import cli_actor

        order = ReplayOrder(PER_MU, f"{draft}@2022-09-01", f"{draft}@2023-09-01", sheet)
        started = time.perf_counter()
        found = replay(desk(), order, by=cli_actor())
        took = time.perf_counter() - started
    report(
        firms=found.firms, seconds=round(took, 1), rises=len(found.rises), falls=len(found.falls), same=found.same,
        weights_moved=len(found.stability), steps="read the sheet, judge both years, who moves, each weight ±10 %",
    )  # fmt: skip


def _per_mu_rows() -> Iterator[dict[str, object]]:
    """Made-up firms of one county around its bases; one cell in fifty is empty."""
    rng = random.Random(42)
    means = {
        "tax_paid_wan": 250, "land_own_mu": 10, "land_leased_in_mu": 2, "land_leased_out_mu": 1, "employees": 75,
        "industrial_value_added_wan": 1400, "energy_tce": 500, "pollutant_t": "0.3", "rd_expense_wan": 150,
        "main_business_revenue_wan": 5000, "electricity_wan_kwh": 100,
    }  # fmt: skip
    for row in range(FIRMS):
        cells: dict[str, object] = {"uscc": f"F{row}", "name": f"虚构{row}", "region": HUANGYAN}
        cells |= {
            "per_mu_tier": rng.choice(("规上", "规下")),
            "emissions_recorded": rng.choice("是否"),
            "per_mu_veto": "否",
        }
        for name, mean in means.items():
            value = (
                f"{float(mean) * rng.uniform(0.4, 1.8):.0f}"
                if name == "employees"
                else f"{float(mean) * rng.uniform(0.4, 1.8):.2f}"
            )
            cells[name] = "" if rng.random() < 0.02 else value
        yield cells


if __name__ == "__main__":
    {"packs": packs, "replay": replay}[sys.argv[1]](Path(sys.argv[2]))
