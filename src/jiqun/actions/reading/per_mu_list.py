"""亩均名单 the firms behind a count of the per-mu page: of grades, without one, with an open score, taking no part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from jiqun.actions.per_mu_ground import Ground, Member
from jiqun.actions.reading.policy_words import range_text
from jiqun.brain.per_mu import Placed
from jiqun.rules.truth import State

SHOWN = 50
UNGRADED, UNTOLD, ASIDE, ALL = "none", "untold", "aside", "all"


@dataclass(frozen=True)
class ListAsk:
    """Which firms: grades by key, several with a comma; none, untold, aside, all; "" for no list."""

    grade: str = ""
    page: int = 1


NO_LIST = ListAsk()


@dataclass(frozen=True)
class FirmLine:
    """A firm of the list; score "" where it has none."""

    member: Member
    score: str
    grade: str


@dataclass(frozen=True)
class FirmList:
    """A page of the firms behind a count, the best score first; grade: what was asked for."""

    grade: str
    rows: tuple[FirmLine, ...]
    total: int
    page: int
    pages: int


def firm_list(here: Ground, placed: Sequence[Placed], ask: ListAsk) -> FirmList | None:
    """The list asked for, None when none is."""
    if not ask.grade:
        return None
    found = sorted(_wanted(here, placed, ask.grade), key=lambda place: (-_score(placed[place]), place))
    pages = max(1, -(-len(found) // SHOWN))
    page = max(1, min(ask.page, pages))
    rows = tuple(
        FirmLine(here.members[place], _score_text(placed[place]), placed[place].grade)
        for place in found[(page - 1) * SHOWN : page * SHOWN]
    )  # fmt: skip
    return FirmList(ask.grade, rows, len(found), page, pages)


def way_to(here: Ground, typed: dict[str, str]) -> str:
    """The query of the page as it stands, numbers of a trial included; `grade` is put behind it."""
    ask = here.ask
    told = {"from": ask.source, "region": here.region, "tier": here.tier, "on": str(here.on)}
    return urlencode(told | {f"n-{name}": value for name, value in typed.items()})


def _wanted(here: Ground, placed: Sequence[Placed], grade: str) -> Iterator[int]:
    keys = set(grade.split(","))
    for place, (one, seen) in enumerate(zip(placed, here.shown, strict=True)):
        takes = seen.applies is not State.UNMET
        is_open = takes and (one.score is None or one.score.exact is None)
        if (
            ALL in keys
            or (one.grade and one.grade in keys)
            or (UNGRADED in keys and takes and not one.grade)
            or (UNTOLD in keys and is_open)
            or (ASIDE in keys and not takes)
        ):
            yield place


def _score(one: Placed) -> Decimal:
    return one.score.exact if one.score is not None and one.score.exact is not None else Decimal(-1)


def _score_text(one: Placed) -> str:
    return "" if one.score is None else range_text(one.score)
