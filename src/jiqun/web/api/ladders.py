"""梯度 what programs do with ladders: read where firms stand, the way up of one, ask and answer for it."""

from django.http import HttpRequest
from ninja import Query, Router

from jiqun.actions import answering
from jiqun.actions.desk import desk
from jiqun.actions.reading import firm_ladder, ladders
from jiqun.web.api.arguments import Key, LadderQuery, OnDay, PolicyAnswers

router = Router()


@router.get("/ladders/{ladder}", tags=["ladders"])
def one_ladder(request: HttpRequest, ladder: Key, asked: Query[LadderQuery]) -> ladders.LadderContext:
    """One ladder: firms on each rung, and a page of those on it or right below it by how far they are."""
    here = desk()
    told = ladders.LadderAsk(
        asked.on or here.now().date(), asked.region, asked.chain, asked.made_up, asked.rung, asked.show, asked.text,
        asked.year, asked.page,
    )  # fmt: skip
    return ladders.ladder_page(here, request.actor, ladder, told)


@router.get("/enterprises/{path:key}/ladders", tags=["ladders"])
def firm_ladders(request: HttpRequest, key: Key, asked: Query[OnDay]) -> firm_ladder.FirmLadderContext:
    """The ladders of one enterprise: rungs held, the way to the next, what it was asked."""
    here = desk()
    return firm_ladder.firm_ladder_page(here, request.actor, key, on=asked.on or here.now().date())


@router.get("/enterprises/{path:key}/digital", tags=["ladders"])
def firm_digital(request: HttpRequest, key: Key, asked: Query[OnDay]) -> firm_ladder.DigitalContext:
    """The sixteen scenes of one enterprise and what the next level needs."""
    here = desk()
    return firm_ladder.digital_page(here, request.actor, key, on=asked.on or here.now().date())


@router.get("/enterprises/{path:key}/questions", tags=["ladders"])
def firm_questions(request: HttpRequest, key: Key, asked: Query[OnDay]) -> firm_ladder.FirmQuestionsContext:
    """The unknown fields of one enterprise that open most clauses over all packs."""
    here = desk()
    return firm_ladder.firm_questions_page(here, request.actor, key, on=asked.on or here.now().date())


@router.put("/enterprises/{path:key}/answers", tags=["ladders"])
def answer(request: HttpRequest, key: Key, given: PolicyAnswers) -> firm_ladder.FirmLadderContext:
    """Enter what was unknown of one enterprise, by column: facts with source, batch and audit; all or none."""
    here = desk()
    now = here.now()
    answering.answer(here, key, given.values, on=now.date(), by=request.actor, at=now)
    return firm_ladder.firm_ladder_page(here, request.actor, key, on=now.date())
