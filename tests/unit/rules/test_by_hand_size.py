"""R12 大中小微型企业 and R13 规上工业 by hand: every sector row at every edge."""

from datetime import date
from decimal import Decimal

from by_hand_house import MET, NOT_APPLICABLE, UNKNOWN, UNMET, Bench, hold

SIZE = Bench("national/size_class", {}, on=date(2026, 6, 1))
CENT = Decimal("0.01")

ROWS = [  # sector, least for this class of X people, Y revenue, Z assets (None: not asked), class, the class below
    ("工业", 1000, 40000, None, "large", "medium"),  # R12 line 283
    ("工业", 300, 2000, None, "medium", "small"),
    ("工业", 20, 300, None, "small", "micro"),
    ("农林牧渔", None, 20000, None, "large", "medium"),  # line 284
    ("农林牧渔", None, 500, None, "medium", "small"),
    ("农林牧渔", None, 50, None, "small", "micro"),
    ("建筑", None, 80000, 80000, "large", "medium"),  # line 285
    ("建筑", None, 6000, 5000, "medium", "small"),
    ("建筑", None, 300, 300, "small", "micro"),
    ("批发", 200, 40000, None, "large", "medium"),  # line 286
    ("批发", 20, 5000, None, "medium", "small"),
    ("批发", 5, 1000, None, "small", "micro"),
    ("零售", 300, 20000, None, "large", "medium"),  # line 287
    ("零售", 50, 500, None, "medium", "small"),
    ("零售", 10, 100, None, "small", "micro"),
    ("交通运输", 1000, 30000, None, "large", "medium"),  # line 288
    ("交通运输", 300, 3000, None, "medium", "small"),
    ("交通运输", 20, 200, None, "small", "micro"),
    ("仓储", 200, 30000, None, "large", "medium"),  # line 289
    ("仓储", 100, 1000, None, "medium", "small"),
    ("仓储", 20, 100, None, "small", "micro"),
    ("邮政", 1000, 30000, None, "large", "medium"),  # line 290
    ("邮政", 300, 2000, None, "medium", "small"),
    ("邮政", 20, 100, None, "small", "micro"),
    ("住宿", 300, 10000, None, "large", "medium"),  # line 291
    ("住宿", 100, 2000, None, "medium", "small"),
    ("住宿", 10, 100, None, "small", "micro"),
    ("餐饮", 300, 10000, None, "large", "medium"),
    ("餐饮", 100, 2000, None, "medium", "small"),
    ("餐饮", 10, 100, None, "small", "micro"),
    ("信息传输", 2000, 100000, None, "large", "medium"),  # line 292
    ("信息传输", 100, 1000, None, "medium", "small"),
    ("信息传输", 10, 100, None, "small", "micro"),
    ("软件和信息技术服务", 300, 10000, None, "large", "medium"),  # line 293
    ("软件和信息技术服务", 100, 1000, None, "medium", "small"),
    ("软件和信息技术服务", 10, 50, None, "small", "micro"),
    ("房地产开发经营", None, 200000, 10000, "large", "medium"),  # line 294
    ("房地产开发经营", None, 1000, 5000, "medium", "small"),
    ("房地产开发经营", None, 100, 2000, "small", "micro"),
    ("物业管理", 1000, 5000, None, "large", "medium"),  # line 295
    ("物业管理", 300, 1000, None, "medium", "small"),
    ("物业管理", 100, 500, None, "small", "micro"),
    ("租赁和商务服务", 300, None, 120000, "large", "medium"),  # line 296
    ("租赁和商务服务", 100, None, 8000, "medium", "small"),
    ("租赁和商务服务", 10, None, 100, "small", "micro"),
    ("其他未列明", 300, None, None, "large", "medium"),  # line 297
    ("其他未列明", 100, None, None, "medium", "small"),
    ("其他未列明", 10, None, None, "small", "micro"),
]
XYZ = ("employees", "operating_revenue_wan", "total_assets_wan")


def level(sector: str | None, *numbers: object) -> str:
    """The class; "?" and the classes left where it is not certain."""
    ruling = SIZE.ruling({"size_sector": sector, **dict(zip(XYZ, numbers, strict=True))})
    assert (ruling.verdict is MET) is (len(ruling.levels) == 1)
    return ruling.level or "?" + " ".join(ruling.levels)


