"""Credit codes: the check character by GB 32100-2015, three grades, and speed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.uscc import ALPHABET, Grade, check_character, grade, normalise, region_part

# Codes of large listed companies, printed in their annual reports.
IN_PRINT = ["9144030071526726XG", "91330100799655058B", "914403001922038216", "91110108551385082Q"]
bodies = st.builds(
    lambda head, region, tail: head + region + tail,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)


def by_the_book(body: str) -> str:
    """The formula as the standard prints it: 31 - (sum of value x weight mod 31), 31 being 0."""
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(ALPHABET.index(c) * w for c, w in zip(body, weights, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


@given(bodies)
def test_the_check_character_is_that_of_the_standard(body: str) -> None:
    assert check_character(body) == by_the_book(body)
    assert grade(body + by_the_book(body)) is Grade.VALID


@given(bodies, st.sampled_from(ALPHABET))
def test_any_other_last_character_is_a_mismatch(body: str, last: str) -> None:
    expected = Grade.VALID if last == by_the_book(body) else Grade.CHECKSUM_MISMATCH
    assert grade(body + last) is expected


@given(bodies, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_seen(body: str, at: int, other: str) -> None:
    code = body + by_the_book(body)
    changed = code[:at] + other + code[at + 1 :]
    if changed != code:
        assert grade(changed) is not Grade.VALID


@given(bodies, st.integers(8, 15))
def test_two_neighbours_swapped_are_always_seen(body: str, at: int) -> None:
    code = body + by_the_book(body)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert (grade(swapped) is Grade.VALID) == (swapped == code)


@pytest.mark.parametrize("code", IN_PRINT)
def test_codes_in_print(code: str) -> None:
    assert grade(code) is Grade.VALID


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("91331021148340431n", "91331021148340431N"),
        (" 9133 1021 1483 4043 1N ", "91331021148340431N"),
        ("９１３３１０２１１４８３４０４３１Ｎ", "91331021148340431N"),
        ("91331021-148340431-N", "91331021148340431N"),
        ("\ufeff91331021148340431N", "91331021148340431N"),
        ("91331021148340431N\u200b", "91331021148340431N"),
    ],
)
def test_spelling_is_forgiven(written: str, plain: str) -> None:
    assert normalise(written) == plain
    assert grade(written) is Grade.VALID


@pytest.mark.parametrize(
    "code",
    ["", "9133", "91331021148340431", "91331021148340431NN", "91331021I48340431N", "91331021O48340431N",
     "91331021S48340431N", "91331021V48340431N", "91331021Z48340431N", "9133A021148340431N", "91331021148340431I",
     "91331021148_40431N", "91331021148340431_", "+1331021148340431N", "企业331021148340431N", "91331021148340431!",
     "9１३31021148340431N"],
)  # fmt: skip
def test_malformed_codes(code: str) -> None:
    assert grade(code) is Grade.MALFORMED


def test_letter_prefixed_codes_are_codes_too() -> None:
    for head in ("N2", "Y1", "A1", "G1", "11", "12", "52", "93"):
        body = head + "330000" + "MB1234567"
        assert grade(body + check_character(body)) is Grade.VALID


def test_a_mismatch_is_not_malformed() -> None:
    assert grade("91331021148340431M") is Grade.CHECKSUM_MISMATCH


@pytest.mark.parametrize("body", ["", "9133", "9" * 18])
def test_a_body_has_17_characters(body: str) -> None:
    with pytest.raises(ValueError, match="17 characters"):
        check_character(body)


def test_a_body_has_only_the_alphabet() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        check_character("9133102I148340431")


def test_the_region_part() -> None:
    assert region_part("91331021148340431N") == "331021"
    assert region_part("９１３３１０２１１４８３４０４３１Ｎ") == "331021"


@given(st.text(max_size=24))
def test_no_text_breaks_it(text: str) -> None:
    assert grade(text) in Grade
    if grade(text) is not Grade.MALFORMED:
        plain = normalise(text)
        assert len(plain) == 18 and set(plain) <= set(ALPHABET) and plain[2:8].isdigit()


@pytest.mark.slow
def test_it_grades_fast_enough_for_a_province() -> None:
    """Aimed at 300,000 codes a second; half of that is asked for, in processor time."""
    code, best = "91331021148340431N", 0.0
    for _ in range(5):
        start = time.process_time()
        for _ in range(30_000):
            grade(code)
        best = max(best, 30_000 / (time.process_time() - start))
    assert best > 150_000


@pytest.mark.shared
def test_every_code_of_the_real_register_is_valid(register: list[dict[str, str]]) -> None:
    assert len(register) == 84_476
    assert not [row["uscc"] for row in register if grade(row["uscc"]) is not Grade.VALID]
    assert all(region_part(row["uscc"]) == row["reg_authority_code"] for row in register)
