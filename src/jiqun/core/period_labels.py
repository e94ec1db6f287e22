"""Period labels 时期的写法: how a period is said in Chinese and in English."""

from datetime import date

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_QUARTERS = ("一", "二", "三", "四")


def label_of(form: str, start: date, last: date, lang: str) -> str:
    """The label of a period of this form whose first and last days are given; lang is zh or en."""
    return _chinese(form, start, last) if lang.startswith("zh") else _english(form, start, last)


def _chinese(form: str, start: date, last: date) -> str:
    year = f"{start.year}年"
    match form:
        case "year":
            return year
        case "half":
            return f"{year}{'上' if start.month == 1 else '下'}半年"
        case "quarter":
            return f"{year}{_QUARTERS[start.month // 3]}季度"
        case "month":
            return f"{year}{start.month}月"
        case "months":
            if last.year == start.year:
                return f"{year}{start.month}—{last.month}月"
            return f"{year}{start.month}月—{last.year}年{last.month}月"
        case "years":
            return f"{start.year}—{last.year}年"
        case "days":
            return _chinese_days(start, last)
        case "as_of_year":
            return f"截至{last.year}年末"
        case "as_of_month":
            return f"截至{last.year}年{last.month}月末"
        case _:
            return f"截至{last.year}年{last.month}月{last.day}日"


def _chinese_days(start: date, last: date) -> str:
    first = f"{start.year}年{start.month}月{start.day}日"
    if start == last:
        return first
    year = "" if last.year == start.year else f"{last.year}年"
    return f"{first}—{year}{last.month}月{last.day}日"


def _english(form: str, start: date, last: date) -> str:
    month, last_month = _MONTHS[start.month - 1], _MONTHS[last.month - 1]
    match form:
        case "year":
            return f"{start.year}"
        case "half":
            return f"{'First' if start.month == 1 else 'Second'} half of {start.year}"
        case "quarter":
            return f"Q{start.month // 3 + 1} {start.year}"
        case "month":
            return f"{month} {start.year}"
        case "months":
            first = month if start.year == last.year else f"{month} {start.year}"
            return f"{first}–{last_month} {last.year}"
        case "years":
            return f"{start.year}–{last.year}"
        case "days":
            return _english_days(start, last)
        case "as_of_year":
            return f"As of the end of {last.year}"
        case "as_of_month":
            return f"As of the end of {last_month} {last.year}"
        case _:
            return f"As of {last.day} {last_month} {last.year}"


def _english_days(start: date, last: date) -> str:
    until = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    if start == last:
        return until
    first = f"{start.day} {_MONTHS[start.month - 1]}"
    return f"{first} – {until}" if start.year == last.year else f"{first} {start.year} – {until}"
