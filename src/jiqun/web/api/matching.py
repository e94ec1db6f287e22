"""匹配与归并 what programs do with names and doubles: hand lists in, read results, say who is who, merge and take back."""

from django.http import HttpRequest
from ninja import File, Query, Router
from ninja.files import UploadedFile

from jiqun.actions import match_lists, merging
from jiqun.actions.desk import desk
from jiqun.actions.reading import matching as match_reading
from jiqun.actions.reading import merges as merge_reading
from jiqun.ledger.identities import Verdict
from jiqun.web.api.arguments import Answer, Key, MatchQuery, Names, Number, PairBody, Text, Turning
from jiqun.web.api.shape import language

router = Router()


@router.get("/matching", tags=["matching"])
def lists(request: HttpRequest) -> match_reading.MatchingContext:
    """Your lists of names."""
    return match_reading.matching_page(desk(), request.actor)


@router.post("/matching", tags=["matching"])
def hand_in_names(request: HttpRequest, given: Names) -> match_reading.MatchListContext:
    """Hand names in, one a line (a tab parts name and code or place); ask for the list again until it is `done`."""
    here = desk()
    made = match_lists.receive(
        here, None, match_lists.HandIn(given.title, given.names), by=request.actor, at=here.now()
    )
    return match_reading.list_page(here, request.actor, made.id, match_reading.ListAsk(), lang=language())


@router.post("/matching/file", tags=["matching"])
def hand_in_file(request: HttpRequest, file: File[UploadedFile]) -> match_reading.MatchListContext:
    """Hand a list in as CSV or XLSX; the header says which column is the name."""
    here = desk()
    made = match_lists.receive(
        here, file, match_lists.HandIn(file.name or ""), by=request.actor, at=here.now()
    )
    return match_reading.list_page(here, request.actor, made.id, match_reading.ListAsk(), lang=language())


@router.get("/matching/{list_id}", tags=["matching"])
def one_list(request: HttpRequest, list_id: Key, asked: Query[MatchQuery]) -> match_reading.MatchListContext:
    """One list with a page of its rows: decision, enterprise, score and evidence."""
    ask = match_reading.ListAsk(asked.decision, asked.sort, asked.descending, asked.page, asked.text)
    return match_reading.list_page(desk(), request.actor, list_id, ask, lang=language())


@router.get("/matching/{list_id}/review", tags=["matching"])
def next_open_row(request: HttpRequest, list_id: Key, row: int = 0) -> match_reading.ReviewContext:
    """The next row a person must decide."""
    return match_reading.review_page(desk(), request.actor, list_id, row=max(0, min(row, 10**9)))


@router.put("/matching/{list_id}/rows/{row}", tags=["matching"])
def say_which(request: HttpRequest, list_id: Key, row: Number, said: Answer) -> match_reading.ReviewContext:
    """Say which enterprise a row means (empty: none of ours); remembered for your office. Gives the next open row."""
    here = desk()
    match_lists.answer(here, list_id, row, said.subject, by=request.actor, at=here.now())
    return match_reading.review_page(here, request.actor, list_id, row=row, undo=row)


@router.delete("/matching/{list_id}/rows/{row}", tags=["matching"])
def take_saying_back(request: HttpRequest, list_id: Key, row: Number) -> match_reading.ReviewContext:
    """Forget what was said about the name in a row."""
    here = desk()
    match_lists.take_answer_back(here, list_id, row, by=request.actor, at=here.now())
    return match_reading.review_page(here, request.actor, list_id, row=row)


@router.get("/merges", tags=["merges"])
def proposed_merges(
    request: HttpRequest, turning: Query[Turning], clear: Text = ""
) -> merge_reading.MergesContext:
    """Pairs that are probably one enterprise, and decisions that hold; `clear` is yes, no or empty."""
    return merge_reading.merges_page(desk(), request.actor, clear=clear, page=turning.page)


@router.post("/merges/search", tags=["merges"])
def search_doubles(request: HttpRequest) -> merge_reading.MergesContext:
    """Search for enterprises the register holds twice; ask for the merges again until it is done."""
    here = desk()
    match_lists.search_duplicates(here, by=request.actor, at=here.now())
    return merge_reading.merges_page(here, request.actor)


@router.post("/merges/same", tags=["merges"])
def merge(request: HttpRequest, pair: PairBody) -> Verdict:
    """Read one enterprise under another from now on."""
    return merging.merge(merging.Pair(**pair.model_dump()), by=request.actor, at=desk().now())


@router.post("/merges/different", tags=["merges"])
def keep_apart(request: HttpRequest, pair: PairBody) -> Verdict:
    """Remember that two enterprises are two."""
    return merging.keep_apart(merging.Pair(**pair.model_dump()), by=request.actor, at=desk().now())


@router.post("/merges/{decision}/take-back", tags=["merges"])
def take_back(request: HttpRequest, decision: Number) -> Verdict:
    """Take a decision back; all is as before it."""
    return merging.take_back(decision, by=request.actor, at=desk().now())
