"""R15 数字化水平评测 2024 by hand: every item at its edges, the levels by score and scenes; R14, the levels of 2022."""

from datetime import date

from by_hand_house import MET, UNKNOWN, Bench, hold

ON = date(2026, 6, 1)
LINKS = (  # R15 line 375 and the scenes, lines 347-350: the 16 scenes without 协同办公 and 决策支持
    "design", "process", "marketing", "service", "planning", "production", "quality", "equipment", "safety", "energy",
    "purchase", "logistics", "finance", "people",
)  # fmt: skip
STARRED = (
    "design", "marketing", "production", "quality", "equipment", "safety", "energy", "purchase", "logistics", "finance",
)  # fmt: skip
GUIDING = ("process", "service", "planning", "people", "office", "decision")
NETWORK = tuple(f"dq_network_{n}" for n in range(1, 5))
COLLECT = tuple(f"dq_collect_{link}" for link in LINKS)
SECURITY = tuple(f"dq_network_security_{n}" for n in range(1, 5))
DATA = tuple(f"dq_data_security_{n}" for n in range(1, 5))
MECHANISM = tuple(f"dq_management_{n}" for n in range(1, 5))
PEOPLE = tuple(f"dq_people_{n}" for n in range(1, 6))
FLAGS = (*NETWORK, *COLLECT, *SECURITY, *DATA, *MECHANISM, *PEOPLE)
ALL_MAX: dict[str, object] = {
    **dict.fromkeys(FLAGS, True),
    "dq_equipment_digital_pct": 100, "dq_equipment_connected_pct": 100, "dq_systems": "全覆盖",
    "dq_planning_step": 5, "dq_investment_pct": 100,
    "dq_trend_energy": "下降", "dq_trend_quality": "上升", "dq_trend_market": "上升", "dq_trend_cost": "下降",
}  # fmt: skip
NO_EFFECT = {
    "dq_trend_energy": "上升", "dq_trend_quality": "下降", "dq_trend_market": "下降", "dq_trend_cost": "上升",
}  # fmt: skip
NO_MANAGEMENT: dict[str, object] = {
    **dict.fromkeys((*MECHANISM, *PEOPLE), False), "dq_planning_step": 0, "dq_investment_pct": 0,
}  # fmt: skip
NO_FOUNDATION: dict[str, object] = {
    **dict.fromkeys((*NETWORK, *COLLECT, *SECURITY, *DATA), False), "dq_equipment_digital_pct": 0,
    "dq_equipment_connected_pct": 0, "dq_systems": "无",
}  # fmt: skip


def scenes(starred: int, guiding: int, level: int, rest: int = 0) -> dict[str, object]:
    """So many scenes of each sort at one level, all others at `rest`."""
    at = {*STARRED[:starred], *GUIDING[:guiding]}
    return {f"scene_{name}": level if name in at else rest for name in (*STARRED, *GUIDING)}


SME = Bench("national/sme_digital", {**ALL_MAX, **scenes(10, 6, 4)}, on=ON)


def test_all_answers_at_their_best_give_a_hundred() -> None:
    ruling = SME.ruling()  # R15 line 378
    assert (
        ruling.score is not None
        and ruling.score.exact == 100
        and ruling.level == "4"
        and ruling.verdict is MET
    )
    parts = {one.id: one.points.exact for one in ruling.clauses if one.kind == "part" and one.points}
    assert parts == {"foundation": 50, "management": 30, "effect": 20}
    assert SME.most() == {"score": 100, "foundation": 50, "management": 30, "effect": 20}
    none = SME.ruling({**NO_FOUNDATION, **NO_MANAGEMENT, **NO_EFFECT})
    assert none.score is not None and none.score.exact == 0 and none.level == ""


def test_right_closed_bins() -> None:
    six = [  # percent, points · R15 lines 322-323: (10, 20], (20, 40] …
        (0, 0.0),
        (9.99, 0.0),
        (10, 0.0),
        (10.01, 1.5),
        (19.99, 1.5),
        (20, 1.5),
        (20.01, 3.0),
        (39.99, 3.0),
        (40, 3.0),
        (40.01, 4.5),
        (60, 4.5),
        (60.01, 6.0),
        (100, 6.0),
        (None, (0.0, 6.0)),
    ]
    hold(six, lambda pct: SME.points("equipment_digital", {"dq_equipment_digital_pct": pct}))
    hold(six, lambda pct: SME.points("equipment_connected", {"dq_equipment_connected_pct": pct}))
    funding = [  # line 335
        (0, 0.0),
        (10, 0.0),
        (10.01, 1.875),
        (20, 1.875),
        (20.01, 3.75),
        (40, 3.75),
        (40.01, 5.625),
        (60, 5.625),
        (60.01, 7.5),
        (100, 7.5),
        (None, (0.0, 7.5)),
    ]
    hold(funding, lambda pct: SME.points("funding", {"dq_investment_pct": pct}))


