"""Run the benchmarks named on the command line, or all of them."""

import importlib
import os
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from benchmarks.measure import ROOT

ALL = (
    "import_register",
    "matching",
    "matrix",
    "pages",
    "first_run",
    "memory",
    "recompute",
    "workbook",
    "judging",
    "detecting",
    "taking",
    "edge_box",
    "readings",
)


def main() -> int:
    """Each benchmark gets the same scratch folder, so that a big home is built once."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--seconds", type=int, default=300, help="length of the run of OPC UA (edge_box)")
    given = parser.parse_args()
    os.environ["BENCH_SECONDS"] = str(given.seconds)
    wanted = given.names or ALL
    unknown = set(wanted) - set(ALL)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jiqun-bench-", dir=ROOT / "var") as folder:
        for name in wanted:
            importlib.import_module(f"benchmarks.{name}").main(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
