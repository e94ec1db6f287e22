"""规则包 a pack: one policy with its versions, their dates, who issued them, and the parameters of places and years."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from jiqun.core.errors import InputError
from jiqun.rules.tree import Grading, Label, Node, Operand

KINDS = ("new", "re_review")
CONFIDENCE = ("A", "B", "C", "U")


@dataclass(frozen=True, slots=True)
class Document:
    """One official document 文件: `checked_on` only where somebody has read the official text."""

    key: str
    issuer: Label
    title: Label
    number: str
    issued: date | None
    effective: date | None
    address: str
    confidence: str
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class NotEncoded:
    """Something of the policy that the pack leaves out, and why."""

    what: Label
    why: Label


@dataclass(frozen=True, slots=True)
class PackSource:
    """Where a pack comes from."""

    documents: tuple[Document, ...]
    not_encoded: tuple[NotEncoded, ...] = ()

    def document(self, key: str) -> Document | None:
        """The document of that key."""
        return next((one for one in self.documents if one.key == key), None)


@dataclass(frozen=True, slots=True)
class ParameterDef:
    """A number each place sets: what it is called, its unit."""

    name: str
    label: Label
    unit: str


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """The numbers of one place, from a day (included) to a day (excluded), for firms of one tier ("" for all).

    region    county, city or province code; "" for everywhere
    values    None is an empty parameter: unknown
    """

    region: str
    tier: str
    starts: date
    ends: date | None
    values: Mapping[str, Decimal | None]
    label: Label
    document: str
    confidence: str
    file: str = ""
    line: int = 0

    def holds(self, on: date) -> bool:
        """Is it in force on that day?"""
        return self.starts <= on and (self.ends is None or on < self.ends)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a grade or level brings with it (差别化措施).

    amount  for each firm, or for each unit of `per` (land, electricity) of a firm; a parameter of the place
    unit    of what a firm gets or pays in a year: amount × per
    """

    id: str
    label: Label
    grades: tuple[str, ...]
    clause: str
    amount: Operand | None = None
    unit: str = ""
    per: Operand | None = None
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One dated text of the rule. `ends` is the first day it no longer holds.

    applies   firms for which this is unmet are not judged (not applicable)
    clauses   what must hold, an `All` whose parts are the clauses
    pack, document, confidence   repeated here so that a version can be judged by itself
    """

    key: str
    label: Label
    starts: date
    ends: date | None
    document: str
    confidence: str
    clauses: Node
    applies: Node | None = None
    grading: Grading | None = None
    measures: tuple[Measure, ...] = ()
    pack: str = ""

    def holds(self, on: date) -> bool:
        """Is it in force on that day?"""
        return self.starts <= on and (self.ends is None or on < self.ends)


@dataclass(frozen=True, slots=True)
class Transition:
    """Which version judges one kind of application between two days, whatever the dates of the versions say."""

    kind: str
    starts: date
    ends: date | None
    version: str
    clause: str = ""

    def holds(self, kind: str, on: date) -> bool:
        """Does it speak of that kind on that day?"""
        return kind == self.kind and self.starts <= on and (self.ends is None or on < self.ends)


@dataclass(frozen=True, slots=True)
class Pack:
    """One policy. key: its path under packs/, e.g. national/little_giant.

    regions     codes of the places it is made for; empty for the whole country
    title       the field that holds the last day of the title this pack gives, "" when it gives none
    valid_years how long a title given lasts, 0 when it gives none
    tier_field  text field of a firm by which parameters differ, "" when they do not
    folder, packs   where it was read, and whose field catalogue it uses
    """

    key: str
    label: Label
    source: PackSource
    versions: tuple[Version, ...]
    transitions: tuple[Transition, ...] = ()
    parameters: tuple[ParameterDef, ...] = ()
    sets: tuple[ParameterSet, ...] = ()
    regions: tuple[str, ...] = ()
    title: str = ""
    valid_years: int = 0
    tier_field: str = ""
    folder: Path = Path()
    packs: Path = Path()

    def version(self, key: str) -> Version:
        """The version of that key; InputError `pack.no_version`."""
        for one in self.versions:
            if one.key == key:
                return one
        raise InputError("pack.no_version", seen=key, allowed=" ".join(one.key for one in self.versions))

    def version_on(self, on: date, kind: str = "new") -> Version:
        """The version that judges on that day; a transition comes before the dates. InputError `pack.no_version`."""
        if kind not in KINDS:
            raise InputError("pack.no_kind", seen=kind, allowed=" ".join(KINDS))
        for rule in self.transitions:
            if rule.holds(kind, on):
                return self.version(rule.version)
        for one in self.versions:
            if one.holds(on):
                return one
        dates = " ".join(f"{one.key}: {one.starts}…{one.ends or ''}" for one in self.versions)
        raise InputError("pack.no_version", seen=f"{self.key} {on}", allowed=dates)

    def parameters_on(self, region: str, on: date, tier: str = "") -> dict[str, Decimal | None]:
        """Every parameter of the pack for a place, a day and a tier; the narrower place speaks first, None is unknown."""
        found: dict[str, Decimal | None] = dict.fromkeys(one.name for one in self.parameters)
        for one in self._sets_on(region, on, tier):
            found.update(one.values)
        return found

    def sets_of(self, region: str, on: date, tier: str = "") -> dict[str, ParameterSet]:
        """The set each known parameter of `parameters_on` is taken from; an empty one is from nowhere."""
        found = {name: one for one in self._sets_on(region, on, tier) for name in one.values}
        return {name: one for name, one in found.items() if one.values[name] is not None}

    def _sets_on(self, region: str, on: date, tier: str) -> Iterator[ParameterSet]:
        """Those in force there, the widest place first."""
        for place in reversed(places(region)):
            for one in self.sets:
                if one.region == place and one.tier in ("", tier) and one.holds(on):
                    yield one


def places(region: str) -> tuple[str, ...]:
    """A county code and the places around it, the narrowest first: 331003, 331000, 330000, ""."""
    around = (region, region[:4] + "00", region[:2] + "0000", "") if region else ("",)
    return tuple(dict.fromkeys(around))
