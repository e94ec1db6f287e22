"""简报文字 the words of a brief in one language: parts with lines and a table each, ready for any writer."""

from collections.abc import Iterator
from dataclasses import dataclass

from jiqun.actions.reading.briefs import BriefContext
from jiqun.actions.reading.statements import Label, Statement
from jiqun.core.facts import plain

SIGNS = {"≥": "≥ ", ">": "> ", "≈": "≈ ", "<": "< ", "≤": "≤ "}
STATUS = {
    "actual": Label("实际", "actual"),
    "target": Label("目标", "target"),
    "estimate": Label("预计", "estimate"),
    "claim": Label("自称", "claim"),
}
VERDICT = {
    "met": Label("达到", "reached"),
    "unmet": Label("未达到", "not reached"),
    "open": Label("未到期", "not due yet"),
    "unknown": Label("未见结果", "no outcome stated"),
    "manual": Label("需人工判断", "to be judged"),
    "": Label("—", "—"),
}


@dataclass(frozen=True)
class Part:
    """A part of the brief: heading, lines, and a table when `rows` is not empty."""

    title: str
    lines: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class BriefText:
    """The whole brief in one language; `warning` says that it is made up."""

    title: str
    subtitle: str
    warning: str
    parts: tuple[Part, ...]


def brief_text(brief: BriefContext, lang: str) -> BriefText:
    """The words of a brief; lang is zh or en."""
    say = _Words(lang)
    name = say(brief.title)
    made = f"{brief.at:%Y-%m-%d %H:%M}"
    counted = len(brief.own) + len(brief.others)
    return BriefText(
        title=say("简报：", "Brief: ") + name,
        subtitle=say(
            f"据账本 {made} 的内容生成，共 {counted} 条事实、{len(brief.sources)} 个来源。"
            "数值前的符号表示原文的“超、约、以上”等。",
            f"Made from the ledger as of {made}: {counted} statements from {len(brief.sources)} sources. "
            "Signs before a value keep the hedges of the text.",
        ),
        warning=say(
            "合成数据，仅供演示，不是真实情况。", "Synthetic data for demonstration; nothing here is real."
        )
        if brief.synthetic
        else "",
        parts=tuple(part for part in _parts(brief, say) if part.lines or part.rows),
    )


class _Words:
    """Chooses between the two languages."""

    def __init__(self, lang: str) -> None:
        self.lang = "zh" if lang.startswith("zh") else "en"

    def __call__(self, zh: "str | Label", en: str = "") -> str:
        if isinstance(zh, Label):
            return zh.zh if self.lang == "zh" else zh.en
        return zh if self.lang == "zh" else en


def _parts(brief: BriefContext, say: _Words) -> Iterator[Part]:
    if brief.definition is not None:
        yield Part(say("定义", "Definition"), (say(brief.definition),))
    yield _targets(brief, say)
    many = brief.kind == "indicator"
    yield _statements(brief, say, say("事实", "Statements"), brief.own, subject=many)
    yield _statements(
        brief, say, say("所含主体的事实", "Statements about what belongs to it"), brief.others, subject=True
    )
    yield Part(
        say("关系", "Relations"),
        tuple(
            f"{group.predicate} {'→' if group.direction == 'out' else '←'} "
            + say("、", ", ").join(say(tie.other.label) for tie in group.ties[:30])
            for group in brief.relations
        ),
    )
    yield Part(
        say("口径差异", "Where statements differ"),
        tuple(f"{say(one.title)}{say('：', ': ')}{say(one.explanation)}" for one in brief.differences),
    )
    if brief.left_out:
        yield Part(
            say("未列入", "Left out"),
            (
                say(
                    f"另有 {brief.left_out} 条事实未列入，见系统页面。",
                    f"{brief.left_out} more statements are on the pages.",
                ),
            ),
        )
    yield _sources(brief, say)


def _targets(brief: BriefContext, say: _Words) -> Part:
    rows = tuple(
        (
            say(quantity.title),
            str(rung.year),
            _value(rung.target, say) if rung.target else "—",
            _value(rung.outcome, say) if rung.outcome else "—",
            say(VERDICT[rung.verdict]),
        )
        for quantity in brief.ladders
        for rung in quantity.rungs
    )
    head = (
        say("数量", "Quantity"),
        say("年份", "Year"),
        say("目标", "Target"),
        say("结果", "Outcome"),
        say("判断", "Verdict"),
    )
    return Part(say("目标与结果", "Targets and outcomes"), (), head, rows)


def _statements(
    brief: BriefContext, say: _Words, title: str, statements: tuple[Statement, ...], *, subject: bool
) -> Part:
    head = [
        say("指标", "Indicator"),
        say("时期", "Period"),
        say("数值", "Value"),
        say("性质", "Status"),
        say("口径", "Scope"),
        say("来源", "Source"),
    ]
    rows = []
    for one in statements:
        stated = ";".join(f"{name}={value}" for name, value in one.breakdown)
        row = [
            say(one.indicator.label),
            say(one.period_label) + (say("（推定）", " (inferred)") if one.inferred else ""),
            _value(one, say),
            say(STATUS[one.status]) + (f" · {one.attributed_to}" if one.attributed_to else ""),
            "; ".join(filter(None, (one.scope, stated))),
            f"[{brief.number_of(one.source.key)}] {one.locator}",
        ]
        rows.append(tuple([say(one.subject.label), *row] if subject else row))
    return Part(title, (), tuple([say("主体", "Subject"), *head] if subject else head), tuple(rows))


def _sources(brief: BriefContext, say: _Words) -> Part:
    lines = []
    for number, source in enumerate(brief.sources, start=1):
        said = [source.title, source.publisher]
        if source.published_on:
            inferred = say("（推定）", " (inferred)") if source.published_inferred else ""
            said.append(f"{source.published_on.isoformat()}{inferred}")
        lines.append(f"[{number}] " + say("，", ", ").join(filter(None, said)))
    return Part(say("来源", "Sources"), tuple(lines))


def _value(one: Statement, say: _Words) -> str:
    if one.value is None:
        return one.value_text or "—"
    high = f"–{plain(one.value_high)}" if one.bound == "range" and one.value_high is not None else ""
    return f"{SIGNS.get(one.bound, '')}{plain(one.value)}{high} {say(one.unit_label)}"
