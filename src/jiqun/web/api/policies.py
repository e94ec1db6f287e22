"""评价 what programs do with policies: read packs, hand a sheet of firms in, read lines and rulings, answer questions."""

from django.http import HttpRequest
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from jiqun.actions import policy_runs
from jiqun.actions.desk import desk
from jiqun.actions.policy_files import Line
from jiqun.actions.reading import policies as reading
from jiqun.actions.reading import policy_ruling
from jiqun.actions.reading import policy_runs as run_reading
from jiqun.web.api.arguments import Key, Number, OneFirm, PolicyAnswers, RunForm, RunQuery
from jiqun.web.api.shape import language

router = Router()


@router.get("/policies", tags=["policies"])
def packs(request: HttpRequest) -> reading.PoliciesContext:
    """Every pack with its versions, dates, marks, and the runs of your office."""
    return reading.policies_page(desk(), request.actor)


@router.get("/policies/{path:key}", tags=["policies"])
def one_pack(request: HttpRequest, key: Key) -> reading.PolicyContext:
    """One pack: documents, clauses in words, numbers of places, what is left out and why."""
    return reading.policy_page(desk(), request.actor, key)


@router.post("/policy-runs", tags=["policies"])
def hand_in_sheet(
    request: HttpRequest, told: Form[RunForm], file: File[UploadedFile]
) -> run_reading.RunContext:
    """Hand a sheet of firms in as CSV or XLSX; ask for the run again until it is `done`."""
    here = desk()
    order = policy_runs.RunOrder(told.pack, told.on, told.kind, told.region, file.name or "")
    made = policy_runs.receive(here, file, order, by=request.actor, at=here.now())
    return run_reading.run_page(here, request.actor, made.id, run_reading.RunAsk(), lang=language())


@router.post("/policy-runs/firm", tags=["policies"])
def hand_in_firm(request: HttpRequest, told: OneFirm) -> run_reading.RunContext:
    """One firm without a sheet: all is unknown until it is answered."""
    here = desk()
    order = policy_runs.RunOrder(**told.model_dump())
    made = policy_runs.receive(here, None, order, by=request.actor, at=here.now())
    return run_reading.run_page(here, request.actor, made.id, run_reading.RunAsk(), lang=language())


@router.get("/policy-runs/{run}", tags=["policies"])
def one_run(request: HttpRequest, run: Key, asked: Query[RunQuery]) -> run_reading.RunContext:
    """One run with a page of its lines: verdict, score or range, grade, clauses not met and unknown."""
    ask = run_reading.RunAsk(
        asked.verdict,
        asked.region,
        asked.level,
        asked.text,
        asked.chain,
        asked.sort,
        asked.descending,
        asked.page,
    )
    return run_reading.run_page(desk(), request.actor, run, ask, lang=language())


@router.get("/policy-runs/{run}/firms/{row}", tags=["policies"])
def one_ruling(request: HttpRequest, run: Key, row: Number) -> policy_ruling.RulingContext:
    """The ruling of one firm, clause by clause, with the way up."""
    return policy_ruling.ruling_page(desk(), request.actor, run, row)


@router.get("/policy-runs/{run}/firms/{row}/questions", tags=["policies"])
def open_questions(request: HttpRequest, run: Key, row: Number) -> policy_ruling.QuestionsContext:
    """The unknown fields that open most clauses over all packs."""
    return policy_ruling.questions_page(desk(), request.actor, run, row)


@router.put("/policy-runs/{run}/firms/{row}", tags=["policies"])
def answer(request: HttpRequest, run: Key, row: Number, given: PolicyAnswers) -> Line:
    """Put in what was unknown of a firm, by column; it is judged again at once."""
    here = desk()
    return policy_runs.answer(here, run, row, given.values, by=request.actor, at=here.now())


@router.delete("/policy-runs/{run}", tags=["policies"])
def throw_away(request: HttpRequest, run: Key) -> reading.PoliciesContext:
    """Remove a run; gives what is left."""
    here = desk()
    policy_runs.throw_away(here, run, by=request.actor, at=here.now())
    return reading.policies_page(here, request.actor)
