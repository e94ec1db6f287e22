"""The little giant of 2026 in openfisca-core, the same clauses over the same firms, in an environment of its own.

openfisca-core is under the AGPL: it is installed for this run alone into a folder that is thrown away, and the code that
imports it runs as a program of its own there (`judging_openfisca_program.py`, fed with numbers in a file).
It reckons in 32-bit floats and knows no missing value: empty numbers are handed over as NaN, empty flags as −1, and each
clause gives 0 unmet, 1 unknown, 2 manual, 3 met. Verdicts that come out otherwise than ours are counted, not hidden.
"""

import json
import subprocess
import sys
from pathlib import Path

import duckdb

from benchmarks.measure import line

PACKAGE = "openfisca-core==46.0.1"
PROGRAM = Path(__file__).with_name("judging_openfisca_program.py")


def main(folder: Path, firms: Path) -> None:
    """Install, hand over the firms and our verdicts, run, print the line."""
    python = _environment(folder / "openfisca")
    numbers = folder / "firms.npz"
    _hand_over(firms, numbers)
    done = subprocess.run(
        [str(python), str(PROGRAM), str(numbers)], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"openfisca failed:\n{done.stderr[-3000:]}")
    line(
        "judging_openfisca", package=PACKAGE, **json.loads(done.stdout.strip().splitlines()[-1]),
        gives="verdict and clause states; no distances, 32-bit floats",
    )  # fmt: skip


def _environment(folder: Path) -> Path:
    """A virtual environment with openfisca-core in it and nothing of the product; its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, PACKAGE], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return python


def _hand_over(firms: Path, numbers: Path) -> None:
    """Every column of the firms and our verdict as arrays: flags −1/0/1, numbers and days (since 1970) as floats."""
    import numpy

    with duckdb.connect() as database:
        source = f"read_parquet('{firms}')"
        chosen = []
        for name, kind, *_ in database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall():
            if kind == "BOOLEAN":
                chosen.append(f'coalesce("{name}"::TINYINT, -1) AS "{name}"')
            elif kind == "DATE":
                chosen.append(
                    f"coalesce(date_diff('day', DATE '1970-01-01', \"{name}\"), 'nan'::DOUBLE) AS \"{name}\""
                )
            elif kind.startswith("DECIMAL"):
                chosen.append(f'coalesce("{name}"::DOUBLE, \'nan\'::DOUBLE) AS "{name}"')
            elif kind == "TINYINT":
                chosen.append(f'"{name}"')
        found = database.execute(f"SELECT {', '.join(chosen)} FROM {source} ORDER BY row").fetchnumpy()
    numpy.savez(numbers, **{name: numpy.asarray(values) for name, values in found.items()})
