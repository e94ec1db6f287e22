"""读名 reading what was asked: the name taken apart, the places named, code, address, capital and date in plain form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jiqun.brain.matching.model import Asked, Known
from jiqun.core import uscc
from jiqun.core.names import Name, NameTables, Prefixes, parse

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_DAY = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})")
_DIGITS = re.compile(r"\D+")
_FROM_STREET = re.compile(r".*?(?:省|市|县|区|镇|乡|街道|办事处)(?=.{4})")


@dataclass(frozen=True, slots=True)
class AskedName:
    """One row read: `places` is what region column and address say; empty fields were not given or not readable."""

    asked: Asked
    name: Name
    places: Prefixes
    code: str
    address: str
    phone: str
    capital: str
    date: str


@dataclass(frozen=True)
class Reader:
    """Reads names with the word lists.

    place    (address, code) to the county of today, or None, as `Regions.place` does
    sounds   the readings of a character without tones; alike: characters that look like it
    """

    tables: NameTables
    place: Callable[[str, str], str | None] = lambda address, code: None
    sounds: Callable[[str], frozenset[str]] = lambda char: frozenset()
    alike: Mapping[str, str] = field(default_factory=dict[str, str])

    def asked(self, row: Asked) -> AskedName:
        """Read one row of a list."""
        code = uscc.normalise(row.code) if row.code else ""
        places = self.tables.place(row.region) if row.region else ()
        if not places and row.address:
            county = self.place(row.address, code[2:8] if len(code) == uscc.LENGTH else "")
            places = (county,) if county else ()
        return AskedName(
            row, parse(row.name, self.tables), places, code, street(self.tables.fold(row.address)),
            plain_phone(row.phone), amount(row.capital), day(row.date),
        )  # fmt: skip

    def known(self, subject: str, name: str, *, also: tuple[str, ...] = (), **given: str) -> list[Known]:
        """An enterprise under its name, and under every other name it has or says it had.

        given  code, region (six digits), address, phone, capital, date, as far as they are known
        """
        first = parse(name, self.tables)
        place = tuple(dict.fromkeys(filter(None, (given.get("region", ""), given.get("code", "")[2:8]))))
        told = {
            "code": given.get("code", ""), "address": street(self.tables.fold(given.get("address", ""))),
            "phone": plain_phone(given.get("phone", "")), "capital": amount(given.get("capital", "")),
            "date": day(given.get("date", "")),
        }  # fmt: skip
        entries = [_known(subject, name, first, place, told, former=False)]
        for other in dict.fromkeys((*first.former, *also)):
            entry = _known(subject, name, parse(other, self.tables), place, told, former=True)
            if entry.folded != entries[0].folded:
                entries.append(entry)
        return entries


def _known(
    subject: str, name: str, parts: Name, place: Prefixes, told: Mapping[str, str], *, former: bool
) -> Known:
    places = tuple(prefix.removesuffix("00").removesuffix("00") for prefix in place)
    return Known(
        subject, name, parts.folded, parts.stem, parts.brand, parts.trade, parts.form, parts.form_class, parts.region,
        places, former=former, **told,
    )  # fmt: skip


def street(address: str) -> str:
    """An address from the street on: what stands behind the last place name that still leaves something."""
    while found := _FROM_STREET.match(address):
        address = address[found.end() :]
    return address


def amount(text: str) -> str:
    """The number in an amount of capital, without trailing zeros; the unit is not looked at."""
    found = _NUMBER.search(text)
    number = found[0].replace(",", "") if found else ""
    return number.rstrip("0").rstrip(".") if "." in number else number


def day(text: str) -> str:
    """A day as eight digits; empty when none can be read."""
    found = _DAY.search(text)
    return f"{found[1]}{int(found[2]):02d}{int(found[3]):02d}" if found else ""


def plain_phone(text: str) -> str:
    """The last eight digits of a telephone number."""
    digits = _DIGITS.sub("", text)
    return digits[-8:] if len(digits) >= 7 else ""
