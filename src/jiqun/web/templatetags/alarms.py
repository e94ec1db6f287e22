"""报警标签 tags of alarm pages: a state as shape and word, a priority as number and word, commands, sides of a limit."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jiqun.actions.reading.alarm_console import AlarmLine
from jiqun.actions.reading.alarm_words import StateShown
from jiqun.web import alarm_words
from jiqun.web.factory_words import percent, short
from jiqun.web.marks import icon
from jiqun.web.templatetags.jiqun import say

register = template.Library()
register.filter("percent", percent)


@register.simple_tag
def alarm_state(state: StateShown) -> SafeString:
    """The state of an alarm: shape, word, and the standard's letter for who points at it."""
    shape = alarm_words.SHAPES.get(state.key, "alarm")
    tone = "is-unmet" if state.unanswered else "is-open" if not state.aside and state.key != "normal" else ""
    return format_html(
        '<span class="chip {}" title="{}">{}{}</span>', tone, state.letter, icon(shape), say(state.label)
    )


@register.simple_tag
def priority_mark(priority: int) -> SafeString:
    """A priority: its number in a shape of its own, and its word."""
    word = alarm_words.PRIORITIES.get(str(priority), "")
    return format_html(
        '<span class="prio is-p{}"><b>{}</b><small>{}</small></span>', priority, priority, word
    )


@register.filter
def command_word(name: str) -> object:
    """A command in words."""
    return alarm_words.COMMANDS.get(name, name)


@register.filter
def command_key(name: str) -> object:
    """The key that does it, "" where there is none."""
    return alarm_words.KEYS.get(name, "")


@register.filter
def needs_reason(name: str) -> bool:
    """Must one say why?"""
    return name in alarm_words.WITH_REASON


@register.filter
def handled(line: AlarmLine) -> tuple[str, ...]:
    """Commands of a line that have a button of their own."""
    return tuple(one for one in line.commands if one in alarm_words.KEYS)


@register.filter
def run_only(line: AlarmLine) -> tuple[str, ...]:
    """The other commands, in the menu behind the buttons."""
    return tuple(one for one in line.commands if one not in alarm_words.KEYS)


@register.filter
def side_mark(side: str) -> str:
    """High as ≥, low as ≤."""
    return "≥" if side == "high" else "≤"


@register.filter
def priority_word(priority: object) -> object:
    """The word of a priority."""
    return alarm_words.PRIORITIES.get(str(priority), priority)


@register.filter
def method_word(method: str) -> object:
    """How a warning came about."""
    return alarm_words.METHODS.get(method, method)


@register.filter
def field_word(name: str) -> object:
    """The word of a field of a limit."""
    return alarm_words.FIELDS.get(name, name)


@register.filter
def then(line: AlarmLine) -> str:
    """The value at which an alarm occurred."""
    try:
        return short(float(line.value_then))
    except ValueError:
        return line.value_then or _("not recorded")
