"""合成示范县的行业与产业链: the trades, parks, chains and trade routes that tools/make_synthetic.py draws from.

All of it is invented; only the codes are real (GB/T 4754-2017 classes, checked against packs/codes when the county is
made). The medians are of the order seen in published county means of above-scale industry: about 136 万元 of value
added and 24 万元 of tax a mu, 2.7 万元 of value added a tonne of coal equivalent, 18 万元 of value added a head.
"""

from typing import NamedTuple

COUNTY, CITY = "339901", "339900"


class Trade(NamedTuple):
    """One trade: how its firms are named, how many there are, what a typical one looks like.

    word        what stands in the name of a firm
    code        class of GB/T 4754-2017
    weight      expected firms per hundred
    size        median revenue of 2022, 万元
    tech        1 for a high-tech trade
    added       value added, % of revenue
    per_head    revenue a head, 万元, of a firm with 1,000 万元 of revenue
    per_mu      revenue a mu, 万元
    per_tce     value added a tonne of coal equivalent, 万元
    segment     key of its segment, empty when it is in no chain
    drift       what the trade adds to growth in 2023 and 2024, in points
    """

    word: str
    code: str
    weight: float
    size: float
    tech: int
    added: float
    per_head: float
    per_mu: float
    per_tce: float
    segment: str = ""
    drift: tuple[float, float] = (0.0, 0.0)


TRADES = (
    Trade("轴承钢材", "3130", 1.0, 3800, 0, 20.5, 150, 520, 0.8, "bearing_steel", (-2, -3)),
    Trade("锻造", "3393", 2.2, 1300, 0, 21.5, 85, 330, 1.0, "bearing_forging"),
    Trade("热处理", "3360", 1.6, 650, 0, 25.0, 65, 310, 0.8, "bearing_heat_treatment"),
    Trade("轴承套圈", "3451", 4.6, 800, 0, 23.5, 68, 330, 2.0, "bearing_parts"),
    Trade("轴承", "3451", 6.2, 1500, 1, 25.0, 78, 390, 2.8, "bearing_assembly", (1, 2)),
    Trade("减速机", "3453", 2.4, 1700, 1, 25.5, 85, 420, 3.4, "bearing_reducer", (3, 4)),
    Trade("机床", "3421", 1.6, 1900, 1, 26.0, 90, 380, 4.2, "bearing_machine", (-1, 3)),
    Trade("机器人", "3491", 0.9, 2300, 1, 27.0, 100, 480, 5.5, "bearing_machine", (7, 9)),
    Trade("化纤", "2822", 1.8, 5200, 0, 20.0, 210, 620, 0.7, "textile_fibre", (1, -1)),
    Trade("纺织助剂", "2661", 1.2, 1900, 1, 23.5, 130, 430, 1.4, "textile_auxiliary"),
    Trade("织造", "1751", 7.2, 950, 0, 21.0, 78, 300, 1.3, "textile_weaving", (-1, -1)),
    Trade("印染", "1752", 2.0, 4200, 0, 23.0, 80, 400, 0.6, "textile_dyeing", (-2, -2)),
    Trade("服装", "1819", 5.6, 750, 0, 25.0, 45, 360, 4.8, "textile_garment", (-3, -1)),
    Trade("纺机", "3551", 1.5, 1500, 1, 25.5, 82, 370, 3.8, "textile_machine", (2, 5)),
    Trade("铜材", "3251", 1.0, 5600, 0, 20.0, 260, 700, 1.1, "electric_copper", (3, 5)),
    Trade("塑件", "2929", 4.6, 650, 0, 23.0, 62, 330, 1.9, "electric_plastic"),
    Trade("电子元件", "3981", 2.8, 1300, 1, 25.5, 70, 520, 3.6, "electric_component", (-2, 4)),
    Trade("电线电缆", "3831", 2.2, 2800, 0, 20.5, 140, 520, 3.2, "electric_cable", (1, 2)),
    Trade("电机", "3812", 2.6, 1700, 1, 24.0, 78, 420, 3.5, "electric_motor", (2, 2)),
    Trade("配电开关", "3823", 3.2, 1800, 1, 26.0, 88, 520, 5.0, "electric_switch", (3, 4)),
    Trade("光伏组件", "3825", 1.0, 6800, 1, 20.5, 170, 720, 2.4, "electric_photovoltaic", (9, -12)),
    Trade("水产食品", "1361", 1.2, 1100, 0, 20.5, 75, 360, 2.2),
    Trade("方便食品", "1439", 1.4, 900, 0, 23.0, 65, 350, 2.4),
    Trade("家具", "2110", 3.0, 850, 0, 23.5, 55, 230, 4.0, "", (-4, -2)),
    Trade("包装", "2231", 3.2, 700, 0, 21.5, 70, 300, 1.2),
    Trade("印刷", "2319", 2.0, 550, 0, 24.0, 60, 310, 2.9),
    Trade("涂料", "2641", 0.8, 2100, 1, 24.0, 135, 430, 1.9),
    Trade("制剂", "2720", 0.8, 4600, 1, 28.0, 120, 450, 2.6, "", (3, 2)),
    Trade("塑料薄膜", "2921", 2.0, 1200, 0, 20.5, 105, 380, 1.5),
    Trade("水泥制品", "3021", 0.9, 1600, 0, 22.0, 100, 240, 1.2, "", (-6, -5)),
    Trade("钢结构", "3311", 1.8, 1300, 0, 21.5, 88, 260, 3.0, "", (-3, -3)),
    Trade("五金", "3351", 4.2, 650, 0, 24.0, 58, 310, 2.6),
    Trade("阀门", "3443", 3.0, 950, 0, 25.0, 66, 340, 2.8),
    Trade("泵业", "3441", 2.2, 1150, 0, 25.0, 72, 360, 3.3),
    Trade("紧固件", "3482", 3.0, 850, 0, 22.5, 72, 340, 1.8),
    Trade("模具", "3525", 3.0, 700, 1, 27.0, 60, 370, 3.4),
    Trade("环保设备", "3591", 1.2, 1400, 1, 26.0, 90, 330, 4.4),
    Trade("汽车零部件", "3670", 4.0, 1700, 1, 24.0, 78, 360, 2.5, "", (3, 4)),
    Trade("灯具", "3872", 2.0, 850, 0, 24.0, 58, 390, 4.2, "", (-1, 1)),
    Trade("集成电路", "3973", 0.4, 3600, 1, 27.5, 95, 640, 2.2, "", (-3, 8)),
    Trade("自控仪表", "4011", 1.4, 1300, 1, 27.5, 80, 520, 5.6),
)

