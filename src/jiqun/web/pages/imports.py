"""导入 the import pages: hand in, say which column is what, see every error, confirm; progress while the work runs."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from jiqun.actions import uploads
from jiqun.actions.desk import desk
from jiqun.actions.reading import imports as reading
from jiqun.core.errors import InputError, NotFound
from jiqun.web.answers import Page

QUANTITY_PARTS = ("indicator", "unit", "period", "scope")


def imports(request: HttpRequest) -> reading.ImportsContext:
    """The import page."""
    return reading.imports(desk(), request.actor, lang=get_language() or "zh")


def upload(request: HttpRequest, id: str) -> reading.UploadContext:
    """One file on its way."""
    remap = request.GET.get("step") == "map"
    return reading.upload(desk(), request.actor, id, lang=get_language() or "zh", remap=remap)


@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take a file and look at it."""
    file = request.FILES.get("file")
    if file is None:
        raise InputError("upload.no_file")
    told = uploads.HandIn(
        request.POST.get("kind", ""),
        file.name or "",
        request.POST.get("source", ""),
        request.POST.get("source_title", ""),
    )
    here = desk()
    held = uploads.receive(here, file, told, by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("upload", args=[held.id]))


@require_POST
def check(request: HttpRequest, id: str) -> HttpResponse:
    """Keep the mapping and look at every row."""
    here = desk()
    columns = uploads.read(here, id, by=request.actor).columns
    uploads.settle(here, id, mapping_of(request, columns), by=request.actor, at=here.now())
    uploads.start(here, id, "checking", by=request.actor, at=here.now())
    return _back(id)


@require_POST
def confirm(request: HttpRequest, id: str) -> HttpResponse:
    """Import what was checked."""
    here = desk()
    uploads.start(here, id, "importing", by=request.actor, at=here.now())
    return _back(id)


@require_POST
def throw_away(request: HttpRequest, id: str) -> HttpResponse:
    """Remove the file."""
    here = desk()
    uploads.throw_away(here, id, by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("imports"))


def errors_csv(request: HttpRequest, id: str) -> HttpResponse:
    """Every error of the last check as CSV."""
    here = desk()
    held = uploads.read(here, id, by=request.actor)
    file = uploads.files(here).errors_file(id)
    if not file.is_file():
        raise NotFound("upload.not_checked", seen=held.state)
    name = f"{held.name}-errors.csv"
    return FileResponse(
        file.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


def mapping_of(request: HttpRequest, columns: tuple[str, ...]) -> dict[str, object]:
    """The mapping as the form says it: a column for each field, and the columns that are quantities."""
    chosen = {
        name.removeprefix("field-"): column
        for name, column in request.POST.items()
        if name.startswith("field-")
    }
    quantities = []
    for place, column in enumerate(columns):
        told = {part: request.POST.get(f"quantity-{place}-{part}", "").strip() for part in QUANTITY_PARTS}
        if told["indicator"]:
            quantities.append({"column": column, **told})
    return {"columns": chosen, "facts": quantities}


def _back(id: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("upload", args=[id]))


urlpatterns = [
    *Page("imports", "imports/", "jiqun/imports.html", imports).urls(),
    path("imports/receive/", receive, name="imports-receive"),
    *Page(
        "upload", "imports/<str:id>/", "jiqun/upload.html", upload, fragment="jiqun/work/upload.html"
    ).urls(),
    path("imports/<str:id>/check/", check, name="upload-check"),
    path("imports/<str:id>/confirm/", confirm, name="upload-confirm"),
    path("imports/<str:id>/throw-away/", throw_away, name="upload-throw-away"),
    path("imports/<str:id>/errors.csv", errors_csv, name="upload-errors"),
]
