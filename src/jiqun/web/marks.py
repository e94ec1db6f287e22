"""Marks 标记: figures, counts, chips and links, written straight because a page has hundreds of them."""

from functools import lru_cache

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jiqun.actions.reading.archive import Count
from jiqun.actions.reading.policies import OFFICIAL
from jiqun.actions.reading.statements import Link, Statement
from jiqun.web import words
from jiqun.web.numerals import number

FIGURE = '<a class="fig{}" href="{}" hx-get="{}" hx-target="#drawer-body" title="{}">{}</a>'
NOTHING = mark_safe("")


def figure(s: Statement, lang: str, *, size: str = "", unit: bool = True) -> SafeString:
    """A stated number: bound, value, unit, and the way to its 依据."""
    parts = words.value_words(s, lang)
    if parts["text"]:
        inner = format_html('<span class="fig-text">{}</span>', parts["text"])
    else:
        inner = format_html(
            '{}<span class="fig-num">{}</span>{}',
            format_html('<span class="fig-bound">{}</span>', parts["bound"]) if parts["bound"] else NOTHING,
            parts["number"],
            format_html('<span class="fig-unit">{}</span>', parts["unit"])
            if unit and parts["unit"]
            else NOTHING,
        )
    address = why_fact(s.id)
    css = f" is-{s.status}" + (f" is-{size}" if size else "") + (" is-synthetic" if s.synthetic else "")
    title = " · ".join(filter(None, (s.value_text, _("Synthetic") if s.synthetic else "", _("Evidence"))))
    return format_html(FIGURE, css, address, address, title, inner)


def fact_number(value: object, fact: str) -> SafeString:
    """A bare number of a fact, and the way to its 依据."""
    address = why_fact(fact)
    return format_html(FIGURE, "", address, address, _("Evidence"), number(value))


def fact_text(text: str, fact: str) -> SafeString:
    """What a fact says, in words, and the way to its 依据; the bare words where no fact is known."""
    if not fact:
        return format_html("{}", text)
    address = why_fact(fact)
    return format_html(FIGURE, "", address, address, _("Evidence"), text)


def count(c: Count) -> SafeString:
    """A number we counted, and the way to how."""
    address = reverse("why-count", args=[c.name]) + c.query
    text = '<a class="count" href="{}" hx-get="{}" hx-target="#drawer-body" title="{}">{}</a>'
    return format_html(text, address, address, _("How this was counted"), number(c.value))


def status(key: str) -> SafeString:
    """The chip of a status: shape and word."""
    return _chip(key, "s", str(words.WORDS["status"].get(key, key)))


def verdict(key: str, reason: str = "") -> SafeString:
    """The chip of a verdict, with what a person has to look at; nothing for no verdict."""
    if not key:
        return NOTHING
    said, why = str(words.WORDS["verdict"].get(key, key)), str(words.WORDS["reason"].get(reason, ""))
    more = format_html('<span class="sr">: {}</span>', why) if why else NOTHING
    text = '<span class="chip is-{}" title="{}">{}<span class="chip-word">{}</span>{}</span>'
    return format_html(text, key, f"{said}: {why}" if why else said, _shape(f"v-{key}"), said, more)


def ruling(key: str) -> SafeString:
    """The chip of what a rule says: shape and word."""
    return _chip(key, "v", str(words.WORDS["ruling"].get(key, key)))


def confidence(key: str) -> SafeString:
    """The chip of a confidence mark, in words; a mark that is not official is dashed."""
    said = words.WORDS["confidence"].get(key, key)
    css = "is-actual" if key in OFFICIAL else "is-inferred"
    return format_html(
        '<span class="chip {}" title="{}">{} {}</span>', css, _("How sure we are of the text"), key, said
    )


def subject(link: Link, lang: str) -> SafeString:
    """A subject as a link, marked when it is made up."""
    address = words.address_of(link.kind, link.key)
    made_up = (
        format_html(' <span class="chip is-synthetic">{}</span>', _("Synthetic"))
        if link.synthetic
        else NOTHING
    )
    return format_html('<a href="{}">{}</a>{}', address, getattr(link.label, lang), made_up)


def icon(name: str) -> SafeString:
    """A picture of the sprite; says nothing to a screen reader."""
    return format_html(
        '<svg aria-hidden="true" viewBox="0 0 16 16"><use href="{}#{}"/></svg>', sprite(), name
    )


@lru_cache(maxsize=1)
def sprite() -> str:
    """Address of the sprite."""
    return static("jiqun/icons.svg")


def why_fact(fact_id: str) -> str:
    """Address of the evidence of a fact."""
    return _why_pattern().replace("__id__", fact_id)


@lru_cache(maxsize=1)
def _why_pattern() -> str:
    return reverse("why-fact", args=["__id__"])


def _chip(key: str, family: str, said: str) -> SafeString:
    return format_html('<span class="chip is-{}">{}{}</span>', key, _shape(f"{family}-{key}"), said)


def _shape(name: str) -> SafeString:
    return format_html(
        '<svg aria-hidden="true" viewBox="0 0 10 10"><use href="{}#{}"/></svg>', sprite(), name
    )
