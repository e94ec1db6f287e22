"""Which enterprise a written name is: worked cases over a small register, and what must hold for any name."""

import random
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from names_house import FIRMS, PACKS, decided, entries, index, reader, shipped_weights

from jiqun.brain.matching import Asked, Weights, compare, decide
from jiqun.brain.matching.edits import one_edit
from jiqun.core.errors import PackError
from jiqun.lake.candidates import CandidateIndex

BEARING, TEXTILE, FACTORY, MOULD, ZHENXIN, JIXIE, BANK, WUJIN, SHOES = (
    f"enterprise:{row[0]}" for row in FIRMS
)
REGISTER = index()

MATCHES = [
    ("新昌县恒泽轴承有限公司", BEARING, "name_same"),
    ("新昌恒泽轴承有限公司", BEARING, "core_same"),
    ("浙江省绍兴市新昌县恒泽轴承有限公司", BEARING, "core_same"),
    ("恒泽轴承有限公司（新昌）", BEARING, "region_same"),
    ("新昌县恒泽轴承有限责任公司", BEARING, "form_alike"),
    ("新昌县恒泽轴承有限公公司", BEARING, "core_same"),
    ("新昌县恒泽轴承有限", BEARING, "form_unsaid"),
    ("新昌县恆澤軸承有限公司", BEARING, "name_same"),
    ("新昌县恒泽轴 承有限公司", BEARING, "name_same"),
    ("新昌县恒恒泽轴承有限公司", BEARING, "brand_doubled"),
    ("新昌县泽恒轴承有限公司", BEARING, "brand_swapped"),
    ("新昌县恒泽轴成有限公司", BEARING, "trade_sound"),
    ("科博特模具塑料厂", MOULD, "region_unsaid"),
    ("余姚科搏特模具塑料厂", MOULD, "brand_look"),
    ("余姚市科博特厂", MOULD, "trade_gone"),
    ("乐清市振鑫电器有限公司", ZHENXIN, "region_near"),
    ("试样银行永康望春支行", BANK, "core_same"),
    ("余杭市晴岚五金机械有限公司", WUJIN, "core_same"),
    ("杭州余杭晴岚五金有限公司", WUJIN, "trade_part"),
    ("温州市远涛革制品厂", SHOES, "name_former"),
    ("宁宁波甬涵精密机械股份有限公司", JIXIE, "edit_outside"),
]


@pytest.mark.parametrize(("name", "subject", "why"), MATCHES)
def test_found(name: str, subject: str, why: str) -> None:
    found = decided(name, REGISTER)
    assert (found.decision, found.best and found.best.subject) == ("match", subject)
    assert found.best is not None and why in {one.kind for one in found.best.evidence}
    assert found.reason is None and 0.8 < found.best.score <= 1


@pytest.mark.parametrize(
    "name",
    [
        "新昌县恒泽模具有限公司",  # its brand, another trade
        "新昌县恒泽电器有限公司",
        "余姚市恒泽轴承有限公司",  # another place
        "宁波科博特轴承有限公司",
        "新昌县科博特纺织有限公司",
        "温州市甬涵精密机械有限公司",
        "某某",
        "（）",
        "",
        "   ",
    ],
)
def test_not_there(name: str) -> None:
    found = decided(name, REGISTER)
    assert found.decision == "none"
    assert found.reason is not None and found.reason.kind == (
        "no_name" if not name.strip(" （）") else "nobody"
    )


@pytest.mark.parametrize("name", ["恒泽轴承", "恒泽轴承公司", "恒泽", "新昌县恒泽有限公司"])
def test_two_plausible_means_review(name: str) -> None:
    found = decided(name, REGISTER)
    assert found.decision != "match"
    assert found.best is not None and found.runner_up is not None


def test_a_column_decides_between_two() -> None:
    assert decided("恒泽轴承", REGISTER, address="嵊州市甘霖镇工业区9号").best.subject == FACTORY  # type: ignore[union-attr]
    assert decided("恒泽轴承", REGISTER, address="嵊州市甘霖镇工业区9号").decision == "match"
    assert decided("恒泽轴承", REGISTER, code=FIRMS[2][0]).decision == "match"


@pytest.mark.parametrize(
    "code", ["91330683MA90O0003C", "9133068MA9000003C", "91330683MA900003C", "91330683MA9000003"]
)
def test_a_damaged_code_still_speaks(code: str) -> None:
    found = decided("恒泽轴承", REGISTER, code=code)
    assert found.decision == "match" and found.best is not None and found.best.subject == FACTORY
    assert "code_damaged" in {one.kind for one in found.best.evidence}


def test_a_code_alone_is_no_name() -> None:
    """The code of one enterprise beside the name of none: a person looks."""
    found = decided("绍兴某某食品有限公司", REGISTER, code=FIRMS[0][0])
    assert found.decision == "review" and found.best is not None and found.best.subject == BEARING
    assert decided("", REGISTER, code=FIRMS[0][0]).decision == "match"


def test_another_code_speaks_against() -> None:
    body = "91330624MA9555555"
    from jiqun.core.uscc import check_character

    found = decided("新昌县恒泽轴承有限公司", REGISTER, code=body + check_character(body))
    assert found.decision != "match"


