"""认定 what programs do with automatic recognition and titles: start, publish, decide, object, register, take back."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, File, Query, Router
from ninja.files import UploadedFile
from pydantic import AfterValidator, StringConstraints

from jiqun.actions import deciding, objecting, recognising, titling
from jiqun.actions.desk import desk
from jiqun.actions.reading import objections as objection_reading
from jiqun.actions.reading import recognitions as reading
from jiqun.actions.reading import titles as title_reading
from jiqun.actions.recognising import NewRecognition
from jiqun.lake.files import copy_within
from jiqun.web.api.arguments import Key, Number, Reason, Saying, Strict, Text, Turning, without_nul

router = Router()
Note = Annotated[str, StringConstraints(max_length=1000), AfterValidator(without_nul)]


class Starting(Strict):
    """A round to be started."""

    pack: Key = Field(description="key of a pack that gives a title")
    region: Key = Field(description="six digits: the enterprises of this place and all below")
    on: Key = Field(description="the day judged, today or before")
    kind: Literal["new", "re_review"] = "new"
    years: int = Field(0, ge=0, le=10, description="how long the title lasts, where the pack does not say")
    note: Note = ""


class Publishing(Strict):
    """For how many working days; 0: as the practice says."""

    days: int = Field(0, ge=0, le=60)


class TitleQuery(Turning):
    """Which titles."""

    kind: Text = Field("", description="field of the title, e.g. title_zjtx_until")
    standing: Literal["", "in_force", "expiring", "over", "replaced", "taken_back"] = ""
    days: int = Field(90, ge=1, le=1100, description="`expiring` means within so many days")
    region: Text = Field("", description="six digits: this place and all below")
    text: Text = Field("", description="words of the name")


class Left(Strict):
    """How many reminders were left."""

    reminders: int


@router.get("/recognitions", tags=["recognitions"])
def list_recognitions(
    request: HttpRequest, turning: Query[Turning], state: Text = ""
) -> reading.RecognitionsContext:
    """Rounds that are or were public, and those where you decide."""
    return reading.recognitions_page(desk(), request.actor, state=state, page=turning.page, size=turning.size)


@router.post("/recognitions", tags=["recognitions"])
def start_recognition(request: HttpRequest, told: Starting) -> reading.RecognitionContext:
    """Judge every enterprise of a place; those that meet the rule become candidates. Nothing is public yet."""
    here = desk()
    made = recognising.start(here, NewRecognition(**told.model_dump()), by=request.actor, at=here.now())
    return reading.recognition_page(here, request.actor, made.id)


@router.get("/recognitions/candidates/{candidate}", tags=["recognitions"])
def one_candidate(request: HttpRequest, candidate: Number) -> reading.CandidateContext:
    """One candidate with its ruling as judged then, for who may see its numbers."""
    return reading.candidate_page(desk(), request.actor, candidate)


@router.post("/recognitions/candidates/{candidate}/refuse", tags=["recognitions"])
def refuse_candidate(request: HttpRequest, candidate: Number, why: Reason) -> reading.CandidateContext:
    """Leave a candidate out; it is told why."""
    here = desk()
    recognising.refuse(here, candidate, why.reason, by=request.actor, at=here.now())
    return reading.candidate_page(here, request.actor, candidate)


@router.post("/recognitions/candidates/{candidate}/object", tags=["recognitions"])
def object_to_candidate(
    request: HttpRequest, candidate: Number, why: Reason
) -> objection_reading.ObjectionContext:
    """Object to a candidate in publicity; until there is an answer it is not granted the title."""
    here = desk()
    made = objecting.file_against(here, candidate, why.reason, by=request.actor, at=here.now())
    return objection_reading.objection_page(here, request.actor, made.id)


@router.get("/recognitions/{recognition}", tags=["recognitions"])
def one_recognition(
    request: HttpRequest, recognition: Key, turning: Query[Turning], state: Text = ""
) -> reading.RecognitionContext:
    """One round with a page of its candidates."""
    return reading.recognition_page(
        desk(), request.actor, recognition, state=state, page=turning.page, size=turning.size
    )


@router.post("/recognitions/{recognition}/publish", tags=["recognitions"])
def publish(request: HttpRequest, recognition: Key, told: Publishing) -> reading.RecognitionContext:
    """Make the candidates public; each finds a notice."""
    here = desk()
    recognising.publish(here, recognition, by=request.actor, at=here.now(), days=told.days)
    return reading.recognition_page(here, request.actor, recognition)


@router.post("/recognitions/{recognition}/decide", tags=["recognitions"])
def decide(request: HttpRequest, recognition: Key) -> reading.RecognitionContext:
    """After the publicity: grant the title to every candidate no objection stands against."""
    here = desk()
    deciding.decide(here, recognition, by=request.actor, at=here.now())
    return reading.recognition_page(here, request.actor, recognition)


@router.post("/recognitions/{recognition}/withdraw", tags=["recognitions"])
def withdraw(request: HttpRequest, recognition: Key, said: Saying) -> reading.RecognitionContext:
    """Give a round up before it is decided."""
    here = desk()
    recognising.withdraw(here, recognition, said.text, by=request.actor, at=here.now())
    return reading.recognition_page(here, request.actor, recognition)


@router.get("/titles", tags=["titles"])
def list_titles(request: HttpRequest, asked: Query[TitleQuery]) -> title_reading.TitlesContext:
    """Titles by kind and standing, those that end first before the others."""
    ask = title_reading.TitleAsk(
        asked.kind, asked.standing, asked.days, asked.region, asked.text, asked.page, asked.size
    )
    return title_reading.titles_page(desk(), request.actor, ask)


@router.post("/titles/list", tags=["titles"])
def register_titles(request: HttpRequest, file: File[UploadedFile]) -> titling.Registered:
    """Enter titles from a list (CSV or XLSX): the whole list, or 400 with every error."""
    here, name = desk(), Path(file.name or "titles").name
    with TemporaryDirectory(dir=here.uploads) as folder:
        kept = Path(folder) / f"titles{Path(name).suffix[:8]}"
        copy_within(file, kept, here.limits, name=name)
        return titling.register(here, kept, by=request.actor, at=here.now(), name=name)


@router.post("/titles/remind", tags=["titles"])
def remind(request: HttpRequest) -> Left:
    """Leave the reminders that are due, each once."""
    here = desk()
    return Left(reminders=titling.remind(here, by=request.actor, at=here.now()))


@router.get("/titles/{title}", tags=["titles"])
def one_title(request: HttpRequest, title: Number) -> title_reading.TitleContext:
    """One title with its record."""
    return title_reading.title_page(desk(), request.actor, title)


@router.post("/titles/{title}/take-back", tags=["titles"])
def take_back(request: HttpRequest, title: Number, why: Reason) -> title_reading.TitleContext:
    """Take a title back; it stays in the record."""
    here = desk()
    titling.take_back(here, title, why.reason, by=request.actor, at=here.now())
    return title_reading.title_page(here, request.actor, title)
