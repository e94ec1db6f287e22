"""交接 handover of a site: what its former writers took is merged before another writer takes the first batch.

So the segments of a site that wait are of one writer alone, and its readings come into the table in the order of their
arrival, whichever worker took them: whoever follows what arrives never has to look back.
"""

from pathlib import Path

import duckdb

from jiqun.lake.catalogue import READING_BATCHES, TAKEN
from jiqun.lake.durable import fsync_folder
from jiqun.lake.encode import quoted
from jiqun.lake.layout import spool_folder, writers
from jiqun.lake.readings.merging import merge_readings
from jiqun.lake.spool import pending
from jiqun.lake.store import Lake


def merge_former(lake: Lake, site: str, writer: str) -> tuple[str, ...]:
    """Merge what waits of other writers that hold batches of a site; gives their names. Hold the site's lock meanwhile.

    Raises what a merge raises: then the site is not to be taken yet. Nothing waits where a site keeps its writer.
    """
    former = tuple(name for name in writers(lake.root) if name != writer and _has(lake, name, site))
    for name in former:
        fsync_folder(spool_folder(lake.root, name))  # its writer may have been killed before it did
        merge_readings(lake, name)
    return former


def _has(lake: Lake, writer: str, site: str) -> bool:
    """Does a segment that waits hold a batch of the site? One that is merged meanwhile counts no longer."""
    return any(_holds(lake, one.path, site) for one in pending(lake.root, writer) if one.table == TAKEN)


def _holds(lake: Lake, path: Path, site: str) -> bool:
    rows = f"read_parquet('{quoted(path)}') WHERE row_of = '{READING_BATCHES.name}' AND site = $site"
    try:
        return bool(lake.run(f"SELECT count(*) FROM {rows}", {"site": site})[0][0])
    except duckdb.IOException:
        if path.exists():
            raise
        return False
