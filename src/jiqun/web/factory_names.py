"""工厂名称 names of a factory's things for the reader: people name machines and alarms in Chinese, keys are Latin.

A page in English says what the key says; a name somebody wrote without a Chinese character is left as it is.
"""

import re

from django.utils.translation import get_language
from django.utils.translation import gettext as _

HAN = re.compile(r"[\u3400-\u9fff]")
BETWEEN = re.compile(r"[._-]+")
SHIFTS = ("白班", "夜班", "早班", "中班", "晚班")


def named(name: object, key: object = "") -> str:
    """A name for the reader: `furnace.too_hot` is "Furnace too hot" where the name is Chinese and the page is not."""
    said, told = str(name or ""), BETWEEN.sub(" ", str(key or "")).strip()
    if not told or not HAN.search(said) or (get_language() or "zh").startswith("zh"):
        return said
    return told[:1].upper() + told[1:]


def shift_name(text: object) -> str:
    """A shift for the reader; the usual names of shifts are put into his language, also within a text."""
    said = str(text or "")
    if (get_language() or "zh").startswith("zh"):
        return said
    words = {"白班": _("Day shift"), "夜班": _("Night shift"), "早班": _("Morning shift"), "中班": _("Middle shift"),
             "晚班": _("Evening shift")}  # fmt: skip
    for name in SHIFTS:
        said = said.replace(name, words[name])
    return said
