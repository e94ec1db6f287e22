"""物理 physics of small machines: first-order heating, queues, wear; pure, seconds and SI-near units."""

import math
from dataclasses import dataclass


def first_order(value: float, target: float, time_constant_s: float, dt: float) -> float:
    """Where a first-order lag stands after dt seconds; exact for any step, so a fast plant is no other plant."""
    return target + (value - target) * math.exp(-dt / time_constant_s)


def thermostat(temperature: float, heating: bool, *, setpoint: float, band: float) -> bool:
    """Two-point control: on below the band, off above, else as before."""
    if temperature < setpoint - band:
        return True
    return False if temperature > setpoint + band else heating


@dataclass(frozen=True, slots=True)
class Station:
    """One machine of a line (工位).

    queue    pieces before it
    done     share of the piece in work that is done, 0–1
    pieces   counter of finished pieces, good and bad
    scrap    counter of bad pieces
    wear     0 new – 1 worn out; slows it and makes scrap
    running  did it work in the last step
    """

    queue: int = 0
    done: float = 0.0
    pieces: int = 0
    scrap: int = 0
    wear: float = 0.0
    running: bool = False


def worked(
    station: Station, dt: float, *, cycle_s: float, room: int, wear_per_piece: float, jammed: bool = False
) -> tuple[Station, int]:
    """A station after dt seconds and how many pieces it finished: starved, blocked or jammed it stands still.

    room  how many pieces fit behind it
    """
    able = min(station.queue, room)
    if jammed or able == 0:
        return Station(
            station.queue, station.done, station.pieces, station.scrap, station.wear, running=False
        ), 0
    progress = station.done + dt / (cycle_s * (1 + 0.5 * station.wear))
    finished = min(int(progress), able)
    left = progress - finished if finished < able else 0.0
    wear = min(1.0, station.wear + wear_per_piece * finished)
    return Station(
        station.queue - finished, min(left, 1.0), station.pieces + finished, station.scrap, wear, running=True
    ), finished
