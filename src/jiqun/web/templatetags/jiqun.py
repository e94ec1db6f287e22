"""Tags of the pages 模板标签: numbers with their way to the source, chips, names in the reader's language, icons."""

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from jiqun.actions.reading import shift_words
from jiqun.actions.reading.archive import Count
from jiqun.actions.reading.statements import Link, Statement
from jiqun.core.facts import plain
from jiqun.ledger.roles import ROLES
from jiqun.web import drawing, factory_names, ladder_drawing, live_drawing, marks, policy_charts, words
from jiqun.web.numerals import number

register = template.Library()


@register.filter
def say(label: object) -> str:
    """A {zh, en} label in the language of the page."""
    if label is None:
        return ""
    if isinstance(label, Mapping):
        return str(label[language()])
    return str(getattr(label, language(), label))


register.filter("number", number)
register.filter("spark", live_drawing.spark)
register.filter("named", factory_names.named)
register.filter("shift_name", factory_names.shift_name)


@register.filter
def word(key: str, of: str) -> object:
    """The word for a key of one of our closed lists: `status|word:"status"`."""
    return words.WORDS[of].get(str(key), key)


@register.filter
def factory_word(key: str, of: str) -> str:
    """The word for a key of a factory's report in the language of the page."""
    return say(shift_words.of(of, key))


@register.filter
def shift_figure(key: str) -> str:
    """The word for a figure, a time or a quantity of a shift."""
    return say(shift_words.of("kpi" if key in shift_words.WORDS["kpi"] else "time", key))


@register.filter
def state_word(text: str) -> str:
    """A state in the language of the page; any other text as it is."""
    return words.STATE_WORDS.get(text, text) if language() == "en" else text


@register.filter
def unlocalised(value: object) -> str:
    """A number as an attribute of a drawing needs it, whatever the language."""
    return str(value)


@register.filter
def subject_url(link: object) -> str:
    """Where a subject, source or indicator has its page."""
    return words.address_of(link.kind, link.key)  # type: ignore[attr-defined]


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture of the sprite."""
    return marks.icon(name)


@register.simple_tag
def figure(statement: Statement, size: str = "", unit: bool = True) -> SafeString:
    """A stated number: bound, value, unit, and the way to its 依据."""
    return marks.figure(statement, language(), size=size, unit=unit)


@register.simple_tag
def count(counted: Count) -> SafeString:
    """A number we counted, and the way to how."""
    return marks.count(counted)


@register.simple_tag
def subject(link: Link) -> SafeString:
    """A subject as a link, marked when it is made up."""
    return marks.subject(link, language())


@register.simple_tag
def status(key: str) -> SafeString:
    """The chip of a status: shape and word."""
    return marks.status(key)


@register.simple_tag
def verdict(key: str, reason: str = "") -> SafeString:
    """The chip of a verdict, with what a person has to look at."""
    return marks.verdict(key, reason)


@register.simple_tag
def ruling(key: str) -> SafeString:
    """The chip of what a rule says of a firm or a clause."""
    return marks.ruling(key)


@register.simple_tag
def confidence(key: str) -> SafeString:
    """The chip of how sure we are of a text."""
    return marks.confidence(key)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The query of this page with some parameters changed; an empty value drops one, `page` starts anew."""
    kept = context["request"].GET.copy()
    kept.pop("page", None)
    for name, value in changes.items():
        kept.pop(name, None)
        if value not in ("", None, False):
            kept[name] = str(value)
    return "?" + kept.urlencode()


register.filter("plain", plain)


@register.filter
def outcome(text: str) -> str:
    """A grade, level or verdict with its score, the verdict in words."""
    key, _, score = text.partition(" ")
    return f"{words.WORDS['ruling'].get(key, key)} {score}".strip()


@register.filter
def quoted(text: str) -> str:
    """A text as part of an address."""
    return quote(str(text), safe="")


@register.filter
def marked(text: str, part: str) -> SafeString:
    """A quote with its number marked."""
    before, found, after = text.partition(part) if part else (text, "", "")
    if not found:
        return format_html("{}", text)
    return format_html("{}<mark>{}</mark>{}", before, found, after)


