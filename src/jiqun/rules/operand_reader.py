"""读取取数 reading operands: a field, a formula, a parameter, a named value or a number, each with its unit checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from jiqun.core.errors import JiqunError
from jiqun.core.units import Rounding, fits
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.formulas import FORMULAS, FormulaDef
from jiqun.rules.lines import Path as Place
from jiqun.rules.pack import ParameterDef
from jiqun.rules.sheet import Sheet, View, as_number
from jiqun.rules.tree import Constant, Field, Formula, Operand, Parameter

NOUGHT = Constant(Decimal(0))
"""Stands for an operand that could not be read; the pack is refused anyway."""
WAYS = ("formula", "parameter", "defined")


@dataclass(frozen=True, slots=True)
class Measured:
    """An operand and its unit; None where it takes any (a bare number), "" for a number without one."""

    operand: Operand
    unit: str | None


class OperandReader:
    """Reads operands of one rule file."""

    def __init__(self, sheet: Sheet, catalogue: Catalogue, parameters: Mapping[str, ParameterDef]) -> None:
        self.sheet = sheet
        self.catalogue = catalogue
        self.parameters = parameters
        self._within: list[str] = []

    def read(self, value: object, place: Place) -> Measured:
        """The operand written there; a complaint and nought when it is none."""
        found = as_number(value)
        if found is not None:
            return Measured(Constant(found), None)
        if isinstance(value, str):
            return self._field(value, place)
        if isinstance(value, dict):
            table = View(self.sheet, cast(Mapping[str, object], value), place)
            ways = [way for way in WAYS if way in table]
            if len(ways) == 1:
                return getattr(self, f"_{ways[0]}")(table)
        self._no_operand(cast(object, value), place)
        return Measured(NOUGHT, None)

    def _no_operand(self, value: object, place: Place) -> None:
        allowed = '"field" 12 { formula = "…", of = [ … ] } { parameter = "…" } { defined = "…" }'
        code = "rule.missing_key" if value is None else "rule.bad_value"
        self.sheet.wrong(place, code, seen=place[-1] if value is None else value, allowed=allowed)

    def field(self, column: str, place: Place, kinds: tuple[str, ...]) -> Field:
        """A field of one of these kinds; a complaint when there is none."""
        found = self.catalogue.field(column)
        if found is None:
            self.sheet.wrong(place, "rule.unknown_field", seen=column, allowed=self._like(column))
            return Field(column)
        kind = self.catalogue.fields[found.name].kind
        if kind not in kinds:
            self.sheet.wrong(place, "rule.wrong_kind", seen=f"{column}: {kind}", allowed=kinds)
        return found

    def in_unit(self, value: Measured, unit: str, place: Place) -> Operand:
        """The operand where `unit` is wanted: a bare number as it is, anything else must be in that very unit."""
        if value.unit is not None and value.unit != unit:
            self.sheet.wrong(place, "rule.unit_mismatch", seen=value.unit or "—", allowed=unit or "—")
        return value.operand

    def converted(self, value: Measured, told: str, unit: str, place: Place) -> Operand:
        """A needed number told in one unit as the operand in another; refused when they measure different things."""
        if value.unit is None and isinstance(value.operand, Constant) and told and told != unit:
            return self._constant(value.operand, told, unit, place)
        return self.in_unit(value, unit, place)

    def _constant(self, value: Constant, told: str, unit: str, place: Place) -> Constant:
        units = self.catalogue.units
        source, target = units.find(told), units.find(unit)
        if source is None or target is None or not fits(source, target):
            code = "rule.unknown_unit" if source is None else "rule.unit_mismatch"
            self.sheet.wrong(place, code, seen=told, allowed=unit or "—")
            return value
        try:
            return Constant(units.convert(value.value, told, unit, rounding=Rounding.REFUSE))
        except JiqunError:
            self.sheet.wrong(place, "rule.unit_mismatch", seen=f"{value.value} {told}", allowed=unit)
            return value

    def _field(self, column: str, place: Place) -> Measured:
        found = self.field(column, place, ("number",))
        known = self.catalogue.fields.get(found.name)
        return Measured(found, known.unit if known else None)

    def _formula(self, table: View) -> Measured:
        table.only(("formula", "of"))
        name = table.text("formula")
        place = (*table.place, "of")
        args = [self.read(one, (*place, number)) for number, one in enumerate(table.items("of"))]
        known = FORMULAS.get(name)
        if known is None:
            table.wrong("formula", "rule.unknown_formula", seen=name, allowed=sorted(FORMULAS))
            return Measured(NOUGHT, None)
        if len(args) < known.least or (known.most is not None and len(args) > known.most):
            most = "…" if known.most is None else known.most
            table.wrong("of", "rule.wrong_arguments", seen=len(args), allowed=f"{known.least}–{most}")
            return Measured(NOUGHT, None)
        return Measured(Formula(name, tuple(one.operand for one in args)), self._unit(known, args, place))

    def _unit(self, known: FormulaDef, args: list[Measured], place: Place) -> str | None:
        units = [one.unit for one in args if one.unit is not None]
        if known.unit == "ratio":
            return self._quotient(units, place)
        if known.unit == "first":
            return args[0].unit
        if len(set(units)) > 1:
            self.sheet.wrong(place, "rule.unit_mismatch", seen=" ".join(units), allowed=units[0] or "—")
        if known.unit == "same":
            return units[0] if units else None
        return known.unit

    def each(self, unit: str, per: str | None) -> str:
        """The unit of so much for each: 万元 for each 亩 is 万元/亩; `unit` as it is for each bare number."""
        found = self.catalogue.units.find(f"{unit}/{per}") if per else None
        return found.key if found else f"{unit}/{per}" if per else unit

    def _quotient(self, units: list[str], place: Place) -> str | None:
        """万元 by 亩 is 万元/亩, if the unit table has it; like by like is a plain number."""
        if len(units) < 2:
            return units[0] if units else None
        if units[0] == units[1]:
            return ""
        told = f"{units[0]}/{units[1]}"
        found = self.catalogue.units.find(told)
        if found is None:
            self.sheet.wrong(place, "rule.unknown_unit", seen=told, allowed="packs/units.toml")
        return told if found is None else found.key

    def _parameter(self, table: View) -> Measured:
        table.only(("parameter",))
        name = table.text("parameter")
        known = self.parameters.get(name)
        if known is None:
            table.wrong("parameter", "rule.unknown_parameter", seen=name, allowed=self.parameters)
        return Measured(Parameter(name), known.unit if known else None)

    def _defined(self, table: View) -> Measured:
        """A value named in `[define.NAME]`, put in place; a name that leads back to itself is a cycle."""
        table.only(("defined",))
        name = table.text("defined")
        defines = self.sheet.root.view("define")
        if name in self._within:
            table.wrong("defined", "rule.cycle", seen=" → ".join((*self._within, name)))
            return Measured(NOUGHT, None)
        if defines is None or name not in defines:
            table.wrong(
                "defined",
                "rule.unknown_reference",
                seen=name,
                allowed=defines.data if defines else "[define]",
            )
            return Measured(NOUGHT, None)
        self._within.append(name)
        found = self.read(defines.data[name], ("define", name))
        self._within.pop()
        return found

    def _like(self, column: str) -> list[str]:
        """The fields that look most like a mistyped one."""
        stem = column.partition("@")[0]
        return sorted(self.catalogue.fields, key=lambda name: (-_shared(stem, name), name))[:6]


def _shared(a: str, b: str) -> int:
    return len({a[i : i + 3] for i in range(len(a) - 2)} & {b[i : i + 3] for i in range(len(b) - 2)})
