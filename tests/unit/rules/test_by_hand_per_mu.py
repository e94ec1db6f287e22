"""R19 亩均评价 by hand: 黄岩 2021 and 2022, above and below scale, reckoned a second time from the notice."""

from datetime import date
from decimal import Decimal

from by_hand_house import MET, NOT_APPLICABLE, UNKNOWN, Bench, hold
from rules_house import shipped

from jiqun.rules.ranges import shown

KEY = "zhejiang/per_mu"
IN_2022, IN_2023 = date(2022, 9, 1), date(2023, 9, 1)

# base, weight of tax and value added by mu, by energy, by emission, by head, R&D share · R19 lines 431, 433
ABOVE = {
    2022: (("24.097", 30), ("136.16", 20), ("2.694", 20), ("4929.81", 10), ("18.14", 10), ("0.0302", 10)),
    2021: (("26.01", 30), ("132.27", 20), ("2.54", 20), ("4861.08", 10), ("17.45", 10), ("0.0305", 10)),
}
# tax by mu, tax by electricity · lines 432, 434
BELOW = {2022: (("11.5932", 50), ("0.2352", 50)), 2021: (("16.601058", 50), ("0.236565", 50))}
DAY = {2022: IN_2023, 2021: IN_2022}
ITEMS = (
    "tax_per_mu", "value_added_per_mu", "value_added_per_tce", "value_added_per_emission", "value_added_per_head",
    "rd_share",
)  # fmt: skip


def points(values: tuple[str, ...], year: int) -> list[Decimal]:
    """By hand: value ÷ base × weight, item by item."""
    table = ABOVE[year] if len(values) == 6 else BELOW[year]
    return [
        Decimal(value) / Decimal(base) * weight for value, (base, weight) in zip(values, table, strict=True)
    ]


def above(tax: str, by_mu: str, by_tce: str, by_emission: str, by_head: str, rd: str) -> dict[str, object]:
    """A firm above scale with 10 mu and just these six indicators."""
    added = Decimal(by_mu) * 10
    return {
        "per_mu_tier": "规上", "land_own_mu": 8, "land_leased_in_mu": 5, "land_leased_out_mu": 3,
        "tax_paid_wan": Decimal(tax) * 10, "industrial_value_added_wan": added, "energy_tce": added / Decimal(by_tce),
        "pollutant_t": added / Decimal(by_emission), "emissions_recorded": True, "employees": added / Decimal(by_head),
        "rd_expense_wan": Decimal(rd) * 10000, "main_business_revenue_wan": 10000,
    }  # fmt: skip


def below(tax: str, by_kwh: str) -> dict[str, object]:
    """A firm below scale with 10 mu and just these two indicators."""
    return {
        "per_mu_tier": "规下", "land_own_mu": 10, "land_leased_in_mu": 0, "land_leased_out_mu": 0,
        "tax_paid_wan": Decimal(tax) * 10, "electricity_wan_kwh": Decimal(tax) * 10 / Decimal(by_kwh),
    }  # fmt: skip


MU = Bench(KEY, {}, on=IN_2023)
WORKED = ("30", "150", "3.0", "5000", "20", "0.025")


def test_the_vector_of_the_facts() -> None:
    ruling = MU.ruling(above(*WORKED))  # R19 line 445
    assert ruling.score is not None and ruling.score.exact is not None
    assert shown(ruling.score.exact) == Decimal("111.10") and shown(ruling.score.exact, 4) == Decimal(
        "111.0995"
    )
    assert shown(sum(points(WORKED, 2022), Decimal(0)), 4) == Decimal("111.0995") and ruling.verdict is MET


