"""匹配 asked, known, decided: what a list says of an enterprise, what the register knows, and what came of it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from jiqun.core.names import Prefixes

Verdict: TypeAlias = Literal["match", "review", "none"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of a list, as it was written; only the name must be there."""

    row: int
    name: str
    code: str = ""
    region: str = ""
    address: str = ""
    phone: str = ""
    capital: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for or against (依据): its key in packs/names/evidence.toml, and a sentence."""

    kind: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An enterprise it may be, how well it fits (0..1), and why."""

    subject: str
    name: str
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of one row. `best` stands with review too; `reason` says why it is not a match."""

    asked: Asked
    decision: Verdict
    best: Candidate | None
    runner_up: Candidate | None
    reason: Evidence | None


@dataclass(frozen=True, slots=True)
class Known:
    """An enterprise under one of its names, taken apart; `former` marks a name it had or also has.

    region   what the places in its name mean; place: where it is registered and where it lies
    address  its address from the street on
    """

    subject: str
    name: str
    folded: str
    stem: str
    brand: str
    trade: str
    form: str
    form_class: str
    region: Prefixes
    place: Prefixes
    code: str = ""
    address: str = ""
    phone: str = ""
    capital: str = ""
    date: str = ""
    former: bool = False