def language() -> str:
    """zh or en."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


@register.simple_tag
def sprite() -> str:
    """Address of the sprite."""
    return marks.sprite()


@register.simple_tag
def actor_roles(actor: object) -> str:
    """The roles a person holds, in words."""
    names = (ROLES[grant.role] for grant in actor.grants if grant.role in ROLES)  # type: ignore[attr-defined]
    return "，".join(dict.fromkeys(getattr(role, language()) for role in names))


@register.inclusion_tag("jiqun/parts/th.html", takes_context=True)
def th(context: template.Context, key: str, title: str, css: str = "") -> dict[str, object]:
    """The head of a column one can sort by; clicking the one it is sorted by turns the order, also the first time."""
    ask = context["page"].table.ask
    turned = ask.sort == key and not ask.descending
    return {
        "address": query(context, sort=key, dir="desc" if turned else ""), "title": title, "css": css,
        "sorted": ("descending" if ask.descending else "ascending") if ask.sort == key else "",
    }  # fmt: skip


@register.inclusion_tag("jiqun/parts/pager.html", takes_context=True)
def pager(context: template.Context, now: int, last: int, target: str) -> dict[str, object]:
    """The way to the other pages of a list."""
    shown = sorted({1, last, *range(max(1, now - 2), min(last, now + 2) + 1)})
    numbers = [(n, query(context, page=n), n == now) for n in shown]
    return {
        "numbers": numbers, "last": last, "target": target,
        "back": query(context, page=now - 1) if now > 1 else "",
        "on": query(context, page=now + 1) if now < last else "",
    }  # fmt: skip


@register.inclusion_tag("jiqun/parts/trend.html")
def trend(points: object) -> dict[str, object]:
    """The small picture of a card: outcomes joined, targets as diamonds."""
    return drawing.trend(points, language())  # type: ignore[arg-type]


@register.inclusion_tag("jiqun/parts/cartogram.html")
def cartogram(page: object) -> dict[str, object]:
    """The map as tiles."""
    return drawing.tiles(page, language())  # type: ignore[arg-type]


@register.inclusion_tag("jiqun/parts/cell_value.html")
def cell_value(cell: object, page: object) -> dict[str, object]:
    """The number of a tile, and the way to its evidence or to how it was counted."""
    return {"cell": cell, "unit": page.unit, "why": drawing.why_of(cell, page)}  # type: ignore[attr-defined, arg-type]


@register.simple_tag
def series_data(page: object) -> dict[str, object]:
    """Data of the series chart."""
    return drawing.series(page, language())  # type: ignore[arg-type]


@register.simple_tag
def scatter_data(page: object) -> dict[str, object]:
    """Data of the scatter of firms."""
    return policy_charts.scatter(page, language())  # type: ignore[arg-type]


@register.filter
def sankey_json(page: object) -> str:
    """Data of the Sankey of a replay, as text for an attribute: htmx drops script blocks of what it puts in."""
    return json.dumps(policy_charts.sankey(page, language()), ensure_ascii=False)  # type: ignore[arg-type]


@register.filter
def ranking_json(page: object) -> str:
    """Data of the bars, as text for an attribute."""
    return json.dumps(drawing.ranking(page, language()), ensure_ascii=False)  # type: ignore[arg-type]


@register.simple_tag
def value_line(statement: object) -> str:
    """A stated value in one line."""
    return words.said(statement, language())


@register.simple_tag
def batch_link(batch: str) -> str:
    """The batch as a link once batches have a page."""
    try:
        return format_html('<a href="{}">{}</a>', reverse("batch", args=[batch]), batch)
    except NoReverseMatch:
        return batch


@register.simple_tag
def answer_value(row: object, cell: str) -> SafeString | str:
    """What a respondent of a collection answered, with the way to its 依据; a dash where it is unknown."""
    figure = row.values.get(cell)  # type: ignore[attr-defined]
    return marks.fact_number(figure.value, figure.fact) if figure else "—"


@register.simple_tag
def fact_text(text: object, fact: str) -> SafeString:
    """What a fact says, with the way to its 依据."""
    return marks.fact_text(str(text), fact)


@register.simple_tag
def ladder_years(page: object) -> dict[str, object]:
    """Data of the titles of a ladder over the years."""
    return ladder_drawing.years(page, language())  # type: ignore[arg-type]


@register.simple_tag
def radar_data(page: object) -> dict[str, object]:
    """Data of the digital radar."""
    return ladder_drawing.radar(page, language())  # type: ignore[arg-type]


@register.filter
def words_of(text: str) -> list[str]:
    """A text cut at its spaces."""
    return text.split()


@register.filter
def known_cells(cells: object) -> list[object]:
    """Tiles with a value, largest first."""
    known = [cell for cell in cells if cell.value is not None]  # type: ignore[attr-defined]
    return sorted(known, key=lambda cell: -cell.value)


@register.filter
def covered_url(row: object) -> str:
    """The page of a place or cluster of the coverage lists."""
    return words.address_of(row.key.partition(":")[0], row.key)  # type: ignore[attr-defined]


@register.filter
def unknown_rows(rows: object) -> list[object]:
    """Rows of a coverage list nothing is known of."""
    return [row for row in rows if not row.count.value]  # type: ignore[attr-defined]


@register.simple_tag
def export_query(page: object, page_name: str) -> str:
    """What an export of the page's list is asked with; empty when the list cannot be exported as a whole."""
    wanted: dict[str, object] = {}
    match page_name:
        case "subject" | "cluster":
            wanted = {"subject": page.link.key}  # type: ignore[attr-defined]
        case "indicator":
            subject = None if page.everything else page.subject  # type: ignore[attr-defined]
            wanted = {"indicator": page.link.key, "subject": subject.key if subject else ""}  # type: ignore[attr-defined]
        case "batch":
            wanted = {"batch": page.batch.id}  # type: ignore[attr-defined]
        case "source":
            wanted = {"source": page.source.link.key}  # type: ignore[attr-defined]
        case "subjects":
            real = "false" if page.synthetic else "true"  # type: ignore[attr-defined]
            wanted = {"region": page.region, "q": page.text, "real": real}  # type: ignore[attr-defined]
    return urlencode({name: value for name, value in wanted.items() if value})


@register.filter
def pairs_of(text: str) -> list[tuple[str, str]]:
    """`a:b c:d` as pairs."""
    return [(key, value) for key, _, value in (part.partition(":") for part in text.split())]


@register.filter
def reading(value: object) -> str:
    """A value of a machine with at most six digits that mean something; a text as it is, cut."""
    if value is None:
        return "—"
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)[:40]


@register.filter
def percent(share: object) -> str:
    """A share between 0 and 1 as a percentage; a dash where there is none."""
    return f"{share:.1%}" if isinstance(share, int | float) else "—"
