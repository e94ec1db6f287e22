"""班次报表文件 a shift's report as a file: one page of PDF, a Word file, or a workbook; the trail tells who made it."""

import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO

from django.db import transaction

from jiqun.actions import factory_policy as policy
from jiqun.actions.brief_text import BriefText, Part
from jiqun.actions.briefs import FORMS, written
from jiqun.actions.desk import Desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading import shift_words
from jiqun.actions.reading.shift_figures import Group
from jiqun.actions.reading.shifts import ShiftContext, shift_page
from jiqun.core.errors import NotFound
from jiqun.ledger import audit, factories
from jiqun.ledger.permissions import Actor
from jiqun.ledger.shift_ends import ShiftKey

KINDS = {**FORMS, "xlsx": CONTENT_TYPES["xlsx"]}
STOPS_MOST, GAPS_MOST, MACHINES_MOST = 14, 6, 14
"""Rows that fit on one page of A4; what is left out is counted. A workbook holds them all."""
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def make_file(
    desk: Desk, shift: ShiftKey, form: str, *, lang: str, by: Actor, at: datetime
) -> tuple[str, str, bytes]:
    """The report as (file name, content type, bytes).

    NotFound brief.unknown_form; SourceDown brief.no_word, brief.no_typst, brief.no_font
    """
    if form not in KINDS:
        raise NotFound("brief.unknown_form", seen=form, allowed=" ".join(KINDS))
    policy.check_read(by, factories.get(shift.factory))
    text = shift_text(shift_page(desk, by, shift), lang, short=form != "xlsx")
    body = as_workbook(text) if form == "xlsx" else written(text, form)
    with transaction.atomic():
        told = {"shift": f"{shift.day} {shift.name}", "line": shift.line, "form": form, "lang": lang}
        audit.record(
            by, "factory.shift_file", f"factory:{shift.factory}", told, at=at, target_label=text.title
        )
    return f"{text.title}.{form}".replace("/", "-"), KINDS[form], body


def shift_text(page: ShiftContext, lang: str, *, short: bool) -> BriefText:
    """The words of a report; short: as much as one page holds."""
    say = _Say(lang)
    end = page.ends[-1] if page.ends else None
    told = [
        f"{page.factory.name} · {page.starts_at:%Y-%m-%d %H:%M} – {page.ends_at:%Y-%m-%d %H:%M}",
        say("按 ISO 22400-2 用语，由读数核算；未知的部分以区间表示。",
            "Reckoned from readings by the terms of ISO 22400-2; what is unknown makes a range."),
    ]  # fmt: skip
    if end:
        told.append(say(f"第 {end.revision} 次结束：{end.ended_by}，{end.ended_at:%m-%d %H:%M}。{end.remark}",
                        f"Ended (revision {end.revision}) by {end.ended_by}, {end.ended_at:%m-%d %H:%M}. "
                        + end.remark))  # fmt: skip
    title = say("班次报表：", "Shift report: ") + f"{page.key} {page.line}".strip()
    made_up = say(
        "合成数据，仅供演示，不是真实情况。", "Synthetic data for demonstration; nothing here is real."
    )
    parts = tuple(part for part in _parts(page, say, short=short) if part.rows or part.lines)
    return BriefText(title, " ".join(told), made_up if page.synthetic else "", parts)


def as_workbook(text: BriefText) -> bytes:
    """A sheet for each part; a number is a number, everything else is text and never a formula."""
    import xlsxwriter

    target = BytesIO()
    with xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True})
        for place, part in enumerate(text.parts):
            sheet = book.add_worksheet(f"{place + 1} {part.title}"[:31].replace("/", "-"))
            intro = [text.title, text.subtitle, text.warning] if not place else []
            lines = [*filter(None, intro), *part.lines]
            for row, line in enumerate(lines):
                sheet.write_string(row, 0, line)
            for row, cells in enumerate((part.head, *part.rows), start=len(lines)):
                for column, cell in enumerate(cells):
                    if NUMBER.fullmatch(cell):
                        sheet.write_number(row, column, float(cell))
                    else:
                        sheet.write_string(row, column, cell, bold if row == len(lines) else None)
            sheet.set_column(0, 0, 24)
            sheet.set_column(1, 12, 16)
    return target.getvalue()