def test_a_slip_is_less_likely_where_the_brand_is_borne() -> None:
    """振新 is one character from 振鑫; as soon as somebody bears it, it is no slip."""
    alone = decided("浙江振新电器有限公司", REGISTER)
    also = (*FIRMS, ("91330110MA9000099X", "杭州振新食品有限公司", "330110", "余杭区某路"))
    assert alone.decision == "match", alone
    assert decided("浙江振新电器有限公司", index(also)).decision != "match"


def test_evidence_is_told_in_both_languages() -> None:
    found = decided("余姚科搏特模具塑料厂", REGISTER).best
    assert found is not None
    (look,) = [one for one in found.evidence if one.kind == "brand_look"]
    assert look.zh == "字号形近：“搏”应为“博”" and "“搏” for “博”" in look.en


def test_every_kind_of_evidence_has_points_and_sentences() -> None:
    """What the code can say stands in the pack, and the pack holds nothing that is never said."""
    import re

    source = "".join(
        path.read_text(encoding="utf-8") for path in (PACKS.parent / "src/jiqun/brain/matching").glob("*.py")
    )
    said = set(re.findall(r'"([a-z]+_[a-z_]+|nobody)"', source))
    edits = {"doubled", "added", "dropped", "swapped", "sound", "look", "replaced", "number"}
    said |= {f"{part}_{edit}" for part in ("brand", "trade") for edit in edits}
    said |= {f"{column}_{how}" for column in ("phone", "date") for how in ("same", "differs")}
    assert set(shipped_weights().points) <= said
    for mark in shipped_weights().points:
        assert all(shipped_weights().sentences[mark])


def test_a_pack_without_thresholds_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "evidence.toml"
    path.write_text('[name_same]\npoints = 0\nzh = "同"\nen = "same"\n', encoding="utf-8")
    with pytest.raises(PackError):
        Weights.load(path)
    path.write_text('[name_same]\npoints = "viel"\nzh = "同"\nen = "same"\n', encoding="utf-8")
    with pytest.raises(PackError):
        Weights.load(path)


@pytest.mark.parametrize(
    ("seen", "known", "kind"),
    [("恒恒泽", "恒泽", "doubled"), ("恒", "恒泽", "dropped"), ("恒大泽", "恒泽", "added"), ("泽恒", "恒泽", "swapped"),
     ("科搏特", "科博特", "look"), ("振心", "振新", "sound"), ("振业", "振新", "replaced"), ("第二", "第三", "number")],
)  # fmt: skip
def test_kinds_of_slips(seen: str, known: str, kind: str) -> None:
    assert one_edit(seen, known, reader().sounds, reader().alike).kind == kind


NAMES = st.one_of(
    st.sampled_from([row[1] for row in FIRMS]),
    st.text(st.sampled_from("新昌县市恒泽轴承纺织振鑫电器有限公司厂科博特（）"), max_size=16),
)


@given(NAMES, st.integers(0, 1_000_000))
@settings(max_examples=150, deadline=None)
def test_the_order_of_the_register_makes_no_difference(name: str, seed: int) -> None:
    firms = list(FIRMS)
    random.Random(seed).shuffle(firms)
    assert decided(name, index(tuple(firms))) == decided(name, REGISTER)


@given(NAMES)
@settings(max_examples=150, deadline=None)
def test_a_second_plausible_enterprise_never_turns_review_into_match(name: str) -> None:
    """Whatever is found, the same enterprise once more under another code leaves nothing to be matched by name alone."""
    before = decided(name, REGISTER)
    if before.best is None:
        return
    twin = next(row for row in FIRMS if row[0] == before.best.subject.partition(":")[2])
    after = decided(name, index((*FIRMS, ("91330000MA9777777X", *twin[1:]))))
    assert after.decision != "match"
    assert before.decision != "none" or after.decision == "none"


def test_the_order_of_comparisons_makes_no_difference() -> None:
    asked = reader().asked(Asked(1, "恒泽轴承"))
    found = [one for known in entries() if (one := compare(asked, known, reader(), shipped_weights()))]
    assert len(found) >= 2
    assert len({decide(asked, order, shipped_weights()) for order in permutations(found)}) == 1


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=150, deadline=None)
def test_any_text_is_answered(name: str, code: str, address: str) -> None:
    assert decided(name, REGISTER, code=code, address=address, capital=code, date=code).decision in (
        "match", "review", "none",
    )  # fmt: skip


def test_very_long_and_very_common() -> None:
    """A cell of a novel's length, and a brand that hundreds bear."""
    firms = tuple(
        (f"91330624MA9{n:06d}Z", f"新昌县恒泽{chr(0x4E00 + n)}轴承厂", "330624", "") for n in range(600)
    )
    many = CandidateIndex(entries(firms))
    assert decided("恒泽" * 20_000, many).decision == "none"
    assert decided("恒泽轴承厂", many).decision != "match"


@pytest.mark.parametrize(
    ("name", "decision", "why"),
    [
        ("振鑫电器", "match", ""),
        ("振新电器", "review", "short_form"),  # one character stands for another
        ("振鑫股份", "review", "too_little"),
        ("科博特厂", "match", ""),
    ],
)
def test_a_bare_short_form_may_leave_out_but_change_nothing(name: str, decision: str, why: str) -> None:
    found = decided(name, REGISTER)
    assert (found.decision, found.reason.kind if found.reason else "") == (decision, why)


def test_what_stands_beside_a_short_form_counts() -> None:
    found = decided("振新电器", REGISTER, region="乐清市")
    assert found.reason is None or found.reason.kind != "short_form"
