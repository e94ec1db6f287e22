"""读 what programs read: facts, subjects, indicators, places, sources, and why a number is what it is."""

from django.http import HttpRequest
from ninja import Query, Router

from jiqun.actions.desk import desk
from jiqun.actions.questions import parse_as_of
from jiqun.actions.reading import counting, documents, lists, why
from jiqun.actions.reading.archive import Ask
from jiqun.actions.reading.subjects import SubjectContext, subject_page
from jiqun.ledger.subjects import SubjectFilter
from jiqun.web.api.arguments import FactQuery, Key, SubjectQuery, Text, Turning

router = Router()


@router.get("/facts", tags=["facts"])
def list_facts(request: HttpRequest, asked: Query[FactQuery]) -> lists.FactsContext:
    """Facts known now, or as known on a day, page by page."""
    return lists.facts_list(desk(), request.actor, _fact_ask(asked, asked.subject))


@router.get("/facts/{fact_id}/why", tags=["facts"])
def why_fact(request: HttpRequest, fact_id: Key) -> why.WhyFactContext:
    """依据 of a fact: source, quote, batch, conversion steps, and every recorded state of it."""
    return why.why_fact(desk(), request.actor, fact_id)


@router.get("/counts/{name}/why", tags=["facts"])
def why_count(request: HttpRequest, name: Key, about: Text = "") -> counting.WhyCountContext:
    """依据 of a number we counted ourselves."""
    return counting.why_count(desk(), request.actor, name, about=about)


@router.get("/subjects", tags=["subjects"])
def list_subjects(request: HttpRequest, asked: Query[SubjectQuery]) -> lists.SubjectsList:
    """Subjects by kind, place, cluster or words of the name."""
    wanted = SubjectFilter(
        kind=asked.kind,
        region=asked.region,
        cluster=asked.cluster,
        q=asked.q,
        synthetic=False if asked.real else None,
    )
    return lists.subjects_list(
        desk(), request.actor, wanted, sort=asked.sort, page=asked.page, size=asked.size
    )


@router.get("/subjects/{path:key}/facts", tags=["subjects"])
def facts_of_subject(
    request: HttpRequest, key: Key, turning: Query[Turning], as_of: Text = ""
) -> lists.FactsContext:
    """All facts of one subject, as known now or on a day."""
    ask = lists.FactAsk(subject=key, as_of=parse_as_of(as_of or None), page=turning.page, size=turning.size)
    return lists.facts_list(desk(), request.actor, ask)


@router.get("/subjects/{path:key}", tags=["subjects"])
def one_subject(request: HttpRequest, key: Key, turning: Query[Turning]) -> SubjectContext:
    """One subject with its registration, relations and a page of its facts."""
    here = desk()
    today = lists.subject_link(here, request.actor, key).key
    return subject_page(here, request.actor, today, ask=Ask(page=turning.page, size=turning.size))


@router.get("/indicators", tags=["indicators"])
def list_indicators(request: HttpRequest, q: Text = "") -> lists.IndicatorsList:
    """The catalogue of indicators."""
    return lists.indicators_list(desk(), request.actor, q=q)


@router.get("/indicators/{key}", tags=["indicators"])
def one_indicator(request: HttpRequest, key: Key) -> lists.IndicatorRow:
    """One indicator."""
    return lists.indicator(desk(), request.actor, key)


@router.get("/regions", tags=["regions"])
def list_regions(request: HttpRequest, level: Text = "") -> lists.RegionsList:
    """Places of today: province, cities, 90 county units."""
    return lists.regions_list(desk(), request.actor, level=level)


@router.get("/regions/{code}", tags=["regions"])
def one_region(request: HttpRequest, code: Key) -> lists.RegionContext:
    """One place by a code or name of today or of old."""
    return lists.region(desk(), request.actor, code)


@router.get("/sources", tags=["sources"])
def list_sources(request: HttpRequest) -> documents.SourcesContext:
    """Every source with its dates."""
    return documents.sources_page(desk(), request.actor)


@router.get("/sources/{key}", tags=["sources"])
def one_source(request: HttpRequest, key: Key, page: int = 1) -> documents.SourceContext:
    """One source with what was taken from it, in reading order."""
    return documents.source_page(desk(), request.actor, key, page=max(1, min(page, 100_000)))


def _fact_ask(asked: FactQuery, subject: str) -> lists.FactAsk:
    return lists.FactAsk(
        subject=subject, indicator=asked.indicator, source=asked.source, batch=asked.batch, status=asked.status,
        kind=asked.kind, text=asked.text, as_of=asked.then(), real=asked.real, sort=asked.sort,
        descending=asked.descending, page=asked.page, size=asked.size,
    )  # fmt: skip
