"""Duplicates: which pairs are worth judging, how sure each is, and what is proposed of them."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.brain.duplicates import (
    LEAST,
    LETTERS,
    Known,
    Proposal,
    candidates,
    judge,
    neighbours,
    one_character_apart,
    plain_similarity,
    proposals,
)

CODE = "91330624MA2000001X"
PLACE = "330624"


def known(key: str, name: str = "新昌县甲轴承有限公司", **more: object) -> Known:
    """An enterprise with a valid code, or by name only when its key says so."""
    given: dict[str, object] = {"code": key, "grade": "valid", "region": PLACE}
    if not key[:1].isdigit():
        given = {}
    others = tuple(more.pop("others", ()))  # type: ignore[arg-type]
    return Known(key=f"enterprise:{key}", name=name, folded=name, others=others, **(given | more))  # type: ignore[arg-type]


def found(*register: Known, apart: frozenset[tuple[str, str]] = frozenset()) -> list[Proposal]:
    """What is proposed of a register."""
    return proposals([(pair, judge(*pair)) for pair in candidates(register, apart=apart)])


def kinds(one: Proposal) -> list[str]:
    """Kinds of the evidence."""
    return [item.kind for item in one.evidence]


def test_a_name_and_its_coded_twin() -> None:
    (one,) = found(known("甲轴承"), known(CODE, region=PLACE), known("乙厂", "乙厂"))
    assert (one.subject, one.into, one.clear) == ("enterprise:甲轴承", f"enterprise:{CODE}", True)
    assert kinds(one) == ["same_name", "name_only"]
    assert one.evidence[0].zh == "名称相同：新昌县甲轴承有限公司"
    assert one.evidence[0].en.startswith("the same name")


def test_a_damaged_code_and_the_right_one() -> None:
    damaged = CODE[:-1] + "Y"
    (one,) = found(known(damaged, grade="checksum_mismatch"), known(CODE))
    assert (one.subject, one.into, one.clear) == (f"enterprise:{damaged}", f"enterprise:{CODE}", True)
    assert kinds(one) == ["same_name", "code_damaged", "county_same"]


def test_a_damaged_code_alone_is_not_enough_when_the_names_differ() -> None:
    damaged = CODE[:-1] + "Y"
    assert found(known(damaged, "全然不同电机厂", grade="checksum_mismatch"), known(CODE)) == []
    (one,) = found(known(damaged, "新昌县甲轴承厂有限公司", grade="checksum_mismatch"), known(CODE))
    assert not one.clear
    assert kinds(one) == ["code_damaged", "names_alike", "county_same"]


def test_one_name_two_valid_codes_is_for_a_person_to_see() -> None:
    (one,) = found(known(CODE), known("91330624MA2000002Y"))
    assert not one.clear
    assert "codes_differ" in kinds(one)
    assert found(known(CODE), known("91330624MA2000002Y", region="330683")) == []
    (one,) = found(
        known(CODE, address="甲路1号", founded="2001-01-01"),
        known("91330624MA2000002Y", address="甲路1号", founded="2001-01-01"),
    )
    assert {"address_same", "founded_same"} <= set(kinds(one))
    assert not one.clear, "whatever else agrees"
    (again,) = found(
        known(CODE, address="甲路1号", founded="2001-01-01"),
        known("91330624MA2000002Y", address="甲路1号", founded="2024-06-01"),
    )
    assert not again.clear, "registered anew: another code, another day of founding; a person sees it"


def test_two_plausible_twins_are_both_shown_and_neither_is_clear() -> None:
    shown = found(known("甲轴承"), known(CODE), known("91330624MA2000002Y"))
    mine = [one for one in shown if one.subject == "enterprise:甲轴承"]
    assert len(mine) == 2
    assert not any(one.clear for one in mine)
    assert all("several" in kinds(one) for one in mine)
    assert len({one.group for one in shown}) == 1


def test_a_former_name() -> None:
    (one,) = found(known("老名字", "新昌县老字号轴承厂"), known(CODE, others=("新昌县老字号轴承厂",)))
    assert kinds(one) == ["former_name", "name_only"]
    assert one.evidence[0].zh.endswith("新昌县老字号轴承厂")


def test_kept_apart_and_made_up_are_not_asked() -> None:
    pair = known("甲轴承"), known(CODE)
    apart = frozenset({tuple(sorted(one.key for one in pair))})
    assert found(*pair, apart=apart) == []  # type: ignore[arg-type]
    assert found(pair[0], known(CODE, synthetic=True)) == []


def test_a_name_borne_by_many_costs_little() -> None:
    many = [known(f"9133062{n:011d}") for n in range(300)]
    assert len(candidates(many)) <= 2 * len(many)


def test_the_same_answer_whatever_the_order() -> None:
    register = [
        known(f"91330624MA2{n:06d}X", f"厂{n % 40}", grade="valid" if n % 3 else "malformed")
        for n in range(120)
    ]
    shuffled = register[:]
    Random(5).shuffle(shuffled)
    assert found(*register) == found(*shuffled)


@settings(deadline=None)
@given(st.text(LETTERS, min_size=16, max_size=19), st.integers(0, 18), st.sampled_from(LETTERS))
def test_neighbours_are_one_character_apart(code: str, at: int, letter: str) -> None:
    around = neighbours(code)
    assert code not in around
    assert all(one_character_apart(code, other) for other in sorted(around)[::37])
    changed = code[: at % len(code)] + letter + code[at % len(code) + 1 :]
    assert changed == code or changed in around


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("ABC", "ABD", True),
        ("ABC", "AB", True),
        ("BC", "ABC", True),
        ("ABC", "ABC", False),
        ("ABC", "CBA", False),
        ("A", "ABC", False),
    ],
)
def test_one_character_apart(first: str, second: str, apart: bool) -> None:
    assert one_character_apart(first, second) is apart


@settings(deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_similarity_is_even_handed(first: str, second: str) -> None:
    assert 0 <= plain_similarity(first, second) == plain_similarity(second, first) <= 1
    assert plain_similarity(first, first) == 1


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["甲", "乙"]), st.sampled_from([PLACE, "330683", ""])),
        min_size=2,
        max_size=8,
    )
)
def test_scores_stay_within_bounds(rows: list[tuple[str, str]]) -> None:
    register = [known(f"9133062{n:011d}", name, region=place) for n, (name, place) in enumerate(rows)]
    for one in found(*register):
        assert LEAST <= one.score <= 1
        assert one.subject != one.into


def test_another_scorer_takes_one_argument() -> None:
    damaged = known(CODE[:-1] + "Y", "万丰", grade="malformed")
    assert (
        judge(damaged, known(CODE), similar=lambda a, b: 1.0).score
        > judge(damaged, known(CODE), similar=lambda a, b: 0.0).score
    )
