"""主体 subjects: search, and one subject's profile."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.subjects import Seek, SubjectContext, SubjectsContext, subject_page, subjects_page
from jiqun.web import asking
from jiqun.web.answers import Page


def read_subjects(request: HttpRequest) -> SubjectsContext:
    """Search by name or code, or list by kind and place."""
    seek = Seek(
        text=asking.text(request, "q"),
        kind=asking.text(request, "kind"),
        region=asking.text(request, "region"),
        synthetic=asking.flag(request, "synthetic"),
        page=asking.whole(request, "page", least=1),
    )
    return subjects_page(desk(), request.actor, seek)


def read_subject(request: HttpRequest, key: str) -> SubjectContext:
    """One subject by its whole key."""
    return subject_page(
        desk(), request.actor, key.replace("\x00", ""), ask=asking.table_ask(request, sort="indicator")
    )


urlpatterns = [
    *Page("subjects", "subjects/", "jiqun/subjects.html", read_subjects, "jiqun/parts/hits.html").urls(),
    *Page(
        "subject", "subjects/<path:key>/", "jiqun/subject.html", read_subject, "jiqun/parts/statements.html"
    ).urls(),
]