CHAINS = {
    "bearing": ("合成轴承与传动产业链", "Bearings and transmission (synthetic)"),
    "textile": ("合成化纤纺织产业链", "Fibre and textiles (synthetic)"),
    "electric": ("合成智能电气产业链", "Smart electric (synthetic)"),
}

SEGMENTS = {
    "bearing_steel": ("轴承钢材", "Bearing steel"),
    "bearing_forging": ("锻件", "Forgings"),
    "bearing_heat_treatment": ("热处理", "Heat treatment"),
    "bearing_parts": ("套圈与滚动体", "Rings and rolling elements"),
    "bearing_assembly": ("轴承", "Bearings"),
    "bearing_reducer": ("减速机", "Reducers"),
    "bearing_machine": ("机床与机器人", "Machine tools and robots"),
    "textile_fibre": ("化学纤维", "Chemical fibre"),
    "textile_auxiliary": ("纺织助剂", "Textile auxiliaries"),
    "textile_weaving": ("织造", "Weaving"),
    "textile_dyeing": ("印染", "Dyeing and finishing"),
    "textile_garment": ("服装", "Garments"),
    "textile_machine": ("纺织机械", "Textile machinery"),
    "electric_copper": ("铜材", "Copper stock"),
    "electric_plastic": ("塑料件", "Plastic parts"),
    "electric_component": ("电子元件", "Electronic components"),
    "electric_cable": ("电线电缆", "Wire and cable"),
    "electric_motor": ("电机", "Motors"),
    "electric_switch": ("配电开关", "Switchgear"),
    "electric_photovoltaic": ("光伏组件", "Photovoltaic modules"),
}

# Who sells what to whom: selling segment, buying segment, what is sold.
ROUTES = (
    ("bearing_steel", "bearing_forging", "轴承钢棒"),
    ("bearing_forging", "bearing_parts", "套圈锻坯"),
    ("bearing_heat_treatment", "bearing_parts", "热处理加工"),
    ("bearing_parts", "bearing_assembly", "套圈与滚动体"),
    ("bearing_assembly", "bearing_reducer", "轴承"),
    ("bearing_assembly", "bearing_machine", "主轴轴承"),
    ("bearing_reducer", "bearing_machine", "减速机"),
    ("textile_fibre", "textile_weaving", "涤纶长丝"),
    ("textile_machine", "textile_weaving", "织机"),
    ("textile_auxiliary", "textile_dyeing", "印染助剂"),
    ("textile_weaving", "textile_dyeing", "坯布"),
    ("textile_dyeing", "textile_garment", "成品面料"),
    ("electric_copper", "electric_cable", "铜杆"),
    ("electric_copper", "electric_motor", "电磁线铜材"),
    ("electric_plastic", "electric_switch", "绝缘塑件"),
    ("electric_component", "electric_switch", "电子元件"),
    ("electric_cable", "electric_photovoltaic", "光伏电缆"),
    ("electric_switch", "electric_photovoltaic", "汇流与配电箱"),
    ("bearing_assembly", "electric_motor", "电机轴承"),
    ("electric_motor", "textile_machine", "主轴电机"),
    ("electric_motor", "bearing_machine", "伺服电机"),
)

PARKS = {
    "development_zone": ("合成经济开发区", "Development zone (synthetic)"),
    "bearing_town": ("合成轴承小镇", "Bearing town (synthetic)"),
    "textile_park": ("合成纺织园区", "Textile park (synthetic)"),
    "high_tech_park": ("合成高新技术园", "High-tech park (synthetic)"),
    "micro_park": ("合成小微企业园", "Small firms' park (synthetic)"),
}

CLUSTER = ("transmission", "合成精密传动集群", "Precision transmission cluster (synthetic)")