class _Say:
    """Chooses between the two languages."""

    def __init__(self, lang: str) -> None:
        self.lang = "zh" if lang.startswith("zh") else "en"

    def __call__(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def word(self, of: str, key: str) -> str:
        """A key in words."""
        return str(getattr(shift_words.of(of, key), self.lang))


def _parts(page: ShiftContext, say: _Say, *, short: bool) -> Iterator[Part]:
    kpis = tuple(say.word("kpi", one.name) for one in page.total.kpis)
    minutes = (say("计划忙碌 min", "PBT min"), say("生产 min", "APT min"), say("无数据 min", "No data min"))
    pieces = tuple(say.word("time", key) for key in ("pq", "gq", "sq"))
    groups = page.groups[: 1 + MACHINES_MOST] if short else page.groups
    head = (say("对象", "Of"), *kpis, *minutes, *pieces)
    yield Part(say("效率", "Efficiency"), _unsure(page, say), head, tuple(_group(one, say) for one in groups))
    yield Part(
        say("损失（加起来正好是计划忙碌时间）", "Losses (they add up to the planned busy time)"), (),
        (say("项目", "Item"), say("原因", "Reason"), "min", say("占比", "Share")),
        tuple(
            (say.word("loss", one.key), say.word("reason", one.reason) if one.reason else "", one.minutes, one.share)
            for one in page.losses
        ),
    )  # fmt: skip
    for title, rows, most in (
        (say("停机", "Stops"), page.stops, STOPS_MOST), (say("无数据的时段", "Times without data"), page.gaps, GAPS_MOST),
    ):  # fmt: skip
        shown = rows[:most] if short else rows
        left = len(rows) - len(shown)
        more = (say(f"另有 {left} 段未列，见页面。", f"{left} more are on the page."),) if left else ()
        head = (
            say("设备", "Machine"),
            say("起", "From"),
            say("止", "To"),
            "min",
            say("类别", "Kind"),
            say("原因", "Reason"),
        )
        yield Part(
            title, more, head,
            tuple(
                (one.label, f"{one.starts_at:%H:%M:%S}", f"{one.ends_at:%H:%M:%S}", one.minutes,
                 say.word("loss", one.part), "" if one.part == "gap" else say.word("reason", one.reason))
                for one in shown
            ),
        )  # fmt: skip
    yield _alarms(page, say)


def _alarms(page: ShiftContext, say: _Say) -> Part:
    counts = page.alarm_counts
    if not counts.raised:
        return Part(say("报警", "Alarms"), (say("本班没有报警。", "No alarm in this shift."),))
    told = " · ".join(f"P{priority}: {count}" for priority, count in counts.priorities.items())
    worst = say("、", ", ").join(f"{name} {count}" for name, count in counts.worst[:5])
    return Part(say("报警", "Alarms"), (f"{counts.raised} ({told})", worst))


def _unsure(page: ShiftContext, say: _Say) -> tuple[str, ...]:
    lines = [str(getattr(one, say.lang)) for one in page.remarks]
    if page.unconnected:
        names = say("、", ", ").join(page.unconnected)
        lines.append(
            say(f"未联网、不在本报表内的设备：{names}", f"Not connected and not in this report: {names}")
        )
    return tuple(lines)


def _group(one: Group, say: _Say) -> tuple[str, ...]:
    unknown = say("未知", "unknown")
    name = one.label or (say("合计", "Total") if one.kind == "total" else say("未写产品", "no product"))
    pieces = tuple(unknown if value is None else value for value in (one.produced, one.good, one.scrap))
    return (name, *(kpi.text or unknown for kpi in one.kpis), one.pbt_min, one.apt_min, one.gap_min, *pieces)
