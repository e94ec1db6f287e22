"""晋档路径 the way of a firm to a rung in words: clause by clause, steps by effort with what helps, papers to bring."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.actions import ladder as climbing
from jiqun.actions import policy_packs
from jiqun.actions.desk import Desk
from jiqun.actions.ladder import Climb
from jiqun.actions.reading.policies import OFFICIAL, DocumentLine, of
from jiqun.actions.reading.policy_words import Words, range_text
from jiqun.actions.reading.ruling_words import (
    Lines,
    Paper,
    RulingLine,
    Step,
    Ways,
    documents_of,
    papers_of,
)
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import InputError
from jiqun.rules.firm import Firm
from jiqun.rules.ladders import Ladder, Rung
from jiqun.rules.pack import Pack


@dataclass(frozen=True)
class ClimbLine:
    """A rung and the way to it.

    state      of the rung; score: as far as it is known
    steps      by effort; papers: what has to be shown; closed: something cannot be changed within a year
    clauses    every clause that belongs to the rung
    documents  what it is taken from, with how sure we are; office: who gives the title
    """

    ladder: str
    ladder_label: Label
    rung: str
    label: Label
    pack: str
    version: Label
    state: str
    score: str
    steps: tuple[Step, ...]
    papers: tuple[Paper, ...]
    closed: bool
    confidence: str
    clauses: tuple[RulingLine, ...]
    documents: tuple[DocumentLine, ...]
    office: Label

    @property
    def to_do(self) -> tuple[Step, ...]:
        """Steps that are not met; the others a person decides."""
        return tuple(one for one in self.steps if one.state == "unmet")

    @property
    def has_unofficial(self) -> bool:
        """Is anything of it marked C or U?"""
        return any(
            one not in OFFICIAL for one in (self.confidence, *(step.confidence for step in self.steps))
        )

    @property
    def to_decide(self) -> tuple[Step, ...]:
        """Steps a person decides."""
        return tuple(one for one in self.steps if one.state == "manual")


class Climbs:
    """Ways up in words, for one request."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.ways = desk, Ways(desk)
        self.efforts: dict[tuple[str, str], Mapping[str, Decimal]] = {}

    def line(self, one: Ladder, rung: Rung, firm: Firm, *, on: date) -> ClimbLine | None:
        """The way of a firm to a rung; None where no rule holds on that day."""
        found = climbing.climb(self.desk, one, rung, firm, on=on, efforts=self.efforts)
        return self.told(found, firm) if found else None

    def told(self, found: Climb, firm: Firm) -> ClimbLine:
        """A way that was found, in words."""
        pack, ruling = found.pack, found.ruling
        words = Words(pack, policy_packs.catalogue(self.desk))
        lines = Lines(pack, ruling, words)
        documents = documents_of(pack, ruling)
        return ClimbLine(
            found.ladder.key, of(found.ladder.label), found.rung.key, of(found.rung.label), pack.key,
            of(found.version.label), found.state.value, range_text(ruling.score),
            self.ways.steps(found.way, lines, firm.region), tuple(papers_of(found.way, words)), found.way.closed,
            found.version.confidence, tuple(_of_rung(found, lines)), documents,
            documents[0].issuer if documents else Label("", ""),
        )  # fmt: skip

    def confidence(self, pack: Pack, on: date) -> str:
        """How sure we are of the text that holds on a day; "" where none does."""
        try:
            return pack.version_on(on).confidence
        except InputError:
            return ""

    def clause_names(self, rung: Rung, on: date) -> dict[str, Label]:
        """What the clauses of a rung are called."""
        try:
            version = policy_packs.pack(self.desk, rung.pack).version_on(on)
        except InputError:
            return {}
        return {one.about.id: of(one.about.label) for one in climbing.clauses_of(version, rung)}


def _of_rung(found: Climb, lines: Lines) -> Iterator[RulingLine]:
    """The lines of a rung: those of its pack but for other levels'."""
    own = f"level_{found.rung.level}"
    for one in lines.all():
        top = lines.held[one.id]
        while top.parent:
            top = lines.held[top.parent]
        if not top.id.startswith("level_") or top.id == own:
            yield one