def test_on_every_edge_and_just_below_each_of_its_numbers() -> None:
    for sector, *bounds, here, below in ROWS:
        needed = [None if one is None else Decimal(str(one)) for one in bounds]
        assert level(sector, *needed) == here, (sector, here)
        for place, one in enumerate(needed):
            if one is None:
                continue
            less = one - (1 if place == 0 else CENT)
            short = [less if at == place else number for at, number in enumerate(needed)]
            assert level(sector, *short) == below, (sector, here, XYZ[place])


def test_sixteen_sectors_and_three_edges_each() -> None:
    assert len(ROWS) == 48 and len({row[0] for row in ROWS}) == 16


def test_the_worked_vectors_and_mixed_firms() -> None:
    cases = [  # sector, X, Y, Z, class
        ("工业", 1000, 40000, None, "large"),  # R12 line 299
        ("工业", 999, 500000, None, "medium"),
        ("工业", 299, 45000, None, "small"),
        ("工业", 25, 299, None, "micro"),
        ("工业", 19, 100000, None, "micro"),
        ("工业", 5000, 2000, None, "medium"),
        ("工业", 5000, 1999.99, None, "small"),
        ("工业", 5000, 299.99, None, "micro"),
        ("工业", 0, 0, None, "micro"),
        ("建筑", 1, 90000, 79999.99, "medium"),
        ("建筑", 1, 90000, 4999.99, "small"),
        ("建筑", 9999, 90000, 299.99, "micro"),
        ("批发", 4, 900000, 900000, "micro"),
        ("零售", 49, 90000, None, "small"),
        ("信息传输", 1999, 500000, None, "medium"),
        ("软件和信息技术服务", 300, 9999.99, None, "medium"),
        ("软件和信息技术服务", 99, 99999, None, "small"),
        ("房地产开发经营", 1, 300000, 1999.99, "micro"),
        ("物业管理", 99, 99999, None, "micro"),
        ("租赁和商务服务", 9, None, 999999, "micro"),
        ("其他未列明", 9, 999999, 999999, "micro"),
    ]
    hold(cases, level)


def test_what_is_missing_leaves_the_classes_still_possible() -> None:
    cases = [  # sector, X, Y, Z, class
        ("工业", 19, None, None, "micro"),  # one number below is enough for micro
        ("工业", None, 299.99, None, "micro"),
        ("工业", 999, None, None, "?medium small micro"),
        ("工业", None, 2000, None, "?medium small micro"),
        ("工业", None, None, None, "?large medium small micro"),
        ("农林牧渔", None, 20000, None, "large"),
        ("建筑", None, 80000, None, "?large medium small micro"),
        ("其他未列明", None, 50000, None, "?large medium small micro"),
        (None, 1000, 40000, 0, "?large medium small micro "),  # without a sector not even micro is certain
    ]
    hold(cases, level)


# R13 line 302

ABOVE = Bench("zhejiang/above_scale", {"size_sector": "工业", "legal_person": True}, on=date(2026, 6, 1))


def test_above_scale_and_the_list_of_those_to_enter() -> None:
    cases = [  # main business revenue, in the directory, threshold, level
        (2000, True, MET, "in_directory"),
        (2000, False, MET, "to_enter"),
        (2000.01, False, MET, "to_enter"),
        (1999.99, False, UNMET, ""),
        (1999.99, True, UNMET, "in_directory"),
        (None, True, UNKNOWN, "in_directory"),
        (None, False, UNKNOWN, ""),
        (2000, None, MET, ""),
    ]

    def told(main: float | None, listed: bool | None) -> tuple[object, str]:
        ruling = ABOVE.ruling({"main_business_revenue_wan": main, "in_statistical_directory": listed})
        return ruling.clause("meets_threshold").state, ruling.level

    hold([(*one[:2], one[2:]) for one in cases], told)
    unsure = ABOVE.ruling({"main_business_revenue_wan": None, "in_statistical_directory": False})
    assert set(unsure.levels) == {"to_enter", ""} and unsure.verdict is UNKNOWN


def test_above_scale_is_asked_of_legal_persons_of_industry() -> None:
    full = {"main_business_revenue_wan": 2000, "in_statistical_directory": True}
    cases = [
        ({}, MET),
        ({"size_sector": "建筑"}, NOT_APPLICABLE),
        ({"size_sector": "软件和信息技术服务"}, NOT_APPLICABLE),
        ({"size_sector": None}, UNKNOWN),
        ({"legal_person": False}, UNMET),
        ({"legal_person": None}, UNKNOWN),
        ({"operating_revenue_wan": 1}, MET),  # main business revenue counts, not all of it
    ]
    hold(cases, lambda changed: ABOVE.verdict({**full, **changed}))
