"""一次问清 ask once: the questions still open for a firm over all packs, merged, those that open most clauses first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from jiqun.actions import policy_packs
from jiqun.actions.desk import Desk
from jiqun.actions.reading.policies import of
from jiqun.actions.reading.policy_words import Words, range_text, unit_words
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import InputError
from jiqun.rules.firm import Firm
from jiqun.rules.judge import judge_pack
from jiqun.rules.pack import Pack
from jiqun.rules.ruling import PARAMETER, ClauseResult, Ruling
from jiqun.rules.truth import State

AT_ONCE = 5


@dataclass(frozen=True)
class Question:
    """A field nobody has filled in: kind number | flag | date | text; opens: how many clauses of all packs wait for it."""

    column: str
    label: Label
    kind: str
    unit: Label
    choices: tuple[str, ...]
    paper: Label
    opens: int
    policies: tuple[Label, ...]


@dataclass(frozen=True)
class PackState:
    """What a pack says of the firm as far as is known; unknown: clauses that wait for an answer."""

    key: str
    label: Label
    verdict: str
    score: str
    unknown: int


@dataclass(frozen=True)
class Asked:
    """What to ask of a firm: the first questions, how many are open in all, and what every pack says so far."""

    questions: tuple[Question, ...]
    left: int
    packs: tuple[PackState, ...]


def asked_of(
    desk: Desk, firm: Firm, *, own: str = "", kind: str = "new", on: date, not_asked: Iterable[str] = ()
) -> Asked:
    """The questions for a firm over all packs that judge on that day where it is.

    own        key of the pack that comes first; not_asked: columns nobody is to be asked for
    """
    rulings = list(_rulings(desk, firm, own, kind=kind, on=on))
    left_out, waiting = frozenset(not_asked), dict[str, list[Pack]]()
    for pack, ruling in rulings:
        for column in _waiting(ruling):
            if column not in left_out:
                waiting.setdefault(column, []).append(pack)
    first = sorted(waiting, key=lambda column: -len(waiting[column]))
    words = Words(rulings[0][0], policy_packs.catalogue(desk)) if rulings else None
    return Asked(
        tuple(_question(words, column, waiting[column]) for column in first[:AT_ONCE]) if words else (), len(first),
        tuple(
            PackState(pack.key, of(pack.label), one.verdict.value, range_text(one.score), len(one.in_state(State.UNKNOWN)))
            for pack, one in rulings
        ),
    )  # fmt: skip


def _rulings(desk: Desk, firm: Firm, own: str, *, kind: str, on: date) -> Iterator[tuple[Pack, Ruling]]:
    """What every pack says that judges on that day where the firm is, that of the run first."""
    packs = policy_packs.packs(desk)
    for key in (*([own] if own else []), *(key for key in packs if key != own)):
        pack = packs[key]
        if (
            key != own
            and pack.regions
            and not any(desk.regions.covers(code, firm.region) for code in pack.regions)
        ):
            continue
        try:
            yield pack, judge_pack(pack, firm, on=on, kind=kind)
        except InputError:  # no version on that day
            continue


def _waiting(ruling: Ruling) -> Iterator[str]:
    """A column for each clause without clauses inside that waits for it alone or among others."""
    held = {one.id: one for one in ruling.clauses}
    outer = {one.parent for one in ruling.clauses if not one.guard}
    for one in ruling.clauses:
        if one.id in outer or one.undefined or not _matters(one, held):
            continue
        yield from (name for name in one.missing if not name.startswith(PARAMETER))


def _matters(one: ClauseResult, held: Mapping[str, ClauseResult]) -> bool:
    """Is it unknown, and everything it stands in too? What is decided already needs no answer."""
    while one.state is State.UNKNOWN:
        if not one.parent:
            return True
        one = held[one.parent]
    return False


def _question(words: Words, column: str, packs: Iterable[Pack]) -> Question:
    field = words.catalogue.fields[column.partition("@")[0]]
    held = list(packs)
    return Question(
        column, words.field(column), field.kind, unit_words(words.catalogue.units, field.unit), field.choices,
        of(field.paper), len(held), tuple(dict.fromkeys(of(one.label) for one in held)),
    )  # fmt: skip
