"""What tests of names share: the shipped word lists, and a small register of made-up enterprises."""

from functools import cache
from pathlib import Path

from jiqun.actions.name_tables import name_reader, weights
from jiqun.brain.matching import Asked, Decision, Known, Reader, Weights, compare, decide
from jiqun.lake.candidates import CandidateIndex

PACKS = Path(__file__).resolve().parent.parent / "packs"
FIRMS = (
    ("91330624MA9000001A", "新昌县恒泽轴承有限公司", "330624", "新昌县七星街道人民路1号"),
    ("91330624MA9000002B", "新昌县恒泽纺织有限公司", "330624", "新昌县七星街道人民路2号"),
    ("91330683MA9000003C", "嵊州市恒泽轴承厂", "330683", "嵊州市甘霖镇工业区9号"),
    ("91330281MA9000004D", "余姚市科博特模具塑料厂（普通合伙）", "330281", "余姚市低塘街道大道3号"),
    ("91330382MA9000005E", "浙江振鑫电器有限公司", "330382", "乐清市柳市镇新光大道88号"),
    ("91330212MA9000006F", "宁波甬涵精密机械股份有限公司", "330212", "宁波市鄞州区姜山镇科技路5号"),
    ("91330784MA9000007G", "中国试样银行股份有限公司永康市望春支行", "330784", "永康市望春路2号"),
    ("91330110MA9000008H", "杭州余杭晴岚五金机械有限公司", "330113", "余杭区塘栖镇某村8号"),
    ("91330302MA9000009J", "温州市远涛皮鞋厂（从属名称：温州市远涛革制品厂）", "330302", "温州市鹿城区黎明路1号"),
)  # fmt: skip


@cache
def reader() -> Reader:
    """The reader over the shipped packs."""
    return name_reader(PACKS)


@cache
def shipped_weights() -> Weights:
    """The shipped weights."""
    return weights(PACKS)


def entries(firms: tuple[tuple[str, str, str, str], ...] = FIRMS) -> list[Known]:
    """The small register as the index takes it."""
    return [
        one
        for code, name, region, address in firms
        for one in reader().known(f"enterprise:{code}", name, code=code, region=region, address=address)
    ]


def index(firms: tuple[tuple[str, str, str, str], ...] = FIRMS) -> CandidateIndex:
    """An index over a small register."""
    return CandidateIndex(entries(firms))


def decided(name: str, using: CandidateIndex, **more: str) -> Decision:
    """The decision for one written name."""
    asked = reader().asked(Asked(1, name, **more))
    found = (
        compare(asked, one, reader(), shipped_weights(), brand_is_known=using.bears(asked.name.brand, one))
        for one in using.of(asked)
    )
    return decide(asked, [one for one in found if one], shipped_weights())
