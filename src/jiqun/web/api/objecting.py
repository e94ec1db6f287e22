"""异 what programs do about numbers that are wrong: conflicts, objections with their evidence, withdrawal of a source."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from jiqun.actions import objecting
from jiqun.actions import withdrawals as source_acts
from jiqun.actions.desk import desk
from jiqun.actions.objecting import Filing
from jiqun.actions.reading import conflicts as conflict_reading
from jiqun.actions.reading import objections as reading
from jiqun.actions.reading import withdrawals as withdrawal_reading
from jiqun.actions.withdrawals import Withdrawal
from jiqun.web.answers import file_response
from jiqun.web.api.arguments import ConflictQuery, Key, NewObjection, Number, Reason, Saying, Text, Turning

router = Router()
MOVES = Literal["ask", "accept", "refuse", "withdraw", "supply"]


@router.get("/conflicts", tags=["conflicts"])
def list_conflicts(request: HttpRequest, asked: Query[ConflictQuery]) -> conflict_reading.ConflictsContext:
    """Numbers of which sources say what cannot all hold, the largest difference first."""
    ask = conflict_reading.ConflictAsk(**asked.model_dump())
    return conflict_reading.conflicts_page(desk(), request.actor, ask)


@router.get("/objections", tags=["objections"])
def list_objections(
    request: HttpRequest, turning: Query[Turning], state: Text = ""
) -> reading.ObjectionsContext:
    """Objections your side sees; state is `open`, one of the states, or empty for all."""
    return reading.objections_page(desk(), request.actor, state=state, page=turning.page, size=turning.size)


@router.post("/objections", tags=["objections"])
def file_objection(request: HttpRequest, told: NewObjection) -> reading.ObjectionContext:
    """Object to a number about an enterprise: which fact, what it should be, and why."""
    here = desk()
    filing = Filing(told.fact, told.value, told.unit, told.reason)
    made = objecting.file(here, filing, by=request.actor, at=here.now())
    return reading.objection_page(here, request.actor, made.id)


@router.get("/objections/{objection_id}", tags=["objections"])
def one_objection(request: HttpRequest, objection_id: Number) -> reading.ObjectionContext:
    """One objection with its steps, files, and what its correction changed."""
    return reading.objection_page(desk(), request.actor, objection_id)


@router.post("/objections/{objection_id}/evidence", tags=["objections"])
def add_evidence(
    request: HttpRequest, objection_id: Number, file: File[UploadedFile], text: Form[Text] = ""
) -> reading.ObjectionContext:
    """Attach a file to an open objection."""
    here = desk()
    objecting.move(
        here,
        objection_id,
        "supply",
        by=request.actor,
        at=here.now(),
        text=text,
        files=[(file.name or "", file)],
    )
    return reading.objection_page(here, request.actor, objection_id)


@router.get(
    "/objections/{objection_id}/evidence/{number}", tags=["objections"], openapi_extra={"x-file": True}
)
def read_evidence(request: HttpRequest, objection_id: Number, number: Number) -> HttpResponse:
    """An attached file, for both sides alone."""
    found, body = objecting.evidence_file(desk(), objection_id, number, by=request.actor)
    return file_response(body, name=found.name, content_type="application/octet-stream")


@router.post("/objections/{objection_id}/{move}", tags=["objections"])
def move_objection(
    request: HttpRequest, objection_id: Number, move: MOVES, said: Saying
) -> reading.ObjectionContext:
    """Ask for evidence, give it, accept (the number is corrected at once), refuse, or withdraw."""
    here = desk()
    objecting.move(here, objection_id, move, by=request.actor, at=here.now(), text=said.text)
    return reading.objection_page(here, request.actor, objection_id)


@router.get("/sources/{key}/withdrawal", tags=["sources"])
def preview_withdrawal(request: HttpRequest, key: Key) -> withdrawal_reading.WithdrawalContext:
    """What withdrawing a source would change; nothing is changed."""
    return withdrawal_reading.withdrawal_page(desk(), request.actor, key)


@router.post("/sources/{key}/withdraw", tags=["sources"])
def withdraw_source(request: HttpRequest, key: Key, why: Reason) -> Withdrawal:
    """Take a source back with everything that came from it; it can be brought back."""
    here = desk()
    return source_acts.withdraw(here, key, why.reason, by=request.actor, at=here.now())


@router.post("/sources/{key}/bring-back", tags=["sources"])
def bring_back_source(request: HttpRequest, key: Key) -> Withdrawal:
    """Let a withdrawn source speak again."""
    here = desk()
    return source_acts.bring_back(here, key, by=request.actor, at=here.now())
