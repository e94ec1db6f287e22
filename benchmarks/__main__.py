"""Run the benchmarks named on the command line, or all of them."""

import importlib
import sys
import tempfile
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
    wanted = sys.argv[1:] or ALL
    unknown = set(wanted) - set(ALL)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jiqun-bench-", dir=ROOT / "var") as folder:
        for name in wanted:
            importlib.import_module(f"benchmarks.{name}").main(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
