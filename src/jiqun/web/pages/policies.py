"""评价 the pages of policies: packs, a sheet of firms judged, the ruling of one firm, five questions for a phone."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import policy_runs, policy_work
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading import policies as reading
from jiqun.actions.reading import policy_ruling
from jiqun.actions.reading import policy_runs as run_reading
from jiqun.core.errors import NotFound, RowErrors
from jiqun.web import asking
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.query import page_of, text_of

CELL_MOST = 200


def policies(request: HttpRequest) -> reading.PoliciesContext:
    """Every pack."""
    return reading.policies_page(desk(), request.actor)


def policy(request: HttpRequest, key: str) -> reading.PolicyContext:
    """One pack."""
    return reading.policy_page(desk(), request.actor, key)


def run(request: HttpRequest, id: str) -> run_reading.RunContext:
    """One run with its lines."""
    ask = run_reading.RunAsk(
        text_of(request, "verdict"), text_of(request, "region"), text_of(request, "level"), text_of(request, "text"),
        text_of(request, "chain"), text_of(request, "sort") or "row", asking.text(request, "dir") == "desc",
        page_of(request),
    )  # fmt: skip
    return run_reading.run_page(desk(), request.actor, id, ask, lang=get_language() or "zh")


def ruling(request: HttpRequest, id: str, row: int) -> policy_ruling.RulingContext:
    """The ruling of one firm."""
    return policy_ruling.ruling_page(desk(), request.actor, id, int(row))


def questions(request: HttpRequest, id: str, row: int) -> policy_ruling.QuestionsContext:
    """What to ask of one firm."""
    return policy_ruling.questions_page(desk(), request.actor, id, int(row))


@require_POST
def receive(request: HttpRequest, key: str) -> HttpResponse:
    """Take a sheet in, or one firm without a sheet."""
    file = request.FILES.get("file")
    told = {
        name: request.POST.get(name, "").replace("\x00", "")[:CELL_MOST] for name in ("on", "kind", "region")
    }
    one = {name: request.POST.get(name, "").replace("\x00", "")[:CELL_MOST] for name in ("firm", "code")}
    order = policy_runs.RunOrder(key, **told, name=file.name or "" if file else "", **({} if file else one))
    here = desk()
    made = policy_runs.receive(here, file, order, by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("policies-run", args=[made.id]))


@require_POST
def answer(request: HttpRequest, id: str, row: int) -> HttpResponse:
    """Put in what was unknown of a firm; it is judged again at once."""
    here = desk()
    given = {
        name.removeprefix("field-"): text.replace("\x00", "")[:CELL_MOST]
        for name, text in request.POST.items()
        if name.startswith("field-")
    }
    try:
        policy_runs.answer(here, id, row, given, by=request.actor, at=here.now())
    except RowErrors as error:
        for sentence in here.messages.sentences(error, get_language() or "zh"):
            messages.error(request, sentence)
    else:
        messages.success(request, _("Kept and judged again."))
    return HttpResponseRedirect(reverse("policies-questions", args=[id, row]))


@require_POST
def throw_away(request: HttpRequest, id: str) -> HttpResponse:
    """Remove a run."""
    here = desk()
    gone = policy_runs.throw_away(here, id, by=request.actor, at=here.now())
    messages.success(request, _("The run was thrown away."))
    return HttpResponseRedirect(reverse("policies-pack", args=[gone.pack]))


def result(request: HttpRequest, id: str, form: str) -> HttpResponse:
    """The lines as a file."""
    here = desk()
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        target = Path(folder) / f"result.{form}"
        name = run_reading.write_result(here, request.actor, id, target, form, lang=get_language() or "zh")
        return file_response(target.read_bytes(), name=name, content_type=CONTENT_TYPES[form])


def errors_csv(request: HttpRequest, id: str) -> HttpResponse:
    """Every cell that cannot be read, as CSV."""
    here = desk()
    held = policy_runs.read(here, id, by=request.actor)
    file = policy_work.files(here).errors_csv(id)
    if not file.is_file():
        raise NotFound("policy.run_not_found", seen=id)
    name = f"{Path(held.name).stem or 'policy'}-errors.csv"
    return FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=CONTENT_TYPES["csv"])


urlpatterns = [
    *Page("policies", "policies/", "jiqun/policies.html", policies).urls(),
    *Page(
        "policies-run", "policies/runs/<str:id>/", "jiqun/policy_run.html", run, fragment="jiqun/work/policy_run.html"
    ).urls(),
    path("policies/runs/<str:id>/result.<str:form>", result, name="policies-result"),
    path("policies/runs/<str:id>/errors.csv", errors_csv, name="policies-errors"),
    path("policies/runs/<str:id>/throw-away/", throw_away, name="policies-throw-away"),
    *Page("policies-ruling", "policies/runs/<str:id>/<int:row>/", "jiqun/policy_ruling.html", ruling).urls(),
    *Page(
        "policies-questions", "policies/runs/<str:id>/<int:row>/questions/", "jiqun/policy_questions.html", questions
    ).urls(),
    path("policies/runs/<str:id>/<int:row>/answer/", answer, name="policies-answer"),
    path("policies/<path:key>/receive/", receive, name="policies-receive"),
    *Page("policies-pack", "policies/<path:key>/", "jiqun/policy.html", policy).urls(),
]  # fmt: skip
