"""评价 the pages of policies: every pack with its dates and sources, one pack clause by clause."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading import policies as reading
from jiqun.web.answers import Page


def policies(request: HttpRequest) -> reading.PoliciesContext:
    """Every pack."""
    return reading.policies_page(desk(), request.actor)


def policy(request: HttpRequest, key: str) -> reading.PolicyContext:
    """One pack."""
    return reading.policy_page(desk(), request.actor, key)


urlpatterns = [
    *Page("policies", "policies/", "jiqun/policies.html", policies).urls(),
    *Page("policies-pack", "policies/<path:key>/", "jiqun/policy.html", policy).urls(),
]