def test_one_answer_of_several() -> None:
    cases = [  # item, column, answer, points
        ("systems", "dq_systems", "无", 0.0),  # R15 line 325
        ("systems", "dq_systems", "单个环节", 2.5),
        ("systems", "dq_systems", "两个及以上", 5.0),
        ("systems", "dq_systems", "大于80%", 7.5),
        ("systems", "dq_systems", "全覆盖", 10.0),
        ("systems", "dq_systems", None, (0.0, 10.0)),
        ("planning", "dq_planning_step", 0, 0.0),  # line 331
        ("planning", "dq_planning_step", 1, 1.5),
        ("planning", "dq_planning_step", 2, 3.0),
        ("planning", "dq_planning_step", 3, 4.5),
        ("planning", "dq_planning_step", 4, 6.0),
        ("planning", "dq_planning_step", 5, 7.5),
        ("planning", "dq_planning_step", None, (0.0, 7.5)),
        ("green", "dq_trend_energy", "上升", 0.0),  # line 337: less energy is better
        ("green", "dq_trend_energy", "持平", 3.5),
        ("green", "dq_trend_energy", "下降", 7.0),
        ("green", "dq_trend_energy", None, (0.0, 7.0)),
        ("quality", "dq_trend_quality", "下降", 0.0),  # line 338
        ("quality", "dq_trend_quality", "持平", 3.5),
        ("quality", "dq_trend_quality", "上升", 7.0),
        ("quality", "dq_trend_quality", None, (0.0, 7.0)),
        ("market", "dq_trend_market", "下降", 0.0),  # line 339
        ("market", "dq_trend_market", "持平", 1.5),
        ("market", "dq_trend_market", "上升", 3.0),
        ("market", "dq_trend_market", None, (0.0, 3.0)),
        ("cost", "dq_trend_cost", "上升", 0.0),  # line 340: less cost is better
        ("cost", "dq_trend_cost", "持平", 1.5),
        ("cost", "dq_trend_cost", "下降", 3.0),
        ("cost", "dq_trend_cost", None, (0.0, 3.0)),
    ]
    hold(cases, lambda item, column, answer: SME.points(item, {column: answer}))


def test_each_tick_of_a_list_counts() -> None:
    cases = [  # item, columns, points for 0, 1, 2 … ticks
        ("network", NETWORK, (0, 2, 4, 6, 8)),  # R15 line 321
        ("network_security", SECURITY, (0, 1.25, 2.5, 3.75, 5)),  # line 327
        ("data_security", DATA, (0, 1.25, 2.5, 3.75, 5)),  # line 328
        ("mechanism", MECHANISM, (0, 1.875, 3.75, 5.625, 7.5)),  # line 332
        ("people", PEOPLE, (0, 1.5, 3, 4.5, 6, 7.5)),  # line 334
        ("collection", COLLECT, (0, .7, 1.4, 2.1, 2.8, 3.5, 4.2, 4.9, 5.6, 6.3, 7, 7.7, 8.4, 9.1, 10)),  # line 324
    ]  # fmt: skip
    for item, columns, points in cases:
        for count, one in enumerate(points):
            ticked = {column: place < count for place, column in enumerate(columns)}
            assert SME.points(item, ticked) == one, (item, count)
            if count:
                unsure = {**ticked, columns[count - 1]: None}
                assert SME.points(item, unsure) == (points[count - 1], one), (item, count)
    only_people = {column: column == "dq_collect_people" for column in COLLECT}
    assert SME.points("collection", only_people) == 0.9  # 人力资源 weighs 0.9


SCORES = [  # answers, score
    ({}, 100.0),
    (NO_EFFECT, 80.0),
    ({**NO_EFFECT, "dq_collect_design": False}, 79.3),
    ({**NO_MANAGEMENT, "dq_trend_energy": "上升", "dq_trend_cost": "上升"}, 60.0),
    ({**NO_MANAGEMENT, "dq_trend_energy": "上升", "dq_trend_cost": "上升", "dq_collect_energy": False}, 59.3),
    ({**NO_MANAGEMENT, **NO_EFFECT, **dict.fromkeys(COLLECT, False)}, 40.0),
    ({**NO_MANAGEMENT, **NO_EFFECT, **dict.fromkeys(COLLECT, False), "dq_network_security_1": False}, 38.75),
    ({**NO_FOUNDATION, **NO_MANAGEMENT}, 20.0),
    ({**NO_FOUNDATION, **NO_MANAGEMENT, "dq_trend_cost": "持平"}, 18.5),
    ({**NO_FOUNDATION, **NO_EFFECT}, 30.0),
]


