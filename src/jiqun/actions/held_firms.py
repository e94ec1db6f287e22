"""台账企业 firms out of the ledger: what it holds of an enterprise on a day, as the rules read it.

Every value is a fact that can be looked up, corrected and undone; what the register itself says (day of establishment,
industry) comes from there. Taken is what happened, of the whole enterprise: targets, estimates, claims and figures of a
part are no answer. A field of a year is read from a fact of that whole year or of its end; any other from the newest
fact whose period is over on the day judged (with a mark of years before: on that day so many years before). Where
several speak of one cell the order of trust chooses, and where that one is no exact number (超, 约, 近), or longer than a
rule can reckon with, the field stays unknown. Made-up enterprises know made-up facts only, and the other way round.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.enterprises import hidden, readable
from jiqun.core.errors import NotFound, PackError
from jiqun.core.indicators import IndicatorTable
from jiqun.core.units import Rounding, UnitTable, fits
from jiqun.lake.firm_facts import Asked, FirmFact, Newest, firm_facts
from jiqun.lake.judge_columns import WHOLE
from jiqun.lake.listing import Wanted
from jiqun.ledger import subjects
from jiqun.ledger.grams import subtree_prefix
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can
from jiqun.ledger.subjects import Subject
from jiqun.ledger.titles import titles_held
from jiqun.rules.catalogue import NO_INDICATOR, Catalogue, FieldDef
from jiqun.rules.firm import Firm, Value
from jiqun.rules.operands import days_before
from jiqun.rules.tree import Field
from jiqun.rules.values import BadValue, value_of

LIMIT = Decimal(10) ** WHOLE


@dataclass(frozen=True)
class HeldFirm:
    """An enterprise of the ledger as the rules read it.

    facts   column → id of the fact it was read from; what the register says, and titles granted or entered, have none
    """

    key: str
    firm: Firm
    synthetic: bool
    facts: Mapping[str, str]


@dataclass
class _Gathered:
    values: dict[str, Value] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)


def held_firms(
    desk: Desk,
    *,
    by: Actor,
    on: date,
    region: str = "",
    keys: Sequence[str] | None = None,
    synthetic: bool | None = None,
) -> tuple[HeldFirm, ...]:
    """The enterprises this person may read with what is known of them on a day, in order of key.

    region     code of a place: those of it and below
    keys       only these; one that nobody knows, or that this person may not read, is left out
    synthetic  True: made-up ones only; False: real ones only; whoever counts or ranks takes one of the two
    Those founded after the day are left out too.
    """
    archive = Archive(desk, by)
    if keys is None:
        chosen: Iterable[Subject] = readable(archive, region=region)
    else:
        found = subjects.get_many(subjects.resolve_many(keys).values())
        chosen = [one for _, one in sorted(found.items()) if _may_read(archive, one) and _within(one, region)]
    kept = [
        one for one in chosen
        if not _founded_after(one, on) and (synthetic is None or one.synthetic == synthetic)
    ]  # fmt: skip
    return _held(archive, kept, on)


def held_firm(desk: Desk, key: str, *, by: Actor, on: date) -> HeldFirm:
    """One enterprise; NotFound when there is none of that key, this person may not read it, or it is not yet founded."""
    found = held_firms(desk, by=by, on=on, keys=[key])
    if not found:
        raise NotFound("subject.not_found", key=key)
    return found[0]


def _may_read(archive: Archive, one: Subject) -> bool:
    made_up = not one.synthetic or can(archive.actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE)
    return one.kind == "enterprise" and made_up and not hidden(archive)(one)


def _within(one: Subject, region: str) -> bool:
    return one.region.startswith(subtree_prefix(region))


def _founded_after(one: Subject, on: date) -> bool:
    founded = _day(one.attributes.get("established_on"))
    return founded is not None and founded > on


def _held(archive: Archive, chosen: Sequence[Subject], on: date) -> tuple[HeldFirm, ...]:
    desk = archive.desk
    plan = _plan(Catalogue.load(desk.packs), desk.indicators, desk.units)
    gathered = {one.key: _Gathered(_registered(one)) for one in chosen}
    made_up = {one.key for one in chosen if one.synthetic}
    for fact in firm_facts(desk.lake, archive.narrowed(Wanted()), plan.asked(on), list(gathered)):
        if fact.synthetic != (fact.subject in made_up):
            continue
        known = plan.fields[fact.indicator]
        value = plan.value(known, fact) if fact.back <= known.years else None
        if value is not None:
            column = Field(known.name, fact.back).column
            gathered[fact.subject].values[column] = value
            gathered[fact.subject].facts[column] = fact.id
    for key, held in titles_held(list(gathered), on=on).items():
        for column, until in held.items():  # a title entered here goes before what a document says of it
            gathered[key].values[column] = until
            gathered[key].facts.pop(column, None)
    return tuple(_firm(one, gathered[one.key]) for one in chosen)


def _firm(one: Subject, known: _Gathered) -> HeldFirm:
    firm = Firm(one.code, one.label_zh, one.region, known.values)
    return HeldFirm(one.key, firm, one.synthetic, known.facts)


def _registered(one: Subject) -> dict[str, Value]:
    """What the register itself says."""
    told: dict[str, Value] = {
        "established_on": _day(one.attributes.get("established_on")),
        "industry_code": one.industry_code or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) and text else None


@dataclass(frozen=True, eq=False)
class _Plan:
    """Which indicator holds which field, and how its facts become values."""

    fields: Mapping[str, FieldDef]
    units: UnitTable

    def asked(self, on: date) -> Asked:
        """What is read for a day."""
        yearly = tuple(key for key, one in self.fields.items() if one.yearly)
        most = max((one.years for one in self.fields.values()), default=0)
        newest = tuple(
            Newest(key, days_before(on, years=back, days=0), back)
            for key, one in self.fields.items()
            if not one.yearly
            for back in range(one.years + 1)
        )
        return Asked(yearly, on.year - 1, most + 1, newest)

    def value(self, known: FieldDef, fact: FirmFact) -> Value:
        """The value of a field, exact and in its unit; None where the fact does not settle it."""
        if fact.bound != "=":
            return None
        if known.kind != "number":
            return _word(fact.value_text, known)
        if fact.value is None:
            return None
        number = fact.value
        if known.unit not in ("", fact.unit):
            number = self.units.convert(fact.value, fact.unit, known.unit, rounding=Rounding.HALF_EVEN)
        return _plain(number) if abs(number) < LIMIT else None


def _plan(catalogue: Catalogue, indicators: IndicatorTable, units: UnitTable) -> _Plan:
    fields = {
        one.indicator: one
        for one in catalogue.fields.values()
        if one.indicator and one.indicator not in NO_INDICATOR
    }
    for key, one in fields.items():
        found = indicators.find(key)
        if found is None or (one.unit and not fits(units.get(one.unit), units.get(found.unit))):
            seen = key if found is None else f"{one.unit} / {found.unit}"
            raise PackError(
                "pack.unknown_word", file="packs/tables/firm.csv", key=f"{one.name}.indicator", seen=seen
            )
    return _Plan(fields, units)


def _word(text: str, known: FieldDef) -> Value:
    """A state told in words; None where the words do not say it."""
    try:
        return value_of(text, known)
    except BadValue:
        return None


@lru_cache(maxsize=4096)
def _plain(value: Decimal) -> Decimal:
    """The number without the zeros of its column: 5200 and not 5200.000000."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
