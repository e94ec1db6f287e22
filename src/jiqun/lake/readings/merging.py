"""读数并入 merging readings: segments of a writer become rows of the four tables, each exactly once."""

from jiqun.lake.merge import LOCK_WAIT_S, MergeReport, merge
from jiqun.lake.store import Lake


def merge_readings(lake: Lake, writer: str, *, wait_s: float = LOCK_WAIT_S) -> MergeReport:
    """Merge what waits of a writer; nothing is done twice, whoever was killed where before."""
    return merge(lake, writer, wait_s=wait_s)