def test_the_score_alone_with_every_scene_at_four() -> None:
    hold(SCORES, lambda answers: SME.points("score", answers))
    levels = ("4", "4", "3", "3", "2", "2", "1", "1", "", "1")  # R15 lines 342-345: from 80, 60, 40, 20
    hold(
        [(one[0], level) for one, level in zip(SCORES, levels, strict=True)], lambda it: SME.ruling(it).level
    )


SCENES = [  # starred, guiding, at this level, all others at, level with 100 points
    (6, 4, 4, 0, "4"),  # R15 line 342: 10 scenes, 6 of them starred
    (10, 0, 4, 0, "4"),
    (5, 5, 4, 0, "3"),  # ten, but five starred
    (6, 3, 4, 0, "3"),  # nine at 4: not level 4, but level 3 (line 378)
    (9, 0, 4, 0, "3"),
    (6, 3, 4, 3, "3"),
    (9, 0, 4, 3, "3"),
    (5, 3, 3, 0, "3"),  # line 343: 8 scenes, 5 starred
    (8, 0, 3, 0, "3"),
    (10, 6, 3, 0, "3"),
    (4, 4, 3, 0, "2"),  # eight, but four starred
    (5, 2, 3, 0, "2"),  # seven
    (5, 2, 4, 0, "2"),
    (3, 3, 2, 0, "2"),  # line 344: 6 scenes, 3 starred
    (6, 0, 2, 0, "2"),
    (10, 6, 2, 0, "2"),
    (2, 4, 2, 0, ""),  # two starred
    (3, 2, 2, 0, ""),  # five scenes
    (5, 0, 4, 0, ""),
    (2, 4, 2, 1, "1"),
    (3, 2, 4, 1, "1"),
    (3, 3, 1, 0, "1"),  # line 345
    (10, 6, 1, 0, "1"),
    (2, 4, 1, 0, ""),
    (3, 2, 1, 0, ""),
    (0, 6, 4, 0, ""),
    (10, 6, 0, 0, ""),
]


def test_the_scenes_alone_with_a_hundred_points() -> None:
    hold(SCENES, lambda *count: SME.ruling(scenes(*count)).level)


def test_the_lower_of_score_and_scenes() -> None:
    by_score = [(SCORES[place][0], level) for place, level in ((1, 4), (3, 3), (5, 2), (7, 1))]
    by_scenes = [(scenes(10, 6, 4), 4), (scenes(5, 3, 3), 3), (scenes(3, 3, 2), 2), (scenes(3, 3, 1), 1)]
    for answers, high in by_score:
        for stages, far in by_scenes:
            assert SME.ruling({**answers, **stages}).level == str(min(high, far)), (high, far)


def test_what_is_missing_leaves_levels_open() -> None:
    cases = [  # changed, levels left
        ({**scenes(6, 3, 4), "scene_decision": None}, ("4", "3")),
        ({**scenes(6, 4, 4), "scene_decision": None}, ("4",)),
        ({**scenes(5, 5, 4), "scene_finance": None}, ("4", "3")),
        ({**scenes(6, 2, 4), "scene_decision": None}, ("3",)),
        ({**NO_EFFECT, "dq_trend_energy": None}, ("4",)),  # 80 to 87: the level is certain, the score is not
        ({**NO_EFFECT, "dq_collect_design": None}, ("4", "3")),
        ({**scenes(3, 2, 1), "scene_decision": None}, ("1", "")),
    ]
    hold(cases, lambda changed: SME.ruling(changed).levels)
    certain = [one for one, left in cases if len(left) == 1 and "dq_trend_energy" not in one]
    hold([(one, MET if one in certain else UNKNOWN) for one, _ in cases], SME.verdict)


def test_another_reading_of_the_step_to_three_is_a_parameter() -> None:
    weak = scenes(3, 3, 3)  # line 341: a second source has 6 and 3
    assert SME.ruling(weak).level == "2"
    assert SME.ruling(weak, given={"level3_scenes": "6", "level3_constrained": "3"}).level == "3"
    assert SME.clause("level_3", {}).confidence == "B" and SME.clause("score", {}).confidence == "A"


def test_the_levels_of_2022_by_score() -> None:
    old = Bench("national/sme_digital", {}, on=date(2023, 6, 1))
    cases = [  # score, level · R14 line 309: 20, 40, 60, 80, lower-closed
        (0, ""),
        (19.99, ""),
        (20, "1"),
        (39.99, "1"),
        (40, "2"),
        (59.99, "2"),
        (60, "3"),
        (79.99, "3"),
        (80, "4"),
        (100, "4"),
    ]
    hold(cases, lambda score: old.ruling({"digital_score_2022": score}).level)
    unknown = old.ruling({"digital_score_2022": None})
    assert unknown.version == "2022" and unknown.verdict is UNKNOWN and len(unknown.levels) == 5
