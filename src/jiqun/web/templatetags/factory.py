"""工厂标签 tags of factory pages: numbers made of readings with their way to the evidence, shares as ranges, times."""

import json
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jiqun.actions.reading.factory_live import FactoryLiveContext, LossShown, Share
from jiqun.actions.reading.factory_machine import FactoryMachineContext, PointLine
from jiqun.web import factory_drawing, factory_words
from jiqun.web.marks import FIGURE, icon

register = template.Library()
register.filter("duration", factory_words.duration)
register.filter("short", factory_words.short)


@register.simple_tag(takes_context=True)
def measured(
    context: template.Context,
    text: object,
    what: str,
    about: str,
    *,
    start: int = 0,
    end: int = 0,
    unit: str = "",
    of: str = "",
    name: str = "",
) -> SafeString:
    """A number made of readings: what of which machine (of which point, for `point`), from when to when.

    of, name  narrowed to a shift or a product of that name
    """
    key = context["page"].factory.key if hasattr(context["page"], "factory") else context["factory_key"]
    asked = {
        "what": what,
        ("point" if what == "point" else "machine"): about,
        "start": start or "",
        "end": end or "",
        of or "of": name if of else "",
    }
    address = reverse("factories-why", args=[key]) + "?" + urlencode({k: v for k, v in asked.items() if v})
    inner = format_html('<span class="fig-num">{}</span>', text)
    if unit:
        inner = format_html('{}<span class="fig-unit">{}</span>', inner, unit)
    return format_html(FIGURE, "", address, address, _("Evidence"), inner)


@register.filter
def share(one: Share) -> str:
    """A share as 83.2 %, as a range where something is not known, as a dash where nothing is."""
    if one.value is not None:
        return factory_words.percent(one.value)
    if one.low is None:
        return "—"
    high = "?" if one.high is None else f"{one.high * 100:.0f}"
    return f"{one.low * 100:.0f}–{high} %"


@register.filter
def why_open(one: Share) -> str:
    """Why a share is no single number; of the known part alone it would be so much."""
    said = "、".join(str(factory_words.WHY_OPEN.get(key, key)) for key in one.why)
    known = factory_words.percent(one.known)
    return " · ".join(
        filter(None, (said, _("known part alone: %(share)s") % {"share": known} if known else ""))
    )


@register.filter
def loss_word(key: str) -> object:
    """A kind of time in words."""
    return factory_words.LOSSES.get(key, key)


@register.filter
def reason_word(key: str) -> object:
    """Why a machine stood: ours in words, a person's as it was said."""
    return factory_words.REASONS.get(key, key)


@register.filter
def role_word(key: str) -> object:
    """What a point tells of its machine."""
    return factory_words.ROLES.get(key, key)


@register.filter
def flag_word(key: str) -> object:
    """What is odd about a reading."""
    return factory_words.FLAGS.get(key, key)


@register.simple_tag
def state_mark(state: object) -> SafeString:
    """A state as shape and word."""
    from jiqun.web.templatetags.jiqun import say

    shape, tone, label = (getattr(state, name) for name in ("shape", "tone", "label"))
    return format_html('<span class="state is-{}">{}<b>{}</b></span>', tone, icon(f"m-{shape}"), say(label))


@register.simple_tag
def spark(point: PointLine) -> SafeString:
    """The course of a point over the day."""
    polygons = factory_drawing.spark(point.low, point.high)
    drawn = format_html_join("", '<polygon points="{}"/>', ((one,) for one in polygons))
    return format_html(
        '<svg class="spark" viewBox="0 0 192 28" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        drawn,
    )


@register.filter
def waterfall_json(losses: tuple[LossShown, ...]) -> str:
    """Data of a waterfall, as text for an attribute."""
    return json.dumps(factory_drawing.waterfall(losses), ensure_ascii=False)


@register.simple_tag
def cycles_json(page: FactoryMachineContext) -> str:
    """Data of the spread of cycles."""
    ideal = page.machine.ideal_cycle_s
    words = (_("ideal"), _("median"), _("pieces"))
    data = factory_drawing.histogram(page.cycles, None if ideal is None else float(ideal), words)
    return json.dumps(data, ensure_ascii=False)


@register.filter
def ages(page: FactoryLiveContext) -> str:
    """When each machine last said anything, as text for an attribute."""
    return factory_drawing.ages(page)
