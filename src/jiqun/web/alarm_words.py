"""报警标记 shapes, tones and words of alarms for pages: a state is never told by its colour alone."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

Words = Mapping[str, "str | Promise"]
SHAPES = {
    "unacknowledged": "alarm", "acknowledged": "v-met", "returned": "m-hollow", "latched_unacknowledged": "m-square",
    "latched_acknowledged": "m-square", "shelved": "m-bars", "suppressed": "v-not_applicable", "out_of_service": "v-unmet",
    "normal": "v-met",
}  # fmt: skip
COMMANDS: Words = {
    "acknowledge": pgettext_lazy("alarm", "Acknowledge"),
    "shelve": pgettext_lazy("alarm", "Shelve"),
    "unshelve": pgettext_lazy("alarm", "Unshelve"),
    "reset": pgettext_lazy("alarm", "Reset"),
    "suppress": pgettext_lazy("alarm", "Suppress by design"),
    "release": pgettext_lazy("alarm", "Release"),
    "remove": pgettext_lazy("alarm", "Take out of service"),
    "restore": pgettext_lazy("alarm", "Return to service"),
}
DONE: Words = {
    "acknowledge": gettext_lazy("Acknowledged: %(names)s"),
    "shelve": gettext_lazy("Shelved: %(names)s"),
    "unshelve": gettext_lazy("No longer shelved: %(names)s"),
    "reset": gettext_lazy("Reset: %(names)s"),
    "suppress": gettext_lazy("Suppressed: %(names)s"),
    "release": gettext_lazy("Released: %(names)s"),
    "remove": gettext_lazy("Out of service: %(names)s"),
    "restore": gettext_lazy("In service again: %(names)s"),
}
PRIORITIES: Words = {
    "1": pgettext_lazy("priority", "urgent"),
    "2": pgettext_lazy("priority", "high"),
    "3": pgettext_lazy("priority", "medium"),
    "4": pgettext_lazy("priority", "low"),
}
KEYS: Words = {"acknowledge": "a", "shelve": "s", "unshelve": "u", "reset": "r"}
WITH_REASON = ("shelve", "suppress", "release", "remove")
"""What needs to say why."""
FIELDS: Words = {
    "key": pgettext_lazy("alarm", "Key"),
    "point": gettext_lazy("Point"),
    "name": gettext_lazy("Name"),
    "side": pgettext_lazy("alarm", "Side"),
    "setpoint": gettext_lazy("Setpoint"),
    "deadband": gettext_lazy("Deadband"),
    "on_delay_s": gettext_lazy("On delay (s)"),
    "off_delay_s": gettext_lazy("Off delay (s)"),
    "priority": gettext_lazy("Priority"),
    "response": pgettext_lazy("alarm", "What to do"),
}
METHODS: Words = {
    "point": gettext_lazy("single point"),
    "group": gettext_lazy("group of points"),
    "silent": gettext_lazy("silence"),
}
MINUTES = (15, 30, 60, 120, 240, 480, 720)
