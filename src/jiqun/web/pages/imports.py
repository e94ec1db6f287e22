"""导入 the import pages: hand in, say which column is what, see every error, confirm; progress while the work runs."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from jiqun.actions import templates, uploads
from jiqun.actions import upload_returned as acts_returned
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading import imports as reading
from jiqun.core.errors import InputError, NotFound
from jiqun.web.answers import Page, file_response

XLSX = CONTENT_TYPES["xlsx"]
QUANTITY_PARTS = ("indicator", "unit", "period", "scope", "reads")


def imports(request: HttpRequest) -> reading.ImportsContext:
    """The import page."""
    return reading.imports(desk(), request.actor, lang=get_language() or "zh")


def upload(request: HttpRequest, id: str) -> reading.UploadContext:
    """One file on its way."""
    remap = request.GET.get("step") == "map"
    table = number_of(request.GET.get("table", ""))
    return reading.upload(desk(), request.actor, id, lang=get_language() or "zh", remap=remap, table=table)


def number_of(text: str) -> int:
    """The number of a table as an address or a form tells it; the first for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


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
    """Keep the mapping of the table shown; look at every row once no table is left to settle."""
    here = desk()
    table = number_of(request.POST.get("table", ""))
    held = uploads.read(here, id, by=request.actor)
    if "as-known" not in request.POST:
        columns = tuple(uploads.table_of(held, table)["columns"])
        told = mapping_of(request, columns)
        held = uploads.settle(here, id, told, by=request.actor, at=here.now(), table=table)
    if waiting := uploads.to_settle(held):
        return HttpResponseRedirect(f"{reverse('upload', args=[id])}?table={waiting[0]}")
    uploads.start(here, id, "checking", by=request.actor, at=here.now())
    return _back(id)


@require_POST
def include(request: HttpRequest, id: str) -> HttpResponse:
    """Take a table of the file along, or leave it out."""
    here = desk()
    table = number_of(request.POST.get("table", ""))
    taken = request.POST.get("take") == "1"
    uploads.include(here, id, table, taken, by=request.actor, at=here.now())
    return HttpResponseRedirect(f"{reverse('upload', args=[id])}?table={table}")


def returned(request: HttpRequest, id: str) -> HttpResponse:
    """The workbook with its errors marked and listed."""
    here, lang = desk(), get_language() or "zh"
    path = acts_returned.returned(here, id, by=request.actor, lang=lang)
    name = uploads.read(here, id, by=request.actor).name.rpartition(".")[0]
    kept = f"{name}-{'问题' if lang.startswith('zh') else 'errors'}.xlsx"
    return FileResponse(path.open("rb"), as_attachment=True, filename=kept, content_type=XLSX)


def template(request: HttpRequest, table: str) -> HttpResponse:
    """An empty workbook to fill in, for a table of the packs."""
    here = desk()
    asked = templates.Asked(
        table, tuple(filter(None, request.GET.getlist("indicator"))), request.GET.get("period", "")
    )
    body = templates.template(here, asked, by=request.actor, lang=get_language() or "zh")
    return file_response(body, name=f"{table}.xlsx", content_type=XLSX)


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
    rows = {
        name: request.POST[f"rows-{name}"]
        for name in ("without_code", "hidden")
        if f"rows-{name}" in request.POST
    }
    ignored = [column for column in request.POST.getlist("ignored") if column in columns]
    return {"columns": chosen, "facts": quantities, "rows": rows, "ignored": ignored}


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
    path("imports/<str:id>/include/", include, name="upload-include"),
    path("imports/<str:id>/errors.csv", errors_csv, name="upload-errors"),
    path("imports/<str:id>/returned.xlsx", returned, name="upload-returned"),
    path("imports/templates/<str:table>.xlsx", template, name="template"),
]
