"""For tests of the per-mu score: firms below scale, whose two figures are easy to reckon by hand.

With the numbers here a firm has 6 points for each 万元/亩 (60 ÷ 10) and 20 for each 元/千瓦时 (40 ÷ 2): 100 at both bases.
"""

from datetime import date
from decimal import Decimal
from functools import cache

from rules_house import PACKS

from jiqun.actions.policy_numbers import clauses_for
from jiqun.brain.per_mu import Shown, trial_score
from jiqun.rules.firm import Firm
from jiqun.rules.pack import Pack, Version
from jiqun.rules.reader import read_pack
from jiqun.rules.tree import ScoreSum
from jiqun.rules.truth import State

D = Decimal
ON, REGION, TIER = date(2023, 9, 1), "331003", "规下"
ALL = ("A", "B", "C", "D")
NUMBERS: dict[str, Decimal | None] = {
    "base_tax_per_mu": D(10), "weight_tax_per_mu": D(60), "base_tax_per_kwh": D(2), "weight_tax_per_kwh": D(40),
}  # fmt: skip
SHARES: dict[str, Decimal | None] = {"quota_a": D(20), "quota_b": D(40), "quota_c": D(30)}


@cache
def pack() -> Pack:
    """The pack that ships."""
    return read_pack(PACKS / "zhejiang" / "per_mu", PACKS)


def version() -> Version:
    """Its one version."""
    return pack().versions[0]


def score() -> ScoreSum:
    """The score of firms below scale."""
    found = trial_score(version(), clauses_for(pack(), version(), TIER))
    assert found is not None
    return found


def seen(
    tax: int | str | None,
    power: int | str | None = 0,
    *,
    at_base: bool = False,
    applies: State = State.MET,
    levels: tuple[str, ...] = ALL,
) -> Shown:
    """What a firm shows; at_base is said of the first figure."""
    values = tuple(None if one is None else D(one) for one in (tax, power))
    return Shown(values, (at_base, False), applies, levels)


def firm(name: str, tax: int | None, power: int | None = 50, region: str = REGION, tier: str = TIER) -> Firm:
    """A firm on 10 mu: its tax in 万元, its electricity in 万千瓦时."""
    values = {
        "per_mu_tier": tier, "land_own_mu": D(10), "land_leased_in_mu": D(0), "land_leased_out_mu": D(0),
        "tax_paid_wan": None if tax is None else D(tax), "electricity_wan_kwh": None if power is None else D(power),
        "per_mu_veto": False,
    }  # fmt: skip
    return Firm(name, f"企业{name}", region, values)
