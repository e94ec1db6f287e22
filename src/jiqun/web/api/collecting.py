"""报送 what programs do with collections: open, fill in, send, follow, remind, accept, take away."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Form, Query, Router
from ninja.files import UploadedFile
from pydantic import AfterValidator, StringConstraints

from jiqun.actions import (
    collecting,
    collecting_answers,
    collecting_exports,
    collecting_send,
    collecting_workbooks,
)
from jiqun.actions.collecting import NewCollection, Opened
from jiqun.actions.collecting_answers import Reminded, Typed
from jiqun.actions.collecting_send import Sending
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading import collecting as reading
from jiqun.actions.reading import collecting_fill, collecting_lines
from jiqun.web.answers import file_response
from jiqun.web.api.arguments import Key, Reason, Strict, Text, Turning, without_nul
from jiqun.web.api.shape import language

router = Router()
Note = Annotated[str, StringConstraints(max_length=1000), AfterValidator(without_nul)]


class Asking(Strict):
    """A collection to be opened."""

    form: Key = Field(description="key of a form")
    period: Key = Field(description="2026-10, 2026Q3, 2026H1 or 2026")
    deadline: Key = Field(description="a day (until its end in Shanghai) or an instant with its offset")
    title: Text = ""
    region: Text = Field("", description="six digits: this place and all below")
    cluster: Text = Field("", description="key of a cluster or chain")
    industry: Text = Field("", description="beginning of the code of the trade")
    only: list[Key] = Field(
        default_factory=list, max_length=20_000, description="these respondents and no others"
    )
    level: Literal["below", "county"] = "below"
    note: Note = ""


class CellBody(Strict):
    """One cell of a form."""

    indicator: Key
    unit: Key
    key: Text = ""
    scope: Text = ""
    span: Literal["period", "to_date"] = "period"
    required: bool = True
    least: Text = ""
    most: Text = ""
    jump: Text = ""
    far: Text = ""
    sum_of: list[Key] = Field(default_factory=list, max_length=60)
    part_of: Text = ""


class FormBody(Strict):
    """A form put together from indicators."""

    label_zh: Key
    label_en: Text = ""
    respondents: Literal["enterprise", "region"] = "enterprise"
    cells: list[CellBody] = Field(min_length=1, max_length=60)


class AnswerBody(Strict):
    """What is typed: cell → text (null: as the ledger knows it), and cell → why a warning may stand."""

    cells: dict[Text, Text | None] = Field(default_factory=dict, max_length=60)
    reasons: dict[Text, Text] = Field(default_factory=dict, max_length=60)


class Chosen(Strict):
    """Some respondents."""

    respondents: list[Key] = Field(default_factory=list, max_length=20_000)


class Reminding(Chosen):
    """Whom to remind (nobody named: all who have not answered), and with which words."""

    text: Annotated[str, StringConstraints(max_length=400), AfterValidator(without_nul)] = ""


class Whose(Strict):
    """Whose workbook is handed in."""

    respondent: Text = Field("", description="key of the respondent; empty: one row per respondent")


@router.get("/collections", tags=["collections"])
def list_collections(
    request: HttpRequest, turning: Query[Turning], state: Text = ""
) -> collecting_lines.CollectionsContext:
    """Collections as far as you are concerned, and what you have to fill in."""
    return collecting_lines.collections_page(
        desk(), request.actor, state=state, page=turning.page, size=turning.size
    )


@router.post("/collections", tags=["collections"])
def open_collection(request: HttpRequest, asking: Asking) -> Opened:
    """Open a collection within your scope."""
    here = desk()
    told = asking.model_dump() | {"only": tuple(asking.only)}
    return collecting.open_collection(here, NewCollection(**told), by=request.actor, at=here.now())


@router.put("/collections/forms/{key}", tags=["collections"])
def save_form(request: HttpRequest, key: Key, form: FormBody) -> collecting_lines.FormLine:
    """Put a form together from indicators."""
    here, cells = desk(), [cell.model_dump() for cell in form.cells]
    draft = collecting.FormDraft(key, form.label_zh, form.label_en, form.respondents, cells)
    made = collecting.save_form(here, draft, by=request.actor, at=here.now())
    return next(line for line in collecting_lines.form_lines(here) if line.key == made.key)


@router.get("/collections/{id}", tags=["collections"])
def one_collection(
    request: HttpRequest, id: Key, turning: Query[Turning], state: Text = "", region: Text = ""
) -> reading.CollectionContext:
    """One collection: who has answered, who is late, and the sums with their coverage."""
    return reading.collection_page(
        desk(), request.actor, id, state=state, region=region, page=turning.page, size=turning.size
    )


@router.post("/collections/{id}/close", tags=["collections"])
def close_collection(request: HttpRequest, id: Key) -> collecting_lines.CollectionLine:
    """Take no more answers."""
    here = desk()
    collecting.close(here, id, by=request.actor, at=here.now())
    return reading.collection_page(here, request.actor, id).line


@router.post("/collections/{id}/remind", tags=["collections"])
def remind(request: HttpRequest, id: Key, whom: Reminding) -> Reminded:
    """Leave a notice with who has not answered; gives the text to copy."""
    here = desk()
    return collecting_answers.remind(here, id, whom.respondents, whom.text, by=request.actor, at=here.now())


@router.post("/collections/{id}/send", tags=["collections"])
def send_many(request: HttpRequest, id: Key, chosen: Chosen) -> Sending:
    """Send several answers in one batch; those with something left to settle are given back with it."""
    here = desk()
    return collecting_send.send_many(here, id, chosen.respondents, by=request.actor, at=here.now())


@router.get("/collections/{id}/sums/{cell}/{region}", tags=["collections"])
def why_sum(request: HttpRequest, id: Key, cell: Key, region: Key) -> reading.WhySumContext:
    """依据 of a sum: the answers in it, and those that are not known."""
    return reading.why_sum(desk(), request.actor, id, cell, "" if region == "-" else region)


@router.get("/collections/{id}/export/{what}", tags=["collections"], openapi_extra={"x-file": True})
def export_collection(
    request: HttpRequest,
    id: Key,
    what: Literal["chasing", "answers", "totals"],
    format: Literal["csv", "xlsx"] = "csv",
) -> HttpResponse:
    """The chasing list, how everybody stands, or the sums by place."""
    here = desk()
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        path = Path(folder) / f"{what}.{format}"
        collecting_exports.write(here, id, what, path, format, by=request.actor, at=here.now())
        return file_response(
            path.read_bytes(), name=f"{id}-{what}.{format}", content_type=CONTENT_TYPES[format]
        )


@router.get("/collections/{id}/workbook", tags=["collections"], openapi_extra={"x-file": True})
def get_workbook(request: HttpRequest, id: Key, respondent: Text = "") -> HttpResponse:
    """The workbook to fill in: of one respondent, or one row for each you answer for."""
    here = desk()
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        path = Path(folder) / "workbook.xlsx"
        if respondent:
            collecting_workbooks.write_one(here, id, respondent, path, by=request.actor)
        else:
            collecting_workbooks.write_many(here, id, path, by=request.actor)
        return file_response(path.read_bytes(), name=f"{id}.xlsx", content_type=CONTENT_TYPES["xlsx"])


@router.post("/collections/{id}/workbook", tags=["collections"])
def put_workbook(
    request: HttpRequest, id: Key, file: File[UploadedFile], whose: Form[Whose]
) -> collecting_workbooks.Read:
    """Hand a filled workbook in: it becomes drafts, nothing is sent."""
    here, name = desk(), Path(file.name or "workbook.xlsx").name
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        path = Path(folder) / f"handed-in{Path(name).suffix[:8]}"
        path.write_bytes(file.read())
        return collecting_workbooks.read(
            here, id, path, name=name, by=request.actor, at=here.now(), respondent=whose.respondent
        )


@router.post("/collections/{id}/answers/{path:respondent}/send", tags=["collections"])
def send_answer(request: HttpRequest, id: Key, respondent: Key) -> Sending:
    """Send an answer; 400 with everything that is left to settle."""
    here = desk()
    return collecting_send.send(here, id, respondent, by=request.actor, at=here.now())


@router.post("/collections/{id}/answers/{path:respondent}/accept", tags=["collections"])
def accept_answer(request: HttpRequest, id: Key, respondent: Key) -> collecting_fill.FillContext:
    """Accept an answer as it was sent."""
    here = desk()
    collecting_answers.accept(here, id, respondent, by=request.actor, at=here.now())
    return _answer(request, id, respondent)


@router.post("/collections/{id}/answers/{path:respondent}/return", tags=["collections"])
def return_answer(request: HttpRequest, id: Key, respondent: Key, why: Reason) -> collecting_fill.FillContext:
    """Give an answer back for correction."""
    here = desk()
    collecting_answers.return_answer(here, id, respondent, why.reason, by=request.actor, at=here.now())
    return _answer(request, id, respondent)


@router.get("/collections/{id}/answers/{path:respondent}", tags=["collections"])
def one_answer(request: HttpRequest, id: Key, respondent: Key) -> collecting_fill.FillContext:
    """One answer: what is known already, last time's values, and everything that is noticed."""
    return _answer(request, id, respondent)


@router.put("/collections/{id}/answers/{path:respondent}", tags=["collections"])
def save_answer(
    request: HttpRequest, id: Key, respondent: Key, typed: AnswerBody
) -> collecting_fill.FillContext:
    """Keep what is typed as a draft; gives what is noticed about it."""
    here = desk()
    told = Typed(typed.cells, typed.reasons)
    collecting_answers.save(here, id, respondent, told, by=request.actor, at=here.now())
    return _answer(request, id, respondent)


def _answer(request: HttpRequest, id: str, respondent: str) -> collecting_fill.FillContext:
    return collecting_fill.fill_page(desk(), request.actor, id, respondent, lang=language())
