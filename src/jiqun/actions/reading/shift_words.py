"""班次用词 what the keys of a shift's report and of a month's figures mean to a person, in both languages."""

from collections.abc import Mapping

from jiqun.actions.reading.statements import Label

WORDS: Mapping[str, Mapping[str, Label]] = {
    "kpi": {
        "availability": Label("可用率", "Availability"), "effectiveness": Label("有效性", "Effectiveness"),
        "quality_ratio": Label("质量率", "Quality ratio"), "oee_index": Label("OEE", "OEE"),
    },
    "loss": {
        "pbt": Label("计划忙碌时间", "Planned busy time"), "down": Label("故障停机", "Down"),
        "delay": Label("等待", "Delay"), "changeover": Label("换型", "Changeover"),
        "planned": Label("计划停机", "Planned stop"),
        "gap": Label("无数据（未知）", "No data (unknown)"), "minor": Label("小停机", "Minor stops"),
        "speed": Label("速度损失", "Speed loss"), "quality": Label("质量损失", "Quality loss"),
        "productive": Label("有效产出", "Productive"),
        "run_not_split": Label("运行（数量不全，未分解）", "Running (pieces not known, not split)"),
    },
    "time": {
        "pot": Label("班次时间 POT", "Planned operation time POT"), "breaks": Label("班中休息", "Breaks"),
        "planned_stops": Label("计划停机", "Planned stops"), "pbt": Label("计划忙碌时间 PBT", "Planned busy time PBT"),
        "apt": Label("实际生产时间 APT", "Actual production time APT"),
        "minor_stops": Label("其中小停机", "of it minor stops"),
        "adet": Label("延误 ADET", "Delay time ADET"),
        "down": Label("其中故障停机", "of it stopped by a fault"), "delay": Label("其中等待", "of it waiting"),
        "aust": Label("换型 AUST", "Set-up time AUST"), "gap": Label("无数据（未知）", "No data (unknown)"),
        "pq": Label("产量 PQ", "Produced PQ"), "gq": Label("合格 GQ", "Good GQ"), "sq": Label("废品 SQ", "Scrap SQ"),
    },
    "why": {
        "gap": Label("有一段时间没有数据", "for some time there are no data"),
        "no_count": Label("有一段运行没有计数", "for some running nothing was counted"),
        "no_cycle": Label("没有设定理论节拍", "no ideal cycle is set"),
        "no_good": Label("没有合格品或废品计数", "good or scrap pieces are not counted"),
        "no_pieces": Label("没有产出", "nothing was made"), "no_time": Label("没有计划工作时间", "no work was planned"),
        "no_shift": Label("当月没有已结束的班次", "no shift of the month is over"),
        "no_machines": Label("台账里没有生产设备", "the register has no production machine"),
        "register_open": Label(
            "没有人声明设备台账齐全：可能还有未登记的设备，只能作上限",
            "nobody said that the register is complete: machines may be missing, so this is an upper bound",
        ),
        "no_readings": Label("读数证明不了", "no readings prove it"), "no_meter": Label("没有电表测点", "there is no meter"),
        "meter_part": Label(
            "电表读数不完整或只有分表，只能作下限", "meters are read in part, or only those of machines: a lower bound"
        ),
        "ratio_of_sites": Label(
            "各厂的比率不能相加", "a ratio of each factory does not add up to one of the enterprise"
        ),
        "site_unsent": Label(
            "还有工厂没有同意或没有上报这个月", "a factory has not consented or not sent this month"
        ),
        "site_unclear": Label("有工厂的数是区间或不一致", "a factory's figure is a range or says otherwise"),
        "not_reckoned": Label("读数很多，尚未核算", "many readings; not reckoned yet"),
    },
    "role": {
        "running": Label("运行信号", "running"), "produced": Label("产量计数", "pieces"),
        "scrap": Label("废品计数", "scrap"),
        "good": Label("合格计数", "good pieces"), "cycle": Label("节拍", "cycle"), "queue": Label("待加工", "queue"),
        "room": Label("缓存容量", "room"),
    },
    "state": {
        "running": Label("进行中", "running"), "over": Label("未结束登记", "not ended yet"),
        "ended": Label("已结束", "ended"),
    },
    "reason": {
        "starved": Label("待料", "waiting for pieces"), "blocked": Label("下道满", "next machine full"),
        "": Label("原因未知", "reason unknown"),
    },
}  # fmt: skip


def of(kind: str, key: str) -> Label:
    """The word for a key of one kind; the key itself where there is none (a reason a person wrote)."""
    return WORDS[kind].get(key, Label.of(key))
