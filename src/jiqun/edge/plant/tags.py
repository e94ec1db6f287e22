"""位号 tags: the names under which a plant offers its values, with unit and kind."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tag:
    """One value a plant offers (位号). `scale`: what the machine's own number is multiplied by to be in `unit`."""

    name: str
    unit: str
    kind: str
    scale: float = 1.0
