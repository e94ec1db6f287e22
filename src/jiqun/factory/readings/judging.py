"""读数判定 judging: what becomes a reading of one batch of a box, and what is held back with its reason. Pure."""

from collections.abc import Mapping

from jiqun.factory.readings.taken import PointWords, TakenBatch, TakingLimits


def judge(
    batch: Mapping[str, object],
    *,
    site: str,
    known_points: Mapping[str, PointWords],
    arrived_us: int,
    limits: TakingLimits,
) -> TakenBatch:
    """Judge one batch as the contract posts it; a single bad value never raises, it is held.

    InputError `readings.not_a_batch`, `readings.uneven_columns` when it is no batch as a whole.
    """
    raise NotImplementedError
