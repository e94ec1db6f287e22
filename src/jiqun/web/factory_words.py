"""工厂用词 words of factory pages: losses, roles of points, why a figure is open, flags; lengths of time and shares written."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

Words = Mapping[str, "str | Promise"]
LOSSES: Words = {
    "down": gettext_lazy("Stops"),
    "delay": gettext_lazy("Waiting"),
    "changeover": gettext_lazy("Changeover"),
    "planned": gettext_lazy("Planned stop"),
    "gap": gettext_lazy("No readings"),
    "minor": gettext_lazy("Minor stops"),
    "run_not_split": gettext_lazy("Running, not split"),
    "speed": gettext_lazy("Speed"),
    "quality": gettext_lazy("Scrap and rework"),
    "productive": gettext_lazy("Good pieces"),
}
REASONS: Words = {
    "starved": pgettext_lazy("machine", "starved"),
    "blocked": pgettext_lazy("machine", "blocked"),
}
WHY_OPEN: Words = {
    "no_time": gettext_lazy("no planned time"),
    "gap": gettext_lazy("time without readings"),
    "no_count": gettext_lazy("time in which nobody counted"),
    "no_cycle": gettext_lazy("no ideal cycle entered"),
    "no_good": gettext_lazy("nobody judged the pieces"),
    "no_pieces": gettext_lazy("no pieces"),
}
ROLES: Words = {
    "running": pgettext_lazy("role of a point", "running"),
    "produced": pgettext_lazy("role of a point", "pieces made"),
    "scrap": pgettext_lazy("role of a point", "scrap"),
    "good": pgettext_lazy("role of a point", "good pieces"),
    "cycle": pgettext_lazy("role of a point", "cycle"),
    "setpoint": pgettext_lazy("role of a point", "setpoint"),
    "queue": pgettext_lazy("role of a point", "queue before it"),
    "room": pgettext_lazy("role of a point", "room before it"),
    "temperature": pgettext_lazy("role of a point", "temperature"),
    "pressure": pgettext_lazy("role of a point", "pressure"),
    "air": pgettext_lazy("role of a point", "compressed air"),
    "tension": pgettext_lazy("role of a point", "tension"),
    "material": pgettext_lazy("role of a point", "material"),
    "power": pgettext_lazy("role of a point", "power"),
    "energy": pgettext_lazy("role of a point", "energy"),
}
FLAGS: Words = {
    "counter_back": gettext_lazy("counter went back"),
    "no_source_time": gettext_lazy("source told no time"),
    "no_value": gettext_lazy("source had no value"),
    "repeated": gettext_lazy("unchanged, said again"),
}


def duration(seconds: float) -> str:
    """A length of time in its two greatest units."""
    whole = max(0, int(seconds))
    if whole < 60:
        return _("%(n)d s") % {"n": whole}
    if whole < 3600:
        return _("%(n)d min") % {"n": whole // 60}
    if whole < 86400:
        return _("%(h)d h %(m)d min") % {"h": whole // 3600, "m": whole % 3600 // 60}
    return _("%(d)d d %(h)d h") % {"d": whole // 86400, "h": whole % 86400 // 3600}


def percent(value: float | None) -> str:
    """A share with one place."""
    return "" if value is None else f"{value * 100:.1f} %"


def short(value: float | None) -> str:
    """A value of a sensor with six digits at most."""
    if value is None:
        return "—"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.6g}"
