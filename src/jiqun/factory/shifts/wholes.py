"""全企业数 figures of a whole enterprise out of those of its factories: what adds up is added, what does not is unknown.

Counts and amounts add up. 设备联网率 is connected ÷ all machines (数字化水平评测), so its parts are added and divided.
A yes holds of the whole where every factory says it. OEE and the other ratios carry no parts: unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from jiqun.factory.shifts.months import YES, Bound, Told, as_text

Adding: TypeAlias = Literal["sum", "share", "every", "never"]


@dataclass(frozen=True, slots=True)
class Part:
    """What one factory sent: its figure as text, and for a share the machines connected and all of them."""

    value: str
    bound: str
    connected: int = 0
    machines: int = 0


def whole_of(adding: Adding, parts: Mapping[str, Part | None]) -> Told:
    """The figure of the enterprise; parts: by factory, None where it did not consent or did not send the month.

    why: ratio_of_sites (its parts are not known), site_unsent, site_unclear (a part is a range or does not fit)
    """
    if adding == "never":
        return Told(None, why=("ratio_of_sites",))
    known = [part for part in parts.values() if part is not None]
    if not known or len(known) < len(parts):
        return Told(None, why=("site_unsent",))
    if adding == "every":
        return Told(YES) if all(part.value == YES for part in known) else Told(None, why=("site_unclear",))
    if adding == "share":
        return _share(known)
    bound = _bound(known, "≥")
    if bound is None:
        return Told(None, why=("site_unclear",))
    return Told(f"{sum((Decimal(part.value) for part in known), Decimal(0)):f}", bound=bound)


def _share(parts: Sequence[Part]) -> Told:
    """A machine nobody entered would only make it smaller: an upper bound where one factory's is."""
    bound, machines = _bound(parts, "≤"), sum(part.machines for part in parts)
    if bound is None or not machines:
        return Told(None, why=("site_unclear",))
    share = Fraction(100 * sum(part.connected for part in parts), machines)
    why = () if bound == "=" else ("register_open",)
    return Told(as_text(share, ROUND_HALF_EVEN if bound == "=" else ROUND_UP), bound=bound, why=why)


def _bound(parts: Sequence[Part], open_end: Bound) -> Bound | None:
    """Exact where all are, open on the side all the others are; None where they say anything else."""
    told = {part.bound for part in parts}
    if told == {"="}:
        return "="
    return open_end if told <= {"=", open_end} else None
