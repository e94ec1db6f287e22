"""Frame 页框: what every page knows — who is here, where one can go, which language, the request id."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

import jiqun
from jiqun.actions.reading.objections import waiting_count
from jiqun.ledger.permissions import Actor
from jiqun.web.session import may


@dataclass(frozen=True)
class Place:
    """One entry of the navigation: address name, words, icon, and the permission it needs ("" for none)."""

    name: str
    label: object
    icon: str
    needs: str = ""


GROUPS: tuple[tuple[object, tuple[Place, ...]], ...] = (
    (
        _("Read"),
        (
            Place("overview", _("Overview"), "overview"),
            Place("clusters", _("Clusters"), "clusters"),
            Place("map", _("Map"), "map"),
            Place("indicators", _("Indicators"), "indicators"),
            Place("policies", _("Policies"), "policies"),
            Place("ladders", _("Ladders"), "ladders"),
            Place("recognitions", _("Recognition"), "recognitions"),
            Place("titles", _("Titles"), "titles"),
            Place("subjects", _("Subjects"), "subjects"),
            Place("projects", _("Projects"), "projects"),
            Place("sources", _("Sources"), "sources"),
            Place("differences", _("Differences"), "differences"),
        ),
    ),
    (
        _("Work"),
        (
            Place("imports", _("Import"), "imports", "import_data"),
            Place("matching", _("Matching"), "matching", "import_data"),
            Place("merges", _("Merges"), "merges", "edit_subject"),
            Place("batches", _("Batches"), "batches", "import_data"),
            Place("quarantine", _("Quarantine"), "quarantine", "repair_quarantine"),
            Place("conflicts", _("Conflicts"), "conflicts", "read_enterprise"),
            Place("objections", _("Objections"), "objections", "object"),
            Place("collections", _("Collecting"), "collections", "answer_collections"),
        ),
    ),
    (
        _("Factory"),
        (Place("factories", _("Machines"), "factories", "read_factory"),),
    ),
    (
        _("Keep"),
        (
            Place("audit", _("Audit"), "audit", "read_audit"),
            Place("accounts", _("Accounts"), "accounts", "manage_users"),
            Place("tokens", _("API tokens"), "tokens", "manage_tokens"),
        ),
    ),
)


def frame(request: HttpRequest) -> dict[str, object]:
    """Give the frame; one function so that error pages have it too."""
    actor = getattr(request, "actor", None)
    here = request.resolver_match.url_name if getattr(request, "resolver_match", None) else ""
    return {
        "actor": actor,
        "lang": "zh" if (get_language() or "zh").startswith("zh") else "en",
        "navigation": _navigation(actor, here or "") if actor else (),
        "request_id": getattr(request, "request_id", ""),
        "version": jiqun.__version__,
    }


def _navigation(actor: Actor, here: str) -> list[dict[str, object]]:
    groups = []
    for title, places in GROUPS:
        entries = [entry for place in places if (entry := _entry(place, actor, here))]
        if entries:
            groups.append({"title": title, "entries": entries})
    return groups


def _entry(place: Place, actor: Actor, here: str) -> dict[str, object] | None:
    if place.needs and not may(actor, place.needs):
        return None
    try:
        address = reverse(place.name)
    except NoReverseMatch:
        return None  # the room has no such page yet
    noun = place.name.rstrip("s")
    current = here == place.name or here.split("-", maxsplit=1)[0].rstrip("s") == noun
    badge = waiting_count(actor) if place.name == "objections" else 0
    return {"address": address, "label": place.label, "icon": place.icon, "current": current, "badge": badge}
