"""Make the hash-pinned requirements and the npm lock anew, without a host name in any of them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).with_name("uv")
COMPILE = [UV, "pip", "compile", "-q", "--universal", "--generate-hashes", "--no-header", "--no-annotate",
           "--python-version", "3.11", "--python", sys.executable]  # fmt: skip
EXTRAS = ("server", "reports", "factory", "edge")
PRODUCT = ["pyproject.toml", *(f"--extra={name}" for name in EXTRAS), "requirements/build.in"]
LOCKS = {
    "run": PRODUCT,
    "test": [*PRODUCT, "requirements/test.in", "-c", "requirements/run.txt"],
    "full": [*PRODUCT, "--extra", "spark", "requirements/test.in", "-c", "requirements/test.txt"],
    "bench": [*PRODUCT, "requirements/test.in", "requirements/bench.in", "-c", "requirements/full.txt"],
    "fuzz": ["requirements/fuzz.in"],
}


def main() -> int:
    """Compile the locks in order (each of the first four keeps the pins of the one before), then the npm lock."""
    for name, words in LOCKS.items():
        subprocess.run([*COMPILE, *words, "-o", f"requirements/{name}.txt"], cwd=ROOT, check=True)
        print(f"requirements/{name}.txt")
    subprocess.run(
        ["npm", "install", "--package-lock-only", "--ignore-scripts"], cwd=ROOT / "frontend", check=True
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
