"""The small register the forms in fixtures/forms speak of: made-up enterprises of one county, with their codes."""

from gate_rows import uscc

FIRMS: dict[str, tuple[str, str]] = {
    "云岭": ("新昌县云岭轴承有限公司", "浙江省绍兴市新昌县七星街道云岭路1号"),
    "沃洲": ("浙江沃洲机械科技有限公司", "浙江省绍兴市新昌县羽林街道沃洲路2号"),
    "天姥": ("新昌县天姥五金制造厂", "浙江省绍兴市新昌县南明街道天姥路3号"),
    "镜岭": ("浙江镜岭电机股份有限公司", "浙江省绍兴市新昌县镜岭镇工业园4号"),
    "儒岙": ("新昌县儒岙制冷配件有限公司", "浙江省绍兴市新昌县儒岙镇5号"),
    "回山": ("浙江回山智能装备有限公司", "浙江省绍兴市新昌县回山镇6号"),
    "双彩": ("新昌县双彩纺织有限公司", "浙江省绍兴市新昌县双彩乡7号"),
    "十九峰": ("浙江十九峰液压有限公司", "浙江省绍兴市新昌县七星街道十九峰路8号"),
    "鼎晟机械": ("新昌县鼎晟机械有限公司", "浙江省绍兴市新昌县羽林街道9号"),
    "鼎晟轴承": ("新昌县鼎晟轴承有限公司", "浙江省绍兴市新昌县羽林街道10号"),
}
HEADER = ("企业名称", "统一社会信用代码", "地址", "成立日期")


def code_of(short: str) -> str:
    """The credit code of a firm."""
    return uscc(700 + list(FIRMS).index(short))


def name_of(short: str) -> str:
    """Its full name."""
    return FIRMS[short][0]


def register_rows() -> list[tuple[str, str, str, str]]:
    """The register as a list of enterprises."""
    return [(name, code_of(short), address, "2001-03-04") for short, (name, address) in FIRMS.items()]
