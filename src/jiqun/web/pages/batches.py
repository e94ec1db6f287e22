"""批次 the batch pages: every load of data, one in full, and taking one back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import batches as acts
from jiqun.actions.desk import desk
from jiqun.actions.reading import batches as reading
from jiqun.web import asking
from jiqun.web.answers import Page
from jiqun.web.pages.query import page_of, page_size, text_of


def batches(request: HttpRequest) -> reading.BatchesContext:
    """The list."""
    return reading.batches_page(
        desk(), request.actor, lang=get_language() or "zh", kind=text_of(request, "kind"), state=text_of(request, "state"),
        source=text_of(request, "source"), page=page_of(request), size=page_size(),
    )  # fmt: skip


def batch(request: HttpRequest, id: str) -> reading.BatchContext:
    """One batch."""
    return reading.batch_page(
        desk(), request.actor, id, lang=get_language() or "zh", ask=asking.table_ask(request)
    )


@require_POST
def undo(request: HttpRequest, id: str) -> HttpResponse:
    """Take a batch back."""
    here = desk()
    done = acts.undo(here, id, by=request.actor, at=here.now())
    said = _(
        "The batch was undone: %(facts)d facts hidden, %(removed)d subjects removed, %(restored)d restored."
    )
    messages.success(
        request, said % {"facts": done.facts, "removed": done.removed, "restored": done.restored}
    )
    return HttpResponseRedirect(reverse("batch", args=[id]))


urlpatterns = [
    *Page("batches", "batches/", "jiqun/batches.html", batches).urls(),
    *Page("batch", "batches/<str:id>/", "jiqun/batch.html", batch, "jiqun/parts/statements.html").urls(),
    path("batches/<str:id>/undo/", undo, name="batch-undo"),
]
