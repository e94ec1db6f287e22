"""项目 projects: the list."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.projects import ProjectsContext, projects_page
from jiqun.web import asking
from jiqun.web.answers import Page

SORTS = ("facts", "label", "region")


def read_projects(request: HttpRequest) -> ProjectsContext:
    """A page of projects."""
    sort = asking.text(request, "sort")
    return projects_page(
        desk(),
        request.actor,
        text=asking.text(request, "q"),
        region=asking.text(request, "region"),
        sort=sort if sort in SORTS else "facts",
        page=asking.whole(request, "page", least=1),
    )


urlpatterns = Page(
    "projects", "projects/", "jiqun/projects.html", read_projects, "jiqun/parts/projects.html"
).urls()
