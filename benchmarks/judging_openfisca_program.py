"""Run inside the environment of `judging_openfisca` alone: the little giant of 2026 as openfisca variables."""

import json
import resource
import sys
import time
from datetime import date

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import YEAR
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Firm = build_entity(key="firm", plural="firms", label="firm", is_person=True)
ON, BEFORE = ((date.fromisoformat(day) - date(1970, 1, 1)).days for day in ("2026-06-01", "2023-06-01"))
YEAR_NOW = 2025
VETOES = (
    "abnormal_list", "dishonest_list", "prohibited_product", "accident_3y", "data_event_3y", "env_offence_3y",
    "quality_problem_3y", "data_fraud_3y",
)  # fmt: skip
OVERLAPS = ("single_champion_held", "little_giant_control", "little_giant_same_group")
FLAGS = ("legal_person", "is_sme", *VETOES, *OVERLAPS, "product_key_field_decided")


def held(left, compare, right):
    """A comparison as 0, 1 or 3: 1 where either side is missing."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isnan(left) | np.isnan(right), 1, np.where(compare(left, right), 3, 0))


def flags(firm, names, period, *, wanted=1):
    """The least of some flags as 0, 1 or 3."""
    return np.minimum.reduce(
        [
            np.where(found < 0, 1, np.where(found == wanted, 3, 0))
            for found in (firm(name, period) for name in names)
        ]
    )


def above(values):
    """The values where they are above 0, else missing."""
    with np.errstate(invalid="ignore"):
        return np.where(values > 0, values, np.nan)


def number(name):
    return lambda firm, period: firm(name, period)


def share(top, bottom, compare, percent):
    """top against percent of bottom."""
    return lambda firm, period: held(firm(top, period) * 100, compare, above(firm(bottom, period)) * percent)


def least(name, needed, compare=np.greater_equal):
    return lambda firm, period: held(firm(name, period), compare, np.float32(needed))


def growth(firm, period):
    revenue = firm("operating_revenue_wan", period)
    with np.errstate(invalid="ignore"):
        sound = np.where(revenue >= 0, revenue, np.nan)
    return held(
        sound * 10000, np.greater_equal, above(firm("operating_revenue_wan", period.offset(-2))) * 11025
    )


def rd_sum(firm, period):
    spent = firm("rd_expense_wan", period) + firm("rd_expense_wan", period.last_year)
    return held(spent, np.greater_equal, np.float32(1200))


def rd_share(firm, period):
    one = share("rd_expense_wan", "operating_revenue_wan", np.greater_equal, 3)
    return np.minimum(one(firm, period), one(firm, period.last_year))


def ip(firm, period):
    award = firm("st_award_national_top3_on", period)
    inside = np.minimum(
        held(award, np.greater_equal, np.float32(BEFORE)), held(award, np.less_equal, np.float32(ON))
    )
    return np.maximum(least("class1_ip_self_filed_top3", 4)(firm, period), inside)


def market(firm, period):
    ranked = least("domestic_rank", 3, np.less_equal)(firm, period)
    return np.maximum(least("segment_share_pct", 10)(firm, period), ranked)


def key_field(firm, period):
    decided = firm("product_key_field_decided", period)
    return np.where(decided < 0, 2, decided * 3)


CLAUSES = {
    "gate": lambda firm, period: flags(firm, ("legal_person", "is_sme"), period),
    "no_violation": lambda firm, period: flags(firm, VETOES, period, wanted=0),
    "title": least("title_zjtx_until", ON), "years": least("segment_years", 3),
    "revenue": least("operating_revenue_wan", 5000),
    "main_share": share("main_business_revenue_wan", "operating_revenue_wan", np.greater_equal, 90), "growth": growth,
    "debt_ratio": share("total_liabilities_wan", "total_assets_wan", np.less_equal, 75),
    "rd_sum": rd_sum, "rd_share": rd_share,
    "ip": ip, "market": market, "key_field": key_field, "platform_score": least("zjtx_dev_score", 60),
    "no_overlap": lambda firm, period: flags(firm, OVERLAPS, period, wanted=0),
}  # fmt: skip


def verdict(firm, period):
    return np.minimum.reduce([firm(f"clause_{name}", period) for name in CLAUSES])


def variable(name, kind, formula=None):
    """A variable of openfisca."""
    content = {"value_type": kind, "entity": Firm, "definition_period": YEAR, "label": name}
    if formula is not None:
        content["formula"] = lambda firm, period, parameters: formula(firm, period)
    return type(name, (Variable,), content)


def system(columns):
    """The rule as a tax-benefit system."""
    rules = TaxBenefitSystem([Firm])
    for name in sorted({one.partition("@")[0] for one in columns}):
        rules.add_variable(variable(name, int if name in FLAGS else float))
    for name, formula in CLAUSES.items():
        rules.add_variable(variable(f"clause_{name}", int, formula))
    rules.add_variable(variable("verdict", int, verdict))
    return rules


def main(path):
    given = dict(np.load(path))
    ours = given.pop("verdict")
    given = {name: values for name, values in given.items() if not name.startswith(("state", "row"))}
    rules = system(given)
    spent, filling = [], []
    for _ in range(3):
        started = time.perf_counter()
        simulation = SimulationBuilder().build_default_simulation(rules, len(ours))
        for name, values in given.items():
            base, _, back = name.partition("@")
            simulation.set_input(base, str(YEAR_NOW + int(back or 0)), values)
        filling.append(time.perf_counter() - started)
        started = time.perf_counter()
        found = simulation.calculate("verdict", str(YEAR_NOW))
        spent.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({
        "firms": len(ours), "seconds": round(sorted(spent)[1], 4), "fill_seconds": round(sorted(filling)[1], 4),
        "verdicts_otherwise": int((found != ours).sum()), "peak_mb": round(peak, 1),
    }))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
