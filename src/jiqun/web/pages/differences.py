"""口径差异 differences between statements, explained."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.differences import DifferencesContext, differences_page
from jiqun.web.answers import Page


def read_differences(request: HttpRequest) -> DifferencesContext:
    """Every explained difference."""
    return differences_page(desk(), request.actor)


urlpatterns = Page("differences", "differences/", "jiqun/differences.html", read_differences).urls()
