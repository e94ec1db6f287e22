"""企业数据 a firm: what is known of an enterprise on the day it is judged, field by field; None is unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from jiqun.rules.tree import Field

Value: TypeAlias = Decimal | str | bool | date | None


@dataclass(frozen=True, slots=True)
class Firm:
    """One enterprise to be judged.

    values   by column: `field`, or `field@-1`, `field@-2` for the years before the last full one; absent or None is unknown
    """

    uscc: str
    name: str
    region: str
    values: Mapping[str, Value]

    def value(self, field: Field) -> Value:
        """What is known of a field."""
        return self.values.get(field.column)

    def number(self, field: Field) -> Decimal | None:
        """A number, or None when it is unknown or no number."""
        value = self.value(field)
        return value if isinstance(value, Decimal) else None

    def flag(self, field: Field) -> bool | None:
        """A yes or no, or None."""
        value = self.value(field)
        return value if isinstance(value, bool) else None

    def text(self, field: Field) -> str | None:
        """A text; an empty one is unknown."""
        value = self.value(field)
        return value if isinstance(value, str) and value else None

    def day(self, field: Field) -> date | None:
        """A date, or None."""
        value = self.value(field)
        return value if isinstance(value, date) else None
