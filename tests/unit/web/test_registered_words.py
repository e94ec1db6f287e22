"""What a register says in our own keys is said in words on the page, in both languages."""

import pytest
from django.utils import translation

from jiqun.core.placement import Placing
from jiqun.core.uscc import Grade
from jiqun.web.words import WORDS

KEYS = [
    *(("region_how", how.value) for how in Placing),
    ("region_how", "stated"),
    ("region_how", "synthetic"),
    *(("uscc_grade", grade.value) for grade in Grade if grade is not Grade.MALFORMED),
    ("uscc_grade", "absent"),
]


@pytest.mark.parametrize(("of", "key"), KEYS)
def test_a_key_of_the_register_has_its_words(of: str, key: str) -> None:
    with translation.override("en"):
        english = str(WORDS[of][key])
    with translation.override("zh-hans"):
        chinese = str(WORDS[of][key])
    assert english.isascii()
    assert english != key or " " not in key
    assert not chinese.isascii()