VECTORS = [  # year, six indicators or two, points to two places
    (2022, ("24.097", "136.16", "2.694", "4929.81", "18.14", "0.0302"), "100.00"),  # at the bases
    (2021, ("26.01", "132.27", "2.54", "4861.08", "17.45", "0.0305"), "100.00"),
    (2022, ("11.5932", "0.2352"), "100.00"),
    (2021, ("16.601058", "0.236565"), "100.00"),
    (2022, WORKED, "111.10"),
    (2021, WORKED, "110.85"),
    (2022, ("48.194", "136.16", "2.694", "4929.81", "18.14", "0.0302"), "130.00"),  # one indicator doubled
    (2022, ("24.097", "272.32", "2.694", "4929.81", "18.14", "0.0302"), "120.00"),
    (2022, ("24.097", "136.16", "5.388", "4929.81", "18.14", "0.0302"), "120.00"),
    (2022, ("24.097", "136.16", "2.694", "9859.62", "18.14", "0.0302"), "110.00"),
    (2022, ("24.097", "136.16", "2.694", "4929.81", "36.28", "0.0302"), "110.00"),
    (2022, ("24.097", "136.16", "2.694", "4929.81", "18.14", "0.0604"), "110.00"),
    (2021, ("13.005", "132.27", "2.54", "4861.08", "17.45", "0.0305"), "85.00"),
    (2021, ("26.01", "132.27", "2.54", "4861.08", "17.45", "0"), "90.00"),
    (2022, ("0", "136.16", "2.694", "4929.81", "18.14", "0.0302"), "70.00"),
    (2022, ("23.1864", "0.2352"), "150.00"),
    (2022, ("11.5932", "0.4704"), "150.00"),
    (2021, ("8.300529", "0.236565"), "75.00"),
    (2021, ("16.601058", "0.1182825"), "75.00"),
    (2022, ("10", "0.2"), "85.65"),
    (2021, ("10", "0.2"), "72.39"),
]


def test_vectors_of_both_years() -> None:
    for year, values, told in VECTORS:
        by_hand = sum(points(values, year), Decimal(0))
        assert shown(by_hand) == Decimal(told), (year, values)
        changed = above(*values) if len(values) == 6 else below(*values)
        score = MU.ruling(changed, on=DAY[year]).score
        assert score is not None and score.exact is not None, (year, values)
        assert shown(score.exact) == Decimal(told), (year, values)


def test_each_item_by_itself() -> None:
    for year in (2021, 2022):
        ruling = MU.ruling(above(*WORKED), on=DAY[year])
        for item, by_hand in zip(ITEMS, points(WORKED, year), strict=True):
            got = ruling.clause(item).points
            assert got is not None and got.exact is not None
            assert shown(got.exact, 6) == shown(by_hand, 6), (year, item)


def test_land_used_is_own_and_leased_less_let_out() -> None:
    worked = above(*WORKED)  # R19 line 442
    for own, leased, let in ((10, 0, 0), (0, 10, 0), (12, 0, 2), (5, 6, 1), (4.5, 7.25, 1.75)):
        land = {"land_own_mu": own, "land_leased_in_mu": leased, "land_leased_out_mu": let}
        score = MU.ruling({**worked, **land}).score
        assert score is not None and score.exact is not None and shown(score.exact) == Decimal("111.10"), land
    half = MU.ruling({**worked, "land_own_mu": 18}).score  # twice the land: half of 37.35 and 22.03
    assert half is not None and half.exact is not None and shown(half.exact) == Decimal("81.41")


def test_zero_land_and_what_is_missing_is_unknown_never_zero() -> None:
    cases = [  # changed, what is missing stands among
        ({"land_own_mu": 0, "land_leased_in_mu": 0, "land_leased_out_mu": 0}, "land_own_mu"),
        ({"land_own_mu": 3, "land_leased_in_mu": 0, "land_leased_out_mu": 3}, "land_own_mu"),
        ({"land_own_mu": None}, "land_own_mu"),
        ({"land_leased_in_mu": None}, "land_leased_in_mu"),
        ({"land_leased_out_mu": None}, "land_leased_out_mu"),
        ({"tax_paid_wan": None}, "tax_paid_wan"),
        ({"industrial_value_added_wan": None}, "industrial_value_added_wan"),
        ({"energy_tce": None}, "energy_tce"),
        ({"energy_tce": 0}, "energy_tce"),
        ({"employees": None}, "employees"),
        ({"employees": 0}, "employees"),
        ({"rd_expense_wan": None}, "rd_expense_wan"),
        ({"main_business_revenue_wan": 0}, "main_business_revenue_wan"),
    ]
    for changed, column in cases:
        ruling = MU.ruling({**above(*WORKED), **changed})
        assert ruling.verdict is UNKNOWN and column in ruling.missing, changed
        assert ruling.score is None or ruling.score.exact is None, changed
    for changed in ({"electricity_wan_kwh": 0}, {"electricity_wan_kwh": None}, {"tax_paid_wan": None}):
        assert MU.verdict({**below("10", "0.2"), **changed}) is UNKNOWN, changed


