"""Names of a factory's things: Chinese where the page is, what the key says where it is not, never an empty name."""

import pytest
from django.utils import translation

from jiqun.web.factory_names import named, shift_name


@pytest.mark.parametrize(
    ("name", "key", "english"),
    [
        ("回火炉温度过高", "furnace.too_hot", "Furnace too hot"),
        ("1号卷簧机（合成）", "coiling", "Coiling"),
        ("弹簧一线", "line-1", "Line 1"),
        ("Press 2", "press-2", "Press 2"),
        ("炉温", "", "炉温"),
        ("", "furnace.t", ""),
        (None, None, ""),
        ("锅炉", "..", "锅炉"),
    ],
)
def test_a_name_for_each_reader(name: object, key: object, english: str) -> None:
    with translation.override("en"):
        assert named(name, key) == english
    with translation.override("zh-hans"):
        assert named(name, key) == (name or "")


def test_shifts_are_said_in_the_readers_language() -> None:
    with translation.override("en"):
        assert shift_name("2026-11-21 夜班") == "2026-11-21 Night shift" and shift_name("甲班") == "甲班"
    with translation.override("zh-hans"):
        assert shift_name("夜班") == "夜班" and shift_name(None) == ""