def test_no_emissions_recorded_counts_as_at_the_base() -> None:
    def item(changed: dict[str, object]) -> object:
        return MU.points("value_added_per_emission", {**above(*WORKED), **changed})

    cases = [  # R19 line 431: missing {单位排放增加值: county mean}; the mean is the base, so its weight of 10
        ({"pollutant_t": None, "emissions_recorded": False}, 10.0),
        ({"pollutant_t": None, "emissions_recorded": True}, (None, None)),  # recorded, but not told
        ({"pollutant_t": None, "emissions_recorded": None}, (None, None)),
        ({"pollutant_t": 0, "emissions_recorded": True}, (None, None)),
    ]
    hold(cases, item)
    told = MU.ruling({**above(*WORKED), "pollutant_t": None, "emissions_recorded": False})
    assert told.verdict is MET and told.score is not None and told.score.exact is not None
    assert shown(told.score.exact) == Decimal("110.96")  # 111.0995 − 10.1424 + 10
    lacking = {**above(*WORKED), "energy_tce": None, "emissions_recorded": False}
    assert MU.verdict(lacking) is UNKNOWN  # the rule is for emissions alone


def test_a_cap_and_a_floor_hold_only_where_the_place_has_set_them() -> None:
    rich = above("72.291", "136.16", "2.694", "4929.81", "18.14", "0.0302")  # three times the tax: 90 + 70
    poor = {**above(*WORKED), "industrial_value_added_wan": -100}
    cases = [  # changed, parameters, points of tax · R19 line 439: 150 or 200 % of the weight
        (rich, {}, 90.0),
        (rich, {"cap_pct": "150"}, 45.0),
        (rich, {"cap_pct": "200"}, 60.0),
        (rich, {"cap_pct": "300"}, 90.0),
    ]

    def tax(changed: dict[str, object], given: dict[str, str]) -> object:
        got = MU.ruling(changed, given=given).clause("tax_per_mu").points
        assert got is not None and got.exact is not None
        return float(got.exact)

    hold(cases, tax)
    for given, least in (({}, False), ({"floor_points": "0"}, True)):
        got = MU.ruling(poor, given=given).clause("value_added_per_mu").points
        assert got is not None and got.exact is not None
        assert (got.exact == 0) is least and (got.exact < 0) is not least
    capped = MU.ruling(below("46.3728", "0.2352"), given={"cap_pct": "150"}).score
    assert capped is not None and capped.exact is not None and shown(capped.exact) == 125  # 200 → 75, and 50


def test_who_is_evaluated_and_by_what() -> None:
    cases = [  # tier, verdict, score that applies
        ("规上", MET, "score"),
        ("规下", MET, "score_below"),
        ("不参评", NOT_APPLICABLE, ""),
        (None, UNKNOWN, ""),
    ]
    for tier, verdict, clause in cases:
        ruling = MU.ruling({**above(*WORKED), "electricity_wan_kwh": 100, "per_mu_tier": tier})
        assert ruling.verdict is verdict, tier
        if clause:
            other = {"score": "score_below", "score_below": "score"}[clause]
            assert ruling.clause(clause).state is MET and ruling.clause(other).state is NOT_APPLICABLE


def test_other_places_and_years_have_no_numbers_so_nothing_is_known() -> None:
    worked = above(*WORKED)
    for region, on in (("331004", IN_2023), ("330624", IN_2023), ("331003", date(2025, 9, 1))):
        assert Bench(KEY, worked, on=on, region=region).verdict({}) is UNKNOWN, (region, on)


def test_quotas_and_caps_of_huangyan_are_not_known_and_a_veto_is_d() -> None:
    pack = shipped()[KEY]  # R19 lines 436, 438
    for tier in ("规上", "规下"):
        found = pack.parameters_on("331003", IN_2023, tier)
        unset = ("cap_pct", "floor_points", "quota_a", "quota_b", "quota_c")
        assert [found[name] for name in unset] == [None] * 5
    assert MU.ruling({**above(*WORKED), "per_mu_veto": True}).levels == ("D",)
    assert MU.ruling({**above(*WORKED), "per_mu_veto": False}).levels == ("A", "B", "C", "D")
